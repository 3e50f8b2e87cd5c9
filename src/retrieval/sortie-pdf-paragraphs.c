/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-extract"

#include "sortie-pdf.h"

#include <math.h>
#include <string.h>

#define HEADING_SCALE 1.15 /* a heading's letters against the running text's */
#define NOTE_SCALE 0.9     /* a footnote's */
#define MAX_HEADING_BYTES 200
#define MIN_OUTLINE 3 /* entries: with fewer, headings are told by their size */
#define MAX_SIZE_LEVELS 4

typedef struct
{
  SortieExtract *extract;
  GPtrArray *lines;
  GHashTable *outline;   /* "title@page", folded, without white space → SortiePdfHeading */
  GHashTable *compounds; /* words with a hyphen that stand within a line */
  double body_size;
  double leading;        /* from line to line in running text */
  GArray *heading_sizes; /* double, descending */

  /* The paragraph that is open. */
  GString *text;
  GString *code; /* the same as lines, where all of it is code */
  gboolean is_code;
  const SortiePdfLine *first;
  const SortiePdfLine *last;
  double right; /* the furthest end of its lines */
  guint n_lines;
} Joiner;

static SortiePdfLine *
line_at (Joiner *self, guint i)
{
  return g_ptr_array_index (self->lines, i);
}

/* The most frequent value, in steps, each weighted. */
static double
most_frequent (GHashTable *counts, double step)
{
  GHashTableIter iter;
  gpointer key;
  gpointer value;
  guint best = 0;
  int found = 0;

  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (GPOINTER_TO_UINT (value) > best ||
        (GPOINTER_TO_UINT (value) == best && GPOINTER_TO_INT (key) < found))
      {
        best = GPOINTER_TO_UINT (value);
        found = GPOINTER_TO_INT (key);
      }
  return found * step;
}

static void
count_value (GHashTable *counts, double value, double step, gsize weight)
{
  gpointer key = GINT_TO_POINTER ((int) lround (value / step));

  g_hash_table_insert (counts, key,
                       GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, key)) +
                                         (guint) weight));
}

static void
measure (Joiner *self)
{
  g_autoptr (GHashTable) sizes = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) leadings = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < self->lines->len; i++)
    count_value (sizes, line_at (self, i)->size, 0.1, strlen (line_at (self, i)->text));
  self->body_size = most_frequent (sizes, 0.1);
  for (guint i = 1; i < self->lines->len; i++)
    {
      const SortiePdfLine *a = line_at (self, i - 1);
      const SortiePdfLine *b = line_at (self, i);

      if (a->page == b->page && b->y1 > a->y1 + a->size / 2 && b->y1 - a->y1 < 4 * a->size &&
          fabs (a->size - self->body_size) < 0.3 && fabs (b->size - self->body_size) < 0.3)
        count_value (leadings, b->y1 - a->y1, 0.25, 1);
    }
  self->leading = most_frequent (leadings, 0.25);
  if (self->leading <= 0)
    self->leading = self->body_size * 1.2;
}

static int
compare_sizes_cb (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a;
  double right = *(const double *) b;

  return left < right ? 1 : left > right ? -1 : 0;
}

static void
measure_headings (Joiner *self)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      double size = round (line_at (self, i)->size * 2) / 2;
      gboolean known = FALSE;

      if (size < self->body_size * HEADING_SCALE || *line_at (self, i)->text == '\0')
        continue;
      for (guint k = 0; k < self->heading_sizes->len && !known; k++)
        known = g_array_index (self->heading_sizes, double, k) == size;
      if (!known && self->heading_sizes->len < 64)
        g_array_append_val (self->heading_sizes, size);
    }
  g_array_sort (self->heading_sizes, compare_sizes_cb);
}

static gboolean
is_letter_before (const char *text, const char *p)
{
  p = p > text ? g_utf8_find_prev_char (text, p) : NULL;
  return p != NULL && g_unichar_isalpha (g_utf8_get_char (p));
}

