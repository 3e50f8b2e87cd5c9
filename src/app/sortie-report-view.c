/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-report-view.h"

#include "sortie-citation-popover.h"
#include "sortie-report-links.h"
#include "sortie-report-prefix.h"
#include "sortie-report-scroll.h"
#include "sortie-report-view-private.h"
#include "sortie-sources-list.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#define MIN_ZOOM 0.5
#define MAX_ZOOM 3.0
#define MARGINS (2 * SORTIE_REPORT_MARGIN)
#define WIDTH_STEP 48 /* tables are made anew when the room for them changed by so much */

struct _SortieReportView
{
  GtkWidget parent_instance;
  GtkStack *stack;
  GtkImage *empty_icon;
  GtkLabel *empty_title;
  GtkLabel *empty_text;
  GtkMenuButton *drafts;
  GtkLabel *written_by;
  GtkToggleButton *sources_button;
  GtkLabel *sources_label;
  GtkWidget *unsupported_icon;
  SortieReportFind *find;
  GtkScrolledWindow *scroller;
  AdwClampScrollable *clamp;
  SortieReportText *text;
  SortieSourcesList *sources;
  GtkWidget *popover;
  GtkWidget *focus_after; /* (nullable): what gets the focus when the popover closes */
  GActionGroup *actions;
  SortieReportScroll *scroll;
  SortieLiveMission *mission; /* (nullable) */
  SortieReportData *data;
  double zoom;
  int chosen;                /* a draft's number; 0 for the current one */
  int shown;                 /* the number of the draft in the buffer; 0 for none */
  SortieReportPrefix prefix; /* of it */
  gboolean check;            /* they may have changed */
  gboolean anew;             /* they are to be shown anew */
  gboolean status;           /* what is said about the draft may have changed */
  gboolean complete;         /* the data of the complete draft are shown */
  int width;
  guint tick;
  guint work;
  GArray *timings; /* (nullable): SortieReportTiming */
};

G_DEFINE_FINAL_TYPE (SortieReportView, sortie_report_view, GTK_TYPE_WIDGET)

enum
{
  PROP_ZOOM = 1,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

/* ---- What is shown ---- */

const SortieModelDraft *
sortie_report_view_get_draft (SortieReportView *self)
{
  return self->mission != NULL ? sortie_report_find_draft (self->mission, self->chosen) : NULL;
}

SortieReportFind *
sortie_report_view_get_find (SortieReportView *self)
{
  return self->find;
}

char *
sortie_report_view_dup_name (SortieReportView *self)
{
  return sortie_report_dup_name (self->mission);
}

/* ---- Waiting ---- */

static void
show_waiting (SortieReportView *self)
{
  const char *icon;
  const char *title;
  const char *text;

  sortie_report_describe_waiting (self->mission, &icon, &title, &text);
  gtk_image_set_from_icon_name (self->empty_icon, icon);
  gtk_label_set_text (self->empty_title, title);
  gtk_label_set_text (self->empty_text, text);
  gtk_stack_set_visible_child_name (self->stack, "empty");
}

/* ---- The bar ---- */

static void
show_drafts (SortieReportView *self, const SortieModelDraft *draft)
{
  const SortieMissionModel *model = sortie_live_mission_get_model (self->mission);
  g_autofree char *writer = sortie_report_dup_writer (self->mission, draft);
  g_autofree char *name = sortie_report_dup_draft_name (model, draft);
  gboolean several = sortie_mission_model_get_n_drafts (model) > 1;

  gtk_widget_set_visible (GTK_WIDGET (self->drafts), several);
  if (several)
    {
      g_autoptr (GMenuModel) menu = sortie_report_new_drafts_menu (model);

      gtk_menu_button_set_label (self->drafts, name);
      gtk_menu_button_set_menu_model (self->drafts, menu);
    }
  gtk_label_set_text (self->written_by, writer != NULL ? writer : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->written_by), writer);
  gtk_widget_set_visible (GTK_WIDGET (self->written_by), writer != NULL);
  if (g_strcmp0 (sortie_model_draft_get_written_by (draft), "deterministic") == 0)
    gtk_widget_add_css_class (GTK_WIDGET (self->written_by), "without-model");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->written_by), "without-model");
}

