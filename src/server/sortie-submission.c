/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-submission.h"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-language.h"
#include "sortie-text.h"

#include <string.h>

#define MAX_TITLE 120 /* bytes */
#define MAX_KEY 255   /* of an Idempotency-Key */
#define MIN_WORDS 50
#define MAX_WORDS 5000

static gboolean
invalid (GError **error, const char *message)
{
  g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, message);
  return FALSE;
}

static void
append_pinned (GString *out, const SortieCollection *collection)
{
  sortie_json_append_separator (out);
  g_string_append_c (out, '{');
  sortie_json_append_member_string (out, "name", collection->name);
  sortie_json_append_member_int (out, "generation", collection->generation);
  g_string_append_c (out, '}');
}

/* Without a list all collections are searched. */
static char *
pin_all (SortieServices *services, GError **error)
{
  g_autoptr (GPtrArray) all = sortie_library_list (services->library, error);
  GString *out;

  if (all == NULL)
    return NULL;
  out = g_string_new ("[");
  for (guint i = 0; i < all->len; i++)
    append_pinned (out, g_ptr_array_index (all, i));
  g_string_append_c (out, ']');
  return g_string_free (out, FALSE);
}

static char *
pin_collections (SortieServices *services, JsonArray *names, GError **error)
{
  g_autoptr (GString) out = g_string_new ("[");
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (names == NULL)
    return pin_all (services, error);
  if (json_array_get_length (names) > SORTIE_MISSION_MAX_COLLECTIONS)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "“collections” has more than %d entries", SORTIE_MISSION_MAX_COLLECTIONS);
      return NULL;
    }
  for (guint i = 0; i < json_array_get_length (names); i++)
    {
      JsonNode *node = json_array_get_element (names, i);
      g_autoptr (SortieCollection) collection = NULL;
      g_autoptr (GError) local = NULL;

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
        {
          invalid (error, "“collections” must hold names, which are strings");
          return NULL;
        }
      if (!g_hash_table_add (seen, (gpointer) json_node_get_string (node)))
        continue;
      collection = sortie_library_get (services->library, json_node_get_string (node), &local);
      if (collection == NULL)
        {
          /* Not the request's own target, so not 404. */
          if (g_error_matches (local, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND))
            local->code = SORTIE_ERROR_INVALID;
          g_propagate_prefixed_error (error, g_steal_pointer (&local), "“collections”: ");
          return NULL;
        }
      append_pinned (out, collection);
    }
  g_string_append_c (out, ']');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* @member: `mission`, or what the original system calls it */
static gboolean
read_text (JsonObject *body, const char *member, const char **text, GError **error)
{
  const char *given = NULL;

  if (!sortie_json_get_string (body, member, TRUE, &given, error))
    return FALSE;
  if (!sortie_mission_text_validate (given, strlen (given), error))
    {
      if (!g_str_equal (member, "mission"))
        g_prefix_error (error, "“%s”: ", member);
      return FALSE;
    }
  *text = given;
  return TRUE;
}

/* What the submitter reads, where that is not English, for a mission that does not tell its language
 * (its text is the body's). As any field that only prefers, it is never refused. */
static const char *
read_language (SortieRequest *request)
{
  const char *field = sortie_request_get_header (request, "Accept-Language");
  const char *language = field != NULL ? sortie_language_accept (field) : NULL;

  return language != NULL && !g_str_equal (language, sortie_languages[0]) ? language : NULL;
}

