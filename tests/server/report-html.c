/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-report-html.h"

#include <string.h>

static char *
to_html (const char *markdown)
{
  return sortie_report_to_html (markdown, strlen (markdown), "A <title>");
}

static void
assert_holds (const char *markdown, const char *wanted)
{
  g_autofree char *html = to_html (markdown);

  if (strstr (html, wanted) == NULL)
    g_error ("“%s” is not in\n%s", wanted, html);
}

static void
assert_lacks (const char *markdown, const char *unwanted)
{
  g_autofree char *html = to_html (markdown);

  if (strstr (html, unwanted) != NULL)
    g_error ("“%s” is in\n%s", unwanted, html);
}

static void
test_page (void)
{
  assert_holds ("# One\n\n- two [1]\n", "<h1>One</h1>\n<ul>\n<li>two [1]</li>");
  assert_holds ("", "<title>A &lt;title&gt;</title>");
  assert_holds ("", "Content-Security-Policy\" content=\"default-src 'none'");
  assert_holds ("| a | b |\n| --- | --- |\n| 1 | 2 |\n", "<td>1</td>");
  assert_holds ("[1] A\\\n[2] B\n", "[1] A<br>\n[2] B");
}

/* What a document says must not make links of the report's citations. */
static void
test_reference_definitions (void)
{
  static const char *const definitions[] = {
    "[1]: https://evil.example",    "[1]: <https://evil.example> 'title'",
    "   [1]: https://evil.example", "> [1]: https://evil.example",
    "- [1]: https://evil.example",  "[1]:\nhttps://evil.example",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (definitions); i++)
    {
      g_autofree char *markdown = g_strdup_printf ("A fence grows. [1]\n\n%s\n", definitions[i]);

      assert_lacks (markdown, ">1</a>");
      assert_holds (markdown, "A fence grows. [1]");
      assert_holds (markdown, "[1]:");
    }
  assert_holds ("as \\[9\\]: it is", "as [9]: it is");
}

static void
test_no_markup_of_others (void)
{
  assert_lacks ("a <script>alert(1)</script> b", "<script");
  assert_lacks ("<script>alert(1)</script>", "<script");
  assert_lacks ("<img src=x onerror=alert(1)>", "<img");
  assert_lacks ("a\n\n<!-- <b> -->\n", "<!-- ");
}

/* md4c looks beyond the length that it is given; and a report may be cut off anywhere. */
static void
test_every_length (void)
{
  static const char markdown[] =
      "# T\n\n**b** `c` [x](http://a) ![i](u) <http://d> &amp; \\[1\\] ~~s~~\n"
      "| a |\n| - |\n| b |\n\n```\nc\n```\n> q\n1. [1]: u\n---\nä\n";

  for (gsize length = 0; length <= strlen (markdown); length++)
    {
      g_autofree char *cut = g_memdup2 (markdown, length + 1);
      g_autofree char *html = NULL;

      memset (cut + length, '[', 1);
      html = sortie_report_to_html (cut, length, NULL);
      g_assert_true (g_str_has_suffix (html, "</body></html>\n"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/report-html/page", test_page);
  g_test_add_func ("/server/report-html/reference-definitions", test_reference_definitions);
  g_test_add_func ("/server/report-html/no-markup-of-others", test_no_markup_of_others);
  g_test_add_func ("/server/report-html/every-length", test_every_length);
  return g_test_run ();
}
