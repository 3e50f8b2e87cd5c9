/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-llm-client.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What the client says and hears in HTTP. Private to the client. No message holds the key, the prompt
 * or a word of the provider's. */

/* A session that adds nothing of its own: no encoding, no cookie, no answer to an authentication.
 * @is_local: all that it is for is on this machine */
SoupSession *sortie_llm_http_session_new (gboolean is_local);

/* `POST {base_url}/chat/completions`. SORTIE_LLM_ERROR_REJECTED for an address that is none,
 * SORTIE_LLM_ERROR_AUTH for a key that no header can hold. */
SoupMessage *sortie_llm_http_message_new (const SortieLlmSettings *settings,
                                          GBytes *body,
                                          GError **error);
/* The same once more, on a connection of its own. */
SoupMessage *sortie_llm_http_message_again (SoupMessage *message, GBytes *body);

void sortie_llm_http_read_headers (SoupMessage *message, SortieLlmHeaders *headers);

/* Whether the response's head lets an answer be expected: FALSE and SORTIE_LLM_ERROR for any status
 * but 2xx and for an encoding that was not asked for. @host: for the message */
gboolean sortie_llm_http_check (SoupMessage *message, const char *host, GError **error);

/* Whether the provider's reasons for a refusal are worth a look: the same request in other words may
 * be taken. */
gboolean sortie_llm_http_may_tell_why (guint status);
void sortie_llm_http_read_refusal (const char *body, gsize length, SortieLlmHeaders *headers);

/* Why there was no response. @retryable: (out) */
GError *sortie_llm_http_explain (const GError *failure, const char *host, gboolean *retryable);

G_END_DECLS
