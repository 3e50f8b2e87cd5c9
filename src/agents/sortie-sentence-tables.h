/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Words and phrases by which a sentence is judged, folded, in all languages together; each stands
 * between two bars. */

/* Openings that point back to what was said before. */
extern const char *const sortie_sentence_leaning;

/* "It is possible to …" points at nothing. */
extern const char *const sortie_sentence_expletive;

/* What pages say about themselves. Nobody asks for it. */
extern const char *const sortie_sentence_boilerplate;

/* Openings of sentences that send the reader elsewhere or speak about the text. */
extern const char *const sortie_sentence_pointing;

/* What sends the reader elsewhere in mid-sentence. */
extern const char *const sortie_sentence_referring;

/* The commonest finite verbs, all of them function words. */
extern const char *const sortie_sentence_verbs;

G_END_DECLS
