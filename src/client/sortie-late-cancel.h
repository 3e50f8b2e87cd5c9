/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* libsoup 3.6 frees a request twice that is cancelled after its answer has come and before libsoup has told
 * itself so, which it does from the main loop at the request's priority. So a request is not handed the
 * cancellable of the one who asked, but one that follows it from a source of lower priority. */

/**
 * sortie_late_cancel_begin:
 * @task: what waits for the request
 *
 * To be called on the thread whose main context carries the request out, and the task's cancellable to be
 * cancelled there too.
 *
 * Returns: (transfer none) (nullable): the cancellable for the request, which belongs to @task; %NULL where
 *   the task has none
 */
GCancellable *sortie_late_cancel_begin (GTask *task);

/* The request has ended. */
void sortie_late_cancel_end (GTask *task);

G_END_DECLS
