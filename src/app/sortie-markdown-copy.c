/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-markdown-copy.h"

#include <string.h>

#define MAX_COLUMNS 128 /* md4c's own limit */
#define TAB_WIDTH 4

/* From `offset` of the copy on, bytes stand one by one in the source. */
typedef struct
{
  gsize offset;
  gsize source;
} Place;

static void
add_place (SortieMarkdownCopy *self, gsize source)
{
  Place place = { self->text->len, source };

  g_array_append_val (self->places, place);
}

/* Bytes between two line breaks. */
static void
append_bytes (SortieMarkdownCopy *self, const char *text, gsize start, gsize end)
{
  gsize at = start;

  while (at < end)
    {
      const char *colon = memchr (text + at, ':', end - at);
      gsize next = colon != NULL ? (gsize) (colon - text) : end;

      add_place (self, at);
      g_string_append_len (self->text, text + at, (gssize) (next - at));
      if (colon == NULL)
        return;
      if (next > start && text[next - 1] == ']')
        {
          g_array_append_val (self->escapes, self->text->len);
          add_place (self, SORTIE_MARKDOWN_NO_SOURCE);
          g_string_append_c (self->text, '\\');
          add_place (self, next);
        }
      g_string_append_c (self->text, ':');
      at = next + 1;
    }
}

/* As bytes that are no UTF-8 come as U+FFFD, and NUL too. */
static void
append_valid (SortieMarkdownCopy *self, const char *text, gsize start, gsize end)
{
  while (start < end)
    {
      const char *bad;
      gsize good;

      if (g_utf8_validate_len (text + start, end - start, &bad))
        {
          append_bytes (self, text, start, end);
          return;
        }
      good = (gsize) (bad - text);
      append_bytes (self, text, start, good);
      add_place (self, SORTIE_MARKDOWN_NO_SOURCE);
      g_string_append (self->text, "\357\277\275");
      start = good + 1;
    }
}

/* Takes up to `columns` columns of white space away. What code has beyond them becomes blanks. */
static gsize
skip_indent (SortieMarkdownCopy *self,
             const char *text,
             gsize at,
             gsize end,
             const SortieMarkdownPiece *piece)
{
  guint columns = piece->indent;
  gboolean code = piece->kind == SORTIE_MARKDOWN_PIECE_CODE;
  guint column = 0;

  while (at < end && column < columns && (text[at] == ' ' || text[at] == '\t'))
    {
      column = text[at] == '\t' ? (column / TAB_WIDTH + 1) * TAB_WIDTH : column + 1;
      at++;
    }
  while (code && at < end && (text[at] == ' ' || text[at] == '\t'))
    {
      column = text[at] == '\t' ? (column / TAB_WIDTH + 1) * TAB_WIDTH : column + 1;
      at++;
    }
  for (; column > columns; column--) /* the rest of a tab */
    {
      add_place (self, SORTIE_MARKDOWN_NO_SOURCE);
      g_string_append_c (self->text, ' ');
    }
  return at;
}

static void
append_head (SortieMarkdownCopy *self, guint columns)
{
  columns = CLAMP (columns, 1, MAX_COLUMNS);
  add_place (self, SORTIE_MARKDOWN_NO_SOURCE);
  for (guint i = 0; i < columns; i++)
    g_string_append (self->text, "|a");
  g_string_append (self->text, "|\n");
  for (guint i = 0; i < columns; i++)
    g_string_append (self->text, "|---");
  g_string_append (self->text, "|\n");
  self->head = self->text->len;
}

SortieMarkdownCopy *
sortie_markdown_copy_new (const char *text, const SortieMarkdownPiece *piece)
{
  SortieMarkdownCopy *self = g_new0 (SortieMarkdownCopy, 1);
  gsize at = piece->start;

  self->text = g_string_sized_new (piece->end - piece->start + 64);
  self->places = g_array_new (FALSE, FALSE, sizeof (Place));
  self->escapes = g_array_new (FALSE, FALSE, sizeof (gsize));
  if (piece->kind == SORTIE_MARKDOWN_PIECE_ROW)
    append_head (self, piece->columns);
  while (at < piece->end)
    {
      const char *newline = memchr (text + at, '\n', piece->end - at);
      gsize end = newline != NULL ? (gsize) (newline - text) : piece->end;

      at = skip_indent (self, text, at, end, piece);
      append_valid (self, text, at, end);
      if (newline != NULL)
        {
          add_place (self, end);
          g_string_append_c (self->text, '\n');
        }
      at = end + 1;
    }
  return self;
}

void
sortie_markdown_copy_free (SortieMarkdownCopy *self)
{
  if (self == NULL)
    return;
  g_string_free (self->text, TRUE);
  g_array_unref (self->places);
  g_array_unref (self->escapes);
  g_free (self);
}

gsize
sortie_markdown_copy_get_source (const SortieMarkdownCopy *self, gsize offset)
{
  guint low = 0;
  guint high = self->places->len;
  const Place *place;

  while (low < high) /* the first place beyond the offset */
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->places, Place, middle).offset <= offset)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == 0)
    return SORTIE_MARKDOWN_NO_SOURCE;
  place = &g_array_index (self->places, Place, low - 1);
  return place->source == SORTIE_MARKDOWN_NO_SOURCE ? SORTIE_MARKDOWN_NO_SOURCE
                                                    : place->source + (offset - place->offset);
}

gsize
sortie_markdown_copy_find_escape (const SortieMarkdownCopy *self, gsize start, gsize end)
{
  guint low = 0;
  guint high = self->escapes->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->escapes, gsize, middle) < start)
        low = middle + 1;
      else
        high = middle;
    }
  return low < self->escapes->len ? MIN (end, g_array_index (self->escapes, gsize, low)) : end;
}
