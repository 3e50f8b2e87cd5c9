/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The library: all collections under one data folder, each an SQLite database of its own. Every
 * function may be called from any thread; readers never wait for the one writer that a collection
 * has at a time (WAL). Several processes may share the folder. */

#define SORTIE_COLLECTION_MAX_NAME 100 /* bytes */

typedef struct _SortieLibrary SortieLibrary;

SortieLibrary *sortie_library_open (const char *data_dir, GError **error);
void sortie_library_free (SortieLibrary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieLibrary, sortie_library_free)
/* Nobody has searched for a while: lets go of the connections that are kept open for the next. */
void sortie_library_trim (SortieLibrary *self);

/* A name is UTF-8, printable, without '/', no leading '.' or '-', at most SORTIE_COLLECTION_MAX_NAME
 * bytes. */
gboolean sortie_collection_name_validate (const char *name, GError **error);

typedef struct
{
  char *name;
  gint64 generation; /* grows with every change of the collection's contents */
  GStrv folders;     /* absolute paths of the folders and files that it mirrors */
  gint64 n_documents;
  gint64 n_skipped;
  gint64 n_passages;
  gint64 n_bytes; /* of extracted text */
  gint64 updated; /* ms since 1970 UTC; 0 never indexed */
} SortieCollection;
void sortie_collection_free (SortieCollection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieCollection, sortie_collection_free)

typedef struct
{
  char *id; /* unique in the library: 8 hex digits of the collection, '-', a number */
  char *collection;
  char *uri;  /* file:// URI, or upload:NAME for one that came by HTTP */
  char *path; /* (nullable): for people: relative to the collection's folder */
  char *title;
  char *media_type;
  gint64 size;     /* bytes of the file */
  gint64 modified; /* ms since 1970 UTC */
  gint64 n_passages;
  gint64 n_pages; /* 0 where the format has none */
  char *skipped;  /* (nullable): why it could not be read, in plain English */
} SortieDocument;
void sortie_document_free (SortieDocument *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieDocument, sortie_document_free)

/**
 * SortiePassage:
 *
 * A stretch of a document's extracted text. The passages of a document tile its extracted text:
 * each starts where the one before ends, so their texts concatenated are the extracted text.
 */
typedef struct
{
  char *document; /* document ID */
  char *collection;
  char *uri;
  char *path; /* (nullable) */
  char *title;
  char *heading; /* (nullable): path of headings, joined by " › " */
  int number;    /* in the document, from 1 */
  int page;      /* from 1; 0 where the format has none */
  gint64 start;  /* byte range in the extracted text */
  gint64 end;
  double score; /* higher is better; 0 outside a search */
  char *text;   /* exactly the bytes of that range */
} SortiePassage;
void sortie_passage_free (SortiePassage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortiePassage, sortie_passage_free)

/* Collections. `add` with folders makes the collection where it does not exist and adds them to
 * what it mirrors where it does; it indexes nothing yet. */
GPtrArray *sortie_library_list (SortieLibrary *self,
                                GError **error); /* SortieCollection, by name */
SortieCollection *sortie_library_get (SortieLibrary *self, const char *name, GError **error);
gboolean sortie_library_add (SortieLibrary *self,
                             const char *name,
                             const char *const *folders,
                             GError **error);
gboolean sortie_library_remove (SortieLibrary *self, const char *name, GError **error);

/* An upload becomes a file of the collection, replaced where the name is known. */
gboolean sortie_library_upload (SortieLibrary *self,
                                const char *collection,
                                const char *file_name,
                                GBytes *content,
                                GError **error);
gboolean sortie_library_remove_document (SortieLibrary *self, const char *document, GError **error);

/**
 * SortieIndexProgress:
 *
 * Called from the indexing thread. `path` is the file just read (nullable at the end), `skipped`
 * the reason where it could not be.
 */
typedef struct
{
  const char *collection;
  const char *path;
  const char *skipped;
  gint64 n_done;
  gint64 n_total; /* of the files to look at; 0 while still counting */
} SortieIndexProgress;
typedef void (*SortieIndexFunc) (const SortieIndexProgress *progress, gpointer user_data);

typedef struct
{
  gint64 n_indexed; /* read anew */
  gint64 n_unchanged;
  gint64 n_removed;
  gint64 n_skipped; /* can't be read, in all */
  gint64 n_bytes;   /* of extracted text read anew */
  gboolean remade;  /* the index was damaged: it was set aside and made anew */
} SortieIndexResult;

/* Brings the collection up to date with its folders and uploads: blocking, incremental (size,
 * mtime, content hash). A file that can't be read is recorded with its reason; only trouble with
 * the index itself is an error. */
gboolean sortie_library_index (SortieLibrary *self,
                               const char *name,
                               SortieIndexFunc func,
                               gpointer user_data,
                               GCancellable *cancellable,
                               SortieIndexResult *result,
                               GError **error);

GPtrArray *sortie_library_list_documents (SortieLibrary *self,
                                          const char *collection,
                                          GError **error); /* SortieDocument, by URI */
SortieDocument *sortie_library_get_document (SortieLibrary *self, const char *id, GError **error);
/* The file itself, as indexed: (nullable) with NOT_FOUND where it is gone or has changed. */
GBytes *sortie_library_read_document (SortieLibrary *self, const char *id, GError **error);
/* The extracted text, UTF-8. Documents that were replaced or removed stay readable for a day, so
 * that a report's citations can be followed. */
GBytes *sortie_library_read_text (SortieLibrary *self, const char *id, GError **error);
SortiePassage *sortie_library_get_passage (SortieLibrary *self,
                                           const char *document,
                                           int number,
                                           GError **error);

/* Search. */
typedef struct
{
  const char *collection;
  gint64 generation; /* what was added later is not seen, what was removed later still is; 0: now */
} SortieSearchScope;

typedef enum
{
  SORTIE_SEARCH_BY_PASSAGE,
  SORTIE_SEARCH_BY_DOCUMENT, /* the best passage of each document */
} SortieSearchBy;

#define SORTIE_SEARCH_MAX_LIMIT 1000

/* Ranked passages, best first; ties by (URI, offset). Any text is a valid query: operators have no
 * meaning. An unknown collection is NOT_FOUND. (element-type SortiePassage) */
GPtrArray *sortie_library_search (SortieLibrary *self,
                                  const SortieSearchScope *scopes,
                                  guint n_scopes,
                                  const char *query,
                                  guint limit,
                                  SortieSearchBy by,
                                  GError **error);

/* The passage's best stretch for the query, for lists: plain text of about `words` words. */
char *sortie_passage_dup_snippet (const SortiePassage *self, const char *query, guint words);

/* The stem of a folded token, in that language (ISO 639-1); the token itself where the language has
 * no stemmer. The very form that the index holds for its default language. */
char *sortie_stem (const char *language, const char *folded);

G_END_DECLS
