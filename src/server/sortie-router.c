/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-router.h"

#include <string.h>

#define MAX_SEGMENTS 16
/* `{}` and a little more for a POST that needs no body. */
#define EMPTY_BODY 256

typedef struct
{
  SortieRoute route;
  char **segments;
} Entry;

struct _SortieRouter
{
  GPtrArray *entries; /* of Entry */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_strfreev (entry->segments);
  g_free (entry);
}

/* (nullable): NULL where a segment is no text. */
static char **
decode_segments (const char *path)
{
  g_auto (GStrv) raw = g_strsplit (path + 1, "/", MAX_SEGMENTS + 1);
  g_autoptr (GPtrArray) segments = g_ptr_array_new_with_free_func (g_free);
  gboolean is_odd = g_strv_length (raw) > MAX_SEGMENTS;

  for (guint i = 0; raw[i] != NULL; i++)
    {
      char *segment = sortie_percent_decode (raw[i], strlen (raw[i]), FALSE);

      if (segment == NULL)
        return NULL;
      g_ptr_array_add (segments, segment);
      is_odd = is_odd || strchr (segment, '/') != NULL || g_str_equal (segment, ".") ||
               g_str_equal (segment, "..") || (*segment == '\0' && raw[1] != NULL);
    }
  if (is_odd)
    {
      g_ptr_array_set_size (segments, 0);
      g_ptr_array_add (segments, g_strdup ("/")); /* stands in no pattern */
    }
  g_ptr_array_add (segments, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&segments), FALSE);
}

/* How literal the match is: higher is better, 0 none. */
static guint
match_segments (char **pattern, char **path)
{
  guint score = 1;
  guint i;

  for (i = 0; pattern[i] != NULL && path[i] != NULL; i++)
    {
      gboolean is_name = pattern[i][0] == '{';

      if (is_name ? *path[i] == '\0' : !g_str_equal (pattern[i], path[i]))
        return 0;
      score = score * 2 + (is_name ? 0 : 1);
    }
  return pattern[i] == NULL && path[i] == NULL ? score : 0;
}

static GHashTable *
collect_parameters (char **pattern, char **path)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; pattern[i] != NULL; i++)
    if (pattern[i][0] == '{')
      g_hash_table_insert (table, g_strndup (pattern[i] + 1, strlen (pattern[i]) - 2),
                           g_strdup (path[i]));
  return table;
}

static void
allow_method (GString *allow, const char *method)
{
  if (strstr (allow->str, method) != NULL)
    return;
  g_string_append_printf (allow, "%s%s", allow->len > 0 ? ", " : "", method);
  if (g_str_equal (method, "GET"))
    g_string_append (allow, ", HEAD");
}

SortieRouter *
sortie_router_new (void)
{
  SortieRouter *self = g_new0 (SortieRouter, 1);

  self->entries = g_ptr_array_new_with_free_func (entry_free);
  return self;
}

void
sortie_router_free (SortieRouter *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->entries);
  g_free (self);
}

void
sortie_router_add (SortieRouter *self, const SortieRoute *route)
{
  Entry *entry = g_new0 (Entry, 1);

  g_return_if_fail (route->pattern[0] == '/' && route->handler != NULL);

  entry->route = *route;
  entry->segments = g_strsplit (route->pattern + 1, "/", -1);
  if (entry->route.max_body == 0)
    entry->route.max_body = route->body == SORTIE_BODY_UPLOAD ? SORTIE_ROUTER_UPLOAD_BODY
                            : route->body == SORTIE_BODY_JSON ? SORTIE_ROUTER_DEFAULT_BODY
                                                              : EMPTY_BODY;
  g_ptr_array_add (self->entries, entry);
}

const SortieRoute *
sortie_router_match (SortieRouter *self,
                     const char *method,
                     const char *path,
                     GHashTable **parameters,
                     char **allow,
                     guint *status)
{
  const char *wanted = g_str_equal (method, "HEAD") ? "GET" : method;
  g_auto (GStrv) segments = decode_segments (path);
  g_autoptr (GString) methods = g_string_new (NULL);
  const Entry *best = NULL;
  guint best_score = 0;

  if (segments == NULL)
    {
      *status = 400;
      return NULL;
    }
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (self->entries, i);
      guint score = match_segments (entry->segments, segments);

      if (score > 0)
        allow_method (methods, entry->route.method);
      if (score > best_score && g_str_equal (entry->route.method, wanted))
        {
          best = entry;
          best_score = score;
        }
    }
  if (best != NULL)
    {
      *parameters = collect_parameters (best->segments, segments);
      return &best->route;
    }
  *status = methods->len == 0 ? 404 : g_str_equal (method, "OPTIONS") ? 204 : 405;
  if (methods->len > 0)
    *allow = g_strconcat (methods->str, ", OPTIONS", NULL);
  return NULL;
}

/* Whether `content_type`, without its parameters, is that type. */
static gboolean
is_type (const char *content_type, const char *type)
{
  gsize length = strcspn (content_type, "; \t");

  return length == strlen (type) && g_ascii_strncasecmp (content_type, type, length) == 0;
}

static gboolean
is_json (const char *content_type)
{
  const char *charset = strcasestr (content_type, "charset=");

  if (!is_type (content_type, "application/json"))
    return FALSE;
  if (charset == NULL)
    return TRUE;
  charset += strlen ("charset=");
  charset += *charset == '"' ? 1 : 0;
  return g_ascii_strncasecmp (charset, "utf-8", strlen ("utf-8")) == 0;
}

static gboolean
is_allowed_type (const SortieRoute *route, const char *content_type)
{
  if (route->body != SORTIE_BODY_UPLOAD)
    return is_json (content_type);
  for (guint i = 0; route->types != NULL && route->types[i] != NULL; i++)
    if (is_type (content_type, route->types[i]))
      return TRUE;
  /* A form is all that a web page can send without being asked first. */
  return route->types == NULL && !is_type (content_type, "multipart/form-data") &&
         !is_type (content_type, "application/x-www-form-urlencoded");
}

SortieResponse *
sortie_route_check_body (const SortieRoute *route,
                         const char *method,
                         const char *content_type,
                         gint64 content_length)
{
  gboolean wants_body = route->body != SORTIE_BODY_NONE;

  if (content_length > 0 && (g_str_equal (method, "GET") || g_str_equal (method, "HEAD")))
    return sortie_response_new_problem (400, "A GET request takes no body.");
  if (content_length > (gint64) route->max_body)
    return sortie_response_new_problem (413, "The body is larger than this route takes.");
  if (content_length < 0 && wants_body)
    return sortie_response_new_problem (411, "A body with a Content-Length is needed.");
  if (content_length <= 0 && !g_str_equal (method, "POST"))
    content_type = NULL; /* says nothing; on a POST it may be a form's */
  if (content_type != NULL && !is_allowed_type (route, content_type))
    return sortie_response_new_problem (415,
                                        "The body's Content-Type is not one this route takes.");
  if (content_type == NULL && content_length > 0)
    return sortie_response_new_problem (415, "The body needs a Content-Type.");
  if (content_length == 0 && route->body == SORTIE_BODY_JSON)
    return sortie_response_new_problem (400, "The body is empty; a JSON object is expected.");
  return NULL;
}
