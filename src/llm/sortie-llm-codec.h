/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-llm-error.h"

G_BEGIN_DECLS

/* The answer of a chat completion as it is found in the wild, from bytes to text. Push-fed, bounded,
 * pure: no I/O, no clock. It tells by the first bytes what comes (an event stream, one JSON document,
 * a page for people), since content types lie. */

#define SORTIE_LLM_MAX_TEXT (512 * 1024)         /* bytes of one answer's text */
#define SORTIE_LLM_MAX_STREAM (32 * 1024 * 1024) /* bytes of one answer on the wire */
#define SORTIE_LLM_MAX_EVENT (1024 * 1024) /* bytes of one event, or of a whole JSON document */

typedef enum
{
  SORTIE_LLM_FINISH_NONE,
  SORTIE_LLM_FINISH_STOP,
  SORTIE_LLM_FINISH_LENGTH,
} SortieLlmFinish;

typedef struct
{
  gint64 prompt_tokens; /* -1 where the provider told nothing */
  gint64 completion_tokens;
} SortieLlmUsage;

/* @text: the next piece of the answer: whole UTF-8 characters, without reasoning; never empty */
typedef void (*SortieLlmTextFunc) (const char *text, gsize length, gpointer user_data);

typedef struct _SortieLlmCodec SortieLlmCodec;

SortieLlmCodec *sortie_llm_codec_new (const char *content_type, /* (nullable) */
                                      SortieLlmTextFunc func,
                                      gpointer user_data);
void sortie_llm_codec_free (SortieLlmCodec *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieLlmCodec, sortie_llm_codec_free)

/* The next bytes, cut anywhere. `func` is called inside. SORTIE_LLM_ERROR where the answer has
 * failed; the codec then takes nothing more and keeps that error. */
gboolean sortie_llm_codec_feed (SortieLlmCodec *self,
                                const char *bytes,
                                gsize length,
                                GError **error);

/* The stream is at its end: what was held back comes out, and whether it was a whole answer is known.
 * An end without finish_reason is SORTIE_LLM_ERROR_TRUNCATED. */
gboolean sortie_llm_codec_end (SortieLlmCodec *self, GError **error);

/* [DONE] came, so that nothing of interest can follow. */
gboolean sortie_llm_codec_is_done (const SortieLlmCodec *self);
/* Grows with each piece of text or reasoning, not with comments or empty deltas: the sign of life
 * that the deadlines watch. */
guint64 sortie_llm_codec_get_n_deltas (const SortieLlmCodec *self);
/* Pieces of text alone: about the number of tokens where the provider tells no usage. */
guint64 sortie_llm_codec_get_n_pieces (const SortieLlmCodec *self);
SortieLlmFinish sortie_llm_codec_get_finish (const SortieLlmCodec *self);
SortieLlmUsage sortie_llm_codec_get_usage (const SortieLlmCodec *self);
const char *sortie_llm_codec_get_reasoning (const SortieLlmCodec *self); /* for tests; bounded */

G_END_DECLS
