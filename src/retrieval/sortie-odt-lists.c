/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-extract"

#include "sortie-odt-private.h"

typedef struct
{
  SortieOdtStyles *styles;
  SortieOfficeList *list; /* the one that is being read */
} ListReader;

static void
list_free (gpointer data)
{
  sortie_office_list_free (data);
}

static SortieOfficeNumber
number_of (const char *format)
{
  static const char letters[] = "1aAiI";
  static const SortieOfficeNumber numbers[] = {
    SORTIE_OFFICE_DECIMAL,     SORTIE_OFFICE_LOWER_LETTER, SORTIE_OFFICE_UPPER_LETTER,
    SORTIE_OFFICE_LOWER_ROMAN, SORTIE_OFFICE_UPPER_ROMAN,
  };

  if (format == NULL || *format == '\0')
    return SORTIE_OFFICE_UNLABELLED;
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (*format == letters[i])
      return numbers[i];
  return SORTIE_OFFICE_DECIMAL;
}

/* "%1.%2" between what stands before and after it; OpenDocument says how many levels are shown. */
static char *
make_label (xmlTextReaderPtr reader, int level)
{
  g_autofree char *prefix = sortie_office_dup_attribute (reader, "num-prefix");
  g_autofree char *suffix = sortie_office_dup_attribute (reader, "num-suffix");
  int shown = CLAMP (sortie_office_get_number (reader, "display-levels", 1), 1, level);
  GString *label = g_string_new (prefix);

  for (int i = level - shown + 1; i <= level; i++)
    g_string_append_printf (label, "%s%%%d", i > level - shown + 1 ? "." : "", i);
  g_string_append (label, suffix != NULL ? suffix : "");
  return g_string_free (label, FALSE);
}

static void
take_level (SortieOfficeList *list, xmlTextReaderPtr reader)
{
  int level = sortie_office_get_number (reader, "level", 0);
  g_autofree char *format = NULL;
  SortieOfficeLevel *own;

  if (level < 1 || level >= SORTIE_OFFICE_LEVELS)
    return;
  own = &list->levels[level - 1];
  if (sortie_office_is (reader, "list-level-style-bullet") ||
      sortie_office_is (reader, "list-level-style-image"))
    {
      own->number = SORTIE_OFFICE_BULLET;
      return;
    }
  format = sortie_office_dup_attribute (reader, "num-format");
  own->number = number_of (format);
  own->start = MAX (0, sortie_office_get_number (reader, "start-value", 1));
  g_free (own->label);
  own->label = make_label (reader, level);
}

static void
start_list (ListReader *self, xmlTextReaderPtr reader)
{
  gboolean is_outline = sortie_office_is (reader, "outline-style");
  char *name =
      is_outline ? g_strdup (SORTIE_ODT_OUTLINE) : sortie_office_dup_attribute (reader, "name");

  if (name == NULL || g_hash_table_size (self->styles->lists) >= SORTIE_OFFICE_MAX_LISTS)
    {
      g_free (name);
      return;
    }
  self->list = sortie_office_list_new ();
  /* Headings that are not numbered are no list items either. */
  for (guint i = 0; is_outline && i < SORTIE_OFFICE_LEVELS; i++)
    self->list->levels[i].number = SORTIE_OFFICE_UNLABELLED;
  g_hash_table_replace (self->styles->lists, name, self->list);
}

/* A paragraph's own formatting has an automatic style, whose parent is the style that the user
 * chose, and whose name says what the paragraph is. */
static void
take_style (ListReader *self, xmlTextReaderPtr reader)
{
  g_autofree char *name = sortie_office_dup_attribute (reader, "name");
  g_autofree char *parent = sortie_office_dup_attribute (reader, "parent-style-name");

  if (name != NULL && parent != NULL &&
      g_hash_table_size (self->styles->parents) < SORTIE_OFFICE_MAX_STYLES)
    g_hash_table_replace (self->styles->parents, g_steal_pointer (&name),
                          g_steal_pointer (&parent));
}

static gboolean
list_start_cb (gpointer user_data, xmlTextReaderPtr reader)
{
  ListReader *self = user_data;

  if (sortie_office_is (reader, "body"))
    return FALSE;
  if (sortie_office_is (reader, "list-style") || sortie_office_is (reader, "outline-style"))
    start_list (self, reader);
  else if (sortie_office_is (reader, "style"))
    take_style (self, reader);
  else if (self->list != NULL &&
           (g_str_has_prefix ((const char *) xmlTextReaderConstLocalName (reader),
                              "list-level-style-") ||
            sortie_office_is (reader, "outline-level-style")))
    take_level (self->list, reader);
  return TRUE;
}

static void
list_end_cb (gpointer user_data, xmlTextReaderPtr reader)
{
  ListReader *self = user_data;

  if (sortie_office_is (reader, "list-style") || sortie_office_is (reader, "outline-style"))
    self->list = NULL;
}

SortieOdtStyles *
sortie_odt_styles_new (void)
{
  SortieOdtStyles *self = g_new0 (SortieOdtStyles, 1);

  self->lists = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, list_free);
  self->parents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
sortie_odt_styles_free (SortieOdtStyles *self)
{
  g_hash_table_unref (self->lists);
  g_hash_table_unref (self->parents);
  g_free (self);
}

gboolean
sortie_odt_styles_read (SortieOdtStyles *self, GBytes *xml, GError **error)
{
  static const SortieOfficeHandler handler = { list_start_cb, list_end_cb, NULL };
  ListReader reader = { .styles = self };

  return sortie_office_parse (xml, &handler, &reader, error);
}
