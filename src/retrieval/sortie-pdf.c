/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-extract"

#include "sortie-pdf.h"

#include <poppler.h>
#include <string.h>

#include "sortie-error.h"

#define MAX_OUTLINE 20000
#define MAX_OUTLINE_DEPTH 6
#define GAP 0.5 /* of a line's height: wider ones part words */

static void
line_free (gpointer data)
{
  SortiePdfLine *line = data;

  g_free (line->text);
  g_free (line);
}

static void
heading_free (gpointer data)
{
  SortiePdfHeading *heading = data;

  g_free (heading->title);
  g_free (heading);
}

/* Ligatures are spelt out and the private characters of symbol fonts become bullets, so that
 * words are found and quotations can be read anywhere. */
static char *
clean_text (const char *text, gsize length)
{
  static const char *const ligatures[] = { "ff", "fi", "fl", "ffi", "ffl", "st", "st" };
  GString *out = g_string_sized_new (length);

  for (const char *p = text; p < text + length; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c >= 0xfb00 && c <= 0xfb06)
        g_string_append (out, ligatures[c - 0xfb00]);
      else if (c >= 0xf0a0 && c <= 0xf0ff)
        g_string_append (out, "•");
      else
        g_string_append_len (out, p, g_utf8_next_char (p) - p);
    }
  return g_string_free (out, FALSE);
}

static const PopplerTextAttributes *
attributes_at (GList **attributes, int index)
{
  while (*attributes != NULL && ((PopplerTextAttributes *) (*attributes)->data)->end_index < index)
    *attributes = (*attributes)->next;
  return *attributes != NULL ? (*attributes)->data : NULL;
}

static void
widen (SortiePdfLine *line, const PopplerRectangle *box)
{
  if (line->x2 < line->x1)
    {
      line->x1 = box->x1;
      line->y1 = box->y1;
      line->y2 = box->y2;
      line->x2 = box->x2;
      return;
    }
  line->x1 = MIN (line->x1, box->x1);
  line->x2 = MAX (line->x2, box->x2);
  line->y1 = MIN (line->y1, box->y1);
  line->y2 = MAX (line->y2, box->y2);
}

static gboolean
is_bold (const char *font)
{
  return font != NULL && (strcasestr (font, "bold") != NULL || strcasestr (font, "black") != NULL ||
                          strcasestr (font, "heavy") != NULL || strstr (font, "CMBX") != NULL);
}

