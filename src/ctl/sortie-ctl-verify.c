/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-private.h"

#include "sortie-ctl-citations.h"
#include "sortie-error.h"
#include "sortie-event-stream.h"
#include "sortie-json.h"
#include "sortie-mission-model.h"

#include <string.h>

#define MAX_PASSAGES_OF_QUOTE 64
#define MAX_SHOWN_QUOTE 60 /* columns */

typedef struct
{
  SortieCtl *ctl;
  GMainLoop *loop;
  SortieMissionModel *model;
  GError *error;
  guint n_problems;
} Verify;

static void G_GNUC_PRINTF (2, 3) complain (Verify *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  line = sortie_ctl_dup_line (text, 0);
  fprintf (self->ctl->out, "%s\n", line);
  self->n_problems++;
}

/* --- what the mission says about its sources --- */

static void
event_cb (SortieEventStream *stream, const SortieEvent *event, const char *json, gpointer user_data)
{
  Verify *self = user_data;

  sortie_mission_model_apply (self->model, event, NULL);
}

static void
reset_cb (SortieEventStream *stream, gpointer user_data)
{
  Verify *self = user_data;

  sortie_mission_model_clear (self->model);
}

static void
state_cb (SortieEventStream *stream, GParamSpec *pspec, gpointer user_data)
{
  Verify *self = user_data;
  SortieEventStreamState state = sortie_event_stream_get_state (stream);

  if (state == SORTIE_EVENT_STREAM_WAITING || state == SORTIE_EVENT_STREAM_FAILED)
    self->error = g_error_copy (sortie_event_stream_get_error (stream));
  if (self->error != NULL || state == SORTIE_EVENT_STREAM_COMPLETED)
    g_main_loop_quit (self->loop);
}

/* Replays the mission. The caller has made sure that it has ended. */
static gboolean
replay (Verify *self, const char *mission_id, GError **error)
{
  g_autoptr (SortieEventStream) stream = sortie_event_stream_new (self->ctl->api, mission_id);

  self->loop = g_main_loop_new (NULL, FALSE);
  g_signal_connect (stream, "event", G_CALLBACK (event_cb), self);
  g_signal_connect (stream, "reset", G_CALLBACK (reset_cb), self);
  g_signal_connect (stream, "notify::state", G_CALLBACK (state_cb), self);
  sortie_event_stream_start (stream);
  g_main_loop_run (self->loop);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_signal_handlers_disconnect_by_data (stream, self);
  sortie_event_stream_stop (stream);

  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

static gboolean
check_finished (SortieCtl *ctl, const char *mission_id, GError **error)
{
  g_autofree char *path = sortie_api_path ("missions", mission_id, NULL);
  g_autoptr (JsonNode) node = sortie_ctl_call (ctl, "GET", path, NULL, NULL, error);
  SortieMissionState state = SORTIE_MISSION_WAITING;
  const char *name;

  if (node == NULL)
    return FALSE;
  name = sortie_ctl_get_string (json_node_get_object (node), "state");
  if (sortie_mission_state_from_string (name, &state) && sortie_mission_state_is_final (state))
    return TRUE;

  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT,
               "the mission has not ended yet (it is %s)", name);
  return FALSE;
}

static GBytes *
fetch_report (SortieCtl *ctl, const char *mission_id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sortie_api_get_report_async (ctl->api, mission_id, SORTIE_REPORT_MARKDOWN, NULL,
                               sortie_ctl_wait_cb, &result);

  return sortie_api_bytes_finish (ctl->api, sortie_ctl_wait (&result), error);
}

/* --- one source --- */

/* The document's text from `start` to `end`, gathered from the passages that hold it. (nullable):
 * NULL with the reason where it can't be had */
static char *
dup_text (
    SortieCtl *ctl, const char *document, gint64 passage, gint64 start, gint64 end, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 from = -1;

  for (int i = 0; i < MAX_PASSAGES_OF_QUOTE; i++)
    {
      g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, passage + i);
      g_autofree char *path = sortie_api_path ("documents", document, "passages", number, NULL);
      g_autoptr (JsonNode) node = sortie_ctl_call (ctl, "GET", path, NULL, NULL, error);
      JsonObject *object;
      gint64 passage_start;

      if (node == NULL)
        return NULL;
      object = json_node_get_object (node);
      passage_start = sortie_ctl_get_int (object, "start");
      if (from < 0)
        from = passage_start;
      if (passage_start != from + (gint64) text->len)
        break; /* not the neighbour it should be */
      g_string_append (text, sortie_ctl_get_string (object, "text"));
      if (from + (gint64) text->len >= end)
        break;
    }

  if (start < from || end < start || end > from + (gint64) text->len)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "bytes %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                   " are not in its passage %" G_GINT64_FORMAT,
                   start, end, passage);
      return NULL;
    }

  return g_strndup (text->str + (start - from), (gsize) (end - start));
}

