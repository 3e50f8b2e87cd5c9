/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-containers-group.h"

#include "sortie-application.h"
#include "sortie-backend-banner.h"
#include "sortie-containers-words.h"
#include "sortie-log-window.h"
#include "sortie-shown-text.h"

#include <glib/gi18n.h>

#define MAX_ENGINE 120
#define MAX_ADDRESS 120
#define KIND 2 /* of the backend, in the settings */

struct _SortieContainersGroup
{
  AdwPreferencesGroup parent_instance;
  SortieBackend *backend;   /* (nullable) */
  SortieContainers *looker; /* which finds the engine while the backend is another one */
  GCancellable *cancellable;
  AdwActionRow *engine;
  GtkWidget *look;
  AdwActionRow *state;
  GtkWidget *spinner;
  GtkWidget *show_log;
  GtkWidget *stop;
  GtkWidget *start;
  gboolean has_engine;
  gboolean is_looking;
  char *trouble; /* (nullable): that a stop ended with */
};

G_DEFINE_FINAL_TYPE (SortieContainersGroup, sortie_containers_group, ADW_TYPE_PREFERENCES_GROUP)

/* ---- What is shown ---- */

static char *
dup_failure (const SortieContainersFailure *failure)
{
  g_autofree char *what = sortie_containers_words_dup_failure (failure);
  g_autofree char *said = sortie_containers_words_dup_said (failure);

  return g_strconcat (what, *said != '\0' ? "\n" : "", said, NULL);
}

/* What the backend in containers is at. */
static char *
dup_state (SortieContainersGroup *self, SortieContainers *containers)
{
  SortieBackendState state = sortie_backend_get_state (self->backend);
  const char *stage = sortie_containers_words_get_stage (sortie_containers_get_stage (containers));
  const SortieContainersFailure *failure = sortie_containers_get_failure (containers);

  if (stage != NULL)
    return g_strdup (stage);
  if (state == SORTIE_BACKEND_FAILED && failure != NULL)
    return dup_failure (failure);
  if (state == SORTIE_BACKEND_ONLINE)
    {
      g_autofree char *shown =
          sortie_shown_line (sortie_backend_get_shown_address (self->backend), MAX_ADDRESS);

      /* Translators: %s is an address */
      return g_strdup_printf (_ ("They run, and Sortie is connected to %s."), shown);
    }
  if (state == SORTIE_BACKEND_IDLE)
    return g_strdup (_ ("They are not started."));
  return sortie_backend_words_dup_state (self->backend);
}

/* Whether something runs although the start has failed. */
static gboolean
is_left_running (SortieContainers *containers)
{
  const SortieContainersFailure *failure = sortie_containers_get_failure (containers);

  return failure == NULL || failure->trouble == SORTIE_CONTAINERS_UNHEALTHY ||
         failure->trouble == SORTIE_CONTAINERS_OTHER_TOKEN;
}

static void
update (SortieContainersGroup *self)
{
  SortieContainers *containers = sortie_backend_get_containers (self->backend);
  SortieBackendState state = sortie_backend_get_state (self->backend);
  SortieContainersStage stage =
      containers != NULL ? sortie_containers_get_stage (containers) : SORTIE_CONTAINERS_IDLE;
  gboolean is_stopping = stage == SORTIE_CONTAINERS_STOPPING;
  gboolean is_busy = is_stopping || (containers != NULL && (state == SORTIE_BACKEND_STARTING ||
                                                            state == SORTIE_BACKEND_CONNECTING));
  gboolean runs = containers != NULL && !is_stopping &&
                  (is_busy || state == SORTIE_BACKEND_ONLINE || state == SORTIE_BACKEND_OFFLINE ||
                   state == SORTIE_BACKEND_RECONNECTING || state == SORTIE_BACKEND_WRONG_VERSION);
  gboolean has_failed = containers != NULL && state == SORTIE_BACKEND_FAILED;
  g_autofree char *words = self->trouble != NULL ? g_strdup (self->trouble)
                           : containers != NULL  ? dup_state (self, containers)
                                                 : g_strdup (_ ("They are not used."));

  adw_action_row_set_subtitle (self->state, words);
  gtk_widget_set_visible (self->spinner, is_busy);
  gtk_widget_set_visible (self->show_log, containers != NULL);
  gtk_widget_set_visible (self->stop, runs || (has_failed && is_left_running (containers)));
  gtk_button_set_label (GTK_BUTTON (self->stop), is_busy ? _ ("_Cancel") : _ ("_Stop"));
  gtk_widget_set_visible (self->start, !runs && !is_stopping);
  gtk_widget_set_sensitive (self->start, self->has_engine);
  gtk_button_set_label (GTK_BUTTON (self->start), has_failed ? _ ("_Try Again") : _ ("_Start"));
}

static void
state_cb (SortieContainersGroup *self)
{
  SortieBackendState state = sortie_backend_get_state (self->backend);

  if (state != SORTIE_BACKEND_IDLE)
    g_clear_pointer (&self->trouble, g_free);
  update (self);
}