static void
show_sources (SortieReportView *self)
{
  guint n_sources = self->data != NULL ? self->data->sources->len : 0;
  guint n_unsupported = self->data != NULL ? self->data->unsupported->len : 0;
  g_autofree char *label =
      g_strdup_printf (ngettext ("%u Source", "%u Sources", n_sources), n_sources);
  g_autofree char *tip = g_strdup_printf (
      ngettext ("Sources, and a note on %u sentence that shares little with what it cites",
                "Sources, and a note on %u sentences that share little with what they cite",
                n_unsupported),
      n_unsupported);

  gtk_label_set_text (self->sources_label, label);
  gtk_widget_set_visible (GTK_WIDGET (self->sources_button), n_sources + n_unsupported > 0);
  gtk_widget_set_visible (self->unsupported_icon, n_unsupported > 0);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->sources_button),
                               n_unsupported > 0 ? tip : _ ("What the report cites"));
  if (n_sources + n_unsupported == 0)
    gtk_toggle_button_set_active (self->sources_button, FALSE);
  sortie_sources_list_set_data (self->sources, self->data);
}

/* What `draft.completed` told: sources and marks. */
static void
show_data (SortieReportView *self, const SortieModelDraft *draft)
{
  gsize length;
  const char *text = sortie_model_draft_get_text (draft, &length);

  g_clear_pointer (&self->data, sortie_report_data_free);
  self->complete = sortie_model_draft_is_complete (draft);
  self->data =
      sortie_report_data_new (self->complete ? sortie_model_draft_get_data (draft) : NULL, length);
  if (self->data->unsupported->len > 0)
    {
      SortieReportBuffer *report = sortie_report_text_get_report (self->text);

      sortie_report_buffer_set_unsupported (report, text, self->data->unsupported);
      sortie_report_buffer_update (report, text, sortie_report_whole_length (text, length), 0);
    }
  show_sources (self);
}

/* ---- Every frame in which something changed ---- */

static void
begin_anew (SortieReportView *self, int number)
{
  if (number == self->shown)
    sortie_report_scroll_keep (self->scroll);
  else
    sortie_report_scroll_to_top (self->scroll);
  if (gtk_widget_get_visible (self->popover))
    gtk_popover_popdown (GTK_POPOVER (self->popover));
  sortie_report_buffer_clear (sortie_report_text_get_report (self->text));
  sortie_report_find_take_buffer (self->find);
  self->shown = number;
  sortie_report_prefix_init (&self->prefix);
  self->complete = FALSE;
  self->status = TRUE;
  if (self->data != NULL)
    {
      g_clear_pointer (&self->data, sortie_report_data_free);
      show_sources (self);
    }
}

/* Whether what is in the buffer is not the beginning of the text any more. */
static gboolean
is_other (SortieReportView *self, const char *text, gsize length)
{
  if (self->anew || length < self->prefix.length)
    return TRUE;
  return self->check && !sortie_report_prefix_holds (&self->prefix, text, length);
}

/* Returns: whether there is nothing left to do */
static gboolean
show_draft (SortieReportView *self, const SortieModelDraft *draft)
{
  SortieReportBuffer *report = sortie_report_text_get_report (self->text);
  gint64 deadline = g_get_monotonic_time () + SORTIE_REPORT_FRAME_USEC;
  int number = sortie_model_draft_get_number (draft);
  gsize length;
  const char *text = sortie_model_draft_get_text (draft, &length);
  gboolean done;

  length = sortie_report_whole_length (text, length);
  if (number != self->shown || is_other (self, text, length))
    begin_anew (self, number);
  gtk_stack_set_visible_child_name (self->stack, "report");
  self->anew = FALSE;
  self->check = FALSE;
  sortie_report_prefix_grow (&self->prefix, text, length);
  done = sortie_report_buffer_update (report, text, length, deadline);
  sortie_report_scroll_grown (self->scroll, done);
  if (self->status)
    show_drafts (self, draft);
  self->status = FALSE;
  if (done && self->complete != sortie_model_draft_is_complete (draft))
    show_data (self, draft);
  return done;
}

