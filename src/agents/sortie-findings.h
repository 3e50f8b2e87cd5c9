/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-library.h"

G_BEGIN_DECLS

/* What the agents hand to each other, as structures and as JSON. The JSON goes through Redis and
 * comes back in another process, so reading it validates it: every range is in order and fits its
 * text, every index points at something. Reading fails with SORTIE_ERROR_INVALID or
 * SORTIE_ERROR_TOO_LARGE naming the member; writing never fails. */

#define SORTIE_RETRIEVAL_MAX_PASSAGES 64
#define SORTIE_ANALYSIS_MAX_ANSWERS 16
#define SORTIE_ANALYSIS_MAX_FINDINGS 64 /* an answer */
#define SORTIE_FINDING_MAX_SOURCES 8
#define SORTIE_ANALYSIS_MAX_INSIGHTS 16
#define SORTIE_INSIGHT_MIN_BYTES 10
#define SORTIE_INSIGHT_MAX_BYTES 600
#define SORTIE_INSIGHT_MAX_PASSAGES 8

/**
 * SortieSearched:
 * @name: the collection
 * @n_documents: how many documents of it could be searched
 * @n_skipped: how many could not be read when it was indexed
 */
typedef struct
{
  char *name;
  gint64 n_documents;
  gint64 n_skipped;
} SortieSearched;

SortieSearched *sortie_searched_new (const char *name, gint64 n_documents, gint64 n_skipped);
void sortie_searched_free (SortieSearched *self);

/**
 * SortieTermWeight:
 * @term: a word of the query
 * @weight: how much it tells in the collections searched: the score of the best passage for this
 *   word alone, which grows with its rarity
 */
typedef struct
{
  char *term;
  double weight;
} SortieTermWeight;

SortieTermWeight *sortie_term_weight_new (const char *term, double weight);
void sortie_term_weight_free (SortieTermWeight *self);

/**
 * SortieRetrieval:
 * @question: the sub-question
 * @query: what was searched for
 * @collections: (element-type SortieSearched): where, in the mission's order
 * @passages: (element-type SortiePassage): best first
 * @weights: (element-type SortieTermWeight): what the words of the query are worth
 * @absent: (element-type utf8): words of the query that occur in none of the collections
 *
 * The result of one retrieval step.
 */
typedef struct
{
  char *question;
  char *query;
  GPtrArray *collections;
  GPtrArray *passages;
  GPtrArray *weights;
  GPtrArray *absent;
} SortieRetrieval;

SortieRetrieval *sortie_retrieval_new (const char *question, const char *query);
void sortie_retrieval_free (SortieRetrieval *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieRetrieval, sortie_retrieval_free)

char *sortie_retrieval_to_json (const SortieRetrieval *self);
SortieRetrieval *sortie_retrieval_from_json (const char *bytes, gsize length, GError **error);

/**
 * SortieSource:
 * @document: document ID
 * @uri: where it is
 * @path: (nullable): for people
 * @title: of the document
 * @heading: (nullable): path of headings
 * @passage: the passage in the document, from 1
 * @page: from 1; 0 where there is none
 * @start: byte range in the extracted text
 * @end: …
 * @quote: exactly the bytes of that range
 *
 * A place in a document.
 */
typedef struct
{
  char *document;
  char *uri;
  char *path;
  char *title;
  char *heading;
  int passage;
  int page;
  gint64 start;
  gint64 end;
  char *quote;
} SortieSource;

/* `start` and `end` are in the document and within the passage. */
SortieSource *sortie_source_new (const SortiePassage *passage, gint64 start, gint64 end);
void sortie_source_free (SortieSource *self);

/**
 * SortieFinding:
 * @sources: (element-type SortieSource): the first is what is quoted, the others say the same
 * @score: how well it answers; above 0, comparable within an analysis
 * @lead_start: the part that says most, as a byte range of the quote: for a summary
 * @lead_end: …
 *
 * One or more adjoining sentences of a document that answer a question.
 */
typedef struct
{
  GPtrArray *sources;
  double score;
  gint64 lead_start;
  gint64 lead_end;
} SortieFinding;

