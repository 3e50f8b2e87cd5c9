/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-citations-private.h"

#include "sortie-text.h"

#include <string.h>

typedef enum
{
  STATE_START,    /* the line's kind is not known yet: it is in `line` */
  STATE_TEXT,     /* its rest goes through */
  STATE_CODE,     /* in a code block, at the start of a line */
  STATE_IN_CODE,  /* …, and the line's rest goes through */
  STATE_SWALLOWED /* the list of sources has begun: nothing more is taken */
} State;

struct _SortieCitations
{
  SortieCitationsFunc func;
  gpointer user_data;
  SortieCitationInline text;
  State state;
  char part[4]; /* of a character whose other bytes are still to come */
  gsize n_part;
  GString *line;      /* the beginning of the line at hand */
  GString *entry;     /* a line that is the first of a list of sources, or just text */
  guint entry_breaks; /* line breaks before it */
  guint n_breaks;     /* line breaks that are held back until there is more */
  gboolean begun;     /* something has come out */
  gboolean wrapped;   /* all of it is in a code block of Markdown, whose fences are left out */
  gboolean in_number; /* in code, after a bracket */
  char fence;
  gsize fence_length;
};

/* -- what comes out -- */

static void
put_breaks (SortieCitations *self, guint most)
{
  static const char breaks[] = "\n\n";

  for (guint left = MIN (self->n_breaks, most); self->begun && left > 0; left -= MIN (left, 2))
    self->func (breaks, MIN (left, 2), self->user_data);
  self->n_breaks = 0;
}

/* Line breaks come out with what follows them. */
static void
text_cb (const char *text, gsize length, gpointer user_data)
{
  SortieCitations *self = user_data;

  put_breaks (self, 2);
  self->begun = TRUE;
  self->func (text, length, self->user_data);
}

/* In code `a[3]` must not look like a citation. */
static void
put_code (SortieCitations *self, const char *text, gsize length)
{
  put_breaks (self, G_MAXUINT);
  self->begun = TRUE;
  for (gsize i = 0; i < length; i++)
    {
      if (self->in_number && g_ascii_isdigit (text[i]))
        self->func (" ", 1, self->user_data);
      self->in_number = text[i] == '[';
      /* A whole character at a time. */
      if (i + 1 == length || ((guchar) text[i + 1] & 0xC0) != 0x80)
        {
          gsize from = i;

          while (((guchar) text[from] & 0xC0) == 0x80)
            from--;
          self->func (text + from, i + 1 - from, self->user_data);
        }
    }
}

static void
put_fence (SortieCitations *self)
{
  char fence[SORTIE_LINE_MAX_FENCE];

  memset (fence, self->fence, self->fence_length);
  put_code (self, fence, self->fence_length);
}

/* -- whole lines -- */

/* What was taken for the first line of a list of sources is text after all. */
static void
release_entry (SortieCitations *self)
{
  guint breaks = self->n_breaks;

  if (self->entry->len == 0)
    return;
  self->n_breaks = self->entry_breaks;
  if (!sortie_citation_is_definition (self->entry->str))
    sortie_citation_inline_feed (&self->text, self->entry->str, self->entry->len);
  sortie_citation_inline_end (&self->text);
  g_string_truncate (self->entry, 0);
  self->n_breaks += breaks;
}

static void
swallow (SortieCitations *self)
{
  g_string_truncate (self->line, 0);
  g_string_truncate (self->entry, 0);
  self->state = STATE_SWALLOWED;
}

/* The rest of the line, if there is one, goes through as text. */
static void
begin_text (SortieCitations *self)
{
  const char *line = self->line->str;
  gsize indent = strspn (line, " ");

  release_entry (self);
  /* Too long for a heading, or no heading at all. */
  if (indent <= 3 && line[indent] == '#')
    {
      sortie_citation_inline_feed (&self->text, "\\", 1);
      line += indent;
    }
  sortie_citation_inline_feed (&self->text, line, strlen (line));
  g_string_truncate (self->line, 0);
  self->state = STATE_TEXT;
}

