/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-dead-letters-page.h"

#include "sortie-dead-letter-row.h"
#include "sortie-dead-letters-private.h"
#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-narrow-box.h"
#include "sortie-pane-words.h"
#include "sortie-toast.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#define MAX_SHOWN 200 /* rows; there may be thousands of letters after a bad night */
#define MAX_EVENTS 1000

G_DEFINE_FINAL_TYPE (SortieDeadLettersPage, sortie_dead_letters_page, GTK_TYPE_WIDGET)

enum
{
  OPEN_MISSION,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* ---- What is shown ---- */

static GtkWidget *
get_row (SortieDeadLettersPage *self, int index)
{
  return GTK_WIDGET (gtk_list_box_get_row_at_index (self->list, index));
}

static const char *
get_id (GtkWidget *row)
{
  return sortie_dead_letter_row_get_letter (SORTIE_DEAD_LETTER_ROW (row))->id;
}

static void
show_state (SortieDeadLettersPage *self)
{
  guint n = 0;
  g_autofree char *count = NULL;

  for (int i = 0; get_row (self, i) != NULL; i++)
    n++;
  if (n < self->n_all)
    count = g_strdup_printf (_ ("The newest %u of %u failed steps"), n, self->n_all);
  else
    count = g_strdup_printf (ngettext ("%u failed step", "%u failed steps", n), n);
  gtk_label_set_text (self->count, count);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "dead-letters.retry-all",
                                 n > 0 && self->api != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "dead-letters.refresh", self->api != NULL);
  if (self->api == NULL)
    gtk_stack_set_visible_child_name (self->stack, "offline");
  else if (self->failure != NULL)
    {
      /* What a status page shows is markup. */
      g_autofree char *escaped = g_markup_escape_text (self->failure, -1);

      adw_status_page_set_description (self->failed, escaped);
      gtk_stack_set_visible_child_name (self->stack, "failed");
    }
  else if (!self->reading.is_known)
    gtk_stack_set_visible_child_name (self->stack, "loading");
  else
    gtk_stack_set_visible_child_name (self->stack, n > 0 ? "list" : "empty");
  /* One that nobody sees would have the window drawn for ever. */
  gtk_spinner_set_spinning (self->spinner,
                            g_str_equal (gtk_stack_get_visible_child_name (self->stack),
                                         "loading"));
}

void
sortie_dead_letters_remove_row (SortieDeadLettersPage *self, GtkWidget *row)
{
  gtk_list_box_remove (self->list, row);
  self->n_all -= self->n_all > 0;
  show_state (self);
}

/* ---- Titles of missions ---- */

typedef struct
{
  SortieDeadLettersPage *page;
  char *mission_id;
} TitleCall;

static void ask_titles (SortieDeadLettersPage *self);

static void
show_title (SortieDeadLettersPage *self, const char *mission_id)
{
  const char *title = g_hash_table_lookup (self->titles, mission_id);

  for (int i = 0; get_row (self, i) != NULL; i++)
    {
      SortieDeadLetterRow *row = SORTIE_DEAD_LETTER_ROW (get_row (self, i));

      if (!g_str_equal (sortie_dead_letter_row_get_letter (row)->mission_id, mission_id))
        continue;
      sortie_dead_letter_row_set_title (row, title);
      if (title == NULL)
        sortie_dead_letter_row_set_gone (row);
    }
}

static void
title_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TitleCall *call = user_data;
  g_autoptr (SortieDeadLettersPage) self = call->page;
  g_autofree char *mission_id = call->mission_id;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);
  const char *title = NULL;

  g_free (call);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->n_asking--;
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    sortie_json_get_string (json_node_get_object (node), "title", FALSE, &title, NULL);
  /* A NULL says that the mission is gone; any other failure, that its title is not known. */
  if (title == NULL && !g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND))
    title = "";
  g_hash_table_replace (self->titles, g_strdup (mission_id), g_strdup (title));
  show_title (self, mission_id);
  ask_titles (self);
}

static void
ask_titles (SortieDeadLettersPage *self)
{
  while (self->n_asking < SORTIE_DEAD_LETTERS_MAX_CALLS && !g_queue_is_empty (self->to_ask))
    {
      TitleCall *call = g_new0 (TitleCall, 1);

      call->page = g_object_ref (self);
      call->mission_id = g_queue_pop_head (self->to_ask);
      self->n_asking++;
      sortie_api_get_mission_async (self->api, call->mission_id, self->cancellable, title_cb, call);
    }
}

