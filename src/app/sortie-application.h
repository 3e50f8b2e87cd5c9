/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * SortieApplication:
 *
 * The one instance of the desktop application: command line, actions, backend, windows.
 */
#define SORTIE_TYPE_APPLICATION (sortie_application_get_type ())
G_DECLARE_FINAL_TYPE (SortieApplication, sortie_application, SORTIE, APPLICATION, AdwApplication)

SortieApplication *sortie_application_new (void);

G_END_DECLS
