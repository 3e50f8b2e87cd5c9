/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report-fixture.h"
#include "sortie-report-export.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  gboolean done;
  GError *error;
} Outcome;

static void
exported_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;

  sortie_report_export_finish (result, &outcome->error);
  outcome->done = TRUE;
}

static gboolean
is_done (gpointer user_data)
{
  return ((Outcome *) user_data)->done;
}

/* (transfer full): what the file holds; @convert: (nullable): a command that makes text of it */
static char *export(SortieReportFormatKind kind, const char *text, const char *convert)
{
  g_autofree char *folder = g_dir_make_tmp ("sortie-export-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a report", NULL);
  g_autofree char *out = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  Outcome outcome = { 0 };
  char *content = NULL;

  sortie_report_export_async (file, kind, text, strlen (text), "A <title>", NULL, exported_cb,
                              &outcome);
  report_fixture_wait (is_done, &outcome);
  g_assert_no_error (outcome.error);
  if (convert != NULL)
    {
      const char *arguments[] = { convert, "-layout", path, "-", NULL };
      g_autoptr (GError) error = NULL;

      g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &content,
                    NULL, NULL, &error);
      g_assert_no_error (error);
    }
  else
    g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  return content;
}

static void
test_markdown (void)
{
  g_autofree char *text = report_fixture_read_data ("report.md", NULL);
  g_autofree char *exported = export(SORTIE_REPORT_AS_MARKDOWN, text, NULL);

  g_assert_cmpstr (exported, ==, text);
}

static void
assert_has (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("«%s» is not in:\n%s", part, text);
}

static void
test_html (void)
{
  g_autofree char *text = report_fixture_read_data ("rich.md", NULL);
  g_autofree char *page = export(SORTIE_REPORT_AS_HTML, text, NULL);

  assert_has (page, "<title>A &lt;title&gt;</title>");
  assert_has (page, "<h1>A report with everything in it</h1>");
  assert_has (page, "<a class=\"n\" href=\"#source-2\">[2]</a>");
  assert_has (page, "<a class=\"n\" id=\"source-2\">[2]</a> Second");
  assert_has (page, "<code>code [1]: x</code>");
  assert_has (page, "<td><code>x|y</code></td><td><strong>bold</strong>");
  assert_has (page, "&lt;b&gt;raw&lt;/b&gt;");
  assert_has (page, "<ol start=\"5\">");
  g_assert_null (strstr (page, "<img"));
  g_assert_null (strstr (page, "<div>"));
  g_assert_null (strstr (page, "https://example.org/bait\""));
}

static void
test_pdf (void)
{
  g_autofree char *text = report_fixture_read_data ("report.md", NULL);
  g_autofree char *shown = export(SORTIE_REPORT_AS_PDF, text, "pdftotext");

  assert_has (shown, "how do the three contracts");
  assert_has (shown, "Repair of defects");
  assert_has (shown, "Nordwerk frame contract, p. 11");
  assert_has (shown, "Searched 3 documents");
  assert_has (shown, "Page 1 of ");
}

/* Many pages, nothing lost, in order. */
static void
test_pdf_long (void)
{
  GString *text = g_string_new ("# Long\n\n");
  g_autofree char *shown = NULL;
  const char *at;

  for (guint i = 0; i < 400; i++)
    g_string_append_printf (text,
                            i % 5 == 0 ? "| a | b |\n|---|---|\n| row%u | x |\n\n"
                                       : "- item%u and some words that go on for a while, so that "
                                         "there are lines to be broken on the page\n",
                            i);
  shown = export(SORTIE_REPORT_AS_PDF, text->str, "pdftotext");
  at = shown;
  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *word = g_strdup_printf (i % 5 == 0 ? "row%u " : "item%u ", i);

      at = strstr (at, word);
      g_assert_nonnull (at);
    }
  g_assert_nonnull (strchr (shown, '\f'));
  g_string_free (text, TRUE);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv);
  adw_init ();
  g_test_add_func ("/report-export/markdown", test_markdown);
  g_test_add_func ("/report-export/html", test_html);
  g_test_add_func ("/report-export/pdf", test_pdf);
  g_test_add_func ("/report-export/pdf-long", test_pdf_long);
  return g_test_run ();
}
