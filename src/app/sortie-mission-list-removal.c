/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-mission-list-private.h"

#include "sortie-error.h"

/* A removed mission is hidden at once and deleted when nobody can undo it any more. */

static void
set_removed (SortieMissionList *self, const char *id, gboolean removed)
{
  SortieMissionItem *item = g_hash_table_lookup (self->by_id, id);

  if (item == NULL)
    return;
  sortie_mission_item_set_removed (item, removed);
  g_signal_emit_by_name (self, "removal-changed");
}

static void
conclude_flush (SortieMissionList *self)
{
  g_autoptr (GTask) flush = NULL;

  if (self->n_deleting > 0 || self->flush == NULL)
    return;
  flush = g_steal_pointer (&self->flush);
  g_task_return_boolean (flush, TRUE);
}

static void
deleted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieMissionSingle) single = user_data;
  SortieMissionList *self = single->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);

  self->n_deleting--;
  if (node != NULL || g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND))
    sortie_mission_list_drop (self, single->id);
  else
    {
      set_removed (self, single->id, FALSE);
      g_signal_emit_by_name (self, "failed", error);
    }
  conclude_flush (self);
}

void
sortie_mission_list_remove (SortieMissionList *self, const char *id)
{
  g_hash_table_add (self->marked, g_strdup (id));
  set_removed (self, id, TRUE);
}

void
sortie_mission_list_undo_remove (SortieMissionList *self, const char *id)
{
  if (g_hash_table_remove (self->marked, id))
    set_removed (self, id, FALSE);
}

void
sortie_mission_list_commit_remove (SortieMissionList *self, const char *id)
{
  g_autofree char *copy = g_strdup (id);

  if (!g_hash_table_remove (self->marked, copy))
    return;
  if (self->api == NULL)
    {
      set_removed (self, copy, FALSE);
      return;
    }
  self->n_deleting++;
  /* Never cancelled: a person has asked for it. */
  sortie_api_delete_mission_async (self->api, copy, NULL, deleted_cb,
                                   sortie_mission_single_new (self, copy));
}

void
sortie_mission_list_flush_async (SortieMissionList *self,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer id;

  g_return_if_fail (self->flush == NULL);

  g_hash_table_iter_init (&iter, self->marked);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_ptr_array_add (ids, g_strdup (id));
  self->flush = g_task_new (self, NULL, callback, user_data);
  for (guint i = 0; i < ids->len; i++)
    sortie_mission_list_commit_remove (self, g_ptr_array_index (ids, i));
  conclude_flush (self);
}

void
sortie_mission_list_flush_finish (SortieMissionList *self, GAsyncResult *result)
{
  g_task_propagate_boolean (G_TASK (result), NULL);
}
