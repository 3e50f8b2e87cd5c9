/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SortieReportPrefix:
 * @length: bytes that are shown
 * @hashed: bytes of them that are in the hash: whole words
 * @hash: of those
 *
 * What is known of a text that is shown: enough to tell whether another one begins with it.
 */
typedef struct
{
  gsize length;
  gsize hashed;
  guint64 hash;
} SortieReportPrefix;

void sortie_report_prefix_init (SortieReportPrefix *self);
/* The text, which begins as before, is shown up to here. */
void sortie_report_prefix_grow (SortieReportPrefix *self, const char *text, gsize length);
/* Whether the text begins with what is shown, up to its last few bytes. */
gboolean sortie_report_prefix_holds (const SortieReportPrefix *self,
                                     const char *text,
                                     gsize length);

/* The length without the beginning of a character whose end has not come. */
gsize sortie_report_whole_length (const char *text, gsize length);

G_END_DECLS
