/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-application.h"

#include "sortie-window.h"

#include <glib/gi18n.h>

struct _SortieApplication
{
  AdwApplication parent_instance;
};

G_DEFINE_FINAL_TYPE (SortieApplication, sortie_application, ADW_TYPE_APPLICATION)

static void
sortie_application_activate (GApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window == NULL)
    window = GTK_WINDOW (sortie_window_new (GTK_APPLICATION (application)));
  gtk_window_present (window);
}

static void
sortie_application_class_init (SortieApplicationClass *class)
{
  G_APPLICATION_CLASS (class)->activate = sortie_application_activate;
}

static void
sortie_application_init (SortieApplication *self)
{
}

SortieApplication *
sortie_application_new (void)
{
  return g_object_new (SORTIE_TYPE_APPLICATION, "application-id", SORTIE_APPLICATION_ID,
                       "resource-base-path", "/io/github/sortie_app/Sortie", NULL);
}
