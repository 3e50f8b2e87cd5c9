/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-bus"

#include "sortie-pipeline.h"

#include "sortie-error.h"

#include <string.h>

#define MAX_BATCH 512
#define BACKOFF_FIRST_US (5 * 1000)
#define BACKOFF_LAST_US (G_USEC_PER_SEC)

/* What one caller waits for. Shared by the caller, who may lose patience, and the thread. */
typedef struct
{
  gatomicrefcount references;
  SortieCommand *command;
  gint64 deadline; /* monotonic µs */
  gboolean finished;
  GCond answered; /* with the pipeline's lock */
  SortieReply *reply;
  GError *error;
  SortieReplyFunc func; /* (nullable): nobody waits, this is called */
  gpointer user_data;
} Call;

struct _SortiePipeline
{
  SortieRedisUrl *url;
  char *name;
  GThread *thread;
  GMutex lock;
  GCond wanted;  /* there is something to send, or to stop */
  GQueue queue;  /* Call */
  gboolean idle; /* the thread waits for something to send */
  gboolean stopping;
  gboolean connected;
  guint connects;
  SortieRedis *redis; /* the thread's own, but for sortie_pipeline_stop() */
  gint64 backoff;     /* µs; the thread's own */
  GError *last_error; /* why there is no connection; under the lock */
};

static Call *
call_new (SortieCommand *command, gint64 deadline)
{
  Call *call = g_new0 (Call, 1);

  g_atomic_ref_count_init (&call->references);
  g_cond_init (&call->answered);
  call->command = command;
  call->deadline = deadline;
  return call;
}

static Call *
call_ref (Call *call)
{
  g_atomic_ref_count_inc (&call->references);
  return call;
}

static void
call_unref (Call *call)
{
  if (!g_atomic_ref_count_dec (&call->references))
    return;
  sortie_command_free (call->command);
  g_clear_pointer (&call->reply, freeReplyObject);
  g_clear_error (&call->error);
  g_cond_clear (&call->answered);
  g_free (call);
}

/* Takes the reply or the error, and the thread's reference. */
static void
finish_call (SortiePipeline *self, Call *call, SortieReply *reply, GError *error)
{
  if (call->func != NULL)
    {
      call->reply = reply;
      call->error = error;
      call->func (reply, error, call->user_data);
      call_unref (call);
      return;
    }
  g_mutex_lock (&self->lock);
  call->reply = reply;
  call->error = error;
  call->finished = TRUE;
  g_mutex_unlock (&self->lock);
  g_cond_signal (&call->answered); /* outside the lock, or the caller wakes only to wait for it */
  call_unref (call);
}

/* Waits for the backoff, or until the pipeline is stopped. */
static void
back_off (SortiePipeline *self)
{
  gint64 until = g_get_monotonic_time () + self->backoff;

  g_mutex_lock (&self->lock);
  while (!self->stopping && g_cond_wait_until (&self->wanted, &self->lock, until))
    ;
  g_mutex_unlock (&self->lock);
  self->backoff = MIN (self->backoff * 2, BACKOFF_LAST_US);
}

static void
set_redis (SortiePipeline *self, SortieRedis *redis, GError *error)
{
  SortieRedis *old;

  g_mutex_lock (&self->lock);
  old = self->redis;
  self->redis = redis;
  self->connected = FALSE;
  if (redis != NULL && self->stopping)
    sortie_redis_wake (redis);
  if (error != NULL)
    {
      g_clear_error (&self->last_error);
      self->last_error = error;
    }
  g_mutex_unlock (&self->lock);
  sortie_redis_free (old);
}

static void
set_connected (SortiePipeline *self)
{
  g_mutex_lock (&self->lock);
  self->connected = TRUE;
  self->connects++;
  g_clear_error (&self->last_error);
  g_mutex_unlock (&self->lock);
}

static gboolean
ensure_connected (SortiePipeline *self)
{
  GError *error = NULL;
  SortieRedis *redis;

  if (self->redis != NULL)
    return TRUE;
  redis = sortie_redis_open (self->url, &error);
  if (redis != NULL)
    {
      set_redis (self, redis, NULL);
      if (sortie_redis_log_in (redis, self->url, self->name, &error))
        {
          set_connected (self);
          return TRUE;
        }
    }
  g_debug ("%s: %s", self->name, error->message);
  set_redis (self, NULL, error);
  return FALSE;
}

