/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SORTIE_MODEL_DRAFT_MAX_BYTES (32 * 1024 * 1024)

/* One draft of a mission. Copies share the text that they have in common, so that a checkpoint
 * every few hundred events costs next to nothing. For one thread. */
typedef struct _SortieModelDraft SortieModelDraft;

SortieModelDraft *sortie_model_draft_new (int number, gint64 started);
SortieModelDraft *sortie_model_draft_copy (const SortieModelDraft *self);
void sortie_model_draft_free (SortieModelDraft *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieModelDraft, sortie_model_draft_free)

/**
 * sortie_model_draft_write:
 * @offset: bytes from the draft's start
 * @text: UTF-8
 * @length: bytes of @text
 *
 * Puts the text at its place; what stood there is overwritten. SORTIE_ERROR_PROTOCOL where it would
 * leave a gap, SORTIE_ERROR_TOO_LARGE beyond SORTIE_MODEL_DRAFT_MAX_BYTES; nothing is changed then.
 */
gboolean sortie_model_draft_write (
    SortieModelDraft *self, gint64 offset, const char *text, gsize length, GError **error);

/* `written_by`, `data`: (nullable): who wrote it, and the data of draft.completed as JSON */
void sortie_model_draft_complete (SortieModelDraft *self,
                                  const char *written_by,
                                  const char *data,
                                  gint64 time);
void sortie_model_draft_set_written_by (SortieModelDraft *self, const char *written_by);

int sortie_model_draft_get_number (const SortieModelDraft *self);
/* UTF-8, not NUL-terminated at @length; valid until the draft changes */
const char *sortie_model_draft_get_text (const SortieModelDraft *self, gsize *length);
gboolean sortie_model_draft_is_complete (const SortieModelDraft *self);
/* (nullable): `deterministic` or `llm` */
const char *sortie_model_draft_get_written_by (const SortieModelDraft *self);
/* (nullable): a JSON object with sources, unsupported ranges, … */
const char *sortie_model_draft_get_data (const SortieModelDraft *self);
/* Milliseconds since 1970 UTC; 0 where not known yet. */
gint64 sortie_model_draft_get_started (const SortieModelDraft *self);
gint64 sortie_model_draft_get_ended (const SortieModelDraft *self);

G_END_DECLS
