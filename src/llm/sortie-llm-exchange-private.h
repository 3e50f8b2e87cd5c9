/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-llm-deadlines.h"
#include "sortie-llm-exchange.h"
#include "sortie-llm-reader.h"

G_BEGIN_DECLS

/* Between the two halves of an exchange: the request, and its answer. */

struct _SortieLlmExchange
{
  gatomicrefcount references;
  SortieLlmMailbox mailbox;
  SortieLlmOutcome outcome; /* of the client's thread until the mailbox has ended */

  char *host; /* these four never change */
  char *ca_file;
  gboolean is_local;
  GBytes *body;

  /* of the client's thread, once it has started */
  SortieLlmDeadlines deadlines;
  SoupMessage *message;
  GCancellable *cancellable;
  SoupSession *session;
  GTlsDatabase *trusted;
  SortieLlmReleasedFunc released;
  gpointer released_data;
  gboolean sending; /* sent_cb() is still to come */
  gboolean fresh;   /* the connection was made for this message */
  gboolean again;   /* sent for the second time */
  guint n_provisional;
  SortieLlmCodec *codec;
  GString *refusal; /* of an error's body; later what came while lingering, which is only counted */
  SortieLlmReader *reader;
  GSource *timer;
};

/* Ends it with that error: for the caller, and the connection. (transfer full) of the error */
void sortie_llm_exchange_fail (SortieLlmExchange *self, GError *error);
/* For the caller alone; NULL for a whole answer. */
void sortie_llm_exchange_settle (SortieLlmExchange *self, GError *error);
/* For the connection: it is closed unless the response was read to its end. */
void sortie_llm_exchange_let_go (SortieLlmExchange *self);
/* Nothing is left of it in the thread. */
void sortie_llm_exchange_release (SortieLlmExchange *self);

/* Has the timer go off when something is due. */
void sortie_llm_exchange_arm (SortieLlmExchange *self, gint64 now_us);
GSource *sortie_llm_exchange_create_timer (SortieLlmExchange *self);
/* The response's head is there, and this is its body. (transfer full) of the stream */
void sortie_llm_exchange_begin_answer (SortieLlmExchange *self, GInputStream *stream);

G_END_DECLS
