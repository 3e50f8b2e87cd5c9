/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "retrieval-fixture.h"

#include <string.h>

static void
assert_text (const char *source, const char *expected)
{
  g_autoptr (SortieExtract) extract = fixture_extract ("a.md", source, -1);

  g_assert_cmpstr (extract->text->str, ==, expected);
  g_assert_cmpstr (extract->media_type, ==, "text/markdown");
}

static void
test_inline (void)
{
  assert_text (
      "Some *emphasis*, **strength**, ~~struck~~, `code()` and a [link](http://x.example/).",
      "Some emphasis, strength, struck, code() and a link.");
  assert_text ("An ![image of a quay](quay.png) &amp; &mdash; &#x41; &nosuch; <b>bold</b>.",
               "An image of a quay & — A &nosuch; bold.");
  assert_text ("one\ntwo  \nthree\\\nfour", "one two three four");
  assert_text ("<https://example.org/a_b>", "https://example.org/a_b");
}

static void
test_blocks (void)
{
  assert_text ("# Title\n\nText.\n\n> A quotation\n> of two lines.\n\n---\n\nMore.",
               "Title\n\nText.\n\nA quotation of two lines.\n\nMore.");
  assert_text ("- one\n- two\n  - deeper\n- three\n\n3. c\n4. d\n",
               "- one\n- two\n- deeper\n- three\n3. c\n4. d");
  assert_text ("- loose\n\n  second paragraph\n\n- next\n",
               "- loose\n\nsecond paragraph\n\n- next");
  assert_text ("```c\nint main (void)\n{\n  return 0;\n}\n```\n",
               "int main (void)\n{\n  return 0;\n}");
  assert_text ("| a | b |\n|---|---|\n| 1 | *2* |\n| 3 | 4 |\n", "a | b\n1 | 2\n3 | 4");
  assert_text ("before\n\n<div><p>raw <b>HTML</b></p><script>no ()</script></div>\n\nafter",
               "before\n\nraw HTML\n\nafter");
}

static const char *
heading_of (const SortieExtract *extract, guint block)
{
  int heading = g_array_index (extract->blocks, SortieBlock, block).heading;

  return heading >= 0 ? g_ptr_array_index (extract->headings, (guint) heading) : NULL;
}

static void
test_headings (void)
{
  g_autoptr (SortieExtract) extract =
      fixture_extract ("a.md",
                       "intro\n\n# One\n\na\n\n## Two `x`\n\nb\n\n### Three\n\nc\n\n## Four\n\nd\n",
                       -1);

  g_assert_cmpstr (extract->title, ==, "One");
  g_assert_null (heading_of (extract, 0));
  g_assert_cmpstr (heading_of (extract, 2), ==, "One");
  g_assert_cmpstr (heading_of (extract, 4), ==, "One › Two x");
  g_assert_cmpstr (heading_of (extract, 6), ==, "One › Two x › Three");
  g_assert_cmpstr (heading_of (extract, 8), ==, "One › Four");
}

static void
test_front_matter (void)
{
  g_autoptr (SortieExtract) yaml =
      fixture_extract ("a.md", "---\nauthor: me\ntitle: \"On quays\"\n---\n# H\n\ntext\n", -1);
  g_autoptr (SortieExtract) toml =
      fixture_extract ("a.md", "+++\ntitle = 'On piers'\n+++\ntext\n", -1);
  g_autoptr (SortieExtract) rule = fixture_extract ("a.md", "---\nno end of it\n", -1);

  g_assert_cmpstr (yaml->title, ==, "On quays");
  g_assert_cmpstr (yaml->text->str, ==, "H\n\ntext");
  g_assert_cmpstr (toml->title, ==, "On piers");
  g_assert_cmpstr (toml->text->str, ==, "text");
  g_assert_cmpstr (rule->text->str, ==, "no end of it");
}

static void
test_large (void)
{
  g_autoptr (GString) source = g_string_new ("# Large\n\n");
  g_autoptr (SortieExtract) extract = NULL;

  /* More than is read in the process itself: the helper gives the same. */
  for (guint i = 0; i < 5000; i++)
    g_string_append_printf (source, "Paragraph *number* %u of many.\n\n", i);
  extract = fixture_extract ("a.md", source->str, (gssize) source->len);
  g_assert_cmpstr (extract->title, ==, "Large");
  g_assert_cmpuint (extract->blocks->len, ==, 5001);
  g_assert_nonnull (strstr (extract->text->str, "Paragraph number 4999 of many."));
  g_assert_cmpstr (extract->media_type, ==, "text/markdown");
}

/* Inputs on which parsers spend far more time or memory than the file has bytes. */
static void
test_hostile (void)
{
  static const char *const units[] = { "[",   "![",   "<", "`",  "*a ",   "_a*",
                                       "- ",  "> ",   "|", "&",  "<!--",  "<?",
                                       "[](", "[a][", "(", "\\", "\n| |", "a\n---\n" };
  g_autoptr (GString) table = g_string_new (NULL);
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    {
      g_autoptr (GString) source = g_string_new (NULL);
      g_autoptr (GBytes) content = NULL;
      g_autoptr (SortieExtract) extract = NULL;

      while (source->len < 60 * 1024)
        g_string_append (source, units[i]);
      content = g_string_free_to_bytes (g_steal_pointer (&source));
      extract = sortie_extract_document ("a.md", content, NULL, NULL);
      g_assert_true (extract == NULL || extract->text->len <= 200 * 1024);
    }
  /* Newer versions of md4c take 128 columns at most. */
  for (guint i = 0; i < 128; i++)
    g_string_append (table, "|a");
  g_string_append (table, "|\n");
  for (guint i = 0; i < 128; i++)
    g_string_append (table, "|---");
  for (guint i = 0; i < 10000; i++)
    g_string_append (table, "|\n|b");
  {
    g_autofree char *reason = fixture_refuse ("a.md", table->str, (gssize) table->len);

    g_assert_cmpstr (reason, ==, "its Markdown unfolds beyond all measure");
  }
  g_test_message ("took %.1f s", (double) (g_get_monotonic_time () - start) / 1e6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/extract/markdown/inline", test_inline);
  g_test_add_func ("/extract/markdown/blocks", test_blocks);
  g_test_add_func ("/extract/markdown/headings", test_headings);
  g_test_add_func ("/extract/markdown/front-matter", test_front_matter);
  g_test_add_func ("/extract/markdown/large", test_large);
  g_test_add_func ("/extract/markdown/hostile", test_hostile);
  return g_test_run ();
}