SortieFinding *sortie_finding_new (SortieSource *quoted, double score); /* takes the source */
void sortie_finding_free (SortieFinding *self);
/* (transfer full): the text of the part that says most. */
char *sortie_finding_dup_lead (const SortieFinding *self);

/**
 * SortieAnswer:
 * @step: the retrieval step whose question it is
 * @question: the question
 * @searched: FALSE where the retrieval gave no result: a gap
 * @findings: (element-type SortieFinding): in the order in which they are to be read; empty where
 *   the documents do not answer
 * @terms: (element-type utf8): what was searched for
 * @absent: (element-type utf8): those of them that occur nowhere
 */
typedef struct
{
  int step;
  char *question;
  gboolean searched;
  GPtrArray *findings;
  GPtrArray *terms;
  GPtrArray *absent;
} SortieAnswer;

SortieAnswer *sortie_answer_new (int step, const char *question, gboolean searched);
void sortie_answer_free (SortieAnswer *self);

/* A finding of an analysis by the indices of answer and finding; -1 for none. */
typedef struct
{
  int answer;
  int finding;
} SortieFindingRef;

/**
 * SortieComparisonRow:
 * @aspect: (nullable): what is compared
 * @cells: (element-type SortieFindingRef): one a column
 */
typedef struct
{
  char *aspect;
  GArray *cells;
} SortieComparisonRow;

SortieComparisonRow *sortie_comparison_row_new (const char *aspect);
void sortie_comparison_row_free (SortieComparisonRow *self);

/* A passage by its document and its place in it. */
typedef struct
{
  char *document;
  int passage; /* from 1 */
} SortiePassageRef;

/**
 * SortieInsight:
 * @text: one line in the words of a language model
 * @refs: (element-type SortiePassageRef): the passages that it is drawn from; at least one
 *
 * What a language model made of several passages. Only another model is given it: a deterministic
 * report quotes.
 */
typedef struct
{
  char *text;
  GPtrArray *refs;
} SortieInsight;

SortieInsight *sortie_insight_new (const char *text);
void sortie_insight_add (SortieInsight *self, const char *document, int passage);
void sortie_insight_free (SortieInsight *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieInsight, sortie_insight_free)

/* One line of SORTIE_INSIGHT_MIN_BYTES to SORTIE_INSIGHT_MAX_BYTES without control characters. */
gboolean sortie_insight_text_is_valid (const char *text);

/**
 * SortieAnalysis:
 * @answers: (element-type SortieAnswer): in plan order
 * @summary: (element-type SortieFindingRef): the findings that say most, in plan order
 * @columns: (element-type int): the answers that are compared; empty without a comparison
 * @rows: (element-type SortieComparisonRow): as many cells each as there are columns
 * @differences: (element-type SortieFindingRef): pairs of findings of different documents that say
 *   the same but for a number, first and second in turn
 * @collections: (element-type SortieSearched): where was searched
 * @n_passages: how many passages were read closely
 * @insights: (element-type SortieInsight): what a language model made of the passages; empty
 *   without one
 *
 * The analyzer's result.
 */
typedef struct
{
  GPtrArray *answers;
  GArray *summary;
  GArray *columns;
  GPtrArray *rows;
  GArray *differences;
  GPtrArray *collections;
  int n_passages;
  GPtrArray *insights;
} SortieAnalysis;

SortieAnalysis *sortie_analysis_new (void);
void sortie_analysis_free (SortieAnalysis *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieAnalysis, sortie_analysis_free)

char *sortie_analysis_to_json (const SortieAnalysis *self);
SortieAnalysis *sortie_analysis_from_json (const char *bytes, gsize length, GError **error);

/* (transfer none) (nullable): NULL where the reference points at nothing. */
SortieFinding *sortie_analysis_get_finding (const SortieAnalysis *self, SortieFindingRef ref);

/* One source as a JSON object, with `n` where it is above 0: the form of `draft.completed`. */
void sortie_source_append_json (const SortieSource *self, int n, GString *json);

G_END_DECLS
