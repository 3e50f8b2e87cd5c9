/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-library.h"
#include "sortie-shelf.h"
#include "sortie-store.h"

G_BEGIN_DECLS

const char *sortie_library_get_data_dir (SortieLibrary *self);
/* The folder of all collections. */
const char *sortie_library_get_root (SortieLibrary *self);

/* A connection for reading, lent until sortie_library_give_back(). The first looks the collection
 * up by its name, the second is for who has looked it up. */
SortieStore *sortie_library_borrow (SortieLibrary *self, const char *name, GError **error);
SortieStore *sortie_library_borrow_shelf (SortieLibrary *self,
                                          const SortieShelf *shelf,
                                          GError **error);
void sortie_library_give_back (SortieLibrary *self, SortieStore *store);

/* Takes a document's ID apart. SORTIE_ERROR_NOT_FOUND where it is none of the library. */
SortieShelf *sortie_library_find_shelf (SortieLibrary *self,
                                        const char *document,
                                        gint64 *number,
                                        GError **error);
char *sortie_library_make_document_id (const SortieShelf *shelf, gint64 number);
char *sortie_library_make_upload_uri (const char *file_name);
/* The file's path: (nullable) for a URI that is none of ours. */
char *sortie_library_path_of_uri (const SortieShelf *shelf, const char *uri);

/* The passage with that serial number. */
SortiePassage *sortie_library_load_passage (SortieStore *store,
                                            const SortieShelf *shelf,
                                            gint64 serial,
                                            GError **error);

G_END_DECLS
