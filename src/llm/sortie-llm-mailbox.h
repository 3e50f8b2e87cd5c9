/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where the client's thread leaves an answer's text for the thread that waits for it. Pieces are
 * gathered: the first is handed over at once, later ones when some milliseconds have passed, so that
 * nobody is woken for each token. */

#define SORTIE_LLM_GATHER_US 8000

typedef struct
{
  GMutex lock;
  GCond changed;
  GString *text; /* not yet taken */
  gboolean ready;
  gboolean over;
  /* of the client's thread alone */
  gboolean waiting; /* text is there that was not announced */
  gint64 announced_us;
} SortieLlmMailbox;

void sortie_llm_mailbox_init (SortieLlmMailbox *self);
void sortie_llm_mailbox_clear (SortieLlmMailbox *self);

/* The client's thread. */
void sortie_llm_mailbox_put (SortieLlmMailbox *self, const char *text, gsize length);
/* Announces what has waited long enough. Returns: when to call again (monotonic µs); G_MAXINT64 where
 * nothing waits */
gint64 sortie_llm_mailbox_announce (SortieLlmMailbox *self, gint64 now_us);
/* Nothing more comes; what the thread wrote before this may be read by whoever sees it. */
void sortie_llm_mailbox_end (SortieLlmMailbox *self);

/* The thread that waits: until text is announced, all is over, or a time (G_MAXINT64: never) has come.
 * Moves the text into `text`. Returns: whether all is over and nothing is left */
gboolean sortie_llm_mailbox_take (SortieLlmMailbox *self, gint64 until_us, GString *text);

G_END_DECLS
