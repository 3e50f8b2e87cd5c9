/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-backend-state.h"

GType
sortie_backend_state_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { SORTIE_BACKEND_IDLE, "SORTIE_BACKEND_IDLE", "idle" },
    { SORTIE_BACKEND_STARTING, "SORTIE_BACKEND_STARTING", "starting" },
    { SORTIE_BACKEND_CONNECTING, "SORTIE_BACKEND_CONNECTING", "connecting" },
    { SORTIE_BACKEND_ONLINE, "SORTIE_BACKEND_ONLINE", "online" },
    { SORTIE_BACKEND_RECONNECTING, "SORTIE_BACKEND_RECONNECTING", "reconnecting" },
    { SORTIE_BACKEND_OFFLINE, "SORTIE_BACKEND_OFFLINE", "offline" },
    { SORTIE_BACKEND_FAILED, "SORTIE_BACKEND_FAILED", "failed" },
    { SORTIE_BACKEND_WRONG_VERSION, "SORTIE_BACKEND_WRONG_VERSION", "wrong-version" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("SortieBackendState", values));

  return type;
}

const char *
sortie_backend_state_to_string (SortieBackendState state)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (SORTIE_TYPE_BACKEND_STATE);

  return g_enum_get_value (class, (int) state)->value_nick;
}

#define TO(state) (1u << SORTIE_BACKEND_##state)

static const guint transitions[SORTIE_BACKEND_N_STATES] = {
  [SORTIE_BACKEND_IDLE] = TO (STARTING) | TO (CONNECTING) | TO (FAILED),
  [SORTIE_BACKEND_STARTING] = TO (IDLE) | TO (CONNECTING) | TO (FAILED),
  [SORTIE_BACKEND_CONNECTING] =
      TO (IDLE) | TO (STARTING) | TO (ONLINE) | TO (OFFLINE) | TO (FAILED) | TO (WRONG_VERSION),
  [SORTIE_BACKEND_ONLINE] =
      TO (IDLE) | TO (STARTING) | TO (RECONNECTING) | TO (FAILED) | TO (WRONG_VERSION),
  [SORTIE_BACKEND_RECONNECTING] = TO (IDLE) | TO (STARTING) | TO (CONNECTING) | TO (ONLINE) |
                                  TO (OFFLINE) | TO (FAILED) | TO (WRONG_VERSION),
  [SORTIE_BACKEND_OFFLINE] =
      TO (IDLE) | TO (STARTING) | TO (CONNECTING) | TO (ONLINE) | TO (FAILED) | TO (WRONG_VERSION),
  [SORTIE_BACKEND_FAILED] = TO (IDLE) | TO (STARTING) | TO (CONNECTING),
  [SORTIE_BACKEND_WRONG_VERSION] = TO (IDLE) | TO (STARTING) | TO (CONNECTING),
};

gboolean
sortie_backend_state_may_change (SortieBackendState from, SortieBackendState to)
{
  return (transitions[from] & (1u << to)) != 0;
}
