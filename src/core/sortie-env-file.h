/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One assignment of a `.env` file. */
typedef void (*SortieEnvFileFunc) (const char *name, const char *value, gpointer user_data);

/* Calls `func` for each assignment in order. The form of the file and the errors are those of
 * sortie_config_new(). */
gboolean sortie_env_file_parse (
    const char *contents, gsize length, SortieEnvFileFunc func, gpointer user_data, GError **error);

G_END_DECLS
