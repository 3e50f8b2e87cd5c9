/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-mission-item.h"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-shown-text.h"

#include <string.h>

struct _SortieMissionItem
{
  GObject parent_instance;
  char *id;
  char *title;
  char *text;
  char *folded; /* (nullable): of title and text; made when first asked for */
  SortieMissionState state;
  gint64 created;
  gint64 finished;
  gboolean removed;
};

G_DEFINE_FINAL_TYPE (SortieMissionItem, sortie_mission_item, G_TYPE_OBJECT)

enum
{
  PROP_TITLE = 1,
  PROP_STATE,
  PROP_IS_REMOVED,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

static void
notify (SortieMissionItem *self, guint property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_title (SortieMissionItem *self, const char *title)
{
  g_autofree char *line = sortie_shown_line (title, SORTIE_MISSION_ITEM_MAX_TITLE);

  if (*line == '\0' || g_strcmp0 (line, self->title) == 0)
    return;
  g_free (self->title);
  self->title = g_steal_pointer (&line);
  g_clear_pointer (&self->folded, g_free);
  notify (self, PROP_TITLE);
}

static void
set_state (SortieMissionItem *self, SortieMissionState state)
{
  if (state == self->state)
    return;
  self->state = state;
  notify (self, PROP_STATE);
}

/* ---- The object ---- */

static void
sortie_mission_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SortieMissionItem *self = SORTIE_MISSION_ITEM (object);

  switch (id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_STATE:
      g_value_set_int (value, (int) self->state);
      break;
    case PROP_IS_REMOVED:
      g_value_set_boolean (value, self->removed);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sortie_mission_item_finalize (GObject *object)
{
  SortieMissionItem *self = SORTIE_MISSION_ITEM (object);

  g_free (self->id);
  g_free (self->title);
  g_free (self->text);
  g_free (self->folded);
  G_OBJECT_CLASS (sortie_mission_item_parent_class)->finalize (object);
}

static void
sortie_mission_item_class_init (SortieMissionItemClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sortie_mission_item_get_property;
  object_class->finalize = sortie_mission_item_finalize;
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_STATE] =
      g_param_spec_int ("state", NULL, NULL, 0, SORTIE_MISSION_CANCELLED, 0, flags);
  properties[PROP_IS_REMOVED] = g_param_spec_boolean ("is-removed", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
sortie_mission_item_init (SortieMissionItem *self)
{
}

/* ---- What comes from the backend ---- */

static gint64
parse_time (const char *text)
{
  return text != NULL ? MAX (sortie_timestamp_parse (text), 0) : 0;
}

SortieMissionItem *
sortie_mission_item_new (JsonNode *snapshot, GError **error)
{
  g_autoptr (SortieMissionItem) self = g_object_new (SORTIE_TYPE_MISSION_ITEM, NULL);
  const char *id = NULL, *text = NULL, *title = NULL, *state = NULL, *created = NULL;
  const char *finished = NULL;
  g_autoptr (GError) why = NULL;
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (snapshot))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL, "a mission is no JSON object");
      return NULL;
    }
  object = json_node_get_object (snapshot);
  if (!sortie_json_get_string (object, "mission_id", TRUE, &id, &why) ||
      !sortie_json_get_string (object, "mission", TRUE, &text, &why) ||
      !sortie_json_get_string (object, "title", FALSE, &title, &why) ||
      !sortie_json_get_string (object, "state", TRUE, &state, &why) ||
      !sortie_json_get_string (object, "created", FALSE, &created, &why) ||
      !sortie_json_get_string (object, "finished", FALSE, &finished, &why))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL, "a mission: %s", why->message);
      return NULL;
    }
  if (!sortie_mission_id_is_valid (id) || !sortie_mission_state_from_string (state, &self->state))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL,
                   "a mission: bad mission_id or state");
      return NULL;
    }
  self->id = g_strdup (id);
  self->text = g_strdup (text);
  self->title = sortie_shown_line (title != NULL && *title != '\0' ? title : text,
                                   SORTIE_MISSION_ITEM_MAX_TITLE);
  self->created = parse_time (created);
  self->finished = parse_time (finished);
  return g_steal_pointer (&self);
}

