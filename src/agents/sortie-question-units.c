/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-question-private.h"

#include "sortie-question-patterns.h"
#include "sortie-question-terms.h"
#include "sortie-text.h"

#include <string.h>

/* A line shorter than this that is followed by a capital stands for itself: people write lists
 * without any mark. */
#define SHORT_LINE 60

typedef struct
{
  GPtrArray *units;
  GString *paragraph; /* lines of running text that are not cut yet */
  GString *item;      /* the list item under way; empty outside a list */
  char *context;      /* the sentence that introduced the list */
  const char *whole;  /* the sentence that the list is inside of */
} Reader;

static void
unit_free (gpointer data)
{
  SortieUnit *unit = data;

  g_free (unit->text);
  g_free (unit->context);
  g_free (unit->whole);
  g_free (unit);
}

static void
reader_add (Reader *self, const char *text, gsize length, gboolean item)
{
  g_autofree char *bounded = NULL;
  g_autofree char *copy = g_strndup (text, length);
  SortieUnit *unit;

  if (self->units->len >= SORTIE_MAX_UNITS)
    return;
  g_strstrip (copy);
  bounded = sortie_text_shorten (copy, SORTIE_PATTERN_MAX_TEXT - strlen ("…"));
  if (sortie_text_count_words (bounded, strlen (bounded)) == 0)
    return;
  unit = g_new0 (SortieUnit, 1);
  unit->text = g_steal_pointer (&bounded);
  unit->context = item ? g_strdup (self->context) : NULL;
  unit->whole =
      sortie_text_shorten (self->whole != NULL ? self->whole : unit->text, SORTIE_PATTERN_MAX_TEXT);
  unit->item = item;
  g_ptr_array_add (self->units, unit);
}

/* "Report on (1) retries, (2) dead letters": a list within a sentence. */
static gboolean
reader_add_inline_list (Reader *self, const char *text, gsize length)
{
  g_autofree char *copy = g_strndup (text, length);
  const char *marks[SORTIE_MAX_QUESTIONS + 1];
  g_autofree char *old_context = NULL;
  guint n_marks = 0;
  const char *at = copy;

  for (; n_marks < SORTIE_MAX_QUESTIONS; n_marks++)
    {
      g_autofree char *mark = g_strdup_printf ("%u) ", n_marks + 1);
      const char *found = strstr (at, mark);

      if (found == NULL || (found > copy && g_ascii_isalnum (found[-1])))
        break;
      marks[n_marks] = found;
      at = found + strlen (mark);
    }
  if (n_marks < 2)
    return FALSE;
  marks[n_marks] = copy + length;
  old_context = g_steal_pointer (&self->context);
  self->context = g_strndup (copy, (gsize) (marks[0] - copy));
  self->whole = copy;
  for (guint i = 0; i < n_marks; i++)
    {
      const char *start = marks[i] + 3;
      gsize item_length = (gsize) (marks[i + 1] - start);
      g_autofree char *item = NULL;

      /* The opening bracket of the next mark, the comma and the "and" before it. */
      item = g_strndup (start, item_length);
      g_strdelimit (item, "(", ' ');
      g_strchomp (item);
      for (guint j = 0; j < 2; j++)
        {
          if (g_str_has_suffix (item, " and") || g_str_has_suffix (item, " und"))
            item[strlen (item) - 4] = '\0';
          else if (g_str_has_suffix (item, " et") || g_str_has_suffix (item, " or"))
            item[strlen (item) - 3] = '\0';
          while (*item != '\0' && strchr (" ,;", item[strlen (item) - 1]) != NULL)
            item[strlen (item) - 1] = '\0';
        }
      reader_add (self, item, strlen (item), TRUE);
    }
  self->whole = NULL;
  g_free (self->context);
  self->context = g_steal_pointer (&old_context);
  return TRUE;
}

