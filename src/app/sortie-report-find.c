/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-report-find.h"

#include <glib/gi18n.h>
#include <string.h>

#define FRAME_USEC 3000

typedef struct
{
  guint start;
  guint end;
} Match;

struct _SortieReportFind
{
  GtkWidget parent_instance;
  GtkRevealer *revealer;
  GtkSearchEntry *entry;
  GtkLabel *count;
  GtkWidget *previous;
  GtkWidget *next;
  GtkWidget *close;
  SortieReportText *text; /* (nullable) */
  char *needle;           /* (nullable): in lower case */
  guint needle_chars;
  GArray *matches;   /* Match, in order */
  guint current;     /* from 1 */
  guint searched;    /* characters that were looked through: up to a line's start */
  gboolean complete; /* … all of them */
  gboolean jump;     /* the first match is to be shown */
  guint tick;
  guint work;
};

G_DEFINE_FINAL_TYPE (SortieReportFind, sortie_report_find, GTK_TYPE_WIDGET)

static GtkTextBuffer *
get_buffer (SortieReportFind *self)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text));
}

static GtkTextTag *
get_tag (SortieReportFind *self)
{
  return sortie_report_tags_get (sortie_report_buffer_get_tags (
                                     sortie_report_text_get_report (self->text)),
                                 SORTIE_REPORT_TAG_FOUND);
}

static void
update_count (SortieReportFind *self)
{
  g_autofree char *words = NULL;
  gboolean empty = self->needle == NULL;

  if (empty)
    words = g_strdup ("");
  else if (self->matches->len == 0 && self->complete)
    words = g_strdup (_ ("No results"));
  else if (self->matches->len >= SORTIE_REPORT_MAX_MATCHES)
    words = g_strdup_printf (_ ("%u of more than %u"), self->current, self->matches->len);
  else
    /* Translators: which match of how many */
    words = g_strdup_printf (_ ("%u of %u"), self->current, self->matches->len);
  gtk_label_set_text (self->count, words);
  gtk_widget_set_sensitive (self->previous, self->matches->len > 0);
  gtk_widget_set_sensitive (self->next, self->matches->len > 0);
  if (!empty && self->matches->len == 0 && self->complete)
    gtk_widget_add_css_class (GTK_WIDGET (self->entry), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->entry), "error");
}

static void
show_match (SortieReportFind *self, guint number)
{
  const Match *match = &g_array_index (self->matches, Match, number - 1);
  GtkTextIter start;
  GtkTextIter end;

  self->current = number;
  gtk_text_buffer_get_iter_at_offset (get_buffer (self), &start, (int) match->start);
  gtk_text_buffer_get_iter_at_offset (get_buffer (self), &end, (int) match->end);
  gtk_text_buffer_select_range (get_buffer (self), &start, &end);
  gtk_text_view_scroll_to_iter (GTK_TEXT_VIEW (self->text), &start, 0.15, FALSE, 0, 0);
  update_count (self);
}

/* ---- Searching ---- */

/* In lower case, one character for each: offsets stay what they are. */
static char *
fold (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    g_string_append_unichar (out, g_unichar_tolower (g_utf8_get_char (p)));
  return g_string_free (out, FALSE);
}

static void
search_line (SortieReportFind *self, const char *line, guint offset)
{
  const char *at = line;
  const char *from = line;
  gsize length = strlen (self->needle);

  while (self->matches->len < SORTIE_REPORT_MAX_MATCHES && (at = strstr (at, self->needle)) != NULL)
    {
      Match match;
      GtkTextIter start;
      GtkTextIter end;

      offset += (guint) g_utf8_strlen (from, at - from);
      match = (Match){ offset, offset + self->needle_chars };
      g_array_append_val (self->matches, match);
      gtk_text_buffer_get_iter_at_offset (get_buffer (self), &start, (int) match.start);
      gtk_text_buffer_get_iter_at_offset (get_buffer (self), &end, (int) match.end);
      gtk_text_buffer_apply_tag (get_buffer (self), get_tag (self), &start, &end);
      offset = match.end;
      at += length;
      from = at;
    }
}

