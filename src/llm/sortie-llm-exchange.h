/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-llm-client.h"
#include "sortie-llm-mailbox.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* One request and its answer, as it lives in the client's thread. Made by the thread that waits, shared
 * by both. Private to the client. */

#define SORTIE_LLM_MAX_REFUSAL (64 * 1024) /* bytes of an error's body */

typedef struct _SortieLlmExchange SortieLlmExchange;

/**
 * SortieLlmOutcome:
 * @error: NULL for a whole answer
 *
 * What became of it, apart from the text, which is in the mailbox.
 */
typedef struct
{
  SortieLlmFinish finish;
  SortieLlmUsage usage;
  guint64 pieces;
  gint64 first_token_us;
  gint64 elapsed_us;
  SortieLlmHeaders headers;
  GError *error;
} SortieLlmOutcome;

/* Called in the client's thread when nothing of the exchange is left there. */
typedef void (*SortieLlmReleasedFunc) (SortieLlmExchange *exchange, gpointer user_data);

SortieLlmExchange *sortie_llm_exchange_new (const SortieLlmSettings *settings,
                                            const char *body,
                                            guint total_ms,
                                            GError **error);
SortieLlmExchange *sortie_llm_exchange_ref (SortieLlmExchange *self);
void sortie_llm_exchange_unref (SortieLlmExchange *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieLlmExchange, sortie_llm_exchange_unref)

/* The thread that waits. The outcome only once the mailbox says that all is over. */
SortieLlmMailbox *sortie_llm_exchange_get_mailbox (SortieLlmExchange *self);
const SortieLlmOutcome *sortie_llm_exchange_get_outcome (SortieLlmExchange *self);
const char *sortie_llm_exchange_get_ca_file (SortieLlmExchange *self);
/* Whether it goes to this machine. */
gboolean sortie_llm_exchange_is_local (SortieLlmExchange *self);

/* The client's thread. @trusted: (nullable): certificates beside the system's */
void sortie_llm_exchange_start (SortieLlmExchange *self,
                                SoupSession *session,
                                GTlsDatabase *trusted,
                                SortieLlmReleasedFunc released,
                                gpointer user_data);
/* In place of a start: it is over with that error. (transfer full) */
void sortie_llm_exchange_refuse (SortieLlmExchange *self, GError *error);
/* Ends it with that error where it is not over yet, and closes its connection. (transfer full) */
void sortie_llm_exchange_abort (SortieLlmExchange *self, GError *error);

G_END_DECLS
