/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * sortie_sandbox_get_id:
 * @environment: (nullable): to look in; %NULL for that of the process
 *
 * The one place that tells whether we run in a Flatpak: there the environment has its ID.
 *
 * Returns: (nullable): the ID, which belongs to the environment; %NULL outside of a sandbox
 */
const char *sortie_sandbox_get_id (const char *const *environment);

/**
 * sortie_sandbox_dup_runtime_folder:
 * @runtime: the user's folder for sockets and locks (`$XDG_RUNTIME_DIR`)
 * @environment: (nullable): as for sortie_sandbox_get_id()
 *
 * The folder in @runtime for what belongs to us. In a sandbox it is the one that all its runs share,
 * which Flatpak gives each of them; nothing else in @runtime outlives a run there.
 *
 * Returns: (transfer full): its path
 */
char *sortie_sandbox_dup_runtime_folder (const char *runtime, const char *const *environment);

G_END_DECLS
