/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-services.h"

#include <string.h>

/* The language model's settings. They decide where everybody's documents go, so not everybody may
 * change them. */

/* Trials that run at once: each may keep a thread of the edge for ten seconds. */
#define MAX_TRIALS 2

#define NOT_YOURS                                                                                  \
  "Only a client on the backend's own machine may change where documents are sent, since this "    \
  "backend has several users"

/* ---- Reading ---- */

static gboolean
may_change (SortieServices *self, SortieRequest *request)
{
  return request->is_local || sortie_auth_get_n_users (self->auth) == 1;
}

static SortieResponse *
respond_settings (SortieServices *self, SortieRequest *request)
{
  g_auto (SortieProviderInfo) info = { 0 };
  GString *out = g_string_new ("{\"llm\":{");

  self->provider.describe (&info, self->provider.user_data);
  sortie_json_append_member_bool (out, "enabled", info.enabled);
  sortie_json_append_member_string (out, "base_url", info.base_url);
  sortie_json_append_member_bool (out, "has_key", info.has_key);
  sortie_provider_append_models (out, &info);
  sortie_json_append_member_string (out, "state", info.state);
  if (info.reason != NULL)
    sortie_json_append_member_string (out, "reason", info.reason);
  sortie_json_append_member_bool (out, "changeable",
                                  self->provider.fixed == NULL && may_change (self, request));
  g_string_append (out, "}}");
  return sortie_response_new_json (200, g_string_free (out, FALSE));
}

static SortieResponse *
show_cb (SortieRequest *request, gpointer user_data)
{
  return respond_settings (user_data, request);
}

/* ---- The body ---- */

static gboolean
read_models (JsonObject *models, SortieProviderChanges *changes, GError **error)
{
  static const char *const known[] = { "planner", "analyzer", "writer", NULL };

  if (!sortie_json_check_members (models, known, error))
    return FALSE;
  for (int i = 0; i < SORTIE_PROVIDER_N_ROLES; i++)
    if (!sortie_json_get_string (models, sortie_provider_roles[i], FALSE, &changes->models[i],
                                 error))
      return FALSE;
  return TRUE;
}

static gboolean
read_llm (JsonObject *llm, SortieProviderChanges *changes, GError **error)
{
  static const char *const known[] = { "enabled", "base_url", "key", "models", NULL };
  JsonObject *models = NULL;

  changes->has_enabled =
      json_object_has_member (llm, "enabled") && !json_object_get_null_member (llm, "enabled");
  /* Null is nothing said, as everywhere, but for the key, which can't be shown: there it is none. */
  if (json_object_has_member (llm, "key"))
    changes->key = "";
  if (!sortie_json_check_members (llm, known, error) ||
      !sortie_json_get_boolean (llm, "enabled", FALSE, &changes->enabled, error) ||
      !sortie_json_get_string (llm, "base_url", FALSE, &changes->base_url, error) ||
      !sortie_json_get_string (llm, "key", FALSE, &changes->key, error) ||
      !sortie_json_get_object (llm, "models", FALSE, &models, error))
    return FALSE;
  return models == NULL || read_models (models, changes, error);
}

/* @is_there: (out): whether there is anything that could change */
static gboolean
read_body (JsonNode *body, SortieProviderChanges *changes, gboolean *is_there, GError **error)
{
  static const char *const known[] = { "llm", NULL };
  JsonObject *llm = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (body))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "The body must be a JSON object");
      return FALSE;
    }
  if (!sortie_json_check_members (json_node_get_object (body), known, error) ||
      !sortie_json_get_object (json_node_get_object (body), "llm", FALSE, &llm, error))
    return FALSE;
  *is_there = llm != NULL && json_object_get_size (llm) > 0;
  return llm == NULL || read_llm (llm, changes, error);
}

/* ---- Changing, trying ---- */

static SortieResponse *
change_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  SortieProviderChanges changes = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean is_there = FALSE;

  if (!may_change (self, request))
    return sortie_response_new_problem (403, NOT_YOURS);
  if (self->provider.fixed != NULL)
    return sortie_response_new_problem (409, self->provider.fixed);
  if (!read_body (request->json, &changes, &is_there, &error) ||
      (is_there && !self->provider.change (&changes, self->provider.user_data, &error)))
    return sortie_response_new_error (error);
  return respond_settings (self, request);
}

static SortieResponse *
respond_trial (const SortieProviderTrial *trial)
{
  GString *out = g_string_new ("{");

  sortie_json_append_member_bool (out, "ok", trial->ok);
  if (trial->model != NULL)
    sortie_json_append_member_string (out, "model", trial->model);
  if (trial->first_token_ms >= 0)
    sortie_json_append_member_int (out, "first_token_ms", trial->first_token_ms);
  sortie_json_append_member_int (out, "elapsed_ms", trial->elapsed_ms);
  if (!trial->ok)
    {
      sortie_json_append_member_string (out, "reason", trial->reason);
      sortie_json_append_member_string (out, "message", trial->message);
    }
  g_string_append_c (out, '}');
  return sortie_response_new_json (200, g_string_free (out, FALSE));
}

static SortieResponse *
try_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  SortieProviderChanges changes = { 0 };
  g_auto (SortieProviderTrial) trial = { .first_token_ms = -1 };
  g_autoptr (GError) error = NULL;
  gboolean is_there = FALSE;
  SortieResponse *response;

  if (!read_body (request->json, &changes, &is_there, &error))
    return sortie_response_new_error (error);
  if (is_there && !may_change (self, request))
    return sortie_response_new_problem (403, NOT_YOURS);
  if (g_atomic_int_add (&self->trials, 1) >= MAX_TRIALS)
    {
      response = sortie_response_new_problem (429, "Other trials are under way; try again soon");
      sortie_response_set_header (response, "Retry-After", "5");
    }
  else if (self->provider.attempt (is_there ? &changes : NULL, &trial, self->provider.user_data,
                                   &error))
    response = respond_trial (&trial);
  else
    response = sortie_response_new_error (error);
  g_atomic_int_add (&self->trials, -1);
  return response;
}

void
sortie_routes_add_settings (SortieServices *self)
{
  sortie_routes_add (self, "GET", "/settings", SORTIE_BODY_NONE, show_cb);
  sortie_routes_add (self, "PATCH", "/settings", SORTIE_BODY_JSON, change_cb);
  sortie_routes_add (self, "POST", "/settings/test", SORTIE_BODY_JSON, try_cb);
}
