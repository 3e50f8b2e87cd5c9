/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a line of Markdown begins, as CommonMark has it. Pure. */

/* A line, read from some column on. `text` need not be NUL-terminated. */
typedef struct
{
  const char *text;
  gsize length; /* without its line break */
  gsize at;     /* the first byte that is no blank */
  guint indent; /* its column, from 0 */
} SortieMarkdownLine;

/* @column: of the line's first byte */
SortieMarkdownLine sortie_markdown_line (const char *text, gsize length, guint column);
gboolean sortie_markdown_line_is_blank (const SortieMarkdownLine *line);

gboolean sortie_markdown_line_is_rule (const SortieMarkdownLine *line);
gboolean sortie_markdown_line_is_heading (const SortieMarkdownLine *line);
/* `===` or `---` under a paragraph */
gboolean sortie_markdown_line_is_underline (const SortieMarkdownLine *line);
/* The line under a table's head, perhaps. */
gboolean sortie_markdown_line_may_be_delimiter (const SortieMarkdownLine *line);
/* How many backticks or tildes open a fence; 0 where none does */
guint sortie_markdown_line_opens_fence (const SortieMarkdownLine *line);
gboolean sortie_markdown_line_closes_fence (const SortieMarkdownLine *line,
                                            char sign,
                                            guint length);

/**
 * SortieMarkdownMarker:
 * @sign: `-`, `+`, `*` of a bullet, `.` or `)` after a number
 * @number: of the item; 0 for bullets
 * @ordered: whether there is a number
 * @empty: whether nothing follows
 * @rest: the first byte after the marker and its blanks
 * @column: the column of that byte: where the item's text stands
 */
typedef struct
{
  char sign;
  guint number;
  gboolean ordered;
  gboolean empty;
  gsize rest;
  guint column;
} SortieMarkdownMarker;

gboolean sortie_markdown_line_read_marker (const SortieMarkdownLine *line,
                                           SortieMarkdownMarker *marker);

G_END_DECLS
