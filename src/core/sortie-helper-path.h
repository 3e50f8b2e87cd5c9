/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * sortie_helper_paths:
 * @name: of a helper program
 * @named: (nullable): the folder that the environment names (`SORTIE_LIBEXEC_DIR`)
 * @program: (nullable): the path of the program that runs
 * @build_folder: where the helper is built
 * @libexec_folder: where it is installed
 *
 * Where to look for a helper: in the folder that the environment names, and nowhere else where it names
 * one; then beside the program, as both were installed; where it was built; where the prefix says.
 *
 * Returns: (transfer full): paths, the first one that is there counts
 */
char **sortie_helper_paths (const char *name,
                            const char *named,
                            const char *program,
                            const char *build_folder,
                            const char *libexec_folder);

G_END_DECLS
