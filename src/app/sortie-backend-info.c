/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-backend-info.h"

#include "sortie-error.h"
#include "sortie-json.h"

#define MAX_COUNTED 200
#define SHOWN_LINES 5 /* of a log */

/* ---- Who it is ---- */

SortieBackendInfo *
sortie_backend_info_from_json (JsonNode *node, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *name = NULL;
  const char *version = "";
  const char *api_version = "";
  const char *llm = "off";
  SortieBackendInfo *self;

  if (object == NULL || !sortie_json_get_string (object, "name", TRUE, &name, NULL) ||
      !g_str_equal (name, "Sortie") ||
      !sortie_json_get_string (object, "version", FALSE, &version, NULL) ||
      !sortie_json_get_string (object, "api_version", FALSE, &api_version, NULL) ||
      !sortie_json_get_string (object, "llm", FALSE, &llm, NULL))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL, "no Sortie backend answers there");
      return NULL;
    }
  self = g_new0 (SortieBackendInfo, 1);
  self->version = g_strdup (version);
  self->api_version = g_strdup (api_version);
  self->llm = g_strdup (llm);
  return self;
}

void
sortie_backend_info_free (SortieBackendInfo *self)
{
  if (self == NULL)
    return;
  g_free (self->version);
  g_free (self->api_version);
  g_free (self->llm);
  g_free (self);
}

GError *
sortie_backend_death_error (guint n_deaths, GPtrArray *log)
{
  g_autoptr (GString) words = g_string_new (NULL);

  for (guint i = log->len > SHOWN_LINES ? log->len - SHOWN_LINES : 0; i < log->len; i++)
    g_string_append_printf (words, "\n%s", (const char *) g_ptr_array_index (log, i));
  return g_error_new (SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                      "the backend died %u times in a row%s%s", n_deaths,
                      words->len > 0 ? "; it said:" : "", words->str);
}

/* ---- Unfinished missions ---- */

static int
count_missions (GObject *source, GAsyncResult *result)
{
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, NULL);
  JsonArray *missions = NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node) ||
      !sortie_json_get_array (json_node_get_object (node), "missions", TRUE, &missions, NULL))
    return 0;
  return (int) json_array_get_length (missions);
}

static void
counted_waiting_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  int n_running = GPOINTER_TO_INT (g_task_get_task_data (task));

  g_task_return_int (task, n_running + count_missions (source, result));
}

static void
counted_running_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;

  g_task_set_task_data (task, GINT_TO_POINTER (count_missions (source, result)), NULL);
  sortie_api_list_missions_async (SORTIE_API (source), "waiting", MAX_COUNTED, NULL, NULL,
                                  counted_waiting_cb, task);
}

void
sortie_backend_count_unfinished_async (SortieApi *api,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  GTask *task = g_task_new (api, NULL, callback, user_data);

  sortie_api_list_missions_async (api, "running", MAX_COUNTED, NULL, NULL, counted_running_cb,
                                  task);
}

guint
sortie_backend_count_unfinished_finish (GAsyncResult *result)
{
  gssize n = g_task_propagate_int (G_TASK (result), NULL);

  return (guint) MAX (n, 0);
}
