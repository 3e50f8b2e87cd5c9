/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-llm-codec.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What a provider tells of a failure inside an answer. Private to the codec. */

/* `error` in any of its forms, `x_groq.error`, `"object": "error"`. FALSE and SORTIE_LLM_ERROR where
 * the object tells one. @is_error: it is one itself. */
gboolean sortie_llm_chunk_check_error (JsonObject *object, gboolean is_error, GError **error);

/* A finish_reason that is not empty: what it means, or SORTIE_LLM_ERROR. */
gboolean sortie_llm_chunk_read_finish (const char *reason, SortieLlmFinish *finish, GError **error);

G_END_DECLS
