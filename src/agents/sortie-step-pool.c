/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-step-pool.h"

#define LINGER_US (5 * G_USEC_PER_SEC) /* what a thread waits for more before it ends */

struct _SortieStepPool
{
  SortieStepFunc func;
  SortieStepRestFunc rest;
  gpointer user_data;
  guint max_threads;
  GMutex lock;
  GCond wanted; /* there is something to process, or the end */
  GCond ended;  /* a thread has ended */
  GQueue queue; /* SortieStepRun */
  guint n_threads;
  guint n_idle;
  gboolean waking; /* a thread is on its way already */
  gboolean ending;
};

static gpointer pool_thread (gpointer data);

/* Under the lock: sees to it that somebody comes for what is queued. Where it returns TRUE a thread
 * is to be signalled, best after the lock is free. */
static gboolean
call_for_hands (SortieStepPool *self)
{
  if (g_queue_is_empty (&self->queue) || self->waking)
    return FALSE;
  if (self->n_idle > 0)
    {
      self->waking = TRUE;
      return TRUE;
    }
  if (self->n_threads < self->max_threads)
    {
      self->waking = TRUE;
      self->n_threads++;
      g_thread_unref (g_thread_new ("sortie-step", pool_thread, self));
    }
  return FALSE;
}

/* Under the lock: the next run; NULL where the thread may end. */
static SortieStepRun *
wait_for_run (SortieStepPool *self)
{
  gint64 until = g_get_monotonic_time () + LINGER_US;

  while (g_queue_is_empty (&self->queue) && !self->ending)
    {
      gboolean in_time;

      self->n_idle++;
      in_time = g_cond_wait_until (&self->wanted, &self->lock, until);
      self->n_idle--;
      self->waking = FALSE;
      if (!in_time && g_queue_is_empty (&self->queue))
        return NULL;
    }
  return g_queue_pop_head (&self->queue);
}

static gpointer
pool_thread (gpointer data)
{
  SortieStepPool *self = data;
  SortieStepRun *run;

  g_mutex_lock (&self->lock);
  self->waking = FALSE;
  while ((run = wait_for_run (self)) != NULL)
    {
      gboolean wake = call_for_hands (self);

      g_mutex_unlock (&self->lock);
      if (wake)
        g_cond_signal (&self->wanted);
      self->func (run, self->user_data);
      g_mutex_lock (&self->lock);
    }
  if (self->n_threads == 1 && !self->ending)
    {
      g_mutex_unlock (&self->lock);
      self->rest (self->user_data);
      g_mutex_lock (&self->lock);
    }
  self->n_threads--;
  if (call_for_hands (self)) /* for what came since this thread has stopped waiting */
    g_cond_signal (&self->wanted);
  g_cond_signal (&self->ended);
  g_mutex_unlock (&self->lock);
  return NULL;
}

SortieStepPool *
sortie_step_pool_new (guint max_threads,
                      SortieStepFunc func,
                      SortieStepRestFunc rest,
                      gpointer user_data)
{
  SortieStepPool *self = g_new0 (SortieStepPool, 1);

  self->max_threads = max_threads;
  self->func = func;
  self->rest = rest;
  self->user_data = user_data;
  g_mutex_init (&self->lock);
  g_cond_init (&self->wanted);
  g_cond_init (&self->ended);
  g_queue_init (&self->queue);
  return self;
}

void
sortie_step_pool_push (SortieStepPool *self, GPtrArray *runs)
{
  gboolean wake;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < runs->len; i++)
    g_queue_push_tail (&self->queue, g_ptr_array_index (runs, i));
  wake = call_for_hands (self);
  g_mutex_unlock (&self->lock);
  if (wake)
    g_cond_signal (&self->wanted);
}

void
sortie_step_pool_free (SortieStepPool *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->ending = TRUE;
  g_cond_broadcast (&self->wanted);
  while (self->n_threads > 0)
    g_cond_wait (&self->ended, &self->lock);
  g_mutex_unlock (&self->lock);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->wanted);
  g_cond_clear (&self->ended);
  g_free (self);
}
