/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-library.h"

#include <string.h>

#include "sortie-error.h"

gboolean
sortie_collection_name_validate (const char *name, GError **error)
{
  const char *problem = NULL;

  if (*name == '\0')
    problem = "it is empty";
  else if (strlen (name) > SORTIE_COLLECTION_MAX_NAME)
    problem = "it is longer than " G_STRINGIFY (SORTIE_COLLECTION_MAX_NAME) " bytes";
  else if (!g_utf8_validate (name, -1, NULL))
    problem = "it is not UTF-8";
  else if (*name == '.' || *name == '-')
    problem = "it begins with “.” or “-”";
  else if (g_unichar_isspace (g_utf8_get_char (name)) ||
           g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (name + strlen (name)))))
    problem = "it begins or ends with a space";
  for (const char *p = name; problem == NULL && *p != '\0'; p = g_utf8_next_char (p))
    if (*p == '/' || !g_unichar_isprint (g_utf8_get_char (p)))
      problem = "it holds “/” or a character that can’t be printed";
  if (problem == NULL)
    return TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "name: not a collection’s name: %s",
               problem);
  return FALSE;
}

void
sortie_collection_free (SortieCollection *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_strfreev (self->folders);
  g_free (self);
}

void
sortie_document_free (SortieDocument *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->collection);
  g_free (self->uri);
  g_free (self->path);
  g_free (self->title);
  g_free (self->media_type);
  g_free (self->skipped);
  g_free (self);
}

void
sortie_passage_free (SortiePassage *self)
{
  if (self == NULL)
    return;
  g_free (self->document);
  g_free (self->collection);
  g_free (self->uri);
  g_free (self->path);
  g_free (self->title);
  g_free (self->heading);
  g_free (self->text);
  g_free (self);
}
