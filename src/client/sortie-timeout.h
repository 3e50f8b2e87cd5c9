/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Timeouts on the thread's own main context rather than the global default one. */

/* (transfer full): attached; to be ended with sortie_timeout_clear() */
GSource *sortie_timeout_add (guint milliseconds, GSourceFunc callback, gpointer user_data);
/* Ends the timeout where there is one. */
void sortie_timeout_clear (GSource **source);

G_END_DECLS
