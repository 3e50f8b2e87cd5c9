/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The languages that a report's own words exist in, as ISO 639-1 codes, `en` first, NULL-terminated.
 * The words themselves are the agents'; what a client prefers is read by the server. */
extern const char *const sortie_languages[];

/* The one of sortie_languages that a language tag (`pt-BR`) or a locale (`pt_BR.UTF-8`) names; NULL
 * for another language and for what names none. */
const char *sortie_language_find (const char *tag, gsize length);

/* The one of sortie_languages that the field Accept-Language prefers (RFC 9110 section 12.5.4); NULL
 * where it names none of them. What is no language range in it is passed over, as is all beyond the
 * first SORTIE_LANGUAGE_MAX_RANGES. */
const char *sortie_language_accept (const char *field);

#define SORTIE_LANGUAGE_MAX_RANGES 32

/* The script of a text: `ja` where it is Japanese, `zh` where it is Chinese, NULL where it is mostly
 * written in letters. Han characters alone are `zh`; `sure` (out) (nullable) tells whether they can
 * be nothing else. */
const char *sortie_language_of_script (const char *text, gsize length, gboolean *sure);

/* A character of Chinese or Japanese, which are written without spaces; and a sign of punctuation of
 * theirs. */
gboolean sortie_character_is_unspaced (gunichar c);
gboolean sortie_character_is_unspaced_sign (gunichar c);

/* The bytes of such characters at the start of a text. */
gsize sortie_text_unspaced_run (const char *text, gsize length);

/* What a text of such characters may be searched for: stretches of Han characters or Katakana between
 * particles, endings and words that only ask. (element-type SortieSpan) */
GArray *sortie_text_list_unspaced_terms (const char *text, gsize length);

G_END_DECLS
