/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Keys and tokens are kept from wherever this process leaves traces. */

/* Takes them out of the environment, where children and /proc would show them. Before any thread. */
void sortie_daemon_wipe_environment (void);
/* A copy of the environment, with what is secret wiped before it is freed. */
void sortie_daemon_free_environment (char **environment);
/* (nullable) text that may hold secrets. */
void sortie_daemon_free_text (char *text);
/* From here on this process leaves no core dump, and no debugger of the same user gets at it. */
void sortie_daemon_forbid_dumps (void);

G_END_DECLS
