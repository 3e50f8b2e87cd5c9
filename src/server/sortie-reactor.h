/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The file descriptors and deadlines that the edge watches itself, as one source of the main
 * context: thousands of event streams cost the main loop one descriptor (an epoll set) and one
 * ready time. Main thread only. */

typedef struct _SortieReactor SortieReactor;

/* Every kind has one period, so each kind is a queue that is sorted by itself: arming, disarming
 * and finding the next are constant work. */
typedef enum
{
  SORTIE_DEADLINE_HEAD,      /* a request's head, or the TLS handshake before it */
  SORTIE_DEADLINE_BODY,      /* a window in which a body must make progress */
  SORTIE_DEADLINE_WRITE,     /* a window in which a response must make progress */
  SORTIE_DEADLINE_IDLE,      /* between two requests */
  SORTIE_DEADLINE_LINGER,    /* after the last byte was written */
  SORTIE_DEADLINE_HEARTBEAT, /* between two comments on an event stream */
  SORTIE_DEADLINE_PAUSE,     /* of a listener that found no free descriptor */
  SORTIE_N_DEADLINES,
} SortieDeadlineKind;

typedef struct _SortieDeadline SortieDeadline;
typedef void (*SortieDeadlineFunc) (SortieDeadline *deadline, gpointer user_data);

/* Embedded in its owner; zero-filled is valid and not armed. */
struct _SortieDeadline
{
  GList link;
  SortieDeadlineFunc func;
  gpointer user_data;
  gint64 at; /* monotonic time, microseconds; 0 while not armed */
  SortieDeadlineKind kind;
};

/**
 * SortieWatch:
 *
 * A descriptor in the epoll set, embedded in its owner. `func` gets the EPOLL* bits that were seen;
 * it may remove any watch, its own included.
 */
typedef struct
{
  int fd;
  guint32 events;
  gboolean is_set;
  void (*func) (guint32 events, gpointer user_data);
  gpointer user_data;
} SortieWatch;

/**
 * sortie_reactor_new:
 * @context: (nullable): where it is dispatched
 * @periods: the period of each kind of deadline, milliseconds, at least 1
 *
 * SORTIE_ERROR_UNAVAILABLE where the system gives no epoll descriptor.
 */
SortieReactor *sortie_reactor_new (GMainContext *context,
                                   const guint periods[SORTIE_N_DEADLINES],
                                   GError **error);
void sortie_reactor_free (SortieReactor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieReactor, sortie_reactor_free)

/* EPOLLHUP and EPOLLERR are always seen. FALSE where the kernel refuses; the watch is then not set.
 * */
gboolean sortie_reactor_add (SortieReactor *self, SortieWatch *watch, int fd, guint32 events);
void sortie_reactor_modify (SortieReactor *self, SortieWatch *watch, guint32 events);
/* Before the descriptor is closed. Does nothing for a watch that is not set. */
void sortie_reactor_remove (SortieReactor *self, SortieWatch *watch);

/* (Re)starts the deadline with the full period of that kind. It is disarmed before it is called. */
void sortie_reactor_arm (SortieReactor *self, SortieDeadline *deadline, SortieDeadlineKind kind);
void sortie_reactor_disarm (SortieReactor *self, SortieDeadline *deadline);
/* Lets every armed deadline of that kind pass now. */
void sortie_reactor_expire (SortieReactor *self, SortieDeadlineKind kind);

/* Accepted sockets that are not yet closed, whoever holds them now: connection, event stream or
 * linger. The one number that the cap on connections looks at. */
void sortie_reactor_opened (SortieReactor *self);
void sortie_reactor_closed (SortieReactor *self);
guint sortie_reactor_get_n_open (SortieReactor *self);

G_END_DECLS
