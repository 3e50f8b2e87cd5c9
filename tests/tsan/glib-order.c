/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GLib as Debian builds it isn't instrumented, and its locks are futexes of its own: the thread
 * sanitizer cannot see that g_mutex_unlock () in one thread comes before g_mutex_lock () in the
 * next, and takes everything that they protect for a race. Preloaded before the tests, this file
 * stands in front of GLib's functions of synchronisation and tells the sanitizer of the order that
 * they make. With mutexes it then also finds lock orders that may end in a deadlock.
 *
 * It is not instrumented itself, and quiet in programs without the sanitizer (a redis-server that
 * a test starts inherits the preloading). */
#include <dlfcn.h>
#include <gio/gio.h>

/* From the sanitizer's own interface. Weak: absent in a program that isn't instrumented. */
#define WEAK __attribute__ ((weak))
WEAK void __tsan_acquire (void *address);
WEAK void __tsan_release (void *address);
WEAK void *__tsan_atomic64_fetch_add (volatile void *address, gint64 value, int order);
WEAK void __tsan_mutex_destroy (void *address, unsigned flags);
WEAK void __tsan_mutex_pre_lock (void *address, unsigned flags);
WEAK void __tsan_mutex_post_lock (void *address, unsigned flags, int recursion);
WEAK int __tsan_mutex_pre_unlock (void *address, unsigned flags);
WEAK void __tsan_mutex_post_unlock (void *address, unsigned flags);

enum
{
  READ_LOCK = 1 << 3,
  TRY_LOCK = 1 << 4,
  TRY_READ_LOCK = READ_LOCK | TRY_LOCK,
  TRY_FAILED = 1 << 5,
  REENTRANT = 1 << 1,
};

#define REAL(function) ((__typeof__ (&function)) real (#function))

static void *
real (const char *name)
{
  return dlsym (RTLD_NEXT, name);
}

/* What happened in other threads before their release () of that address happened before now. */
static void
acquire (gconstpointer address)
{
  if (__tsan_acquire != NULL)
    __tsan_acquire ((void *) address);
}

static void
release (gconstpointer address)
{
  if (__tsan_release != NULL)
    __tsan_release ((void *) address);
}

static void
before_lock (void *lock, unsigned flags)
{
  if (__tsan_mutex_pre_lock != NULL)
    __tsan_mutex_pre_lock (lock, flags);
}

static void
after_lock (void *lock, unsigned flags)
{
  if (__tsan_mutex_post_lock != NULL)
    __tsan_mutex_post_lock (lock, flags, 1);
}

static void
before_unlock (void *lock, unsigned flags)
{
  if (__tsan_mutex_pre_unlock != NULL)
    __tsan_mutex_pre_unlock (lock, flags);
}

static void
after_unlock (void *lock, unsigned flags)
{
  if (__tsan_mutex_post_unlock != NULL)
    __tsan_mutex_post_unlock (lock, flags);
}

/* ---- Locks ---- */

#define LOCK(function, type, flags)                                                                \
  void function (type *lock)                                                                       \
  {                                                                                                \
    static void (*call) (type *);                                                                  \
    if (G_UNLIKELY (call == NULL))                                                                 \
      call = REAL (function);                                                                      \
    before_lock (lock, flags);                                                                     \
    call (lock);                                                                                   \
    after_lock (lock, flags);                                                                      \
  }

#define TRYLOCK(function, type, flags)                                                             \
  gboolean function (type *lock)                                                                   \
  {                                                                                                \
    gboolean taken;                                                                                \
                                                                                                   \
    before_lock (lock, flags);                                                                     \
    taken = REAL (function) (lock);                                                                \
    after_lock (lock, taken ? (flags) : (flags) | TRY_FAILED);                                     \
    return taken;                                                                                  \
  }

#define UNLOCK(function, type, flags)                                                              \
  void function (type *lock)                                                                       \
  {                                                                                                \
    static void (*call) (type *);                                                                  \
    if (G_UNLIKELY (call == NULL))                                                                 \
      call = REAL (function);                                                                      \
    before_unlock (lock, flags);                                                                   \
    call (lock);                                                                                   \
    after_unlock (lock, flags);                                                                    \
  }

#define CLEAR(function, type)                                                                      \
  void function (type *lock)                                                                       \
  {                                                                                                \
    if (__tsan_mutex_destroy != NULL)                                                              \
      __tsan_mutex_destroy (lock, 0);                                                              \
    REAL (function) (lock);                                                                        \
  }

