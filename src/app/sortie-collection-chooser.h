/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-api.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SortieCollectionChooser:
 *
 * A button that tells which collections are searched, and a popover to choose them in. Where nothing
 * is ticked all of them are searched.
 *
 * Signals:
 * - `add-documents`: a person wants to add some
 * - `changed`: the choice, or what there is to choose
 */
#define SORTIE_TYPE_COLLECTION_CHOOSER (sortie_collection_chooser_get_type ())
G_DECLARE_FINAL_TYPE (
    SortieCollectionChooser, sortie_collection_chooser, SORTIE, COLLECTION_CHOOSER, GtkWidget)

GtkWidget *sortie_collection_chooser_new (void);

/* @api: (nullable) */
void sortie_collection_chooser_set_api (SortieCollectionChooser *self, SortieApi *api);
/* Reads the collections again; what was chosen stays chosen where it is still there. */
void sortie_collection_chooser_refresh (SortieCollectionChooser *self);

/* (nullable) (transfer full): the chosen names, or NULL for all */
char **sortie_collection_chooser_dup_chosen (SortieCollectionChooser *self);
guint sortie_collection_chooser_get_n_collections (SortieCollectionChooser *self);
/* Whether the collections have been read. */
gboolean sortie_collection_chooser_is_known (SortieCollectionChooser *self);

G_END_DECLS
