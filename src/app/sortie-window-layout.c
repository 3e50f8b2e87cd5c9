/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-pane-words.h"
#include "sortie-shown-text.h"
#include "sortie-window-private.h"

#include <glib/gi18n.h>

#define LEAST_SIDEBAR 220
#define LEAST_DIAGRAM 80
#define MAX_TITLE 200

static const char *
get_page (SortieWindow *self)
{
  const char *page = gtk_stack_get_visible_child_name (self->stack);

  return page != NULL ? page : "composer";
}

/* Pages that a person visits and comes back from. */
static gboolean
is_visit (const char *page)
{
  return g_str_equal (page, "sources") || g_str_equal (page, "dead-letters") ||
         g_str_equal (page, "diagram");
}

static const char *
get_page_title (const char *page)
{
  if (g_str_equal (page, "sources"))
    return _ ("Sources");
  if (g_str_equal (page, "dead-letters"))
    return _ ("Dead Letters");
  if (g_str_equal (page, "diagram"))
    return _ ("Diagram");
  return _ ("New Mission");
}

static char *
dup_mission_title (SortieWindow *self)
{
  const SortieMissionModel *model = sortie_live_mission_get_newest (self->mission);
  const char *title = sortie_mission_model_get_title (model);
  SortieMissionItem *item =
      sortie_mission_list_find (self->list, sortie_live_mission_get_mission_id (self->mission));
  g_autofree char *line = sortie_shown_line (title, MAX_TITLE);

  if (*line != '\0')
    return g_steal_pointer (&line);
  return g_strdup (item != NULL ? sortie_mission_item_get_title (item) : _ ("Mission"));
}

void
sortie_window_update_title (SortieWindow *self)
{
  const char *page = get_page (self);
  gboolean shows_mission = self->mission != NULL && g_str_equal (page, "mission");
  g_autofree char *title =
      shows_mission ? dup_mission_title (self) : g_strdup (get_page_title (page));
  g_autofree char *whole = g_strdup_printf ("%s – %s", title, _ ("Sortie"));

  if (self->is_narrow && self->shows_list)
    {
      adw_window_title_set_title (self->title, _ ("Missions"));
      gtk_window_set_title (GTK_WINDOW (self), _ ("Sortie"));
      return;
    }
  adw_window_title_set_title (self->title, title);
  gtk_window_set_title (GTK_WINDOW (self), whole);
}

static void
update_panes (SortieWindow *self)
{
  gboolean sidebar = self->is_narrow ? self->shows_list
                                     : g_settings_get_boolean (self->settings, "sidebar-visible");

  gtk_widget_set_visible (self->sidebar, sidebar);
  gtk_widget_set_visible (self->main_pane, !self->is_narrow || !self->shows_list);
  gtk_widget_set_visible (self->back, (self->is_narrow && !self->shows_list) ||
                                          (!self->is_narrow && is_visit (get_page (self))));
  gtk_widget_set_visible (self->sidebar_button, !self->is_narrow); /* where Back does the same */
  /* The list is one step back, and the title has little room. */
  gtk_widget_set_visible (self->new_button, !self->is_narrow || self->shows_list);
  if (self->is_narrow)
    gtk_widget_add_css_class (GTK_WIDGET (self), "narrow");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "narrow");
  sortie_window_update_title (self);
  sortie_window_update_actions (self);
}

void
sortie_window_show_page (SortieWindow *self, const char *page)
{
  const char *now = get_page (self);

  if (is_visit (page) && !is_visit (now))
    {
      g_free (self->previous);
      self->previous = g_strdup (now);
    }
  gtk_stack_set_visible_child_name (self->stack, page);
  self->shows_list = FALSE;
  if (g_str_equal (page, "composer"))
    sortie_mission_list_view_select (self->missions, NULL);
  update_panes (self);
}

void
sortie_window_go_back (SortieWindow *self)
{
  const char *page = get_page (self);
  const char *previous = self->previous != NULL ? self->previous : "composer";

  if (is_visit (page))
    sortie_window_show_page (self, g_str_equal (previous, "mission") && self->mission == NULL
                                       ? "composer"
                                       : previous);
  else if (self->is_narrow)
    {
      self->shows_list = TRUE;
      update_panes (self);
    }
}

