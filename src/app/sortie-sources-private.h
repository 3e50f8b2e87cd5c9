/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-collection-row.h"
#include "sortie-documents-view.h"
#include "sortie-reading.h"
#include "sortie-sources-page.h"
#include "sortie-upload.h"

#include <adwaita.h>

G_BEGIN_DECLS

struct _SortieSourcesPage
{
  GtkWidget parent_instance;
  GtkStack *stack;
  GtkListBox *list;
  GtkLabel *count;
  AdwStatusPage *failed;
  GtkSpinner *spinner;
  SortieDocumentsView *documents;

  SortieApi *api; /* (nullable) */
  GCancellable *cancellable;
  SortieReading reading;
  gboolean shows_documents;
  char *failure;       /* (nullable): why the list could not be read */
  GPtrArray *uploads;  /* SortieUpload: under way */
  char *target;        /* (nullable): the collection that files are being chosen for */
  char *to_remove;     /* (nullable): the collection that a person is asked about */
  GListModel *awaited; /* (nullable): files that came before the list was read */
  GListModel *asked;   /* (nullable): the files whose collection a person is asked for */
  guint timer;         /* looks again while something is indexed */
};

/* What a person does: sortie-sources-actions.c */
void sortie_sources_chosen_cb (SortieCollectionRow *row, const char *what, SortieSourcesPage *self);
void sortie_sources_class_init_actions (GtkWidgetClass *class);
void sortie_sources_init_drop (SortieSourcesPage *self);

/* (nullable): the row of that collection, or of the first or the second one */
SortieCollectionRow *sortie_sources_find_row (SortieSourcesPage *self, const char *name);
SortieCollectionRow *sortie_sources_get_row (SortieSourcesPage *self, int index);
/* Reads the collections again. */
void sortie_sources_refresh (SortieSourcesPage *self);
void sortie_sources_show_documents (SortieSourcesPage *self, const char *collection);
/* Tells the window. */
void sortie_sources_emit_changed (SortieSourcesPage *self);

G_END_DECLS
