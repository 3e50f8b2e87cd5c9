/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-backend.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define SORTIE_TYPE_PREFERENCES (sortie_preferences_get_type ())
G_DECLARE_FINAL_TYPE (
    SortiePreferences, sortie_preferences, SORTIE, PREFERENCES, AdwPreferencesWindow)

GtkWindow *sortie_preferences_new (GtkWindow *parent, SortieBackend *backend);

G_END_DECLS