/* The script is unknown to the server: loads it, in front of the call that comes again. */
static void
append_load (SortiePipeline *self, SortieScript script)
{
  g_autoptr (SortieCommand) load =
      sortie_command_new ("SCRIPT", "LOAD", sortie_script_get_text (script), NULL);

  sortie_redis_append (self->redis, load);
}

/* Under the lock: why a call is given up. */
static GError *
dup_reason (SortiePipeline *self)
{
  if (g_error_matches (self->last_error, SORTIE_ERROR, SORTIE_ERROR_DENIED))
    return g_error_copy (self->last_error);
  return g_error_new (SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE, "Redis can't be reached: %s",
                      self->last_error != NULL ? self->last_error->message : "no answer in time");
}

/* Gives up the calls whose patience ends at `until` or before. */
static void
drop_expired (SortiePipeline *self, GQueue *batch, gint64 until)
{
  for (GList *link = batch->head; link != NULL;)
    {
      GList *following = link->next;
      Call *call = link->data;

      if (call->deadline <= until)
        {
          GError *error;

          g_mutex_lock (&self->lock);
          error = dup_reason (self);
          g_mutex_unlock (&self->lock);
          g_queue_delete_link (batch, link);
          finish_call (self, call, NULL, error);
        }
      link = following;
    }
}

/* Loads the scripts that the server asked for. Sets `refusal` where it won't have them. */
static gboolean
read_loads (SortiePipeline *self, guint n_loads, GError **refusal, GError **error)
{
  for (; n_loads > 0; n_loads--)
    {
      g_autoptr (SortieReply) reply = sortie_redis_read (self->redis, error);

      if (reply == NULL)
        return FALSE;
      if (*refusal == NULL)
        sortie_reply_check (reply, refusal);
    }
  return TRUE;
}

static guint
append_loads (SortiePipeline *self, gboolean *missing)
{
  guint n_loads = 0;

  for (int i = 0; i < SORTIE_N_SCRIPTS; i++)
    if (missing[i])
      {
        append_load (self, (SortieScript) i);
        missing[i] = FALSE;
        n_loads++;
      }
  return n_loads;
}

/* Whether the call has to be sent again; otherwise the reply is its answer. */
static gboolean
is_wanted_again (const Call *call,
                 const SortieReply *reply,
                 const GError *refusal,
                 gboolean *missing,
                 gboolean *transient)
{
  SortieScript script = sortie_command_get_script (call->command);

  if (script != SORTIE_SCRIPT_NONE && sortie_reply_is_error (reply, "NOSCRIPT"))
    {
      missing[script] = TRUE;
      *transient = *transient || refusal != NULL;
      return refusal == NULL || call->deadline == SORTIE_PATIENCE_FOREVER;
    }
  if (!sortie_reply_is_transient (reply))
    return FALSE;
  *transient = TRUE;
  return TRUE;
}

/* Sends the whole batch and reads the replies in order. What has to be sent again stays in the
 * batch, in its order. `missing` tells which scripts the server asked for. Returns FALSE when the
 * connection broke. */
static gboolean
exchange (SortiePipeline *self, GQueue *batch, gboolean *missing, gboolean *transient)
{
  GQueue again = G_QUEUE_INIT;
  guint n_loads = append_loads (self, missing);
  g_autoptr (GError) refusal = NULL;
  GError *error = NULL;
  gboolean alive;

  for (GList *link = batch->head; link != NULL; link = link->next)
    sortie_redis_append (self->redis, ((Call *) link->data)->command);

  alive = read_loads (self, n_loads, &refusal, &error);
  while (alive && !g_queue_is_empty (batch))
    {
      Call *call = g_queue_peek_head (batch);
      g_autoptr (SortieReply) reply = sortie_redis_read (self->redis, &error);

      if (reply == NULL)
        break;
      g_queue_pop_head (batch);
      if (is_wanted_again (call, reply, refusal, missing, transient))
        g_queue_push_tail (&again, call);
      else if (refusal != NULL && sortie_reply_is_error (reply, "NOSCRIPT"))
        finish_call (self, call, NULL, g_error_copy (refusal));
      else
        finish_call (self, call, g_steal_pointer (&reply), NULL);
    }

  while (!g_queue_is_empty (&again))
    g_queue_push_head (batch, g_queue_pop_tail (&again));
  if (error != NULL)
    set_redis (self, NULL, error);
  return error == NULL;
}

static gboolean
is_stopping (SortiePipeline *self)
{
  gboolean stopping;

  g_mutex_lock (&self->lock);
  stopping = self->stopping;
  g_mutex_unlock (&self->lock);
  return stopping;
}