void
sortie_window_toggle_sidebar (SortieWindow *self)
{
  if (self->is_narrow)
    self->shows_list = !self->shows_list;
  else
    g_settings_set_boolean (self->settings, "sidebar-visible",
                            !g_settings_get_boolean (self->settings, "sidebar-visible"));
  update_panes (self);
}

/* ---- Narrow windows ---- */

static void
width_cb (SortieWindow *self)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (self));
  gboolean is_narrow = surface != NULL && gdk_surface_get_width (surface) < SORTIE_WINDOW_NARROW;

  if (is_narrow == self->is_narrow)
    return;
  self->is_narrow = is_narrow;
  self->shows_list = FALSE;
  update_panes (self);
}

void
sortie_window_realize_layout (SortieWindow *self)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (self));

  g_signal_connect_object (surface, "notify::width", G_CALLBACK (width_cb), self,
                           G_CONNECT_SWAPPED);
  width_cb (self);
}

/* ---- Panes that take whatever width there is ---- */

/* GtkPaned gives a child that may shrink less than it needs, and asks how high it is at that width. GTK
 * 4.18 warns of that. So each pane needs nothing itself, and what it cuts off has the width it needs. */

static int
measure_least_width (GtkWidget *child)
{
  int least = 0;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  return least;
}

static GtkSizeRequestMode
get_pane_mode_cb (GtkWidget *pane)
{
  return gtk_widget_get_request_mode (adw_bin_get_child (ADW_BIN (pane)));
}

static void
measure_pane_cb (GtkWidget *pane,
                 GtkOrientation orientation,
                 int for_size,
                 int *minimum,
                 int *natural,
                 int *minimum_baseline,
                 int *natural_baseline)
{
  GtkWidget *child = adw_bin_get_child (ADW_BIN (pane));

  if (orientation == GTK_ORIENTATION_VERTICAL && for_size >= 0)
    for_size = MAX (for_size, measure_least_width (child));
  gtk_widget_measure (child, orientation, for_size, minimum, natural, minimum_baseline,
                      natural_baseline);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = 0;
}

static void
allocate_pane_cb (GtkWidget *pane, int width, int height, int baseline)
{
  GtkWidget *child = adw_bin_get_child (ADW_BIN (pane));
  int needed = MAX (width, measure_least_width (child));
  int x = gtk_widget_get_direction (pane) == GTK_TEXT_DIR_RTL ? width - needed : 0;

  gtk_widget_size_allocate (child, &(GtkAllocation){ x, 0, needed, height }, baseline);
}

static void
let_shrink (GtkWidget *pane)
{
  gtk_widget_set_layout_manager (pane, gtk_custom_layout_new (get_pane_mode_cb, measure_pane_cb,
                                                              allocate_pane_cb));
}

/* ---- What is remembered ---- */

void
sortie_window_save_layout (SortieWindow *self)
{
  int width = 0;
  int height = 0;

  g_settings_delay (self->settings);
  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  if (!gtk_window_is_maximized (GTK_WINDOW (self)) && width > 0 && height > 0)
    {
      g_settings_set_int (self->settings, "window-width", width);
      g_settings_set_int (self->settings, "window-height", height);
    }
  g_settings_set_boolean (self->settings, "window-maximized",
                          gtk_window_is_maximized (GTK_WINDOW (self)));
  if (!self->is_narrow && gtk_widget_get_visible (self->sidebar))
    g_settings_set_int (self->settings, "sidebar-width",
                        MAX (gtk_paned_get_position (self->paned), LEAST_SIDEBAR));
  g_settings_set_int (self->settings, "diagram-height",
                      MAX (gtk_paned_get_position (self->sidebar_paned), LEAST_DIAGRAM));
  g_settings_apply (self->settings);
}

void
sortie_window_init_layout (SortieWindow *self)
{
  self->shows_list = FALSE;
  let_shrink (self->sidebar);
  let_shrink (self->main_pane);
  gtk_window_set_default_size (GTK_WINDOW (self),
                               g_settings_get_int (self->settings, "window-width"),
                               g_settings_get_int (self->settings, "window-height"));
  if (g_settings_get_boolean (self->settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  gtk_paned_set_position (self->paned, g_settings_get_int (self->settings, "sidebar-width"));
  gtk_paned_set_position (self->sidebar_paned,
                          g_settings_get_int (self->settings, "diagram-height"));
  sortie_diagram_view_set_large (self->large_diagram, TRUE);
  update_panes (self);
}
