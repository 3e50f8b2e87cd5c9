/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-collection-chooser.h"

#include "sortie-json.h"
#include "sortie-mission.h"
#include "sortie-shown-text.h"

#include <glib/gi18n.h>

#define MAX_NAME 80 /* bytes shown */
#define MAX_SHOWN 200

struct _SortieCollectionChooser
{
  GtkWidget parent_instance;
  SortieApi *api; /* (nullable) */
  GCancellable *cancellable;
  GtkMenuButton *button;
  GtkLabel *label;
  GtkBox *list;
  GtkLabel *empty;    /* why there is nothing to choose */
  GPtrArray *names;   /* char*, as the backend has them */
  GHashTable *chosen; /* names */
  gboolean is_known;
  gboolean is_filling;
};

G_DEFINE_FINAL_TYPE (SortieCollectionChooser, sortie_collection_chooser, GTK_TYPE_WIDGET)

enum
{
  ADD_DOCUMENTS,
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
update_label (SortieCollectionChooser *self)
{
  guint n = g_hash_table_size (self->chosen);
  g_autofree char *label = NULL;

  if (!self->is_known)
    label = g_strdup (_ ("Collections"));
  else if (self->names->len == 0)
    label = g_strdup (_ ("No Documents Yet"));
  else if (n == 0)
    label = g_strdup (_ ("All Collections"));
  else if (n == 1)
    {
      GHashTableIter iter;
      gpointer name = NULL;

      g_hash_table_iter_init (&iter, self->chosen);
      g_hash_table_iter_next (&iter, &name, NULL);
      label = sortie_shown_line (name, MAX_NAME);
    }
  else
    label = g_strdup_printf (ngettext ("%u Collection", "%u Collections", n), n);
  gtk_label_set_text (self->label, label);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
toggled_cb (GtkCheckButton *check, SortieCollectionChooser *self)
{
  const char *name = g_object_get_data (G_OBJECT (check), "name");

  if (self->is_filling)
    return;
  if (!gtk_check_button_get_active (check))
    g_hash_table_remove (self->chosen, name);
  else if (g_hash_table_size (self->chosen) < SORTIE_MISSION_MAX_COLLECTIONS)
    g_hash_table_add (self->chosen, g_strdup (name));
  else
    gtk_check_button_set_active (check, FALSE);
  update_label (self);
}

static void
append_check (SortieCollectionChooser *self, const char *name)
{
  g_autofree char *line = sortie_shown_line (name, MAX_NAME);
  GtkWidget *check = gtk_check_button_new_with_label (line);

  gtk_check_button_set_use_underline (GTK_CHECK_BUTTON (check), FALSE);
  g_object_set_data_full (G_OBJECT (check), "name", g_strdup (name), g_free);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check),
                               g_hash_table_contains (self->chosen, name));
  g_signal_connect (check, "toggled", G_CALLBACK (toggled_cb), self);
  gtk_box_append (self->list, check);
}

static void
fill (SortieCollectionChooser *self)
{
  GtkWidget *child;
  GHashTableIter iter;
  gpointer name;

  self->is_filling = TRUE;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_box_remove (self->list, child);
  g_hash_table_iter_init (&iter, self->chosen);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_ptr_array_find_with_equal_func (self->names, name, g_str_equal, NULL))
      g_hash_table_iter_remove (&iter);
  for (guint i = 0; i < self->names->len && i < MAX_SHOWN; i++)
    append_check (self, g_ptr_array_index (self->names, i));
  self->is_filling = FALSE;
  gtk_label_set_text (self->empty,
                      self->is_known ? _ ("There are no documents yet. A report can only cite what "
                                          "Sortie can search.")
                                     : _ ("Which collections there are is known once a backend is "
                                          "connected."));
  gtk_widget_set_visible (GTK_WIDGET (self->empty), self->names->len == 0);
  update_label (self);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieCollectionChooser) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);
  JsonArray *collections = NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node) ||
      !sortie_json_get_array (json_node_get_object (node), "collections", TRUE, &collections, NULL))
    return;
  g_ptr_array_set_size (self->names, 0);
  for (guint i = 0; i < json_array_get_length (collections); i++)
    {
      JsonNode *element = json_array_get_element (collections, i);
      const char *name = NULL;

      if (JSON_NODE_HOLDS_OBJECT (element) &&
          sortie_json_get_string (json_node_get_object (element), "name", TRUE, &name, NULL))
        g_ptr_array_add (self->names, g_strdup (name));
    }
  self->is_known = TRUE;
  fill (self);
}

