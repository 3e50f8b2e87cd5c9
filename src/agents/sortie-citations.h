/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a language model writes, on its way into a report. Push-fed and bounded: what can't be told
 * yet is held back, and comes out as plain text where it stays untold for too long.
 *
 * What comes out is Markdown in which the only brackets are citations `[k]` of passages that were
 * given, numbered by first appearance. No link, image, reference definition, footnote, raw HTML or
 * automatic link can arise in it, whatever went in; a title, and a list of sources with all that
 * follows it, are left out; and it ends outside any code block. */

typedef struct _SortieCitations SortieCitations;

/* `text`: the next piece: whole characters, never empty; within sortie_citations_feed() or _end(). */
typedef void (*SortieCitationsFunc) (const char *text, gsize length, gpointer user_data);

/* Passages 1 to `n_passages` may be cited. */
SortieCitations *sortie_citations_new (guint n_passages,
                                       SortieCitationsFunc func,
                                       gpointer user_data);
void sortie_citations_free (SortieCitations *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieCitations, sortie_citations_free)

/* The next bytes, cut anywhere. What is not UTF-8 becomes U+FFFD. */
void sortie_citations_feed (SortieCitations *self, const char *bytes, gsize length);
/* There is no more: what was held back comes out, or is dropped where it is a list of sources. */
void sortie_citations_end (SortieCitations *self);

/* (transfer none) (element-type guint): element k − 1 is the passage that is cited as `[k]`. */
GArray *sortie_citations_get_order (const SortieCitations *self);
/* How many citations stand in the text, and how many that named no given passage were removed. */
guint sortie_citations_get_n_kept (const SortieCitations *self);
guint sortie_citations_get_n_removed (const SortieCitations *self);
/* Bytes that are held back now; for tests of the bound. */
gsize sortie_citations_get_held (const SortieCitations *self);

G_END_DECLS
