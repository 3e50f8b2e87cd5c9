/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "retrieval-fixture.h"

#include <string.h>

static GBytes *
gzip (const char *bytes, gsize length)
{
  g_autoptr (GConverter) converter =
      G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
  GByteArray *out = g_byte_array_new ();
  gsize taken = 0;
  GConverterResult result;

  do
    {
      guint8 buffer[16384];
      gsize n_read;
      gsize n_written;
      g_autoptr (GError) error = NULL;

      result = g_converter_convert (converter, bytes + taken, length - taken, buffer, sizeof buffer,
                                    G_CONVERTER_INPUT_AT_END, &n_read, &n_written, &error);
      g_assert_no_error (error);
      taken += n_read;
      g_byte_array_append (out, buffer, (guint) n_written);
    }
  while (result != G_CONVERTER_FINISHED);
  return g_byte_array_free_to_bytes (out);
}

static char *
refuse_bytes (const char *name, GBytes *content)
{
  return fixture_refuse (name, g_bytes_get_data (content, NULL),
                         (gssize) g_bytes_get_size (content));
}

static void
assert_gzip (const char *name, const char *source, const char *media_type, const char *expected)
{
  g_autoptr (GBytes) packed = gzip (source, strlen (source));
  g_autoptr (SortieExtract) extract =
      fixture_extract (name, g_bytes_get_data (packed, NULL), (gssize) g_bytes_get_size (packed));

  g_assert_cmpstr (extract->media_type, ==, media_type);
  g_assert_cmpstr (extract->text->str, ==, expected);
}

static void
test_gzip (void)
{
  assert_gzip ("a.txt.gz", "Plain text of some length.", "text/plain",
               "Plain text of some length.");
  assert_gzip ("a.md.gz", "# Head\n\n*text*\n", "text/markdown", "Head\n\ntext");
  assert_gzip ("a.html.gz", "<p>A <b>page</b> here.", "text/html", "A page here.");
  assert_gzip ("no-suffix", "<!DOCTYPE html><p>A page.", "text/html", "A page.");
}

static void
test_gzip_members (void)
{
  g_autoptr (GBytes) first = gzip ("First half, ", 12);
  g_autoptr (GBytes) second = gzip ("second half.", 12);
  g_autoptr (GByteArray) both = g_byte_array_new ();
  g_autoptr (SortieExtract) extract = NULL;

  g_byte_array_append (both, g_bytes_get_data (first, NULL), (guint) g_bytes_get_size (first));
  g_byte_array_append (both, g_bytes_get_data (second, NULL), (guint) g_bytes_get_size (second));
  extract = fixture_extract ("a.gz", (const char *) both->data, both->len);
  g_assert_cmpstr (extract->text->str, ==, "First half, second half.");
}

/* Every truncation of a gzip file is refused, and so is what does not check out. */
static void
test_gzip_damaged (void)
{
  g_autoptr (GBytes) packed = gzip ("Some text that is packed here for the test.", 43);
  gsize length;
  const char *bytes = g_bytes_get_data (packed, &length);

  for (gsize cut = 2; cut < length; cut++)
    {
      g_autofree char *reason = fixture_refuse ("a.txt.gz", bytes, (gssize) cut);

      g_assert_cmpstr (reason, ==, "damaged gzip file");
    }
  for (gsize i = 10; i < length; i++)
    {
      g_autofree char *broken = g_memdup2 (bytes, length);
      g_autoptr (GBytes) content = NULL;
      g_autoptr (SortieExtract) extract = NULL;

      broken[i] = (char) (broken[i] ^ 0x55);
      content = g_bytes_new (broken, length);
      extract = sortie_extract_document ("a.txt.gz", content, NULL, NULL);
    }
}

