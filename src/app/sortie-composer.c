/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-composer.h"

#include "sortie-collection-chooser.h"
#include "sortie-error.h"
#include "sortie-mission.h"
#include "sortie-narrow-box.h"
#include "sortie-pane-words.h"
#include "sortie-toast.h"

#include <glib/gi18n.h>
#include <string.h>

struct _SortieComposer
{
  GtkWidget parent_instance;
  SortieApi *api; /* (nullable) */
  GCancellable *cancellable;
  GSettings *settings;
  GtkTextView *text;
  GtkWidget *placeholder;
  GtkSpinButton *words;
  GtkWidget *controls;
  GtkWidget *start;
  GtkWidget *obstacle_box;
  GtkImage *obstacle_icon;
  GtkLabel *obstacle_label;
  GtkWidget *add_button;
  SortieCollectionChooser *chooser;
  char *obstacle; /* (nullable) */
  char *key;      /* (nullable): the idempotency key of what is written */
  char *sent;     /* (nullable): the text that went out under that key */
  gboolean is_submitting;
  gboolean is_wanted; /* to be submitted as soon as that can be */
};

G_DEFINE_FINAL_TYPE (SortieComposer, sortie_composer, GTK_TYPE_WIDGET)

enum
{
  SUBMITTED,
  ADD_DOCUMENTS,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static char *
dup_text (SortieComposer *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->text);
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

char *
sortie_composer_check_text (const char *text)
{
  g_autoptr (GError) error = NULL;
  gsize length = strlen (text);

  if (sortie_mission_text_validate (text, length, &error))
    return NULL;
  if (error->code != SORTIE_ERROR_TOO_LARGE)
    return g_strdup (_ ("Write what you want to know first."));
  return g_strdup_printf (_ ("The mission is too long: %u KiB, where %u KiB are allowed."),
                          (guint) (length + 1023) / 1024, SORTIE_MISSION_MAX_TEXT / 1024);
}

static gboolean
is_blank (GtkTextBuffer *buffer)
{
  return gtk_text_buffer_get_char_count (buffer) == 0;
}

/* What is said below: an obstacle first, then a text that is too long, then missing documents. */
static void
update (SortieComposer *self)
{
  g_autofree char *text = dup_text (self);
  g_autofree char *complaint = sortie_composer_check_text (text);
  gboolean too_long = complaint != NULL && strlen (text) > SORTIE_MISSION_MAX_TEXT;
  gboolean no_documents = sortie_collection_chooser_is_known (self->chooser) &&
                          sortie_collection_chooser_get_n_collections (self->chooser) == 0;
  const char *said = NULL;

  if (self->obstacle != NULL)
    said = self->obstacle;
  else if (too_long)
    said = complaint;
  else if (no_documents)
    said = _ ("Add documents first: a report can only cite what Sortie can search. You can also "
              "drop files and folders here.");
  gtk_label_set_text (self->obstacle_label, said != NULL ? said : "");
  gtk_image_set_from_icon_name (self->obstacle_icon, too_long && self->obstacle == NULL
                                                         ? "dialog-warning-symbolic"
                                                         : "dialog-information-symbolic");
  gtk_widget_set_visible (self->obstacle_box, said != NULL);
  gtk_widget_set_visible (self->add_button, no_documents && self->obstacle == NULL && !too_long);
  gtk_widget_set_sensitive (self->start,
                            self->obstacle == NULL && complaint == NULL && !self->is_submitting);
  gtk_widget_set_visible (self->placeholder, *text == '\0');
}

/* ---- Submitting ---- */

static void
submitted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieComposer) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = sortie_api_mission_id_finish (SORTIE_API (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->is_submitting = FALSE;
  if (id != NULL)
    {
      g_clear_pointer (&self->key, g_free);
      gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->text), "", 0);
      g_signal_emit (self, signals[SUBMITTED], 0, id);
    }
  else
    {
      g_autofree char *words =
          sortie_pane_dup_failure (_ ("The mission could not be started"), error);

      /* The key stays: the backend may have taken the mission although its answer was lost. */
      if (error->code == SORTIE_ERROR_MISMATCH)
        g_clear_pointer (&self->key, g_free);
      sortie_toast (GTK_WIDGET (self), words);
    }
  update (self);
}

static char *
dup_request (SortieComposer *self, const char *text, char **collections)
{
  g_autofree char *names = collections != NULL ? g_strjoinv ("\n", collections) : g_strdup ("");

  return g_strdup_printf ("%d\n%s\n\n%s", gtk_spin_button_get_value_as_int (self->words), names,
                          text);
}

void
sortie_composer_submit (SortieComposer *self)
{
  g_autofree char *text = dup_text (self);
  g_autofree char *complaint = sortie_composer_check_text (text);
  g_auto (GStrv) collections = sortie_collection_chooser_dup_chosen (self->chooser);
  g_autofree char *request = dup_request (self, text, collections);
  g_autofree char *options = NULL;

  if (complaint != NULL || self->is_submitting)
    return;
  if (self->obstacle != NULL || self->api == NULL)
    {
      self->is_wanted = TRUE;
      return;
    }
  self->is_wanted = FALSE;
  self->is_submitting = TRUE;
  /* A second attempt at the very same goes out under the same key, and never makes a second one. */
  if (self->key == NULL || g_strcmp0 (self->sent, request) != 0)
    {
      g_free (self->key);
      self->key = g_uuid_string_random ();
    }
  g_free (self->sent);
  self->sent = g_steal_pointer (&request);
  options = g_strdup_printf ("{\"words\":%d}", gtk_spin_button_get_value_as_int (self->words));
  sortie_api_submit_async (self->api, text, (const char *const *) collections, options, self->key,
                           self->cancellable, submitted_cb, g_object_ref (self));
  update (self);
}

