/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-event-stream.h"

GType
sortie_event_stream_state_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { SORTIE_EVENT_STREAM_IDLE, "SORTIE_EVENT_STREAM_IDLE", "idle" },
    { SORTIE_EVENT_STREAM_CONNECTING, "SORTIE_EVENT_STREAM_CONNECTING", "connecting" },
    { SORTIE_EVENT_STREAM_OPEN, "SORTIE_EVENT_STREAM_OPEN", "open" },
    { SORTIE_EVENT_STREAM_WAITING, "SORTIE_EVENT_STREAM_WAITING", "waiting" },
    { SORTIE_EVENT_STREAM_COMPLETED, "SORTIE_EVENT_STREAM_COMPLETED", "completed" },
    { SORTIE_EVENT_STREAM_FAILED, "SORTIE_EVENT_STREAM_FAILED", "failed" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("SortieEventStreamState", values));

  return type;
}

const char *
sortie_event_stream_state_to_string (SortieEventStreamState state)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (SORTIE_TYPE_EVENT_STREAM_STATE);

  return g_enum_get_value (klass, (int) state)->value_nick;
}

#define TO(state) (1u << SORTIE_EVENT_STREAM_##state)

static const guint transitions[SORTIE_EVENT_STREAM_N_STATES] = {
  [SORTIE_EVENT_STREAM_IDLE] = TO (CONNECTING),
  [SORTIE_EVENT_STREAM_CONNECTING] =
      TO (IDLE) | TO (OPEN) | TO (WAITING) | TO (COMPLETED) | TO (FAILED),
  [SORTIE_EVENT_STREAM_OPEN] = TO (IDLE) | TO (WAITING) | TO (COMPLETED) | TO (FAILED),
  [SORTIE_EVENT_STREAM_WAITING] = TO (IDLE) | TO (CONNECTING),
  [SORTIE_EVENT_STREAM_COMPLETED] = 0,
  [SORTIE_EVENT_STREAM_FAILED] = TO (IDLE) | TO (CONNECTING),
};

gboolean
sortie_event_stream_may_change (SortieEventStreamState from, SortieEventStreamState to)
{
  return (transitions[from] & (1u << to)) != 0;
}
