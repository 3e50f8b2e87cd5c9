/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-markdown-cutter.h"

G_BEGIN_DECLS

/* Markdown as a flat list of blocks, from which the view, the pages and the exported page are made.
 * Pure: nothing is fetched, raw HTML is text, reference definitions define nothing. */

#define SORTIE_MARKDOWN_MAX_RUN 4096   /* bytes without a blank: a longer run stalls Pango */
#define SORTIE_MARKDOWN_MAX_BLOCK 8192 /* bytes of a block; it goes on in a joined one */
#define SORTIE_MARKDOWN_MAX_DEPTH 8    /* of lists and quotes that is told apart */
#define SORTIE_MARKDOWN_MAX_CITATION 99999

typedef enum
{
  SORTIE_MARKDOWN_PARAGRAPH,
  SORTIE_MARKDOWN_HEADING,
  SORTIE_MARKDOWN_CODE, /* one line */
  SORTIE_MARKDOWN_ROW,  /* cells with tabs between them */
  SORTIE_MARKDOWN_RULE, /* no text */
} SortieMarkdownBlockKind;

typedef enum
{
  SORTIE_MARKDOWN_BOLD = 1 << 0,
  SORTIE_MARKDOWN_ITALIC = 1 << 1,
  SORTIE_MARKDOWN_STRIKE = 1 << 2,
  SORTIE_MARKDOWN_MONO = 1 << 3,
  SORTIE_MARKDOWN_LINK = 1 << 4,
  SORTIE_MARKDOWN_CITATION = 1 << 5,
} SortieMarkdownStyle;

/**
 * SortieMarkdownSpan:
 * @start: bytes from the start of the block's text
 * @end: the byte after it
 * @style: SortieMarkdownStyle flags
 * @number: of a citation
 * @target: (nullable): of a link; belongs to the block
 */
typedef struct
{
  guint start;
  guint end;
  guint style;
  guint number;
  const char *target;
} SortieMarkdownSpan;

/* Text of the block that stands in the Markdown byte for byte. */
typedef struct
{
  guint start; /* in the block's text */
  guint length;
  gsize source; /* in the Markdown */
} SortieMarkdownOrigin;

/**
 * SortieMarkdownBlock:
 * @kind: what it is
 * @level: of a heading, 1 to 6
 * @depth: in how many lists it stands, at most SORTIE_MARKDOWN_MAX_DEPTH
 * @quotes: in how many quotes, likewise
 * @head: whether a row is a table's head
 * @joined: whether it goes on with the block before it, after a line break
 * @marker: (nullable): what stands before an item's first block: a bullet, `3.`
 * @text: valid UTF-8 without control characters
 * @spans: (element-type SortieMarkdownSpan): in order, not overlapping
 * @origins: (element-type SortieMarkdownOrigin): in order
 * @targets: (element-type utf8): what spans point to
 */
typedef struct
{
  SortieMarkdownBlockKind kind;
  guint level;
  guint depth;
  guint quotes;
  gboolean head;
  gboolean joined;
  char *marker;
  GString *text;
  GArray *spans;
  GArray *origins;
  GPtrArray *targets;
} SortieMarkdownBlock;

void sortie_markdown_block_free (SortieMarkdownBlock *self);

/**
 * sortie_markdown_parse:
 * @text: the whole text
 * @piece: which part of it, and how to read it
 *
 * Returns: (transfer full) (element-type SortieMarkdownBlock): its blocks
 */
GPtrArray *sortie_markdown_parse (const char *text, const SortieMarkdownPiece *piece);

/* (transfer full) (element-type SortieMarkdownBlock): all of a text */
GPtrArray *sortie_markdown_parse_all (const char *text, gsize length);

/* The columns of the table that the piece is the head of; 0 where it is none. */
guint sortie_markdown_count_columns (const char *text, const SortieMarkdownPiece *piece);

/**
 * sortie_markdown_block_find_origin:
 * @start: a range of the Markdown, bytes
 * @shown_start: (out): where it begins in the block's text, bytes
 * @shown_end: (out): where it ends
 *
 * Returns: whether any of the range is in the block
 */
gboolean sortie_markdown_block_find_origin (
    const SortieMarkdownBlock *self, gsize start, gsize end, guint *shown_start, guint *shown_end);

G_END_DECLS
