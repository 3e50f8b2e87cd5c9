/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-markdown-blocks.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SORTIE_REPORT_MEASURE 720 /* pixels: how wide lines of text are at most, at zoom 1 */

#define SORTIE_REPORT_MARGIN 24 /* pixels at the left and right of the text */

typedef enum
{
  SORTIE_REPORT_TAG_QUOTE, /* lines that get a bar */
  SORTIE_REPORT_TAG_RULE,  /* a line that is one */
  SORTIE_REPORT_TAG_ROW,   /* lines that get a line below */
  SORTIE_REPORT_TAG_HEAD,  /* … a thicker one */
  SORTIE_REPORT_TAG_CODE,  /* lines that stand on a ground of their own */
  SORTIE_REPORT_TAG_BOLD,
  SORTIE_REPORT_TAG_ITALIC,
  SORTIE_REPORT_TAG_STRIKE,
  SORTIE_REPORT_TAG_MONO,
  SORTIE_REPORT_TAG_LINK,
  SORTIE_REPORT_TAG_CITATION,
  SORTIE_REPORT_TAG_BRACKET,     /* of a citation: there for a copy and a screen reader, not seen */
  SORTIE_REPORT_TAG_UNSUPPORTED, /* a sentence that shares little with what it cites */
  SORTIE_REPORT_TAG_FOUND,
  SORTIE_REPORT_N_TAGS,
} SortieReportTag;

/* The text tags of a report's buffer. Sizes follow the zoom, colours the style of a widget. */
typedef struct _SortieReportTags SortieReportTags;

/* @table: (transfer none): kept as long as the tags */
SortieReportTags *sortie_report_tags_new (GtkTextTagTable *table);
void sortie_report_tags_free (SortieReportTags *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieReportTags, sortie_report_tags_free)

GtkTextTag *sortie_report_tags_get (SortieReportTags *self, SortieReportTag tag);
/**
 * sortie_report_tags_get_block:
 * @followed: whether a block follows that is joined to it
 * @odd: whether the line's number is
 *
 * How a block of this kind stands on the page. GTK 4.8 takes the style of a line where no tag begins or
 * ends from whatever line it has looked at before, so that neighbours never share a tag.
 */
GtkTextTag *sortie_report_tags_get_block (SortieReportTags *self,
                                          const SortieMarkdownBlock *block,
                                          gboolean followed,
                                          gboolean odd);
/* A tag of one table's rows. (transfer none): it belongs to the tag table */
GtkTextTag *sortie_report_tags_add_table (SortieReportTags *self);
void sortie_report_tags_remove_table (SortieReportTags *self, GtkTextTag *tag);

/* The margin at the left and right, pixels. */
int sortie_report_tags_get_margin (SortieReportTags *self);
double sortie_report_tags_get_zoom (SortieReportTags *self);
void sortie_report_tags_set_zoom (SortieReportTags *self, double zoom);
/* Takes the colours of the widget's style as it is now. */
void sortie_report_tags_set_colours (SortieReportTags *self, GtkWidget *widget);
/* A named colour of the widget's style at some opacity. */
GdkRGBA sortie_report_colour (GtkWidget *widget, const char *name, double alpha);

G_END_DECLS
