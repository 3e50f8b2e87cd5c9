/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-dead-letters-private.h"

#include "sortie-error.h"
#include "sortie-pane-words.h"
#include "sortie-toast.h"

#include <glib/gi18n.h>

static GPtrArray *
find_rows (SortieDeadLettersPage *self, const char *mission_id)
{
  GPtrArray *rows = g_ptr_array_new ();
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    if (g_str_equal (sortie_dead_letter_row_get_letter (SORTIE_DEAD_LETTER_ROW (row))->mission_id,
                     mission_id))
      g_ptr_array_add (rows, row);
  return rows;
}

static void
set_busy (SortieDeadLettersPage *self, const char *mission_id, gboolean busy)
{
  g_autoptr (GPtrArray) rows = find_rows (self, mission_id);

  for (guint i = 0; i < rows->len; i++)
    sortie_dead_letter_row_set_busy (rows->pdata[i], busy);
}

/* ---- Discarding ---- */

typedef struct
{
  GWeakRef page;
  SortieApi *api;
  char *id;
} Discarding;

static void
discarding_free (Discarding *self)
{
  g_weak_ref_clear (&self->page);
  g_object_unref (self->api);
  g_free (self->id);
  g_free (self);
}

static void
discarded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Discarding *discarding = user_data;
  g_autoptr (SortieDeadLettersPage) page = g_weak_ref_get (&discarding->page);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);

  if (page != NULL)
    {
      g_hash_table_remove (page->discarded, discarding->id);
      /* What is gone already is what was wanted. */
      if (error != NULL && !g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND))
        {
          g_autofree char *text =
              sortie_pane_dup_failure (_ ("Could not discard the failed step"), error);

          sortie_toast (GTK_WIDGET (page), text);
          sortie_dead_letters_page_refresh (page);
        }
    }
  discarding_free (discarding);
}

/* The toast has gone: now it is meant. Not with the page's cancellable: it has to be done, also where
 * the page closes at that moment. */
static void
closed_cb (gpointer user_data)
{
  Discarding *discarding = user_data;

  sortie_api_discard_dead_letter_async (discarding->api, discarding->id, NULL, discarded_cb,
                                        discarding);
}

static void
undone_cb (gpointer user_data)
{
  Discarding *discarding = user_data;
  g_autoptr (SortieDeadLettersPage) page = g_weak_ref_get (&discarding->page);

  if (page != NULL)
    {
      g_hash_table_remove (page->discarded, discarding->id);
      sortie_dead_letters_page_refresh (page);
    }
  discarding_free (discarding);
}

/* Takes the row away, and gives what the request needs. */
static Discarding *
begin_discarding (SortieDeadLettersPage *self, SortieDeadLetterRow *row)
{
  Discarding *discarding = g_new0 (Discarding, 1);

  g_weak_ref_init (&discarding->page, self);
  discarding->api = g_object_ref (self->api);
  discarding->id = g_strdup (sortie_dead_letter_row_get_letter (row)->id);
  g_hash_table_add (self->discarded, g_strdup (discarding->id));
  sortie_dead_letters_remove_row (self, GTK_WIDGET (row));
  return discarding;
}

void
sortie_dead_letters_discard_cb (SortieDeadLetterRow *row, SortieDeadLettersPage *self)
{
  if (self->api != NULL)
    sortie_toast_with_undo (GTK_WIDGET (self), _ ("Failed step discarded"), undone_cb, closed_cb,
                            begin_discarding (self, row));
}

/* ---- Retrying ---- */

/* One or many missions; what becomes of them is told once, at the end. */
typedef struct
{
  SortieDeadLettersPage *page;
  GQueue *missions; /* still to be retried */
  guint n_running;
  guint n_started;
  guint n_failed;
  char *last;    /* (nullable): the new mission's ID */
  GError *error; /* (nullable): the first that went wrong */
} Retrying;

typedef struct
{
  Retrying *retrying;
  char *mission_id;
} RetryCall;

