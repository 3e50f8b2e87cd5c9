/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-bus.h"
#include "sortie-library.h"

G_BEGIN_DECLS

/* The JSON documents that routes answer with; each appends one object. */
void sortie_snapshot_append_mission (GString *out,
                                     const SortieMissionRecord *record,
                                     gboolean full);
void sortie_snapshot_append_collection (GString *out,
                                        const SortieCollection *collection,
                                        gboolean indexing,
                                        const char *failure);
void sortie_snapshot_append_document (GString *out, const SortieDocument *document);
void sortie_snapshot_append_passage (GString *out, const SortiePassage *passage);
void sortie_snapshot_append_dead_letter (GString *out, const SortieDeadLetter *letter);

G_END_DECLS