/* The hyphened word around the break: the end of `left` with the start of `right`. */
static char *
compound_at (const char *left, gsize left_length, const char *right)
{
  const char *start = left + left_length;
  const char *end = right;
  g_autofree char *word = NULL;

  while (start > left && !g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (start))))
    start = g_utf8_prev_char (start);
  while (*end != '\0' && g_unichar_isalpha (g_utf8_get_char (end)))
    end = g_utf8_next_char (end);
  word = g_strdup_printf ("%.*s%.*s", (int) (left + left_length - start), start,
                          (int) (end - right), right);
  return g_utf8_strdown (word, -1);
}

static void
collect_compounds (Joiner *self)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      const char *text = line_at (self, i)->text;

      for (const char *p = strchr (text, '-'); p != NULL; p = strchr (p + 1, '-'))
        if (is_letter_before (text, p) && g_unichar_isalpha (g_utf8_get_char (p + 1)))
          g_hash_table_add (self->compounds, compound_at (text, (gsize) (p + 1 - text), p + 1));
    }
}

/* Appends a line to the open paragraph; a word that was broken at the line's end is whole again. */
static void
append_to_paragraph (Joiner *self, const SortiePdfLine *line)
{
  GString *text = self->text;
  const char *start = line->text;
  gboolean soft = g_str_has_suffix (text->str, "\xc2\xad");
  gboolean hyphen = g_str_has_suffix (text->str, "-") || g_str_has_suffix (text->str, "‐");

  while (g_ascii_isspace (*start))
    start++;
  if (hyphen || soft)
    {
      const char *last = g_utf8_find_prev_char (text->str, text->str + text->len);
      gsize before = (gsize) (last - text->str);
      g_autofree char *compound = compound_at (text->str, text->len, start);

      hyphen = is_letter_before (text->str, last) && g_unichar_isalpha (g_utf8_get_char (start));
      if (soft || (hyphen && g_unichar_islower (g_utf8_get_char (start)) &&
                   !g_hash_table_contains (self->compounds, compound)))
        g_string_truncate (text, before);
      else if (!hyphen)
        g_string_append_c (text, ' ');
    }
  else if (text->len > 0)
    {
      g_string_append_c (text, ' ');
    }
  g_string_append (text, start);
  while (text->len > 0 && g_ascii_isspace (text->str[text->len - 1]))
    g_string_truncate (text, text->len - 1);
}

static gboolean
is_item (const char *text)
{
  static const char *const bullets[] = { "• ", "– ", "— ", "- ", "* ", "◦ ", "▪ ", "· ", "● " };
  gsize n = 0;

  while (g_ascii_isspace (*text))
    text++;
  for (guint i = 0; i < G_N_ELEMENTS (bullets); i++)
    if (g_str_has_prefix (text, bullets[i]))
      return TRUE;
  if (text[0] == '(')
    text++;
  while (n < 3 && g_ascii_isdigit (text[n]))
    n++;
  if (n == 0 && g_ascii_islower (text[0]))
    n = 1;
  return n > 0 && (text[n] == ')' || (text[n] == '.' && g_ascii_isdigit (text[0]))) &&
         text[n + 1] == ' ';
}

static gboolean
ends_sentence (const GString *text)
{
  gsize length = text->len;

  while (length > 0 && strchr ("\"')]", text->str[length - 1]) != NULL)
    length--;
  return length > 0 && strchr (".!?:;", text->str[length - 1]) != NULL;
}