static void schedule (SortieReportView *self);

void
sortie_report_view_set_timings (SortieReportView *self, GArray *timings)
{
  self->timings = timings;
}

static gboolean
work_cb (gpointer user_data)
{
  SortieReportView *self = user_data;
  const SortieModelDraft *draft = sortie_report_view_get_draft (self);
  SortieReportTiming started = sortie_report_timing_now ();
  gboolean done = TRUE;

  self->work = 0;
  if (draft != NULL)
    done = show_draft (self, draft);
  else
    {
      if (self->shown != 0)
        begin_anew (self, 0);
      show_waiting (self);
    }
  sortie_report_actions_update (self->actions, draft != NULL);
  if (!done)
    schedule (self);
  sortie_report_timing_add (self->timings, &started);
  return G_SOURCE_REMOVE;
}

/* Once a frame, but after it: what is put into a text view within a frame is laid out only while it is
 * painted, when it is too late for the scroll bar. */
static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  SortieReportView *self = SORTIE_REPORT_VIEW (widget);

  self->tick = 0;
  if (self->mission == NULL || !sortie_live_mission_is_behind (self->mission)) /* else it jumps */
    self->work = g_idle_add_full (G_PRIORITY_HIGH_IDLE, work_cb, self, NULL);
  return G_SOURCE_REMOVE;
}

static void
schedule (SortieReportView *self)
{
  if (self->tick == 0 && self->work == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
event_cb (SortieReportView *self, const SortieEvent *event, guint changes)
{
  if ((changes &
       (SORTIE_MODEL_DRAFT_STARTED | SORTIE_MODEL_DRAFT_COMPLETED | SORTIE_MODEL_ENDED)) != 0)
    self->status = TRUE;
  else if ((changes & SORTIE_MODEL_DRAFT_GREW) == 0)
    return;
  if (event->type == SORTIE_EVENT_PARTIAL_OUTPUT && event->offset < (gint64) self->prefix.length)
    self->check = TRUE;
  schedule (self);
}

static void
jumped_cb (SortieReportView *self)
{
  self->check = TRUE;
  self->status = TRUE;
  schedule (self);
}

void
sortie_report_view_choose_draft (SortieReportView *self, int number)
{
  self->chosen = number;
  self->status = TRUE;
  schedule (self);
}

void
sortie_report_view_set_mission (SortieReportView *self, SortieLiveMission *mission)
{
  if (mission == self->mission)
    return;
  if (self->mission != NULL)
    g_signal_handlers_disconnect_by_data (self->mission, self);
  g_set_object (&self->mission, mission);
  self->chosen = 0;
  self->anew = TRUE;
  self->shown = -1; /* another mission's draft of that number is another draft */
  g_simple_action_set_state (
      G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), "draft")),
      g_variant_new_int32 (0));
  sortie_report_find_close (self->find);
  if (mission != NULL)
    {
      g_signal_connect_swapped (mission, "event", G_CALLBACK (event_cb), self);
      g_signal_connect_swapped (mission, "jumped", G_CALLBACK (jumped_cb), self);
    }
  schedule (self);
}

/* ---- Citations and links ---- */

static void
show_citation (SortieReportView *self, guint number, GtkWidget *from, const GdkRectangle *rectangle)
{
  GdkRectangle place = *rectangle;
  double x;
  double y;

  gtk_widget_translate_coordinates (from, GTK_WIDGET (self), place.x, place.y, &x, &y);
  place.x = (int) x;
  place.y = (int) y;
  gtk_widget_grab_focus (from); /* a popover of a window without a focus makes GTK complain */
  g_set_weak_pointer (&self->focus_after, from);
  sortie_citation_popover_show (
      SORTIE_CITATION_POPOVER (self->popover),
      self->data != NULL ? sortie_report_data_find (self->data, number) : NULL, number,
      self->complete, self->mission != NULL ? sortie_live_mission_get_api (self->mission) : NULL);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &place);
  gtk_popover_popup (GTK_POPOVER (self->popover));
  sortie_citation_popover_take_focus (SORTIE_CITATION_POPOVER (self->popover));
}