static void
test_gzip_bomb (void)
{
  gsize length = (gsize) SORTIE_EXTRACT_MAX_FILE + 1;
  char *zeros = g_malloc (length);
  g_autoptr (GBytes) packed = NULL;
  g_autofree char *reason = NULL;

  memset (zeros, 'a', length);
  packed = gzip (zeros, length);
  g_free (zeros);
  g_assert_cmpuint (g_bytes_get_size (packed), <, 128 * 1024);
  reason = refuse_bytes ("bomb.txt.gz", packed);
  g_assert_cmpstr (reason, ==, "unfolds to more than 64 MiB");
}

static void
test_unreadable (void)
{
  static const struct
  {
    const char *bytes;
    gssize length;
    const char *reason;
  } cases[] = {
    { "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16, "it is a PNG image, which is not read" },
    { "PK\003\004 and so on", 14,
      "it is a ZIP archive or an office document of a kind that is not read" },
    { "\x7f"
      "ELF\2\1\1\0",
      8, "it is a program, which is not read" },
    { "%PDF-1.7\nbut nothing else", 25, "damaged PDF" },
    { "%PDF-", 5, "damaged PDF" },
    { "\0\0\0\0\0\0\0\0\0", 9, "binary data, not text" },
    { "\0", 1, "binary data, not text" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *reason = fixture_refuse ("a.txt", cases[i].bytes, cases[i].length);

      g_assert_cmpstr (reason, ==, cases[i].reason);
    }
}

static void
test_for_programs (void)
{
  g_autofree char *line = g_strnfill (6000, 'x');
  g_autofree char *reason = fixture_refuse ("searchindex.js", line, -1);
  g_autofree char *style = fixture_refuse ("theme.CSS", "body { color: red; }\n", -1);
  g_autoptr (SortieExtract) prose = fixture_extract ("a.txt", line, -1);
  g_autoptr (SortieExtract) script = fixture_extract ("a.js", "let x = 1;\nlet y = 2;\n", -1);

  g_assert_cmpstr (reason, ==, "it is data for programs, not text to read");
  g_assert_cmpstr (style, ==, reason);
  g_assert_cmpuint (prose->text->len, ==, 6000);
  g_assert_nonnull (script);
}

static void
test_too_many_paragraphs (void)
{
  g_autoptr (GString) source = g_string_sized_new (4 * SORTIE_EXTRACT_MAX_BLOCKS);
  g_autofree char *reason = NULL;

  for (guint i = 0; i <= SORTIE_EXTRACT_MAX_BLOCKS; i++)
    g_string_append (source, "a\n\n");
  reason = fixture_refuse ("a.txt", source->str, (gssize) source->len);
  g_assert_nonnull (strstr (reason, "paragraphs"));
}

/* Headings beyond the limit are paragraphs, and none makes a heading path without end. */
static void
test_many_headings (void)
{
  g_autoptr (GString) source = g_string_new (NULL);
  g_autofree char *lengthy = g_strnfill (10000, 'h');
  g_autoptr (SortieExtract) extract = NULL;

  for (guint i = 1; i <= 6; i++)
    g_string_append_printf (source, "%.*s %s\n\ntext\n\n", (int) i, "######", lengthy);
  extract = fixture_extract ("a.md", source->str, (gssize) source->len);
  for (guint i = 0; i < extract->headings->len; i++)
    g_assert_cmpuint (strlen (g_ptr_array_index (extract->headings, i)), <=,
                      6 * (SORTIE_EXTRACT_MAX_HEADING + 10));
  g_assert_cmpuint (strlen (extract->title), <=, SORTIE_EXTRACT_MAX_TITLE + 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/extract/document/gzip", test_gzip);
  g_test_add_func ("/extract/document/gzip-members", test_gzip_members);
  g_test_add_func ("/extract/document/gzip-damaged", test_gzip_damaged);
  g_test_add_func ("/extract/document/gzip-bomb", test_gzip_bomb);
  g_test_add_func ("/extract/document/unreadable", test_unreadable);
  g_test_add_func ("/extract/document/for-programs", test_for_programs);
  g_test_add_func ("/extract/document/too-many-paragraphs", test_too_many_paragraphs);
  g_test_add_func ("/extract/document/many-headings", test_many_headings);
  return g_test_run ();
}
