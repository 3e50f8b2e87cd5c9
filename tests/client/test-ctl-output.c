/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-ctl-citations.h"
#include "sortie-ctl-private.h"

#include <string.h>

static char *
read_back (FILE *file)
{
  GString *text = g_string_new (NULL);
  int c;

  rewind (file);
  while ((c = fgetc (file)) != EOF)
    g_string_append_c (text, (char) c);

  return g_string_free (text, FALSE);
}

static void
test_clean (void)
{
  static const struct
  {
    const char *text;
    const char *line;
    const char *lines;
  } cases[] = {
    { "plain", "plain", "plain" },
    { "a\nb\tc", "a b c", "a\nb\tc" },
    { "\033[31mred\033[0m", "[31mred[0m", "[31mred[0m" },
    { "bell\a back\b\r", "bell back", "bell back" },
    { "c1 \xc2\x9b"
      "31m",
      "c1 31m", "c1 31m" },
    { "\xe2\x80\xae"
      "evil\xe2\x80\xac",
      "evil", "evil" },
    { "\xe2\x81\xa6x\xe2\x81\xa9\xe2\x80\x8f\xef\xbb\xbf", "x", "x" },
    { "line\xe2\x80\xa8sep", "linesep", "linesep" },
    { "bad \xff utf-8", "bad \xef\xbf\xbd utf-8", "bad \xef\xbf\xbd utf-8" },
    { "ä 漢 👍", "ä 漢 👍", "ä 漢 👍" },
    { "", "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = sortie_ctl_clean (cases[i].text, -1, FALSE);
      g_autofree char *lines = sortie_ctl_clean (cases[i].text, -1, TRUE);

      g_assert_cmpstr (line, ==, cases[i].line);
      g_assert_cmpstr (lines, ==, cases[i].lines);
    }
}

static void
test_every_character (void)
{
  for (gunichar c = 1; c < 0x300; c++)
    {
      char text[8] = { 0 };
      g_autofree char *clean = NULL;

      g_unichar_to_utf8 (c, text);
      clean = sortie_ctl_clean (text, -1, FALSE);
      if (c < 0x20 || (c >= 0x7f && c <= 0x9f))
        g_assert_cmpstr (clean, ==, c == '\n' || c == '\t' ? " " : "");
      else
        g_assert_cmpstr (clean, ==, text);
    }
}

static void
test_lines (void)
{
  static const struct
  {
    const char *text;
    guint columns;
    const char *line;
  } cases[] = {
    { "short", 10, "short" },
    { "exactly ten", 11, "exactly ten" },
    { "one too many", 11, "one too ma…" },
    { "漢字漢字", 8, "漢字漢字" },
    { "漢字漢字", 7, "漢字漢…" },
    { "漢字漢字", 6, "漢字…" },
    { "e\xcc\x81"
      "e\xcc\x81"
      "e\xcc\x81",
      3,
      "e\xcc\x81"
      "e\xcc\x81"
      "e\xcc\x81" },
    { "  padded  ", 0, "padded" },
    { "x", 1, "x" },
    { "xy", 1, "…" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = sortie_ctl_dup_line (cases[i].text, cases[i].columns);

      g_assert_cmpstr (line, ==, cases[i].line);
      if (cases[i].columns > 0)
        g_assert_cmpuint (sortie_ctl_text_width (line), <=, cases[i].columns);
    }
}

static void
test_durations (void)
{
  static const struct
  {
    gint64 milliseconds;
    const char *text;
  } cases[] = {
    { -5, "0 ms" },       { 0, "0 ms" },          { 99, "99 ms" },         { 100, "0.1 s" },
    { 59900, "59.9 s" },  { 60000, "1 min 0 s" }, { 125000, "2 min 5 s" }, { 3600000, "1 h 0 min" },
    { G_MAXINT64, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = sortie_ctl_dup_duration (cases[i].milliseconds);

      if (cases[i].text != NULL)
        g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_table (void)
{
  const char *const headings[] = { "NAME", ">N", "TEXT", NULL };
  g_autoptr (SortieCtlTable) table = sortie_ctl_table_new (headings);
  SortieCtl ctl = { .out = tmpfile (), .err = tmpfile () };
  g_autofree char *text = NULL;

  sortie_ctl_table_add (table, g_strdup ("漢字"), g_strdup ("7"), g_strdup ("one\n\033[2Jline"));
  sortie_ctl_table_add (table, g_strdup ("longer"), g_strdup ("1234"), g_strdup (""));
  sortie_ctl_table_print (table, &ctl);
  text = read_back (ctl.out);
  g_assert_cmpstr (text, ==,
                   "NAME       N  TEXT\n"
                   "漢字       7  one [2Jline\n"
                   "longer  1234  \n");
  fclose (ctl.out);
  fclose (ctl.err);
}

/* What goes into a file is what came, byte for byte; only a terminal needs protection. */
static void
test_print_text (void)
{
  static const char raw[] = "a\033[31m\xff\0b\r\n";
  SortieCtl ctl = { .out = tmpfile (), .err = tmpfile () };
  g_autofree char *text = NULL;

  sortie_ctl_print_text (&ctl, raw, sizeof raw - 1);
  g_assert_cmpint (ftell (ctl.out), ==, sizeof raw - 1);
  rewind (ctl.out);
  ctl.out_is_terminal = TRUE;
  sortie_ctl_print_text (&ctl, "\033]0;title\a text\n", 15);
  text = read_back (ctl.out);
  g_assert_true (g_str_has_prefix (text, "]0;title text"));
  fclose (ctl.out);
  fclose (ctl.err);
}

static void
test_full_disk (void)
{
  SortieCtl ctl = { .out = fopen ("/dev/full", "w"), .err = stderr };
  g_autoptr (GError) error = NULL;

  sortie_ctl_print_text (&ctl, "text", 4);
  g_assert_false (sortie_ctl_flush (&ctl, &error));
  g_assert_nonnull (error);
  fclose (ctl.out);
}

static void
test_collection_names (void)
{
  static const struct
  {
    const char *path;
    const char *name;
  } cases[] = {
    { "/home/me/contracts", "contracts" },
    { "/home/me/Verträge 2024", "Verträge 2024" },
    { "/", "documents" },
    { "/home/me/.hidden", "hidden" },
    { "/home/me/--json", "json" },
    { "/home/me/...", "documents" },
    { "/home/me/a\nb\033", "a b" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = sortie_ctl_dup_collection_name (cases[i].path);

      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

static void
test_long_collection_name (void)
{
  g_autoptr (GString) path = g_string_new ("/");
  g_autofree char *name = NULL;

  while (path->len < 300)
    g_string_append (path, "漢");
  name = sortie_ctl_dup_collection_name (path->str);
  g_assert_cmpuint (strlen (name), <=, 90);
  g_assert_true (g_utf8_validate (name, -1, NULL));
}

/* --- citations --- */

static void
assert_numbers (GHashTable *numbers, const guint *expected)
{
  guint n = 0;

  for (; expected[n] != 0; n++)
    g_assert_true (sortie_ctl_citations_has (numbers, expected[n]));
  g_assert_cmpuint (g_hash_table_size (numbers), ==, n);
}

static void
test_citations (void)
{
  static const struct
  {
    const char *report;
    guint n_citations;
    guint cited[5];
    guint listed[5];
  } cases[] = {
    { "", 0, { 0 }, { 0 } },
    { "no heading [1]", 1, { 1 }, { 0 } },
    { "# T\nOne. [1][3] Two. [1]\n\n## Sources\n[1] A\\\n[3] B\n", 3, { 1, 3 }, { 1, 3 } },
    { "x \\[5\\] [6]\n## Sources\n[6] T \\[7\\]\n\n---\nFooter [8]\n", 2, { 6, 8 }, { 6 } },
    { "[0] [01] [x] [] [1234567] [12", 0, { 0 }, { 0 } },
    { "[999999]", 1, { 999999 }, { 0 } },
    { "\\", 0, { 0 }, { 0 } },
    { "## A\n[1] cited, not listed [2]\n## B\n[2]", 2, { 1, 2 }, { 2 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      /* An exact copy, so that a read beyond the end is seen. */
      gsize length = strlen (cases[i].report);
      g_autofree char *copy = g_memdup2 (cases[i].report, length);
      g_autoptr (SortieCtlCitations) citations =
          sortie_ctl_citations_read (copy != NULL ? copy : "", length);

      g_assert_cmpuint (citations->n_citations, ==, cases[i].n_citations);
      assert_numbers (citations->cited, cases[i].cited);
      assert_numbers (citations->listed, cases[i].listed);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ctl/output/clean", test_clean);
  g_test_add_func ("/ctl/output/every-character", test_every_character);
  g_test_add_func ("/ctl/output/lines", test_lines);
  g_test_add_func ("/ctl/output/durations", test_durations);
  g_test_add_func ("/ctl/output/table", test_table);
  g_test_add_func ("/ctl/output/print-text", test_print_text);
  g_test_add_func ("/ctl/output/full-disk", test_full_disk);
  g_test_add_func ("/ctl/output/collection-names", test_collection_names);
  g_test_add_func ("/ctl/output/long-collection-name", test_long_collection_name);
  g_test_add_func ("/ctl/output/citations", test_citations);
  return g_test_run ();
}
