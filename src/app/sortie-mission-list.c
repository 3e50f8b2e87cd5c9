/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-mission-list-private.h"

#include "sortie-error.h"

/* Missions that the feed tells of and the list does not know are read one by one, but no more than
 * this at once; where there are more, the newest page is read again afterwards. */
#define MAX_LEARNING 8

static void list_model_init (GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SortieMissionList,
                               sortie_mission_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum
{
  PROP_HAS_MORE = 1,
  PROP_IS_LOADING,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

enum
{
  FINISHED,
  FAILED,
  REMOVAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static GType
get_item_type (GListModel *model)
{
  return SORTIE_TYPE_MISSION_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return SORTIE_MISSION_LIST (model)->items->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  SortieMissionList *self = SORTIE_MISSION_LIST (model);

  return position < self->items->len ? g_object_ref (g_ptr_array_index (self->items, position))
                                     : NULL;
}

static void
list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

/* ---- The array ---- */

/* Newest first; of the same time by ID, as the backend has them. */
static int
compare (SortieMissionItem *a, SortieMissionItem *b)
{
  gint64 of_a = sortie_mission_item_get_created (a);
  gint64 of_b = sortie_mission_item_get_created (b);

  if (of_a != of_b)
    return of_a > of_b ? -1 : 1;
  return g_strcmp0 (sortie_mission_item_get_id (b), sortie_mission_item_get_id (a));
}

static guint
find_place (SortieMissionList *self, SortieMissionItem *item)
{
  guint low = 0;
  guint high = self->items->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (compare (g_ptr_array_index (self->items, middle), item) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Takes an item in, without telling, or what it says into the one that is there. FALSE where one is. */
static gboolean
insert (SortieMissionList *self, SortieMissionItem *item, guint *place)
{
  const char *id = sortie_mission_item_get_id (item);
  SortieMissionItem *known = g_hash_table_lookup (self->by_id, id);

  if (known != NULL)
    {
      sortie_mission_item_update (known, item);
      return FALSE;
    }
  *place = find_place (self, item);
  sortie_mission_item_set_removed (item, g_hash_table_contains (self->marked, id));
  g_ptr_array_insert (self->items, (int) *place, g_object_ref (item));
  g_hash_table_insert (self->by_id, (gpointer) id, item);
  return TRUE;
}

static void
put (SortieMissionList *self, SortieMissionItem *item)
{
  guint place;

  if (insert (self, item, &place))
    g_list_model_items_changed (G_LIST_MODEL (self), place, 0, 1);
}

static void
take_out (SortieMissionList *self, guint place)
{
  SortieMissionItem *item = g_ptr_array_index (self->items, place);

  g_hash_table_remove (self->by_id, sortie_mission_item_get_id (item));
  g_ptr_array_remove_index (self->items, place);
  g_list_model_items_changed (G_LIST_MODEL (self), place, 1, 0);
}

void
sortie_mission_list_drop (SortieMissionList *self, const char *id)
{
  SortieMissionItem *item = g_hash_table_lookup (self->by_id, id);
  guint place;

  if (item != NULL && g_ptr_array_find (self->items, item, &place))
    take_out (self, place);
}

/* ---- Pages ---- */

static void
set_loading (SortieMissionList *self, gboolean loading)
{
  self->is_loading = loading;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_LOADING]);
}

static void
set_cursor (SortieMissionList *self, const char *cursor)
{
  g_free (self->cursor);
  self->cursor = g_strdup (cursor);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HAS_MORE]);
}

/* Told once, as whoever shows the list goes through its rows each time. */
static void
take_page (SortieMissionList *self, GPtrArray *page)
{
  guint before = self->items->len;
  guint first = G_MAXUINT;
  guint tail = G_MAXUINT; /* items behind the last new one */
  guint place;

  for (guint i = 0; i < page->len; i++)
    if (insert (self, g_ptr_array_index (page, i), &place))
      {
        first = MIN (first, place);
        tail = MIN (tail, self->items->len - place - 1);
      }
  if (self->items->len > before)
    g_list_model_items_changed (G_LIST_MODEL (self), first, before - first - tail,
                                self->items->len - first - tail);
}

/* What is as new as the page and not in it was deleted elsewhere. */
static void
drop_missing (SortieMissionList *self, GPtrArray *page, gboolean is_all)
{
  g_autoptr (GHashTable) there = g_hash_table_new (g_str_hash, g_str_equal);
  SortieMissionItem *oldest = page->len > 0 ? g_ptr_array_index (page, page->len - 1) : NULL;

  for (guint i = 0; i < page->len; i++)
    g_hash_table_add (there, (gpointer) sortie_mission_item_get_id (g_ptr_array_index (page, i)));
  for (guint i = self->items->len; i > 0; i--)
    {
      SortieMissionItem *item = g_ptr_array_index (self->items, i - 1);
      gboolean in_range = is_all || (oldest != NULL && compare (item, oldest) <= 0);

      if (in_range && !g_hash_table_contains (there, sortie_mission_item_get_id (item)))
        take_out (self, i - 1);
    }
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieMissionList) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);
  g_autoptr (GPtrArray) page = NULL;
  const char *cursor = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (node != NULL)
    page = sortie_mission_item_read_page (node, &cursor, &error);
  if (page != NULL)
    {
      take_page (self, page);
      set_cursor (self, cursor);
    }
  else
    g_debug ("No page of missions: %s", error->message);
  set_loading (self, FALSE);
}

