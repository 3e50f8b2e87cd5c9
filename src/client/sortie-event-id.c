/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-event-id.h"

/* Digits up to @end, which stands behind them. */
static gboolean
parse_part (const char *text, char end, guint64 *part, const char **rest)
{
  const char *at = text;
  guint64 value = 0;

  for (; g_ascii_isdigit (*at); at++)
    {
      guint digit = (guint) (*at - '0');

      if (value > (G_MAXUINT64 - digit) / 10)
        return FALSE;
      value = value * 10 + digit;
    }
  *part = value;
  *rest = at + 1;

  return at > text && *at == end;
}

static gboolean
parse (const char *id, guint64 parts[2])
{
  const char *rest;

  return parse_part (id, '-', &parts[0], &rest) && parse_part (rest, '\0', &parts[1], &rest);
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
