/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Calls a handler of the event stream's `event`, with its event and its JSON: what the generic
 * marshaller does, which finds out anew at each of many events how to call it. */
void sortie_event_marshal (GClosure *closure,
                           GValue *result,
                           guint n_values,
                           const GValue *values,
                           gpointer hint,
                           gpointer marshal_data);

G_END_DECLS
