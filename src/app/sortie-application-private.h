/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-application.h"
#include "sortie-mission-list.h"
#include "sortie-search-provider.h"
#include "sortie-title-keeper.h"
#include "sortie-window.h"

G_BEGIN_DECLS

#define SORTIE_APPLICATION_MAX_FILES 1000 /* that wait to be added as sources */

struct _SortieApplication
{
  AdwApplication parent_instance;
  GSettings *settings;
  SortieBackend *backend;
  SortieMissionList *list;
  SortieTitleKeeper *titles;
  SortieSearchProvider *search; /* (nullable): without a session bus */
  GListStore *files;            /* (nullable): sources to add once there is a backend */
  char *override;               /* (nullable): the backend that the command line names */
  guint signals[3];
  gboolean is_asking;   /* whether missions are to go on after the end */
  gboolean is_quitting; /* in order; nothing stops it any more */
};

/* (nullable) */
SortieWindow *sortie_application_get_window (SortieApplication *self);

/* --- sortie-application-arguments.c --- */

/* Adds the files that are to be sources, as soon as that can be. */
void sortie_application_take_files (SortieApplication *self);
void sortie_application_add_file (SortieApplication *self, GFile *file);
/* Keeps those that name files, and gives the others as a text. (transfer full) (nullable) */
char *sortie_application_take_arguments (SortieApplication *self,
                                         GApplicationCommandLine *command_line,
                                         const char *const *arguments);

/* --- sortie-application-quit.c --- */

/* @ask: whether a person is asked what becomes of running missions */
void sortie_application_quit_in_order (SortieApplication *self, gboolean ask);

/* --- sortie-application-backend.c --- */

void sortie_application_notify_finished (SortieApplication *self, SortieMissionItem *item);

G_END_DECLS
