/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-telemetry-row.h"

#include "sortie-pane-words.h"
#include "sortie-shown-text.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_MESSAGE 600 /* bytes of a message that a line shows; the details have more */
#define MAX_CODE 64
#define SPACING 9
#define NARROW 560 /* pixels of width under which the code column is left out */

enum
{
  TIME,
  LEVEL,
  SOURCE,
  CODE,
  MESSAGE,
  N_CELLS,
};

struct _SortieTelemetryRow
{
  GtkWidget parent_instance;
  GtkWidget *cells[N_CELLS];
  GtkWidget *sample;   /* (nullable) of a header: the line whose columns it has */
  SortieEventRow *row; /* (nullable) */
  const char *source_class;
  guint tick; /* brings a draft's numbers up to date with the next frame */
};

G_DEFINE_FINAL_TYPE (SortieTelemetryRow, sortie_telemetry_row, GTK_TYPE_WIDGET)

char *
sortie_telemetry_dup_message (SortieEventRow *row, guint64 n_chunks, guint64 n_bytes)
{
  const SortieEvent *event = sortie_event_row_get_event (row);
  g_autofree char *size = NULL, *chunks = NULL;

  if (sortie_event_row_get_refusal (row) != NULL)
    {
      g_autofree char *shown = sortie_shown_line (event->message, MAX_MESSAGE);

      /* Translators: an event that makes no sense; %s is what it says, or the reason */
      return g_strdup_printf (_ ("Not applied: %s"), shown);
    }
  if (event->type != SORTIE_EVENT_PARTIAL_OUTPUT)
    return sortie_shown_line (event->message, MAX_MESSAGE);
  size = sortie_pane_dup_size (n_bytes);
  chunks =
      g_strdup_printf (ngettext ("%u chunk", "%u chunks", sortie_pane_count ((gint64) n_chunks)),
                       sortie_pane_count ((gint64) n_chunks));
  /* Translators: a draft of the report: its number, how many chunks it came in, their size */
  return g_strdup_printf (_ ("Draft %d · %s · %s"), event->draft, chunks, size);
}

void
sortie_telemetry_count_chunks (SortieEventRow *row,
                               SortieLiveMission *mission,
                               guint limit,
                               guint64 *n_chunks,
                               guint64 *n_bytes)
{
  const SortieEvent *first = sortie_event_row_get_event (row);

  *n_chunks = sortie_event_row_get_n_chunks (row);
  *n_bytes = sortie_event_row_get_n_bytes (row);
  if (first->type != SORTIE_EVENT_PARTIAL_OUTPUT || mission == NULL ||
      sortie_event_row_get_refusal (row) != NULL ||
      limit >= sortie_live_mission_get_n_events (mission))
    return;
  *n_chunks = *n_bytes = 0;
  for (guint i = sortie_event_row_get_index (row); i < limit; i++)
    {
      const SortieEvent *event = sortie_live_mission_get_event (mission, i);

      if (event->type != SORTIE_EVENT_PARTIAL_OUTPUT || event->draft != first->draft)
        continue;
      *n_chunks += 1;
      *n_bytes += strlen (event->message);
    }
}

static void
show_message (SortieTelemetryRow *self, guint64 n_chunks, guint64 n_bytes)
{
  g_autofree char *message = sortie_telemetry_dup_message (self->row, n_chunks, n_bytes);

  gtk_inscription_set_text (GTK_INSCRIPTION (self->cells[MESSAGE]), message);
}

