/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-event-marshal.h"

typedef void (*Handler) (gpointer first, gpointer event, const char *json, gpointer last);

void
sortie_event_marshal (GClosure *closure,
                      GValue *result,
                      guint n_values,
                      const GValue *values,
                      gpointer hint,
                      gpointer marshal_data)
{
  Handler handler =
      (Handler) (marshal_data != NULL ? marshal_data : ((GCClosure *) closure)->callback);
  gpointer instance = g_value_peek_pointer (&values[0]);
  gboolean swap = G_CCLOSURE_SWAP_DATA (closure);

  handler (swap ? closure->data : instance, g_value_get_pointer (&values[1]),
           g_value_get_string (&values[2]), swap ? instance : closure->data);
}
