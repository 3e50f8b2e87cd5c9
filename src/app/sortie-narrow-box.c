/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-narrow-box.h"

struct _SortieNarrowBox
{
  GtkBox parent_instance;

  GtkWidget *window; /* (nullable) unowned: whose class is followed */
};

G_DEFINE_TYPE (SortieNarrowBox, sortie_narrow_box, GTK_TYPE_BOX)

static void
update_cb (SortieNarrowBox *self)
{
  gboolean is_narrow = gtk_widget_has_css_class (self->window, SORTIE_NARROW_CLASS);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), is_narrow ? GTK_ORIENTATION_VERTICAL
                                                                   : GTK_ORIENTATION_HORIZONTAL);
}

static void
sortie_narrow_box_root (GtkWidget *widget)
{
  SortieNarrowBox *self = SORTIE_NARROW_BOX (widget);

  GTK_WIDGET_CLASS (sortie_narrow_box_parent_class)->root (widget);
  self->window = GTK_WIDGET (gtk_widget_get_root (widget));
  g_signal_connect_object (self->window, "notify::css-classes", G_CALLBACK (update_cb), self,
                           G_CONNECT_SWAPPED);
  update_cb (self);
}

static void
sortie_narrow_box_unroot (GtkWidget *widget)
{
  SortieNarrowBox *self = SORTIE_NARROW_BOX (widget);

  g_signal_handlers_disconnect_by_func (self->window, update_cb, self);
  self->window = NULL;
  GTK_WIDGET_CLASS (sortie_narrow_box_parent_class)->unroot (widget);
}

static void
sortie_narrow_box_class_init (SortieNarrowBoxClass *class)
{
  GTK_WIDGET_CLASS (class)->root = sortie_narrow_box_root;
  GTK_WIDGET_CLASS (class)->unroot = sortie_narrow_box_unroot;
}

static void
sortie_narrow_box_init (SortieNarrowBox *self)
{
}
