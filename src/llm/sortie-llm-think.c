/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-think.h"

#include <string.h>

#define OPENING "<think>"
#define CLOSING "</think>"

/* A model that begins with more blanks than these does not reason: no end of them is held back. */
#define MAX_BLANKS 4096

/* Some write several; what comes after so many is text. */
#define MAX_BLOCKS 16

/* How many bytes at the end of what is held may be the beginning of a tag that is still to come. */
static gsize
measure_begun_tag (const GString *held, const char *tag)
{
  gsize longest = MIN (strlen (tag) - 1, held->len);

  for (gsize n = longest; n > 0; n--)
    if (g_ascii_strncasecmp (held->str + held->len - n, tag, n) == 0)
      return n;
  return 0;
}

static gssize
find_tag (const GString *held, const char *tag)
{
  gsize length = strlen (tag);

  for (gsize i = 0; i + length <= held->len; i++)
    if (held->str[i] == '<' && g_ascii_strncasecmp (held->str + i, tag, length) == 0)
      return (gssize) i;
  return -1;
}

static void
give (SortieLlmThink *self, gsize length, GString *out)
{
  g_string_append_len (out, self->held->str, (gssize) length);
  g_string_erase (self->held, 0, (gssize) length);
}

/* Whether there is more to do with what is held. */
static gboolean
step_start (SortieLlmThink *self, GString *text)
{
  gsize blanks = strspn (self->held->str, " \t\r\n");
  gsize after = self->held->len - blanks;

  if (g_ascii_strncasecmp (self->held->str + blanks, OPENING, MIN (after, strlen (OPENING))) != 0 ||
      blanks > MAX_BLANKS || self->closed >= MAX_BLOCKS)
    {
      if (self->closed > 0)
        g_string_erase (self->held, 0, (gssize) blanks);
      give (self, self->held->len, text);
      self->state = SORTIE_LLM_THINK_PAST;
      return FALSE;
    }
  if (after < strlen (OPENING))
    return FALSE;
  g_string_erase (self->held, 0, (gssize) (blanks + strlen (OPENING)));
  self->state = SORTIE_LLM_THINK_INSIDE;
  return self->held->len > 0;
}

static gboolean
step_inside (SortieLlmThink *self, GString *reasoning)
{
  gssize end = find_tag (self->held, CLOSING);

  if (end < 0)
    {
      give (self, self->held->len - measure_begun_tag (self->held, CLOSING), reasoning);
      return FALSE;
    }
  give (self, (gsize) end, reasoning);
  g_string_erase (self->held, 0, strlen (CLOSING));
  self->closed++;
  self->state = SORTIE_LLM_THINK_START;
  return self->held->len > 0;
}

void
sortie_llm_think_init (SortieLlmThink *self)
{
  self->state = SORTIE_LLM_THINK_START;
  self->closed = 0;
  self->held = g_string_new (NULL);
}

void
sortie_llm_think_clear (SortieLlmThink *self)
{
  g_string_free (self->held, TRUE);
}

void
sortie_llm_think_feed (
    SortieLlmThink *self, const char *piece, gsize length, GString *text, GString *reasoning)
{
  gboolean more = TRUE;

  if (self->state == SORTIE_LLM_THINK_PAST)
    {
      g_string_append_len (text, piece, (gssize) length);
      return;
    }
  g_string_append_len (self->held, piece, (gssize) length);
  while (more && self->state != SORTIE_LLM_THINK_PAST)
    more = self->state == SORTIE_LLM_THINK_START ? step_start (self, text)
                                                 : step_inside (self, reasoning);
}

void
sortie_llm_think_end (SortieLlmThink *self, GString *text, GString *reasoning)
{
  gsize blanks = self->closed > 0 ? strspn (self->held->str, " \t\r\n") : 0;

  if (self->state == SORTIE_LLM_THINK_INSIDE)
    give (self, self->held->len, reasoning);
  g_string_erase (self->held, 0, (gssize) MIN (blanks, self->held->len));
  give (self, self->held->len, text);
  self->state = SORTIE_LLM_THINK_PAST;
}