static void
retrying_end (Retrying *self)
{
  g_autofree char *text = NULL;

  if (self->n_failed > 0)
    {
      g_autofree char *what =
          self->n_failed == 1 && self->n_started == 0
              ? g_strdup (_ ("Could not retry the mission"))
              : g_strdup_printf (ngettext ("%u mission could not be retried",
                                           "%u missions could not be retried", self->n_failed),
                                 self->n_failed);

      text = sortie_pane_dup_failure (what, self->error);
    }
  else if (self->n_started > 1)
    text = g_strdup_printf (ngettext ("%u mission started again", "%u missions started again",
                                      self->n_started),
                            self->n_started);
  if (text != NULL)
    sortie_toast (GTK_WIDGET (self->page), text);
  if (self->n_started == 1 && self->n_failed == 0)
    sortie_dead_letters_open (self->page, self->last);
  g_queue_free_full (self->missions, g_free);
  g_clear_error (&self->error);
  g_free (self->last);
  g_object_unref (self->page);
  g_free (self);
}

static void retrying_go_on (Retrying *self);

/* The new mission goes on from the finished steps: the old one's letters are dealt with. */
static void
clear_letters (SortieDeadLettersPage *self, const char *mission_id)
{
  g_autoptr (GPtrArray) rows = find_rows (self, mission_id);

  for (guint i = 0; i < rows->len; i++)
    closed_cb (begin_discarding (self, rows->pdata[i]));
}

static void
retried_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RetryCall *call = user_data;
  Retrying *self = call->retrying;
  g_autofree char *mission_id = call->mission_id;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = sortie_api_mission_id_finish (SORTIE_API (source), result, &error);

  g_free (call);
  self->n_running--;
  set_busy (self->page, mission_id, FALSE);
  if (id != NULL && self->page->api == SORTIE_API (source))
    clear_letters (self->page, mission_id);
  if (id != NULL)
    {
      self->n_started++;
      g_free (self->last);
      self->last = g_steal_pointer (&id);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      self->n_failed++;
      if (self->error == NULL)
        self->error = g_steal_pointer (&error);
    }
  retrying_go_on (self);
}

static void
retrying_go_on (Retrying *self)
{
  while (self->n_running < SORTIE_DEAD_LETTERS_MAX_CALLS && !g_queue_is_empty (self->missions) &&
         self->page->api != NULL)
    {
      RetryCall *call = g_new0 (RetryCall, 1);

      call->retrying = self;
      call->mission_id = g_queue_pop_head (self->missions);
      self->n_running++;
      sortie_api_retry_async (self->page->api, call->mission_id, self->page->cancellable,
                              retried_cb, call);
    }
  if (self->n_running == 0)
    retrying_end (self);
}

static Retrying *
retrying_new (SortieDeadLettersPage *page)
{
  Retrying *self = g_new0 (Retrying, 1);

  self->page = g_object_ref (page);
  self->missions = g_queue_new ();
  return self;
}

static void
add_mission (Retrying *self, const char *mission_id)
{
  if (g_queue_find_custom (self->missions, mission_id, (GCompareFunc) g_strcmp0) != NULL)
    return;
  g_queue_push_tail (self->missions, g_strdup (mission_id));
  set_busy (self->page, mission_id, TRUE);
}

void
sortie_dead_letters_retry_cb (SortieDeadLetterRow *row, SortieDeadLettersPage *self)
{
  Retrying *retrying;

  if (self->api == NULL)
    return;
  retrying = retrying_new (self);
  add_mission (retrying, sortie_dead_letter_row_get_letter (row)->mission_id);
  retrying_go_on (retrying);
}

void
sortie_dead_letters_retry_all_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SortieDeadLettersPage *self = SORTIE_DEAD_LETTERS_PAGE (widget);
  Retrying *retrying;
  GtkListBoxRow *row;

  if (self->api == NULL)
    return;
  retrying = retrying_new (self);
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    {
      const char *mission_id =
          sortie_dead_letter_row_get_letter (SORTIE_DEAD_LETTER_ROW (row))->mission_id;
      gpointer title = NULL;

      /* A mission that is gone can't be retried. */
      if (!g_hash_table_lookup_extended (self->titles, mission_id, NULL, &title) || title != NULL)
        add_mission (retrying, mission_id);
    }
  retrying_go_on (retrying);
}