/* The list's own widget around the line is what a screen reader meets. */
static void
describe (SortieTelemetryRow *self)
{
  GtkWidget *item = gtk_widget_get_parent (GTK_WIDGET (self));
  g_autofree char *text =
      g_strdup_printf ("%s, %s, %s, %s", gtk_label_get_text (GTK_LABEL (self->cells[SOURCE])),
                       gtk_inscription_get_text (GTK_INSCRIPTION (self->cells[CODE])),
                       gtk_inscription_get_text (GTK_INSCRIPTION (self->cells[MESSAGE])),
                       gtk_inscription_get_text (GTK_INSCRIPTION (self->cells[TIME])));

  gtk_accessible_update_property (GTK_ACCESSIBLE (item != NULL ? item : GTK_WIDGET (self)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  SortieTelemetryRow *self = SORTIE_TELEMETRY_ROW (widget);

  self->tick = 0;
  if (self->row != NULL)
    {
      show_message (self, sortie_event_row_get_n_chunks (self->row),
                    sortie_event_row_get_n_bytes (self->row));
      describe (self);
    }
  return G_SOURCE_REMOVE;
}

static void
grown_cb (SortieTelemetryRow *self)
{
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
let_go (SortieTelemetryRow *self)
{
  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  if (self->row != NULL)
    g_signal_handlers_disconnect_by_data (self->row, self);
  g_clear_object (&self->row);
}

static void
show_level (SortieTelemetryRow *self, SortieEventLevel level)
{
  GtkWidget *icon = self->cells[LEVEL];

  gtk_widget_remove_css_class (GTK_WIDGET (self), "warning-level");
  gtk_widget_remove_css_class (GTK_WIDGET (self), "error-level");
  if (level == SORTIE_EVENT_LEVEL_NORMAL)
    {
      gtk_image_clear (GTK_IMAGE (icon));
      gtk_widget_set_tooltip_text (icon, NULL);
      return;
    }
  gtk_widget_add_css_class (GTK_WIDGET (self),
                            level == SORTIE_EVENT_LEVEL_ERROR ? "error-level" : "warning-level");
  gtk_image_set_from_icon_name (GTK_IMAGE (icon), level == SORTIE_EVENT_LEVEL_ERROR
                                                      ? "dialog-error-symbolic"
                                                      : "dialog-warning-symbolic");
  gtk_widget_set_tooltip_text (icon,
                               level == SORTIE_EVENT_LEVEL_ERROR ? _ ("Error") : _ ("Warning"));
}

void
sortie_telemetry_row_bind (SortieTelemetryRow *self,
                           SortieEventRow *row,
                           SortieLiveMission *mission,
                           guint limit)
{
  g_autofree char *time = NULL, *source = NULL, *code = NULL;
  const SortieEvent *event;
  guint64 n_chunks, n_bytes;

  let_go (self);
  if (row == NULL)
    return;
  self->row = g_object_ref (row);
  event = sortie_event_row_get_event (row);
  time = sortie_pane_dup_clock (event->timestamp);
  source = sortie_pane_dup_source (event->source);
  code = sortie_shown_line (event->code, MAX_CODE);
  gtk_inscription_set_text (GTK_INSCRIPTION (self->cells[TIME]), time);
  gtk_inscription_set_text (GTK_INSCRIPTION (self->cells[CODE]), code);
  gtk_label_set_text (GTK_LABEL (self->cells[SOURCE]), source);
  if (self->source_class != NULL)
    gtk_widget_remove_css_class (self->cells[SOURCE], self->source_class);
  self->source_class = sortie_pane_get_source_class (event->source);
  gtk_widget_add_css_class (self->cells[SOURCE], self->source_class);
  show_level (self, sortie_event_row_get_level (row));
  sortie_telemetry_count_chunks (row, mission, limit, &n_chunks, &n_bytes);
  show_message (self, n_chunks, n_bytes);
  describe (self);
  if (event->type == SORTIE_EVENT_PARTIAL_OUTPUT && limit == G_MAXUINT)
    g_signal_connect_swapped (row, "notify::n-chunks", G_CALLBACK (grown_cb), self);
}

/* ---- Columns ---- */

static int
measure_cell (SortieTelemetryRow *self, int cell)
{
  GtkWidget *measured = self->cells[cell];
  int natural;

  if (self->sample != NULL)
    measured = SORTIE_TELEMETRY_ROW (self->sample)->cells[cell];
  gtk_widget_measure (measured, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
  return natural;
}

static void
sortie_telemetry_row_measure (GtkWidget *widget,
                              GtkOrientation orientation,
                              int for_size,
                              int *minimum,
                              int *natural,
                              int *minimum_baseline,
                              int *natural_baseline)
{
  SortieTelemetryRow *self = SORTIE_TELEMETRY_ROW (widget);

  *minimum = *natural = 0;
  for (int i = 0; i < N_CELLS; i++)
    {
      int least, wanted;

      gtk_widget_measure (self->cells[i], orientation, -1, &least, &wanted, NULL, NULL);
      if (orientation == GTK_ORIENTATION_VERTICAL)
        {
          *minimum = MAX (*minimum, least);
          *natural = MAX (*natural, wanted);
          continue;
        }
      if (i != MESSAGE && i != CODE)
        *minimum += wanted + SPACING;
      *natural += wanted + (i != MESSAGE ? SPACING : 0);
    }
}

static void
sortie_telemetry_row_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SortieTelemetryRow *self = SORTIE_TELEMETRY_ROW (widget);
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int x = 0;

  gtk_widget_set_child_visible (self->cells[CODE], width >= NARROW);
  for (int i = 0; i < N_CELLS; i++)
    {
      int wanted = i == MESSAGE ? MAX (width - x, 1) : measure_cell (self, i);
      int cell_height;
      GskTransform *place;

      if (!gtk_widget_get_child_visible (self->cells[i]))
        continue;
      gtk_widget_measure (self->cells[i], GTK_ORIENTATION_VERTICAL, wanted, NULL, &cell_height,
                          NULL, NULL);
      cell_height = MIN (cell_height, height);
      place = gsk_transform_translate (NULL,
                                       &GRAPHENE_POINT_INIT ((float) (mirrored ? width - x - wanted
                                                                               : x),
                                                             (float) ((height - cell_height) / 2)));
      gtk_widget_allocate (self->cells[i], wanted, cell_height, -1, place);
      x += wanted + SPACING;
    }
}

/* ---- The object ---- */

static void
sortie_telemetry_row_dispose (GObject *object)
{
  SortieTelemetryRow *self = SORTIE_TELEMETRY_ROW (object);

  let_go (self);
  for (int i = 0; i < N_CELLS; i++)
    g_clear_pointer (&self->cells[i], gtk_widget_unparent);
  g_clear_pointer (&self->sample, gtk_widget_unparent);
  G_OBJECT_CLASS (sortie_telemetry_row_parent_class)->dispose (object);
}

static void
sortie_telemetry_row_class_init (SortieTelemetryRowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_telemetry_row_dispose;
  widget_class->measure = sortie_telemetry_row_measure;
  widget_class->size_allocate = sortie_telemetry_row_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "telemetryrow");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

/* An inscription is as wide as we say, whatever it holds: columns stand still while one scrolls. */
static GtkWidget *
new_cell (guint n_chars, const char *css_class)
{
  GtkWidget *cell = gtk_inscription_new (NULL);

  gtk_inscription_set_min_chars (GTK_INSCRIPTION (cell), MIN (n_chars, 4));
  gtk_inscription_set_nat_chars (GTK_INSCRIPTION (cell), n_chars);
  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (cell),
                                     GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  if (css_class != NULL)
    gtk_widget_add_css_class (cell, css_class);
  return cell;
}

static void
sortie_telemetry_row_init (SortieTelemetryRow *self)
{
  GtkWidget *source = gtk_label_new (NULL);

  self->cells[TIME] = new_cell (12, "time");
  self->cells[LEVEL] = gtk_image_new ();
  gtk_label_set_width_chars (GTK_LABEL (source), 11);
  gtk_label_set_max_width_chars (GTK_LABEL (source), 11);
  gtk_label_set_ellipsize (GTK_LABEL (source), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (source, "badge");
  self->cells[SOURCE] = source;
  self->cells[CODE] = new_cell (20, "code");
  self->cells[MESSAGE] = new_cell (40, "message");
  for (int i = 0; i < N_CELLS; i++)
    gtk_widget_set_parent (self->cells[i], GTK_WIDGET (self));
}

GtkWidget *
sortie_telemetry_row_new (void)
{
  return g_object_new (SORTIE_TYPE_TELEMETRY_ROW, NULL);
}

GtkWidget *
sortie_telemetry_row_new_header (void)
{
  SortieTelemetryRow *self = g_object_new (SORTIE_TYPE_TELEMETRY_ROW, NULL);

  gtk_widget_add_css_class (GTK_WIDGET (self), "header");
  self->sample = g_object_new (SORTIE_TYPE_TELEMETRY_ROW, NULL);
  gtk_widget_set_parent (self->sample, GTK_WIDGET (self));
  gtk_widget_set_child_visible (self->sample, FALSE);
  gtk_widget_remove_css_class (self->cells[SOURCE], "badge");
  /* Translators: the column with the time of day */
  gtk_inscription_set_text (GTK_INSCRIPTION (self->cells[TIME]), _ ("Time"));
  /* Translators: the column that tells who said something: an agent or the system */
  gtk_label_set_text (GTK_LABEL (self->cells[SOURCE]), _ ("Source"));
  gtk_label_set_xalign (GTK_LABEL (self->cells[SOURCE]), 0);
  /* Translators: the column with an event’s stable identifier */
  gtk_inscription_set_text (GTK_INSCRIPTION (self->cells[CODE]), _ ("Code"));
  /* Translators: the column with what was said */
  gtk_inscription_set_text (GTK_INSCRIPTION (self->cells[MESSAGE]), _ ("Message"));
  return GTK_WIDGET (self);
}
