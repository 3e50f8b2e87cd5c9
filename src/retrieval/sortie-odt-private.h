/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-office-private.h"

G_BEGIN_DECLS

#define SORTIE_ODT_OUTLINE "" /* the name under which the headings' numbering is kept */

typedef struct
{
  GHashTable *lists;   /* name → owned SortieOfficeList */
  GHashTable *parents; /* a style's name → its parent's */
} SortieOdtStyles;

SortieOdtStyles *sortie_odt_styles_new (void);
void sortie_odt_styles_free (SortieOdtStyles *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieOdtStyles, sortie_odt_styles_free)

/* Takes what content.xml or styles.xml say before the body. */
gboolean sortie_odt_styles_read (SortieOdtStyles *self, GBytes *xml, GError **error);

G_END_DECLS
