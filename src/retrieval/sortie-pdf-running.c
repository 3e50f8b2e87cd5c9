/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-extract"

#include "sortie-pdf.h"

#include <math.h>
#include <string.h>

/* What stands on pages and belongs to no sentence: running headers and footers, page numbers, and
 * tables of contents, which repeat the headings. */

#define MARGIN 0.12   /* of the page's height: where lines that repeat are running ones */
#define EDGE 0.09     /* where lines at the same height are, though they differ */
#define MIN_REPEATS 3 /* pages that show the same line */
#define ROW_HEIGHT 3  /* points */
#define MIN_LEADERS 6 /* entries with leader dots that make a page a table of contents */

static gboolean
within (const SortiePdfLine *line, double share)
{
  return line->page_height > 0 &&
         (line->y2 < line->page_height * share || line->y1 > line->page_height * (1 - share));
}

/* The line with numbers levelled, and its height on the page: the same for a header on all pages. */
static char *
margin_key (const SortiePdfLine *line)
{
  GString *key = g_string_new (NULL);

  for (const char *p = line->text; *p != '\0'; p++)
    {
      if (!g_ascii_isdigit (*p))
        g_string_append_c (key, *p);
      else if (key->len == 0 || key->str[key->len - 1] != '#')
        g_string_append_c (key, '#');
    }
  g_string_append_printf (key, "@%d", (int) lround (line->y1 / 3));
  return g_string_free (key, FALSE);
}

static void
count (GHashTable *seen, char *key)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (seen, key));

  g_hash_table_replace (seen, key, GUINT_TO_POINTER (n + 1));
}

static gboolean
is_frequent (GHashTable *seen, const char *key)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (seen, key)) >= MIN_REPEATS;
}

static char *
row_key (const SortiePdfLine *line)
{
  return g_strdup_printf ("@%d", (int) lround (line->y1 / ROW_HEIGHT));
}

/* Whether white space parts the line from the next one towards the middle of the page. */
static gboolean
stands_apart (GPtrArray *lines, guint from, guint to, const SortiePdfLine *line, double leading)
{
  gboolean top = line->y1 < line->page_height / 2;

  for (guint i = from; i < to; i++)
    {
      const SortiePdfLine *other = g_ptr_array_index (lines, i);
      double apart = top ? other->y1 - line->y1 : line->y1 - other->y1;

      if (apart > ROW_HEIGHT && apart < leading * 1.5)
        return FALSE;
      if (apart < -ROW_HEIGHT)
        return FALSE; /* not the outermost row */
    }
  return TRUE;
}

static gboolean
is_edge_line (GPtrArray *lines,
              guint from,
              guint to,
              const SortiePdfLine *line,
              double body_size,
              double leading)
{
  return within (line, EDGE) && line->size < body_size * 1.1 &&
         stands_apart (lines, from, to, line, leading);
}

static guint
end_of_page (GPtrArray *lines, guint from)
{
  guint to = from;

  while (to < lines->len && ((SortiePdfLine *) g_ptr_array_index (lines, to))->page ==
                                ((SortiePdfLine *) g_ptr_array_index (lines, from))->page)
    to++;
  return to;
}

static void
count_page (
    GHashTable *seen, GPtrArray *lines, guint from, guint to, double body_size, double leading)
{
  for (guint i = from; i < to; i++)
    {
      const SortiePdfLine *line = g_ptr_array_index (lines, i);

      if (within (line, MARGIN))
        count (seen, margin_key (line));
      if (is_edge_line (lines, from, to, line, body_size, leading))
        count (seen, row_key (line));
    }
}

static void
drop_from_page (
    GHashTable *seen, GPtrArray *lines, guint from, guint to, double body_size, double leading)
{
  g_autoptr (GPtrArray) dropped = g_ptr_array_new ();

  for (guint i = from; i < to; i++)
    {
      SortiePdfLine *line = g_ptr_array_index (lines, i);
      g_autofree char *key = margin_key (line);
      g_autofree char *row = row_key (line);

      if ((within (line, MARGIN) && is_frequent (seen, key)) ||
          (is_frequent (seen, row) && is_edge_line (lines, from, to, line, body_size, leading)))
        g_ptr_array_add (dropped, line);
    }
  for (guint i = 0; i < dropped->len; i++)
    ((SortiePdfLine *) g_ptr_array_index (dropped, i))->text[0] = '\0';
}

/* "Scope . . . . . . 12", of which the number may be a line of its own. */
static gboolean
has_leader (const char *text)
{
  const char *dots = strstr (text, " . . . .");

  return dots != NULL || strstr (text, "......") != NULL || strstr (text, "……") != NULL;
}

static void
drop_contents (GPtrArray *lines, guint from, guint to)
{
  gboolean whole;
  guint n = 0;

  for (guint i = from; i < to; i++)
    n += has_leader (((SortiePdfLine *) g_ptr_array_index (lines, i))->text);
  if (n < MIN_LEADERS)
    return;
  whole = n * 3 > to - from;
  for (guint i = from; i < to; i++)
    {
      SortiePdfLine *line = g_ptr_array_index (lines, i);

      if (whole || has_leader (line->text) ||
          strspn (line->text, "0123456789. ivxlc") == strlen (line->text))
        line->text[0] = '\0';
    }
}

void
sortie_pdf_drop_running_lines (GPtrArray *lines, double body_size, double leading)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint to;

  for (guint from = 0; from < lines->len; from = to)
    {
      to = end_of_page (lines, from);
      count_page (seen, lines, from, to, body_size, leading);
    }
  for (guint from = 0; from < lines->len; from = to)
    {
      to = end_of_page (lines, from);
      drop_from_page (seen, lines, from, to, body_size, leading);
      drop_contents (lines, from, to);
    }
}