static gboolean
is_denied (SortiePipeline *self)
{
  gboolean denied;

  g_mutex_lock (&self->lock);
  denied = g_error_matches (self->last_error, SORTIE_ERROR, SORTIE_ERROR_DENIED);
  g_mutex_unlock (&self->lock);
  return denied;
}

static void
run_batch (SortiePipeline *self, GQueue *batch)
{
  gboolean missing[SORTIE_N_SCRIPTS] = { FALSE };

  while (!g_queue_is_empty (batch) && !is_stopping (self))
    {
      gboolean transient = FALSE;

      drop_expired (self, batch, g_get_monotonic_time ());
      if (g_queue_is_empty (batch))
        return;
      if (ensure_connected (self) && exchange (self, batch, missing, &transient) && !transient)
        {
          self->backoff = BACKOFF_FIRST_US;
          continue;
        }
      if (is_denied (self)) /* waiting doesn't help */
        drop_expired (self, batch, SORTIE_PATIENCE_FOREVER - 1);
      if (!g_queue_is_empty (batch))
        back_off (self);
    }
  while (!g_queue_is_empty (batch))
    finish_call (self, g_queue_pop_head (batch), NULL,
                 g_error_new (SORTIE_ERROR, SORTIE_ERROR_CANCELLED, "Sortie is stopping"));
}

static gpointer
pipeline_thread (gpointer data)
{
  SortiePipeline *self = data;
  GQueue batch = G_QUEUE_INIT;

  g_mutex_lock (&self->lock);
  while (TRUE)
    {
      while (g_queue_is_empty (&self->queue) && !self->stopping)
        {
          self->idle = TRUE;
          g_cond_wait (&self->wanted, &self->lock);
          self->idle = FALSE;
        }
      if (g_queue_is_empty (&self->queue))
        break;
      while (!g_queue_is_empty (&self->queue) && batch.length < MAX_BATCH)
        g_queue_push_tail (&batch, g_queue_pop_head (&self->queue));
      g_mutex_unlock (&self->lock);
      run_batch (self, &batch);
      g_mutex_lock (&self->lock);
    }
  g_mutex_unlock (&self->lock);
  return NULL;
}

/**
 * sortie_pipeline_new:
 * @url: where Redis is
 * @name: of the connection
 *
 * Returns: (transfer full): a pipeline that connects when the first command comes
 */
SortiePipeline *
sortie_pipeline_new (const SortieRedisUrl *url, const char *name)
{
  SortiePipeline *self = g_new0 (SortiePipeline, 1);

  self->url = sortie_redis_url_copy (url);
  self->name = g_strdup (name);
  self->backoff = BACKOFF_FIRST_US;
  g_mutex_init (&self->lock);
  g_cond_init (&self->wanted);
  g_queue_init (&self->queue);
  self->thread = g_thread_new (name, pipeline_thread, self);
  return self;
}

/**
 * sortie_pipeline_stop:
 * @self: a pipeline
 *
 * Ends what is under way and the thread. What is sent afterwards fails at once.
 */
void
sortie_pipeline_stop (SortiePipeline *self)
{
  GThread *thread;

  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  if (self->redis != NULL)
    sortie_redis_wake (self->redis);
  thread = g_steal_pointer (&self->thread);
  g_cond_broadcast (&self->wanted);
  g_mutex_unlock (&self->lock);
  if (thread != NULL)
    g_thread_join (thread);
}

void
sortie_pipeline_free (SortiePipeline *self)
{
  if (self == NULL)
    return;
  sortie_pipeline_stop (self);
  sortie_redis_free (self->redis);
  g_clear_error (&self->last_error);
  sortie_redis_url_free (self->url);
  g_free (self->name);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->wanted);
  g_free (self);
}

/* Under the lock, but not when it returns: the thread is woken where it sleeps. */
static void
unlock_and_wake (SortiePipeline *self)
{
  gboolean idle = self->idle;

  g_mutex_unlock (&self->lock);
  if (idle)
    g_cond_signal (&self->wanted);
}

