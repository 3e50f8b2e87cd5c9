/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * sortie_markdown_to_html:
 * @text: Markdown
 * @title: of the page
 *
 * A page that stands alone: it fetches nothing, has no script, and its citations lead to its list of
 * sources.
 *
 * Returns: (transfer full): the page
 */
char *sortie_markdown_to_html (const char *text, gsize length, const char *title);

G_END_DECLS
