/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Answers the desktop's search for missions (org.gnome.Shell.SearchProvider2, as in GNOME's
 * documentation of search providers) from the cache of titles. It reads that file and nothing else:
 * no backend is started or asked. Activating a result activates the application's action
 * `open-mission`, searching in the application its action `search-missions`. */

#define SORTIE_SEARCH_PROVIDER_MAX_IDS 1000 /* of one call; further ones are left out */
/* How long a process without a window waits for the next search, so that it does not start anew for
 * each letter. */
#define SORTIE_SEARCH_PROVIDER_LINGER_SECONDS 30

typedef struct _SortieSearchProvider SortieSearchProvider;

/* @application: outlives it. @path: of the cache, see sortie_title_cache_dup_path() */
SortieSearchProvider *sortie_search_provider_new (GtkApplication *application, const char *path);
void sortie_search_provider_free (SortieSearchProvider *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieSearchProvider, sortie_search_provider_free)

/* At `parent_path`/SearchProvider. */
gboolean sortie_search_provider_export (SortieSearchProvider *self,
                                        GDBusConnection *connection,
                                        const char *parent_path,
                                        GError **error);
void sortie_search_provider_unexport (SortieSearchProvider *self);

G_END_DECLS
