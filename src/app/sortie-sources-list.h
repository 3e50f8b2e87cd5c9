/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-report-data.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SortieSourcesList:
 *
 * What a report cites, as buttons: the way to the passages that needs no pointer and that a screen
 * reader sees.
 *
 * Signals:
 * - `activated` (guint number, GtkWidget *button)
 */
#define SORTIE_TYPE_SOURCES_LIST (sortie_sources_list_get_type ())
G_DECLARE_FINAL_TYPE (SortieSourcesList, sortie_sources_list, SORTIE, SOURCES_LIST, GtkWidget)

/* @data: (nullable): copied */
void sortie_sources_list_set_data (SortieSourcesList *self, const SortieReportData *data);

G_END_DECLS