static gboolean
is_mono (const char *font)
{
  static const char *const names[] = {
    "mono", "courier", "typewriter", "cmtt", "consol", "cousine"
  };

  for (guint i = 0; font != NULL && i < G_N_ELEMENTS (names); i++)
    if (strcasestr (font, names[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* The characters from `start` on up to the line's end. `*index` counts characters, as poppler's
 * boxes do. */
static SortiePdfLine *
read_line (
    const char **start, PopplerRectangle *boxes, guint n_boxes, GList **attributes, guint *index)
{
  SortiePdfLine *line = g_new0 (SortiePdfLine, 1);
  g_autoptr (GString) text = g_string_new (NULL);
  const PopplerRectangle *last = NULL;
  const char *p = *start;

  line->x2 = -1;
  line->mono = TRUE;
  for (; *p != '\0' && *p != '\n'; p = g_utf8_next_char (p), (*index)++)
    {
      const PopplerTextAttributes *style = attributes_at (attributes, (int) *index);
      const PopplerRectangle *box = *index < n_boxes ? &boxes[*index] : NULL;

      if (g_unichar_isspace (g_utf8_get_char (p)))
        box = NULL;
      else if (box != NULL)
        widen (line, box);
      /* Columns of a table have no space character between them. */
      if (box != NULL && last != NULL && box->x1 - last->x2 > GAP * (box->y2 - box->y1))
        g_string_append_c (text, ' ');
      g_string_append_len (text, p, g_utf8_next_char (p) - p);
      last = box;
      line->mono = line->mono && (box == NULL || (style != NULL && is_mono (style->font_name)));
      if (style != NULL && style->font_size >= line->size)
        {
          line->size = style->font_size;
          line->bold = is_bold (style->font_name);
        }
    }
  line->text = clean_text (text->str, text->len);
  if (*p == '\n')
    {
      p++;
      (*index)++;
    }
  *start = p;
  return line;
}

static void
read_page (PopplerPage *page, int number, GPtrArray *lines)
{
  g_autofree char *text = poppler_page_get_text (page);
  g_autofree PopplerRectangle *boxes = NULL;
  GList *attributes;
  GList *place;
  double height;
  guint n_boxes = 0;
  guint index = 0;

  if (text == NULL || *text == '\0' || !g_utf8_validate (text, -1, NULL))
    return;
  if (!poppler_page_get_text_layout (page, &boxes, &n_boxes))
    n_boxes = 0;
  poppler_page_get_size (page, NULL, &height);
  attributes = poppler_page_get_text_attributes (page);
  place = attributes;
  for (const char *p = text; *p != '\0';)
    {
      SortiePdfLine *line = read_line (&p, boxes, n_boxes, &place, &index);

      line->page = number;
      line->page_height = height;
      g_ptr_array_add (lines, line);
    }
  poppler_page_free_text_attributes (attributes);
}

static char *
without_white_space (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isspace (g_utf8_get_char (p)))
      g_string_append_len (out, p, g_utf8_next_char (p) - p);
  return g_string_free (out, FALSE);
}

static int
page_of_action (PopplerDocument *document, PopplerAction *action)
{
  PopplerDest *found = NULL;
  PopplerDest *dest;
  int page = 0;

  if (action->type != POPPLER_ACTION_GOTO_DEST || action->goto_dest.dest == NULL)
    return 0;
  dest = action->goto_dest.dest;
  if (dest->type == POPPLER_DEST_NAMED && dest->named_dest != NULL)
    dest = found = poppler_document_find_dest (document, dest->named_dest);
  if (dest != NULL)
    page = dest->page_num;
  if (found != NULL)
    poppler_dest_free (found);
  return page;
}

static void
read_outline (PopplerDocument *document, PopplerIndexIter *iter, int level, GPtrArray *outline)
{
  do
    {
      PopplerAction *action = poppler_index_iter_get_action (iter);
      PopplerIndexIter *child = poppler_index_iter_get_child (iter);

      if (action != NULL && action->any.title != NULL &&
          g_utf8_validate (action->any.title, -1, NULL))
        {
          SortiePdfHeading *heading = g_new0 (SortiePdfHeading, 1);
          g_autofree char *clean = clean_text (action->any.title, strlen (action->any.title));

          heading->title = without_white_space (clean);
          heading->level = level;
          heading->page = page_of_action (document, action);
          g_ptr_array_add (outline, heading);
        }
      if (action != NULL)
        poppler_action_free (action);
      if (child != NULL && level < MAX_OUTLINE_DEPTH)
        read_outline (document, child, level + 1, outline);
      if (child != NULL)
        poppler_index_iter_free (child);
    }
  while (outline->len < MAX_OUTLINE && poppler_index_iter_next (iter));
}

static void
take_metadata_title (PopplerDocument *document, SortieExtract *extract)
{
  g_autofree char *title = poppler_document_get_title (document);

  if (title != NULL && sortie_extract_is_sane_title (title))
    sortie_extract_take_title (extract, title, strlen (title));
}

static PopplerDocument *
open_document (GBytes *content, GError **error)
{
  g_autoptr (GError) local = NULL;
  PopplerDocument *document = poppler_document_new_from_bytes (content, NULL, &local);

  if (document != NULL)
    return document;
  if (g_error_matches (local, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED))
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_DENIED, "encrypted PDF: needs a password");
  else
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "damaged PDF");
  return NULL;
}

static void
read_document (PopplerDocument *document, SortieExtract *extract)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (line_free);
  g_autoptr (GPtrArray) outline = g_ptr_array_new_with_free_func (heading_free);
  PopplerIndexIter *iter;

  for (int i = 0; i < extract->n_pages; i++)
    {
      PopplerPage *page = poppler_document_get_page (document, i);

      if (page != NULL)
        read_page (page, i + 1, lines);
      g_clear_object (&page);
    }
  iter = poppler_index_iter_new (document);
  if (iter != NULL)
    {
      read_outline (document, iter, 1, outline);
      poppler_index_iter_free (iter);
    }
  take_metadata_title (document, extract);
  sortie_pdf_append_lines (extract, lines, outline, extract->n_pages);
}

SortieExtract *
sortie_pdf_extract (GBytes *content, GError **error)
{
  g_autoptr (SortieExtract) self = sortie_extract_new ();
  PopplerDocument *document = open_document (content, error);

  if (document == NULL)
    return NULL;
  self->media_type = "application/pdf";
  self->n_pages = poppler_document_get_n_pages (document);
  if (self->n_pages <= SORTIE_PDF_MAX_PAGES)
    read_document (document, self);
  g_object_unref (document);
  if (self->n_pages > SORTIE_PDF_MAX_PAGES)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE, "it has more than %d pages",
                   SORTIE_PDF_MAX_PAGES);
      return NULL;
    }
  if (self->blocks->len == 0 && !self->overflow)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   self->n_pages == 0 ? "damaged PDF" : "a PDF without text, perhaps scanned");
      return NULL;
    }
  return sortie_extract_check (self, error) ? g_steal_pointer (&self) : NULL;
}
