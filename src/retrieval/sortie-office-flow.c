/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-extract"

#include "sortie-office-private.h"

#include <string.h>

#define LONG_CELL 300 /* bytes: a table with such cells lays out a page */

static void
string_free (gpointer data)
{
  g_string_free (data, TRUE);
}

SortieOfficeFlow *
sortie_office_flow_new (SortieExtract *extract)
{
  SortieOfficeFlow *self = g_new0 (SortieOfficeFlow, 1);

  self->extract = extract;
  self->paragraphs = g_ptr_array_new_with_free_func (string_free);
  self->notes = g_ptr_array_new_with_free_func (g_free);
  self->row = g_string_new (NULL);
  return self;
}

void
sortie_office_flow_free (SortieOfficeFlow *self)
{
  g_ptr_array_unref (self->paragraphs);
  g_ptr_array_unref (self->notes);
  g_string_free (self->row, TRUE);
  if (self->note != NULL)
    g_string_free (self->note, TRUE);
  g_free (self);
}

static void
append (SortieOfficeFlow *self, SortieBlockKind kind, const char *text)
{
  sortie_extract_append (self->extract, kind, 0, text, strlen (text));
}

static void
flush_row (SortieOfficeFlow *self)
{
  append (self, SORTIE_BLOCK_ROW, self->row->str);
  g_string_truncate (self->row, 0);
}

/* Notes come after the outermost paragraph, or the row, that they belong to. */
static void
flush_notes (SortieOfficeFlow *self)
{
  if (self->paragraphs->len > 0 || self->row_depth > 0 || self->note != NULL)
    return;
  for (guint i = 0; i < self->notes->len; i++)
    append (self, SORTIE_BLOCK_PARAGRAPH, g_ptr_array_index (self->notes, i));
  g_ptr_array_set_size (self->notes, 0);
}

static void
join (GString *text, const char *more)
{
  if (text->len > 0 && !g_ascii_isspace (text->str[text->len - 1]))
    g_string_append_c (text, ' ');
  g_string_append (text, more);
}

void
sortie_office_flow_start_paragraph (SortieOfficeFlow *self)
{
  g_ptr_array_add (self->paragraphs, g_string_new (NULL));
}

void
sortie_office_flow_add (SortieOfficeFlow *self, const char *text)
{
  if (self->paragraphs->len > 0)
    g_string_append (g_ptr_array_index (self->paragraphs, self->paragraphs->len - 1), text);
}

static GString *
take_paragraph (SortieOfficeFlow *self)
{
  if (self->paragraphs->len == 0)
    return g_string_new (NULL);
  return g_ptr_array_steal_index (self->paragraphs, self->paragraphs->len - 1);
}

void
sortie_office_flow_end_paragraph (SortieOfficeFlow *self, int level, const char *label)
{
  g_autoptr (GString) text = take_paragraph (self);

  if (label != NULL && strspn (text->str, " \t\r\n") < text->len)
    {
      g_string_prepend_c (text, ' ');
      g_string_prepend (text, label);
    }
  if (self->note != NULL)
    {
      join (self->note, text->str);
    }
  else if (self->row_depth > 0 && text->len <= LONG_CELL)
    {
      join (self->row, text->str);
    }
  else
    {
      if (self->row_depth > 0)
        flush_row (self);
      if (level > 0)
        sortie_extract_append_heading (self->extract, MIN (level, 6), 0, text->str, text->len);
      else
        append (self, label != NULL ? SORTIE_BLOCK_ITEM : SORTIE_BLOCK_PARAGRAPH, text->str);
    }
  flush_notes (self);
}

void
sortie_office_flow_drop_paragraph (SortieOfficeFlow *self)
{
  g_autoptr (GString) text = take_paragraph (self);

  flush_notes (self);
}

void
sortie_office_flow_start_row (SortieOfficeFlow *self)
{
  self->row_depth++;
}

void
sortie_office_flow_start_cell (SortieOfficeFlow *self)
{
  g_strchomp (self->row->str);
  g_string_set_size (self->row, strlen (self->row->str));
  if (self->row->len > 0 && !g_str_has_suffix (self->row->str, "|"))
    g_string_append (self->row, " | ");
}

void
sortie_office_flow_end_row (SortieOfficeFlow *self)
{
  if (self->row_depth == 0 || --self->row_depth > 0)
    return;
  flush_row (self);
  flush_notes (self);
}

void
sortie_office_flow_start_note (SortieOfficeFlow *self)
{
  if (self->note == NULL)
    self->note = g_string_new (NULL);
}

char *
sortie_office_flow_end_note (SortieOfficeFlow *self)
{
  GString *note = g_steal_pointer (&self->note);

  return note != NULL ? g_string_free (note, FALSE) : g_strdup ("");
}

void
sortie_office_flow_add_note (SortieOfficeFlow *self, const char *text)
{
  if (self->notes->len < SORTIE_OFFICE_MAX_NOTES)
    g_ptr_array_add (self->notes, g_strdup (text));
  flush_notes (self);
}
