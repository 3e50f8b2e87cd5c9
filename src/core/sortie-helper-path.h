/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * sortie_helper_path_find:
 * @name: of a helper program
 * @build_folder: where it is built
 * @libexec_folder: where it is installed
 *
 * Looks in the folder that the environment names (`SORTIE_LIBEXEC_DIR`), and nowhere else where it
 * names one; then beside this program, as both were installed; where it was built; where the prefix
 * says.
 *
 * Returns: (transfer full) (nullable): its path
 */
char *sortie_helper_path_find (const char *name,
                               const char *build_folder,
                               const char *libexec_folder);

G_END_DECLS
