/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SORTIE_TYPE_WINDOW (sortie_window_get_type ())
G_DECLARE_FINAL_TYPE (SortieWindow, sortie_window, SORTIE, WINDOW, AdwApplicationWindow)

SortieWindow *sortie_window_new (GtkApplication *application);

G_END_DECLS
