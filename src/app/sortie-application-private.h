/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-application.h"
#include "sortie-mission-list.h"
#include "sortie-window.h"

G_BEGIN_DECLS

struct _SortieApplication
{
  AdwApplication parent_instance;
  GSettings *settings;
  SortieBackend *backend;
  SortieMissionList *list;
  char *override; /* (nullable): the backend that the command line names */
  guint signals[3];
  gboolean is_asking;   /* whether missions are to go on after the end */
  gboolean is_quitting; /* in order; nothing stops it any more */
};

/* (nullable) */
SortieWindow *sortie_application_get_window (SortieApplication *self);

/* --- sortie-application-quit.c --- */

/* @ask: whether a person is asked what becomes of running missions */
void sortie_application_quit_in_order (SortieApplication *self, gboolean ask);

/* --- sortie-application-backend.c --- */

void sortie_application_notify_finished (SortieApplication *self, SortieMissionItem *item);

G_END_DECLS
