/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>
#include <sys/stat.h>

G_BEGIN_DECLS

/* One connection to one collection's database. Used by one thread at a time. What the tables hold
 * is told in sortie-store.c, beside the schema. */

#define SORTIE_STORE_FILE "index.db"

/* A passage's ID is its serial number and, in the low bits, its length, so that ranking need not
 * look the length up: that was two thirds of the time of a search. Serial numbers of a document's
 * passages are adjacent. */
#define SORTIE_PASSAGE_LENGTH_BITS 8
#define SORTIE_PASSAGE_LENGTH_UNIT 2 /* words */
#define SORTIE_PASSAGE_ID(serial, n_words)                                                         \
  (((gint64) (serial) << SORTIE_PASSAGE_LENGTH_BITS) |                                             \
   MIN ((n_words) / SORTIE_PASSAGE_LENGTH_UNIT, (1 << SORTIE_PASSAGE_LENGTH_BITS) - 1))
#define SORTIE_PASSAGE_SERIAL(id) ((gint64) (id) >> SORTIE_PASSAGE_LENGTH_BITS)
#define SORTIE_PASSAGE_WORDS(id)                                                                   \
  ((int) ((id) & ((1 << SORTIE_PASSAGE_LENGTH_BITS) - 1)) * SORTIE_PASSAGE_LENGTH_UNIT)

typedef enum
{
  SORTIE_SQL_BEGIN,
  SORTIE_SQL_BEGIN_WRITE,
  SORTIE_SQL_COMMIT,
  SORTIE_SQL_ROLLBACK,
  SORTIE_SQL_COLLECTION,
  SORTIE_SQL_UPDATE_COLLECTION,
  SORTIE_SQL_COUNT,
  SORTIE_SQL_DOCUMENT,
  SORTIE_SQL_DOCUMENTS,
  SORTIE_SQL_CURRENT_DOCUMENT,
  SORTIE_SQL_CURRENT_IDS,
  SORTIE_SQL_EXPIRED_DOCUMENTS,
  SORTIE_SQL_INSERT_DOCUMENT,
  SORTIE_SQL_UPDATE_STAT,
  SORTIE_SQL_REMOVE_DOCUMENT,
  SORTIE_SQL_DELETE_DOCUMENT,
  SORTIE_SQL_LAST_PASSAGE,
  SORTIE_SQL_INSERT_PASSAGE,
  SORTIE_SQL_INSERT_TERMS,
  SORTIE_SQL_DELETE_PASSAGES,
  SORTIE_SQL_DELETE_TERMS,
  SORTIE_SQL_PASSAGE,
  SORTIE_SQL_TEXT,
  SORTIE_SQL_SEARCH,
  SORTIE_SQL_PLACE,
  SORTIE_N_SQL,
} SortieSql;

typedef struct
{
  sqlite3 *db;
  sqlite3_stmt *statements[SORTIE_N_SQL];
  char *folder;
  char *collection; /* its name, for messages */
  dev_t device;     /* of the database file, to notice when another takes its place */
  ino_t inode;
  gboolean damaged;
} SortieStore;

/* Opens the database, and makes it where there is none. A damaged one is set aside and made anew
 * (`remade` then becomes TRUE; nullable). */
SortieStore *sortie_store_open (const char *folder,
                                const char *collection,
                                gboolean *remade,
                                GError **error);
void sortie_store_free (SortieStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieStore, sortie_store_free)

/* Whether the file is no longer the one that was opened: the collection was removed or remade. */
gboolean sortie_store_has_moved (SortieStore *self);

/* Puts a database that proved damaged out of the way. */
void sortie_store_set_aside (SortieStore *self);

/* The prepared statement, ready to be bound. (transfer none); NULL with the error set. */
sqlite3_stmt *sortie_store_get (SortieStore *self, SortieSql sql, GError **error);

/* One step: SQLITE_ROW, SQLITE_DONE, or 0 with the error set (and the damage noted). At the end
 * and on errors the statement is reset. */
int sortie_store_step (SortieStore *self, sqlite3_stmt *statement, GError **error);

/* Steps a statement that gives no rows. */
gboolean sortie_store_run (SortieStore *self, sqlite3_stmt *statement, GError **error);
gboolean sortie_store_execute (SortieStore *self, SortieSql sql, GError **error);

/* A text column, (nullable), owned by the statement; and a copy. */
const char *sortie_store_column (sqlite3_stmt *statement, int column);
char *sortie_store_dup_column (sqlite3_stmt *statement, int column);

/* Binds text that outlives the next step; NULL as NULL. */
void sortie_store_bind_text (sqlite3_stmt *statement, int index, const char *text);

G_END_DECLS
