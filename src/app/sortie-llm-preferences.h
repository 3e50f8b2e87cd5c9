/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a person has set of the language model: as the body of `PATCH /settings`, and in the settings.
 * Models and addresses that are empty are left out: the backend's own stand then. */

/* @key: (nullable): left out where it is NULL; empty removes it. (transfer full) */
char *sortie_llm_preferences_build (gboolean enabled,
                                    const char *base_url,
                                    const char *key,
                                    const char *planner,
                                    const char *analyzer,
                                    const char *writer);

/* The same from the settings. */
char *sortie_llm_preferences_to_json (GSettings *settings, const char *key);

/* Into the settings, to be handed over at each start from now on. */
void sortie_llm_preferences_save (GSettings *settings,
                                  gboolean enabled,
                                  const char *base_url,
                                  const char *planner,
                                  const char *analyzer,
                                  const char *writer);

G_END_DECLS
