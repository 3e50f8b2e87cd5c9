/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Text of others (messages, titles, names, questions) made fit to be shown: no control or bidi
 * override characters, valid UTF-8, one line where asked for, never markup. */

#define SORTIE_SHOWN_MAX_RUN 4096 /* bytes without a blank: a longer run stalls Pango */

/* On one line, at most `limit` bytes (with an ellipsis), U+FFFD for what is no UTF-8. (transfer full) */
char *sortie_shown_line (const char *text, gsize limit);
/* With its line breaks; runs longer than SORTIE_SHOWN_MAX_RUN are broken. (transfer full) */
char *sortie_shown_text (const char *text, gsize length);

G_END_DECLS
