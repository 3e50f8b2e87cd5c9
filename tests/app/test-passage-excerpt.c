/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-passage-excerpt.h"

#include <string.h>

static void
check (const char *passage,
       gint64 offset,
       const char *quote,
       guint context,
       const char *text,
       const char *marked)
{
  g_autoptr (SortiePassageExcerpt) excerpt =
      sortie_passage_excerpt_new (passage, offset, quote, context);
  g_autofree char *found =
      g_strndup (excerpt->text + excerpt->start, excerpt->end - excerpt->start);

  g_assert_cmpstr (excerpt->text, ==, text);
  g_assert_cmpstr (found, ==, marked);
}

static void
test_place (void)
{
  check ("One. Two. Three.", 5, "Two.", 100, "One. Two. Three.", "Two.");
  check ("Two. Two. Two.", 5, "Two.", 100, "Two. Two. Two.", "Two.");
  check ("One. Two. Three.", 3, "Two.", 100, "One. Two. Three.", "Two."); /* looked for */
  check ("One. Two. Three.", -1, "Two.", 100, "One. Two. Three.", "Two.");
  check ("One. Two. Three.", 999, "Two.", 100, "One. Two. Three.", "Two.");
}

static void
test_context (void)
{
  check ("alpha beta gamma QUOTE delta epsilon zeta", 17, "QUOTE", 8, "… gamma QUOTE delta…",
         "QUOTE");
  check ("äöü QUOTE äöü", 7, "QUOTE", 2, "… QUOTE…", "QUOTE");
  check ("a\nb QUOTE\nc\td", -1, "QUOTE", 99, "a b QUOTE c d", "QUOTE");
}

static void
test_without (void)
{
  check (NULL, 0, "QUOTE", 9, "QUOTE", "QUOTE");
  check ("another passage", 0, "QUOTE", 9, "QUOTE", "QUOTE");
  check ("a passage", 0, NULL, 99, "a passage", "");
  check (NULL, 0, NULL, 9, "", "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passage-excerpt/place", test_place);
  g_test_add_func ("/passage-excerpt/context", test_context);
  g_test_add_func ("/passage-excerpt/without", test_without);
  return g_test_run ();
}
