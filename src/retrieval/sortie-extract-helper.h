/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "sortie-extract.h"

G_BEGIN_DECLS

/* The helper program `sortie-extract` reads formats whose parsers are not to be trusted with the
 * whole process. It gets the file on standard input and writes the extract to standard output. */

#define SORTIE_EXTRACT_SECONDS 60
/* The text, the blocks and the headings, with room for what frames them. */
#define SORTIE_EXTRACT_MAX_WIRE ((gsize) 192 * 1024 * 1024)

/**
 * sortie_extract_in_helper:
 * @kind: `pdf`, `office`, `html` or `markdown`
 * @content: the file; text is UTF-8
 *
 * SORTIE_ERROR_UNAVAILABLE where the helper is not installed or can't be started,
 * SORTIE_ERROR_CANCELLED, or what the helper said. It is killed after SORTIE_EXTRACT_SECONDS.
 */
SortieExtract *sortie_extract_in_helper (const char *kind,
                                         GBytes *content,
                                         GCancellable *cancellable,
                                         GError **error);
SortieExtract *sortie_extract_in_helper_within (const char *kind,
                                                GBytes *content,
                                                guint milliseconds,
                                                GCancellable *cancellable,
                                                GError **error);

/* The form on the helper's standard output. An error is sent the same way. */
GBytes *sortie_extract_to_wire (const SortieExtract *self, const GError *failure);
SortieExtract *sortie_extract_from_wire (GBytes *wire, GError **error);

G_END_DECLS
