/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-report-links.h"

#include "sortie-dialogs.h"
#include "sortie-document-opener.h"

#include <glib/gi18n.h>

typedef struct
{
  GtkWidget *widget;
  char *uri;
} Following;

static void
follow_cb (const char *answer, gpointer user_data)
{
  Following *self = user_data;
  GtkRoot *root = gtk_widget_get_root (self->widget);

  if (g_str_equal (answer, "open"))
    sortie_document_show_uri (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, self->uri);
  g_object_unref (self->widget);
  g_free (self->uri);
  g_free (self);
}

void
sortie_report_follow_link (GtkWidget *widget, const char *target)
{
  static const char *const allowed[] = { "http", "https", "mailto", NULL };
  /* Translators: a button: opens a link outside */
  const char *const choices[] = { "cancel", _ ("Cancel"), "open", _ ("Open"), NULL };
  g_autofree char *scheme = g_uri_parse_scheme (target);
  Following *following;

  if (scheme == NULL || !g_strv_contains (allowed, scheme))
    return;
  following = g_new0 (Following, 1);
  following->widget = g_object_ref (widget);
  following->uri = g_strdup (target);
  sortie_dialogs_ask (widget, _ ("Open This Link?"), target, choices, "cancel", follow_cb,
                      following);
}
