/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-citation-forms.h"
#include "sortie-citations.h"

G_BEGIN_DECLS

/* Between sortie-citations.c (bytes and blocks), sortie-citation-lines.c (kinds of lines) and
 * sortie-citation-inline.c (within a line). */

/* A line whose kind can't be told is held back so long, bytes; then it is text. */
#define SORTIE_LINE_MAX_HELD 1024
/* A longer line opens no code block. */
#define SORTIE_LINE_MAX_FENCE 80

typedef enum
{
  SORTIE_LINE_TEXT,
  SORTIE_LINE_FENCE, /* opens a code block */
  SORTIE_LINE_HEADING,
  SORTIE_LINE_ENTRY, /* may be one of a list of sources */
  SORTIE_LINE_HEAD,  /* of a list of sources */
} SortieLineKind;

/* Whether the kind of a line that is not blank can be told from its beginning. */
gboolean sortie_citation_line_read (const char *line,
                                    gsize length,
                                    gboolean complete,
                                    SortieLineKind *kind);
/* `[3]: …`: how links and footnotes are defined. */
gboolean sortie_citation_is_definition (const char *entry);
/* How many of them the line begins with. */
gsize sortie_citation_count_mark (const char *line, gsize length, char mark);

#define SORTIE_CITATION_TAIL 8

/**
 * SortieCitationInline:
 * @func: takes what comes out
 * @n_passages: 1 to this may be cited
 * @order: (element-type guint): the passages that are cited, by first appearance
 * @numbers: (array length=n_passages + 1): passage → its number; 0 for none yet
 * @n_kept: citations that came out
 * @n_removed: citations that named nothing
 * @held: of the line, what can't be told yet
 * @n_blanks: blanks that are held back: they go with a citation that is removed
 * @after_citation: the last that came out is `[k]`, or its removed neighbours
 * @after_backtick: … is an escaped backtick
 * @tail: the last bytes that came out of this line
 *
 * The text of a line.
 */
typedef struct
{
  SortieCitationsFunc func;
  gpointer user_data;
  guint n_passages;
  GArray *order;
  guint *numbers;
  guint n_kept;
  guint n_removed;
  GString *held;
  guint n_blanks;
  gboolean after_citation;
  gboolean after_backtick;
  char tail[SORTIE_CITATION_TAIL];
} SortieCitationInline;

void sortie_citation_inline_init (SortieCitationInline *self,
                                  guint n_passages,
                                  SortieCitationsFunc func,
                                  gpointer user_data);
void sortie_citation_inline_clear (SortieCitationInline *self);

/* Whole characters of one line, without its line break. */
void sortie_citation_inline_feed (SortieCitationInline *self, const char *text, gsize length);
/* The line is at its end. */
void sortie_citation_inline_end (SortieCitationInline *self);

G_END_DECLS