LOCK (g_mutex_lock, GMutex, 0)
TRYLOCK (g_mutex_trylock, GMutex, TRY_LOCK)
UNLOCK (g_mutex_unlock, GMutex, 0)
CLEAR (g_mutex_clear, GMutex)
LOCK (g_rec_mutex_lock, GRecMutex, REENTRANT)
TRYLOCK (g_rec_mutex_trylock, GRecMutex, REENTRANT | TRY_LOCK)
UNLOCK (g_rec_mutex_unlock, GRecMutex, 0)
CLEAR (g_rec_mutex_clear, GRecMutex)
LOCK (g_rw_lock_writer_lock, GRWLock, 0)
TRYLOCK (g_rw_lock_writer_trylock, GRWLock, TRY_LOCK)
UNLOCK (g_rw_lock_writer_unlock, GRWLock, 0)
LOCK (g_rw_lock_reader_lock, GRWLock, READ_LOCK)
TRYLOCK (g_rw_lock_reader_trylock, GRWLock, TRY_READ_LOCK)
UNLOCK (g_rw_lock_reader_unlock, GRWLock, READ_LOCK)
CLEAR (g_rw_lock_clear, GRWLock)

void
g_cond_wait (GCond *cond, GMutex *lock)
{
  before_unlock (lock, 0);
  after_unlock (lock, 0);
  REAL (g_cond_wait) (cond, lock);
  before_lock (lock, 0);
  after_lock (lock, 0);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *lock, gint64 end)
{
  gboolean signalled;

  before_unlock (lock, 0);
  after_unlock (lock, 0);
  signalled = REAL (g_cond_wait_until) (cond, lock, end);
  before_lock (lock, 0);
  after_lock (lock, 0);
  return signalled;
}

/* ---- Queues between threads ---- */

#define PUSH(function)                                                                             \
  void function (GAsyncQueue *queue, gpointer data)                                                \
  {                                                                                                \
    release (queue);                                                                               \
    REAL (function) (queue, data);                                                                 \
  }

#define POP(function)                                                                              \
  gpointer function (GAsyncQueue *queue)                                                           \
  {                                                                                                \
    gpointer data = REAL (function) (queue);                                                       \
                                                                                                   \
    acquire (queue);                                                                               \
    return data;                                                                                   \
  }

#define TIMEOUT_POP(function)                                                                      \
  gpointer function (GAsyncQueue *queue, guint64 timeout)                                          \
  {                                                                                                \
    gpointer data = REAL (function) (queue, timeout);                                              \
                                                                                                   \
    acquire (queue);                                                                               \
    return data;                                                                                   \
  }

PUSH (g_async_queue_push)
PUSH (g_async_queue_push_unlocked)
PUSH (g_async_queue_push_front)
POP (g_async_queue_pop)
POP (g_async_queue_pop_unlocked)
POP (g_async_queue_try_pop)
POP (g_async_queue_try_pop_unlocked)
TIMEOUT_POP (g_async_queue_timeout_pop)
TIMEOUT_POP (g_async_queue_timeout_pop_unlocked)

/* ---- Thread pools ---- */

typedef struct
{
  GFunc func;
  gpointer user_data;
} PoolFunc;

static void
pool_func_cb (gpointer data, gpointer user_data)
{
  PoolFunc *wrapped = user_data;

  acquire (wrapped);
  wrapped->func (data, wrapped->user_data);
  release (wrapped);
}

/* The wrapped function lives as long as the process: a pool tells nobody when it is gone. */
static PoolFunc *
wrap_pool_func (GFunc func, gpointer user_data)
{
  PoolFunc *wrapped = g_new (PoolFunc, 1);

  *wrapped = (PoolFunc){ func, user_data };
  return wrapped;
}

GThreadPool *
g_thread_pool_new (GFunc func, gpointer user_data, int limit, gboolean exclusive, GError **error)
{
  return REAL (g_thread_pool_new) (pool_func_cb, wrap_pool_func (func, user_data), limit, exclusive,
                                   error);
}

GThreadPool *
g_thread_pool_new_full (GFunc func,
                        gpointer user_data,
                        GDestroyNotify free_func,
                        int limit,
                        gboolean exclusive,
                        GError **error)
{
  return REAL (g_thread_pool_new_full) (pool_func_cb, wrap_pool_func (func, user_data), free_func,
                                        limit, exclusive, error);
}

