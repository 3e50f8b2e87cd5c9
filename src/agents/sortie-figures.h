/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The figures in a text, in a form in which the same one written differently is the same: "1,000" and
 * "1.000", "3.5" and "3,5", "24" and "twenty-four". */

typedef struct _SortieFigures SortieFigures;

SortieFigures *sortie_figures_new (void);
void sortie_figures_free (SortieFigures *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieFigures, sortie_figures_free)

/* Adds the figures of a text, those in words as well. */
void sortie_figures_add (SortieFigures *self, const char *text);

/* Adds those of another. */
void sortie_figures_merge (SortieFigures *self, const SortieFigures *other);

/* Whether each figure that is written in digits in the text, citations aside, is among them. */
gboolean sortie_figures_hold (SortieFigures *self, const char *text, gsize length);

G_END_DECLS
