/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-window.h"

struct _SortieWindow
{
  AdwApplicationWindow parent_instance;
};

G_DEFINE_FINAL_TYPE (SortieWindow, sortie_window, ADW_TYPE_APPLICATION_WINDOW)

static void
sortie_window_class_init (SortieWindowClass *class)
{
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (class),
                                               "/io/github/sortie_app/Sortie/sortie-window.ui");
}

static void
sortie_window_init (SortieWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

SortieWindow *
sortie_window_new (GtkApplication *application)
{
  return g_object_new (SORTIE_TYPE_WINDOW, "application", application, NULL);
}
