/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-backend.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * SortieApplication:
 *
 * The one instance of the desktop application: command line, actions, backend, windows.
 */
#define SORTIE_TYPE_APPLICATION (sortie_application_get_type ())
G_DECLARE_FINAL_TYPE (SortieApplication, sortie_application, SORTIE, APPLICATION, AdwApplication)

SortieApplication *sortie_application_new (void);

/* (nullable): before the start */
SortieBackend *sortie_application_get_backend (SortieApplication *self);

/* Takes the backend that command line, environment and settings name, in this order, and starts or
 * connects: after a person changed the settings. */
void sortie_application_choose_backend (SortieApplication *self);
/* Hands the language model's settings, and its key from the keyring, to a backend on this machine,
 * where a person has made them in this application. */
void sortie_application_hand_over_settings (SortieApplication *self);

G_END_DECLS
