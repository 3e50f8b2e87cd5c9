/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

#define SORTIE_TOKEN_MAX_BYTES 128 /* the rest of a longer word is not indexed */
#define SORTIE_STEM_MAX_BYTES 64   /* a longer word is its own stem */
/* libstemmer's name of the algorithm for English (Porter's second), which is the index's. */
#define SORTIE_STEM_ENGLISH "english"

typedef int (*SortieTokenFunc) (
    gpointer user_data, const char *token, gsize length, gsize start, gsize end);

/* The tokens that the index holds of a text, folded but not stemmed: core's words, but taken apart
 * at underscores and apostrophes (`l'acqua`, `supplier's`), so that each part is found. A value
 * other than 0 from `func` ends it and is returned. */
int sortie_tokenizer_run (const char *text, gsize length, SortieTokenFunc func, gpointer user_data);

/* Makes these tokens, stemmed as sortie_stem() does for `en`, known to FTS5 on this connection as
 * the tokenizer `sortie`. Returns an SQLite code. */
int sortie_tokenizer_register (sqlite3 *db);

G_END_DECLS
