/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-api.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SortieComposer:
 *
 * Where a mission is written and submitted; the window's empty state too.
 *
 * Signals:
 * - `submitted` (const char *mission_id)
 * - `add-documents` (GListModel *files, nullable): files and folders were dropped, or a person wants
 *   to add some
 */
#define SORTIE_TYPE_COMPOSER (sortie_composer_get_type ())
G_DECLARE_FINAL_TYPE (SortieComposer, sortie_composer, SORTIE, COMPOSER, GtkWidget)

GtkWidget *sortie_composer_new (void);

/* @api: (nullable) */
void sortie_composer_set_api (SortieComposer *self, SortieApi *api);
/* Why nothing can be submitted now, in the user's words; NULL where it can. */
void sortie_composer_set_obstacle (SortieComposer *self, const char *obstacle);
/* Reads the collections again. */
void sortie_composer_refresh (SortieComposer *self);
void sortie_composer_set_text (SortieComposer *self, const char *text);
void sortie_composer_focus (SortieComposer *self);
/* Submits what is written, as if a person had pressed Start; where that can't be now, as soon as the
 * obstacle has gone. */
void sortie_composer_submit (SortieComposer *self);

/* What is wrong with a mission's text, in the user's words, or NULL. (transfer full) (nullable) */
char *sortie_composer_check_text (const char *text);

G_END_DECLS