GPtrArray *
sortie_mission_item_read_page (JsonNode *node, const char **cursor, GError **error)
{
  g_autoptr (GPtrArray) page = g_ptr_array_new_with_free_func (g_object_unref);
  JsonArray *missions = NULL;
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL, "the missions are no JSON object");
      return NULL;
    }
  object = json_node_get_object (node);
  if (!sortie_json_get_array (object, "missions", TRUE, &missions, error) ||
      !sortie_json_get_string (object, "next", FALSE, cursor, error))
    return NULL;
  for (guint i = 0; i < json_array_get_length (missions); i++)
    {
      SortieMissionItem *item =
          sortie_mission_item_new (json_array_get_element (missions, i), NULL);

      if (item != NULL)
        g_ptr_array_add (page, item);
    }
  return g_steal_pointer (&page);
}

void
sortie_mission_item_update (SortieMissionItem *self, SortieMissionItem *newer)
{
  /* Read before the mission ended, and answered after its end came over the feed. */
  if (sortie_mission_item_is_final (self) && !sortie_mission_item_is_final (newer))
    return;
  self->finished = newer->finished;
  set_title (self, newer->title);
  set_state (self, newer->state);
}

static void
take_outcome (SortieMissionItem *self, JsonObject *data, gint64 time)
{
  const char *outcome = NULL;
  SortieMissionState state;

  self->finished = time;
  if (data == NULL || !sortie_json_get_string (data, "outcome", TRUE, &outcome, NULL) ||
      !sortie_mission_state_from_string (outcome, &state) || !sortie_mission_state_is_final (state))
    state = SORTIE_MISSION_FAILED;
  set_state (self, state);
}

static void
take_plan (SortieMissionItem *self, JsonObject *data)
{
  JsonObject *plan = NULL;
  const char *title = NULL;

  if (data != NULL && sortie_json_get_object (data, "plan", FALSE, &plan, NULL) &&
      sortie_json_get_string (plan != NULL ? plan : data, "title", FALSE, &title, NULL) &&
      title != NULL)
    set_title (self, title);
}

/* A final state is latched: nothing of the feed leads out of it. */
void
sortie_mission_item_take_event (SortieMissionItem *self, const SortieEvent *event)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObject *data = NULL;

  if (sortie_mission_item_is_final (self))
    return;
  if (event->data != NULL &&
      (event->type == SORTIE_EVENT_DONE || g_strcmp0 (event->code, SORTIE_CODE_PLAN_READY) == 0))
    node = sortie_json_parse (event->data, strlen (event->data), NULL, NULL);
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    data = json_node_get_object (node);

  if (event->type == SORTIE_EVENT_DONE)
    take_outcome (self, data, event->timestamp);
  else if (g_strcmp0 (event->code, SORTIE_CODE_MISSION_LOST) == 0)
    take_outcome (self, NULL, event->timestamp);
  else if (g_strcmp0 (event->code, SORTIE_CODE_MISSION_ACCEPTED) != 0)
    set_state (self, SORTIE_MISSION_RUNNING);
  if (g_strcmp0 (event->code, SORTIE_CODE_PLAN_READY) == 0)
    take_plan (self, data);
}

/* ---- What is known ---- */

const char *
sortie_mission_item_get_id (SortieMissionItem *self)
{
  return self->id;
}

const char *
sortie_mission_item_get_title (SortieMissionItem *self)
{
  return self->title;
}

const char *
sortie_mission_item_get_text (SortieMissionItem *self)
{
  return self->text;
}

SortieMissionState
sortie_mission_item_get_state (SortieMissionItem *self)
{
  return self->state;
}

gboolean
sortie_mission_item_is_final (SortieMissionItem *self)
{
  return sortie_mission_state_is_final (self->state);
}

gint64
sortie_mission_item_get_created (SortieMissionItem *self)
{
  return self->created;
}

gint64
sortie_mission_item_get_finished (SortieMissionItem *self)
{
  return self->finished;
}

gboolean
sortie_mission_item_is_removed (SortieMissionItem *self)
{
  return self->removed;
}

void
sortie_mission_item_set_removed (SortieMissionItem *self, gboolean removed)
{
  if (removed == self->removed)
    return;
  self->removed = removed;
  notify (self, PROP_IS_REMOVED);
}

char *
sortie_mission_item_fold (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *normal = g_utf8_normalize (valid, -1, G_NORMALIZE_ALL);

  return g_utf8_casefold (normal, -1);
}

gboolean
sortie_mission_item_matches (SortieMissionItem *self, const char *folded)
{
  if (self->folded == NULL)
    {
      g_autofree char *both = g_strconcat (self->title, "\n", self->text, NULL);

      self->folded = sortie_mission_item_fold (both);
    }
  return strstr (self->folded, folded) != NULL;
}
