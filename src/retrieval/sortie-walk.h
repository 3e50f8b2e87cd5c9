/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SORTIE_WALK_MAX_FILES 100000
#define SORTIE_WALK_MAX_DEPTH 100

/**
 * SortieWalkEntry:
 * @path: absolute, in the file system's own encoding
 * @shown: for people, UTF-8: relative to the folder that was asked for
 * @skipped: (nullable): why it, a file or a folder, can't be read
 */
typedef struct
{
  char *path;
  char *shown;
  char *skipped;
} SortieWalkEntry;

typedef struct _SortieWalk SortieWalk;

/* Files are found once each, however many names and links lead to them. */
SortieWalk *sortie_walk_new (GCancellable *cancellable);
void sortie_walk_free (SortieWalk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieWalk, sortie_walk_free)

/* A folder that is passed over, wherever it comes up; it may be gone. */
void sortie_walk_exclude (SortieWalk *self, const char *path);

/* Adds a file, or a folder with all that is below it: sorted by name, without hidden files and
 * folders, symbolic links followed. `prefix` (nullable) precedes what is shown. FALSE only where it
 * was cancelled. */
gboolean sortie_walk_add (SortieWalk *self, const char *path, const char *prefix, GError **error);

/* (element-type SortieWalkEntry) (transfer none) */
GPtrArray *sortie_walk_get_entries (SortieWalk *self);

G_END_DECLS