static void
want_title (SortieDeadLettersPage *self, const char *mission_id)
{
  if (g_hash_table_contains (self->titles, mission_id))
    {
      show_title (self, mission_id);
      return;
    }
  if (g_queue_find_custom (self->to_ask, mission_id, (GCompareFunc) strcmp) == NULL)
    g_queue_push_tail (self->to_ask, g_strdup (mission_id));
}

/* ---- Rows ---- */

static void
open_cb (SortieDeadLetterRow *row, SortieDeadLettersPage *self)
{
  sortie_dead_letters_open (self, sortie_dead_letter_row_get_letter (row)->mission_id);
}

static void
events_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieDeadLetterRow) row = user_data;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, NULL);
  g_autofree char *attempts = NULL;

  if (node != NULL)
    attempts =
        sortie_dead_letter_dup_attempts (node, sortie_dead_letter_row_get_letter (row)->step);
  sortie_dead_letter_row_set_attempts (row, attempts);
}

static void
expanded_cb (SortieDeadLetterRow *row, SortieDeadLettersPage *self)
{
  if (self->api != NULL)
    sortie_api_list_events_async (self->api, sortie_dead_letter_row_get_letter (row)->mission_id,
                                  NULL, MAX_EVENTS, self->cancellable, events_cb,
                                  g_object_ref (row));
}

static GtkWidget *
new_row (SortieDeadLettersPage *self, SortieDeadLetter *letter)
{
  GtkWidget *row = sortie_dead_letter_row_new (letter);

  g_signal_connect (row, "open", G_CALLBACK (open_cb), self);
  g_signal_connect (row, "expanded", G_CALLBACK (expanded_cb), self);
  g_signal_connect (row, "retry", G_CALLBACK (sortie_dead_letters_retry_cb), self);
  g_signal_connect (row, "discard", G_CALLBACK (sortie_dead_letters_discard_cb), self);
  return row;
}

/* Letters never change: rows that are there stay as they are, so nothing folds up under a reader. */
static void
show_letters (SortieDeadLettersPage *self, GPtrArray *letters)
{
  int place = 0;

  for (guint i = 0; i < letters->len && place < MAX_SHOWN; i++)
    {
      SortieDeadLetter *letter = g_ptr_array_index (letters, i);
      GtkWidget *row;

      if (g_hash_table_contains (self->discarded, letter->id))
        continue;
      while ((row = get_row (self, place)) != NULL && !g_str_equal (get_id (row), letter->id) &&
             !g_hash_table_contains (self->ids, get_id (row)))
        gtk_list_box_remove (self->list, row);
      if (row == NULL || !g_str_equal (get_id (row), letter->id))
        {
          gtk_list_box_insert (self->list, new_row (self, letter), place);
          letters->pdata[i] = NULL; /* the row has it now */
        }
      want_title (self,
                  sortie_dead_letter_row_get_letter (SORTIE_DEAD_LETTER_ROW (get_row (self, place)))
                      ->mission_id);
      place++;
    }
  while (get_row (self, place) != NULL)
    gtk_list_box_remove (self->list, get_row (self, place));
  ask_titles (self);
}

/* ---- Reading the list ---- */

static int
compare_letters_cb (gconstpointer a, gconstpointer b)
{
  const SortieDeadLetter *letter_a = *(SortieDeadLetter *const *) a;
  const SortieDeadLetter *letter_b = *(SortieDeadLetter *const *) b;

  return letter_a->time < letter_b->time ? 1 : letter_a->time > letter_b->time ? -1 : 0;
}

/* The letters, the newest first; one that is malformed is left out. */
static GPtrArray *
read_letters (SortieDeadLettersPage *self, JsonNode *node)
{
  GPtrArray *letters = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_dead_letter_free);
  JsonArray *array = NULL;

  g_hash_table_remove_all (self->ids);
  if (JSON_NODE_HOLDS_OBJECT (node))
    sortie_json_get_array (json_node_get_object (node), "dead_letters", FALSE, &array, NULL);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      SortieDeadLetter *letter = NULL;

      if (JSON_NODE_HOLDS_OBJECT (element))
        letter = sortie_dead_letter_new (json_node_get_object (element), NULL);
      if (letter == NULL || !g_hash_table_add (self->ids, g_strdup (letter->id)))
        sortie_dead_letter_free (letter);
      else
        g_ptr_array_add (letters, letter);
    }
  g_ptr_array_sort (letters, compare_letters_cb);
  return letters;
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieDeadLettersPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);
  g_autoptr (GPtrArray) letters = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  sortie_reading_end (&self->reading, node != NULL);
  g_clear_pointer (&self->failure, g_free);
  if (node == NULL)
    self->failure = sortie_pane_dup_failure (_ ("Could not read the failed steps"), error);
  else
    {
      letters = read_letters (self, node);
      self->n_all = 0;
      for (guint i = 0; i < letters->len; i++)
        self->n_all +=
            !g_hash_table_contains (self->discarded,
                                    ((SortieDeadLetter *) g_ptr_array_index (letters, i))->id);
      show_letters (self, letters);
    }
  show_state (self);
  if (self->reading.is_wanted_again)
    sortie_dead_letters_page_refresh (self);
}

