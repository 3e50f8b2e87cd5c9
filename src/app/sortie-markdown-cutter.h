/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Cuts Markdown that is still being written into pieces that will not change any more: a paragraph, an
 * item of a list, a line of code, a row of a table. Each is parsed once, by itself. Pure, and linear
 * in the text's length. */

#define SORTIE_MARKDOWN_MAX_PIECE (16 * 1024) /* bytes; what is longer is cut, wherever that is */
#define SORTIE_MARKDOWN_MAX_LEVELS 32         /* of lists in lists; deeper ones are text */

/**
 * SortieMarkdownPieceKind:
 * @SORTIE_MARKDOWN_PIECE_NOTHING: shows nothing: a fence, blank lines
 * @SORTIE_MARKDOWN_PIECE_TEXT: Markdown
 * @SORTIE_MARKDOWN_PIECE_CODE: one line between fences
 * @SORTIE_MARKDOWN_PIECE_ROW: one row of a table, after its head
 */
typedef enum
{
  SORTIE_MARKDOWN_PIECE_NOTHING,
  SORTIE_MARKDOWN_PIECE_TEXT,
  SORTIE_MARKDOWN_PIECE_CODE,
  SORTIE_MARKDOWN_PIECE_ROW,
} SortieMarkdownPieceKind;

/**
 * SortieMarkdownPiece:
 * @start: its first byte in the text
 * @end: the byte after its last
 * @kind: how it is to be read
 * @depth: how many lists it stands in
 * @indent: columns of white space that those lists put before each line
 * @columns: of the table, for a row
 * @number: of the item that it begins with, in an ordered list that began before; 0 for none
 */
typedef struct
{
  gsize start;
  gsize end;
  SortieMarkdownPieceKind kind;
  guint depth;
  guint indent;
  guint columns;
  guint number;
} SortieMarkdownPiece;

typedef struct _SortieMarkdownCutter SortieMarkdownCutter;

SortieMarkdownCutter *sortie_markdown_cutter_new (void);
void sortie_markdown_cutter_free (SortieMarkdownCutter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieMarkdownCutter, sortie_markdown_cutter_free)

/**
 * sortie_markdown_cutter_feed:
 * @text: the whole text so far: what was fed before is the beginning of it. Any bytes
 * @length: bytes of @text
 * @limit: stop after the line that ends beyond this byte; 0 for none
 *
 * Cuts what has come.
 *
 * Returns: whether all complete lines were taken
 */
gboolean sortie_markdown_cutter_feed (SortieMarkdownCutter *self,
                                      const char *text,
                                      gsize length,
                                      gsize limit);

/* (element-type SortieMarkdownPiece): those that will not change, in order and without a gap */
const GArray *sortie_markdown_cutter_get_pieces (SortieMarkdownCutter *self);
/* Up to which byte lines were taken. */
gsize sortie_markdown_cutter_get_scanned (SortieMarkdownCutter *self);

/* (transfer full) (element-type SortieMarkdownPiece): what the text after the last piece would be if
 * it ended at @length. At most some SORTIE_MARKDOWN_MAX_PIECE bytes where feed() took all. */
GArray *sortie_markdown_cutter_dup_open (SortieMarkdownCutter *self,
                                         const char *text,
                                         gsize length);

G_END_DECLS
