/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-services.h"
#include "sortie-snapshot.h"

#include <string.h>

#define DEFAULT_LIMIT 20
#define MAX_LIMIT 200
#define SNIPPET_WORDS 32
#define MAX_FOLDERS 64

static const char *
get_name (SortieRequest *request)
{
  return sortie_request_get_parameter (request, "name");
}

static void
append_collection (SortieServices *self, GString *out, const SortieCollection *collection)
{
  g_autofree char *failure = sortie_indexing_dup_failure (self->indexing, collection->name);

  sortie_snapshot_append_collection (out, collection,
                                     sortie_indexing_is_running (self->indexing, collection->name),
                                     failure);
}

static SortieResponse *
list_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = sortie_library_list (self->library, &error);
  GString *out;

  if (all == NULL)
    return sortie_response_new_error (error);
  out = g_string_new ("{\"collections\":[");
  for (guint i = 0; i < all->len; i++)
    append_collection (self, out, g_ptr_array_index (all, i));
  g_string_append (out, "]}");
  return sortie_response_new_json (200, g_string_free (out, FALSE));
}

/* @indexing: whether it is to be indexed now. It is looked at before, so that its index is not made by
 * both of us at once. */
static SortieResponse *
respond_collection (
    SortieServices *self, SortieRequest *request, const char *name, guint status, gboolean indexing)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieCollection) collection = sortie_library_get (self->library, name, &error);
  GString *out;

  if (collection == NULL)
    return sortie_response_new_error (error);
  if (indexing)
    sortie_indexing_start (self->indexing, request->user, collection->name);
  out = g_string_new (NULL);
  append_collection (self, out, collection);
  return sortie_response_new_json (status, g_string_free (out, FALSE));
}

static SortieResponse *
show_cb (SortieRequest *request, gpointer user_data)
{
  return respond_collection (user_data, request, get_name (request), 200, FALSE);
}

/* A path on the server's disk: only for who sits on that machine. */
static gboolean
check_path (SortieRequest *request, const char *path, GError **error)
{
  if (!request->is_local)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_DENIED,
                 "Paths are taken over the Unix socket or from this machine only; upload instead");
  else if (!g_path_is_absolute (path))
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "“%s” is no absolute path", path);
  else if (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "“%s” does not exist", path);
  else
    return TRUE;
  return FALSE;
}

static GStrv
read_folders (SortieRequest *request, JsonArray *array, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  guint n = array != NULL ? json_array_get_length (array) : 0;

  if (n > MAX_FOLDERS)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "“folders” has more than %d entries",
                   MAX_FOLDERS);
      return NULL;
    }
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
        {
          g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                       "“folders” must hold paths, which are strings");
          return NULL;
        }
      if (!check_path (request, json_node_get_string (node), error))
        {
          g_prefix_error (error, "“folders”: ");
          return NULL;
        }
      g_strv_builder_add (builder, json_node_get_string (node));
    }
  return g_strv_builder_end (builder);
}

static SortieResponse *
create_cb (SortieRequest *request, gpointer user_data)
{
  static const char *const known[] = { "name", "folders", NULL };
  SortieServices *self = user_data;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) folders = NULL;
  g_autofree char *escaped = NULL, *location = NULL;
  const char *name = NULL;
  JsonArray *array = NULL;
  JsonObject *body;
  SortieResponse *response;

  if (!JSON_NODE_HOLDS_OBJECT (request->json))
    return sortie_response_new_problem (400, "The body must be a JSON object");
  body = json_node_get_object (request->json);
  if (!sortie_json_check_members (body, known, &error) ||
      !sortie_json_get_string (body, "name", TRUE, &name, &error) ||
      !sortie_collection_name_validate (name, &error) ||
      !sortie_json_get_array (body, "folders", FALSE, &array, &error))
    return sortie_response_new_error (error);
  folders = read_folders (request, array, &error);
  if (folders == NULL ||
      !sortie_library_add (self->library, name, (const char *const *) folders, &error))
    return sortie_response_new_error (error);
  response = respond_collection (self, request, name, 201, folders[0] != NULL);
  escaped = g_uri_escape_string (name, NULL, FALSE);
  location = g_strconcat ("/collections/", escaped, NULL);
  sortie_response_set_header (response, "Location", location);
  return response;
}

