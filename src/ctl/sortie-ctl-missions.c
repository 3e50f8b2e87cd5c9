/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-private.h"

#include "sortie-error.h"
#include "sortie-event.h"
#include "sortie-mission.h"

#include <string.h>

#define USUAL_LIMIT 20
#define MAX_LIMIT 10000
#define PAGE 100

gboolean
sortie_ctl_check_mission_id (const char *id, GError **error)
{
  if (sortie_mission_id_is_valid (id))
    return TRUE;

  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
               "“%s” is no mission ID; sortiectl list shows them", id);
  return FALSE;
}

/* A mission route that answers with JSON. */
static JsonNode *
call_mission (SortieCtl *ctl, const char *method, const char *action, GError **error)
{
  g_autofree char *path = sortie_api_path ("missions", ctl->arguments[0], action, NULL);

  if (!sortie_ctl_check_mission_id (ctl->arguments[0], error))
    return NULL;

  return sortie_ctl_call (ctl, method, path, NULL, NULL, error);
}

/* --- list --- */

static const char *
get_title (JsonObject *snapshot)
{
  const char *title = sortie_ctl_get_string (snapshot, "title");

  return *title != '\0' ? title : sortie_ctl_get_string (snapshot, "mission");
}

static void
add_row (SortieCtlTable *table, JsonObject *snapshot)
{
  sortie_ctl_table_add (table, g_strdup (sortie_ctl_get_string (snapshot, "mission_id")),
                        g_strdup (sortie_ctl_get_string (snapshot, "state")),
                        sortie_ctl_dup_local_time (sortie_ctl_get_string (snapshot, "created")),
                        g_strdup (get_title (snapshot)));
}

/* One page; what was printed is counted, and the next cursor returned. */
static gboolean
list_page (SortieCtl *ctl, SortieCtlTable *table, guint *left, char **cursor, GError **error)
{
  g_autofree char *limit = g_strdup_printf ("%u", MIN (*left, PAGE));
  g_autofree char *query =
      sortie_api_query ("status", ctl->options.status, "limit", limit, "cursor", *cursor, NULL);
  g_autoptr (JsonNode) node = sortie_ctl_call (ctl, "GET", "/missions", query, NULL, error);
  g_autoptr (GPtrArray) missions = NULL;
  const char *next;

  if (node == NULL)
    return FALSE;

  missions = sortie_ctl_get_objects (json_node_get_object (node), "missions");
  for (guint i = 0; i<missions->len && * left> 0; i++, (*left)--)
    {
      JsonObject *snapshot = g_ptr_array_index (missions, i);
      g_autoptr (JsonNode) copy = NULL;

      if (!ctl->options.json)
        {
          add_row (table, snapshot);
          continue;
        }
      copy = json_node_init_object (json_node_alloc (), snapshot);
      sortie_ctl_print_json (ctl, copy);
    }

  next = missions->len > 0 ? sortie_ctl_get_string (json_node_get_object (node), "next") : "";
  g_free (*cursor);
  *cursor = *next != '\0' ? g_strdup (next) : NULL;

  return TRUE;
}

int
sortie_ctl_run_list (SortieCtl *ctl, GError **error)
{
  const char *const headings[] = { "ID", "STATE", "CREATED", "TITLE", NULL };
  g_autoptr (SortieCtlTable) table = sortie_ctl_table_new (headings);
  g_autofree char *cursor = NULL;
  SortieMissionState state;
  guint left;

  if (ctl->options.limit < 0 || ctl->options.limit > MAX_LIMIT)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "--limit must be from 1 to %d",
                   MAX_LIMIT);
      return SORTIE_CTL_ERROR;
    }
  if (ctl->options.status != NULL &&
      !sortie_mission_state_from_string (ctl->options.status, &state))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "--status: “%s” is none of waiting, running, completed, partial, failed and "
                   "cancelled",
                   ctl->options.status);
      return SORTIE_CTL_ERROR;
    }

  left = ctl->options.limit > 0 ? (guint) ctl->options.limit : USUAL_LIMIT;
  do
    if (!list_page (ctl, table, &left, &cursor, error))
      return SORTIE_CTL_ERROR;
  while (left > 0 && cursor != NULL);
  if (!ctl->options.json)
    sortie_ctl_table_print (table, ctl);

  return SORTIE_CTL_OK;
}

