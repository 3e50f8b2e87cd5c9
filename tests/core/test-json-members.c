/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-error.h"
#include "sortie-json.h"

#include <math.h>
#include <string.h>

static JsonObject *
parse_object (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_json_parse (text, strlen (text), NULL, &error);

  g_assert_no_error (error);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  return json_node_dup_object (node);
}

/* A comma for the decimal point must change nothing, whatever the process's locale is. */
static void
test_numbers_are_exact (void)
{
  static const double values[] = {
    0.1,  1.0 / 3, 1e22, 123456.789, 5e-324, 1.7976931348623157e308, -2.5, 0.30000000000000004,
    1e-7, 100
  };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (GString) text = g_string_new ("{");
      g_autoptr (JsonObject) object = NULL;

      sortie_json_append_member_double (text, "d", values[i]);
      g_string_append_c (text, '}');
      object = parse_object (text->str);
      g_assert_true (json_object_get_double_member (object, "d") == values[i]);
    }
}

static void
assert_message (GError **error, int code, const char *part)
{
  g_assert_error (*error, SORTIE_ERROR, code);
  g_assert_true (strstr ((*error)->message, part) != NULL);
  g_clear_error (error);
}

static void
test_members (void)
{
  g_autoptr (JsonObject) object =
      parse_object ("{\"s\":\"text\",\"i\":7,\"whole\":8.0,\"half\":8.5,\"far\":1e300,\"b\":true,"
                    "\"n\":null,\"a\":[],\"o\":{}}");
  g_autoptr (GError) error = NULL;
  const char *text = "untouched";
  gint64 number = 99;
  gboolean flag = 42;
  JsonArray *array = NULL;
  JsonObject *inner = NULL;

  g_assert_true (sortie_json_get_string (object, "none", FALSE, &text, &error));
  g_assert_true (sortie_json_get_string (object, "n", FALSE, &text, &error));
  g_assert_cmpstr (text, ==, "untouched");
  g_assert_false (sortie_json_get_string (object, "none", TRUE, &text, &error));
  assert_message (&error, SORTIE_ERROR_INVALID, "'none' is missing");
  g_assert_false (sortie_json_get_string (object, "n", TRUE, &text, &error));
  assert_message (&error, SORTIE_ERROR_INVALID, "'n' is missing");
  g_assert_false (sortie_json_get_string (object, "i", FALSE, &text, &error));
  assert_message (&error, SORTIE_ERROR_INVALID, "'i' must be a string");
  g_assert_cmpstr (text, ==, "untouched");
  g_assert_true (sortie_json_get_string (object, "s", TRUE, &text, NULL));
  g_assert_cmpstr (text, ==, "text");

  g_assert_false (sortie_json_get_integer (object, "i", TRUE, 8, 10, &number, &error));
  assert_message (&error, SORTIE_ERROR_INVALID, "'i' must be an integer from 8 to 10");
  g_assert_false (sortie_json_get_integer (object, "half", TRUE, 0, 10, &number, &error));
  assert_message (&error, SORTIE_ERROR_INVALID, "'half'");
  g_assert_false (
      sortie_json_get_integer (object, "far", TRUE, G_MININT64, G_MAXINT64, &number, &error));
  assert_message (&error, SORTIE_ERROR_INVALID, "'far'");
  g_assert_false (sortie_json_get_integer (object, "s", FALSE, 0, 10, &number, &error));
  assert_message (&error, SORTIE_ERROR_INVALID, "'s'");
  g_assert_false (sortie_json_get_integer (object, "b", FALSE, 0, 10, &number, &error));
  assert_message (&error, SORTIE_ERROR_INVALID, "'b'");
  g_assert_cmpint (number, ==, 99);
  g_assert_true (sortie_json_get_integer (object, "i", TRUE, 7, 7, &number, NULL));
  g_assert_cmpint (number, ==, 7);
  g_assert_true (sortie_json_get_integer (object, "whole", TRUE, 0, 10, &number, NULL));
  g_assert_cmpint (number, ==, 8);

  g_assert_false (sortie_json_get_boolean (object, "i", FALSE, &flag, &error));
  assert_message (&error, SORTIE_ERROR_INVALID, "'i' must be true or false");
  g_assert_cmpint (flag, ==, 42);
  g_assert_true (sortie_json_get_boolean (object, "b", TRUE, &flag, NULL));
  g_assert_cmpint (flag, ==, TRUE);

  g_assert_false (sortie_json_get_array (object, "o", FALSE, &array, &error));
  assert_message (&error, SORTIE_ERROR_INVALID, "'o' must be an array");
  g_assert_null (array);
  g_assert_true (sortie_json_get_array (object, "a", TRUE, &array, NULL));
  g_assert_nonnull (array);
  g_assert_false (sortie_json_get_object (object, "a", FALSE, &inner, &error));
  assert_message (&error, SORTIE_ERROR_INVALID, "'a' must be an object");
  g_assert_null (inner);
  g_assert_true (sortie_json_get_object (object, "o", TRUE, &inner, NULL));
  g_assert_nonnull (inner);
}