static void
citation_activated_cb (SortieReportView *self, guint number, guint start)
{
  const SortieReportAnchor *anchor =
      sortie_report_buffer_get_anchor_at (sortie_report_text_get_report (self->text), start);
  GdkRectangle rectangle;

  sortie_report_text_get_rectangle (self->text, start, anchor != NULL ? anchor->end : start + 1,
                                    &rectangle);
  show_citation (self, number, GTK_WIDGET (self->text), &rectangle);
}

static void
source_activated_cb (SortieReportView *self, guint number, GtkWidget *button)
{
  GdkRectangle rectangle = { 0, 0, MIN (gtk_widget_get_width (button), 48),
                             gtk_widget_get_height (button) };

  show_citation (self, number, button, &rectangle);
}

static void
popover_closed_cb (SortieReportView *self)
{
  GtkWidget *focus = self->focus_after;

  g_clear_weak_pointer (&self->focus_after);
  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self)))
    gtk_widget_grab_focus (focus);
}

static char *
tip_cb (guint number, gpointer user_data)
{
  SortieReportView *self = user_data;

  return self->data != NULL ? sortie_report_data_dup_tip (self->data, number) : NULL;
}

static void
link_activated_cb (SortieReportView *self, const char *target)
{
  sortie_report_follow_link (GTK_WIDGET (self), target);
}

/* ---- Size ---- */

double
sortie_report_view_get_zoom (SortieReportView *self)
{
  return self->zoom;
}

/* How much room a line of text has. */
static int
get_available (SortieReportView *self)
{
  int widest = (int) lround (SORTIE_REPORT_MEASURE * self->zoom);
  int width = self->width - (int) lround (MARGINS * MIN (self->zoom, 1));

  return self->width > 0 ? MIN (widest, width / WIDTH_STEP * WIDTH_STEP) : widest;
}

static void
update_room (SortieReportView *self)
{
  if (!sortie_report_buffer_set_available (sortie_report_text_get_report (self->text),
                                           get_available (self)))
    return;
  self->anew = TRUE;
  schedule (self);
}

void
sortie_report_view_set_zoom (SortieReportView *self, double zoom)
{
  int width;

  zoom = CLAMP (zoom, MIN_ZOOM, MAX_ZOOM);
  if (fabs (zoom - self->zoom) < 0.001)
    return;
  self->zoom = zoom;
  width = (int) lround (SORTIE_REPORT_MEASURE * zoom + MARGINS * MIN (zoom, 1));
  adw_clamp_scrollable_set_maximum_size (self->clamp, width);
  adw_clamp_scrollable_set_tightening_threshold (self->clamp, width);
  sortie_report_text_set_zoom (self->text, zoom);
  update_room (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ZOOM]);
}

static void
sortie_report_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SortieReportView *self = SORTIE_REPORT_VIEW (widget);

  gtk_widget_allocate (GTK_WIDGET (self->stack), width, height, baseline, NULL);
  gtk_popover_present (GTK_POPOVER (self->popover));
  if (width == self->width)
    return;
  self->width = width;
  update_room (self);
}

static void
sortie_report_view_measure (GtkWidget *widget,
                            GtkOrientation orientation,
                            int for_size,
                            int *minimum,
                            int *natural,
                            int *minimum_baseline,
                            int *natural_baseline)
{
  gtk_widget_measure (GTK_WIDGET (SORTIE_REPORT_VIEW (widget)->stack), orientation, for_size,
                      minimum, natural, minimum_baseline, natural_baseline);
}

/* ---- The object ---- */

static void
sortie_report_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_double (value, SORTIE_REPORT_VIEW (object)->zoom);
}

static void
sortie_report_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  sortie_report_view_set_zoom (SORTIE_REPORT_VIEW (object), g_value_get_double (value));
}

