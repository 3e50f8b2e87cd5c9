/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "retrieval-fixture.h"

#include <string.h>

static void
assert_text (const char *source, const char *expected)
{
  g_autoptr (SortieExtract) extract = fixture_extract ("a.html", source, -1);

  g_assert_cmpstr (extract->text->str, ==, expected);
  g_assert_cmpstr (extract->media_type, ==, "text/html");
}

static void
test_blocks (void)
{
  assert_text ("<p>One <em>two</em>\n three.<p>Four<br>five.<br><br>Six.<div>seven</div>eight",
               "One two three.\n\nFour five.\n\nSix.\n\nseven\n\neight");
  assert_text ("<ul><li>a<li>b<ol><li>c</li><li>d</li></ol></li></ul><p>end",
               "- a\n- b\n1. c\n2. d\n\nend");
  assert_text ("<table><tr><th>name<th>price</tr><tr><td><p>flour</p><td>12</table>after",
               "name | price\nflour | 12\n\nafter");
  assert_text ("<pre>int x;\n  x = 1;\n</pre>", "int x;\n  x = 1;");
  assert_text ("<p>&lt;tag&gt; &amp; &eacute;&#8364;&nbsp;<q>said</q>", "<tag> & é€ “said”");
}

static void
test_dropped (void)
{
  assert_text (
      "<html><head><title>T</title><style>p{}</style><script>x()</script></head><body>"
      "<nav><a href=x>Home</a></nav><div role=navigation>menu</div>"
      "<div class='big navbar'>bar</div><p hidden>hidden</p><noscript>no</noscript>"
      "<h1>Head<a class=headerlink href=#h>¶</a></h1><p>Text<!-- comment -->.</p>"
      "<select><option>o</option></select><script>if (a < b) document.write('<p>x')</script>"
      "<svg><text>s</text></svg><footer>Foot</footer></body></html>",
      "Head\n\nText.\n\nFoot");
  /* A page of nothing but navigation is read as one. */
  assert_text ("<body><nav><ul><li>One<li>Two</ul></nav>", "- One\n- Two");
}

static void
test_title (void)
{
  g_autoptr (SortieExtract) title =
      fixture_extract ("a.html", "<title> The \n title </title><h1>Heading</h1><p>x", -1);
  g_autoptr (SortieExtract) heading = fixture_extract ("a.html", "<h2>Heading</h2><p>x", -1);
  g_autoptr (SortieExtract) neither = fixture_extract ("a.html", "<p>x", -1);

  g_assert_cmpstr (title->title, ==, "The title");
  g_assert_cmpstr (heading->title, ==, "Heading");
  g_assert_null (neither->title);
}

static void
test_headings (void)
{
  g_autoptr (SortieExtract) extract =
      fixture_extract ("a.html", "<h1>One</h1><p>a<h3>Two</h3><p>b<h2>Three</h2><p>c", -1);

  g_assert_cmpuint (extract->headings->len, ==, 3);
  g_assert_cmpstr (g_ptr_array_index (extract->headings, 1), ==, "One › Two");
  g_assert_cmpstr (g_ptr_array_index (extract->headings, 2), ==, "One › Three");
}

static void
test_encodings (void)
{
  /* No declaration: UTF-8 where it is, Windows-1252 where it isn't. */
  assert_text ("<p>Größe", "Größe");
  assert_text ("<p>Gr\xf6\xdf"
               "e",
               "Größe");
  assert_text ("<meta charset=windows-1251><p>\xcf\xee\xf0\xf2", "Порт");
  assert_text ("<?xml version='1.0' encoding='koi8-r'?><html><p>\xf0\xcf\xd2\xd4", "Порт");
  /* The declaration is wrong. */
  assert_text ("<meta charset=iso-8859-1><p>Größe", "Größe");
}

/* Content is looked at before the name. */
static void
test_sniffed (void)
{
  g_autoptr (SortieExtract) extract =
      fixture_extract ("page.txt", "<!-- x -->\n <!DOCTYPE html><html><p>text", -1);
  g_autoptr (SortieExtract) code = fixture_extract ("a.txt", "if (a <b> c) return;", -1);

  g_assert_cmpstr (extract->media_type, ==, "text/html");
  g_assert_cmpstr (extract->text->str, ==, "text");
  g_assert_cmpstr (code->media_type, ==, "text/plain");
}

static void
test_nested (void)
{
  g_autoptr (GString) source = g_string_new (NULL);
  g_autofree char *reason = NULL;

  for (guint i = 0; i < 10000; i++)
    g_string_append (source, "<div>");
  g_string_append (source, "deep");
  reason = fixture_refuse ("a.html", source->str, -1);
  g_assert_nonnull (strstr (reason, "nested"));
}

static void
test_hostile (void)
{
  static const char *const units[] = { "<",     "<a ",       "<!",       "<!--",  "&",       "&#x",
                                       "</",    "<a b=\"",   "<p>",      "<li>",  "<b></i>", "<td>",
                                       "<x y=", "<![CDATA[", "\xef\xbf", "<pre>", "<title>" };
  g_autoptr (GString) attributes = g_string_new ("<p ");
  g_autofree char *entities =
      g_strdup ("<!DOCTYPE html [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">"
                "<!ENTITY c \"&b;&b;&b;&b;&b;&b;\"><!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
                "<html><p>&c;&x; end");
  g_autoptr (SortieExtract) bomb = fixture_extract ("a.html", entities, -1);

  g_assert_cmpuint (bomb->text->len, <, 400);
  g_assert_null (strstr (bomb->text->str, "root:"));
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    {
      g_autoptr (GString) source = g_string_new ("<html>");
      g_autoptr (GBytes) content = NULL;
      g_autoptr (SortieExtract) extract = NULL;

      while (source->len < 60 * 1024)
        g_string_append (source, units[i]);
      content = g_string_free_to_bytes (g_steal_pointer (&source));
      extract = sortie_extract_document ("a.html", content, NULL, NULL);
      g_assert_true (extract == NULL || g_utf8_validate (extract->text->str, -1, NULL));
    }
  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (attributes, "a%u ", i);
  g_string_append (attributes, ">text");
  {
    g_autoptr (SortieExtract) extract = fixture_extract ("a.html", attributes->str, -1);

    g_assert_cmpstr (extract->text->str, ==, "text");
  }
}

static void
test_large (void)
{
  g_autoptr (GString) source = g_string_new ("<title>Large</title>");
  g_autoptr (SortieExtract) extract = NULL;

  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (source, "<p>Paragraph %u.", i);
  extract = fixture_extract ("a.html", source->str, -1);
  g_assert_cmpuint (extract->blocks->len, ==, 20000);
  g_assert_cmpstr (extract->title, ==, "Large");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/extract/html/blocks", test_blocks);
  g_test_add_func ("/extract/html/dropped", test_dropped);
  g_test_add_func ("/extract/html/title", test_title);
  g_test_add_func ("/extract/html/headings", test_headings);
  g_test_add_func ("/extract/html/encodings", test_encodings);
  g_test_add_func ("/extract/html/sniffed", test_sniffed);
  g_test_add_func ("/extract/html/nested", test_nested);
  g_test_add_func ("/extract/html/hostile", test_hostile);
  g_test_add_func ("/extract/html/large", test_large);
  return g_test_run ();
}