/* FALSE where the backend could not be asked; what is wrong with the source is only counted. */
static gboolean
check_source (Verify *self, JsonObject *source, GError **error)
{
  gint64 n = sortie_ctl_get_int (source, "n");
  const char *document = sortie_ctl_get_string (source, "document");
  const char *quote = sortie_ctl_get_string (source, "quote");
  gint64 start = sortie_ctl_get_int (source, "start");
  gint64 end = sortie_ctl_get_int (source, "end");
  g_autoptr (GError) reason = NULL;
  g_autofree char *text = NULL;
  g_autofree char *shown = sortie_ctl_dup_line (quote, MAX_SHOWN_QUOTE);

  if (*quote == '\0' || *document == '\0')
    {
      complain (self, "[%d] names no document or holds no quote", (int) n);
      return TRUE;
    }

  text =
      dup_text (self->ctl, document, sortie_ctl_get_int (source, "passage"), start, end, &reason);
  if (text == NULL && !g_error_matches (reason, SORTIE_ERROR, SORTIE_ERROR_INVALID) &&
      !g_error_matches (reason, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }

  if (text == NULL)
    complain (self, "[%d] “%s”: %s: %s", (int) n, shown, document, reason->message);
  else if (!g_str_equal (text, quote))
    complain (self,
              "[%d] “%s” does not stand in %s at bytes %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
              (int) n, shown, document, start, end);

  return TRUE;
}

/* --- the whole report --- */

static GPtrArray *
dup_sources (Verify *self)
{
  const SortieModelDraft *draft = sortie_mission_model_get_current_draft (self->model);
  const char *data = draft != NULL ? sortie_model_draft_get_data (draft) : NULL;
  g_autoptr (JsonNode) node = NULL;

  if (data != NULL)
    node = sortie_json_parse (data, strlen (data), &sortie_json_default_limits, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return g_ptr_array_new ();

  return sortie_ctl_get_objects (json_node_get_object (node), "sources");
}

static void
check_numbers (Verify *self, const SortieCtlCitations *citations, GPtrArray *sources)
{
  g_autoptr (GHashTable) known = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer key;

  for (guint i = 0; i < sources->len; i++)
    {
      guint n = (guint) sortie_ctl_get_int (g_ptr_array_index (sources, i), "n");

      if (!g_hash_table_add (known, GUINT_TO_POINTER (n)))
        complain (self, "[%u] names two sources", n);
      if (!sortie_ctl_citations_has (citations->cited, n))
        complain (self, "[%u] is a source that nothing in the report cites", n);
      if (!sortie_ctl_citations_has (citations->listed, n))
        complain (self, "[%u] is missing in the report's list of sources", n);
    }

  g_hash_table_iter_init (&iter, citations->cited);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_hash_table_contains (known, key))
      complain (self, "[%u] is cited, but there is no such source", GPOINTER_TO_UINT (key));
  g_hash_table_iter_init (&iter, citations->listed);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_hash_table_contains (known, key))
      complain (self, "[%u] is listed, but there is no such source", GPOINTER_TO_UINT (key));
}

static void
check_text (Verify *self, const char *report, gsize length)
{
  const SortieModelDraft *draft = sortie_mission_model_get_current_draft (self->model);
  const char *text = "";
  gsize text_length = 0;

  if (draft != NULL)
    text = sortie_model_draft_get_text (draft, &text_length);
  if (text_length != length || memcmp (text, report, length) != 0)
    complain (self, "the report is not what was streamed as its last draft");
}

static int
verify (Verify *self, const char *mission_id, GError **error)
{
  g_autoptr (GBytes) report = NULL;
  g_autoptr (GPtrArray) sources = NULL;
  g_autoptr (SortieCtlCitations) citations = NULL;
  const char *text;
  gsize length;

  if (!check_finished (self->ctl, mission_id, error) || !replay (self, mission_id, error))
    return SORTIE_CTL_ERROR;
  report = fetch_report (self->ctl, mission_id, error);
  if (report == NULL)
    return SORTIE_CTL_ERROR;

  text = g_bytes_get_data (report, &length);
  text = text != NULL ? text : "";
  citations = sortie_ctl_citations_read (text, length);
  sources = dup_sources (self);
  check_text (self, text, length);
  check_numbers (self, citations, sources);
  for (guint i = 0; i < sources->len; i++)
    if (!check_source (self, g_ptr_array_index (sources, i), error))
      return SORTIE_CTL_ERROR;

  fprintf (self->ctl->out, "checked %u sources and %u citations: ", sources->len,
           citations->n_citations);
  if (self->n_problems > 0)
    fprintf (self->ctl->out, "%u do not hold\n", self->n_problems);
  else
    fputs ("all hold\n", self->ctl->out);

  return self->n_problems > 0 ? SORTIE_CTL_FAILED : SORTIE_CTL_OK;
}

int
sortie_ctl_run_verify (SortieCtl *ctl, GError **error)
{
  Verify self = { .ctl = ctl };
  int outcome;

  if (!sortie_ctl_check_mission_id (ctl->arguments[0], error))
    return SORTIE_CTL_ERROR;

  self.model = sortie_mission_model_new (ctl->arguments[0]);
  outcome = verify (&self, ctl->arguments[0], error);
  sortie_mission_model_free (self.model);
  g_clear_error (&self.error);

  return outcome;
}
