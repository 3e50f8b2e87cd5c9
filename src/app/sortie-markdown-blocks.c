/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-markdown-blocks.h"

#include "sortie-markdown-builder.h"

#include <md4c.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LISTS 64 /* in each other; items of deeper ones get a bullet */
#define BULLET "\342\200\242"
#define FLAGS                                                                                      \
  (MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_NOINDENTEDCODEBLOCKS)

typedef struct
{
  SortieMarkdownBuilder builder;
  guint lists[MAX_LISTS]; /* the next item's number; 0 for bullets */
  guint n_lists;
  guint number;  /* of the first item; 0: as it says */
  gboolean skip; /* within the head that is not the text's */
  gboolean code;
  guint n_cells;
} Reader;

static void
enter_list (Reader *self, guint number)
{
  sortie_markdown_builder_flush (&self->builder);
  if (self->number > 0 && number > 0)
    number = self->number;
  self->number = 0;
  if (self->n_lists < MAX_LISTS)
    self->lists[self->n_lists] = number;
  self->n_lists++;
  self->builder.depth++;
}

static void
enter_item (Reader *self)
{
  guint *number = &self->lists[MIN (self->n_lists, MAX_LISTS) - 1];

  if (self->n_lists > 0 && self->n_lists <= MAX_LISTS && *number > 0)
    sortie_markdown_builder_take_marker (&self->builder, g_strdup_printf ("%u.", (*number)++));
  else
    sortie_markdown_builder_take_marker (&self->builder, g_strdup (BULLET));
}

static void
begin (Reader *self, SortieMarkdownBlockKind kind)
{
  sortie_markdown_builder_flush (&self->builder);
  self->builder.kind = kind;
}

static int
enter_block_cb (MD_BLOCKTYPE type, void *detail, void *user_data)
{
  Reader *self = user_data;
  SortieMarkdownBuilder *builder = &self->builder;

  switch (type)
    {
    case MD_BLOCK_UL:
      enter_list (self, 0);
      break;
    case MD_BLOCK_OL:
      enter_list (self, MAX (((MD_BLOCK_OL_DETAIL *) detail)->start, 1));
      break;
    case MD_BLOCK_LI:
      enter_item (self);
      builder->kind = SORTIE_MARKDOWN_PARAGRAPH;
      break;
    case MD_BLOCK_QUOTE:
      begin (self, SORTIE_MARKDOWN_PARAGRAPH);
      builder->quotes++;
      break;
    case MD_BLOCK_HR:
      begin (self, SORTIE_MARKDOWN_RULE);
      sortie_markdown_builder_open (builder);
      break;
    case MD_BLOCK_H:
      begin (self, SORTIE_MARKDOWN_HEADING);
      builder->level = ((MD_BLOCK_H_DETAIL *) detail)->level;
      break;
    case MD_BLOCK_CODE:
      begin (self, SORTIE_MARKDOWN_CODE);
      self->code = TRUE;
      break;
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
      builder->head = type == MD_BLOCK_THEAD;
      break;
    case MD_BLOCK_TR:
      begin (self, SORTIE_MARKDOWN_ROW);
      self->n_cells = 0;
      if (!self->skip || !builder->head)
        sortie_markdown_builder_open (builder);
      break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
      if (self->n_cells++ > 0 && (!self->skip || !builder->head))
        sortie_markdown_builder_append_tab (builder);
      break;
    case MD_BLOCK_P:
      begin (self, SORTIE_MARKDOWN_PARAGRAPH);
      break;
    default:
      break;
    }
  return 0;
}

static int
leave_block_cb (MD_BLOCKTYPE type, void *detail, void *user_data)
{
  Reader *self = user_data;
  SortieMarkdownBuilder *builder = &self->builder;

  switch (type)
    {
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
      self->n_lists--;
      builder->depth--;
      break;
    case MD_BLOCK_LI:
      sortie_markdown_builder_end_item (builder);
      break;
    case MD_BLOCK_QUOTE:
      sortie_markdown_builder_flush (builder);
      builder->quotes--;
      break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
      return 0;
    case MD_BLOCK_P:
      sortie_markdown_builder_end_paragraph (builder);
      break;
    default:
      sortie_markdown_builder_flush (builder);
      break;
    }
  self->code = FALSE;
  builder->kind = SORTIE_MARKDOWN_PARAGRAPH;
  return 0;
}

static void
enter_link (SortieMarkdownBuilder *builder, const MD_ATTRIBUTE *target)
{
  if (builder->n_links < SORTIE_MARKDOWN_MAX_LINKS)
    builder->links[builder->n_links] =
        g_strndup (target->text != NULL ? target->text : "", target->size);
  builder->n_links++;
}

