/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-markdown-cutter.h"

G_BEGIN_DECLS

#define SORTIE_MARKDOWN_NO_SOURCE G_MAXSIZE

/**
 * SortieMarkdownCopy:
 * @text: ends in NUL, as md4c 0.4.8 reads past the length that it is given; valid UTF-8
 * @head: so many bytes at its start are not of the source: the head that a row needs
 * @places: where bytes of the copy come from
 * @escapes: (element-type gsize): backslashes that were put into it, by their place
 *
 * A piece of Markdown made fit for md4c: without the white space of the lists around it, and such that
 * no line can be a link reference definition (`[5]: https://…` would turn citations into links).
 */
typedef struct
{
  GString *text;
  gsize head;
  GArray *places;
  GArray *escapes;
} SortieMarkdownCopy;

SortieMarkdownCopy *sortie_markdown_copy_new (const char *text, const SortieMarkdownPiece *piece);
void sortie_markdown_copy_free (SortieMarkdownCopy *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieMarkdownCopy, sortie_markdown_copy_free)

/* Where a byte of the copy stands in the source, or SORTIE_MARKDOWN_NO_SOURCE. */
gsize sortie_markdown_copy_get_source (const SortieMarkdownCopy *self, gsize offset);
/* The first put-in backslash in a range of the copy, or `end`. */
gsize sortie_markdown_copy_find_escape (const SortieMarkdownCopy *self, gsize start, gsize end);

G_END_DECLS
