/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-private.h"

#include "sortie-ctl-draft.h"
#include "sortie-ctl-progress.h"
#include "sortie-error.h"
#include "sortie-event-stream.h"
#include "sortie-mission-model.h"

#include <glib-unix.h>
#include <string.h>

#define TICK_MS 200
#define STATUS_MS 50         /* the status is not shown more often, whatever comes in */
#define PATIENCE_SECONDS 300 /* without a connection, then we leave */

typedef struct
{
  SortieCtl *ctl;
  SortieEventStream *stream;
  SortieMissionModel *model;
  SortieCtlDraft *draft;
  GMainLoop *loop;
  gint64 began;    /* monotonic */
  gint64 shown;    /* monotonic, when the status was last shown */
  gint64 lost;     /* monotonic, since when there is no connection; 0 while there is one */
  gboolean opened; /* whether there ever was one */
  gboolean relaunching;
  guint n_interrupts;
  GError *error;
} Follow;

static void
leave (Follow *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_clear_error (&error);
  g_main_loop_quit (self->loop);
}

/* --- progress --- */

static gboolean
shows_status (Follow *self)
{
  return self->ctl->err_is_terminal && !sortie_ctl_draft_has_begun (self->draft) &&
         !(self->ctl->options.json && self->ctl->out_is_terminal);
}

static void
show_status (Follow *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 elapsed = (now - self->began) / 1000;
  g_autofree char *line = NULL;

  if (!shows_status (self) || now - self->shown < STATUS_MS * 1000)
    return;
  self->shown = now;

  if (self->n_interrupts > 0)
    line = g_strdup ("Cancelling …");
  else if (self->lost != 0)
    line = g_strdup ("The connection is lost; trying again …");
  else
    line = sortie_ctl_progress_dup_status (self->model, g_get_real_time () / 1000, elapsed);
  sortie_ctl_show_line (self->ctl, line);
}

static gboolean
tick_cb (gpointer user_data)
{
  Follow *self = user_data;

  if (self->lost != 0 && g_get_monotonic_time () - self->lost > PATIENCE_SECONDS * G_USEC_PER_SEC)
    leave (self, g_error_new (SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                              "the backend has not answered for %d s; the mission %s may go on "
                              "without us",
                              PATIENCE_SECONDS, sortie_mission_model_get_mission_id (self->model)));
  else
    show_status (self);

  return G_SOURCE_CONTINUE;
}

static void
say_line (Follow *self, const char *line)
{
  sortie_ctl_draft_break_line (self->draft);
  sortie_ctl_show_line (self->ctl, NULL);
  self->shown = 0;
  /* Our own colours are in it; what came from outside was cleaned. */
  fprintf (self->ctl->err, "%s\n", line);
}

/* --- the stream --- */

static void
print_event (Follow *self, const char *json)
{
  sortie_ctl_print_text (self->ctl, json, strlen (json));
  fputc ('\n', self->ctl->out);
  fflush (self->ctl->out);
}

static void
event_cb (SortieEventStream *stream, const SortieEvent *event, const char *json, gpointer user_data)
{
  Follow *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;

  sortie_mission_model_apply (self->model, event, &error);
  if (error != NULL)
    sortie_ctl_say_verbose (self->ctl, "An event was not understood: %s", error->message);

  if (self->ctl->options.json)
    print_event (self, json);
  /* That a step is done need not stand in the middle of the report. */
  if ((self->ctl->err_is_terminal || self->ctl->options.verbose) &&
      !(sortie_ctl_draft_has_begun (self->draft) && event->type == SORTIE_EVENT_STATUS))
    line = sortie_ctl_progress_dup_line (self->model, event, self->ctl->colour);
  if (line != NULL)
    say_line (self, line);
  sortie_ctl_draft_update (self->draft, self->model);
  show_status (self);

  if (ferror (self->ctl->out))
    leave (self, NULL);
}

static void
reset_cb (SortieEventStream *stream, gpointer user_data)
{
  Follow *self = user_data;

  sortie_mission_model_clear (self->model);
}

static void
relaunched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Follow *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieBackendAddress) address =
      sortie_launcher_start_finish (SORTIE_LAUNCHER (source), result, &error);

  self->relaunching = FALSE;
  if (address == NULL)
    leave (self, g_steal_pointer (&error));
}

/* A local backend may have belonged to another command that has ended: ours goes on with a backend
 * of its own, which finds the mission where it was. */
static void
take_loss (Follow *self)
{
  const GError *error = sortie_event_stream_get_error (self->stream);

  if (self->lost == 0)
    self->lost = g_get_monotonic_time ();
  if (self->ctl->launcher != NULL && !self->relaunching)
    {
      self->relaunching = TRUE;
      sortie_launcher_start_async (self->ctl->launcher, NULL, relaunched_cb, self);
    }
  else if (!self->opened && self->ctl->launcher == NULL)
    leave (self, g_error_copy (error));
  else
    sortie_ctl_say_verbose (self->ctl, "The connection is lost: %s", error->message);
}