static void
add_documents_cb (SortieCollectionChooser *self)
{
  gtk_menu_button_popdown (self->button);
  g_signal_emit (self, signals[ADD_DOCUMENTS], 0);
}

static void
sortie_collection_chooser_dispose (GObject *object)
{
  SortieCollectionChooser *self = SORTIE_COLLECTION_CHOOSER (object);
  GtkWidget *child;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->api);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (sortie_collection_chooser_parent_class)->dispose (object);
}

static void
sortie_collection_chooser_finalize (GObject *object)
{
  SortieCollectionChooser *self = SORTIE_COLLECTION_CHOOSER (object);

  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->names);
  g_hash_table_unref (self->chosen);
  G_OBJECT_CLASS (sortie_collection_chooser_parent_class)->finalize (object);
}

static void
sortie_collection_chooser_class_init (SortieCollectionChooserClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_collection_chooser_dispose;
  G_OBJECT_CLASS (class)->finalize = sortie_collection_chooser_finalize;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/sortie_app/Sortie/collection-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieCollectionChooser, button);
  gtk_widget_class_bind_template_child (widget_class, SortieCollectionChooser, label);
  gtk_widget_class_bind_template_child (widget_class, SortieCollectionChooser, list);
  gtk_widget_class_bind_template_child (widget_class, SortieCollectionChooser, empty);
  gtk_widget_class_bind_template_callback (widget_class, add_documents_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  signals[ADD_DOCUMENTS] = g_signal_new ("add-documents", SORTIE_TYPE_COLLECTION_CHOOSER,
                                         G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CHANGED] = g_signal_new ("changed", SORTIE_TYPE_COLLECTION_CHOOSER, G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sortie_collection_chooser_init (SortieCollectionChooser *self)
{
  self->cancellable = g_cancellable_new ();
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->chosen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  fill (self);
}

GtkWidget *
sortie_collection_chooser_new (void)
{
  return g_object_new (SORTIE_TYPE_COLLECTION_CHOOSER, NULL);
}

void
sortie_collection_chooser_set_api (SortieCollectionChooser *self, SortieApi *api)
{
  if (!g_set_object (&self->api, api))
    return;
  self->is_known = FALSE;
  g_ptr_array_set_size (self->names, 0);
  g_hash_table_remove_all (self->chosen);
  fill (self);
}

void
sortie_collection_chooser_refresh (SortieCollectionChooser *self)
{
  if (self->api != NULL)
    sortie_api_list_collections_async (self->api, self->cancellable, read_cb, g_object_ref (self));
}

char **
sortie_collection_chooser_dup_chosen (SortieCollectionChooser *self)
{
  g_autoptr (GPtrArray) chosen = g_ptr_array_new ();

  /* In the order of the list, so that the same choice is the same request. */
  for (guint i = 0; i < self->names->len; i++)
    if (g_hash_table_contains (self->chosen, g_ptr_array_index (self->names, i)))
      g_ptr_array_add (chosen, g_strdup (g_ptr_array_index (self->names, i)));
  if (chosen->len == 0)
    return NULL;
  g_ptr_array_add (chosen, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&chosen), FALSE);
}

guint
sortie_collection_chooser_get_n_collections (SortieCollectionChooser *self)
{
  return self->names->len;
}

gboolean
sortie_collection_chooser_is_known (SortieCollectionChooser *self)
{
  return self->is_known;
}
