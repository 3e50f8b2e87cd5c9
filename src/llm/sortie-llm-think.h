/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Takes `<think>…</think>` out of the beginning of an answer: what a model that reasons aloud writes
 * before its text, where the server leaves it in. Push-fed; the tags may be cut anywhere. A think
 * block further on is text like any other: the model is writing about it. */

typedef enum
{
  SORTIE_LLM_THINK_START, /* blank so far, or the beginning of a tag: held back */
  SORTIE_LLM_THINK_INSIDE,
  SORTIE_LLM_THINK_PAST, /* in the text: everything goes through */
} SortieLlmThinkState;

typedef struct
{
  SortieLlmThinkState state;
  guint closed; /* blocks: the blank text after one belongs to nobody */
  GString *held;
} SortieLlmThink;

void sortie_llm_think_init (SortieLlmThink *self);
void sortie_llm_think_clear (SortieLlmThink *self);

/* Appends to the two what the next piece makes certain. */
void sortie_llm_think_feed (
    SortieLlmThink *self, const char *piece, gsize length, GString *text, GString *reasoning);
/* The answer is at its end: what was held back turns out to be this. */
void sortie_llm_think_end (SortieLlmThink *self, GString *text, GString *reasoning);

G_END_DECLS
