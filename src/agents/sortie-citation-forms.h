/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The forms in which language models write citations and head their lists of sources. Pure: each
 * function looks at the beginning of a text of which more may come. */

/* The longest bracket that is looked at, bytes; what is longer is no citation. */
#define SORTIE_CITATION_MAX_FORM 96
/* The most numbers that one bracket may name. */
#define SORTIE_CITATION_MAX_NUMBERS 32
/* The longest beginning of a line that may still be the head of a list of sources, bytes. */
#define SORTIE_CITATION_MAX_HEAD 96

typedef enum
{
  SORTIE_MATCH_NO,
  SORTIE_MATCH_YES,
  SORTIE_MATCH_MORE, /* not to be told yet */
} SortieMatch;

/**
 * SortieCitationForm:
 * @length: bytes of the bracket
 * @numbers: (array length=n_numbers): each once, in order
 * @n_numbers: how many
 * @n_excess: how many more it names, or a range that is too wide
 */
typedef struct
{
  gsize length;
  guint numbers[SORTIE_CITATION_MAX_NUMBERS];
  guint n_numbers;
  guint n_excess;
} SortieCitationForm;

/**
 * sortie_citation_form_read:
 * @at: UTF-8
 * @left: bytes
 * @form: (out): untouched unless it is one
 *
 * `[3]`, `[1, 2]`, `[1-3]`, `[^3]`, `[passage 3]`, `[passages 1 and 2]`, `【3】`,
 * `【3†source】`, `\\[3\\]`, `(passage 3)`.
 */
SortieMatch sortie_citation_form_read (const char *at, gsize left, SortieCitationForm *form);

/* Whether one of the brackets begins here. */
gboolean sortie_citation_form_opens (const char *at);

/**
 * sortie_citation_heads_list:
 * @line: a line's beginning, without its line break
 * @length: bytes
 * @complete: whether the line has no more
 *
 * Whether a list of sources begins here: "## Sources", "**Quellen:**", "Sources: [1] …".
 */
SortieMatch sortie_citation_heads_list (const char *line, gsize length, gboolean complete);

G_END_DECLS
