/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report-fixture.h"

#include <adwaita.h>
#include <string.h>

typedef struct
{
  ReportFixture *fixture;
  guint n_chars;
  guint n_calm;
} Growth;

/* Whether the text has not grown for some frames. */
static gboolean
is_calm (Growth *growth)
{
  guint n_chars;

  report_fixture_settle (growth->fixture);
  n_chars = (guint) gtk_text_buffer_get_char_count (
      gtk_text_view_get_buffer (GTK_TEXT_VIEW (growth->fixture->text)));
  growth->n_calm = n_chars == growth->n_chars ? growth->n_calm + 1 : 0;
  growth->n_chars = n_chars;
  return growth->n_calm >= 2;
}

static void
write_all (ReportFixture *self, const char *text, gsize length)
{
  for (gsize at = 0; at < length;)
    {
      gsize end = MIN (at + 100000, length);

      while (end < length && ((guchar) text[end] & 0xc0) == 0x80)
        end++;
      report_fixture_write (self, text + at, (gssize) (end - at));
      at = end;
    }
}

static void
show (const char *text, gsize length)
{
  ReportFixture self;
  Growth growth = { &self, 0, 0 };
  g_autofree char *shown = NULL;
  g_autofree char *expected = NULL;

  report_fixture_init (&self, 700, 500);
  report_fixture_begin_draft (&self, "llm");
  write_all (&self, text, length);
  report_fixture_complete (&self, "llm", "[]", "[]");
  while (!is_calm (&growth))
    ;
  shown = report_fixture_dup_text (&self);
  expected = report_fixture_expect (text, length);
  g_assert_cmpstr (shown, ==, expected);
  report_fixture_clear (&self);
}

static void
show_repeated (const char *part, guint times, const char *end)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < times; i++)
    g_string_append (text, part);
  g_string_append (text, end);
  show (text->str, text->len);
  g_string_free (text, TRUE);
}

static void
test_words (void)
{
  show_repeated ("unspaced", 16 * 1024, " end");
  show_repeated ("語", 20000, "\n");
}

static void
test_nesting (void)
{
  GString *lists = g_string_new (NULL);

  show_repeated ("> ", 4000, "deep");
  show_repeated ("- ", 4000, "deep");
  show_repeated ("[", 20000, "]");
  show_repeated ("**a *b ", 4000, "");
  show_repeated ("![", 4000, "](x)");
  for (guint i = 0; i < 300; i++)
    g_string_append_printf (lists, "%*s- level %u\n", (int) i * 2, "", i);
  show (lists->str, lists->len);
  g_string_free (lists, TRUE);
}

static void
test_tables (void)
{
  show_repeated ("| a ", 500, "|\n|---|---|\n| b | c |\n");
  show_repeated ("| long cell that says a lot | and another one that says even more than that ", 4,
                 "|\n|---|---|---|---|---|---|---|---|\n| b | c |\n| d | e | f |\n");
}

static void
test_signs (void)
{
  ReportFixture self;
  g_autofree char *shown = NULL;

  report_fixture_init (&self, 700, 500);
  report_fixture_begin_draft (&self, "llm");
  report_fixture_write (
      &self,
      "<b>&lt;markup&gt;</b> \342\200\256 override \342\201\246 isolate \001\033[31m "
      "&#x202e; &#0; end\n\n<script>alert (1)</script>\n",
      -1);
  report_fixture_settle (&self);
  shown = report_fixture_dup_text (&self);
  g_assert_cmpstr (shown, ==,
                   "<b><markup></b>  override  isolate [31m  \357\277\275 end\n"
                   "<script>alert (1)</script>\n");
  report_fixture_clear (&self);
}

/* 10,000 citations, and sources for all of them. */
static void
test_citations (void)
{
  ReportFixture self;
  Growth growth = { &self, 0, 0 };
  GString *text = g_string_new (NULL);
  GString *sources = g_string_new ("[");

  for (guint i = 1; i <= 10000; i++)
    {
      g_string_append_printf (text, "Claim. [%u]%s", i, i % 10 == 0 ? "\n\n" : " ");
      if (i <= 5000)
        g_string_append_printf (sources, "%s{\"n\":%u,\"document\":\"d\",\"title\":\"t\"}",
                                i > 1 ? "," : "", i);
    }
  g_string_append_c (sources, ']');
  report_fixture_init (&self, 700, 500);
  report_fixture_begin_draft (&self, "llm");
  write_all (&self, text->str, text->len);
  report_fixture_complete (&self, "llm", sources->str, "[{\"start\":-1},7,{},[],null]");
  while (!is_calm (&growth))
    ;
  g_assert_cmpuint (
      sortie_report_buffer_get_anchors (sortie_report_text_get_report (self.text))->len, ==, 10000);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (report_fixture_find_id (GTK_WIDGET (self.view),
                                                                           "sources_button")),
                                TRUE);
  report_fixture_settle (&self);
  report_fixture_clear (&self);
  g_string_free (text, TRUE);
  g_string_free (sources, TRUE);
}

/* Text that is overwritten is shown as it is afterwards. */
static void
test_overwritten (void)
{
  ReportFixture self;
  g_autofree char *shown = NULL;

  report_fixture_init (&self, 700, 500);
  report_fixture_begin_draft (&self, "llm");
  report_fixture_write (&self, "# First words\n\nand more\n", -1);
  report_fixture_settle (&self);
  self.n_bytes = 2;
  report_fixture_write (&self, "Other", -1);
  report_fixture_settle (&self);
  shown = report_fixture_dup_text (&self);
  g_assert_cmpstr (shown, ==, "Other words\nand more\n");
  report_fixture_clear (&self);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv);
  adw_init ();
  g_test_add_func ("/report-hostile/words", test_words);
  g_test_add_func ("/report-hostile/nesting", test_nesting);
  g_test_add_func ("/report-hostile/tables", test_tables);
  g_test_add_func ("/report-hostile/signs", test_signs);
  g_test_add_func ("/report-hostile/citations", test_citations);
  g_test_add_func ("/report-hostile/overwritten", test_overwritten);
  return g_test_run ();
}
