/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-dead-letter-row.h"

#include "sortie-accessible.h"
#include "sortie-narrow-box.h"
#include "sortie-pane-words.h"
#include "sortie-shown-text.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_TITLE 200
#define MAX_ERROR 1000
#define MAX_PAYLOAD (32 * 1024) /* bytes that are shown */
#define MAX_ATTEMPTS (16 * 1024)

struct _SortieDeadLetterRow
{
  GtkListBoxRow parent_instance;
  SortieDeadLetter *letter;
  GtkLabel *title;
  GtkLabel *agent;
  GtkLabel *facts;
  GtkLabel *error;
  GtkSpinner *spinner;
  GtkWidget *buttons;
  GtkRevealer *revealer;
  GtkLabel *attempts;
  GtkTextView *payload;
  gboolean was_expanded;
};

G_DEFINE_FINAL_TYPE (SortieDeadLetterRow, sortie_dead_letter_row, GTK_TYPE_LIST_BOX_ROW)

enum
{
  RETRY,
  DISCARD,
  OPEN,
  EXPANDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static char *
dup_facts (const SortieDeadLetter *letter)
{
  g_autofree char *step = g_strdup_printf (_ ("Step %d"), (int) letter->step);
  g_autofree char *attempts =
      g_strdup_printf (ngettext ("%d attempt", "%d attempts", (gulong) letter->attempts),
                       (int) letter->attempts);
  g_autofree char *time = sortie_pane_dup_moment (letter->time);

  if (*time == '\0')
    return g_strdup_printf ("%s · %s", step, attempts);
  return g_strdup_printf ("%s · %s · %s", step, attempts, time);
}

static void
describe (SortieDeadLetterRow *self)
{
  g_autofree char *text =
      g_strdup_printf ("%s, %s, %s, %s", gtk_label_get_text (self->title),
                       gtk_label_get_text (self->agent), gtk_label_get_text (self->facts),
                       gtk_label_get_text (self->error));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

void
sortie_dead_letter_row_set_title (SortieDeadLetterRow *self, const char *title)
{
  g_autofree char *shown = sortie_shown_line (title, MAX_TITLE);

  if (*shown == '\0')
    {
      g_autofree char *id = sortie_shown_line (self->letter->mission_id, 16);

      g_free (shown);
      /* Translators: a mission whose title is not known; %s is the beginning of its ID */
      shown = g_strdup_printf (_ ("Mission %.8s"), id);
    }
  gtk_label_set_text (self->title, shown);
  describe (self);
}

static void
show_payload (SortieDeadLetterRow *self)
{
  g_autofree char *payload =
      sortie_pane_dup_json (self->letter->payload != NULL ? self->letter->payload : "{}",
                            MAX_PAYLOAD);

  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->payload), payload, -1);
}

static void
expand_cb (SortieDeadLetterRow *self)
{
  if (self->was_expanded || !gtk_revealer_get_reveal_child (self->revealer))
    return;
  self->was_expanded = TRUE;
  show_payload (self);
  g_signal_emit (self, signals[EXPANDED], 0);
}

static void
action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  guint id = g_str_equal (action, "letter.retry")     ? RETRY
             : g_str_equal (action, "letter.discard") ? DISCARD
                                                      : OPEN;

  g_signal_emit (widget, signals[id], 0);
}

static void
sortie_dead_letter_row_finalize (GObject *object)
{
  sortie_dead_letter_free (SORTIE_DEAD_LETTER_ROW (object)->letter);
  G_OBJECT_CLASS (sortie_dead_letter_row_parent_class)->finalize (object);
}

static void
sortie_dead_letter_row_class_init (SortieDeadLetterRowClass *class)
{
  static const char *const names[] = { "retry", "discard", "open", "expanded" };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = sortie_dead_letter_row_finalize;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], SORTIE_TYPE_DEAD_LETTER_ROW, G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 0);
  g_type_ensure (SORTIE_TYPE_NARROW_BOX);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/dead-letter-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieDeadLetterRow, title);
  gtk_widget_class_bind_template_child (widget_class, SortieDeadLetterRow, agent);
  gtk_widget_class_bind_template_child (widget_class, SortieDeadLetterRow, facts);
  gtk_widget_class_bind_template_child (widget_class, SortieDeadLetterRow, error);
  gtk_widget_class_bind_template_child (widget_class, SortieDeadLetterRow, spinner);
  gtk_widget_class_bind_template_child (widget_class, SortieDeadLetterRow, buttons);
  gtk_widget_class_bind_template_child (widget_class, SortieDeadLetterRow, revealer);
  gtk_widget_class_bind_template_child (widget_class, SortieDeadLetterRow, attempts);
  gtk_widget_class_bind_template_child (widget_class, SortieDeadLetterRow, payload);
  gtk_widget_class_bind_template_callback (widget_class, expand_cb);
  gtk_widget_class_install_action (widget_class, "letter.retry", NULL, action_cb);
  gtk_widget_class_install_action (widget_class, "letter.discard", NULL, action_cb);
  gtk_widget_class_install_action (widget_class, "letter.open", NULL, action_cb);
}

static void
sortie_dead_letter_row_init (SortieDeadLetterRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sortie_dead_letter_row_new (SortieDeadLetter *letter)
{
  SortieDeadLetterRow *self = g_object_new (SORTIE_TYPE_DEAD_LETTER_ROW, NULL);
  g_autofree char *agent = sortie_pane_dup_source (letter->agent);
  g_autofree char *facts = dup_facts (letter);
  g_autofree char *error = sortie_shown_line (letter->error, MAX_ERROR);

  self->letter = letter;
  gtk_label_set_text (self->agent, agent);
  gtk_widget_add_css_class (GTK_WIDGET (self->agent), sortie_pane_get_source_class (letter->agent));
  gtk_label_set_text (self->facts, facts);
  gtk_label_set_text (self->error, error);
  sortie_dead_letter_row_set_title (self, NULL);
  sortie_accessible_complete (GTK_WIDGET (self));
  return GTK_WIDGET (self);
}

const SortieDeadLetter *
sortie_dead_letter_row_get_letter (SortieDeadLetterRow *self)
{
  return self->letter;
}

void
sortie_dead_letter_row_set_gone (SortieDeadLetterRow *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "letter.retry", FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "letter.open", FALSE);
}

void
sortie_dead_letter_row_set_busy (SortieDeadLetterRow *self, gboolean busy)
{
  gtk_widget_set_sensitive (self->buttons, !busy);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), busy);
  gtk_spinner_set_spinning (self->spinner, busy);
}

void
sortie_dead_letter_row_set_attempts (SortieDeadLetterRow *self, const char *attempts)
{
  g_autofree char *shown =
      attempts != NULL ? sortie_shown_text (attempts, MIN (strlen (attempts), MAX_ATTEMPTS)) : NULL;

  gtk_label_set_text (self->attempts,
                      shown != NULL ? shown : _ ("Nothing is recorded about single attempts."));
}
