/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-shown-text.h"

#include <string.h>

static void
assert_line (const char *text, gsize limit, const char *expected)
{
  g_autofree char *line = sortie_shown_line (text, limit);

  g_assert_cmpstr (line, ==, expected);
}

static void
assert_text (const char *text, const char *expected)
{
  g_autofree char *shown = sortie_shown_text (text, strlen (text));

  g_assert_cmpstr (shown, ==, expected);
}

static void
test_line_plain (void)
{
  assert_line ("Ordinary words", 100, "Ordinary words");
  assert_line ("Grüße, 日本語, שלום", 100, "Grüße, 日本語, שלום");
  assert_line (NULL, 100, "");
  assert_line ("", 100, "");
}

static void
test_line_blanks (void)
{
  assert_line ("  one\n\n\ttwo \r\n three  ", 100, "one two three");
  assert_line ("a\xe2\x80\xa8"
               "b\xe2\x80\xa9"
               "c\xc2\x85"
               "d",
               100, "a b c d");
  assert_line (" \n\t ", 100, "");
}

static void
test_line_hostile (void)
{
  assert_line ("<b>bold</b> & <span foreground='red'>x</span>", 100,
               "<b>bold</b> & <span foreground='red'>x</span>");
  assert_line ("%s%n _underline", 100, "%s%n _underline");
  assert_line ("pay \u202egnp.exe\u202c now", 100, "pay gnp.exe now");
  assert_line ("\u2066isolate\u2069 \ufeffmark", 100, "isolate mark");
  assert_line ("bell\a escape\x1b[31m delete\x7f", 100, "bell escape[31m delete");
  assert_line ("bad \xff\xfe bytes \xc3", 100, "bad \ufffd\ufffd bytes \ufffd");
}

static void
test_line_limit (void)
{
  assert_line ("12345678", 8, "12345678");
  assert_line ("123456789", 8, "12345…");
  assert_line ("üüüü", 8, "üüüü");
  assert_line ("üüüüü", 8, "üü…");
  assert_line ("日本語", 9, "日本語");
  assert_line ("日本語版", 9, "日本…");
}

/* Whatever the limit, the result is valid and not longer. */
static void
test_line_every_limit (void)
{
  const char *text = "a ü 日 🙂 \xff\xff\u202e  z\nend \xf0\x9f\x99";

  for (gsize limit = 8; limit < 64; limit++)
    {
      g_autofree char *line = sortie_shown_line (text, limit);

      g_assert_cmpuint (strlen (line), <=, limit);
      g_assert_true (g_utf8_validate (line, -1, NULL));
    }
}

/* No run without a blank may be longer than Pango bears. */
static gsize
find_longest_run (const char *text)
{
  gsize longest = 0;

  while (*text != '\0')
    {
      gsize run = strcspn (text, " \n\t");

      longest = MAX (longest, run);
      text += run + (text[run] != '\0');
    }
  return longest;
}

static void
test_long_runs (void)
{
  const gsize sizes[] = { 4095, 4096, 4097, 8192, 65536, 1024 * 1024 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *run = g_strnfill (sizes[i], 'x');
      g_autofree char *text = sortie_shown_text (run, sizes[i]);
      g_autofree char *line = sortie_shown_line (run, 2 * sizes[i]);

      g_assert_cmpuint (find_longest_run (text), ==, MIN (sizes[i], SORTIE_SHOWN_MAX_RUN));
      g_assert_cmpuint (find_longest_run (line), ==, MIN (sizes[i], SORTIE_SHOWN_MAX_RUN));
      g_assert_cmpuint (strlen (text), ==, sizes[i] + (sizes[i] - 1) / SORTIE_SHOWN_MAX_RUN);
    }
}

static void
test_long_run_of_wide_characters (void)
{
  g_autoptr (GString) run = g_string_new (NULL);
  g_autofree char *text = NULL;

  for (int i = 0; i < 3000; i++)
    g_string_append (run, "語");
  text = sortie_shown_text (run->str, run->len);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpuint (find_longest_run (text), <=, SORTIE_SHOWN_MAX_RUN);
}

static void
test_text (void)
{
  assert_text ("one\ntwo\r\nthree\rfour", "one\ntwo\nthree\nfour");
  assert_text ("  kept   blanks\tand tabs ", "  kept   blanks\tand tabs ");
  assert_text ("a\u202eb\ac\x1b"
               "d",
               "abcd");
  assert_text ("bad \xff", "bad \ufffd");
}

static void
test_text_with_nul (void)
{
  g_autofree char *shown = sortie_shown_text ("seen\0hidden", 11);

  g_assert_cmpstr (shown, ==, "seen");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shown-text/line/plain", test_line_plain);
  g_test_add_func ("/shown-text/line/blanks", test_line_blanks);
  g_test_add_func ("/shown-text/line/hostile", test_line_hostile);
  g_test_add_func ("/shown-text/line/limit", test_line_limit);
  g_test_add_func ("/shown-text/line/every-limit", test_line_every_limit);
  g_test_add_func ("/shown-text/long-runs", test_long_runs);
  g_test_add_func ("/shown-text/long-run-of-wide-characters", test_long_run_of_wide_characters);
  g_test_add_func ("/shown-text/text", test_text);
  g_test_add_func ("/shown-text/text-with-nul", test_text_with_nul);
  return g_test_run ();
}
