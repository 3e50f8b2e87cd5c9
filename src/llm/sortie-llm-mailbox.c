/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-mailbox.h"

void
sortie_llm_mailbox_init (SortieLlmMailbox *self)
{
  *self = (SortieLlmMailbox){ .text = g_string_new (NULL) };
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}

void
sortie_llm_mailbox_clear (SortieLlmMailbox *self)
{
  g_string_free (self->text, TRUE);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
}

void
sortie_llm_mailbox_put (SortieLlmMailbox *self, const char *text, gsize length)
{
  g_mutex_lock (&self->lock);
  g_string_append_len (self->text, text, (gssize) length);
  g_mutex_unlock (&self->lock);
  self->waiting = TRUE;
}

gint64
sortie_llm_mailbox_announce (SortieLlmMailbox *self, gint64 now_us)
{
  if (!self->waiting)
    return G_MAXINT64;
  if (self->announced_us != 0 && now_us - self->announced_us < SORTIE_LLM_GATHER_US)
    return self->announced_us + SORTIE_LLM_GATHER_US;
  self->waiting = FALSE;
  self->announced_us = now_us;
  g_mutex_lock (&self->lock);
  self->ready = TRUE;
  g_mutex_unlock (&self->lock);
  g_cond_signal (&self->changed); /* unlocked, so that who wakes up need not wait for the lock */
  return G_MAXINT64;
}

void
sortie_llm_mailbox_end (SortieLlmMailbox *self)
{
  g_mutex_lock (&self->lock);
  self->over = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

gboolean
sortie_llm_mailbox_take (SortieLlmMailbox *self, gint64 until_us, GString *text)
{
  gboolean over;

  g_mutex_lock (&self->lock);
  while (!self->ready && !self->over)
    {
      if (until_us == G_MAXINT64)
        g_cond_wait (&self->changed, &self->lock);
      else if (!g_cond_wait_until (&self->changed, &self->lock, until_us))
        break;
    }
  if (self->ready || self->over)
    {
      g_string_append_len (text, self->text->str, (gssize) self->text->len);
      g_string_truncate (self->text, 0);
      self->ready = FALSE;
    }
  over = self->over;
  g_mutex_unlock (&self->lock);
  return over;
}
