/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-routes.h"

#include "sortie-error.h"
#include "sortie-json.h"

#include <string.h>

static GMutex mutex;
static GCond cond;
static GHashTable *keys; /* idempotency key → body */
static int asleep;
static int wakes;

static SortieResponse *
health (SortieRequest *request, gpointer user_data)
{
  return sortie_response_new_json (200, g_strdup ("{\"status\":\"ok\"}"));
}

static gboolean
remember_key (const char *key, const char *task, GError **error)
{
  const char *before;
  gboolean is_same;

  if (key == NULL)
    return TRUE;
  g_mutex_lock (&mutex);
  if (keys == NULL)
    keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  before = g_hash_table_lookup (keys, key);
  is_same = before == NULL || g_str_equal (before, task);
  if (before == NULL)
    g_hash_table_insert (keys, g_strdup (key), g_strdup (task));
  g_mutex_unlock (&mutex);
  if (!is_same)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_MISMATCH,
                 "Idempotency-Key: the key came before with another body");
  return is_same;
}

static SortieResponse *
task (SortieRequest *request, gpointer user_data)
{
  static const char *const allowed[] = { "task", NULL };
  g_autoptr (GError) error = NULL;
  const char *text = NULL;
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (request->json))
    return sortie_response_new_problem (400, "body: an object is expected");
  object = json_node_get_object (request->json);
  if (!sortie_json_check_members (object, allowed, &error) ||
      !sortie_json_get_string (object, "task", TRUE, &text, &error) ||
      !remember_key (sortie_request_get_header (request, "idempotency-key"), text, &error))
    return sortie_response_new_error (error);
  return sortie_response_new_json (200, g_strdup ("{\"task_id\":\"" TEST_KNOWN "\"}"));
}

static SortieResponse *
stream (SortieRequest *request, gpointer user_data)
{
  const char *id = sortie_request_get_parameter (request, "id");
  g_autoptr (GError) error = NULL;
  gboolean is_given;
  guint64 milliseconds, sequence;

  if (!g_str_equal (id, TEST_KNOWN))
    return sortie_response_new_problem (404, "There is no such mission.");
  if (!sortie_request_get_last_event_id (request, &is_given, &milliseconds, &sequence, &error))
    return sortie_response_new_error (error);
  if (is_given && milliseconds >= 1)
    return sortie_response_new_empty (204);
  return sortie_response_new_stream (g_strdup (id), g_free);
}

/* A stream where none can be: a mistake of the route. */
static SortieResponse *
misplaced_stream (SortieRequest *request, gpointer user_data)
{
  return sortie_response_new_stream (g_strdup ("lost"), g_free);
}

static void
stream_events (SortieSseConnection *connection, gpointer data, gpointer user_data)
{
  static const char frames[] = "id: 0-1\nevent: message\ndata: {\"type\":\"status\"}\n\n"
                               "id: 1-0\nevent: message\ndata: {\"type\":\"done\"}\n\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (frames, strlen (frames));

  sortie_sse_connection_send (connection, bytes);
  sortie_sse_connection_finish (connection);
  g_free (data);
}

/* The request as the handler sees it. */
static SortieResponse *
echo (SortieRequest *request, gpointer user_data)
{
  GString *text = g_string_new (NULL);
  const char *name = sortie_request_get_parameter (request, "name");
  const char *q = sortie_request_get_query (request, "q");

  g_string_append_printf (text, "%s %s user=%s local=%d unix=%d name=%s q=%s", request->method,
                          request->path, request->user, request->is_local, request->is_unix,
                          name != NULL ? name : "-", q != NULL ? q : "-");
  if (request->body != NULL)
    {
      g_string_append (text, " body=");
      g_string_append_len (text, g_bytes_get_data (request->body, NULL),
                           g_bytes_get_size (request->body));
    }
  return sortie_response_new_text (200, "text/plain; charset=utf-8", g_string_free (text, FALSE));
}