static void
refreshed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieMissionList) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);
  g_autoptr (GPtrArray) page = NULL;
  const char *cursor = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->is_refreshing = FALSE;
  if (node != NULL)
    page = sortie_mission_item_read_page (node, &cursor, &error);
  if (page == NULL)
    {
      g_debug ("No newest missions: %s", error->message);
      set_loading (self, FALSE);
      return;
    }
  drop_missing (self, page, cursor == NULL);
  take_page (self, page);
  /* Cursors are stable: where more pages were read, theirs still holds. */
  if (!self->is_known || cursor == NULL || self->items->len <= page->len)
    set_cursor (self, cursor);
  self->is_known = TRUE;
  set_loading (self, FALSE);
}

void
sortie_mission_list_refresh (SortieMissionList *self)
{
  if (self->api == NULL || self->is_refreshing)
    return;
  self->is_refreshing = TRUE;
  self->is_stale = FALSE;
  set_loading (self, TRUE);
  sortie_api_list_missions_async (self->api, NULL, SORTIE_MISSION_LIST_PAGE, NULL,
                                  self->cancellable, refreshed_cb, g_object_ref (self));
}

void
sortie_mission_list_load_more (SortieMissionList *self)
{
  if (self->api == NULL || self->cursor == NULL || self->is_loading)
    return;
  set_loading (self, TRUE);
  sortie_api_list_missions_async (self->api, NULL, SORTIE_MISSION_LIST_PAGE, self->cursor,
                                  self->cancellable, loaded_cb, g_object_ref (self));
}

/* ---- One by one ---- */

SortieMissionSingle *
sortie_mission_single_new (SortieMissionList *self, const char *id)
{
  SortieMissionSingle *single = g_new (SortieMissionSingle, 1);

  single->self = g_object_ref (self);
  single->id = g_strdup (id);
  return single;
}

void
sortie_mission_single_free (SortieMissionSingle *single)
{
  g_object_unref (single->self);
  g_free (single->id);
  g_free (single);
}

static void ask (SortieMissionList *self, const char *id);

static void
learned_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieMissionSingle) single = user_data;
  SortieMissionList *self = single->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);
  g_autoptr (SortieMissionItem) item = NULL;
  gboolean is_outdated = g_hash_table_lookup (self->asked, single->id) != NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_hash_table_remove (self->asked, single->id);
  if (node != NULL)
    item = sortie_mission_item_new (node, NULL);
  if (item != NULL)
    {
      SortieMissionItem *known = sortie_mission_list_find (self, single->id);
      gboolean was_final = known != NULL && sortie_mission_item_is_final (known);

      put (self, item);
      if (!was_final && sortie_mission_item_is_final (item))
        g_signal_emit (self, signals[FINISHED], 0, item); /* it was over before we had read it */
      else if (is_outdated && !sortie_mission_item_is_final (item))
        ask (self, single->id);
    }
  if (self->is_stale && g_hash_table_size (self->asked) == 0)
    sortie_mission_list_refresh (self);
}

static void
ask (SortieMissionList *self, const char *id)
{
  g_hash_table_insert (self->asked, g_strdup (id), NULL);
  sortie_api_get_mission_async (self->api, id, self->cancellable, learned_cb,
                                sortie_mission_single_new (self, id));
}

