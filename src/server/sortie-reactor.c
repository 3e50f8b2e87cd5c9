/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-reactor.h"

#include "sortie-error.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Events taken from the kernel at a time; the set is level-triggered, so the rest comes next turn.
 * */
#define BATCH 256

struct _SortieReactor
{
  GSource *source;
  int epoll_fd;
  guint n_open;
  guint periods[SORTIE_N_DEADLINES]; /* milliseconds */
  GQueue deadlines[SORTIE_N_DEADLINES];
  struct epoll_event batch[BATCH];
  int batch_length; /* events of the batch being dispatched */
};

typedef struct
{
  GSource base;
  SortieReactor *reactor;
} ReactorSource;

static gint64
next_deadline (SortieReactor *self)
{
  gint64 next = -1;

  for (int kind = 0; kind < SORTIE_N_DEADLINES; kind++)
    {
      SortieDeadline *first = g_queue_peek_head (&self->deadlines[kind]);

      if (first != NULL && (next < 0 || first->at < next))
        next = first->at;
    }
  return next;
}

static void
run_deadlines (SortieReactor *self, gint64 now)
{
  for (int kind = 0; kind < SORTIE_N_DEADLINES; kind++)
    {
      SortieDeadline *first;

      while ((first = g_queue_peek_head (&self->deadlines[kind])) != NULL && first->at <= now)
        {
          sortie_reactor_disarm (self, first);
          first->func (first, first->user_data);
        }
    }
  g_source_set_ready_time (self->source, next_deadline (self));
}

static void
run_events (SortieReactor *self)
{
  int n = epoll_wait (self->epoll_fd, self->batch, BATCH, 0);

  self->batch_length = MAX (n, 0);
  for (int i = 0; i < self->batch_length; i++)
    {
      SortieWatch *watch = self->batch[i].data.ptr;

      if (watch != NULL) /* removed by an earlier event of this batch */
        watch->func (self->batch[i].events, watch->user_data);
    }
  self->batch_length = 0;
}

static gboolean
dispatch_cb (GSource *source, GSourceFunc callback, gpointer user_data)
{
  SortieReactor *self = ((ReactorSource *) source)->reactor;

  run_events (self);
  run_deadlines (self, g_get_monotonic_time ());
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs reactor_funcs = { .dispatch = dispatch_cb };

SortieReactor *
sortie_reactor_new (GMainContext *context, const guint periods[SORTIE_N_DEADLINES], GError **error)
{
  SortieReactor *self;
  int fd = epoll_create1 (EPOLL_CLOEXEC);

  if (fd < 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE, "no epoll descriptor: %s",
                   g_strerror (errno));
      return NULL;
    }

  self = g_new0 (SortieReactor, 1);
  self->epoll_fd = fd;
  memcpy (self->periods, periods, sizeof self->periods);
  for (int kind = 0; kind < SORTIE_N_DEADLINES; kind++)
    g_queue_init (&self->deadlines[kind]);
  self->source = g_source_new (&reactor_funcs, sizeof (ReactorSource));
  ((ReactorSource *) self->source)->reactor = self;
  g_source_set_static_name (self->source, "sortie-reactor");
  g_source_add_unix_fd (self->source, fd, G_IO_IN);
  g_source_attach (self->source, context);
  return self;
}

void
sortie_reactor_free (SortieReactor *self)
{
  if (self == NULL)
    return;
  g_source_destroy (self->source);
  g_source_unref (self->source);
  close (self->epoll_fd);
  g_free (self);
}

gboolean
sortie_reactor_add (SortieReactor *self, SortieWatch *watch, int fd, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = watch };

  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
    return FALSE;
  watch->fd = fd;
  watch->events = events;
  watch->is_set = TRUE;
  return TRUE;
}

void
sortie_reactor_modify (SortieReactor *self, SortieWatch *watch, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = watch };

  if (!watch->is_set || watch->events == events)
    return;
  epoll_ctl (self->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event);
  watch->events = events;
}

void
sortie_reactor_remove (SortieReactor *self, SortieWatch *watch)
{
  if (!watch->is_set)
    return;
  epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
  watch->is_set = FALSE;
  for (int i = 0; i < self->batch_length; i++)
    if (self->batch[i].data.ptr == watch)
      self->batch[i].data.ptr = NULL;
}

void
sortie_reactor_arm (SortieReactor *self, SortieDeadline *deadline, SortieDeadlineKind kind)
{
  gint64 ready = g_source_get_ready_time (self->source);

  sortie_reactor_disarm (self, deadline);
  deadline->kind = kind;
  deadline->at = g_get_monotonic_time () + (gint64) self->periods[kind] * 1000;
  deadline->link.data = deadline;
  g_queue_push_tail_link (&self->deadlines[kind], &deadline->link);
  /* Too early a ready time is put right when it comes: cheaper than moving it at each request. */
  if (ready < 0 || deadline->at < ready)
    g_source_set_ready_time (self->source, deadline->at);
}

void
sortie_reactor_disarm (SortieReactor *self, SortieDeadline *deadline)
{
  if (deadline->at == 0)
    return;
  g_queue_unlink (&self->deadlines[deadline->kind], &deadline->link);
  deadline->at = 0;
}

void
sortie_reactor_expire (SortieReactor *self, SortieDeadlineKind kind)
{
  g_autoptr (GQueue) due = g_queue_copy (&self->deadlines[kind]);

  for (GList *link = due->head; link != NULL; link = link->next)
    {
      SortieDeadline *deadline = link->data;

      if (g_queue_find (&self->deadlines[kind], deadline) == NULL)
        continue;
      sortie_reactor_disarm (self, deadline);
      deadline->func (deadline, deadline->user_data);
    }
}

void
sortie_reactor_opened (SortieReactor *self)
{
  self->n_open++;
}

void
sortie_reactor_closed (SortieReactor *self)
{
  g_assert (self->n_open > 0);
  self->n_open--;
}

guint
sortie_reactor_get_n_open (SortieReactor *self)
{
  return self->n_open;
}
