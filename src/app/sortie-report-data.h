/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-report-render.h"

G_BEGIN_DECLS

#define SORTIE_REPORT_MAX_SOURCES 20000
#define SORTIE_REPORT_MAX_UNSUPPORTED 2000

/**
 * SortieReportSource:
 * @n: its number in the report
 * @document: the document's ID
 * @title: (nullable): of the document
 * @uri: (nullable): of the document
 * @page: from 1; 0 where there are none
 * @heading: (nullable): that it stands under
 * @passage: number of the passage in the document
 * @start: byte range in the document's text
 * @end: the byte after it
 * @quote: (nullable): the bytes of that range
 */
typedef struct
{
  guint n;
  char *document;
  char *title;
  char *uri;
  guint page;
  char *heading;
  guint passage;
  gint64 start;
  gint64 end;
  char *quote;
} SortieReportSource;

/* What `draft.completed` says about a draft. */
typedef struct
{
  GPtrArray *sources;  /* SortieReportSource, by @n */
  GArray *unsupported; /* SortieReportRange, in order, not overlapping */
} SortieReportData;

/* @json: (nullable): what of it is malformed is left out */
SortieReportData *sortie_report_data_new (const char *json, gsize report_length);
void sortie_report_data_free (SortieReportData *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieReportData, sortie_report_data_free)

/* (nullable): the source of that number */
const SortieReportSource *sortie_report_data_find (const SortieReportData *self, guint n);

SortieReportSource *sortie_report_source_copy (const SortieReportSource *self);
void sortie_report_source_free (SortieReportSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieReportSource, sortie_report_source_free)

/* (transfer full): fit to be shown: its title, or the last part of its address */
char *sortie_report_source_dup_title (const SortieReportSource *self);
/* (transfer full): fit to be shown: page and heading; empty where there are none */
char *sortie_report_source_dup_place (const SortieReportSource *self);
/* (transfer full) (nullable): title and place of the source of that number */
char *sortie_report_data_dup_tip (const SortieReportData *self, guint n);

G_END_DECLS
