/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-report-prefix.h"

#include <string.h>

#define HASH_START 14695981039346656037u
#define HASH_PRIME 1099511628211u

/* Goes on with the whole words of the text from `*hashed` on. */
static guint64
hash_words (guint64 hash, const char *text, gsize length, gsize *hashed)
{
  for (; *hashed + sizeof hash <= length; *hashed += sizeof hash)
    {
      guint64 word;

      memcpy (&word, text + *hashed, sizeof word);
      hash = (hash ^ word) * HASH_PRIME;
      hash ^= hash >> 29;
    }
  return hash;
}

gsize
sortie_report_whole_length (const char *text, gsize length)
{
  gsize start = length;

  while (start > 0 && length - start < 3 && ((guchar) text[start - 1] & 0xc0) == 0x80)
    start--;
  if (start == 0 || (guchar) text[start - 1] < 0xc0)
    return length;
  start--;
  return length - start < (gsize) g_utf8_skip[(guchar) text[start]] ? start : length;
}

void
sortie_report_prefix_init (SortieReportPrefix *self)
{
  *self = (SortieReportPrefix){ .hash = HASH_START };
}

void
sortie_report_prefix_grow (SortieReportPrefix *self, const char *text, gsize length)
{
  self->hash = hash_words (self->hash, text, length, &self->hashed);
  self->length = length;
}

gboolean
sortie_report_prefix_holds (const SortieReportPrefix *self, const char *text, gsize length)
{
  gsize hashed = 0;

  return length >= self->length &&
         hash_words (HASH_START, text, self->hashed, &hashed) == self->hash;
}
