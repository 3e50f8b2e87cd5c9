/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-backend-banner.h"

#include "sortie-timeout.h"

#include <glib/gi18n.h>

/* Starting takes a moment; what is over by then is not worth a banner. */
#define PATIENCE_MS 700

struct _SortieBackendBanner
{
  GtkWidget parent_instance;
  SortieBackend *backend; /* (nullable) */
  GSignalGroup *signals;
  GtkRevealer *revealer;
  GtkWidget *box;
  GtkStack *status;
  GtkWidget *icon;
  GtkSpinner *spinner;
  GtkLabel *label;
  GtkButton *act;
  GtkWidget *show_log;
  GSource *patience;
};

G_DEFINE_FINAL_TYPE (SortieBackendBanner, sortie_backend_banner, GTK_TYPE_WIDGET)

static gboolean
is_under_way (SortieBackendState state)
{
  return state == SORTIE_BACKEND_STARTING || state == SORTIE_BACKEND_CONNECTING ||
         state == SORTIE_BACKEND_RECONNECTING;
}

static const char *
get_action (SortieBackend *backend, SortieBackendState state)
{
  if (is_under_way (state) || state == SORTIE_BACKEND_ONLINE)
    return NULL;
  if (state == SORTIE_BACKEND_FAILED || state == SORTIE_BACKEND_WRONG_VERSION)
    return _ ("_Try Again");
  return sortie_backend_is_started_here (backend) ? _ ("_Start") : _ ("_Connect");
}

static void
show (SortieBackendBanner *self)
{
  SortieBackendState state = sortie_backend_get_state (self->backend);
  const char *action = get_action (self->backend, state);
  g_autofree char *text = sortie_backend_words_dup_state (self->backend);
  gboolean is_busy = is_under_way (state);

  gtk_spinner_set_spinning (self->spinner, is_busy && text != NULL);
  gtk_stack_set_visible_child (self->status, is_busy ? GTK_WIDGET (self->spinner) : self->icon);
  if (text != NULL)
    gtk_label_set_text (self->label, text);
  if (action != NULL)
    gtk_button_set_label (self->act, action);
  gtk_widget_set_visible (GTK_WIDGET (self->act), action != NULL);
  gtk_widget_set_visible (self->show_log,
                          sortie_backend_is_started_here (self->backend) &&
                              (!is_busy || sortie_backend_get_containers (self->backend) != NULL));
  if (is_busy)
    gtk_widget_remove_css_class (self->box, "trouble");
  else
    gtk_widget_add_css_class (self->box, "trouble");
  gtk_revealer_set_reveal_child (self->revealer, text != NULL);
  /* A child that is not revealed can still be reached by Tab. */
  gtk_widget_set_visible (GTK_WIDGET (self), text != NULL);
}

static gboolean
patience_cb (gpointer user_data)
{
  SortieBackendBanner *self = user_data;

  sortie_timeout_clear (&self->patience);
  show (self);
  return G_SOURCE_REMOVE;
}

static void
state_cb (SortieBackendBanner *self)
{
  gboolean is_shown = gtk_widget_get_visible (GTK_WIDGET (self));

  if (is_shown || !is_under_way (sortie_backend_get_state (self->backend)))
    {
      sortie_timeout_clear (&self->patience);
      show (self);
    }
  else if (self->patience == NULL)
    self->patience = sortie_timeout_add (PATIENCE_MS, patience_cb, self);
}

static void
act_cb (SortieBackendBanner *self)
{
  sortie_backend_start (self->backend);
}

static void
sortie_backend_banner_dispose (GObject *object)
{
  SortieBackendBanner *self = SORTIE_BACKEND_BANNER (object);
  GtkWidget *child;

  sortie_timeout_clear (&self->patience);
  g_clear_object (&self->signals);
  g_clear_object (&self->backend);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (sortie_backend_banner_parent_class)->dispose (object);
}

static void
sortie_backend_banner_class_init (SortieBackendBannerClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_backend_banner_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/backend-banner.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieBackendBanner, revealer);
  gtk_widget_class_bind_template_child (widget_class, SortieBackendBanner, box);
  gtk_widget_class_bind_template_child (widget_class, SortieBackendBanner, status);
  gtk_widget_class_bind_template_child (widget_class, SortieBackendBanner, icon);
  gtk_widget_class_bind_template_child (widget_class, SortieBackendBanner, spinner);
  gtk_widget_class_bind_template_child (widget_class, SortieBackendBanner, label);
  gtk_widget_class_bind_template_child (widget_class, SortieBackendBanner, act);
  gtk_widget_class_bind_template_child (widget_class, SortieBackendBanner, show_log);
  gtk_widget_class_bind_template_callback (widget_class, act_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_STATUS);
}

static void
sortie_backend_banner_init (SortieBackendBanner *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  self->signals = g_signal_group_new (SORTIE_TYPE_BACKEND);
  g_signal_group_connect_swapped (self->signals, "notify::state", G_CALLBACK (state_cb), self);
  g_signal_group_connect_swapped (self->signals, "progressed", G_CALLBACK (state_cb), self);
}

GtkWidget *
sortie_backend_banner_new (void)
{
  return g_object_new (SORTIE_TYPE_BACKEND_BANNER, NULL);
}

void
sortie_backend_banner_set_backend (SortieBackendBanner *self, SortieBackend *backend)
{
  if (!g_set_object (&self->backend, backend))
    return;
  g_signal_group_set_target (self->signals, backend);
  if (backend != NULL)
    state_cb (self);
}