void
sortie_mission_list_learn (SortieMissionList *self, const char *id)
{
  if (self->api == NULL || !sortie_mission_id_is_valid (id) ||
      g_hash_table_contains (self->by_id, id) || g_hash_table_contains (self->asked, id))
    return;
  if (g_hash_table_size (self->asked) >= MAX_LEARNING)
    {
      self->is_stale = TRUE;
      return;
    }
  ask (self, id);
}

void
sortie_mission_list_take_event (SortieMissionList *self, const SortieEvent *event)
{
  SortieMissionItem *item;
  gboolean was_final;

  if (event->mission_id == NULL)
    return;
  item = g_hash_table_lookup (self->by_id, event->mission_id);
  if (g_hash_table_contains (self->asked, event->mission_id))
    g_hash_table_insert (self->asked, g_strdup (event->mission_id), self);
  if (item == NULL)
    {
      sortie_mission_list_learn (self, event->mission_id);
      return;
    }
  was_final = sortie_mission_item_is_final (item);
  sortie_mission_item_take_event (item, event);
  if (!was_final && sortie_mission_item_is_final (item))
    g_signal_emit (self, signals[FINISHED], 0, item);
}

/* ---- The object ---- */

static void
sortie_mission_list_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SortieMissionList *self = SORTIE_MISSION_LIST (object);

  switch (id)
    {
    case PROP_HAS_MORE:
      g_value_set_boolean (value, self->cursor != NULL);
      break;
    case PROP_IS_LOADING:
      g_value_set_boolean (value, self->is_loading);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sortie_mission_list_dispose (GObject *object)
{
  SortieMissionList *self = SORTIE_MISSION_LIST (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->api);
  G_OBJECT_CLASS (sortie_mission_list_parent_class)->dispose (object);
}

static void
sortie_mission_list_finalize (GObject *object)
{
  SortieMissionList *self = SORTIE_MISSION_LIST (object);

  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->asked);
  g_hash_table_unref (self->marked);
  g_ptr_array_unref (self->items);
  g_object_unref (self->cancellable);
  g_free (self->cursor);
  G_OBJECT_CLASS (sortie_mission_list_parent_class)->finalize (object);
}

static void
sortie_mission_list_class_init (SortieMissionListClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sortie_mission_list_get_property;
  object_class->dispose = sortie_mission_list_dispose;
  object_class->finalize = sortie_mission_list_finalize;
  properties[PROP_HAS_MORE] = g_param_spec_boolean ("has-more", NULL, NULL, FALSE, flags);
  properties[PROP_IS_LOADING] = g_param_spec_boolean ("is-loading", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  signals[FINISHED] = g_signal_new ("finished", SORTIE_TYPE_MISSION_LIST, G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 1, SORTIE_TYPE_MISSION_ITEM);
  signals[FAILED] = g_signal_new ("failed", SORTIE_TYPE_MISSION_LIST, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[REMOVAL_CHANGED] = g_signal_new ("removal-changed", SORTIE_TYPE_MISSION_LIST,
                                           G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sortie_mission_list_init (SortieMissionList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->marked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->cancellable = g_cancellable_new ();
}

SortieMissionList *
sortie_mission_list_new (void)
{
  return g_object_new (SORTIE_TYPE_MISSION_LIST, NULL);
}

void
sortie_mission_list_set_api (SortieMissionList *self, SortieApi *api)
{
  guint n = self->items->len;

  if (!g_set_object (&self->api, api))
    return;
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->is_known = self->is_loading = self->is_refreshing = self->is_stale = FALSE;
  g_hash_table_remove_all (self->by_id);
  g_hash_table_remove_all (self->asked);
  g_hash_table_remove_all (self->marked);
  g_ptr_array_set_size (self->items, 0);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
  set_cursor (self, NULL);
  set_loading (self, FALSE);
}

SortieMissionItem *
sortie_mission_list_find (SortieMissionList *self, const char *id)
{
  return g_hash_table_lookup (self->by_id, id);
}

gboolean
sortie_mission_list_has_more (SortieMissionList *self)
{
  return self->cursor != NULL;
}

gboolean
sortie_mission_list_is_loading (SortieMissionList *self)
{
  return self->is_loading;
}

gboolean
sortie_mission_list_is_known (SortieMissionList *self)
{
  return self->is_known;
}
