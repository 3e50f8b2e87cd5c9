/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-json.h"

G_BEGIN_DECLS

/* What RFC 8259 calls tokens, read one by one with all checks that concern them: for the reader that
 * builds a tree, and for the one that tells of members. Every function is FALSE, with the error set,
 * where the text is not valid. */

typedef struct
{
  const char *start;
  const char *at;
  const char *end;
  guint max_depth;
  guint max_values;
  guint depth;
  guint values;
  GString *text; /* the string read last, unescaped */
  GError **error;
} SortieJsonScanner;

typedef enum
{
  SORTIE_JSON_WORD_TRUE,
  SORTIE_JSON_WORD_FALSE,
  SORTIE_JSON_WORD_NULL,
} SortieJsonWord;

static inline void
sortie_json_scanner_skip_space (SortieJsonScanner *self)
{
  while (self->at < self->end &&
         (*self->at == ' ' || *self->at == '\t' || *self->at == '\n' || *self->at == '\r'))
    self->at++;
}

static inline gboolean
sortie_json_scanner_next_is (SortieJsonScanner *self, char c)
{
  return self->at < self->end && *self->at == c;
}

gboolean sortie_json_scanner_fail (SortieJsonScanner *self, const char *what);
gboolean sortie_json_scanner_fail_large (SortieJsonScanner *self, const char *what, guint limit);
/* One more value, or member name. */
gboolean sortie_json_scanner_count (SortieJsonScanner *self);
/* Past the opening bracket, and the count of levels. */
gboolean sortie_json_scanner_enter (SortieJsonScanner *self);
void sortie_json_scanner_leave (SortieJsonScanner *self);

/* From the opening quote to behind the closing one; leaves the contents in self->text. */
gboolean sortie_json_scan_string (SortieJsonScanner *self);
/* An integer where it is one that fits, else a double. */
gboolean sortie_json_scan_number (SortieJsonScanner *self,
                                  gboolean *integer,
                                  gint64 *whole,
                                  double *value);
gboolean sortie_json_scan_word (SortieJsonScanner *self, SortieJsonWord *word);

/* A member's name, left in self->text. */
gboolean sortie_json_scan_name (SortieJsonScanner *self);
/* @known: whether one of the @count members before it has the name */
gboolean sortie_json_scanner_check_name (SortieJsonScanner *self, gboolean known, guint count);
gboolean sortie_json_scan_colon (SortieJsonScanner *self);
/* Behind a member: whether another one follows it, before which the scanner then stands. */
gboolean sortie_json_scan_comma (SortieJsonScanner *self, gboolean *more);

G_END_DECLS