static void
test_unknown_members (void)
{
  static const char *const allowed[] = { "a", "b", NULL };
  g_autofree char *name = g_strnfill (5000, 'x');
  g_autofree char *text = g_strdup_printf ("{\"a\":1,\"%s\":2}", name);
  g_autoptr (JsonObject) fine = parse_object ("{\"b\":1,\"a\":2}");
  g_autoptr (JsonObject) odd = parse_object ("{\"b\":1,\"c\":2,\"d\":3}");
  g_autoptr (JsonObject) odd_long = parse_object (text);
  g_autoptr (GError) error = NULL;

  g_assert_true (sortie_json_check_members (fine, allowed, &error));
  g_assert_no_error (error);
  g_assert_false (sortie_json_check_members (odd, allowed, &error));
  assert_message (&error, SORTIE_ERROR_INVALID, "'c'");
  g_assert_false (sortie_json_check_members (odd_long, allowed, &error));
  g_assert_cmpuint (strlen (error->message), <, 200);
}

static void
test_append_string (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  sortie_json_append_string (out, "a\"b\\c/\n\r\t\x01\x1f\x7f");
  g_assert_cmpstr (out->str, ==, "\"a\\\"b\\\\c/\\n\\r\\t\\u0001\\u001f\\u007f\"");
  g_string_truncate (out, 0);
  sortie_json_append_string (out, "\xc3\xa9\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa\xc2\x85\xc2\xa0"
                                  "\xf0\x9f\x92\xa9");
  g_assert_cmpstr (out->str, ==,
                   "\"\xc3\xa9\\u2028\\u2029\xe2\x80\xaa\\u0085\xc2\xa0\xf0\x9f\x92\xa9\"");
  g_string_truncate (out, 0);
  sortie_json_append_string_len (out, "abc", 2);
  sortie_json_append_string_len (out, "", 0);
  g_assert_cmpstr (out->str, ==, "\"ab\"\"\"");
}

/* Every character there is comes back as it went, and never breaks a line. */
static void
test_append_every_character (void)
{
  for (gunichar first = 1; first < 0x110000; first += 0x1000)
    {
      g_autoptr (GString) in = g_string_new (NULL);
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (JsonNode) node = NULL;

      for (gunichar c = first; c < first + 0x1000 && c < 0x110000; c++)
        if (c < 0xD800 || c > 0xDFFF)
          g_string_append_unichar (in, c);
      sortie_json_append_string_len (out, in->str, in->len);
      g_assert_null (strpbrk (out->str, "\r\n"));
      g_assert_null (strstr (out->str, "\xe2\x80\xa8"));
      node = sortie_json_parse (out->str, out->len, NULL, NULL);
      g_assert_nonnull (node);
      g_assert_cmpstr (json_node_get_string (node), ==, in->str);
    }
}

static void
test_append_members (void)
{
  g_autoptr (GString) out = g_string_new ("{");

  sortie_json_append_member_string (out, "s", "x{");
  sortie_json_append_member_int (out, "i", G_MININT64);
  sortie_json_append_member_double (out, "d", 0.5);
  sortie_json_append_member_double (out, "nan", NAN);
  sortie_json_append_member_bool (out, "t", TRUE);
  sortie_json_append_member_bool (out, "f", FALSE);
  sortie_json_append_member_raw (out, "raw", "[1]");
  sortie_json_append_member_string (out, "none", NULL);
  sortie_json_append_name (out, "a\"");
  g_string_append_c (out, '[');
  sortie_json_append_separator (out);
  sortie_json_append_string (out, "[");
  sortie_json_append_separator (out);
  g_string_append (out, "{");
  sortie_json_append_member_int (out, "x", 1);
  g_string_append (out, "}]}");
  g_assert_cmpstr (out->str, ==,
                   "{\"s\":\"x{\",\"i\":-9223372036854775808,\"d\":0.5,\"nan\":null,\"t\":true,"
                   "\"f\":false,\"raw\":[1],\"none\":null,\"a\\\"\":[\"[\",{\"x\":1}]}");
  g_assert_true (sortie_json_validate (out->str, out->len, NULL, NULL));
}

static void
test_node_to_string (void)
{
  static const char text[] = "{\"z\":1,\"a\":[null,true,false,-5,0.1,\"\\u2028\\\"\",[],{}],"
                             "\"m\":{\"b\":{},\"a\":[[1,2],[3]]}}";
  g_autoptr (JsonNode) node = sortie_json_parse (text, sizeof text - 1, NULL, NULL);
  g_autofree char *written = sortie_json_node_to_string (node);

  g_assert_cmpstr (written, ==, text);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-members/numbers-are-exact", test_numbers_are_exact);
  g_test_add_func ("/json-members/members", test_members);
  g_test_add_func ("/json-members/unknown-members", test_unknown_members);
  g_test_add_func ("/json-members/append-string", test_append_string);
  g_test_add_func ("/json-members/append-every-character", test_append_every_character);
  g_test_add_func ("/json-members/append-members", test_append_members);
  g_test_add_func ("/json-members/node-to-string", test_node_to_string);
  return g_test_run ();
}