static void
leave_link (SortieMarkdownBuilder *builder)
{
  if (builder->n_links-- <= SORTIE_MARKDOWN_MAX_LINKS)
    g_clear_pointer (&builder->links[builder->n_links], g_free);
}

static int
change_span (SortieMarkdownBuilder *builder, MD_SPANTYPE type, int change)
{
  switch (type)
    {
    case MD_SPAN_STRONG:
      builder->n_bold += change;
      break;
    case MD_SPAN_EM:
      builder->n_italic += change;
      break;
    case MD_SPAN_DEL:
      builder->n_strike += change;
      break;
    case MD_SPAN_CODE:
      builder->n_mono += change;
      break;
    default:
      break;
    }
  return 0;
}

static int
enter_span_cb (MD_SPANTYPE type, void *detail, void *user_data)
{
  Reader *self = user_data;

  if (type == MD_SPAN_A)
    enter_link (&self->builder, &((MD_SPAN_A_DETAIL *) detail)->href);
  else if (type == MD_SPAN_IMG)
    enter_link (&self->builder, &((MD_SPAN_IMG_DETAIL *) detail)->src);
  return change_span (&self->builder, type, 1);
}

static int
leave_span_cb (MD_SPANTYPE type, void *detail, void *user_data)
{
  Reader *self = user_data;

  if (type == MD_SPAN_A || type == MD_SPAN_IMG)
    leave_link (&self->builder);
  return change_span (&self->builder, type, -1);
}

static void
append_entity (SortieMarkdownBuilder *builder, const char *entity, gsize length)
{
  static const struct
  {
    const char *name;
    const char *text;
  } known[] = {
    { "&amp;", "&" },
    { "&lt;", "<" },
    { "&gt;", ">" },
    { "&quot;", "\"" },
    { "&apos;", "'" },
    { "&nbsp;", "\302\240" },
    { "&shy;", "" },
    { "&ndash;", "\342\200\223" },
    { "&mdash;", "\342\200\224" },
    { "&hellip;", "\342\200\246" },
    { "&copy;", "\302\251" },
    { "&reg;", "\302\256" },
    { "&deg;", "\302\260" },
    { "&sect;", "\302\247" },
    { "&euro;", "\342\202\254" },
    { "&times;", "\303\227" },
  };
  char utf8[8] = { 0 };
  g_autofree char *name = g_strndup (entity, length);

  if (length > 3 && name[1] == '#')
    {
      gboolean hex = g_ascii_tolower (name[2]) == 'x';
      guint64 c = g_ascii_strtoull (name + (hex ? 3 : 2), NULL, hex ? 16 : 10);
      gboolean valid = c > 0 && c <= 0x10ffff && g_unichar_validate ((gunichar) c);
      int bytes = g_unichar_to_utf8 (valid ? (gunichar) c : 0xfffd, utf8);

      sortie_markdown_builder_append (builder, utf8, (gsize) bytes);
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (known[i].name, name) == 0)
      {
        sortie_markdown_builder_append (builder, known[i].text, strlen (known[i].text));
        return;
      }
  sortie_markdown_builder_append (builder, name, length);
}

/* Text between backticks or fences: a backslash that was put in shows there, and must not. */
static void
append_code (Reader *self, const char *text, gsize length)
{
  SortieMarkdownBuilder *builder = &self->builder;
  const GString *copy = builder->copy->text;
  gsize start = (gsize) (text - copy->str);
  gsize end = start + length;

  if (text < copy->str || text >= copy->str + copy->len)
    {
      sortie_markdown_builder_append (builder, text, length);
      return;
    }
  while (start < end)
    {
      gsize escape = sortie_markdown_copy_find_escape (builder->copy, start, end);

      if (escape > start)
        sortie_markdown_builder_append (builder, copy->str + start, escape - start);
      start = escape + 1;
    }
}

static void
append_code_block (Reader *self, const char *text, gsize length)
{
  const char *end = text + length;

  while (text < end)
    {
      const char *newline = memchr (text, '\n', (gsize) (end - text));
      const char *stop = newline != NULL ? newline : end;

      if (stop > text)
        append_code (self, text, (gsize) (stop - text));
      sortie_markdown_builder_open (&self->builder);
      if (newline != NULL)
        sortie_markdown_builder_flush (&self->builder);
      text = stop + 1;
    }
}

static int
text_cb (MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *user_data)
{
  Reader *self = user_data;
  SortieMarkdownBuilder *builder = &self->builder;

  if (self->skip && builder->head && builder->kind == SORTIE_MARKDOWN_ROW)
    return 0;
  if (self->code)
    append_code_block (self, text, size);
  else if (type == MD_TEXT_BR && builder->kind != SORTIE_MARKDOWN_ROW)
    sortie_markdown_builder_break (builder);
  else if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR)
    sortie_markdown_builder_append (builder, " ", 1);
  else if (type == MD_TEXT_CODE)
    append_code (self, text, size);
  else if (type == MD_TEXT_ENTITY)
    append_entity (builder, text, size);
  else if (type == MD_TEXT_NULLCHAR)
    sortie_markdown_builder_append (builder, "\357\277\275", 3);
  else
    sortie_markdown_builder_append_prose (builder, text, size);
  return 0;
}

