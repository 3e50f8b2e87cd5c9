/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-log-window.h"

#include "sortie-shown-text.h"

#include <glib/gi18n.h>

#define MAX_LINE 2000 /* bytes shown */
#define MAX_LINES 2000
#define CONTAINER_LINES 200 /* of each container, at first */

struct _SortieLogWindow
{
  AdwWindow parent_instance;
  SortieBackend *backend;
  GCancellable *cancellable;
  gboolean is_reading; /* what the containers say */
  GtkStack *stack;
  GtkWidget *scroller;
  AdwStatusPage *empty;
  GtkTextView *view;
};

G_DEFINE_FINAL_TYPE (SortieLogWindow, sortie_log_window, ADW_TYPE_WINDOW)

static void
append_line (SortieLogWindow *self, const char *line)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  g_autofree char *shown = sortie_shown_line (line, MAX_LINE);
  GtkTextIter start, end;

  if (gtk_text_buffer_get_line_count (buffer) > MAX_LINES)
    {
      gtk_text_buffer_get_start_iter (buffer, &start);
      gtk_text_buffer_get_iter_at_line (buffer, &end, MAX_LINES / 4);
      gtk_text_buffer_delete (buffer, &start, &end);
    }
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_insert (buffer, &end, shown, -1);
  gtk_text_buffer_insert (buffer, &end, "\n", 1);
  gtk_stack_set_visible_child (self->stack, self->scroller);
}

static void
log_line_cb (SortieLogWindow *self, const char *line)
{
  append_line (self, line);
}

/* ---- Of containers ---- */

/* Of a reading that goes on until the window closes; so it holds no reference to it. */
typedef struct
{
  GWeakRef window;
} Reading;

static void
said_cb (const char *line, gpointer user_data)
{
  Reading *reading = user_data;
  g_autoptr (SortieLogWindow) self = g_weak_ref_get (&reading->window);

  if (line != NULL && self != NULL)
    append_line (self, line);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Reading *reading = user_data;
  g_autoptr (SortieLogWindow) self = g_weak_ref_get (&reading->window);

  /* That there are none is no failure here: nothing is said then. */
  sortie_containers_read_log_finish (SORTIE_CONTAINERS (source), result, NULL);
  if (self != NULL)
    self->is_reading = FALSE;
  g_weak_ref_clear (&reading->window);
  g_free (reading);
}

static void
read_containers (SortieLogWindow *self)
{
  SortieContainers *containers = sortie_backend_get_containers (self->backend);
  Reading *reading;

  if (self->is_reading || containers == NULL ||
      sortie_backend_get_state (self->backend) == SORTIE_BACKEND_STARTING)
    return;
  self->is_reading = TRUE;
  reading = g_new0 (Reading, 1);
  g_weak_ref_init (&reading->window, self);
  sortie_containers_read_log_async (containers, CONTAINER_LINES, TRUE, said_cb, reading,
                                    self->cancellable, read_cb, reading);
}

static void
show_containers (SortieLogWindow *self, SortieContainers *containers)
{
  GPtrArray *log = sortie_containers_get_log (containers);

  for (guint i = 0; i < log->len; i++)
    append_line (self, g_ptr_array_index (log, i));
  g_signal_connect_object (containers, "log-line", G_CALLBACK (log_line_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->backend, "notify::state", G_CALLBACK (read_containers), self,
                           G_CONNECT_SWAPPED);
  read_containers (self);
}

/* ---- The window ---- */

static void
copy_cb (SortieLogWindow *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  g_autofree char *text = NULL;
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
}

static void
sortie_log_window_dispose (GObject *object)
{
  SortieLogWindow *self = SORTIE_LOG_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->backend);
  G_OBJECT_CLASS (sortie_log_window_parent_class)->dispose (object);
}

static void
sortie_log_window_finalize (GObject *object)
{
  g_object_unref (SORTIE_LOG_WINDOW (object)->cancellable);
  G_OBJECT_CLASS (sortie_log_window_parent_class)->finalize (object);
}

static void
sortie_log_window_class_init (SortieLogWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_log_window_dispose;
  G_OBJECT_CLASS (class)->finalize = sortie_log_window_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/log-window.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieLogWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, SortieLogWindow, scroller);
  gtk_widget_class_bind_template_child (widget_class, SortieLogWindow, empty);
  gtk_widget_class_bind_template_child (widget_class, SortieLogWindow, view);
  gtk_widget_class_bind_template_callback (widget_class, copy_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
sortie_log_window_init (SortieLogWindow *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWindow *
sortie_log_window_new (GtkWindow *parent, SortieBackend *backend)
{
  SortieLogWindow *self = g_object_new (SORTIE_TYPE_LOG_WINDOW, "transient-for", parent, NULL);
  GPtrArray *log = sortie_launcher_get_log (sortie_backend_get_launcher (backend));

  self->backend = g_object_ref (backend);
  if (sortie_backend_get_containers (backend) != NULL)
    {
      show_containers (self, sortie_backend_get_containers (backend));
      return GTK_WINDOW (self);
    }
  if (!sortie_backend_is_automatic (backend))
    adw_status_page_set_description (
        self->empty, _ ("A backend that Sortie did not start itself keeps its log where it runs."));
  for (guint i = 0; i < log->len; i++)
    append_line (self, g_ptr_array_index (log, i));
  g_signal_connect_object (backend, "log-line", G_CALLBACK (log_line_cb), self, G_CONNECT_SWAPPED);
  return GTK_WINDOW (self);
}
