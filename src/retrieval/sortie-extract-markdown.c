/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-extract.h"

#include <libxml/HTMLparser.h>
#include <md4c.h>
#include <stdlib.h>
#include <string.h>

#include "sortie-error.h"

/* A table of many columns and many short rows unfolds to far more cells than the file has bytes. */
#define MAX_EVENTS_PER_BYTE 4
#define MAX_FRONT_MATTER (64 * 1024)
#define MAX_LIST_DEPTH 64

typedef struct
{
  gboolean ordered;
  unsigned number;
} List;

typedef struct
{
  SortieExtract *extract;
  GString *text; /* of the block that is open */
  GString *html; /* of the HTML block that is open */
  List lists[MAX_LIST_DEPTH];
  guint depth;      /* of lists */
  gboolean marker;  /* an item has begun whose marker is not written yet */
  gboolean code;    /* in a block of code */
  gboolean in_html; /* in a block of HTML */
  gsize n_events;
  gsize max_events;
} MarkdownReader;

/* Closes the running paragraph or item text, if there is any. */
static void
flush_text (MarkdownReader *self)
{
  SortieBlockKind kind = SORTIE_BLOCK_PARAGRAPH;

  if (self->text->len == 0)
    return;
  if (self->depth > 0 && self->marker)
    {
      const List *list = &self->lists[MIN (self->depth, MAX_LIST_DEPTH) - 1];
      g_autofree char *number = g_strdup_printf ("%u. ", list->number);

      g_string_prepend (self->text, list->ordered ? number : "- ");
      self->marker = FALSE;
      kind = SORTIE_BLOCK_ITEM;
    }
  sortie_extract_append (self->extract, kind, 0, self->text->str, self->text->len);
  g_string_truncate (self->text, 0);
}

static void
enter_list (MarkdownReader *self, gboolean ordered, unsigned start)
{
  flush_text (self);
  if (self->depth < MAX_LIST_DEPTH)
    self->lists[self->depth] = (List){ .ordered = ordered, .number = start - 1 };
  self->depth++;
}

static void
leave_heading (MarkdownReader *self, unsigned level)
{
  sortie_extract_append_heading (self->extract, (int) level, 0, self->text->str, self->text->len);
  sortie_extract_take_title (self->extract, self->text->str, self->text->len);
  g_string_truncate (self->text, 0);
}

static void
append_entity (GString *out, const char *entity, gsize length)
{
  g_autofree char *name = g_strndup (entity + 1, length > 2 ? length - 2 : 0);
  const htmlEntityDesc *known;
  gunichar c = 0;

  if (name[0] == '#')
    {
      gboolean hex = g_ascii_tolower (name[1]) == 'x';
      unsigned long value = strtoul (name + (hex ? 2 : 1), NULL, hex ? 16 : 10);

      c = value <= 0x10ffff && value > 0 && g_unichar_validate ((gunichar) value) ? (gunichar) value
                                                                                  : 0xfffd;
    }
  else if ((known = htmlEntityLookup ((const xmlChar *) name)) != NULL)
    c = known->value;
  if (c != 0)
    g_string_append_unichar (out, c);
  else
    g_string_append_len (out, entity, (gssize) length);
}

/* Whether the document unfolds beyond reason; md4c then stops. */
static gboolean
count_event (MarkdownReader *self)
{
  return ++self->n_events > self->max_events || self->extract->overflow;
}

static int
enter_block_cb (MD_BLOCKTYPE type, void *detail, void *user_data)
{
  MarkdownReader *self = user_data;

  switch (type)
    {
    case MD_BLOCK_UL:
      enter_list (self, FALSE, 1);
      break;
    case MD_BLOCK_OL:
      enter_list (self, TRUE, ((MD_BLOCK_OL_DETAIL *) detail)->start);
      break;
    case MD_BLOCK_LI:
      flush_text (self);
      if (self->depth > 0 && self->depth <= MAX_LIST_DEPTH)
        self->lists[self->depth - 1].number++;
      self->marker = TRUE;
      break;
    case MD_BLOCK_CODE:
      flush_text (self);
      self->code = TRUE;
      break;
    case MD_BLOCK_HTML:
      flush_text (self);
      self->in_html = TRUE;
      break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
      if (self->text->len > 0)
        g_string_append (self->text, " | ");
      break;
    case MD_BLOCK_DOC:
      break;
    default:
      flush_text (self);
      break;
    }
  return count_event (self);
}

