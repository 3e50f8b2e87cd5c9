/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-mission.h"

G_BEGIN_DECLS

/* The titles of the user's missions in a file, so that the desktop's search finds missions where no
 * backend runs. It may be gone, stale or damaged at any time: then less is found. */

#define SORTIE_TITLE_CACHE_MAX_TITLES 1000
#define SORTIE_TITLE_CACHE_MAX_TITLE 200          /* bytes of one title */
#define SORTIE_TITLE_CACHE_MAX_FILE (1024 * 1024) /* bytes: a larger one is not ours */
#define SORTIE_TITLE_CACHE_MAX_RESULTS 20
#define SORTIE_TITLE_CACHE_MAX_TERMS 16 /* of one search; further ones are left out */

typedef struct
{
  char *id;
  char *title;
  SortieMissionState state;
  gint64 created; /* milliseconds since 1970 UTC */
  char *folded;   /* the title as it is searched */
} SortieTitle;

/**
 * SortieTitleCache:
 *
 * Titles, the newest mission first.
 */
typedef struct _SortieTitleCache SortieTitleCache;

SortieTitleCache *sortie_title_cache_new (void);
void sortie_title_cache_free (SortieTitleCache *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieTitleCache, sortie_title_cache_free)

/* The user's file. (transfer full) */
char *sortie_title_cache_dup_path (void);

/* Which backend the missions are of: an address, or "" for the own one. Another one than before
 * empties the cache. */
void sortie_title_cache_set_backend (SortieTitleCache *self, const char *backend);
/* Adds a mission, or takes the newer title and state. FALSE where the ID or the title is none, or
 * the cache is full of newer ones. */
gboolean sortie_title_cache_put (SortieTitleCache *self,
                                 const char *id,
                                 const char *title,
                                 SortieMissionState state,
                                 gint64 created);
/* Forgets those that were created at `since` or later, for they are put in anew. */
void sortie_title_cache_forget_since (SortieTitleCache *self, gint64 since);
guint sortie_title_cache_get_size (SortieTitleCache *self);
/* (nullable): by its ID */
const SortieTitle *sortie_title_cache_find (SortieTitleCache *self, const char *id);

/**
 * sortie_title_cache_search:
 * @terms: words as a person wrote them; valid UTF-8
 * @among: (nullable): IDs to choose from
 *
 * The missions whose title has each of the terms at the beginning of a word; at most
 * SORTIE_TITLE_CACHE_MAX_RESULTS, the newest first. Without terms none.
 *
 * Returns: (transfer full): IDs
 */
GStrv sortie_title_cache_search (SortieTitleCache *self,
                                 const char *const *terms,
                                 const char *const *among);

/* Reads a file in place of what is there. What is wrong in it is left out; FALSE, with nothing
 * changed, where it is no such file at all. */
gboolean sortie_title_cache_load (SortieTitleCache *self, const char *path, GError **error);
/* Writes the file at once or not at all, for its user alone (mode 0600), making its folder where it
 * is missing. Nothing is written where the file has just this already. */
gboolean sortie_title_cache_save (SortieTitleCache *self, const char *path, GError **error);

G_END_DECLS
