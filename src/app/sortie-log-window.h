/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-backend.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* What the own backend says, as it says it. */
#define SORTIE_TYPE_LOG_WINDOW (sortie_log_window_get_type ())
G_DECLARE_FINAL_TYPE (SortieLogWindow, sortie_log_window, SORTIE, LOG_WINDOW, AdwWindow)

GtkWindow *sortie_log_window_new (GtkWindow *parent, SortieBackend *backend);

G_END_DECLS