/* Returns: whether the end was reached */
static gboolean
search_some (SortieReportFind *self)
{
  gint64 deadline = g_get_monotonic_time () + FRAME_USEC;
  GtkTextIter line;
  GtkTextIter next;

  gtk_text_buffer_get_iter_at_offset (get_buffer (self), &line, (int) self->searched);
  do
    {
      g_autofree char *text = NULL;
      g_autofree char *folded = NULL;

      if (gtk_text_iter_is_end (&line) || self->matches->len >= SORTIE_REPORT_MAX_MATCHES)
        return TRUE;
      next = line;
      gtk_text_iter_forward_line (&next);
      text = gtk_text_iter_get_slice (&line, &next);
      folded = fold (text);
      search_line (self, folded, self->searched);
      line = next;
      self->searched = (guint) gtk_text_iter_get_offset (&line);
    }
  while (g_get_monotonic_time () < deadline);
  return FALSE;
}

static void schedule (SortieReportFind *self);

static gboolean
work_cb (gpointer user_data)
{
  SortieReportFind *self = user_data;
  gboolean complete = self->needle == NULL || self->text == NULL || search_some (self);

  self->work = 0;
  self->complete = complete;
  if (self->jump && self->matches->len > 0)
    {
      self->jump = FALSE;
      show_match (self, 1);
    }
  update_count (self);
  if (!complete)
    schedule (self);
  return G_SOURCE_REMOVE;
}

/* Once a frame, but after it, as for the report's text. */
static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  SortieReportFind *self = SORTIE_REPORT_FIND (widget);

  self->tick = 0;
  self->work = g_idle_add_full (G_PRIORITY_HIGH_IDLE, work_cb, self, NULL);
  return G_SOURCE_REMOVE;
}

