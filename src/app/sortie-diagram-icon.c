/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-diagram-icon.h"

#define DETAIL 2 /* pixels a pixel: it is shown at other zooms than 1, and exported */

struct _SortieDiagramIcon
{
  GtkWidget parent_instance;
  const char *name;            /* static */
  GtkIconPaintable *paintable; /* (nullable): looked up when it is drawn */
  int scale;                   /* for which it was looked up */
};

G_DEFINE_FINAL_TYPE (SortieDiagramIcon, sortie_diagram_icon, GTK_TYPE_WIDGET)

static void
sortie_diagram_icon_measure (GtkWidget *widget,
                             GtkOrientation orientation,
                             int for_size,
                             int *minimum,
                             int *natural,
                             int *minimum_baseline,
                             int *natural_baseline)
{
  *minimum = *natural = SORTIE_DIAGRAM_ICON_SIZE;
}

static void
ensure_paintable (SortieDiagramIcon *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  int scale = DETAIL * gtk_widget_get_scale_factor (widget);

  if (self->paintable != NULL && self->scale == scale)
    return;
  g_clear_object (&self->paintable);
  self->scale = scale;
  self->paintable =
      gtk_icon_theme_lookup_icon (gtk_icon_theme_get_for_display (gtk_widget_get_display (widget)),
                                  self->name, NULL, SORTIE_DIAGRAM_ICON_SIZE, scale,
                                  gtk_widget_get_direction (widget),
                                  GTK_ICON_LOOKUP_FORCE_SYMBOLIC);
}

static void
sortie_diagram_icon_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SortieDiagramIcon *self = SORTIE_DIAGRAM_ICON (widget);
  graphene_point_t origin;
  GdkRGBA color;

  if (self->name == NULL)
    return;
  ensure_paintable (self);
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  origin.x = (float) (gtk_widget_get_width (widget) - SORTIE_DIAGRAM_ICON_SIZE) / 2;
  origin.y = (float) (gtk_widget_get_height (widget) - SORTIE_DIAGRAM_ICON_SIZE) / 2;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &origin);
  gtk_symbolic_paintable_snapshot_symbolic (GTK_SYMBOLIC_PAINTABLE (self->paintable), snapshot,
                                            SORTIE_DIAGRAM_ICON_SIZE, SORTIE_DIAGRAM_ICON_SIZE,
                                            &color, 1);
  gtk_snapshot_restore (snapshot);
}

static void
sortie_diagram_icon_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  if (setting == GTK_SYSTEM_SETTING_ICON_THEME)
    g_clear_object (&SORTIE_DIAGRAM_ICON (widget)->paintable);
  GTK_WIDGET_CLASS (sortie_diagram_icon_parent_class)->system_setting_changed (widget, setting);
}

static void
sortie_diagram_icon_dispose (GObject *object)
{
  g_clear_object (&SORTIE_DIAGRAM_ICON (object)->paintable);
  G_OBJECT_CLASS (sortie_diagram_icon_parent_class)->dispose (object);
}

static void
sortie_diagram_icon_class_init (SortieDiagramIconClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_diagram_icon_dispose;
  widget_class->measure = sortie_diagram_icon_measure;
  widget_class->snapshot = sortie_diagram_icon_snapshot;
  widget_class->system_setting_changed = sortie_diagram_icon_system_setting_changed;
  gtk_widget_class_set_css_name (widget_class, "image");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
sortie_diagram_icon_init (SortieDiagramIcon *self)
{
}

void
sortie_diagram_icon_set_name (SortieDiagramIcon *self, const char *name)
{
  if (g_strcmp0 (self->name, name) == 0)
    return;
  self->name = name;
  g_clear_object (&self->paintable);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
