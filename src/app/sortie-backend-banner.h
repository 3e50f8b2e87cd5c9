/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-backend.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What is wrong with the backend, and what a person can do about it; hidden while all is well. */
#define SORTIE_TYPE_BACKEND_BANNER (sortie_backend_banner_get_type ())
G_DECLARE_FINAL_TYPE (SortieBackendBanner, sortie_backend_banner, SORTIE, BACKEND_BANNER, GtkWidget)

GtkWidget *sortie_backend_banner_new (void);

/* @backend: (nullable) */
void sortie_backend_banner_set_backend (SortieBackendBanner *self, SortieBackend *backend);

/* The state in a sentence, and why nothing can be submitted in it. (transfer full); NULL where all is
 * well */
char *sortie_backend_words_dup_state (SortieBackend *backend);
char *sortie_backend_words_dup_obstacle (SortieBackend *backend);

G_END_DECLS
