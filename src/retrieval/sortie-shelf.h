/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A collection's folder: DATA/collections/KEY/, where KEY is the first 8 hex digits of the SHA-256
 * of its name. It holds
 *   collection.ini   the name and what is mirrored: the only thing that can't be made again
 *   files/           uploads
 *   index.db         the index, which is derived from the rest
 *   lock             held by whoever writes the index
 * Changes of collection.ini are made under a lock on the folder itself, which is held for moments
 * only. */

#define SORTIE_SHELF_MAX_FOLDERS 100
#define SORTIE_SHELF_KEY_LENGTH 8

typedef struct
{
  char *folder;
  char *key;
  char *name;
  char *uploads;  /* the folder of uploads */
  GStrv mirrored; /* absolute paths of folders and files */
} SortieShelf;

void sortie_shelf_free (SortieShelf *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieShelf, sortie_shelf_free)

char *sortie_shelf_key_of (const char *name);

/* SORTIE_ERROR_NOT_FOUND where there is none. `key` is a key, checked to be one. */
SortieShelf *sortie_shelf_load (const char *root, const char *name, GError **error);
SortieShelf *sortie_shelf_load_by_key (const char *root, const char *key, GError **error);

/* Makes it where it does not exist, and adds to what it mirrors. SORTIE_ERROR_CONFLICT where
 * another name has the same key. */
gboolean sortie_shelf_add (const char *root,
                           const char *name,
                           const char *const *mirrored,
                           GError **error);
/* Takes one path out of what it mirrors. */
gboolean sortie_shelf_forget (SortieShelf *self, const char *path, GError **error);
gboolean sortie_shelf_remove (SortieShelf *self, GError **error);

/* All there are. (element-type SortieShelf) (transfer full) */
GPtrArray *sortie_shelf_list (const char *root, GError **error);

/* The index lock: a descriptor to close, or -1. Waits for another writer, unless cancelled. */
int sortie_shelf_lock_index (const SortieShelf *self, GCancellable *cancellable, GError **error);

G_END_DECLS
