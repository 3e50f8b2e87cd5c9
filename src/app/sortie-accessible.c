/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-accessible.h"

#include <adwaita.h>
#include <glib/gi18n.h>

static void
set_hidden (GtkWidget *widget, gboolean hidden)
{
  gtk_accessible_update_state (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_STATE_HIDDEN, hidden, -1);
}

static void
show_only (GtkWidget *stack, GtkWidget *visible)
{
  for (GtkWidget *child = gtk_widget_get_first_child (stack); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    set_hidden (child, child != visible);
}

static void
show_visible_child (GtkStack *stack)
{
  show_only (GTK_WIDGET (stack), gtk_stack_get_visible_child (stack));
}

static void
show_visible_page (AdwViewStack *stack)
{
  show_only (GTK_WIDGET (stack), adw_view_stack_get_visible_child (stack));
}

static void
show_revealed_child (GtkRevealer *revealer)
{
  GtkWidget *child = gtk_revealer_get_child (revealer);

  if (child != NULL)
    set_hidden (child, !gtk_revealer_get_reveal_child (revealer));
}

static void
set_name (GtkWidget *widget, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static gboolean
has_name (GtkWidget *widget)
{
  return gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL);
}

static gboolean
is_icon (GtkWidget *widget)
{
  return (GTK_IS_BUTTON (widget) && gtk_button_get_icon_name (GTK_BUTTON (widget)) != NULL) ||
         (GTK_IS_MENU_BUTTON (widget) &&
          gtk_menu_button_get_label (GTK_MENU_BUTTON (widget)) == NULL);
}

static void
name_by_tooltip (GtkWidget *widget)
{
  const char *tooltip = gtk_widget_get_tooltip_text (widget);
  const char *label =
      GTK_IS_MENU_BUTTON (widget) ? gtk_menu_button_get_label (GTK_MENU_BUTTON (widget)) : NULL;

  if (label != NULL)
    set_name (widget, label);
  else if (tooltip != NULL && is_icon (widget))
    set_name (widget, tooltip);
  else if (GTK_IS_BUTTON (widget) &&
           g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (widget)), "edit-find-symbolic") == 0)
    set_name (widget, _ ("Search")); /* in the window of shortcuts, which is not ours */
}

/* Of a button's label with a mnemonic GTK takes both for its name: the text with the underline, and the
 * label inside, which is said without it. */
static void
name_by_label (GtkWidget *widget)
{
  if (gtk_button_get_use_underline (GTK_BUTTON (widget)) &&
      gtk_button_get_label (GTK_BUTTON (widget)) != NULL)
    gtk_accessible_reset_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL);
}

static void
complete_button (GtkWidget *widget)
{
  GtkWidget *child = GTK_IS_BUTTON (widget) ? gtk_button_get_child (GTK_BUTTON (widget)) : NULL;
  gboolean is_named = has_name (widget);

  if (GTK_IS_BUTTON (widget))
    {
      g_signal_connect (widget, "notify::label", G_CALLBACK (name_by_label), NULL);
      name_by_label (widget);
    }
  else
    g_signal_connect (widget, "notify::popover", G_CALLBACK (sortie_accessible_complete), NULL);
  if (is_named)
    return;
  if (GTK_IS_MENU_BUTTON (widget))
    g_signal_connect (widget, "notify::label", G_CALLBACK (name_by_tooltip), NULL);
  g_signal_connect (widget, "notify::tooltip-text", G_CALLBACK (name_by_tooltip), NULL);
  name_by_tooltip (widget);
  if (GTK_IS_LABEL (child) && gtk_button_get_label (GTK_BUTTON (widget)) == NULL)
    gtk_accessible_update_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                    child, NULL, -1);
}

static gboolean
is_menu_item (GtkWidget *widget)
{
  GtkAccessibleRole role = gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget));

  return role == GTK_ACCESSIBLE_ROLE_MENU_ITEM || role == GTK_ACCESSIBLE_ROLE_MENU_ITEM_CHECKBOX ||
         role == GTK_ACCESSIBLE_ROLE_MENU_ITEM_RADIO;
}

