/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SORTIE_QUERY_MAX_TERMS 64
#define SORTIE_QUERY_MAX_BYTES (64 * 1024) /* of a query that are looked at */

/* The words of a query that count: folded, each stem once, without function words (unless there is
 * nothing else), at most SORTIE_QUERY_MAX_TERMS. What is written without spaces gives a term for each
 * two characters side by side. (transfer full) */
GStrv sortie_query_get_terms (const char *query);

/* The FTS5 expression for terms: any of them, as words and never as operators. */
char *sortie_query_to_match (const char *const *terms);

G_END_DECLS
