/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "retrieval-fixture.h"

#include <string.h>

#include "sortie-encoding.h"

static void
assert_text (const char *source, const char *expected)
{
  g_autoptr (SortieExtract) extract = fixture_extract ("a.txt", source, -1);

  g_assert_cmpstr (extract->text->str, ==, expected);
  g_assert_cmpstr (extract->media_type, ==, "text/plain");
}

static void
assert_decodes (const char *bytes, gsize length, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = sortie_encoding_to_utf8 (bytes, length, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
assert_binary (const char *bytes, gsize length)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sortie_encoding_to_utf8 (bytes, length, NULL, &error));
  g_assert_cmpstr (error->message, ==, "binary data, not text");
}

static void
test_encodings (void)
{
  static const char *const charsets[] = { "UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE" };
  static const char *const marks[] = { "\xef\xbb\xbf", "\xff\xfe", "\xfe\xff", "\xff\xfe\0\0",
                                       "\0\0\xfe\xff" };
  static const gsize mark_lengths[] = { 3, 2, 2, 4, 4 };
  static const char *const texts[] = { "The quay is closed.\nFor good.",
                                       "Größe, naïve café: 20 €\n",
                                       "Порт закрыт с утра.\nДо вечера.",
                                       "港は朝から閉鎖されている。\nthe end", "𝄞 music 𝄞\n" };

  for (guint i = 0; i < G_N_ELEMENTS (charsets); i++)
    for (guint k = 0; k < G_N_ELEMENTS (texts); k++)
      {
        gsize length;
        g_autofree char *wide = g_convert (texts[k], -1, charsets[i], "UTF-8", NULL, &length, NULL);
        g_autofree char *marked = g_malloc (length + 4);

        memcpy (marked, marks[i], mark_lengths[i]);
        memcpy (marked + mark_lengths[i], wide, length);
        assert_decodes (wide, length, texts[k]);
        assert_decodes (marked, length + mark_lengths[i], texts[k]);
      }
}

static void
test_single_bytes (void)
{
  assert_decodes ("Gr\xf6\xdf"
                  "e",
                  5, "Größe");
  assert_decodes ("\x93quoted\x94 \x96 20 \x80", 15, "“quoted” – 20 €");
  assert_decodes ("undefined: \x81", 12, "undefined: \xef\xbf\xbd");
  /* Mostly UTF-8, with one byte gone wrong: that byte is the exception. */
  assert_decodes ("öäüß öäüß \xff öäüß", 28, "öäüß öäüß \xef\xbf\xbd öäüß");
}

static void
test_declared (void)
{
  g_autoptr (GString) text =
      sortie_encoding_to_utf8 ("\xcf\xf0\xe8\xe2\xe5\xf2", 6, "windows-1251", NULL);
  g_autoptr (GString) latin = sortie_encoding_to_utf8 ("20 \x80", 4, "ISO-8859-1", NULL);
  g_autoptr (GString) rubbish = sortie_encoding_to_utf8 ("\xe4", 1, "no-such-charset", NULL);
  g_autoptr (GString) lie = sortie_encoding_to_utf8 ("ä", 2, "windows-1251", NULL);

  g_assert_cmpstr (text->str, ==, "Привет");
  g_assert_cmpstr (latin->str, ==, "20 €");
  g_assert_cmpstr (rubbish->str, ==, "ä");
  g_assert_cmpstr (lie->str, ==, "ä");
}

static void
test_binary (void)
{
  char noise[4096];
  guint32 state = 1;

  for (gsize i = 0; i < sizeof noise; i++)
    {
      state = state * 1664525 + 1013904223;
      noise[i] = (char) (state >> 24);
    }
  assert_binary (noise, sizeof noise);
  for (gsize i = 0; i < sizeof noise; i++)
    noise[i] = noise[i] == 0 ? 1 : noise[i];
  assert_binary (noise, sizeof noise);
  assert_binary ("text with a NUL \0 in it, of odd length.", 39);
  assert_binary ("\1\2\3\4 \5\6\7", 8);
  /* Any length and cut: never a crash, always valid. */
  for (gsize length = 0; length < 200; length++)
    for (gsize start = 0; start < 8; start++)
      {
        g_autoptr (GString) text = sortie_encoding_to_utf8 (noise + start, length, NULL, NULL);

        g_assert_true (text == NULL || g_utf8_validate_len (text->str, text->len, NULL));
      }
}