/* A title is the report's own affair; below it headings of the second level begin. */
static void
take_heading (SortieCitations *self)
{
  gsize level = sortie_citation_count_mark (self->line->str, self->line->len, '#');
  g_autofree char *words = g_strstrip (g_strdup (self->line->str + level));

  g_string_truncate (self->line, 0);
  release_entry (self);
  if ((level == 1 && !self->begun) || *words == '\0')
    return;
  sortie_citation_inline_feed (&self->text, "######", MAX (level, 2));
  sortie_citation_inline_feed (&self->text, " ", 1);
  sortie_citation_inline_feed (&self->text, words, strlen (words));
}

static void
open_code (SortieCitations *self)
{
  gsize n = sortie_citation_count_mark (self->line->str, self->line->len, *self->line->str);
  g_autofree char *info = g_strstrip (g_strdup (self->line->str + n));
  gboolean markdown =
      g_ascii_strcasecmp (info, "markdown") == 0 || g_ascii_strcasecmp (info, "md") == 0;

  release_entry (self);
  if (markdown ? !self->begun : self->wrapped && *info == '\0')
    {
      self->wrapped = markdown;
      g_string_truncate (self->line, 0);
      return;
    }
  self->fence = *self->line->str;
  self->fence_length = n;
  /* After a blank line: some readers take a fence right below a table for a row of it. */
  self->n_breaks = 2;
  put_breaks (self, 2);
  put_fence (self);
  put_code (self, info, strlen (info));
  g_string_truncate (self->line, 0);
  self->state = STATE_CODE;
}

static void
take_entry (SortieCitations *self)
{
  if (self->entry->len > 0)
    {
      swallow (self);
      return;
    }
  g_string_assign (self->entry, self->line->str);
  self->entry_breaks = self->n_breaks;
  self->n_breaks = 0;
  g_string_truncate (self->line, 0);
}

/* Deals with the line as soon as its kind is known. */
static void
take_line (SortieCitations *self, gboolean complete)
{
  SortieLineKind kind = SORTIE_LINE_TEXT;

  if (!sortie_citation_line_read (self->line->str, self->line->len, complete, &kind))
    return;
  if (kind == SORTIE_LINE_HEAD)
    {
      swallow (self);
      return;
    }
  if (kind == SORTIE_LINE_TEXT)
    {
      begin_text (self);
      return;
    }
  g_string_erase (self->line, 0, (gssize) MIN (strspn (self->line->str, " "), 3));
  if (kind == SORTIE_LINE_FENCE)
    open_code (self);
  else if (kind == SORTIE_LINE_HEADING)
    take_heading (self);
  else
    take_entry (self);
}

static void
end_line (SortieCitations *self)
{
  gboolean blank = strspn (self->line->str, " \t") == self->line->len;

  if (self->state == STATE_START && !blank)
    take_line (self, TRUE);
  else if (self->state == STATE_START)
    g_string_truncate (self->line, 0);
  if (self->state == STATE_SWALLOWED)
    return;
  sortie_citation_inline_end (&self->text);
  if (self->state == STATE_TEXT)
    self->state = STATE_START;
  self->n_breaks++;
}

/* -- code blocks -- */

/* Readers differ in what they take for the end of a code block, so it ends in one form only. */
static void
end_code_line (SortieCitations *self)
{
  const char *line = self->line->str;
  gsize blanks = strspn (line, " \t");
  gsize n = sortie_citation_count_mark (line + blanks, self->line->len - blanks, self->fence);

  if (self->state == STATE_CODE && n >= self->fence_length &&
      strspn (line + blanks + n, " \t") == self->line->len - blanks - n)
    {
      put_fence (self);
      self->state = STATE_START;
    }
  else
    {
      if (self->line->len > 0)
        put_code (self, line, self->line->len);
      self->state = STATE_CODE;
    }
  g_string_truncate (self->line, 0);
  self->in_number = FALSE;
  self->n_breaks++;
}

static void
feed_code (SortieCitations *self, const char *character, gsize length)
{
  gboolean may_close =
      length == 1 && (strchr (" \t", *character) != NULL || *character == self->fence);

  if (self->state == STATE_IN_CODE)
    {
      put_code (self, character, length);
      return;
    }
  g_string_append_len (self->line, character, (gssize) length);
  if (may_close && self->line->len < SORTIE_LINE_MAX_HELD)
    return;
  put_code (self, self->line->str, self->line->len);
  g_string_truncate (self->line, 0);
  self->state = STATE_IN_CODE;
}

/* -- bytes -- */