static void
run_parser (const SortieMarkdownCopy *copy, Reader *reader)
{
  const MD_PARSER parser = { .flags = FLAGS,
                             .enter_block = enter_block_cb,
                             .leave_block = leave_block_cb,
                             .enter_span = enter_span_cb,
                             .leave_span = leave_span_cb,
                             .text = text_cb };

  md_parse (copy->text->str, (MD_SIZE) copy->text->len, &parser, reader);
}

GPtrArray *
sortie_markdown_parse (const char *text, const SortieMarkdownPiece *piece)
{
  g_autoptr (SortieMarkdownCopy) copy = NULL;
  Reader reader = { .number = piece->number, .skip = piece->kind == SORTIE_MARKDOWN_PIECE_ROW };

  if (piece->kind == SORTIE_MARKDOWN_PIECE_NOTHING)
    return g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_markdown_block_free);
  copy = sortie_markdown_copy_new (text, piece);
  sortie_markdown_builder_init (&reader.builder, copy, piece->depth);
  if (piece->kind == SORTIE_MARKDOWN_PIECE_CODE)
    {
      gsize length = copy->text->len;

      /* Whole lines end in a line break, an empty one is a line all the same. */
      begin (&reader, SORTIE_MARKDOWN_CODE);
      append_code_block (&reader, copy->text->str, length);
    }
  else
    run_parser (copy, &reader);
  return sortie_markdown_builder_end (&reader.builder);
}

GPtrArray *
sortie_markdown_parse_all (const char *text, gsize length)
{
  g_autoptr (SortieMarkdownCutter) cutter = sortie_markdown_cutter_new ();
  g_autoptr (GArray) open = NULL;
  const GArray *pieces = sortie_markdown_cutter_get_pieces (cutter);
  GPtrArray *blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_markdown_block_free);

  sortie_markdown_cutter_feed (cutter, text, length, 0);
  open = sortie_markdown_cutter_dup_open (cutter, text, length);
  for (guint i = 0; i < pieces->len + open->len; i++)
    {
      const SortieMarkdownPiece *piece =
          i < pieces->len ? &g_array_index (pieces, SortieMarkdownPiece, i)
                          : &g_array_index (open, SortieMarkdownPiece, i - pieces->len);

      g_ptr_array_extend_and_steal (blocks, sortie_markdown_parse (text, piece));
    }
  return blocks;
}

static int
count_cb (MD_BLOCKTYPE type, void *detail, void *user_data)
{
  guint *columns = user_data;

  if (type == MD_BLOCK_TABLE)
    *columns = ((MD_BLOCK_TABLE_DETAIL *) detail)->col_count;
  return 0;
}

static int
ignore_block_cb (MD_BLOCKTYPE type, void *detail, void *user_data)
{
  return 0;
}

static int
ignore_span_cb (MD_SPANTYPE type, void *detail, void *user_data)
{
  return 0;
}

static int
ignore_text_cb (MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *user_data)
{
  return 0;
}

guint
sortie_markdown_count_columns (const char *text, const SortieMarkdownPiece *piece)
{
  g_autoptr (SortieMarkdownCopy) copy = NULL;
  const MD_PARSER parser = { .flags = FLAGS,
                             .enter_block = count_cb,
                             .leave_block = ignore_block_cb,
                             .enter_span = ignore_span_cb,
                             .leave_span = ignore_span_cb,
                             .text = ignore_text_cb };
  guint columns = 0;

  copy = sortie_markdown_copy_new (text, piece);
  md_parse (copy->text->str, (MD_SIZE) copy->text->len, &parser, &columns);
  return columns;
}

gboolean
sortie_markdown_block_find_origin (
    const SortieMarkdownBlock *self, gsize start, gsize end, guint *shown_start, guint *shown_end)
{
  guint first = G_MAXUINT;
  guint last = 0;

  for (guint i = 0; i < self->origins->len; i++)
    {
      const SortieMarkdownOrigin *origin = &g_array_index (self->origins, SortieMarkdownOrigin, i);
      gsize from = MAX (start, origin->source);
      gsize to = MIN (end, origin->source + origin->length);

      if (from >= to)
        continue;
      first = MIN (first, origin->start + (guint) (from - origin->source));
      last = MAX (last, origin->start + (guint) (to - origin->source));
    }
  if (first >= last)
    return FALSE;
  *shown_start = first;
  *shown_end = last;
  return TRUE;
}