static void
test_paragraphs (void)
{
  assert_text ("One line.\r\n\r\n\r\nAnother  one.\r\n", "One line.\n\nAnother one.");
  assert_text ("\n\n  \t\nfirst\n   \nsecond\f third", "first\n\nsecond\n\nthird");
  assert_text (
      "A paragraph that was wrapped by hand goes\non here, as far as the words reach, and\n"
      "ends in a short line.\n",
      "A paragraph that was wrapped by hand goes on here, as far as the words reach, and "
      "ends in a short line.");
  assert_text ("soft\xc2\xadhyphen and zero\xe2\x80\x8bwidth and\xc2\xa0"
               "a hard space",
               "softhyphen and zerowidth and a hard space");
  assert_text ("bell \a and escape \x1b[1m go", "bell and escape [1m go");
}

/* Verse, code and tables keep their lines; a line as long as a paragraph is one. */
static void
test_laid_out (void)
{
  assert_text ("Roses are red,\nviolets are blue.\n", "Roses are red,\nviolets are blue.");
  assert_text ("    if (x)\n      y ();\n    z ();\n", "if (x)\n  y ();\nz ();");
  assert_text ("name      price\nflour     12\nbread     3\n",
               "name      price\nflour     12\nbread     3");
  {
    g_autofree char *lengthy = g_strnfill (300, 'x');
    g_autofree char *source = g_strconcat (lengthy, "\n", lengthy, "\n", NULL);
    g_autofree char *expected = g_strconcat (lengthy, "\n\n", lengthy, NULL);

    assert_text (source, expected);
  }
}

static void
test_lists (void)
{
  assert_text (
      "Bring:\n- a rope\n- a lamp that burns for as long as the night lasts, and some oil\n"
      "  for it\n\n* a knife\n",
      "Bring:\n\n- a rope\n- a lamp that burns for as long as the night lasts, and some "
      "oil for it\n* a knife");
  assert_text ("1. First\n2. Second\n\n3. Third\n", "1. First\n2. Second\n3. Third");
  assert_text (
      "term\n   what it means is told in lines that stand\n   further to the right of it\n",
      "term\n\nwhat it means is told in lines that stand further to the right of it");
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
  g_autoptr (SortieExtract) extract = fixture_extract (
      "manual.txt",
      "The Manual\n**********\n\nIntroduction.\n\nPart one\n========\nText one.\n\n"
      "Detail\n------\n\nText two.\n\nPart two\n========\n\nText three.\n",
      -1);

  g_assert_cmpstr (extract->title, ==, "The Manual");
  g_assert_cmpuint (extract->blocks->len, ==, 8);
  g_assert_cmpstr (heading_of (extract, 1), ==, "The Manual");
  g_assert_cmpstr (heading_of (extract, 3), ==, "The Manual › Part one");
  g_assert_cmpstr (heading_of (extract, 5), ==, "The Manual › Part one › Detail");
  g_assert_cmpstr (heading_of (extract, 7), ==, "The Manual › Part two");
  g_assert_nonnull (strstr (extract->text->str, "Detail\n\nText two."));
}

static void
test_numbered_headings (void)
{
  g_autoptr (SortieExtract) extract = fixture_extract (
      "contract.txt",
      "GENERAL TERMS\n\nThese terms apply.\n\n1. Delivery\n\nGoods are delivered.\n\n"
      "1.2. Place of delivery\n\nAt the mill.\n\n1. one\n\n2. two\n\nEnd of it.\n",
      -1);

  g_assert_cmpstr (heading_of (extract, 1), ==, "GENERAL TERMS");
  g_assert_cmpstr (heading_of (extract, 3), ==, "1. Delivery");
  g_assert_cmpstr (heading_of (extract, 5), ==, "1. Delivery › 1.2. Place of delivery");
  g_assert_cmpint (g_array_index (extract->blocks, SortieBlock, 6).kind, ==, SORTIE_BLOCK_ITEM);
}

static void
test_empty (void)
{
  g_autofree char *empty = fixture_refuse ("a.txt", "", 0);
  g_autofree char *blank = fixture_refuse ("a.txt", " \n\t\r\n ", -1);

  g_assert_cmpstr (empty, ==, "the file is empty");
  g_assert_cmpstr (blank, ==, "it holds no text");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/extract/text/encodings", test_encodings);
  g_test_add_func ("/extract/text/single-bytes", test_single_bytes);
  g_test_add_func ("/extract/text/declared", test_declared);
  g_test_add_func ("/extract/text/binary", test_binary);
  g_test_add_func ("/extract/text/paragraphs", test_paragraphs);
  g_test_add_func ("/extract/text/laid-out", test_laid_out);
  g_test_add_func ("/extract/text/lists", test_lists);
  g_test_add_func ("/extract/text/headings", test_headings);
  g_test_add_func ("/extract/text/numbered-headings", test_numbered_headings);
  g_test_add_func ("/extract/text/empty", test_empty);
  return g_test_run ();
}
