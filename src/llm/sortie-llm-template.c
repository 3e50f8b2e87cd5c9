/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-template.h"

#include <string.h>

/* Learnt so often without a single use, a stream is taken for one whose chunks are all different. */
#define MAX_USELESS 4
/* A longer chunk is read in full each time. */
#define MAX_BYTES 4096
/* Stands in the text's place for the proof. */
#define PROBE "a text of another length, for the proof"

static gboolean
is_plain (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if ((guchar) text[i] < 0x20 || text[i] == '"' || text[i] == '\\')
      return FALSE;
  return length > 0;
}

static void
forget (SortieLlmTemplate *self)
{
  g_clear_pointer (&self->before, g_free);
  g_clear_pointer (&self->behind, g_free);
  self->n_before = 0;
  self->n_behind = 0;
}

void
sortie_llm_template_clear (SortieLlmTemplate *self)
{
  forget (self);
  self->n_hits = 0;
  self->n_useless = 0;
}

gboolean
sortie_llm_template_match (
    SortieLlmTemplate *self, const char *json, gsize length, const char **text, gsize *n_text)
{
  gsize around = self->n_before + self->n_behind;

  if (self->before == NULL || length <= around ||
      memcmp (json, self->before, self->n_before) != 0 ||
      memcmp (json + length - self->n_behind, self->behind, self->n_behind) != 0 ||
      !is_plain (json + self->n_before, length - around))
    return FALSE;
  *text = json + self->n_before;
  *n_text = length - around;
  self->n_hits++;
  return TRUE;
}

/* The one place where the text stands in quotes, behind the opening one; NULL where there is none, or more
 * than one. */
static const char *
find_place (const char *json, gsize length, const char *text)
{
  g_autofree char *quoted = g_strconcat ("\"", text, "\"", NULL);
  gsize n_quoted = strlen (quoted);
  const char *at = memmem (json, length, quoted, n_quoted);

  if (at == NULL || memmem (at + 1, length - (gsize) (at + 1 - json), quoted, n_quoted) != NULL)
    return NULL;
  return at + 1;
}

void
sortie_llm_template_learn (SortieLlmTemplate *self,
                           const char *json,
                           gsize length,
                           const char *text,
                           SortieLlmTemplateCheckFunc check,
                           gpointer user_data)
{
  g_autoptr (GString) probe = NULL;
  const char *place;
  gsize n_before;

  if (self->n_useless >= MAX_USELESS || length > MAX_BYTES || !is_plain (text, strlen (text)))
    return;
  self->n_useless = self->n_hits > 0 ? 0 : self->n_useless + 1;
  self->n_hits = 0;
  forget (self);
  place = find_place (json, length, text);
  if (place == NULL)
    return;
  n_before = (gsize) (place - json);
  probe = g_string_new_len (json, (gssize) n_before);
  g_string_append (probe, PROBE);
  g_string_append_len (probe, place + strlen (text), (gssize) (length - n_before - strlen (text)));
  if (!check (probe->str, probe->len, PROBE, user_data))
    return;
  self->n_before = n_before;
  self->n_behind = length - n_before - strlen (text);
  self->before = g_memdup2 (json, self->n_before);
  self->behind = g_memdup2 (place + strlen (text), self->n_behind);
}
