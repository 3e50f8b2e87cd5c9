/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SortiePhrases:
 *
 * A report's own words in one language. They are chosen by the mission's language, never by the
 * process's: one process writes reports in many. Those that end in `_format` are for
 * sortie_phrases_format().
 */
typedef struct
{
  const char *language;
  const char *in_short;
  const char *findings;
  const char *side_by_side;
  const char *differences;
  const char *not_found;
  const char *sources;
  const char *quote_open;
  const char *quote_close;
  const char *and_join;   /* between the last two of a list, with its blanks */
  const char *list_comma; /* between the others, with its blank */
  const char *comma;      /* between the parts of a line, with its blank */
  const char *semicolon;  /* with its blank */
  const char *colon;
  const char *full_stop;
  const char *empty_cell;
  const char *page_format;       /* {n} */
  const char *unanswered_format; /* {list} */
  const char *nothing;
  const char *nothing_searched_format; /* {terms} */
  const char *absent_one_format;       /* {terms} */
  const char *absent_many_format;      /* {terms} */
  const char *gap;
  const char *no_documents;
  const char *how_to_add;
  gboolean zero_is_one; /* none is said as one is: "0 documento" */
  const char *document_one;
  const char *document_many;
  const char *passage_one;
  const char *passage_many;
  const char *closing_format; /* {n} {documents} {indexed} {skipped} {collections} {read}
                               * {passages} {cited} */
  const char *closing_without_documents;
  const char *written;
  const char *written_by_model;
} SortiePhrases;

/* (transfer none): English where the language has none. There is one for each of
 * sortie_languages. */
const SortiePhrases *sortie_phrases_get (const char *language);

/* Whether so many are named by the word for one. */
gboolean sortie_phrases_is_one (const SortiePhrases *self, gint64 n);

/* Puts values for `{name}`: pairs of name and value, NULL-terminated. A value is taken as it is;
 * braces in it have no meaning. */
char *sortie_phrases_format (const char *format, ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
