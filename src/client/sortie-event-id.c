/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-event-id.h"

#include <string.h>

static gboolean
parse (const char *id, guint64 parts[2])
{
  const char *dash = strchr (id, '-');
  g_autofree char *first = dash != NULL ? g_strndup (id, (gsize) (dash - id)) : NULL;

  return dash != NULL && g_ascii_string_to_unsigned (first, 10, 0, G_MAXUINT64, &parts[0], NULL) &&
         g_ascii_string_to_unsigned (dash + 1, 10, 0, G_MAXUINT64, &parts[1], NULL);
}

int
sortie_event_id_compare (const char *a, const char *b)
{
  guint64 left[2];
  guint64 right[2];

  if (g_str_equal (a, b))
    return 0;
  if (!parse (a, left) || !parse (b, right))
    return 1;
  if (left[0] != right[0])
    return left[0] < right[0] ? -1 : 1;
  if (left[1] != right[1])
    return left[1] < right[1] ? -1 : 1;

  return 0;
}
