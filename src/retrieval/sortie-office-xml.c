/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-extract"

#include "sortie-office-private.h"

#include <string.h>

#include "sortie-error.h"

static gboolean
fail (GError **error)
{
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "damaged office document");
  return FALSE;
}

/* Returns: how the reader goes on: 1 into what it is at, 0 past it, -1 not at all */
static int
handle_node (xmlTextReaderPtr reader, const SortieOfficeHandler *handler, gpointer self)
{
  switch (xmlTextReaderNodeType (reader))
    {
    case XML_READER_TYPE_ELEMENT:
      {
        gboolean is_empty = xmlTextReaderIsEmptyElement (reader) == 1;

        if (!handler->start (self, reader))
          return 0;
        if (is_empty)
          handler->end (self, reader);
        return 1;
      }
    case XML_READER_TYPE_END_ELEMENT:
      handler->end (self, reader);
      return 1;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
      if (handler->text != NULL)
        handler->text (self, (const char *) xmlTextReaderConstValue (reader));
      return 1;
    case XML_READER_TYPE_DOCUMENT_TYPE:
      return -1; /* no word processor writes one; entities would hide in it */
    default:
      return 1;
    }
}

gboolean
sortie_office_parse (GBytes *xml, const SortieOfficeHandler *handler, gpointer self, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (xml, &length);
  xmlTextReaderPtr reader =
      xmlReaderForMemory (text, (int) length, NULL, NULL,
                          XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  int outcome = 1;

  if (reader == NULL)
    return fail (error);
  outcome = xmlTextReaderRead (reader);
  while (outcome == 1)
    {
      int way = handle_node (reader, handler, self);

      outcome = way < 0 ? -1 : way == 0 ? xmlTextReaderNext (reader) : xmlTextReaderRead (reader);
    }
  xmlFreeTextReader (reader);
  return outcome == 0 || fail (error);
}

gboolean
sortie_office_is (xmlTextReaderPtr reader, const char *local_name)
{
  return strcmp ((const char *) xmlTextReaderConstLocalName (reader), local_name) == 0;
}

int
sortie_office_find_tag (xmlTextReaderPtr reader, const SortieOfficeTag *tags, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (sortie_office_is (reader, tags[i].name))
      return tags[i].tag;
  return 0;
}

char *
sortie_office_dup_attribute (xmlTextReaderPtr reader, const char *local_name)
{
  char *value = NULL;

  for (int more = xmlTextReaderMoveToFirstAttribute (reader); more == 1 && value == NULL;
       more = xmlTextReaderMoveToNextAttribute (reader))
    if (sortie_office_is (reader, local_name))
      value = g_strdup ((const char *) xmlTextReaderConstValue (reader));
  xmlTextReaderMoveToElement (reader);
  return value;
}

int
sortie_office_get_number (xmlTextReaderPtr reader, const char *local_name, int or_else)
{
  g_autofree char *value = sortie_office_dup_attribute (reader, local_name);
  gint64 number;

  if (value == NULL || !g_ascii_string_to_signed (value, 10, -1000000, 1000000, &number, NULL))
    return or_else;
  return (int) number;
}
