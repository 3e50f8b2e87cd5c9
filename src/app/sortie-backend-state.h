/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * SortieBackendState:
 * @SORTIE_BACKEND_IDLE: nothing is done; the beginning, and the end
 * @SORTIE_BACKEND_STARTING: the own backend is being started
 * @SORTIE_BACKEND_CONNECTING: something is there, or should be; it is asked who it is
 * @SORTIE_BACKEND_ONLINE: it answers, and the feed is followed
 * @SORTIE_BACKEND_RECONNECTING: the feed broke off a moment ago and is being taken up again
 * @SORTIE_BACKEND_OFFLINE: nobody answers; tried again by itself, more and more rarely
 * @SORTIE_BACKEND_FAILED: trying again would not help by itself; sortie_backend_get_error() says why
 * @SORTIE_BACKEND_WRONG_VERSION: it speaks another version of the interface
 */
typedef enum
{
  SORTIE_BACKEND_IDLE,
  SORTIE_BACKEND_STARTING,
  SORTIE_BACKEND_CONNECTING,
  SORTIE_BACKEND_ONLINE,
  SORTIE_BACKEND_RECONNECTING,
  SORTIE_BACKEND_OFFLINE,
  SORTIE_BACKEND_FAILED,
  SORTIE_BACKEND_WRONG_VERSION,
} SortieBackendState;
#define SORTIE_BACKEND_N_STATES 8

#define SORTIE_TYPE_BACKEND_STATE (sortie_backend_state_get_type ())
GType sortie_backend_state_get_type (void);
const char *sortie_backend_state_to_string (SortieBackendState state);

/* The transition table. Whatever the state, a stop leads to idle. */
gboolean sortie_backend_state_may_change (SortieBackendState from, SortieBackendState to);

G_END_DECLS