void
sortie_dead_letters_page_refresh (SortieDeadLettersPage *self)
{
  if (self->api == NULL || !sortie_reading_begin (&self->reading))
    return;
  sortie_api_list_dead_letters_async (self->api, self->cancellable, listed_cb, g_object_ref (self));
}

void
sortie_dead_letters_page_set_api (SortieDeadLettersPage *self, SortieApi *api)
{
  if (!g_set_object (&self->api, api))
    return;
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  sortie_reading_reset (&self->reading);
  self->n_asking = 0;
  self->n_all = 0;
  g_queue_clear_full (self->to_ask, g_free);
  g_hash_table_remove_all (self->titles);
  g_clear_pointer (&self->failure, g_free);
  while (get_row (self, 0) != NULL)
    gtk_list_box_remove (self->list, get_row (self, 0));
  show_state (self);
  sortie_dead_letters_page_refresh (self);
}

/* ---- The widget ---- */

void
sortie_dead_letters_open (SortieDeadLettersPage *self, const char *mission_id)
{
  g_autofree char *copy = g_strdup (mission_id);

  g_signal_emit (self, signals[OPEN_MISSION], 0, copy);
}

static void
refresh_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sortie_dead_letters_page_refresh (SORTIE_DEAD_LETTERS_PAGE (widget));
}

static void
sortie_dead_letters_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sortie_dead_letters_page_parent_class)->map (widget);
  sortie_dead_letters_page_refresh (SORTIE_DEAD_LETTERS_PAGE (widget));
}

static void
sortie_dead_letters_page_dispose (GObject *object)
{
  SortieDeadLettersPage *self = SORTIE_DEAD_LETTERS_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->content, gtk_widget_unparent);
  g_clear_object (&self->api);
  G_OBJECT_CLASS (sortie_dead_letters_page_parent_class)->dispose (object);
}

static void
sortie_dead_letters_page_finalize (GObject *object)
{
  SortieDeadLettersPage *self = SORTIE_DEAD_LETTERS_PAGE (object);

  g_object_unref (self->cancellable);
  g_hash_table_unref (self->titles);
  g_hash_table_unref (self->ids);
  g_hash_table_unref (self->discarded);
  g_queue_free_full (self->to_ask, g_free);
  g_free (self->failure);
  G_OBJECT_CLASS (sortie_dead_letters_page_parent_class)->finalize (object);
}

static void
sortie_dead_letters_page_class_init (SortieDeadLettersPageClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->dispose = sortie_dead_letters_page_dispose;
  object_class->finalize = sortie_dead_letters_page_finalize;
  widget_class->map = sortie_dead_letters_page_map;
  signals[OPEN_MISSION] =
      g_signal_new ("open-mission", SORTIE_TYPE_DEAD_LETTERS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_type_ensure (SORTIE_TYPE_NARROW_BOX);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/dead-letters-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieDeadLettersPage, content);
  gtk_widget_class_bind_template_child (widget_class, SortieDeadLettersPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SortieDeadLettersPage, list);
  gtk_widget_class_bind_template_child (widget_class, SortieDeadLettersPage, count);
  gtk_widget_class_bind_template_child (widget_class, SortieDeadLettersPage, failed);
  gtk_widget_class_bind_template_child (widget_class, SortieDeadLettersPage, spinner);
  gtk_widget_class_install_action (widget_class, "dead-letters.refresh", NULL, refresh_cb);
  gtk_widget_class_install_action (widget_class, "dead-letters.retry-all", NULL,
                                   sortie_dead_letters_retry_all_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "deadletterspage");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
sortie_dead_letters_page_init (SortieDeadLettersPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->titles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->discarded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->to_ask = g_queue_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  show_state (self);
}

GtkWidget *
sortie_dead_letters_page_new (void)
{
  return g_object_new (SORTIE_TYPE_DEAD_LETTERS_PAGE, NULL);
}
