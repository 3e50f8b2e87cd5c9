/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The style class of a window in which things stand below each other. */
#define SORTIE_NARROW_CLASS "narrow"

/**
 * SortieNarrowBox:
 *
 * A row in a wide window, a column in a narrow one: where words of some languages are too long to
 * stand side by side.
 */
#define SORTIE_TYPE_NARROW_BOX (sortie_narrow_box_get_type ())
G_DECLARE_FINAL_TYPE (SortieNarrowBox, sortie_narrow_box, SORTIE, NARROW_BOX, GtkBox)

G_END_DECLS