static void
schedule (SortieReportFind *self)
{
  self->complete = FALSE;
  if (self->tick == 0 && self->work == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
forget (SortieReportFind *self)
{
  GtkTextIter start;
  GtkTextIter end;

  g_array_set_size (self->matches, 0);
  self->current = 0;
  self->searched = 0;
  if (self->text == NULL)
    return;
  gtk_text_buffer_get_bounds (get_buffer (self), &start, &end);
  gtk_text_buffer_remove_tag (get_buffer (self), get_tag (self), &start, &end);
}

/* What stands from here on is another text: it is searched again from its line's start. */
static void
go_back (SortieReportFind *self, const GtkTextIter *changed)
{
  GtkTextIter line = *changed;
  guint offset;

  gtk_text_iter_set_line_offset (&line, 0);
  offset = (guint) gtk_text_iter_get_offset (&line);
  if (self->needle == NULL || offset > self->searched)
    return;
  while (self->matches->len > 0 &&
         g_array_index (self->matches, Match, self->matches->len - 1).end > offset)
    g_array_set_size (self->matches, self->matches->len - 1);
  self->current = MIN (self->current, self->matches->len);
  self->searched = offset;
  schedule (self);
}

static void
inserted_cb (
    GtkTextBuffer *buffer, GtkTextIter *where, char *text, int length, SortieReportFind *self)
{
  go_back (self, where);
}

static void
deleted_cb (GtkTextBuffer *buffer, GtkTextIter *start, GtkTextIter *end, SortieReportFind *self)
{
  go_back (self, start);
}

/* ---- The bar ---- */

static void
changed_cb (SortieReportFind *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  forget (self);
  g_clear_pointer (&self->needle, g_free);
  if (*text != '\0' && strlen (text) <= SORTIE_REPORT_MAX_NEEDLE)
    self->needle = fold (text);
  self->needle_chars = self->needle != NULL ? (guint) g_utf8_strlen (self->needle, -1) : 0;
  self->jump = TRUE;
  schedule (self);
}

void
sortie_report_find_step (SortieReportFind *self, gboolean forward)
{
  guint n = self->matches->len;

  if (n == 0)
    return;
  if (forward)
    show_match (self, self->current >= n ? 1 : self->current + 1);
  else
    show_match (self, self->current <= 1 ? n : self->current - 1);
}

static void
next_cb (SortieReportFind *self)
{
  sortie_report_find_step (self, TRUE);
}

static void
previous_cb (SortieReportFind *self)
{
  sortie_report_find_step (self, FALSE);
}

void
sortie_report_find_open (SortieReportFind *self)
{
  gtk_revealer_set_reveal_child (self->revealer, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  gtk_editable_select_region (GTK_EDITABLE (self->entry), 0, -1);
}

void
sortie_report_find_close (SortieReportFind *self)
{
  if (!gtk_revealer_get_reveal_child (self->revealer))
    return;
  gtk_revealer_set_reveal_child (self->revealer, FALSE);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  if (self->text != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (self->text));
}

gboolean
sortie_report_find_is_open (SortieReportFind *self)
{
  return gtk_revealer_get_reveal_child (self->revealer);
}

guint
sortie_report_find_get_n_matches (SortieReportFind *self)
{
  return self->matches->len;
}

guint
sortie_report_find_get_current (SortieReportFind *self)
{
  return self->current;
}

void
sortie_report_find_take_buffer (SortieReportFind *self)
{
  GtkTextIter start;

  g_signal_connect_object (get_buffer (self), "insert-text", G_CALLBACK (inserted_cb), self, 0);
  g_signal_connect_object (get_buffer (self), "delete-range", G_CALLBACK (deleted_cb), self, 0);
  gtk_text_buffer_get_start_iter (get_buffer (self), &start);
  go_back (self, &start);
}

void
sortie_report_find_set_text (SortieReportFind *self, SortieReportText *text)
{
  self->text = text;
  sortie_report_find_take_buffer (self);
}

static void
sortie_report_find_dispose (GObject *object)
{
  SortieReportFind *self = SORTIE_REPORT_FIND (object);
  GtkWidget *child;

  self->text = NULL;
  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  g_clear_handle_id (&self->work, g_source_remove);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (sortie_report_find_parent_class)->dispose (object);
}

static void
sortie_report_find_finalize (GObject *object)
{
  SortieReportFind *self = SORTIE_REPORT_FIND (object);

  g_free (self->needle);
  g_array_unref (self->matches);
  G_OBJECT_CLASS (sortie_report_find_parent_class)->finalize (object);
}

static void
sortie_report_find_class_init (SortieReportFindClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_report_find_dispose;
  G_OBJECT_CLASS (class)->finalize = sortie_report_find_finalize;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "reportfind");
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/report-find.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieReportFind, revealer);
  gtk_widget_class_bind_template_child (widget_class, SortieReportFind, entry);
  gtk_widget_class_bind_template_child (widget_class, SortieReportFind, count);
  gtk_widget_class_bind_template_child (widget_class, SortieReportFind, previous);
  gtk_widget_class_bind_template_child (widget_class, SortieReportFind, next);
  gtk_widget_class_bind_template_child (widget_class, SortieReportFind, close);
}

static void
sortie_report_find_init (SortieReportFind *self)
{
  GConnectFlags flags = G_CONNECT_SWAPPED;

  self->matches = g_array_new (FALSE, FALSE, sizeof (Match));
  self->complete = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->entry, "search-changed", G_CALLBACK (changed_cb), self, flags);
  g_signal_connect_object (self->entry, "activate", G_CALLBACK (next_cb), self, flags);
  g_signal_connect_object (self->entry, "next-match", G_CALLBACK (next_cb), self, flags);
  g_signal_connect_object (self->entry, "previous-match", G_CALLBACK (previous_cb), self, flags);
  g_signal_connect_object (self->entry, "stop-search", G_CALLBACK (sortie_report_find_close), self,
                           flags);
  g_signal_connect_object (self->next, "clicked", G_CALLBACK (next_cb), self, flags);
  g_signal_connect_object (self->previous, "clicked", G_CALLBACK (previous_cb), self, flags);
  g_signal_connect_object (self->close, "clicked", G_CALLBACK (sortie_report_find_close), self,
                           flags);
  update_count (self);
}
