/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-api.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SortieDeadLettersPage:
 *
 * What failed for good: why, its payload and attempts; retry, retry all, discard.
 *
 * Signals:
 * - `open-mission` (const char *mission_id): a retry has made a new mission, or a person wants to see
 *   the failed one
 */
#define SORTIE_TYPE_DEAD_LETTERS_PAGE (sortie_dead_letters_page_get_type ())
G_DECLARE_FINAL_TYPE (
    SortieDeadLettersPage, sortie_dead_letters_page, SORTIE, DEAD_LETTERS_PAGE, GtkWidget)

GtkWidget *sortie_dead_letters_page_new (void);

/* @api: (nullable): NULL while there is no backend */
void sortie_dead_letters_page_set_api (SortieDeadLettersPage *self, SortieApi *api);
/* Reads the list again. */
void sortie_dead_letters_page_refresh (SortieDeadLettersPage *self);

G_END_DECLS
