/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-services.h"

G_BEGIN_DECLS

/* What is submitted: read from a request, checked, pinned to the collections as they are now. */

/* The mission's new ID, or NULL. `known` (nullable): it was accepted before. */
char *sortie_submission_accept (SortieServices *services,
                                SortieRequest *request,
                                const char *text_member,
                                gboolean *known,
                                GError **error);

/* A new mission that goes on from the finished steps of an ended one. */
char *sortie_submission_retry (SortieServices *services,
                               const char *user,
                               const char *id,
                               GError **error);

G_END_DECLS
