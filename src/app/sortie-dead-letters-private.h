/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-dead-letter-row.h"
#include "sortie-dead-letters-page.h"
#include "sortie-reading.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define SORTIE_DEAD_LETTERS_MAX_CALLS 4 /* requests under way at once */

struct _SortieDeadLettersPage
{
  GtkWidget parent_instance;
  GtkWidget *content;
  GtkStack *stack;
  GtkListBox *list;
  GtkLabel *count;
  AdwStatusPage *failed;
  GtkSpinner *spinner;

  SortieApi *api; /* (nullable) */
  GCancellable *cancellable;
  SortieReading reading;
  char *failure;   /* (nullable): why it could not be read */
  guint n_all;     /* letters, shown or not */
  GHashTable *ids; /* of the letters that the backend told of last */

  GHashTable *titles; /* mission ID → its title; NULL where the mission is gone */
  GQueue *to_ask;     /* mission IDs whose title is to be asked for */
  guint n_asking;

  GHashTable *discarded; /* IDs of letters that a person does not want to see any more */
};

/* What a person does with letters: sortie-dead-letters-actions.c */
void sortie_dead_letters_retry_cb (SortieDeadLetterRow *row, SortieDeadLettersPage *self);
void sortie_dead_letters_discard_cb (SortieDeadLetterRow *row, SortieDeadLettersPage *self);
void sortie_dead_letters_retry_all_cb (GtkWidget *widget, const char *action, GVariant *parameter);

void sortie_dead_letters_remove_row (SortieDeadLettersPage *self, GtkWidget *row);
void sortie_dead_letters_open (SortieDeadLettersPage *self, const char *mission_id);

G_END_DECLS
