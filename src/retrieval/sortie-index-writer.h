/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-extract.h"
#include "sortie-store.h"

G_BEGIN_DECLS

/* What changes the index: documents come, are replaced and go, in transactions of bounded size.
 * Each transaction that changes what can be found is a generation. */

#define SORTIE_RETAINED_SECONDS (24 * 60 * 60)
/* Of extracted text of replaced and removed documents; beyond, the oldest go before their day. */
#define SORTIE_RETAINED_MAX_BYTES (G_GINT64_CONSTANT (256) * 1024 * 1024)

typedef struct
{
  SortieStore *store;
  gboolean open;       /* in a transaction */
  gboolean changed;    /* it changes what can be found */
  gint64 generation;   /* that the open transaction makes */
  gint64 next_passage; /* serial number */
  gint64 opened;       /* monotonic, microseconds */
  gsize n_bytes;       /* of text written in the open transaction */
} SortieIndexWriter;

/* A row of `documents`, as far as indexing asks. */
typedef struct
{
  gint64 id;
  gint64 size;
  gint64 modified;
  gboolean settled;
  GBytes *hash; /* (nullable) */
  char *path;
  char *skipped; /* (nullable) */
} SortieIndexedFile;

void sortie_indexed_file_clear (SortieIndexedFile *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SortieIndexedFile, sortie_indexed_file_clear)

/**
 * SortieFileFacts:
 * @uri: names the document
 * @path: for people
 * @title: where the document has none
 * @modified: nanoseconds since 1970
 * @settled: whether size and time will tell a later change; a file written a moment ago may
 *   change again within one tick of its clock
 * @hash: (nullable): SHA-256 of the file; NULL where it could not be read
 */
typedef struct
{
  const char *uri;
  const char *path;
  const char *title;
  gint64 size;
  gint64 modified;
  gboolean settled;
  const guint8 *hash;
  gsize hash_length;
} SortieFileFacts;

/* The current version of a document: `file->id` is 0 where there is none. */
gboolean sortie_index_writer_find (SortieIndexWriter *self,
                                   const char *uri,
                                   SortieIndexedFile *file,
                                   GError **error);

/* Adds a version, which replaces the one with the ID `replaced` (0: none). Either @extract with its
 * cuts or @skipped is given. Returns the new ID, 0 on error. */
gint64 sortie_index_writer_add (SortieIndexWriter *self,
                                const SortieFileFacts *facts,
                                const SortieExtract *extract,
                                GArray *cuts,
                                const char *skipped,
                                gint64 replaced,
                                GError **error);
gboolean sortie_index_writer_touch (SortieIndexWriter *self,
                                    gint64 id,
                                    const SortieFileFacts *facts,
                                    GError **error);
gboolean sortie_index_writer_remove (SortieIndexWriter *self, gint64 id, GError **error);

/* Deletes what was replaced or removed long ago. */
gboolean sortie_index_writer_purge (SortieIndexWriter *self, GError **error);

/* Ends the open transaction, if there is one. SORTIE_ERROR_NOT_FOUND where the collection was
 * removed meanwhile. */
gboolean sortie_index_writer_commit (SortieIndexWriter *self, GError **error);
/* Where it has grown large or old. */
gboolean sortie_index_writer_commit_if_due (SortieIndexWriter *self, GError **error);
void sortie_index_writer_rollback (SortieIndexWriter *self);

/* Notes that the collection is up to date. */
gboolean sortie_index_writer_finish (SortieIndexWriter *self, GError **error);

G_END_DECLS
