/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-extract"

#include "sortie-office-private.h"

/* Word keeps what a numbering looks like (an abstract one) apart from the lists that use it. Lists
 * of one abstract numbering count on, unless one says where it starts. */

typedef struct
{
  int level;
  int start;
} Restart;

typedef struct
{
  SortieDocxNumbers *numbers;
  SortieOfficeList *abstract; /* the one that is being read */
  SortieOfficeLevel *level;
  char *list; /* the ID of the one that is being read */
  int override;
} NumberReader;

static void
list_free (gpointer data)
{
  sortie_office_list_free (data);
}

static SortieOfficeNumber
number_of (const char *format)
{
  static const struct
  {
    const char *name;
    SortieOfficeNumber number;
  } formats[] = {
    { "bullet", SORTIE_OFFICE_BULLET },
    { "lowerLetter", SORTIE_OFFICE_LOWER_LETTER },
    { "lowerRoman", SORTIE_OFFICE_LOWER_ROMAN },
    { "none", SORTIE_OFFICE_UNLABELLED },
    { "upperLetter", SORTIE_OFFICE_UPPER_LETTER },
    { "upperRoman", SORTIE_OFFICE_UPPER_ROMAN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_strcmp0 (format, formats[i].name) == 0)
      return formats[i].number;
  return SORTIE_OFFICE_DECIMAL;
}

static void
start_abstract (NumberReader *self, xmlTextReaderPtr reader)
{
  char *id = sortie_office_dup_attribute (reader, "abstractNumId");

  if (id == NULL || g_hash_table_size (self->numbers->abstracts) >= SORTIE_OFFICE_MAX_LISTS)
    {
      g_free (id);
      return;
    }
  self->abstract = sortie_office_list_new ();
  g_hash_table_replace (self->numbers->abstracts, id, self->abstract);
}

static void
start_level (NumberReader *self, xmlTextReaderPtr reader)
{
  int level = sortie_office_get_number (reader, "ilvl", -1);

  self->level = NULL;
  if (self->abstract != NULL && level >= 0 && level < SORTIE_OFFICE_LEVELS)
    self->level = &self->abstract->levels[level];
}

static void
add_restart (NumberReader *self, int start)
{
  GArray *restarts;
  Restart restart = { .level = self->override, .start = start };

  if (self->list == NULL || self->override < 0)
    return;
  restarts = g_hash_table_lookup (self->numbers->restarts, self->list);
  if (restarts == NULL)
    {
      restarts = g_array_new (FALSE, FALSE, sizeof (Restart));
      g_hash_table_insert (self->numbers->restarts, g_strdup (self->list), restarts);
    }
  if (restarts->len < SORTIE_OFFICE_LEVELS)
    g_array_append_val (restarts, restart);
}

static void
take_level_property (NumberReader *self, xmlTextReaderPtr reader)
{
  SortieOfficeLevel *level = self->level;

  if (sortie_office_is (reader, "start"))
    {
      level->start = MAX (0, sortie_office_get_number (reader, "val", 1));
    }
  else if (sortie_office_is (reader, "numFmt"))
    {
      g_autofree char *format = sortie_office_dup_attribute (reader, "val");

      level->number = number_of (format);
    }
  else if (sortie_office_is (reader, "lvlText"))
    {
      g_free (level->label);
      level->label = sortie_office_dup_attribute (reader, "val");
    }
  else if (sortie_office_is (reader, "pStyle"))
    {
      g_free (level->style);
      level->style = sortie_office_dup_attribute (reader, "val");
    }
}

static void
take_list_property (NumberReader *self, xmlTextReaderPtr reader)
{
  if (sortie_office_is (reader, "abstractNumId"))
    {
      char *id = sortie_office_dup_attribute (reader, "val");

      if (id != NULL && g_hash_table_size (self->numbers->lists) < SORTIE_OFFICE_MAX_LISTS)
        g_hash_table_replace (self->numbers->lists, g_strdup (self->list), id);
      else
        g_free (id);
    }
  else if (sortie_office_is (reader, "lvlOverride"))
    {
      self->override = sortie_office_get_number (reader, "ilvl", -1);
    }
  else if (sortie_office_is (reader, "startOverride"))
    {
      add_restart (self, sortie_office_get_number (reader, "val", 1));
    }
}

static gboolean
number_start_cb (gpointer user_data, xmlTextReaderPtr reader)
{
  NumberReader *self = user_data;

  if (sortie_office_is (reader, "abstractNum"))
    {
      start_abstract (self, reader);
    }
  else if (sortie_office_is (reader, "num"))
    {
      g_free (self->list);
      self->list = sortie_office_dup_attribute (reader, "numId");
      self->override = -1;
    }
  else if (sortie_office_is (reader, "lvl"))
    {
      start_level (self, reader);
    }
  else if (self->level != NULL)
    {
      take_level_property (self, reader);
    }
  else if (self->list != NULL)
    {
      take_list_property (self, reader);
    }
  return TRUE;
}

static void
number_end_cb (gpointer user_data, xmlTextReaderPtr reader)
{
  NumberReader *self = user_data;

  if (sortie_office_is (reader, "lvl"))
    self->level = NULL;
  else if (sortie_office_is (reader, "abstractNum"))
    self->abstract = NULL;
  else if (sortie_office_is (reader, "num"))
    g_clear_pointer (&self->list, g_free);
}

SortieDocxNumbers *
sortie_docx_read_numbers (GBytes *archive, const char *folder)
{
  static const SortieOfficeHandler handler = { number_start_cb, number_end_cb, NULL };
  SortieDocxNumbers *self = g_new0 (SortieDocxNumbers, 1);
  NumberReader reader = { .numbers = self, .override = -1 };
  g_autofree char *member = g_strconcat (folder, "numbering.xml", NULL);
  g_autoptr (GBytes) xml = sortie_office_read_member (archive, member, NULL);

  self->abstracts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, list_free);
  self->lists = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->restarts =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  if (xml != NULL)
    sortie_office_parse (xml, &handler, &reader, NULL);
  g_free (reader.list);
  return self;
}

void
sortie_docx_numbers_free (SortieDocxNumbers *self)
{
  g_hash_table_unref (self->abstracts);
  g_hash_table_unref (self->lists);
  g_hash_table_unref (self->restarts);
  g_free (self);
}

static int
level_of_style (const SortieOfficeList *list, const char *style)
{
  for (int i = 0; i < SORTIE_OFFICE_LEVELS; i++)
    if (style != NULL && g_strcmp0 (list->levels[i].style, style) == 0)
      return i;
  return 0;
}

char *
sortie_docx_numbers_next (SortieDocxNumbers *self, const char *list, int level, const char *style)
{
  const char *id = g_hash_table_lookup (self->lists, list);
  SortieOfficeList *abstract = id != NULL ? g_hash_table_lookup (self->abstracts, id) : NULL;
  GArray *restarts;

  if (abstract == NULL)
    return NULL;
  restarts = g_hash_table_lookup (self->restarts, list);
  for (guint i = 0; restarts != NULL && i < restarts->len; i++)
    {
      const Restart *restart = &g_array_index (restarts, Restart, i);

      sortie_office_list_restart (abstract, restart->level, restart->start);
    }
  g_hash_table_remove (self->restarts, list);
  return sortie_office_list_next (abstract, level >= 0 ? level : level_of_style (abstract, style));
}
