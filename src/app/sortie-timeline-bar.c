/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-timeline-bar.h"

#include "sortie-pane-words.h"

#include <glib/gi18n.h>

struct _SortieTimelineBar
{
  GtkWidget parent_instance;
  GtkWidget *wait; /* the part in which it stood in a queue */
  GtkWidget *run;
  GtkImage *icon;
  GtkLabel *label;
  int step;
  int attempt;
  gint64 begin;
  gint64 started; /* where waiting ends and running begins */
  gint64 end;
  int state; /* SortieModelStepState; -1 before the first update */
};

G_DEFINE_FINAL_TYPE (SortieTimelineBar, sortie_timeline_bar, GTK_TYPE_WIDGET)

enum
{
  CHOSEN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static const char *const icons[] = {
  NULL, NULL, NULL, "view-refresh-symbolic", "object-select-symbolic", "dialog-error-symbolic",
  NULL,
};

/* "Failed after 410 ms and will be tried again" */
static char *
dup_state (const SortieModelAttempt *attempt, const char *duration)
{
  switch (attempt->state)
    {
    case SORTIE_MODEL_STEP_RUNNING:
      /* Translators: %s is a duration */
      return g_strdup_printf (_ ("Running for %s"), duration);
    case SORTIE_MODEL_STEP_RETRYING:
      /* Translators: %s is a duration */
      return g_strdup_printf (_ ("Failed after %s, tried again"), duration);
    case SORTIE_MODEL_STEP_COMPLETED:
      /* Translators: %s is a duration */
      return g_strdup_printf (_ ("Done in %s"), duration);
    case SORTIE_MODEL_STEP_DEAD_LETTERED:
      /* Translators: %s is a duration */
      return g_strdup_printf (_ ("Failed after %s, given up"), duration);
    case SORTIE_MODEL_STEP_DROPPED:
      /* Translators: an attempt whose result nobody waits for any more; %s is a duration */
      return g_strdup_printf (_ ("Dropped after %s"), duration);
    case SORTIE_MODEL_STEP_PENDING:
    case SORTIE_MODEL_STEP_QUEUED:
    default:
      return g_strdup (_ ("Waiting for a worker"));
    }
}

static char *
dup_description (SortieTimelineBar *self,
                 const SortieModelStep *step,
                 const SortieModelAttempt *attempt,
                 const char *duration)
{
  g_autofree char *agent = sortie_pane_dup_source (step->agent);
  g_autofree char *state = dup_state (attempt, duration);
  g_autofree char *waited = sortie_pane_dup_duration (self->started - self->begin);
  GString *out = g_string_new (NULL);

  /* Translators: agent, number of the step, number of the attempt at it */
  g_string_append_printf (out, _ ("%s, step %d, attempt %d"), agent, self->step, self->attempt);
  g_string_append_printf (out, "\n%s", state);
  if (self->started > self->begin)
    {
      g_string_append_c (out, '\n');
      /* Translators: %s is a duration */
      g_string_append_printf (out, _ ("Waited %s"), waited);
    }
  return g_string_free (out, FALSE);
}

void
sortie_timeline_bar_update (SortieTimelineBar *self,
                            const SortieModelStep *step,
                            const SortieModelAttempt *attempt,
                            gint64 now)
{
  gboolean runs = attempt->state != SORTIE_MODEL_STEP_QUEUED;
  g_autofree char *duration = NULL, *description = NULL;

  self->begin = attempt->queued > 0 ? attempt->queued : attempt->started;
  self->end = MAX (attempt->ended > 0 ? attempt->ended : now, self->begin);
  self->started = runs && attempt->started > 0 ? attempt->started : self->end;
  if (runs && attempt->started == 0)
    self->started = self->begin;
  self->started = CLAMP (self->started, self->begin, self->end);
  duration = sortie_pane_dup_duration (self->end - self->started);
  description = dup_description (self, step, attempt, duration);

  if (self->state != (int) attempt->state)
    {
      if (self->state >= 0)
        gtk_widget_remove_css_class (GTK_WIDGET (self), sortie_model_step_state_to_string (
                                                            (SortieModelStepState) self->state));
      gtk_widget_add_css_class (GTK_WIDGET (self),
                                sortie_model_step_state_to_string (attempt->state));
      self->state = (int) attempt->state;
      gtk_image_set_from_icon_name (self->icon, icons[attempt->state]);
      gtk_widget_set_visible (GTK_WIDGET (self->icon), icons[attempt->state] != NULL);
    }
  gtk_label_set_text (self->label, duration);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), description);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, description,
                                  -1);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
choose (SortieTimelineBar *self)
{
  g_signal_emit (self, signals[CHOSEN], 0);
}

static gboolean
choose_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  choose (SORTIE_TIMELINE_BAR (widget));
  return TRUE;
}

static void
action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  choose (SORTIE_TIMELINE_BAR (widget));
}

/* ---- Layout ---- */

static void
sortie_timeline_bar_measure (GtkWidget *widget,
                             GtkOrientation orientation,
                             int for_size,
                             int *minimum,
                             int *natural,
                             int *minimum_baseline,
                             int *natural_baseline)
{
  SortieTimelineBar *self = SORTIE_TIMELINE_BAR (widget);
  int least;

  gtk_widget_measure (self->run, GTK_ORIENTATION_VERTICAL, -1, &least, NULL, NULL, NULL);
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? least : 1;
}

