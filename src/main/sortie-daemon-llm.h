/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-daemon-options.h"
#include "sortie-llm.h"
#include "sortie-provider.h"

G_BEGIN_DECLS

/* The language model in the daemon: made from the configuration, told about in the log, and handed to
 * the server, which knows none. */
typedef struct _SortieDaemonLlm SortieDaemonLlm;

/* It never fails: what can't be used is off, and a warning says why. */
SortieDaemonLlm *sortie_daemon_llm_new (const SortieDaemonOptions *options);
void sortie_daemon_llm_free (SortieDaemonLlm *self);

SortieLlm *sortie_daemon_llm_get (SortieDaemonLlm *self);
/* What the server's routes need; `self` must outlive them. */
SortieProvider sortie_daemon_llm_get_provider (SortieDaemonLlm *self);

G_END_DECLS