static SortieResponse *
upload (SortieRequest *request, gpointer user_data)
{
  gsize size = request->body != NULL ? g_bytes_get_size (request->body) : 0;
  g_autofree char *digest = request->body != NULL
                                ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, request->body)
                                : NULL;

  return sortie_response_new_json (200, g_strdup_printf ("{\"size\":%" G_GSIZE_FORMAT
                                                         ",\"sha256\":\"%s\"}",
                                                         size, digest));
}

static SortieResponse *
big (SortieRequest *request, gpointer user_data)
{
  gint64 size = 1024;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;
  char *text;

  if (!sortie_request_get_query_integer (request, "size", 0, 64 * 1024 * 1024, &size, &error))
    return sortie_response_new_error (error);
  text = g_malloc (size);
  memset (text, 'x', size);
  body = g_bytes_new_take (text, size);
  return sortie_response_new (200, "application/octet-stream", body);
}

static SortieResponse *
empty (SortieRequest *request, gpointer user_data)
{
  return sortie_response_new_empty (204);
}

static SortieResponse *
fail (SortieRequest *request, gpointer user_data)
{
  g_autoptr (GError) error = g_error_new (G_FILE_ERROR, G_FILE_ERROR_NOENT, "/secret/path is gone");

  return sortie_response_new_error (error);
}

static SortieResponse *
nothing (SortieRequest *request, gpointer user_data)
{
  return NULL;
}

static SortieResponse *
sleep_on (SortieRequest *request, gpointer user_data)
{
  g_mutex_lock (&mutex);
  asleep++;
  g_cond_broadcast (&cond);
  while (wakes == 0)
    g_cond_wait (&cond, &mutex);
  wakes--;
  asleep--;
  g_mutex_unlock (&mutex);
  return sortie_response_new_json (200, g_strdup ("{\"slept\":true}"));
}

void
test_routes_wake (int n)
{
  g_mutex_lock (&mutex);
  wakes += n;
  g_cond_broadcast (&cond);
  g_mutex_unlock (&mutex);
}

void
test_routes_wait_asleep (int n)
{
  g_mutex_lock (&mutex);
  while (asleep < n)
    g_cond_wait (&cond, &mutex);
  g_mutex_unlock (&mutex);
}

void
test_routes_add (SortieHttpServer *server, gpointer user_data)
{
  static const char *const text_types[] = { "text/plain", "text/markdown", NULL };
  const SortieRoute routes[] = {
    { .method = "GET", .pattern = "/", .handler = health },
    { .method = "GET", .pattern = "/health", .handler = health },
    { .method = "GET", .pattern = "/open", .handler = health, .is_public = TRUE },
    { .method = "POST", .pattern = "/task", .body = SORTIE_BODY_JSON, .handler = task },
    { .method = "GET", .pattern = "/stream/{id}", .handler = stream, .stream = stream_events },
    { .method = "GET", .pattern = "/no-stream", .handler = misplaced_stream },
    { .method = "GET", .pattern = "/echo/{name}", .handler = echo },
    { .method = "GET", .pattern = "/echo/literal", .handler = health },
    { .method = "POST", .pattern = "/echo/{name}", .handler = echo },
    { .method = "DELETE", .pattern = "/echo/{name}", .handler = echo },
    { .method = "POST", .pattern = "/json", .body = SORTIE_BODY_JSON, .handler = echo },
    { .method = "POST", .pattern = "/upload", .body = SORTIE_BODY_UPLOAD, .handler = upload },
    { .method = "PUT",
      .pattern = "/notes",
      .body = SORTIE_BODY_UPLOAD,
      .types = text_types,
      .max_body = 1000,
      .handler = upload },
    { .method = "GET", .pattern = "/big", .handler = big },
    { .method = "GET", .pattern = "/empty", .handler = empty },
    { .method = "GET", .pattern = "/fail", .handler = fail },
    { .method = "GET", .pattern = "/nothing", .handler = nothing },
    { .method = "GET", .pattern = "/sleep", .handler = sleep_on },
  };

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    sortie_http_server_add_route (server, &routes[i]);
}
