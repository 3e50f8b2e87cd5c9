/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-report-tables.h"
#include "sortie-report-tags.h"

G_BEGIN_DECLS

/* A range of the text that has a tag; characters from the render's start. */
typedef struct
{
  guint start;
  guint end;
  GtkTextTag *tag;
} SortieReportRun;

/* A citation or a link: where it stands, and what it leads to. */
typedef struct
{
  guint start;
  guint end;
  guint number; /* of a citation; 0 for a link */
  char *target; /* (nullable): of a link */
} SortieReportAnchor;

/**
 * SortieReportRender:
 * @text: what goes into the buffer, in one insert
 * @n_chars: characters of it
 * @line: the number of the line that comes next in the buffer
 * @runs: (element-type SortieReportRun): by their start
 * @anchors: (element-type SortieReportAnchor): by their start
 * @unsupported: (nullable) (element-type SortieReportRange): ranges of the Markdown that get
 *   a mark, in order, not overlapping
 *
 * Blocks made into text and tags, before any of it touches a buffer.
 */
typedef struct
{
  GString *text;
  guint n_chars;
  guint line;
  GArray *runs;
  GArray *anchors;
  const GArray *unsupported;
} SortieReportRender;

/* Bytes of the Markdown. */
typedef struct
{
  gsize start;
  gsize end;
} SortieReportRange;

SortieReportRender *sortie_report_render_new (void);
void sortie_report_render_free (SortieReportRender *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieReportRender, sortie_report_render_free)

/* @blocks: (element-type SortieMarkdownBlock): of one piece
 * @table: the table that rows belong to */
void sortie_report_render_add (SortieReportRender *self,
                               SortieReportTags *tags,
                               GPtrArray *blocks,
                               SortieReportTable *table);

/* Up to which character the two have the same text and tags. */
guint sortie_report_render_compare (const SortieReportRender *self,
                                    const SortieReportRender *other,
                                    gsize *bytes);

G_END_DECLS