static SortieResponse *
remove_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!sortie_library_remove (self->library, get_name (request), &error))
    return sortie_response_new_error (error);
  return sortie_response_new_empty (204);
}

static SortieResponse *
reindex_cb (SortieRequest *request, gpointer user_data)
{
  return respond_collection (user_data, request, get_name (request), 202, TRUE);
}

/* ---- Documents ---- */

static SortieResponse *
list_documents_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) documents =
      sortie_library_list_documents (self->library, get_name (request), &error);
  GString *out;

  if (documents == NULL)
    return sortie_response_new_error (error);
  out = g_string_new ("{\"documents\":[");
  for (guint i = 0; i < documents->len; i++)
    sortie_snapshot_append_document (out, g_ptr_array_index (documents, i));
  g_string_append (out, "]}");
  return sortie_response_new_json (200, g_string_free (out, FALSE));
}

static gboolean
add_path (SortieServices *self, SortieRequest *request, GError **error)
{
  static const char *const known[] = { "path", NULL };
  gsize length = 0;
  const char *bytes = request->body != NULL ? g_bytes_get_data (request->body, &length) : "";
  g_autoptr (JsonNode) node = sortie_json_parse (bytes, length, &sortie_json_default_limits, error);
  const char *path = NULL;
  const char *folders[] = { NULL, NULL };

  if (node == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "The body must be a JSON object");
      return FALSE;
    }
  if (!sortie_json_check_members (json_node_get_object (node), known, error) ||
      !sortie_json_get_string (json_node_get_object (node), "path", TRUE, &path, error) ||
      !check_path (request, path, error))
    return FALSE;
  folders[0] = path;
  return sortie_library_add (self->library, get_name (request), folders, error);
}

static gboolean
add_upload (SortieServices *self, SortieRequest *request, GError **error)
{
  const char *name = sortie_request_get_query (request, "name");
  g_autoptr (GBytes) content =
      request->body != NULL ? g_bytes_ref (request->body) : g_bytes_new_static ("", 0);

  if (name == NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "“name”, the file's name, is missing from the query");
      return FALSE;
    }
  return sortie_library_upload (self->library, get_name (request), name, content, error);
}

static SortieResponse *
add_document_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  const char *type = sortie_request_get_header (request, "Content-Type");
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieCollection) collection =
      sortie_library_get (self->library, get_name (request), &error);
  gboolean is_path = type != NULL && g_str_has_prefix (type, "application/json") &&
                     sortie_request_get_query (request, "name") == NULL;

  if (collection == NULL)
    return sortie_response_new_error (error);
  if (!(is_path ? add_path (self, request, &error) : add_upload (self, request, &error)))
    return sortie_response_new_error (error);
  return respond_collection (self, request, collection->name, 202, TRUE);
}

static SortieResponse *
remove_document_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  const char *id = sortie_request_get_parameter (request, "id");
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieDocument) document = sortie_library_get_document (self->library, id, &error);

  if (document != NULL && g_strcmp0 (document->collection, get_name (request)) != 0)
    return sortie_response_new_problem (404, "That document is not in this collection");
  if (document == NULL || !sortie_library_remove_document (self->library, id, &error))
    return sortie_response_new_error (error);
  return sortie_response_new_empty (204);
}

static SortieResponse *
content_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  const char *id = sortie_request_get_parameter (request, "id");
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieDocument) document = sortie_library_get_document (self->library, id, &error);
  g_autoptr (GBytes) bytes = NULL;
  SortieResponse *response;

  if (document != NULL)
    bytes = sortie_library_read_document (self->library, id, &error);
  if (bytes == NULL)
    return sortie_response_new_error (error);
  response = sortie_response_new (200,
                                  document->media_type != NULL ? document->media_type
                                                               : "application/octet-stream",
                                  bytes);
  /* Somebody else's HTML must not run in the name of this server. */
  sortie_response_set_header (response, "Content-Disposition", "attachment");
  sortie_response_set_header (response, "Content-Security-Policy", "sandbox; default-src 'none'");
  return response;
}

