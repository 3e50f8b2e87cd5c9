/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-indexing.h"

G_BEGIN_DECLS

/* Makes or refreshes a collection of each folder, and fills what has lost its index; the indexing goes
 * on in the background. */
gboolean sortie_daemon_add_documents (SortieLibrary *library,
                                      SortieIndexing *indexing,
                                      char **folders,
                                      GError **error);

G_END_DECLS
