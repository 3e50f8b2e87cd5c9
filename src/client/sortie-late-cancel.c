/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-late-cancel.h"

#define KEY "sortie-late-cancel"

typedef struct
{
  GCancellable *asked; /* of the task */
  GCancellable *told;  /* of the request */
  gulong handler;
} LateCancel;

static void
late_cancel_free (LateCancel *self)
{
  g_cancellable_disconnect (self->asked, self->handler);
  g_object_unref (self->asked);
  g_object_unref (self->told);
  g_free (self);
}

static gboolean
cancel_cb (gpointer told)
{
  g_cancellable_cancel (told);
  return G_SOURCE_REMOVE;
}

static void
asked_cb (GCancellable *asked, gpointer told)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, cancel_cb, g_object_ref (told), g_object_unref);
  g_source_attach (source, g_main_context_get_thread_default ());
}

GCancellable *
sortie_late_cancel_begin (GTask *task)
{
  GCancellable *asked = g_task_get_cancellable (task);
  LateCancel *self;

  if (asked == NULL)
    return NULL;
  self = g_new0 (LateCancel, 1);
  self->asked = g_object_ref (asked);
  self->told = g_cancellable_new ();
  if (g_cancellable_is_cancelled (asked))
    g_cancellable_cancel (self->told);
  else
    self->handler = g_cancellable_connect (asked, G_CALLBACK (asked_cb), self->told, NULL);
  g_object_set_data_full (G_OBJECT (task), KEY, self, (GDestroyNotify) late_cancel_free);
  return self->told;
}

void
sortie_late_cancel_end (GTask *task)
{
  g_object_set_data (G_OBJECT (task), KEY, NULL);
}
