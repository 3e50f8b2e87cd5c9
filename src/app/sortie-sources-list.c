/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-sources-list.h"

#include <glib/gi18n.h>

/* ---- One source, as list models want it ---- */

#define SORTIE_TYPE_SOURCE_ITEM (sortie_source_item_get_type ())
G_DECLARE_FINAL_TYPE (SortieSourceItem, sortie_source_item, SORTIE, SOURCE_ITEM, GObject)

struct _SortieSourceItem
{
  GObject parent_instance;
  guint number;
  char *title;
  char *place;
};

G_DEFINE_FINAL_TYPE (SortieSourceItem, sortie_source_item, G_TYPE_OBJECT)

static void
sortie_source_item_finalize (GObject *object)
{
  SortieSourceItem *self = SORTIE_SOURCE_ITEM (object);

  g_free (self->title);
  g_free (self->place);
  G_OBJECT_CLASS (sortie_source_item_parent_class)->finalize (object);
}

static void
sortie_source_item_class_init (SortieSourceItemClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sortie_source_item_finalize;
}

static void
sortie_source_item_init (SortieSourceItem *self)
{
}

/* ---- The list ---- */

struct _SortieSourcesList
{
  GtkWidget parent_instance;
  GtkLabel *note;
  GtkListView *view;
  GListStore *store;
};

G_DEFINE_FINAL_TYPE (SortieSourcesList, sortie_sources_list, GTK_TYPE_WIDGET)

enum
{
  ACTIVATED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
clicked_cb (GtkButton *button, GtkListItem *list_item)
{
  SortieSourceItem *item = gtk_list_item_get_item (list_item);
  GtkWidget *list = gtk_widget_get_ancestor (GTK_WIDGET (button), SORTIE_TYPE_SOURCES_LIST);

  if (item != NULL && list != NULL)
    g_signal_emit (list, signals[ACTIVATED], 0, item->number, button);
}

static GtkWidget *
new_label (const char *style, gboolean expand)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, expand);
  gtk_widget_add_css_class (label, style);
  return label;
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *number = new_label ("citation-number", FALSE);

  gtk_label_set_ellipsize (GTK_LABEL (number), PANGO_ELLIPSIZE_NONE);
  gtk_label_set_xalign (GTK_LABEL (number), 0.5f);
  gtk_widget_set_valign (number, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), number);
  gtk_box_append (GTK_BOX (box), new_label ("source-title", FALSE));
  gtk_box_append (GTK_BOX (box), new_label ("dim-label", TRUE));
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect (button, "clicked", G_CALLBACK (clicked_cb), list_item);
  gtk_list_item_set_child (list_item, button);
  gtk_list_item_set_activatable (list_item, FALSE);
  gtk_list_item_set_selectable (list_item, FALSE);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  SortieSourceItem *item = gtk_list_item_get_item (list_item);
  GtkWidget *button = gtk_list_item_get_child (list_item);
  GtkWidget *number = gtk_widget_get_first_child (gtk_button_get_child (GTK_BUTTON (button)));
  GtkWidget *title = gtk_widget_get_next_sibling (number);
  GtkWidget *place = gtk_widget_get_next_sibling (title);
  g_autofree char *label = g_strdup_printf ("%u", item->number);
  g_autofree char *name = g_strdup_printf (
      *item->place != '\0'
          /* Translators: read aloud; a document's title, a place in it such as a page */
          ? _ ("Source %u: %s, %s")
          /* Translators: read aloud; %s is the title of a document */
          : _ ("Source %u: %s"),
      item->number, item->title, item->place);

  gtk_label_set_text (GTK_LABEL (number), label);
  gtk_label_set_text (GTK_LABEL (title), item->title);
  gtk_label_set_text (GTK_LABEL (place), item->place);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

void
sortie_sources_list_set_data (SortieSourcesList *self, const SortieReportData *data)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_unsupported = data != NULL ? data->unsupported->len : 0;
  g_autofree char *note = g_strdup_printf (
      ngettext ("%u sentence shares little with what it cites. It is underlined.",
                "%u sentences share little with what they cite. They are underlined.",
                n_unsupported),
      n_unsupported);

  for (guint i = 0; data != NULL && i < data->sources->len; i++)
    {
      const SortieReportSource *source = g_ptr_array_index (data->sources, i);
      SortieSourceItem *item = g_object_new (SORTIE_TYPE_SOURCE_ITEM, NULL);

      item->number = source->n;
      item->title = sortie_report_source_dup_title (source);
      item->place = sortie_report_source_dup_place (source);
      g_ptr_array_add (items, item);
    }
  g_list_store_splice (self->store, 0, g_list_model_get_n_items (G_LIST_MODEL (self->store)),
                       items->pdata, items->len);
  gtk_label_set_text (self->note, note);
  gtk_widget_set_visible (GTK_WIDGET (self->note), n_unsupported > 0);
}

static void
sortie_sources_list_dispose (GObject *object)
{
  SortieSourcesList *self = SORTIE_SOURCES_LIST (object);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (sortie_sources_list_parent_class)->dispose (object);
}

static void
sortie_sources_list_class_init (SortieSourcesListClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_sources_list_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "sourceslist");
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/sources-list.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieSourcesList, note);
  gtk_widget_class_bind_template_child (widget_class, SortieSourcesList, view);
  signals[ACTIVATED] =
      g_signal_new ("activated", SORTIE_TYPE_SOURCES_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_UINT, GTK_TYPE_WIDGET);
}

static void
sortie_sources_list_init (SortieSourcesList *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkNoSelection) selection = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->store = g_list_store_new (SORTIE_TYPE_SOURCE_ITEM);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  selection = gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->store)));
  gtk_list_view_set_factory (self->view, factory);
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (selection));
}