/* --- show --- */

static char *
dup_step_time (JsonObject *step)
{
  gint64 started = sortie_timestamp_parse (sortie_ctl_get_string (step, "started"));
  gint64 ended = sortie_timestamp_parse (sortie_ctl_get_string (step, "ended"));

  if (started < 0 || ended < 0)
    return g_strdup ("");

  return sortie_ctl_dup_duration (ended - started);
}

static void
print_field (SortieCtl *ctl, const char *name, const char *value)
{
  g_autofree char *line = sortie_ctl_dup_line (value, 0);

  if (*line != '\0')
    fprintf (ctl->out, "%-12s %s\n", name, line);
}

static void
print_time (SortieCtl *ctl, JsonObject *snapshot, const char *name)
{
  g_autofree char *time = sortie_ctl_dup_local_time (sortie_ctl_get_string (snapshot, name));

  print_field (ctl, name, time);
}

static void
print_collections (SortieCtl *ctl, JsonObject *snapshot)
{
  JsonNode *node = json_object_get_member (snapshot, "collections");
  JsonArray *array =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      const char *name = "";

      if (JSON_NODE_HOLDS_OBJECT (element))
        name = sortie_ctl_get_string (json_node_get_object (element), "name");
      else if (JSON_NODE_HOLDS_VALUE (element) &&
               json_node_get_value_type (element) == G_TYPE_STRING)
        name = json_node_get_string (element);
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", name);
    }

  print_field (ctl, "collections", names->str);
}

static void
print_steps (SortieCtl *ctl, JsonObject *snapshot)
{
  const char *const headings[] = {
    ">STEP", "AGENT", "STATE", ">ATTEMPTS", ">TIME", "QUESTION", NULL
  };
  g_autoptr (SortieCtlTable) table = sortie_ctl_table_new (headings);
  g_autoptr (GPtrArray) steps = sortie_ctl_get_objects (snapshot, "steps");

  for (guint i = 0; i < steps->len; i++)
    {
      JsonObject *step = g_ptr_array_index (steps, i);

      sortie_ctl_table_add (table, g_strdup_printf ("%d", (int) sortie_ctl_get_int (step, "step")),
                            g_strdup (sortie_ctl_get_string (step, "agent")),
                            g_strdup (sortie_ctl_get_string (step, "state")),
                            g_strdup_printf ("%d", (int) sortie_ctl_get_int (step, "attempts")),
                            dup_step_time (step),
                            g_strdup (sortie_ctl_get_string (step, "question")));
    }
  if (steps->len > 0)
    {
      fputc ('\n', ctl->out);
      sortie_ctl_table_print (table, ctl);
    }
}

int
sortie_ctl_run_show (SortieCtl *ctl, GError **error)
{
  g_autoptr (JsonNode) node = call_mission (ctl, "GET", NULL, error);
  JsonObject *snapshot;

  if (node == NULL)
    return SORTIE_CTL_ERROR;
  if (ctl->options.json)
    {
      sortie_ctl_print_json (ctl, node);
      return SORTIE_CTL_OK;
    }

  snapshot = json_node_get_object (node);
  print_field (ctl, "mission", sortie_ctl_get_string (snapshot, "mission_id"));
  print_field (ctl, "text", sortie_ctl_get_string (snapshot, "mission"));
  print_field (ctl, "title", sortie_ctl_get_string (snapshot, "title"));
  print_field (ctl, "state", sortie_ctl_get_string (snapshot, "state"));
  print_field (ctl, "retry of", sortie_ctl_get_string (snapshot, "retry_of"));
  print_time (ctl, snapshot, "created");
  print_time (ctl, snapshot, "finished");
  print_collections (ctl, snapshot);
  print_steps (ctl, snapshot);

  return SORTIE_CTL_OK;
}

/* --- report, cancel, retry, delete --- */