static void
allocate_part (GtkWidget *part, int x, int width, int height)
{
  gtk_widget_set_child_visible (part, width > 0);
  if (width > 0)
    gtk_widget_allocate (part, width, height, -1,
                         gsk_transform_translate (NULL, &GRAPHENE_POINT_INIT ((float) x, 0)));
}

static void
sortie_timeline_bar_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SortieTimelineBar *self = SORTIE_TIMELINE_BAR (widget);
  gint64 length = self->end - self->begin;
  int waited = length > 0 ? (int) ((self->started - self->begin) * width / length) : 0;
  gboolean runs = self->state != SORTIE_MODEL_STEP_QUEUED;
  int run_width, text_width, icon_width;

  if (!runs)
    waited = width;
  else if (width - waited < 4) /* what ran shortly is still seen */
    waited = MAX (width - 4, 0);
  run_width = width - waited;
  allocate_part (self->wait, 0, waited, height);

  gtk_widget_measure (GTK_WIDGET (self->icon), GTK_ORIENTATION_HORIZONTAL, -1, NULL, &icon_width,
                      NULL, NULL);
  gtk_widget_measure (GTK_WIDGET (self->label), GTK_ORIENTATION_HORIZONTAL, -1, NULL, &text_width,
                      NULL, NULL);
  gtk_widget_set_child_visible (GTK_WIDGET (self->icon), run_width >= icon_width + 4);
  gtk_widget_set_child_visible (GTK_WIDGET (self->label),
                                run_width >= icon_width + text_width + 12);
  allocate_part (self->run, waited, run_width, height);
}

/* Icon and label beside each other where they fit; the run itself never asks for room. */
static void
measure_run (GtkWidget *widget,
             GtkOrientation orientation,
             int for_size,
             int *minimum,
             int *natural,
             int *minimum_baseline,
             int *natural_baseline)
{
  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    return;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int least;

      gtk_widget_measure (child, orientation, -1, &least, NULL, NULL, NULL);
      *minimum = *natural = MAX (*minimum, least);
    }
}

static void
allocate_run (GtkWidget *widget, int width, int height, int baseline)
{
  int x = 4;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int wanted;

      if (!gtk_widget_should_layout (child))
        continue;
      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &wanted, NULL, NULL);
      gtk_widget_allocate (child, wanted, height, -1,
                           gsk_transform_translate (NULL, &GRAPHENE_POINT_INIT ((float) x, 0)));
      x += wanted + 4;
    }
}

/* ---- The object ---- */

static void
sortie_timeline_bar_dispose (GObject *object)
{
  SortieTimelineBar *self = SORTIE_TIMELINE_BAR (object);

  g_clear_pointer (&self->wait, gtk_widget_unparent);
  g_clear_pointer (&self->run, gtk_widget_unparent);
  G_OBJECT_CLASS (sortie_timeline_bar_parent_class)->dispose (object);
}

static void
sortie_timeline_bar_class_init (SortieTimelineBarClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  const guint keys[] = { GDK_KEY_Return, GDK_KEY_KP_Enter, GDK_KEY_space };

  G_OBJECT_CLASS (class)->dispose = sortie_timeline_bar_dispose;
  widget_class->measure = sortie_timeline_bar_measure;
  widget_class->size_allocate = sortie_timeline_bar_size_allocate;
  signals[CHOSEN] = g_signal_new ("chosen", SORTIE_TYPE_TIMELINE_BAR, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding (widget_class, keys[i], 0, choose_cb, NULL);
  gtk_widget_class_install_action (widget_class, "bar.show", NULL, action_cb);
  gtk_widget_class_set_css_name (widget_class, "timelinebar");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
}

static void
sortie_timeline_bar_init (SortieTimelineBar *self)
{
  GtkWidget *run =
      g_object_new (GTK_TYPE_BOX, "css-name", "run", "overflow", GTK_OVERFLOW_HIDDEN, NULL);

  self->state = -1;
  self->wait = g_object_new (GTK_TYPE_BOX, "css-name", "wait", NULL);
  self->icon = GTK_IMAGE (gtk_image_new ());
  self->label = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->label), "numeric");
  gtk_widget_set_parent (GTK_WIDGET (self->icon), run);
  gtk_widget_set_parent (GTK_WIDGET (self->label), run);
  gtk_widget_set_layout_manager (run, gtk_custom_layout_new (NULL, measure_run, allocate_run));
  self->run = run;
  gtk_widget_set_parent (self->wait, GTK_WIDGET (self));
  gtk_widget_set_parent (self->run, GTK_WIDGET (self));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
}

GtkWidget *
sortie_timeline_bar_new (int step, int attempt)
{
  SortieTimelineBar *self = g_object_new (SORTIE_TYPE_TIMELINE_BAR, NULL);

  self->step = step;
  self->attempt = attempt;
  return GTK_WIDGET (self);
}

int
sortie_timeline_bar_get_step (SortieTimelineBar *self)
{
  return self->step;
}

int
sortie_timeline_bar_get_attempt (SortieTimelineBar *self)
{
  return self->attempt;
}

gint64
sortie_timeline_bar_get_begin (SortieTimelineBar *self)
{
  return self->begin;
}

gint64
sortie_timeline_bar_get_end (SortieTimelineBar *self)
{
  return self->end;
}
