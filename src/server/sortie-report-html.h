/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Nothing is fetched, nothing runs: the page is what it holds. */
#define SORTIE_REPORT_CSP                                                                          \
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

/* A report as a page of its own. `markdown` is UTF-8, `length` its bytes. (transfer full) */
char *sortie_report_to_html (const char *markdown, gsize length, const char *title);

G_END_DECLS