static void
state_cb (SortieEventStream *stream, GParamSpec *pspec, gpointer user_data)
{
  Follow *self = user_data;

  switch (sortie_event_stream_get_state (stream))
    {
    case SORTIE_EVENT_STREAM_OPEN:
      self->opened = TRUE;
      self->lost = 0;
      break;
    case SORTIE_EVENT_STREAM_WAITING:
      take_loss (self);
      break;
    case SORTIE_EVENT_STREAM_COMPLETED:
      leave (self, NULL);
      break;
    case SORTIE_EVENT_STREAM_FAILED:
      leave (self, g_error_copy (sortie_event_stream_get_error (stream)));
      break;
    case SORTIE_EVENT_STREAM_IDLE:
    case SORTIE_EVENT_STREAM_CONNECTING:
    default:
      break;
    }
}

/* --- Ctrl-C --- */

static void
cancelled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SortieCtl *ctl = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);

  if (node == NULL)
    sortie_ctl_say (ctl, "The mission could not be cancelled: %s", error->message);
}

static gboolean
interrupt_cb (gpointer user_data)
{
  Follow *self = user_data;
  const char *id = sortie_mission_model_get_mission_id (self->model);

  self->ctl->hurried = TRUE;
  if (++self->n_interrupts > 1)
    {
      leave (self, NULL);
      return G_SOURCE_CONTINUE;
    }

  sortie_ctl_draft_break_line (self->draft);
  sortie_ctl_say (self->ctl, "Cancelling the mission; Ctrl-C again leaves at once.");
  sortie_api_cancel_async (self->ctl->api, id, NULL, cancelled_cb, self->ctl);

  return G_SOURCE_CONTINUE;
}

/* --- from beginning to end --- */

static int
exit_code (SortieMissionState state)
{
  switch (state)
    {
    case SORTIE_MISSION_COMPLETED:
      return SORTIE_CTL_OK;
    case SORTIE_MISSION_PARTIAL:
      return SORTIE_CTL_PARTIAL;
    case SORTIE_MISSION_FAILED:
      return SORTIE_CTL_FAILED;
    case SORTIE_MISSION_CANCELLED:
      return SORTIE_CTL_CANCELLED;
    case SORTIE_MISSION_WAITING:
    case SORTIE_MISSION_RUNNING:
    default:
      return SORTIE_CTL_ERROR;
    }
}

static int
conclude (Follow *self, GError **error)
{
  SortieMissionState state = sortie_mission_model_get_state (self->model);
  const char *id = sortie_mission_model_get_mission_id (self->model);
  g_autofree char *summary = NULL;
  g_autofree char *advice = NULL;

  sortie_ctl_draft_finish (self->draft, self->model);
  if (self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      return SORTIE_CTL_ERROR;
    }
  if (!sortie_ctl_flush (self->ctl, error))
    return SORTIE_CTL_ERROR;
  if (!sortie_mission_state_is_final (state))
    {
      sortie_ctl_say (self->ctl, "Left before the mission %s had ended.", id);
      return self->n_interrupts > 0 ? SORTIE_CTL_CANCELLED : SORTIE_CTL_ERROR;
    }

  if (sortie_ctl_draft_has_begun (self->draft))
    sortie_ctl_say (self->ctl, "%s", "");
  summary = sortie_ctl_progress_dup_summary (self->model);
  advice = sortie_ctl_progress_dup_advice (self->model);
  sortie_ctl_say (self->ctl, "%s", summary);
  if (advice != NULL)
    sortie_ctl_say (self->ctl, "%s", advice);

  return exit_code (state);
}

static void
follow_clear (Follow *self)
{
  /* A start of the backend that is under way would call back into what is gone. */
  while (self->relaunching)
    g_main_context_iteration (NULL, TRUE);

  g_signal_handlers_disconnect_by_data (self->stream, self);
  sortie_event_stream_stop (self->stream);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->model, sortie_mission_model_free);
  g_clear_pointer (&self->draft, sortie_ctl_draft_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_error (&self->error);
}

int
sortie_ctl_follow (SortieCtl *ctl, const char *mission_id, gboolean cancels, GError **error)
{
  Follow self = { .ctl = ctl, .began = g_get_monotonic_time () };
  guint interrupt = 0;
  guint tick;
  int outcome;

  self.loop = g_main_loop_new (NULL, FALSE);
  self.model = sortie_mission_model_new (mission_id);
  self.draft = sortie_ctl_draft_new (ctl);
  self.stream = sortie_event_stream_new (ctl->api, mission_id);
  g_signal_connect (self.stream, "event", G_CALLBACK (event_cb), &self);
  g_signal_connect (self.stream, "reset", G_CALLBACK (reset_cb), &self);
  g_signal_connect (self.stream, "notify::state", G_CALLBACK (state_cb), &self);
  if (cancels)
    interrupt = g_unix_signal_add (SIGINT, interrupt_cb, &self);
  tick = g_timeout_add (TICK_MS, tick_cb, &self);

  sortie_event_stream_start (self.stream);
  g_main_loop_run (self.loop);

  g_source_remove (tick);
  if (interrupt != 0)
    g_source_remove (interrupt);
  outcome = conclude (&self, error);
  follow_clear (&self);

  return outcome;
}
