/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-llm-codec.h"
#include "sortie-llm-template.h"

G_BEGIN_DECLS

/* One JSON object of an answer: a `chat.completion.chunk` of a stream, or a whole `chat.completion`.
 * Private to the codec. */

/**
 * SortieLlmChunk:
 * @text: of the first choice, still with a think block where the model writes one
 * @reasoning: what the provider itself tells apart
 * @finish: where it came to its end in order
 * @usage: -1 where it told nothing
 * @had_text: of any object so far
 * @known: what the objects of this stream look like
 *
 * Made once and filled again for each object.
 */
typedef struct
{
  GString *text;
  GString *reasoning;
  SortieLlmFinish finish;
  SortieLlmUsage usage;
  gboolean had_text;
  SortieLlmTemplate known;
} SortieLlmChunk;

void sortie_llm_chunk_init (SortieLlmChunk *self);
void sortie_llm_chunk_clear (SortieLlmChunk *self);

/**
 * sortie_llm_chunk_read:
 * @json: UTF-8
 * @length: bytes of @json
 * @is_error: an event whose type says so: the object is an error whatever it holds
 *
 * What is in @self afterwards counts also where it fails: text may stand beside the reason.
 *
 * Returns: whether the answer may go on; else SORTIE_LLM_ERROR
 */
gboolean sortie_llm_chunk_read (
    SortieLlmChunk *self, const char *json, gsize length, gboolean is_error, GError **error);

G_END_DECLS
