/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-upload-names.h"

#include <string.h>

#define FOLDER_MARK " - "
#define MAX_SUFFIX 16 /* bytes of a name's end that count as its suffix */
#define N_HASH 8      /* hexadecimal digits that tell shortened names apart */

struct _SortieUploadNames
{
  GHashTable *taken;
};

SortieUploadNames *
sortie_upload_names_new (void)
{
  SortieUploadNames *self = g_new0 (SortieUploadNames, 1);

  self->taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
sortie_upload_names_free (SortieUploadNames *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->taken);
  g_free (self);
}

static char *
flatten (const char *path)
{
  g_autofree char *valid = g_utf8_make_valid (path, -1);
  GString *name = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '/')
        g_string_append (name, FOLDER_MARK);
      else if (g_unichar_iscntrl (c) || (c == '.' && name->len == 0))
        g_string_append_c (name, '_');
      else
        g_string_append_unichar (name, c);
    }
  if (name->len == 0)
    g_string_append_c (name, '_');
  return g_string_free (name, FALSE);
}

/* The end is kept, which has the suffix; what tells it from others of that end takes the beginning. */
static char *
shorten (const char *name)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  const char *end = name;

  if (strlen (name) <= SORTIE_UPLOAD_MAX_NAME)
    return g_strdup (name);
  while (strlen (end) > SORTIE_UPLOAD_MAX_NAME - N_HASH - strlen (FOLDER_MARK))
    end = g_utf8_next_char (end);
  return g_strdup_printf ("%.*s" FOLDER_MARK "%s", N_HASH, hash, end);
}

/* “notes.txt” becomes “notes (2).txt”. */
static char *
number (const char *name, guint n)
{
  const char *dot = strrchr (name, '.');
  const char *suffix = dot != NULL && strlen (dot) <= MAX_SUFFIX ? dot : name + strlen (name);
  g_autofree char *numbered =
      g_strdup_printf ("%.*s (%u)%s", (int) (suffix - name), name, n, suffix);

  return shorten (numbered);
}

char *
sortie_upload_names_take (SortieUploadNames *self, const char *path)
{
  g_autofree char *flat = flatten (path);
  g_autofree char *wanted = shorten (flat);
  char *name = g_strdup (wanted);

  for (guint n = 2; g_hash_table_contains (self->taken, name); n++)
    {
      g_free (name);
      name = number (wanted, n);
    }
  g_hash_table_add (self->taken, g_strdup (name));
  return name;
}