/* GTK 4.18 names a menu item by the label in it, and lets no name be taken from that label. */
static void
name_menu_item (GtkWidget *widget)
{
  GtkWidget *label = gtk_widget_get_first_child (widget);
  GtkAccessibleRole role;

  while (label != NULL && !GTK_IS_LABEL (label))
    label = gtk_widget_get_next_sibling (label);
  if (label == NULL)
    return;
  role = gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (label));
  if (role != GTK_ACCESSIBLE_ROLE_PRESENTATION && role != GTK_ACCESSIBLE_ROLE_NONE)
    return;
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  set_name (widget, gtk_label_get_text (GTK_LABEL (label)));
}

/* A list has the title of what it stands in; a group that has one names its list by itself. */
static void
name_by_group (GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *row = gtk_widget_get_ancestor (widget, ADW_TYPE_PREFERENCES_ROW);
  GtkWidget *group = gtk_widget_get_ancestor (widget, ADW_TYPE_PREFERENCES_GROUP);
  GtkWidget *page = gtk_widget_get_ancestor (widget, ADW_TYPE_PREFERENCES_PAGE);
  const char *title =
      group != NULL ? adw_preferences_group_get_title (ADW_PREFERENCES_GROUP (group)) : NULL;

  if (row != NULL)
    set_name (widget, adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)));
  else if ((title == NULL || *title == '\0') && page != NULL)
    set_name (widget, adw_preferences_page_get_title (ADW_PREFERENCES_PAGE (page)));
  else if (ADW_IS_ABOUT_WINDOW (root))
    set_name (widget, adw_about_window_get_application_name (ADW_ABOUT_WINDOW (root)));
}

static void
complete (GtkWidget *widget)
{
  if (GTK_IS_STACK (widget))
    {
      g_signal_connect (widget, "notify::visible-child", G_CALLBACK (show_visible_child), NULL);
      show_visible_child (GTK_STACK (widget));
    }
  else if (ADW_IS_VIEW_STACK (widget))
    {
      g_signal_connect (widget, "notify::visible-child", G_CALLBACK (show_visible_page), NULL);
      show_visible_page (ADW_VIEW_STACK (widget));
    }
  else if (GTK_IS_REVEALER (widget))
    {
      g_signal_connect (widget, "notify::reveal-child", G_CALLBACK (show_revealed_child), NULL);
      show_revealed_child (GTK_REVEALER (widget));
    }
  else if (GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget))
    complete_button (widget);
  else if (GTK_IS_POPOVER_MENU (widget)) /* its items may be others each time */
    g_signal_connect (widget, "map", G_CALLBACK (sortie_accessible_complete), NULL);
  else if (is_menu_item (widget))
    {
      if (g_object_class_find_property (G_OBJECT_GET_CLASS (widget), "accel") != NULL)
        g_signal_connect (widget, "notify::accel", G_CALLBACK (name_menu_item), NULL);
      name_menu_item (widget);
    }
  else if (GTK_IS_PANED (widget) && !has_name (widget))
    set_name (widget, _ ("Divider"));
  else if (GTK_IS_SEARCH_ENTRY (widget) && !has_name (widget))
    set_name (widget, _ ("Search"));
  else if ((GTK_IS_LIST_BOX (widget) || GTK_IS_LIST_VIEW (widget) || GTK_IS_TEXT_VIEW (widget)) &&
           !has_name (widget))
    name_by_group (widget);
}

void
sortie_accessible_complete (GtkWidget *root)
{
  static GQuark quark = 0;

  if (quark == 0)
    quark = g_quark_from_static_string ("sortie-accessible");
  if (g_object_get_qdata (G_OBJECT (root), quark) == NULL)
    {
      g_object_set_qdata (G_OBJECT (root), quark, root);
      complete (root);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    sortie_accessible_complete (child);
}