/* ---- The engine ---- */

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieContainersGroup) self = user_data;
  g_autoptr (GError) error = NULL;
  const SortieContainerEngine *engine =
      sortie_containers_look_finish (SORTIE_CONTAINERS (source), result, &error);
  const SortieContainersFailure *failure =
      sortie_containers_get_failure (SORTIE_CONTAINERS (source));
  g_autofree char *words = NULL;
  gboolean usable;

  if (self->backend == NULL) /* closed meanwhile */
    return;
  self->is_looking = FALSE;
  self->has_engine = engine != NULL;
  if (engine != NULL)
    {
      g_autofree char *name = sortie_shown_line (engine->name, MAX_ENGINE);
      g_autofree char *version = sortie_shown_line (engine->version, MAX_ENGINE);
      g_autofree char *compose = g_strjoinv (" ", engine->compose);

      /* Translators: such as "Podman 5.4 with podman-compose" */
      words = g_strdup_printf (_ ("%s %s with %s"), name, version, compose);
    }
  else if (failure != NULL)
    words = dup_failure (failure);
  else
    words = sortie_shown_line (error->message, MAX_ENGINE);
  adw_action_row_set_subtitle (self->engine, words);
  /* From within a sandbox nothing of this can be used, whatever is installed later. */
  usable = failure == NULL || failure->trouble != SORTIE_CONTAINERS_SANDBOX;
  gtk_widget_set_sensitive (self->look, usable);
  gtk_widget_set_sensitive (GTK_WIDGET (self->state), usable);
  update (self);
}

void
sortie_containers_group_look (SortieContainersGroup *self)
{
  if (self->is_looking)
    return;
  self->is_looking = TRUE;
  gtk_widget_set_sensitive (self->look, FALSE);
  adw_action_row_set_subtitle (self->engine, _ ("Looking for one."));
  sortie_containers_look_async (self->looker, self->cancellable, looked_cb, g_object_ref (self));
}

static void
look_cb (SortieContainersGroup *self)
{
  sortie_containers_group_look (self);
}

/* ---- What a person does ---- */

static void
start_cb (SortieContainersGroup *self)
{
  g_autoptr (GSettings) settings = g_settings_new (SORTIE_APPLICATION_ID);
  GApplication *application = g_application_get_default ();

  g_clear_pointer (&self->trouble, g_free);
  if (sortie_backend_get_containers (self->backend) != NULL)
    sortie_backend_start (self->backend);
  else if (g_settings_get_enum (settings, "backend") != KIND)
    g_settings_set_enum (settings, "backend", KIND); /* which the application sees */
  else if (SORTIE_IS_APPLICATION (application))
    sortie_application_choose_backend (SORTIE_APPLICATION (application));
}

static void
stopped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieContainersGroup) self = user_data;
  g_autoptr (GError) error = NULL;
  SortieContainers *containers = sortie_backend_get_containers (SORTIE_BACKEND (source));
  const SortieContainersFailure *failure =
      containers != NULL ? sortie_containers_get_failure (containers) : NULL;

  if (self->backend == NULL)
    return;
  if (!sortie_backend_stop_containers_finish (SORTIE_BACKEND (source), result, &error) &&
      failure != NULL)
    self->trouble = dup_failure (failure);
  update (self);
}

/* While they are being started it is enough to give up: what was started is stopped then. */
static void
stop_cb (SortieContainersGroup *self)
{
  if (sortie_backend_get_state (self->backend) == SORTIE_BACKEND_STARTING)
    sortie_backend_stop (self->backend);
  else
    sortie_backend_stop_containers_async (self->backend, stopped_cb, g_object_ref (self));
}

static void
show_log_cb (SortieContainersGroup *self)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));
  GtkWindow *log = sortie_log_window_new (window, self->backend);

  gtk_window_set_modal (log, TRUE); /* as the preferences are, which would hold the focus else */
  gtk_window_present (log);
}

/* ---- The object ---- */

static void
sortie_containers_group_dispose (GObject *object)
{
  SortieContainersGroup *self = SORTIE_CONTAINERS_GROUP (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->backend);
  g_clear_object (&self->looker);
  G_OBJECT_CLASS (sortie_containers_group_parent_class)->dispose (object);
}

static void
sortie_containers_group_finalize (GObject *object)
{
  SortieContainersGroup *self = SORTIE_CONTAINERS_GROUP (object);

  g_object_unref (self->cancellable);
  g_free (self->trouble);
  G_OBJECT_CLASS (sortie_containers_group_parent_class)->finalize (object);
}

static void
sortie_containers_group_class_init (SortieContainersGroupClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_containers_group_dispose;
  G_OBJECT_CLASS (class)->finalize = sortie_containers_group_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/containers-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieContainersGroup, engine);
  gtk_widget_class_bind_template_child (widget_class, SortieContainersGroup, look);
  gtk_widget_class_bind_template_child (widget_class, SortieContainersGroup, state);
  gtk_widget_class_bind_template_child (widget_class, SortieContainersGroup, spinner);
  gtk_widget_class_bind_template_child (widget_class, SortieContainersGroup, show_log);
  gtk_widget_class_bind_template_child (widget_class, SortieContainersGroup, stop);
  gtk_widget_class_bind_template_child (widget_class, SortieContainersGroup, start);
  gtk_widget_class_bind_template_callback (widget_class, look_cb);
  gtk_widget_class_bind_template_callback (widget_class, start_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_log_cb);
}

static void
sortie_containers_group_init (SortieContainersGroup *self)
{
  self->cancellable = g_cancellable_new ();
  self->looker = sortie_containers_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sortie_containers_group_set_backend (SortieContainersGroup *self, SortieBackend *backend)
{
  self->backend = g_object_ref (backend);
  g_signal_connect_object (backend, "notify::state", G_CALLBACK (state_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (backend, "progressed", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  update (self);
}