/* What no reader sees, or what a terminal would act on. */
static gboolean
is_hidden (gunichar c)
{
  return c == 0xAD || c == 0x200B || c == 0xFEFF || (c < 0x20 && c != '\n' && c != '\t') ||
         (c >= 0x7F && c <= 0x9F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
         (c >= 0xE0000 && c <= 0xE007F);
}

static void
feed_character (SortieCitations *self, const char *character, gsize length)
{
  if (self->state == STATE_SWALLOWED)
    return;
  if (*character == '\n')
    {
      if (self->state == STATE_CODE || self->state == STATE_IN_CODE)
        end_code_line (self);
      else
        end_line (self);
      return;
    }
  if (self->state == STATE_CODE || self->state == STATE_IN_CODE)
    feed_code (self, character, length);
  else if (self->state == STATE_TEXT)
    sortie_citation_inline_feed (&self->text, character, length);
  else
    {
      g_string_append_len (self->line, character, (gssize) length);
      /* What is only blank so far tells nothing. */
      if (strspn (self->line->str, " \t") < self->line->len ||
          self->line->len >= SORTIE_LINE_MAX_FENCE)
        take_line (self, FALSE);
    }
}

/* One whole character, or U+FFFD for bytes that are none. */
static void
take_character (SortieCitations *self, const char *bytes, gsize length)
{
  gunichar c = g_utf8_get_char_validated (bytes, (gssize) length);

  if (c == (gunichar) -1 || c == (gunichar) -2)
    feed_character (self, "\xEF\xBF\xBD", 3);
  else if (c == 0x2028 || c == 0x2029 || c == 0x85)
    feed_character (self, " ", 1);
  else if (!is_hidden (c))
    feed_character (self, bytes, length);
}

static gsize
length_of (guchar lead)
{
  if (lead >= 0xC2 && lead <= 0xDF)
    return 2;
  if (lead >= 0xE0 && lead <= 0xEF)
    return 3;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 1;
}

void
sortie_citations_feed (SortieCitations *self, const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      gboolean continues = ((guchar) bytes[i] & 0xC0) == 0x80;

      /* The character before was cut short by the sender, not by the packet. */
      if (self->n_part > 0 && !continues)
        {
          take_character (self, self->part, self->n_part);
          self->n_part = 0;
        }
      self->part[self->n_part++] = bytes[i];
      if (self->n_part == length_of ((guchar) self->part[0]))
        {
          take_character (self, self->part, self->n_part);
          self->n_part = 0;
        }
    }
}

void
sortie_citations_end (SortieCitations *self)
{
  if (self->n_part > 0)
    take_character (self, self->part, self->n_part);
  self->n_part = 0;
  if (self->state == STATE_SWALLOWED)
    return;
  if (self->state == STATE_START || self->state == STATE_TEXT)
    end_line (self);
  else if (self->state == STATE_IN_CODE || self->line->len > 0)
    end_code_line (self);
  if (self->state == STATE_CODE)
    {
      self->n_breaks = 1;
      put_fence (self);
    }
  /* Nothing came after it: it was a list of sources. */
  g_string_truncate (self->entry, 0);
  self->n_breaks = 0;
  self->state = STATE_SWALLOWED;
}

SortieCitations *
sortie_citations_new (guint n_passages, SortieCitationsFunc func, gpointer user_data)
{
  SortieCitations *self = g_new0 (SortieCitations, 1);

  self->func = func;
  self->user_data = user_data;
  sortie_citation_inline_init (&self->text, n_passages, text_cb, self);
  self->line = g_string_new (NULL);
  self->entry = g_string_new (NULL);
  return self;
}

void
sortie_citations_free (SortieCitations *self)
{
  if (self == NULL)
    return;
  sortie_citation_inline_clear (&self->text);
  g_string_free (self->line, TRUE);
  g_string_free (self->entry, TRUE);
  g_free (self);
}

GArray *
sortie_citations_get_order (const SortieCitations *self)
{
  return self->text.order;
}

guint
sortie_citations_get_n_kept (const SortieCitations *self)
{
  return self->text.n_kept;
}

guint
sortie_citations_get_n_removed (const SortieCitations *self)
{
  return self->text.n_removed;
}

gsize
sortie_citations_get_held (const SortieCitations *self)
{
  return self->n_part + self->line->len + self->entry->len + self->text.held->len;
}
