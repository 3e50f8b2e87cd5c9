/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-markdown-blocks.h"
#include "sortie-markdown-copy.h"

G_BEGIN_DECLS

/* Between sortie-markdown-blocks.c (md4c's events) and sortie-markdown-builder.c (text → blocks). */

#define SORTIE_MARKDOWN_MAX_LINKS 32 /* links and images in each other */

/**
 * SortieMarkdownBuilder:
 * @blocks: (element-type SortieMarkdownBlock): those that are done
 * @block: (nullable): the open one
 * @kind: what the next one is
 * @marker: (nullable): what the next one begins with
 * @n_bold: how often bold was entered; the others alike
 * @links: where links that are open point to
 * @run: bytes since the last blank
 */
typedef struct
{
  const SortieMarkdownCopy *copy;
  GPtrArray *blocks;
  SortieMarkdownBlock *block;
  SortieMarkdownBlockKind kind;
  guint level;
  guint depth;
  guint quotes;
  gboolean head;
  gboolean joined;
  char *marker;
  int n_bold;
  int n_italic;
  int n_strike;
  int n_mono;
  char *links[SORTIE_MARKDOWN_MAX_LINKS];
  guint n_links;
  guint run;
} SortieMarkdownBuilder;

void sortie_markdown_builder_init (SortieMarkdownBuilder *self,
                                   const SortieMarkdownCopy *copy,
                                   guint depth);
/* (transfer full) (element-type SortieMarkdownBlock) */
GPtrArray *sortie_markdown_builder_end (SortieMarkdownBuilder *self);

/* The open block is over. */
void sortie_markdown_builder_flush (SortieMarkdownBuilder *self);
/* Opens one where none is. */
void sortie_markdown_builder_open (SortieMarkdownBuilder *self);
/* (transfer full): the marker of the item that begins */
void sortie_markdown_builder_take_marker (SortieMarkdownBuilder *self, char *marker);
/* A marker without a block gets an empty one. */
void sortie_markdown_builder_end_item (SortieMarkdownBuilder *self);
/* The paragraph is over. A line of the list of sources ends in a backslash, for a line break; after the
 * last of them it would be seen. */
void sortie_markdown_builder_end_paragraph (SortieMarkdownBuilder *self);
/* The block goes on after a line break. */
void sortie_markdown_builder_break (SortieMarkdownBuilder *self);

/* @text: valid UTF-8, in the copy or elsewhere; control and bidi override characters are left out */
void sortie_markdown_builder_append (SortieMarkdownBuilder *self, const char *text, gsize length);
/* As above, with citations in it. */
void sortie_markdown_builder_append_prose (SortieMarkdownBuilder *self,
                                           const char *text,
                                           gsize length);
void sortie_markdown_builder_append_tab (SortieMarkdownBuilder *self);

G_END_DECLS