static gboolean
submit_key_cb (GtkWidget *widget, GVariant *arguments, gpointer user_data)
{
  sortie_composer_submit (SORTIE_COMPOSER (widget));
  return TRUE;
}

/* Before the text view, which takes Return for a new line whatever is held with it. */
static void
add_submit_keys (SortieComposer *self)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("<Control>Return|<Control>KP_Enter"),
                        gtk_callback_action_new (submit_key_cb, NULL, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

/* ---- Documents ---- */

static void
add_documents_cb (SortieComposer *self)
{
  g_signal_emit (self, signals[ADD_DOCUMENTS], 0, NULL);
}

static gboolean
dropped_cb (GtkDropTarget *target, const GValue *value, double x, double y, SortieComposer *self)
{
  g_autoptr (GListStore) files = NULL;
  g_autoptr (GSList) list = NULL;

  if (self->obstacle != NULL || !G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return FALSE;
  files = g_list_store_new (G_TYPE_FILE);
  list = gdk_file_list_get_files (g_value_get_boxed (value));
  for (GSList *l = list; l != NULL; l = l->next)
    g_list_store_append (files, l->data);
  if (list != NULL)
    g_signal_emit (self, signals[ADD_DOCUMENTS], 0, files);
  return list != NULL;
}

/* ---- The widget ---- */

static void
text_changed_cb (SortieComposer *self)
{
  self->is_wanted = self->is_wanted && !is_blank (gtk_text_view_get_buffer (self->text));
  update (self);
}

static void
sortie_composer_dispose (GObject *object)
{
  SortieComposer *self = SORTIE_COMPOSER (object);
  GtkWidget *child;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->api);
  g_clear_object (&self->settings);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (sortie_composer_parent_class)->dispose (object);
}

static void
sortie_composer_finalize (GObject *object)
{
  SortieComposer *self = SORTIE_COMPOSER (object);

  g_object_unref (self->cancellable);
  g_free (self->obstacle);
  g_free (self->key);
  g_free (self->sent);
  G_OBJECT_CLASS (sortie_composer_parent_class)->finalize (object);
}

static void
bind_template (GtkWidgetClass *class)
{
  gtk_widget_class_set_template_from_resource (class, "/io/github/sortie_app/Sortie/composer.ui");
  gtk_widget_class_bind_template_child (class, SortieComposer, text);
  gtk_widget_class_bind_template_child (class, SortieComposer, placeholder);
  gtk_widget_class_bind_template_child (class, SortieComposer, words);
  gtk_widget_class_bind_template_child (class, SortieComposer, controls);
  gtk_widget_class_bind_template_child (class, SortieComposer, start);
  gtk_widget_class_bind_template_child (class, SortieComposer, obstacle_box);
  gtk_widget_class_bind_template_child (class, SortieComposer, obstacle_icon);
  gtk_widget_class_bind_template_child (class, SortieComposer, obstacle_label);
  gtk_widget_class_bind_template_child (class, SortieComposer, add_button);
  gtk_widget_class_bind_template_child (class, SortieComposer, chooser);
  gtk_widget_class_bind_template_callback (class, update);
  gtk_widget_class_bind_template_callback (class, add_documents_cb);
  gtk_widget_class_bind_template_callback (class, sortie_composer_submit);
}

static void
sortie_composer_class_init (SortieComposerClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_composer_dispose;
  G_OBJECT_CLASS (class)->finalize = sortie_composer_finalize;
  g_type_ensure (SORTIE_TYPE_COLLECTION_CHOOSER);
  g_type_ensure (SORTIE_TYPE_NARROW_BOX);
  bind_template (widget_class);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  signals[SUBMITTED] = g_signal_new ("submitted", SORTIE_TYPE_COMPOSER, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[ADD_DOCUMENTS] = g_signal_new ("add-documents", SORTIE_TYPE_COMPOSER, G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_LIST_MODEL);
}

static void
sortie_composer_init (SortieComposer *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  self->cancellable = g_cancellable_new ();
  self->settings = g_settings_new (SORTIE_APPLICATION_ID);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_settings_bind (self->settings, "words", self->words, "value", G_SETTINGS_BIND_DEFAULT);
  g_signal_connect_swapped (gtk_text_view_get_buffer (self->text), "changed",
                            G_CALLBACK (text_changed_cb), self);
  /* Before the text view, which would take the files' names for text. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (target), GTK_PHASE_CAPTURE);
  g_signal_connect (target, "drop", G_CALLBACK (dropped_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
  add_submit_keys (self);
  update (self);
}

GtkWidget *
sortie_composer_new (void)
{
  return g_object_new (SORTIE_TYPE_COMPOSER, NULL);
}

void
sortie_composer_set_api (SortieComposer *self, SortieApi *api)
{
  if (!g_set_object (&self->api, api))
    return;
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->is_submitting = FALSE;
  sortie_collection_chooser_set_api (self->chooser, api);
}

void
sortie_composer_set_obstacle (SortieComposer *self, const char *obstacle)
{
  if (g_strcmp0 (obstacle, self->obstacle) != 0)
    {
      g_free (self->obstacle);
      self->obstacle = g_strdup (obstacle);
      update (self);
    }
  if (self->obstacle == NULL && self->is_wanted)
    sortie_composer_submit (self);
}

void
sortie_composer_refresh (SortieComposer *self)
{
  sortie_collection_chooser_refresh (self->chooser);
}

void
sortie_composer_set_text (SortieComposer *self, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->text), valid, -1);
}

void
sortie_composer_focus (SortieComposer *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->text));
}