int
sortie_ctl_run_report (SortieCtl *ctl, GError **error)
{
  SortieReportFormat format = ctl->options.html ? SORTIE_REPORT_HTML : SORTIE_REPORT_MARKDOWN;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) report = NULL;
  gsize length;
  const char *text;

  if (!sortie_ctl_check_mission_id (ctl->arguments[0], error))
    return SORTIE_CTL_ERROR;

  sortie_api_get_report_async (ctl->api, ctl->arguments[0], format, NULL, sortie_ctl_wait_cb,
                               &result);
  report = sortie_api_bytes_finish (ctl->api, sortie_ctl_wait (&result), error);
  if (report == NULL)
    return SORTIE_CTL_ERROR;

  text = g_bytes_get_data (report, &length);
  if (length > 0)
    sortie_ctl_print_text (ctl, text, length);
  if (ctl->out_is_terminal && length > 0 && text[length - 1] != '\n')
    fputc ('\n', ctl->out);

  return SORTIE_CTL_OK;
}

int
sortie_ctl_run_cancel (SortieCtl *ctl, GError **error)
{
  g_autoptr (JsonNode) node = call_mission (ctl, "POST", "cancel", error);

  return node != NULL ? SORTIE_CTL_OK : SORTIE_CTL_ERROR;
}

int
sortie_ctl_run_retry (SortieCtl *ctl, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *id = NULL;

  if (!sortie_ctl_check_mission_id (ctl->arguments[0], error))
    return SORTIE_CTL_ERROR;

  sortie_api_retry_async (ctl->api, ctl->arguments[0], NULL, sortie_ctl_wait_cb, &result);
  id = sortie_api_mission_id_finish (ctl->api, sortie_ctl_wait (&result), error);
  if (id == NULL)
    return SORTIE_CTL_ERROR;
  fprintf (ctl->out, "%s\n", id);

  return SORTIE_CTL_OK;
}

int
sortie_ctl_run_delete (SortieCtl *ctl, GError **error)
{
  g_autoptr (JsonNode) node = call_mission (ctl, "DELETE", NULL, error);

  return node != NULL ? SORTIE_CTL_OK : SORTIE_CTL_ERROR;
}

/* --- dead letters --- */

static int
discard_dead_letter (SortieCtl *ctl, const char *id, GError **error)
{
  g_autofree char *path = sortie_api_path ("dead-letters", id, NULL);
  g_autoptr (JsonNode) node = sortie_ctl_call (ctl, "DELETE", path, NULL, NULL, error);

  return node != NULL ? SORTIE_CTL_OK : SORTIE_CTL_ERROR;
}

static int
list_dead_letters (SortieCtl *ctl, GError **error)
{
  const char *const headings[] = { "ID",        "MISSION", ">STEP", "AGENT",
                                   ">ATTEMPTS", "TIME",    "ERROR", NULL };
  g_autoptr (SortieCtlTable) table = sortie_ctl_table_new (headings);
  g_autoptr (JsonNode) node = sortie_ctl_call (ctl, "GET", "/dead-letters", NULL, NULL, error);
  g_autoptr (GPtrArray) letters = NULL;

  if (node == NULL)
    return SORTIE_CTL_ERROR;
  if (ctl->options.json)
    {
      sortie_ctl_print_json (ctl, node);
      return SORTIE_CTL_OK;
    }

  letters = sortie_ctl_get_objects (json_node_get_object (node), "dead_letters");
  for (guint i = 0; i < letters->len; i++)
    {
      JsonObject *letter = g_ptr_array_index (letters, i);

      sortie_ctl_table_add (table, g_strdup (sortie_ctl_get_string (letter, "id")),
                            g_strdup (sortie_ctl_get_string (letter, "mission_id")),
                            g_strdup_printf ("%d", (int) sortie_ctl_get_int (letter, "step")),
                            g_strdup (sortie_ctl_get_string (letter, "agent")),
                            g_strdup_printf ("%d", (int) sortie_ctl_get_int (letter, "attempts")),
                            sortie_ctl_dup_local_time (sortie_ctl_get_string (letter, "time")),
                            g_strdup (sortie_ctl_get_string (letter, "error")));
    }
  sortie_ctl_table_print (table, ctl);

  return SORTIE_CTL_OK;
}

int
sortie_ctl_run_dead_letters (SortieCtl *ctl, GError **error)
{
  if (ctl->n_arguments == 0)
    return list_dead_letters (ctl, error);
  if (ctl->n_arguments == 2 && g_str_equal (ctl->arguments[0], "discard"))
    return discard_dead_letter (ctl, ctl->arguments[1], error);

  g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                       "dead-letters takes nothing, or “discard ID”; see sortiectl dead-letters "
                       "--help");
  return SORTIE_CTL_ERROR;
}
