/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-backend-banner.h"
#include "sortie-composer.h"
#include "sortie-dead-letters-page.h"
#include "sortie-diagram-view.h"
#include "sortie-mission-cache.h"
#include "sortie-mission-list-view.h"
#include "sortie-mission-page.h"
#include "sortie-sources-page.h"
#include "sortie-window.h"

G_BEGIN_DECLS

struct _SortieWindow
{
  AdwApplicationWindow parent_instance;
  SortieBackend *backend;
  SortieMissionList *list;
  SortieMissionCache *cache;
  GSettings *settings;
  GCancellable *cancellable;

  AdwWindowTitle *title;
  GtkWidget *back;
  GtkWidget *new_button;
  GtkWidget *sidebar_button;
  GtkWidget *stop;
  GtkWidget *retry;
  GtkWidget *backend_button;
  SortieBackendBanner *banner;
  GtkPaned *paned;
  GtkWidget *sidebar;
  GtkPaned *sidebar_paned;
  SortieDiagramView *diagram;
  SortieMissionListView *missions;
  GtkWidget *main_pane;
  GtkStack *stack;
  SortieComposer *composer;
  SortieMissionPage *mission_page;
  SortieSourcesPage *sources;
  SortieDeadLettersPage *dead_letters;
  SortieDiagramView *large_diagram;

  SortieLiveMission *mission; /* (nullable): that is open */
  GSignalGroup *mission_signals;
  char *awaited;  /* (nullable): the mission to open once the backend is there */
  char *previous; /* (nullable): the page before sources, dead letters or diagram */
  gboolean is_narrow;
  gboolean shows_list; /* where it is narrow: the list rather than the main pane */
  gboolean reads_topology;
  gboolean topology_again; /* something changed while it was being read */
  char *llm_state;         /* (nullable): as the counters told it last */
};

/* --- sortie-window-layout.c: panes, narrow windows, what is remembered --- */
void sortie_window_init_layout (SortieWindow *self);
void sortie_window_realize_layout (SortieWindow *self);
void sortie_window_save_layout (SortieWindow *self);
/* Shows a page of the main pane: `composer`, `mission`, `sources`, `dead-letters`, `diagram`. */
void sortie_window_show_page (SortieWindow *self, const char *page);
/* From sources, dead letters or diagram to where a person came from; in a narrow window to the
 * list. */
void sortie_window_go_back (SortieWindow *self);
void sortie_window_toggle_sidebar (SortieWindow *self);
void sortie_window_update_title (SortieWindow *self);

/* --- sortie-window-backend.c: what the backend says --- */
void sortie_window_init_backend (SortieWindow *self);
void sortie_window_read_topology (SortieWindow *self);

/* --- sortie-window-actions.c --- */
void sortie_window_class_init_actions (GtkWidgetClass *class);
void sortie_window_init_actions (SortieWindow *self);
void sortie_window_update_actions (SortieWindow *self);
void sortie_window_stop_mission (SortieWindow *self, const char *id);
void sortie_window_retry_mission (SortieWindow *self, const char *id);

G_END_DECLS