/* The options as they are stored: only those that are known, and the submitter's language. */
static gboolean
read_options (SortieRequest *request, JsonObject *body, char **stored, GError **error)
{
  static const char *const known[] = { "words", NULL };
  const char *language = read_language (request);
  JsonObject *options = NULL;
  gint64 words = SORTIE_MISSION_DEFAULT_WORDS;
  GString *json;

  if (!sortie_json_get_object (body, "options", FALSE, &options, error))
    return FALSE;
  if (options == NULL && language == NULL)
    return TRUE;
  if (options != NULL &&
      (!sortie_json_check_members (options, known, error) ||
       !sortie_json_get_integer (options, "words", FALSE, MIN_WORDS, MAX_WORDS, &words, error)))
    return FALSE;
  json = g_string_new ("{");
  sortie_json_append_member_int (json, "words", words);
  if (language != NULL)
    sortie_json_append_member_string (json, "language", language);
  g_string_append_c (json, '}');
  *stored = g_string_free (json, FALSE);
  return TRUE;
}

static gboolean
read_key (SortieRequest *request, char **id, GError **error)
{
  const char *key = sortie_request_get_header (request, "Idempotency-Key");

  if (key == NULL)
    {
      *id = sortie_mission_id_new ();
      return TRUE;
    }
  if (*key == '\0' || strlen (key) > MAX_KEY)
    return invalid (error, "“Idempotency-Key” must have 1 to 255 bytes");
  *id = sortie_mission_id_for_key (request->user, key);
  return TRUE;
}

/* The first line, short: until the plan gives the mission its title. */
static char *
dup_title (const char *text)
{
  g_autofree char *copy = g_strdup (text);

  g_strstrip (copy);
  copy[strcspn (copy, "\r\n")] = '\0';
  return sortie_text_shorten (copy, MAX_TITLE);
}

char *
sortie_submission_accept (SortieServices *services,
                          SortieRequest *request,
                          const char *text_member,
                          gboolean *known,
                          GError **error)
{
  const char *const members[] = { text_member, "collections", "options", NULL };
  g_autofree char *options = NULL, *collections = NULL, *title = NULL, *hash = NULL, *id = NULL;
  SortieSubmission submission = { .user = request->user };
  JsonObject *body;
  JsonArray *names = NULL;

  if (request->json == NULL || !JSON_NODE_HOLDS_OBJECT (request->json))
    {
      invalid (error, "The body must be a JSON object");
      return NULL;
    }
  body = json_node_get_object (request->json);
  if (!sortie_json_check_members (body, members, error) ||
      !read_text (body, text_member, &submission.text, error) ||
      !sortie_json_get_array (body, "collections", FALSE, &names, error) ||
      !read_options (request, body, &options, error) || !read_key (request, &id, error))
    return NULL;
  collections = pin_collections (services, names, error);
  if (collections == NULL)
    return NULL;
  title = dup_title (submission.text);
  hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, request->body);
  submission.id = id;
  submission.options = options;
  submission.collections = collections;
  submission.title = title;
  submission.body_hash = hash;
  if (!sortie_bus_accept (services->bus, &submission, known, error))
    return NULL;
  return g_steal_pointer (&id);
}

char *
sortie_submission_retry (SortieServices *services, const char *user, const char *id, GError **error)
{
  g_autoptr (SortieMissionRecord) old = sortie_bus_get_mission (services->bus, user, id, error);
  g_autoptr (GPtrArray) results = NULL;
  g_autofree char *new_id = sortie_mission_id_new ();
  SortieSubmission submission = { .id = new_id, .user = user, .retry_of = id };

  if (old == NULL)
    return NULL;
  if (!sortie_mission_state_is_final (old->state))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT,
                   "Mission %s is still running; wait for its end or cancel it first", id);
      return NULL;
    }
  submission.text = old->text;
  submission.options = old->options;
  submission.collections = old->collections;
  submission.title = old->title;
  if (old->plan != NULL)
    {
      results =
          sortie_bus_get_results (services->bus, id, sortie_plan_get_n_steps (old->plan), error);
      if (results == NULL)
        return NULL;
      submission.plan = old->plan;
      submission.results = (char **) results->pdata;
    }
  if (!sortie_bus_accept (services->bus, &submission, NULL, error))
    return NULL;
  return g_steal_pointer (&new_id);
}
