/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-extract"

#include "sortie-office-private.h"

#include <string.h>

#define MAX_ANCESTORS 20

static void
style_free (gpointer data)
{
  SortieDocxStyle *style = data;

  g_free (style->based_on);
  g_free (style->list);
  g_free (style);
}

/* The names of Word's own styles are English in every language; their IDs are not. */
static void
take_name (SortieDocxStyle *self, const char *name)
{
  g_autofree char *folded = g_ascii_strdown (name, -1);
  const char *number = NULL;

  if (g_str_has_prefix (folded, "heading"))
    number = folded + strlen ("heading");
  if (number != NULL && *number == ' ')
    number++;
  if (number != NULL && *number >= '1' && *number <= '9')
    self->level = *number - '0';
  self->is_title = g_str_equal (folded, "title");
  self->is_contents = g_str_has_prefix (folded, "toc ") || g_str_equal (folded, "table of figures");
}

typedef struct
{
  GHashTable *styles;
  SortieDocxStyle *style; /* the one that is being read */
} StyleReader;

static void
start_style (StyleReader *self, xmlTextReaderPtr reader)
{
  char *id = sortie_office_dup_attribute (reader, "styleId");

  if (id == NULL || g_hash_table_size (self->styles) >= SORTIE_OFFICE_MAX_STYLES)
    {
      g_free (id);
      return;
    }
  self->style = g_new0 (SortieDocxStyle, 1);
  self->style->list_level = -1;
  g_hash_table_replace (self->styles, id, self->style);
}

static gboolean
style_start_cb (gpointer user_data, xmlTextReaderPtr reader)
{
  StyleReader *self = user_data;
  g_autofree char *value = NULL;

  if (sortie_office_is (reader, "style"))
    {
      start_style (self, reader);
      return TRUE;
    }
  if (self->style == NULL)
    return TRUE;
  value = sortie_office_dup_attribute (reader, "val");
  if (value == NULL)
    return TRUE;
  if (sortie_office_is (reader, "name"))
    {
      take_name (self->style, value);
    }
  else if (sortie_office_is (reader, "basedOn"))
    {
      g_free (self->style->based_on);
      self->style->based_on = g_steal_pointer (&value);
    }
  else if (sortie_office_is (reader, "numId"))
    {
      g_free (self->style->list);
      self->style->list = g_steal_pointer (&value);
    }
  else if (sortie_office_is (reader, "ilvl"))
    {
      self->style->list_level = sortie_office_get_number (reader, "val", -1);
    }
  else if (sortie_office_is (reader, "outlineLvl"))
    {
      int level = sortie_office_get_number (reader, "val", 9);

      self->style->level = level >= 0 && level < 9 ? level + 1 : 0;
    }
  return TRUE;
}

static void
style_end_cb (gpointer user_data, xmlTextReaderPtr reader)
{
  StyleReader *self = user_data;

  if (sortie_office_is (reader, "style"))
    self->style = NULL;
}

GHashTable *
sortie_docx_read_styles (GBytes *archive, const char *folder)
{
  static const SortieOfficeHandler handler = { style_start_cb, style_end_cb, NULL };
  StyleReader self = {
    .styles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, style_free),
  };
  g_autofree char *member = g_strconcat (folder, "styles.xml", NULL);
  g_autoptr (GBytes) xml = sortie_office_read_member (archive, member, NULL);

  /* A document is read without its styles too. */
  if (xml != NULL)
    sortie_office_parse (xml, &handler, &self, NULL);
  return self.styles;
}

SortieDocxStyle
sortie_docx_find_style (GHashTable *styles, const char *id)
{
  SortieDocxStyle found = { .list_level = -1 };
  const SortieDocxStyle *style = g_hash_table_lookup (styles, id);

  if (style == NULL)
    take_name (&found, id);
  for (guint i = 0; style != NULL && i < MAX_ANCESTORS; i++)
    {
      if (found.level == 0)
        found.level = style->level;
      if (found.list == NULL)
        found.list = style->list;
      if (found.list_level < 0)
        found.list_level = style->list_level;
      found.is_title |= style->is_title;
      found.is_contents |= style->is_contents;
      style = style->based_on != NULL ? g_hash_table_lookup (styles, style->based_on) : NULL;
    }
  return found;
}
