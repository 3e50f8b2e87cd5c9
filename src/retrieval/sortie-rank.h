/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

/* Makes the FTS5 function `sortie_rank (table, mean length, weight of column 1, …)` known on this
 * connection: Okapi BM25 with k1 = 1.2 and b = 0.75, higher is better. A passage's length comes
 * from its row ID, see SORTIE_PASSAGE_ID(). SQLite's own bm25() gives a term that
 * stands in more than half of the passages no weight at all, which in a small collection are often
 * the very terms asked for; here the inverse document frequency is log (1 + (N - n + ½) / (n + ½)),
 * which is always above zero. Returns an SQLite code. */
int sortie_rank_register (sqlite3 *db);
