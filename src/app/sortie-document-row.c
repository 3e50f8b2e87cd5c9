/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-document-row.h"

#include "sortie-pane-words.h"
#include "sortie-shown-text.h"

#include <glib/gi18n.h>

#define MAX_TITLE 300

struct _SortieDocumentRow
{
  GtkWidget parent_instance;
  GtkWidget *content;
  GtkImage *icon;
  GtkInscription *title;
  GtkInscription *facts;
};

G_DEFINE_FINAL_TYPE (SortieDocumentRow, sortie_document_row, GTK_TYPE_WIDGET)

static char *
dup_facts (SortieDocumentItem *item)
{
  g_autofree char *path =
      sortie_shown_line (item->path != NULL ? item->path : item->uri, MAX_TITLE);
  g_autofree char *size = sortie_pane_dup_size ((guint64) item->size);
  g_autofree char *passages = NULL, *pages = NULL;

  if (item->skipped != NULL)
    {
      g_autofree char *reason = sortie_shown_line (item->skipped, MAX_TITLE);

      /* Translators: why a document could not be read, then its path */
      return g_strdup_printf (_ ("Skipped: %s · %s"), reason, path);
    }
  passages =
      g_strdup_printf (ngettext ("%u passage", "%u passages", sortie_pane_count (item->n_passages)),
                       sortie_pane_count (item->n_passages));
  if (item->n_pages == 0)
    return g_strdup_printf ("%s · %s · %s", path, passages, size);
  pages = g_strdup_printf (ngettext ("%u page", "%u pages", sortie_pane_count (item->n_pages)),
                           sortie_pane_count (item->n_pages));
  return g_strdup_printf ("%s · %s · %s · %s", path, pages, passages, size);
}

void
sortie_document_row_bind (SortieDocumentRow *self, SortieDocumentItem *item)
{
  const char *name = item->title != NULL && *item->title != '\0' ? item->title
                     : item->path != NULL                        ? item->path
                                                                 : item->uri;
  g_autofree char *title = sortie_shown_line (name, MAX_TITLE);
  g_autofree char *facts = dup_facts (item);
  g_autofree char *description = g_strdup_printf ("%s, %s", title, facts);
  GtkWidget *around = gtk_widget_get_parent (GTK_WIDGET (self));

  gtk_inscription_set_text (self->title, title);
  gtk_inscription_set_text (self->facts, facts);
  gtk_image_set_from_icon_name (self->icon, item->skipped != NULL ? "dialog-warning-symbolic"
                                                                  : "text-x-generic-symbolic");
  if (item->skipped != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self), "skipped");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "skipped");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), facts);
  gtk_accessible_update_property (GTK_ACCESSIBLE (around != NULL ? around : GTK_WIDGET (self)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, description, -1);
}

static void
sortie_document_row_dispose (GObject *object)
{
  g_clear_pointer (&SORTIE_DOCUMENT_ROW (object)->content, gtk_widget_unparent);
  G_OBJECT_CLASS (sortie_document_row_parent_class)->dispose (object);
}

static void
sortie_document_row_class_init (SortieDocumentRowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_document_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/document-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieDocumentRow, content);
  gtk_widget_class_bind_template_child (widget_class, SortieDocumentRow, icon);
  gtk_widget_class_bind_template_child (widget_class, SortieDocumentRow, title);
  gtk_widget_class_bind_template_child (widget_class, SortieDocumentRow, facts);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "documentrow");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
sortie_document_row_init (SortieDocumentRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sortie_document_row_new (void)
{
  return g_object_new (SORTIE_TYPE_DOCUMENT_ROW, NULL);
}
