/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-http.h"

#include "sortie-error.h"

#include <string.h>

const char *
sortie_request_get_parameter (const SortieRequest *self, const char *name)
{
  return self->parameters == NULL ? NULL : g_hash_table_lookup (self->parameters, name);
}

const char *
sortie_request_get_query (const SortieRequest *self, const char *name)
{
  return self->query == NULL ? NULL : g_hash_table_lookup (self->query, name);
}

const char *
sortie_request_get_header (const SortieRequest *self, const char *name)
{
  return sortie_request_head_get (self->head, name);
}

gboolean
sortie_request_get_query_integer (const SortieRequest *self,
                                  const char *name,
                                  gint64 minimum,
                                  gint64 maximum,
                                  gint64 *value,
                                  GError **error)
{
  const char *text = sortie_request_get_query (self, name);
  gint64 number;

  if (text == NULL)
    return TRUE;
  if (!g_ascii_string_to_signed (text, 10, minimum, maximum, &number, NULL))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "%s: a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                   " is expected",
                   name, minimum, maximum);
      return FALSE;
    }
  *value = number;
  return TRUE;
}

gboolean
sortie_request_check_query (const SortieRequest *self, const char *const *allowed, GError **error)
{
  GHashTableIter iter;
  gpointer name;

  if (self->query == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, self->query);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_strv_contains (allowed, name))
      {
        g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "%.64s: no such query field",
                     (char *) name);
        return FALSE;
      }
  return TRUE;
}

/* How specifically a media range fits the offer: 0 not at all, 3 exactly. */
static int
range_fit (const char *range, gsize length, const char *offer)
{
  const char *slash = strchr (offer, '/');

  if (length == strlen (offer) && g_ascii_strncasecmp (range, offer, length) == 0)
    return 3;
  if (length == (gsize) (slash - offer) + 2 && range[length - 1] == '*' &&
      g_ascii_strncasecmp (range, offer, length - 1) == 0)
    return 2;
  return length == 3 && memcmp (range, "*/*", 3) == 0 ? 1 : 0;
}

/* The weight of an offer in thousandths; that of the most specific range counts. */
static int
offer_weight (char **ranges, const char *offer)
{
  int best_fit = 0;
  int weight = 0;

  for (guint i = 0; ranges[i] != NULL; i++)
    {
      const char *range = g_strstrip (ranges[i]);
      gsize length = strcspn (range, "; \t");
      const char *q = strstr (range + length, "q=");
      int fit = range_fit (range, length, offer);

      if (fit <= best_fit)
        continue;
      best_fit = fit;
      weight = q == NULL ? 1000 : (int) (CLAMP (g_ascii_strtod (q + 2, NULL), 0, 1) * 1000);
    }
  return weight;
}

const char *
sortie_request_negotiate (const SortieRequest *self, const char *const *offers)
{
  const char *accept = sortie_request_get_header (self, "accept");
  g_auto (GStrv) ranges = NULL;
  const char *best = NULL;
  int best_weight = 0;

  if (accept == NULL || *accept == '\0')
    return offers[0];
  ranges = g_strsplit (accept, ",", 64);
  for (guint i = 0; offers[i] != NULL; i++)
    {
      int weight = offer_weight (ranges, offers[i]);

      if (weight > best_weight)
        {
          best = offers[i];
          best_weight = weight;
        }
    }
  return best;
}

gboolean
sortie_request_get_last_event_id (const SortieRequest *self,
                                  gboolean *is_given,
                                  guint64 *milliseconds,
                                  guint64 *sequence,
                                  GError **error)
{
  const char *text = sortie_request_get_header (self, "last-event-id");
  g_auto (GStrv) parts = NULL;
  guint64 first, second;

  if (text == NULL || *text == '\0')
    {
      *is_given = FALSE;
      return TRUE;
    }
  parts = g_strsplit (text, "-", 3);
  if (g_strv_length (parts) != 2 ||
      !g_ascii_string_to_unsigned (parts[0], 10, 0, G_MAXUINT64, &first, NULL) ||
      !g_ascii_string_to_unsigned (parts[1], 10, 0, G_MAXUINT64, &second, NULL))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "Last-Event-ID: no event has such an ID");
      return FALSE;
    }
  *is_given = TRUE;
  *milliseconds = first;
  *sequence = second;
  return TRUE;
}

char *
sortie_percent_decode (const char *text, gsize length, gboolean plus_is_space)
{
  g_autoptr (GString) out = g_string_sized_new (length);

  for (gsize i = 0; i < length; i++)
    {
      char byte = text[i];

      if (byte == '%')
        {
          if (length - i < 3 || !g_ascii_isxdigit (text[i + 1]) || !g_ascii_isxdigit (text[i + 2]))
            return NULL;
          byte = g_ascii_xdigit_value (text[i + 1]) * 16 + g_ascii_xdigit_value (text[i + 2]);
          i += 2;
        }
      else if (byte == '+' && plus_is_space)
        byte = ' ';
      g_string_append_c (out, byte);
    }
  if (!g_utf8_validate_len (out->str, out->len, NULL))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

GHashTable *
sortie_query_parse (const char *query, GError **error)
{
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) fields = g_strsplit (query, "&", SORTIE_HTTP_MAX_QUERY_FIELDS + 1);

  if (g_strv_length (fields) > SORTIE_HTTP_MAX_QUERY_FIELDS)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "the query has more than %d fields",
                   SORTIE_HTTP_MAX_QUERY_FIELDS);
      return NULL;
    }
  for (guint i = 0; fields[i] != NULL; i++)
    {
      gsize name_length = strcspn (fields[i], "=");
      const char *rest = fields[i][name_length] == '=' ? fields[i] + name_length + 1 : "";
      g_autofree char *name = sortie_percent_decode (fields[i], name_length, TRUE);
      g_autofree char *value = sortie_percent_decode (rest, strlen (rest), TRUE);

      if (*fields[i] == '\0')
        continue;
      if (name == NULL || value == NULL)
        g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                     "%.64s: the query field is not percent-encoded UTF-8",
                     name != NULL ? name : "query");
      else if (g_hash_table_contains (table, name))
        g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                     "%.64s: the query field is repeated", name);
      else
        {
          g_hash_table_insert (table, g_steal_pointer (&name), g_steal_pointer (&value));
          continue;
        }
      return NULL;
    }
  return g_steal_pointer (&table);
}

char *
sortie_request_id_for (const SortieRequestHead *head)
{
  const char *given = head != NULL ? sortie_request_head_get (head, "x-request-id") : NULL;
  gsize length = given != NULL ? strlen (given) : 0;

  if (length > 0 && length <= SORTIE_HTTP_MAX_REQUEST_ID &&
      strspn (given, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == length)
    return g_strdup (given);
  return g_strdup_printf ("%08x%08x", g_random_int (), g_random_int ());
}

SortieRequest *
sortie_request_new (SortieRequestHead *head)
{
  SortieRequest *self = g_new0 (SortieRequest, 1);
  const char *target = sortie_request_head_get_target (head);

  self->head = head;
  self->id = sortie_request_id_for (head);
  self->method = sortie_request_head_get_method (head);
  self->path = g_strndup (target, strcspn (target, "?"));
  return self;
}

void
sortie_request_free (SortieRequest *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->path);
  g_free (self->user);
  g_clear_pointer (&self->parameters, g_hash_table_unref);
  g_clear_pointer (&self->query, g_hash_table_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->json, json_node_unref);
  sortie_request_head_free (self->head);
  g_free (self);
}
