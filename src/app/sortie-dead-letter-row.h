/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-dead-letter.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SortieDeadLetterRow:
 *
 * One dead letter: what failed and why; its payload and attempts where a person asks for them.
 *
 * Signals: `retry`, `discard`, `open`, `expanded`.
 */
#define SORTIE_TYPE_DEAD_LETTER_ROW (sortie_dead_letter_row_get_type ())
G_DECLARE_FINAL_TYPE (
    SortieDeadLetterRow, sortie_dead_letter_row, SORTIE, DEAD_LETTER_ROW, GtkListBoxRow)

/* @letter: (transfer full) */
GtkWidget *sortie_dead_letter_row_new (SortieDeadLetter *letter);

const SortieDeadLetter *sortie_dead_letter_row_get_letter (SortieDeadLetterRow *self);
/* @title: (nullable): the mission's; NULL where it is not known (yet) */
void sortie_dead_letter_row_set_title (SortieDeadLetterRow *self, const char *title);
/* The mission is no more: there is nothing to retry or to open. */
void sortie_dead_letter_row_set_gone (SortieDeadLetterRow *self);
/* A request about it is on its way. */
void sortie_dead_letter_row_set_busy (SortieDeadLetterRow *self, gboolean busy);
/* @attempts: (nullable): lines of text */
void sortie_dead_letter_row_set_attempts (SortieDeadLetterRow *self, const char *attempts);

G_END_DECLS