static int
leave_block_cb (MD_BLOCKTYPE type, void *detail, void *user_data)
{
  MarkdownReader *self = user_data;
  SortieBlockKind kind = type == MD_BLOCK_CODE ? SORTIE_BLOCK_PRE : SORTIE_BLOCK_ROW;

  switch (type)
    {
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
      flush_text (self);
      self->depth--;
      break;
    case MD_BLOCK_LI:
      flush_text (self);
      self->marker = FALSE;
      break;
    case MD_BLOCK_H:
      leave_heading (self, ((MD_BLOCK_H_DETAIL *) detail)->level);
      break;
    case MD_BLOCK_CODE:
    case MD_BLOCK_TR:
      sortie_extract_append (self->extract, kind, 0, self->text->str, self->text->len);
      g_string_truncate (self->text, 0);
      self->code = FALSE;
      break;
    case MD_BLOCK_HTML:
      sortie_extract_html_fragment (self->extract, self->html->str, self->html->len, NULL);
      g_string_truncate (self->html, 0);
      self->in_html = FALSE;
      break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
      break;
    default:
      flush_text (self);
      break;
    }
  return count_event (self);
}

static int
span_cb (MD_SPANTYPE type, void *detail, void *user_data)
{
  return count_event (user_data);
}

static int
text_cb (MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *user_data)
{
  MarkdownReader *self = user_data;

  switch (type)
    {
    case MD_TEXT_HTML:
      /* A block of HTML is read as such when it ends; tags in running text say nothing. */
      if (self->in_html)
        g_string_append_len (self->html, text, size);
      break;
    case MD_TEXT_ENTITY:
      append_entity (self->text, text, size);
      break;
    case MD_TEXT_BR:
    case MD_TEXT_SOFTBR:
      g_string_append_c (self->text, self->code ? '\n' : ' ');
      break;
    case MD_TEXT_NULLCHAR:
      g_string_append_unichar (self->text, 0xfffd);
      break;
    default:
      g_string_append_len (self->text, text, size);
      break;
    }
  return count_event (self);
}

/* The value of `title` in YAML or TOML, without quotes. */
static void
take_front_matter_title (SortieExtract *self, const char *start, const char *end)
{
  for (const char *line = start; line < end;)
    {
      const char *newline = memchr (line, '\n', (gsize) (end - line));
      const char *stop = newline != NULL ? newline : end;

      if (stop - line > 6 && g_ascii_strncasecmp (line, "title", 5) == 0)
        {
          g_autofree char *value = g_strndup (line + 5, (gsize) (stop - line - 5));
          char *text = g_strstrip (value);

          if (*text == ':' || *text == '=')
            {
              text = g_strstrip (text + 1);
              if (strlen (text) >= 2 && strchr ("\"'", *text) != NULL &&
                  text[strlen (text) - 1] == *text)
                {
                  text[strlen (text) - 1] = '\0';
                  text++;
                }
              sortie_extract_take_title (self, text, strlen (text));
              return;
            }
        }
      line = stop + 1;
    }
}

/* Bytes of the front matter at the beginning, or 0 where there is none. */
static gsize
skip_front_matter (SortieExtract *self, const char *text, gsize length)
{
  const char *fence = g_str_has_prefix (text, "---") ? "---" : "+++";
  const char *limit = text + MIN (length, MAX_FRONT_MATTER);
  const char *start;

  if (!g_str_has_prefix (text, fence) || (text[3] != '\n' && text[3] != '\r'))
    return 0;
  start = memchr (text, '\n', (gsize) (limit - text));
  for (const char *line = start; line != NULL && line + 4 <= limit;)
    {
      line++;
      if (g_str_has_prefix (line, fence) || (*fence == '-' && g_str_has_prefix (line, "...")))
        {
          const char *end = memchr (line, '\n', length - (gsize) (line - text));

          take_front_matter_title (self, start + 1, line);
          return end != NULL ? (gsize) (end + 1 - text) : length;
        }
      line = memchr (line, '\n', (gsize) (limit - line));
    }
  return 0;
}

gboolean
sortie_extract_markdown (SortieExtract *self, const char *text, gsize length, GError **error)
{
  MD_PARSER parser = {
    .flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS,
    .enter_block = enter_block_cb,
    .leave_block = leave_block_cb,
    .enter_span = span_cb,
    .leave_span = span_cb,
    .text = text_cb,
  };
  g_autoptr (GString) open = g_string_new (NULL);
  g_autoptr (GString) html = g_string_new (NULL);
  g_autofree char *copy = g_strndup (text, length); /* md4c reads the byte after the end */
  gsize skipped = skip_front_matter (self, copy, length);
  MarkdownReader reader = {
    .extract = self, .text = open, .html = html, .max_events = MAX_EVENTS_PER_BYTE * length + 1000
  };

  self->media_type = "text/markdown";
  if (md_parse (copy + skipped, (MD_SIZE) (length - skipped), &parser, &reader) != 0 &&
      !self->overflow)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
                   "its Markdown unfolds beyond all measure");
      return FALSE;
    }
  return sortie_extract_check (self, error);
}