static SortieResponse *
passage_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SortiePassage) passage = NULL;
  guint64 number;
  GString *out;

  if (!g_ascii_string_to_unsigned (sortie_request_get_parameter (request, "n"), 10, 1, G_MAXINT,
                                   &number, NULL))
    return sortie_response_new_problem (404, "Passages are numbered from 1");
  passage = sortie_library_get_passage (self->library, sortie_request_get_parameter (request, "id"),
                                        (int) number, &error);
  if (passage == NULL)
    return sortie_response_new_error (error);
  out = g_string_new ("{");
  sortie_snapshot_append_passage (out, passage);
  g_string_append_c (out, '}');
  return sortie_response_new_json (200, g_string_free (out, FALSE));
}

/* ---- Search ---- */

static void
append_result (GString *out, const SortiePassage *passage, guint rank, const char *query)
{
  g_autofree char *snippet = sortie_passage_dup_snippet (passage, query, SNIPPET_WORDS);

  sortie_json_append_separator (out);
  g_string_append_c (out, '{');
  sortie_json_append_member_int (out, "rank", rank);
  sortie_json_append_member_double (out, "score", passage->score);
  sortie_json_append_member_string (out, "snippet", snippet);
  sortie_snapshot_append_passage (out, passage);
  g_string_append_c (out, '}');
}

static gboolean
read_by (SortieRequest *request, SortieSearchBy *by, GError **error)
{
  const char *text = sortie_request_get_query (request, "by");

  if (text == NULL || g_str_equal (text, "passage"))
    *by = SORTIE_SEARCH_BY_PASSAGE;
  else if (g_str_equal (text, "document"))
    *by = SORTIE_SEARCH_BY_DOCUMENT;
  else
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "“by” must be passage or document");
      return FALSE;
    }
  return TRUE;
}

static SortieResponse *
search_cb (SortieRequest *request, gpointer user_data)
{
  static const char *const known[] = { "q", "limit", "by", NULL };
  SortieServices *self = user_data;
  const char *query = sortie_request_get_query (request, "q");
  SortieSearchScope scope = { .collection = get_name (request) };
  SortieSearchBy by;
  gint64 limit = DEFAULT_LIMIT;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) results = NULL;
  GString *out;

  if (!sortie_request_check_query (request, known, &error) ||
      !sortie_request_get_query_integer (request, "limit", 1, MAX_LIMIT, &limit, &error) ||
      !read_by (request, &by, &error))
    return sortie_response_new_error (error);
  if (query == NULL || *query == '\0')
    return sortie_response_new_problem (400, "“q”, what to search for, is missing");
  results = sortie_library_search (self->library, &scope, 1, query, (guint) limit, by, &error);
  if (results == NULL)
    {
      /* A damaged index has been set aside: make it anew. */
      if (g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE))
        sortie_indexing_start (self->indexing, request->user, scope.collection);
      return sortie_response_new_error (error);
    }
  out = g_string_new ("{\"results\":[");
  for (guint i = 0; i < results->len; i++)
    append_result (out, g_ptr_array_index (results, i), i + 1, query);
  g_string_append (out, "]}");
  return sortie_response_new_json (200, g_string_free (out, FALSE));
}

void
sortie_routes_add_collections (SortieServices *self)
{
  sortie_routes_add (self, "GET", "/collections", SORTIE_BODY_NONE, list_cb);
  sortie_routes_add (self, "POST", "/collections", SORTIE_BODY_JSON, create_cb);
  sortie_routes_add (self, "GET", "/collections/{name}", SORTIE_BODY_NONE, show_cb);
  sortie_routes_add (self, "DELETE", "/collections/{name}", SORTIE_BODY_NONE, remove_cb);
  sortie_routes_add (self, "POST", "/collections/{name}/reindex", SORTIE_BODY_NONE, reindex_cb);
  sortie_routes_add (self, "GET", "/collections/{name}/documents", SORTIE_BODY_NONE,
                     list_documents_cb);
  sortie_routes_add (self, "POST", "/collections/{name}/documents", SORTIE_BODY_UPLOAD,
                     add_document_cb);
  sortie_routes_add (self, "DELETE", "/collections/{name}/documents/{id}", SORTIE_BODY_NONE,
                     remove_document_cb);
  sortie_routes_add (self, "GET", "/collections/{name}/search", SORTIE_BODY_NONE, search_cb);
  sortie_routes_add (self, "GET", "/documents/{id}/content", SORTIE_BODY_NONE, content_cb);
  sortie_routes_add (self, "GET", "/documents/{id}/passages/{n}", SORTIE_BODY_NONE, passage_cb);
}
