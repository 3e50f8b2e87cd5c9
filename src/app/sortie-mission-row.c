/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-mission-row.h"

#include "sortie-mission-words.h"

struct _SortieMissionRow
{
  GtkWidget parent_instance;
  SortieMissionItem *item; /* (nullable) */
  GSignalGroup *signals;
  GtkStack *status;
  GtkImage *icon;
  GtkSpinner *spinner;
  GtkLabel *title;
  GtkLabel *subtitle;
};

G_DEFINE_FINAL_TYPE (SortieMissionRow, sortie_mission_row, GTK_TYPE_WIDGET)

void
sortie_mission_row_update_time (SortieMissionRow *self)
{
  SortieMissionState state;
  g_autofree char *time = NULL;
  g_autofree char *text = NULL;
  gint64 when;

  if (self->item == NULL)
    return;
  state = sortie_mission_item_get_state (self->item);
  when = sortie_mission_item_get_finished (self->item);
  if (when == 0)
    when = sortie_mission_item_get_created (self->item);
  time = sortie_mission_words_dup_time (when, g_get_real_time () / 1000);
  if (*time != '\0')
    text = g_strdup_printf ("%s · %s", sortie_mission_words_get_state (state), time);
  gtk_label_set_text (self->subtitle, text != NULL ? text : sortie_mission_words_get_state (state));
}

/* The list's own widget around the row is what a screen reader meets. */
static void
describe (SortieMissionRow *self)
{
  GtkWidget *item = gtk_widget_get_parent (GTK_WIDGET (self));
  g_autofree char *text =
      g_strdup_printf ("%s, %s", sortie_mission_item_get_title (self->item),
                       sortie_mission_words_get_state (sortie_mission_item_get_state (self->item)));

  gtk_accessible_update_property (GTK_ACCESSIBLE (item != NULL ? item : GTK_WIDGET (self)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
show_state (SortieMissionRow *self)
{
  SortieMissionState state = sortie_mission_item_get_state (self->item);
  const char *icon = sortie_mission_words_get_icon (state);
  const char *class = sortie_mission_words_get_class (state);
  const char *classes[] = { class, NULL };

  gtk_widget_set_css_classes (GTK_WIDGET (self->icon), classes);
  if (icon != NULL)
    gtk_image_set_from_icon_name (self->icon, icon);
  gtk_spinner_set_spinning (self->spinner, icon == NULL);
  gtk_stack_set_visible_child (self->status,
                               icon != NULL ? GTK_WIDGET (self->icon) : GTK_WIDGET (self->spinner));
  sortie_mission_row_update_time (self);
}

static void
state_cb (SortieMissionRow *self)
{
  show_state (self);
  describe (self);
}

static void
title_cb (SortieMissionRow *self)
{
  gtk_label_set_text (self->title, sortie_mission_item_get_title (self->item));
  describe (self);
}

/* Where the title does not fit; it is made when somebody asks, not for each row that scrolls by. */
static gboolean
sortie_mission_row_query_tooltip (
    GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  SortieMissionRow *self = SORTIE_MISSION_ROW (widget);

  if (self->item == NULL || !pango_layout_is_ellipsized (gtk_label_get_layout (self->title)))
    return FALSE;
  gtk_tooltip_set_text (tooltip, sortie_mission_item_get_title (self->item));
  return TRUE;
}

static void
sortie_mission_row_dispose (GObject *object)
{
  SortieMissionRow *self = SORTIE_MISSION_ROW (object);
  GtkWidget *child;

  g_clear_object (&self->signals);
  g_clear_object (&self->item);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (sortie_mission_row_parent_class)->dispose (object);
}

static void
sortie_mission_row_class_init (SortieMissionRowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_mission_row_dispose;
  widget_class->query_tooltip = sortie_mission_row_query_tooltip;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/mission-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieMissionRow, status);
  gtk_widget_class_bind_template_child (widget_class, SortieMissionRow, icon);
  gtk_widget_class_bind_template_child (widget_class, SortieMissionRow, spinner);
  gtk_widget_class_bind_template_child (widget_class, SortieMissionRow, title);
  gtk_widget_class_bind_template_child (widget_class, SortieMissionRow, subtitle);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "missionrow");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
sortie_mission_row_init (SortieMissionRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  self->signals = g_signal_group_new (SORTIE_TYPE_MISSION_ITEM);
  g_signal_group_connect_swapped (self->signals, "notify::state", G_CALLBACK (state_cb), self);
  g_signal_group_connect_swapped (self->signals, "notify::title", G_CALLBACK (title_cb), self);
}

GtkWidget *
sortie_mission_row_new (void)
{
  return g_object_new (SORTIE_TYPE_MISSION_ROW, NULL);
}

void
sortie_mission_row_set_item (SortieMissionRow *self, SortieMissionItem *item)
{
  if (!g_set_object (&self->item, item))
    return;
  g_signal_group_set_target (self->signals, item);
  if (item == NULL)
    {
      gtk_spinner_set_spinning (self->spinner, FALSE);
      return;
    }
  gtk_label_set_text (self->title, sortie_mission_item_get_title (item));
  show_state (self);
  describe (self);
}

SortieMissionItem *
sortie_mission_row_get_item (SortieMissionRow *self)
{
  return self->item;
}
