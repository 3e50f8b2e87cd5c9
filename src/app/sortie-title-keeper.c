/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-title-keeper.h"

#include "sortie-title-cache.h"

struct _SortieTitleKeeper
{
  SortieMissionList *list;
  SortieTitleCache *cache;
  char *path;
  char *backend;
  guint timer; /* while there is something to write */
};

static void
take_item (SortieTitleKeeper *self, SortieMissionItem *item)
{
  if (!sortie_mission_item_is_removed (item))
    sortie_title_cache_put (self->cache, sortie_mission_item_get_id (item),
                            sortie_mission_item_get_title (item),
                            sortie_mission_item_get_state (item),
                            sortie_mission_item_get_created (item));
}

/* The list knows all missions back to its oldest one, and nothing of those before, which the cache
 * keeps. */
static void
take_list (SortieTitleKeeper *self)
{
  GListModel *model = G_LIST_MODEL (self->list);
  guint n = g_list_model_get_n_items (model);
  gint64 since = G_MININT64;

  sortie_title_cache_set_backend (self->cache, self->backend);
  if (n > 0 && sortie_mission_list_has_more (self->list))
    {
      g_autoptr (SortieMissionItem) oldest = g_list_model_get_item (model, n - 1);

      since = sortie_mission_item_get_created (oldest);
    }
  sortie_title_cache_forget_since (self->cache, since);
  for (guint i = 0; i < MIN (n, SORTIE_TITLE_CACHE_MAX_TITLES); i++)
    {
      g_autoptr (SortieMissionItem) item = g_list_model_get_item (model, i);

      take_item (self, item);
    }
}

void
sortie_title_keeper_flush (SortieTitleKeeper *self)
{
  g_autoptr (GError) error = NULL;

  if (self->timer == 0)
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  take_list (self);
  if (!sortie_title_cache_save (self->cache, self->path, &error))
    g_debug ("The titles could not be kept: %s", error->message);
}

/* ---- What the list says ---- */

static gboolean
timer_cb (gpointer user_data)
{
  sortie_title_keeper_flush (user_data);
  return G_SOURCE_REMOVE;
}

/* An empty list may be one that nobody has read yet: that says nothing. */
static void
changed_cb (SortieTitleKeeper *self)
{
  if (!sortie_mission_list_is_known (self->list))
    g_clear_handle_id (&self->timer, g_source_remove);
  else if (self->timer == 0)
    self->timer = g_timeout_add (SORTIE_TITLE_KEEPER_PAUSE_MS, timer_cb, self);
}

static void
watch_item (SortieTitleKeeper *self, SortieMissionItem *item)
{
  g_signal_handlers_disconnect_by_func (item, changed_cb, self); /* one that came back */
  g_signal_connect_swapped (item, "notify", G_CALLBACK (changed_cb), self);
}

static void
items_changed_cb (SortieTitleKeeper *self, guint position, guint removed, guint added)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (SortieMissionItem) item =
          g_list_model_get_item (G_LIST_MODEL (self->list), position + i);

      watch_item (self, item);
    }
  changed_cb (self);
}

/* ---- The object ---- */

SortieTitleKeeper *
sortie_title_keeper_new (SortieMissionList *list, const char *path)
{
  SortieTitleKeeper *self = g_new0 (SortieTitleKeeper, 1);

  self->list = g_object_ref (list);
  self->path = g_strdup (path);
  self->backend = g_strdup ("");
  self->cache = sortie_title_cache_new ();
  sortie_title_cache_load (self->cache, path, NULL); /* where there is none, it begins empty */
  g_signal_connect_swapped (list, "items-changed", G_CALLBACK (items_changed_cb), self);
  g_signal_connect_swapped (list, "notify", G_CALLBACK (changed_cb), self);
  items_changed_cb (self, 0, 0, g_list_model_get_n_items (G_LIST_MODEL (list)));
  return self;
}

void
sortie_title_keeper_free (SortieTitleKeeper *self)
{
  guint n;

  if (self == NULL)
    return;
  sortie_title_keeper_flush (self);
  n = g_list_model_get_n_items (G_LIST_MODEL (self->list));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SortieMissionItem) item = g_list_model_get_item (G_LIST_MODEL (self->list), i);

      g_signal_handlers_disconnect_by_data (item, self);
    }
  g_signal_handlers_disconnect_by_data (self->list, self);
  g_object_unref (self->list);
  sortie_title_cache_free (self->cache);
  g_free (self->path);
  g_free (self->backend);
  g_free (self);
}

void
sortie_title_keeper_set_backend (SortieTitleKeeper *self, const char *address)
{
  g_free (self->backend);
  self->backend = g_strdup (address != NULL ? address : "");
}
