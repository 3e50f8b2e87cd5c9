/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The chunks of a stream differ in their text only, as a rule. Once one was read in full, the next that
 * has the very bytes before and behind its text is known without being read: a string of plain
 * characters in the place of another leaves JSON what it is. Private to the chunk's reader. */

typedef struct
{
  char *before; /* (nullable): up to the opening quote, with it */
  char *behind; /* from the closing quote on */
  gsize n_before;
  gsize n_behind;
  guint n_hits;    /* since it was learnt */
  guint n_useless; /* learnt without a hit, in a row */
} SortieLlmTemplate;

void sortie_llm_template_clear (SortieLlmTemplate *self);

/**
 * sortie_llm_template_match:
 * @json: UTF-8
 * @text: (out): the text in it, not terminated
 *
 * Returns: whether it is a chunk that holds this text and nothing else that matters
 */
gboolean sortie_llm_template_match (
    SortieLlmTemplate *self, const char *json, gsize length, const char **text, gsize *n_text);

/* Whether reading `json` gives `text` and nothing else that matters. */
typedef gboolean (*SortieLlmTemplateCheckFunc) (const char *json,
                                                gsize length,
                                                const char *text,
                                                gpointer user_data);

/**
 * sortie_llm_template_learn:
 * @json: a chunk that was read in full, and held nothing but text that matters
 * @text: its text
 * @check: reads the same chunk with another text, which proves that the place is the right one
 *
 * Learns where the text stands. Does nothing where the stream's chunks differ in more than that.
 */
void sortie_llm_template_learn (SortieLlmTemplate *self,
                                const char *json,
                                gsize length,
                                const char *text,
                                SortieLlmTemplateCheckFunc check,
                                gpointer user_data);

G_END_DECLS