static void
reader_end_paragraph (Reader *self, gboolean before_list)
{
  g_autoptr (GArray) sentences = NULL;

  if (self->paragraph->len == 0)
    return;
  sentences = sortie_text_split_sentences (self->paragraph->str, self->paragraph->len);
  for (guint i = 0; i < sentences->len; i++)
    {
      const SortieSpan *span = &g_array_index (sentences, SortieSpan, i);
      const char *start = self->paragraph->str + span->start;
      gsize length = span->end - span->start;

      if (before_list && i + 1 == sentences->len && start[length - 1] == ':')
        {
          g_free (self->context);
          self->context = g_strndup (start, MIN (length, SORTIE_PATTERN_MAX_TEXT));
        }
      else if (!reader_add_inline_list (self, start, length))
        reader_add (self, start, length, FALSE);
    }
  g_string_truncate (self->paragraph, 0);
}

static void
reader_end_item (Reader *self)
{
  if (self->item->len == 0)
    return;
  reader_add (self, self->item->str, self->item->len, TRUE);
  g_string_truncate (self->item, 0);
}

/* The bytes of "- ", "* ", "• ", "1. ", "2) ", "a) " or "(3) " at the start; 0 without one. */
static gsize
list_mark_length (const char *line)
{
  static const char *const bullets[] = { "- ", "* ", "+ ", "• ", "– ", "— ", "· " };
  const char *p = line;

  for (guint i = 0; i < G_N_ELEMENTS (bullets); i++)
    if (g_str_has_prefix (line, bullets[i]))
      return strlen (bullets[i]);
  if (*p == '(')
    p++;
  if (g_ascii_isdigit (*p))
    while (g_ascii_isdigit (*p) && p - line < 4)
      p++;
  else if (g_ascii_isalpha (*p) && p[1] == ')')
    p++;
  else
    return 0;
  if ((*p == '.' && *line != '(') || *p == ')')
    return p[1] == ' ' ? (gsize) (p - line) + 2 : 0;
  return 0;
}

static gboolean
starts_with_capital (const char *line)
{
  return g_unichar_isupper (g_utf8_get_char (line));
}

static void
reader_take_line (Reader *self, const char *line, gboolean indented)
{
  gsize mark = list_mark_length (line);

  if (*line == '\0')
    {
      reader_end_item (self);
      /* A list may follow its introduction after a blank line. */
      if (self->paragraph->len > 0 && self->paragraph->str[self->paragraph->len - 1] != ':')
        reader_end_paragraph (self, FALSE);
      return;
    }
  if (mark > 0)
    {
      reader_end_paragraph (self, TRUE);
      reader_end_item (self);
      g_string_assign (self->item, line + mark);
      return;
    }
  if (self->item->len > 0 && indented)
    {
      g_string_append_printf (self->item, " %s", line);
      return;
    }
  reader_end_item (self);
  if (*line == '#')
    {
      reader_end_paragraph (self, FALSE);
      line += strspn (line, "# ");
    }
  else if (self->paragraph->len > 0 && self->paragraph->len < SHORT_LINE &&
           starts_with_capital (line))
    reader_end_paragraph (self, FALSE);
  if (self->paragraph->len > 0)
    g_string_append_c (self->paragraph, ' ');
  g_string_append (self->paragraph, line);
}

GPtrArray *
sortie_question_list_units (const char *mission)
{
  g_auto (GStrv) lines = g_strsplit (mission, "\n", -1);
  Reader reader = { g_ptr_array_new_with_free_func (unit_free), g_string_new (NULL),
                    g_string_new (NULL), NULL, NULL };

  for (guint i = 0; lines[i] != NULL && reader.units->len < SORTIE_MAX_UNITS; i++)
    {
      gboolean indented = g_ascii_isspace (lines[i][0]);

      reader_take_line (&reader, g_strstrip (lines[i]), indented);
    }
  reader_end_item (&reader);
  reader_end_paragraph (&reader, FALSE);
  g_string_free (reader.paragraph, TRUE);
  g_string_free (reader.item, TRUE);
  g_free (reader.context);
  return reader.units;
}
