/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * sortie_event_id_compare:
 * @a: an event's ID, `MILLISECONDS-NUMBER`
 * @b: another
 *
 * Event IDs of a mission grow strictly, so that what is not greater than the last one was seen.
 *
 * Returns: negative, 0 or positive as @a is before, equal to or after @b. IDs of another form are
 *   equal or, as nothing is known of their order, after.
 */
int sortie_event_id_compare (const char *a, const char *b);

G_END_DECLS
