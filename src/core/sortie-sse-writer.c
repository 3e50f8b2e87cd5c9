/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-sse-parser.h"

#include <string.h>

/* A field of one line: line breaks in the value go. */
static void
append_field (GString *out, const char *name, const char *value)
{
  g_string_append (out, name);
  while (*value != '\0')
    {
      gsize run = strcspn (value, "\r\n");

      g_string_append_len (out, value, (gssize) run);
      value += run;
      value += strspn (value, "\r\n");
    }
  g_string_append_c (out, '\n');
}

void
sortie_sse_append_frame (GString *out, const char *id, const char *type, const char *data)
{
  if (id != NULL)
    append_field (out, "id: ", id);
  if (type != NULL)
    append_field (out, "event: ", type);
  for (;;)
    {
      gsize run = strcspn (data, "\r\n");

      g_string_append (out, "data: ");
      g_string_append_len (out, data, (gssize) run);
      g_string_append_c (out, '\n');
      data += run;
      if (*data == '\0')
        break;
      data += data[0] == '\r' && data[1] == '\n' ? 2 : 1;
    }
  g_string_append_c (out, '\n');
}

void
sortie_sse_append_comment (GString *out, const char *text)
{
  append_field (out, ": ", text);
  g_string_append_c (out, '\n');
}
