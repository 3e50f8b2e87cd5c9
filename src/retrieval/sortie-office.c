/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-extract"

#include "sortie-office.h"

#include <string.h>

#include "sortie-error.h"
#include "sortie-office-private.h"

#define DUBLIN_CORE "http://purl.org/dc/elements/1.1/"
#define DOCUMENT_RELATIONSHIP "/officeDocument"
#define WORD_TYPE "wordprocessingml"

/* --- the document's own title --- */

typedef struct
{
  GString *title;
  gboolean inside;
} TitleReader;

static gboolean
title_start_cb (gpointer user_data, xmlTextReaderPtr reader)
{
  TitleReader *self = user_data;

  if (sortie_office_is (reader, "title") &&
      g_strcmp0 ((const char *) xmlTextReaderConstNamespaceUri (reader), DUBLIN_CORE) == 0)
    self->inside = TRUE;
  return TRUE;
}

static void
title_end_cb (gpointer user_data, xmlTextReaderPtr reader)
{
  TitleReader *self = user_data;

  self->inside = FALSE;
}

static void
title_text_cb (gpointer user_data, const char *text)
{
  TitleReader *self = user_data;

  if (self->inside)
    g_string_append (self->title, text);
}

void
sortie_office_take_metadata_title (SortieExtract *extract, GBytes *archive, const char *member)
{
  static const SortieOfficeHandler handler = { title_start_cb, title_end_cb, title_text_cb };
  g_autoptr (GString) title = g_string_new (NULL);
  g_autoptr (GBytes) xml = sortie_office_read_member (archive, member, NULL);
  TitleReader self = { .title = title };

  if (xml != NULL && sortie_office_parse (xml, &handler, &self, NULL) &&
      sortie_extract_is_sane_title (title->str))
    sortie_extract_take_title (extract, title->str, title->len);
}

/* --- which of the formats it is --- */

/* A .docx names its parts in a file of relationships; the document's is nearly always
 * `word/document.xml`. */
static gboolean
relationship_start_cb (gpointer user_data, xmlTextReaderPtr reader)
{
  char **target = user_data;
  g_autofree char *type = NULL;

  if (!sortie_office_is (reader, "Relationship") || *target != NULL)
    return TRUE;
  type = sortie_office_dup_attribute (reader, "Type");
  if (type != NULL && g_str_has_suffix (type, DOCUMENT_RELATIONSHIP))
    *target = sortie_office_dup_attribute (reader, "Target");
  return TRUE;
}

static void
ignore_end_cb (gpointer user_data, xmlTextReaderPtr reader)
{
}

static char *
find_office_document (GBytes *archive)
{
  static const SortieOfficeHandler handler = { relationship_start_cb, ignore_end_cb, NULL };
  g_autoptr (GBytes) xml = sortie_office_read_member (archive, "_rels/.rels", NULL);
  g_autofree char *target = NULL;

  if (xml == NULL || !sortie_office_parse (xml, &handler, &target, NULL) || target == NULL)
    return NULL;
  return g_strdup (target[0] == '/' ? target + 1 : target);
}

static gboolean
is_word (GBytes *archive)
{
  g_autoptr (GBytes) types = sortie_office_read_member (archive, "[Content_Types].xml", NULL);
  gsize length;
  const char *text;

  if (types == NULL)
    return FALSE;
  text = g_bytes_get_data (types, &length);
  return memmem (text, length, WORD_TYPE, strlen (WORD_TYPE)) != NULL;
}

static gboolean
is_open_document_text (GBytes *archive)
{
  g_autoptr (GBytes) type = sortie_office_read_member (archive, "mimetype", NULL);
  gsize length;
  const char *text;

  if (type == NULL)
    return FALSE;
  text = g_bytes_get_data (type, &length);
  return length >= strlen (SORTIE_OFFICE_ODT_TYPE) &&
         memcmp (text, SORTIE_OFFICE_ODT_TYPE, strlen (SORTIE_OFFICE_ODT_TYPE)) == 0;
}

static gboolean
extract_any (SortieExtract *extract, GBytes *content, GError **error)
{
  g_autofree char *document = NULL;

  if (is_open_document_text (content))
    {
      extract->media_type = SORTIE_OFFICE_ODT_TYPE;
      return sortie_odt_extract (extract, content, error);
    }
  document = find_office_document (content);
  if (document != NULL && is_word (content))
    {
      extract->media_type = SORTIE_OFFICE_DOCX_TYPE;
      return sortie_docx_extract (extract, content, document, error);
    }
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
               "it is a ZIP archive or an office document of a kind that is not read");
  return FALSE;
}

SortieExtract *
sortie_office_extract (GBytes *content, GError **error)
{
  g_autoptr (SortieExtract) extract = sortie_extract_new ();
  g_autoptr (GError) local = NULL;

  if (extract_any (extract, content, &local) && sortie_extract_check (extract, &local))
    return g_steal_pointer (&extract);
  if (g_error_matches (local, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND))
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "damaged office document: %s",
                 local->message);
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}