static void
sortie_report_view_dispose (GObject *object)
{
  SortieReportView *self = SORTIE_REPORT_VIEW (object);

  if (self->mission != NULL)
    g_signal_handlers_disconnect_by_data (self->mission, self);
  g_clear_object (&self->mission);
  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  g_clear_handle_id (&self->work, g_source_remove);
  g_clear_pointer (&self->scroll, sortie_report_scroll_free);
  g_clear_weak_pointer (&self->focus_after);
  if (self->popover != NULL)
    gtk_popover_popdown (GTK_POPOVER (self->popover)); /* or GTK's grab would keep it */
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  if (self->stack != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->stack));
  self->stack = NULL;
  g_clear_object (&self->actions);
  g_clear_pointer (&self->data, sortie_report_data_free);
  G_OBJECT_CLASS (sortie_report_view_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, SortieReportView, stack);
  gtk_widget_class_bind_template_child (widget_class, SortieReportView, empty_icon);
  gtk_widget_class_bind_template_child (widget_class, SortieReportView, empty_title);
  gtk_widget_class_bind_template_child (widget_class, SortieReportView, empty_text);
  gtk_widget_class_bind_template_child (widget_class, SortieReportView, drafts);
  gtk_widget_class_bind_template_child (widget_class, SortieReportView, written_by);
  gtk_widget_class_bind_template_child (widget_class, SortieReportView, sources_button);
  gtk_widget_class_bind_template_child (widget_class, SortieReportView, sources_label);
  gtk_widget_class_bind_template_child (widget_class, SortieReportView, unsupported_icon);
  gtk_widget_class_bind_template_child (widget_class, SortieReportView, find);
  gtk_widget_class_bind_template_child (widget_class, SortieReportView, scroller);
  gtk_widget_class_bind_template_child (widget_class, SortieReportView, clamp);
  gtk_widget_class_bind_template_child (widget_class, SortieReportView, text);
  gtk_widget_class_bind_template_child (widget_class, SortieReportView, sources);
}

static void
sortie_report_view_class_init (SortieReportViewClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  g_type_ensure (SORTIE_TYPE_REPORT_FIND);
  g_type_ensure (SORTIE_TYPE_REPORT_TEXT);
  g_type_ensure (SORTIE_TYPE_SOURCES_LIST);
  object_class->get_property = sortie_report_view_get_property;
  object_class->set_property = sortie_report_view_set_property;
  object_class->dispose = sortie_report_view_dispose;
  widget_class->measure = sortie_report_view_measure;
  widget_class->size_allocate = sortie_report_view_size_allocate;
  properties[PROP_ZOOM] =
      g_param_spec_double ("zoom", NULL, NULL, MIN_ZOOM, MAX_ZOOM, 1,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  gtk_widget_class_set_css_name (widget_class, "reportview");
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/report-view.ui");
  bind_children (widget_class);
  sortie_report_actions_add_shortcuts (widget_class);
}

static void
sortie_report_view_init (SortieReportView *self)
{
  GConnectFlags flags = G_CONNECT_SWAPPED;

  self->zoom = 1;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->popover = sortie_citation_popover_new ();
  gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
  self->actions = sortie_report_actions_new (self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "report", self->actions);
  self->scroll = sortie_report_scroll_new (self->scroller, GTK_TEXT_VIEW (self->text));
  sortie_report_find_set_text (self->find, self->text);
  sortie_report_text_set_tip_func (self->text, tip_cb, self);
  g_signal_connect_object (self->text, "citation-activated", G_CALLBACK (citation_activated_cb),
                           self, flags);
  g_signal_connect_object (self->text, "link-activated", G_CALLBACK (link_activated_cb), self,
                           flags);
  g_signal_connect_object (self->sources, "activated", G_CALLBACK (source_activated_cb), self,
                           flags);
  g_signal_connect_object (self->popover, "closed", G_CALLBACK (popover_closed_cb), self, flags);
  show_sources (self);
  show_waiting (self);
  sortie_report_actions_update (self->actions, FALSE);
}

GtkWidget *
sortie_report_view_new (void)
{
  return g_object_new (SORTIE_TYPE_REPORT_VIEW, NULL);
}

GActionGroup *
sortie_report_view_get_action_group (SortieReportView *self)
{
  return self->actions;
}
