/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Collections and documents as `GET /collections` and `GET /collections/{name}/documents` tell of
 * them: the backend's and others' text, to be passed through sortie_shown_line() before it is shown. */

/* The backend's own limits, so that what it would refuse is told at once. */
#define SORTIE_COLLECTION_MAX_NAME_BYTES 100
#define SORTIE_COLLECTION_MAX_PATHS 64 /* of one request */

typedef struct
{
  char *name;
  GStrv folders;
  gint64 n_documents;
  gint64 n_skipped;
  gint64 n_passages;
  gint64 n_bytes;
  gint64 updated; /* milliseconds since 1970 UTC; 0 for never */
  gboolean indexing;
  char *failure; /* (nullable): why the last indexing ended early */
} SortieCollectionInfo;

/* SORTIE_ERROR_INVALID naming the member where it is none. */
SortieCollectionInfo *sortie_collection_info_new (JsonObject *object, GError **error);
void sortie_collection_info_free (SortieCollectionInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieCollectionInfo, sortie_collection_info_free)

/* Why a collection can't be called that, in the user's words, or NULL. (transfer full) (nullable) */
char *sortie_collection_dup_name_problem (const char *name);
/* A name for a collection of that folder: one that has no problem. (transfer full) */
char *sortie_collection_dup_name_for (const char *folder);

/**
 * SortieDocumentItem:
 *
 * A document in a list.
 */
#define SORTIE_TYPE_DOCUMENT_ITEM (sortie_document_item_get_type ())
G_DECLARE_FINAL_TYPE (SortieDocumentItem, sortie_document_item, SORTIE, DOCUMENT_ITEM, GObject)

struct _SortieDocumentItem
{
  GObject parent_instance;
  char *id;
  char *uri;
  char *title;
  char *path;    /* (nullable) */
  char *skipped; /* (nullable): why it could not be read */
  char *folded;  /* title and path, for the filter */
  gint64 n_passages;
  gint64 n_pages;
  gint64 size;
};

/* (nullable): NULL where it is malformed */
SortieDocumentItem *sortie_document_item_new (JsonObject *object);

G_END_DECLS
