/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-daemon-options.h"

G_BEGIN_DECLS

/* The backend as one piece: what sortied wires together and runs. */
typedef struct _SortieDaemon SortieDaemon;

/* Blocks until Redis answers. On success the addresses stand on standard output. */
SortieDaemon *sortie_daemon_start (const SortieDaemonOptions *options, GError **error);
/* Ends in order: no more requests, steps finished or handed back, Redis last. */
void sortie_daemon_stop (SortieDaemon *self);

G_END_DECLS