gboolean
g_thread_pool_push (GThreadPool *pool, gpointer data, GError **error)
{
  release (pool->user_data);
  return REAL (g_thread_pool_push) (pool, data, error);
}

void
g_thread_pool_free (GThreadPool *pool, gboolean immediate, gboolean wait)
{
  gpointer wrapped = pool->user_data;

  REAL (g_thread_pool_free) (pool, immediate, wait);
  if (wait)
    acquire (wrapped);
}

/* ---- What happens once: who finds it done comes after it ---- */

/* The others find it done by an atomic read in their own instrumented code (g_once_init_enter is a
 * macro around this), so here the order is made by an atomic write that changes nothing. */
void (g_once_init_leave) (volatile void *location, gsize result)
{
  if (__tsan_atomic64_fetch_add != NULL)
    __tsan_atomic64_fetch_add (location, 0, __ATOMIC_RELEASE);
  REAL (g_once_init_leave) (location, result);
}

gboolean (g_once_init_enter) (volatile void *location)
{
  gboolean first = REAL (g_once_init_enter) (location);

  acquire ((gconstpointer) location);
  return first;
}

/* ---- Calls handed to another thread's main context ---- */

typedef struct
{
  GSourceFunc func;
  gpointer data;
  GDestroyNotify notify;
} Invocation;

static gboolean
invocation_cb (gpointer data)
{
  Invocation *self = data;

  acquire (g_main_current_source ());
  return self->func (self->data);
}

static void
invocation_free_cb (gpointer data)
{
  Invocation *self = data;

  if (self->notify != NULL)
    self->notify (self->data);
  g_free (self);
}

static Invocation *
wrap_invocation (GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  Invocation *self = g_new (Invocation, 1);

  *self = (Invocation){ func, data, notify };
  return self;
}

/* Other kinds of sources have callbacks of other forms. */
void
g_source_set_callback (GSource *source, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  if (func != NULL &&
      (source->source_funcs == &g_idle_funcs || source->source_funcs == &g_timeout_funcs))
    REAL (g_source_set_callback)
  (source, invocation_cb, wrap_invocation (func, data, notify), invocation_free_cb);
  else REAL (g_source_set_callback) (source, func, data, notify);
}

guint
g_source_attach (GSource *source, GMainContext *context)
{
  release (source);
  return REAL (g_source_attach) (source, context);
}

/* As in GLib, with the source in our hands. */
void
g_main_context_invoke_full (
    GMainContext *context, int priority, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  if (g_main_context_is_owner (context) || context == g_main_context_get_thread_default ())
    REAL (g_main_context_invoke_full) (context, priority, func, data, notify);
  else
    {
      g_autoptr (GSource) source = g_idle_source_new ();

      g_source_set_priority (source, priority);
      g_source_set_callback (source, func, data, notify);
      g_source_attach (source, context);
    }
}

void
g_main_context_invoke (GMainContext *context, GSourceFunc func, gpointer data)
{
  g_main_context_invoke_full (context, G_PRIORITY_DEFAULT, func, data, NULL);
}

/* ---- Reference counts: whoever drops the last one comes after all who dropped theirs ---- */

/* The last reference is dropped inside of the call, so the order is taken before it. */

#define UNREF(function)                                                                            \
  void function (gpointer object)                                                                  \
  {                                                                                                \
    static void (*call) (gpointer);                                                                \
    if (G_UNLIKELY (call == NULL))                                                                 \
      call = (void (*) (gpointer)) real (#function);                                               \
    release (object);                                                                              \
    acquire (object);                                                                              \
    call (object);                                                                                 \
  }

UNREF (g_object_unref)
UNREF (g_atomic_rc_box_release)

gboolean (g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  gboolean last;

  release (count);
  last = REAL (g_atomic_ref_count_dec) (count);
  if (last)
    acquire (count);
  return last;
}

void
g_atomic_rc_box_release_full (gpointer block, GDestroyNotify clear_func)
{
  release (block);
  acquire (block);
  REAL (g_atomic_rc_box_release_full) (block, clear_func);
}

void
g_bytes_unref (GBytes *bytes)
{
  release (bytes);
  acquire (bytes);
  REAL (g_bytes_unref) (bytes);
}

void
g_ptr_array_unref (GPtrArray *array)
{
  release (array);
  acquire (array);
  REAL (g_ptr_array_unref) (array);
}

void
g_hash_table_unref (GHashTable *table)
{
  release (table);
  acquire (table);
  REAL (g_hash_table_unref) (table);
}
