/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-report-html.h"

#include <md4c-html.h>

static const char style[] =
    ":root{color-scheme:light dark}"
    "body{font:17px/1.6 system-ui,sans-serif;max-width:46rem;margin:2.5rem auto;padding:0 1.2rem}"
    "h1{line-height:1.25;font-size:1.8rem}h2{margin-top:2.2rem;font-size:1.3rem}"
    "table{border-collapse:collapse;margin:1rem 0}"
    "th,td{border:1px solid #8886;padding:.35rem .7rem;text-align:left;vertical-align:top}"
    "blockquote{margin:0;padding-left:1rem;border-left:3px solid #8886}"
    "pre{overflow:auto}img{display:none}hr{border:0;border-top:1px solid #8886;margin:2rem 0}";

static void
append_cb (const MD_CHAR *text, MD_SIZE size, void *user_data)
{
  g_string_append_len (user_data, text, (gssize) size);
}

char *
sortie_report_to_html (const char *markdown, gsize length, const char *title)
{
  /* md4c 0.4.8 reads past the length it is given: it gets a copy that ends in NUL. */
  g_autoptr (GString) copy = g_string_new_len (markdown, (gssize) length);
  g_autofree char *safe_title = g_markup_escape_text (title != NULL ? title : "Report", -1);
  GString *out = g_string_new (
      "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\">"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"" SORTIE_REPORT_CSP "\">");

  g_string_append_printf (out, "<title>%s</title><style>%s</style></head><body>\n", safe_title,
                          style);
  /* A link reference definition, quoted from somewhere, would turn the citations of that number into
   * links. With its colon escaped it is text, and looks the same. */
  g_string_replace (copy, "]:", "]\\:", 0);
  md_html (copy->str, (MD_SIZE) copy->len, append_cb, out,
           MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH, 0);
  g_string_append (out, "</body></html>\n");
  return g_string_free (out, FALSE);
}