static gboolean
starts_in_lower_case (const char *text)
{
  while (*text != '\0' && g_unichar_isspace (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);
  return g_unichar_islower (g_utf8_get_char (text));
}

static gboolean
is_larger (Joiner *self, const SortiePdfLine *line)
{
  return line->size >= self->body_size * HEADING_SCALE;
}

/* Whether the line goes on with the open paragraph. */
static gboolean
continues (Joiner *self, const SortiePdfLine *line)
{
  const SortiePdfLine *last = self->last;
  double down = line->y1 - last->y1;
  double indent = line->x1 - last->x1;

  if (last->page == line->page && fabs (down) < last->size / 2 && line->x1 >= last->x2 - 1)
    return TRUE; /* further right in the same row */
  if (fabs (line->size - last->size) > 0.8)
    return FALSE;
  if (self->is_code || (line->mono && ends_sentence (self->text)))
    return self->is_code && line->mono && last->page == line->page && down > 0 &&
           down < self->leading * 1.6;
  if (is_item (line->text))
    return FALSE;
  if (last->page != line->page || down <= 0)
    return !ends_sentence (self->text) && starts_in_lower_case (line->text) &&
           !is_larger (self, line);
  if (line->bold != last->bold && (self->first->bold == last->bold) && self->n_lines == 1)
    return FALSE; /* a heading in bold, or the text after it */
  if (down > MAX (self->leading, last->size * 1.1) * 1.3 * MAX (1, line->size / self->body_size))
    return FALSE;
  if (indent > line->size * 0.8 && self->n_lines > 1)
    return FALSE; /* the first line of the next paragraph */
  if (indent < -line->size * 0.8 && self->n_lines > 1)
    return FALSE;
  if (ends_sentence (self->text) && self->n_lines > 1 &&
      last->x2 - last->x1 < 0.6 * (self->right - last->x1))
    return FALSE;
  return TRUE;
}

static int
outline_level (Joiner *self, const char *title)
{
  const int pages[] = { self->first->page, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autofree char *folded = g_utf8_casefold (title, -1);
      g_autofree char *key = g_strdup_printf ("%s@%d", folded, pages[i]);
      const SortiePdfHeading *heading = g_hash_table_lookup (self->outline, key);

      if (heading != NULL)
        return heading->level;
    }
  return 0;
}

/* A line of code, as far to the right as it stands. */
static void
append_code (Joiner *self, const SortiePdfLine *line)
{
  gsize length = strlen (line->text);
  double width = (line->x2 - line->x1) / (double) MAX (length, 1);
  double indent = width > 0 ? (line->x1 - self->first->x1) / width : 0;

  if (self->code->len > 0)
    g_string_append_c (self->code, '\n');
  for (long i = lround (CLAMP (indent, 0, 60)); i > 0; i--)
    g_string_append_c (self->code, ' ');
  g_string_append_len (self->code, line->text, (gssize) length);
}

/* The level of the open paragraph as a heading, or 0. */
static int
heading_level (Joiner *self)
{
  double size = round (self->first->size * 2) / 2;

  if (self->text->len > MAX_HEADING_BYTES)
    return 0;
  if (g_hash_table_size (self->outline) >= MIN_OUTLINE)
    {
      g_autoptr (GString) title = g_string_new (NULL);
      int level;

      for (const char *p = self->text->str; *p != '\0'; p = g_utf8_next_char (p))
        if (!g_unichar_isspace (g_utf8_get_char (p)))
          g_string_append_len (title, p, g_utf8_next_char (p) - p);
      level = outline_level (self, title->str);
      if (level == 0) /* an outline often leaves out the numbers */
        level = outline_level (self, title->str + strspn (title->str, "0123456789."));
      return level;
    }
  if (is_larger (self, self->first))
    for (guint i = 0; i < self->heading_sizes->len; i++)
      if (g_array_index (self->heading_sizes, double, i) <= size)
        return (int) MIN (i + 1, MAX_SIZE_LEVELS);
  if (self->first->bold && self->last->bold && self->n_lines <= 2 && !ends_sentence (self->text))
    return (int) MIN (self->heading_sizes->len, MAX_SIZE_LEVELS) + 1;
  return 0;
}

static void
flush_paragraph (Joiner *self)
{
  int level;

  if (self->text->len == 0)
    return;
  level = self->is_code ? 0 : heading_level (self);
  if (self->is_code && self->n_lines > 1)
    {
      sortie_extract_append (self->extract, SORTIE_BLOCK_PRE, self->first->page, self->code->str,
                             self->code->len);
    }
  else if (level > 0)
    {
      sortie_extract_append_heading (self->extract, level, self->first->page, self->text->str,
                                     self->text->len);
      if (self->first->page == 1)
        sortie_extract_take_title (self->extract, self->text->str, self->text->len);
    }
  else
    {
      sortie_extract_append (self->extract,
                             is_item (self->text->str) ? SORTIE_BLOCK_ITEM : SORTIE_BLOCK_PARAGRAPH,
                             self->first->page, self->text->str, self->text->len);
    }
  g_string_truncate (self->text, 0);
  g_string_truncate (self->code, 0);
  self->n_lines = 0;
}

/* A footnote under a sentence that goes on overleaf. */
static gboolean
interrupts (Joiner *self, const SortiePdfLine *line)
{
  return self->text->len > 0 && line->page_height > 0 && line->y1 > line->page_height / 2 &&
         line->size < self->body_size * NOTE_SCALE && self->last->size >= line->size + 0.5 &&
         !ends_sentence (self->text);
}

static void
take_line (Joiner *self, const SortiePdfLine *line)
{
  if (self->text->len > 0 && !continues (self, line))
    flush_paragraph (self);
  if (self->text->len == 0)
    {
      self->first = line;
      self->right = line->x2;
      self->is_code = line->mono;
    }
  self->is_code = self->is_code && line->mono;
  append_to_paragraph (self, line);
  if (self->is_code)
    append_code (self, line);
  self->right = MAX (self->right, line->x2);
  self->last = line;
  self->n_lines++;
}

static void
join_lines (Joiner *self)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new ();

  for (guint i = 0; i < self->lines->len && !self->extract->overflow; i++)
    {
      const SortiePdfLine *line = line_at (self, i);

      if (line->text[strspn (line->text, " \t")] == '\0')
        continue;
      if (interrupts (self, line) ||
          (notes->len > 0 && line->page == self->last->page && self->last->size > line->size + 0.5))
        {
          g_ptr_array_add (notes, (gpointer) line);
          continue;
        }
      /* The sentence is whole; what stood between its halves comes after it. */
      if (notes->len > 0 && !continues (self, line))
        {
          for (guint k = 0; k < notes->len; k++)
            take_line (self, g_ptr_array_index (notes, k));
          flush_paragraph (self);
          g_ptr_array_set_size (notes, 0);
        }
      take_line (self, line);
    }
  for (guint k = 0; k < notes->len; k++)
    take_line (self, g_ptr_array_index (notes, k));
  flush_paragraph (self);
}

void
sortie_pdf_append_lines (SortieExtract *extract, GPtrArray *lines, GPtrArray *outline, int n_pages)
{
  g_autoptr (GHashTable) titles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) compounds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GArray) heading_sizes = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) code = g_string_new (NULL);
  Joiner joiner = { .extract = extract,
                    .lines = lines,
                    .outline = titles,
                    .compounds = compounds,
                    .heading_sizes = heading_sizes,
                    .text = text,
                    .code = code };

  for (guint i = 0; i < outline->len; i++)
    {
      SortiePdfHeading *heading = g_ptr_array_index (outline, i);
      g_autofree char *folded = g_utf8_casefold (heading->title, -1);

      g_hash_table_insert (titles, g_strdup_printf ("%s@%d", folded, heading->page), heading);
    }
  measure (&joiner);
  sortie_pdf_drop_running_lines (lines, joiner.body_size, joiner.leading);
  measure_headings (&joiner);
  collect_compounds (&joiner);
  join_lines (&joiner);
}