void
sortie_pipeline_send (SortiePipeline *self,
                      SortieCommand *command,
                      SortieReplyFunc func,
                      gpointer user_data)
{
  Call *call = call_new (command, SORTIE_PATIENCE_FOREVER);
  gboolean stopped;

  call->func = func;
  call->user_data = user_data;
  g_mutex_lock (&self->lock);
  stopped = self->stopping;
  if (!stopped)
    g_queue_push_tail (&self->queue, call);
  unlock_and_wake (self);
  if (stopped)
    finish_call (self, call, NULL,
                 g_error_new (SORTIE_ERROR, SORTIE_ERROR_CANCELLED, "Sortie is stopping"));
}

/* Under the lock: waits until the call is finished or the caller has lost patience. */
static SortieReply *
wait_for (SortiePipeline *self, Call *call, GError **error)
{
  while (!call->finished)
    {
      if (call->deadline == SORTIE_PATIENCE_FOREVER)
        g_cond_wait (&call->answered, &self->lock);
      else if (!g_cond_wait_until (&call->answered, &self->lock, call->deadline))
        break;
    }
  if (call->finished && call->reply != NULL)
    return g_steal_pointer (&call->reply);
  if (call->finished)
    g_propagate_error (error, g_steal_pointer (&call->error));
  else
    g_propagate_error (error, dup_reason (self));
  return NULL;
}

/**
 * sortie_pipeline_call_many:
 * @self: a pipeline
 * @commands: (element-type SortieCommand) (transfer full): what to ask; sent in this order
 * @patience: µs after which an unanswered call is given up; SORTIE_PATIENCE_FOREVER
 * @error: SORTIE_ERROR_UNAVAILABLE or SORTIE_ERROR_CANCELLED
 *
 * Blocks. Error replies of the server stand among the replies.
 *
 * Returns: (transfer full) (element-type SortieReply): a reply each
 */
GPtrArray *
sortie_pipeline_call_many (SortiePipeline *self,
                           GPtrArray *commands,
                           gint64 patience,
                           GError **error)
{
  g_autoptr (GPtrArray) replies = g_ptr_array_new_with_free_func (freeReplyObject);
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) call_unref);
  gboolean stopped;
  gint64 deadline = patience == SORTIE_PATIENCE_FOREVER ? SORTIE_PATIENCE_FOREVER
                                                        : g_get_monotonic_time () + patience;

  g_ptr_array_set_free_func (commands, NULL);
  for (guint i = 0; i < commands->len; i++)
    g_ptr_array_add (calls, call_new (g_ptr_array_index (commands, i), deadline));
  g_ptr_array_unref (commands);

  g_mutex_lock (&self->lock);
  stopped = self->stopping;
  for (guint i = 0; i < calls->len && !stopped; i++)
    g_queue_push_tail (&self->queue, call_ref (g_ptr_array_index (calls, i)));
  unlock_and_wake (self);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < calls->len && !stopped; i++)
    {
      SortieReply *reply = wait_for (self, g_ptr_array_index (calls, i), error);

      if (reply == NULL)
        break;
      g_ptr_array_add (replies, reply);
    }
  g_mutex_unlock (&self->lock);

  if (stopped)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED, "Sortie is stopping");
  if (stopped || replies->len < calls->len)
    return NULL;
  return g_steal_pointer (&replies);
}

/**
 * sortie_pipeline_call:
 * @self: a pipeline
 * @command: (transfer full): what to ask
 * @patience: µs after which the call is given up; SORTIE_PATIENCE_FOREVER
 * @error: SORTIE_ERROR_UNAVAILABLE, SORTIE_ERROR_CANCELLED, or what the server's error reply says
 *
 * Blocks.
 *
 * Returns: (transfer full): the reply
 */
SortieReply *
sortie_pipeline_call (SortiePipeline *self, SortieCommand *command, gint64 patience, GError **error)
{
  GPtrArray *commands = g_ptr_array_new ();
  g_autoptr (GPtrArray) replies = NULL;

  g_ptr_array_add (commands, command);
  replies = sortie_pipeline_call_many (self, commands, patience, error);
  if (replies == NULL || !sortie_reply_check (g_ptr_array_index (replies, 0), error))
    return NULL;
  return g_ptr_array_steal_index (replies, 0);
}

gboolean
sortie_pipeline_is_connected (SortiePipeline *self)
{
  gboolean connected;

  g_mutex_lock (&self->lock);
  connected = self->connected;
  g_mutex_unlock (&self->lock);
  return connected;
}

guint
sortie_pipeline_get_reconnects (SortiePipeline *self)
{
  guint connects;

  g_mutex_lock (&self->lock);
  connects = self->connects;
  g_mutex_unlock (&self->lock);
  return connects > 0 ? connects - 1 : 0;
}
