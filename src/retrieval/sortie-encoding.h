/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * sortie_encoding_to_utf8:
 * @bytes: text in an unknown encoding
 * @length: bytes of @bytes
 * @declared: (nullable): the encoding that the document itself names; believed where the bytes
 *   neither are UTF-8 nor begin with a byte order mark
 *
 * Tells UTF-8, UTF-16 and UTF-32 (with or without byte order mark) by their form; what is left is
 * Windows-1252, of which ISO-8859-1 is the common part. Broken places become U+FFFD.
 *
 * Returns: (transfer full): valid UTF-8 without NUL and byte order mark; SORTIE_ERROR_INVALID where
 *   the bytes are no text in any of these.
 */
GString *sortie_encoding_to_utf8 (const char *bytes,
                                  gsize length,
                                  const char *declared,
                                  GError **error);

G_END_DECLS
