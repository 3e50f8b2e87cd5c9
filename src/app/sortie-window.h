/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-backend.h"
#include "sortie-mission-list.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Below this width, in pixels, list and report take turns. */
#define SORTIE_WINDOW_NARROW 640

#define SORTIE_TYPE_WINDOW (sortie_window_get_type ())
G_DECLARE_FINAL_TYPE (SortieWindow, sortie_window, SORTIE, WINDOW, AdwApplicationWindow)

SortieWindow *sortie_window_new (GtkApplication *application,
                                 SortieBackend *backend,
                                 SortieMissionList *list);

/* Shows a mission, as soon as the backend is there. */
void sortie_window_open_mission (SortieWindow *self, const char *id);
/* Shows the composer with that text, and submits it as soon as that can be. @text: (nullable): as it
 * is */
void sortie_window_compose (SortieWindow *self, const char *text, gboolean submit);
/* Shows the sources and adds files and folders to them; a person is asked for the collection where
 * that is not clear. */
void sortie_window_add_documents (SortieWindow *self, GListModel *files);
/* Shows the list of missions with that text in its filter. */
void sortie_window_search_missions (SortieWindow *self, const char *text);
/* Whether a person sees this mission now. */
gboolean sortie_window_is_watching (SortieWindow *self, const char *id);

G_END_DECLS
