/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a question is about: its content words, its subject, its short form for a heading. */

/* The most words of a search text. */
#define SORTIE_QUESTION_MAX_TERMS 32
/* The longest heading, bytes. */
#define SORTIE_QUESTION_MAX_LABEL 90

/* The content words of a text as they are written, in order, each once (by its folded form), at
 * most SORTIE_QUESTION_MAX_TERMS: no function words, nothing that only asks ("explain"). Empty
 * where the text names no subject. (element-type utf8) */
GPtrArray *sortie_question_list_terms (const char *language, const char *text);

/* Adds to `terms` those of `more` that it does not hold yet, up to the same limit. */
void sortie_question_add_terms (GPtrArray *terms, GPtrArray *more);

/* The words joined by spaces. */
char *sortie_question_join_terms (GPtrArray *terms);

/* Without what asks, instructs or speaks of the report's form: "Please explain the duties of the
 * supplier in 200 words." gives "the duties of the supplier". May be empty. */
char *sortie_question_dup_subject (const char *language, const char *text);

/* The subject as a heading: short, with a capital where it starts with a plain word. */
char *sortie_question_dup_label (const char *language, const char *text);

/* Whether the text says only how to write: "Summarise in 200 words." */
gboolean sortie_question_is_form_only (const char *language, const char *text);

/* Whether it is a question or asks for something, rather than telling something. */
gboolean sortie_question_is_asking (const char *language, const char *text);

/* `text` without white space, quotes and `.,;:` around it. */
char *sortie_question_strip (const char *text);

G_END_DECLS
