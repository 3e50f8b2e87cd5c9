/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-error.h"
#include "sortie-json.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *text;
  gsize length; /* 0: up to the NUL */
} Case;

#define BYTES(literal) literal, sizeof (literal) - 1

static const Case valid_cases[] = {
  { "null", "null" },
  { "true", "true" },
  { "false", "false" },
  { "space around", " \t\r\n null \t\r\n " },
  { "empty array", "[]" },
  { "empty array with space", "[ \n ]" },
  { "empty object", "{}" },
  { "array of all", "[null, true, false, 0, \"\", [], {}]" },
  { "nested", "{\"a\":{\"b\":[{\"c\":[[]]}]}}" },
  { "empty name", "{\"\":0}" },
  { "names that differ in case", "{\"a\":0,\"A\":1}" },
  { "same name at other levels", "{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":2}}" },
  { "zero", "0" },
  { "minus zero", "-0" },
  { "minus zero fraction", "-0.0" },
  { "integer", "1234567890" },
  { "largest integer", "9223372036854775807" },
  { "smallest integer", "-9223372036854775808" },
  { "integer that only a double holds", "9223372036854775808" },
  { "huge integer", "123456789012345678901234567890" },
  { "fraction", "3.14159" },
  { "zero fraction", "0.000" },
  { "exponent", "1e5" },
  { "capital exponent", "1E5" },
  { "exponent with plus", "1e+5" },
  { "exponent with minus", "1e-5" },
  { "exponent with zeros", "1e0005" },
  { "zero with exponent", "0e1" },
  { "underflow", "1e-400" },
  { "largest double", "1.7976931348623157e308" },
  { "empty string", "\"\"" },
  { "all escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"" },
  { "unicode escape", "\"\\u00e9\\u20AC\"" },
  { "surrogate pair", "\"\\ud83d\\uDCA9\"" },
  { "noncharacter escape", "\"\\uFFFF\"" },
  { "escaped control", "\"\\u0001\\u001f\"" },
  { "delete", "\"\x7f\"" },
  { "two-byte character", "\"\xc3\xa9\"" },
  { "three-byte character", "\"\xe2\x82\xac\"" },
  { "four-byte character", "\"\xf0\x9f\x92\xa9\"" },
  { "last code point", "\"\xf4\x8f\xbf\xbf\"" },
  { "line separator", "\"\xe2\x80\xa8\"" },
  { "byte order mark inside a string", "\"\xef\xbb\xbf\"" },
  { "comment in a string", "\"/* */ // #\"" },
};

static const Case invalid_cases[] = {
  { "nothing", "" },
  { "space only", " \n " },
  { "byte order mark", "\xef\xbb\xbf{}" },
  { "byte order mark only", "\xef\xbb\xbf" },
  { "half a byte order mark", "\xef\xbb{}" },
  { "UTF-16", BYTES ("\xff\xfe{\0}\0") },
  { "NUL alone", BYTES ("\0") },
  { "NUL after", BYTES ("{}\0") },
  { "NUL in a string", BYTES ("\"a\0b\"") },
  { "escaped NUL", "\"a\\u0000b\"" },
  { "escaped NUL in a name", "{\"a\\u0000b\":1}" },
  { "two values", "1 2" },
  { "two objects", "{}{}" },
  { "rubbish after", "[]x" },
  { "closing bracket after", "[]]" },
  { "capital word", "True" },
  { "cut word", "tru" },
  { "longer word", "nullx" },
  { "NaN", "NaN" },
  { "Infinity", "Infinity" },
  { "minus Infinity", "-Infinity" },
  { "undefined", "undefined" },
  { "bare word", "hello" },
  { "open array", "[" },
  { "open array with element", "[1" },
  { "open array after comma", "[1," },
  { "comma only", "[,]" },
  { "leading comma", "[,1]" },
  { "trailing comma", "[1,]" },
  { "double comma", "[1,,2]" },
  { "no comma", "[1 2]" },
  { "colon in array", "[1:2]" },
  { "mismatched brackets", "[1}" },
  { "mismatched braces", "{\"a\":1]" },
  { "closing only", "]" },
  { "open object", "{" },
  { "open object with name", "{\"a\"" },
  { "open object with colon", "{\"a\":" },
  { "open object with value", "{\"a\":1" },
  { "open object after comma", "{\"a\":1," },
  { "object trailing comma", "{\"a\":1,}" },
  { "object leading comma", "{,\"a\":1}" },
  { "object double comma", "{\"a\":1,,\"b\":2}" },
  { "no colon", "{\"a\" 1}" },
  { "two colons", "{\"a\"::1}" },
  { "no value", "{\"a\":}" },
  { "number as name", "{1:1}" },
  { "bare name", "{a:1}" },
  { "single quotes", "{'a':1}" },
  { "member without value", "{\"a\"}" },
  { "name twice", "{\"a\":1,\"a\":1}" },
  { "name twice, escaped once", "{\"a\":1,\"\\u0061\":2}" },
  { "empty name twice", "{\"\":1,\"\":2}" },
  { "line comment", "[1] // one" },
  { "block comment", "[/* */1]" },
  { "hash comment", "# one\n[1]" },
  { "leading zero", "01" },
  { "minus leading zero", "-01" },
  { "two zeros", "00" },
  { "minus only", "-" },
  { "minus and space", "- 1" },
  { "two minuses", "--1" },
  { "plus", "+1" },
  { "no integer part", ".5" },
  { "minus without integer part", "-.5" },
  { "no fraction", "1." },
  { "no fraction before exponent", "1.e1" },
  { "no exponent", "1e" },
  { "no exponent after sign", "1e+" },
  { "two exponents", "1e1e1" },
  { "fraction in exponent", "1e1.5" },
  { "two points", "1.2.3" },
  { "hexadecimal", "0x10" },
  { "digit separator", "1_000" },
  { "comma in number", "1,000" },
  { "wide digit", "\xef\xbc\x91" },
  { "out of range", "1e309" },
  { "out of range, negative", "-1e309" },
  { "far out of range", "[1e999999999]" },
  { "open string", "\"" },
  { "open string with text", "\"abc" },
  { "single quoted string", "'abc'" },
  { "string ends in backslash", "\"abc\\" },
  { "escaped closing quote", "\"abc\\\"" },
  { "newline in string", "\"a\nb\"" },
  { "tab in string", "\"a\tb\"" },
  { "control in string", "\"\x01\"" },
  { "last control in string", "\"\x1f\"" },
  { "escape x", "\"\\x41\"" },
  { "escape apostrophe", "\"\\'\"" },
  { "escape zero", "\"\\0\"" },
  { "escape a", "\"\\a\"" },
  { "capital U escape", "\"\\U00e9\"" },
  { "escaped newline", "\"\\\n\"" },
  { "short unicode escape", "\"\\u12\"" },
  { "short unicode escape at the end", "\"\\u12" },
  { "unicode escape without digits", "\"\\u\"" },
  { "unicode escape with other letters", "\"\\u12g4\"" },
  { "unicode escape with sign", "\"\\u+123\"" },
  { "lone high surrogate", "\"\\ud83d\"" },
  { "lone high surrogate and text", "\"\\ud83dabcdef\"" },
  { "high surrogate and escape", "\"\\ud83d\\n\"" },
  { "high surrogate twice", "\"\\ud83d\\ud83d\"" },
  { "high surrogate and other character", "\"\\ud83d\\u0041\"" },
  { "lone low surrogate", "\"\\udca9\"" },
  { "surrogates swapped", "\"\\udca9\\ud83d\"" },
  { "high surrogate at the end", "\"\\ud83d\\u" },
  { "lone surrogate in a name", "{\"\\ud83d\":1}" },
  { "lone continuation byte", "\"\x80\"" },
  { "overlong slash", "\"\xc0\xaf\"" },
  { "overlong slash in three", "\"\xe0\x80\xaf\"" },
  { "overlong slash in four", "\"\xf0\x80\x80\xaf\"" },
  { "surrogate in UTF-8", "\"\xed\xa0\x80\"" },
  { "surrogate pair in UTF-8", "\"\xed\xa0\xbd\xed\xb2\xa9\"" },
  { "beyond Unicode", "\"\xf4\x90\x80\x80\"" },
  { "five bytes", "\"\xf8\x88\x80\x80\x80\"" },
  { "cut character", "\"\xe2\x82\"" },
  { "cut character at the end", "\"\xe2\x82" },
  { "Latin-1", "\"caf\xe9\"" },
  { "byte 0xff", "\"\xff\"" },
  { "bad byte outside a string", "[\x80]" },
  { "no-break space between", "[\xc2\xa0]" },
  { "form feed between", "[\f]" },
  { "vertical tab between", "[\v]" },
  { "smart quotes", "\xe2\x80\x9c"
                    "a\xe2\x80\x9d" },
};

/* The text in memory of exactly its length, so that a read past its end is caught. */
static char *
dup_exactly (const char *text, gsize length)
{
  return length > 0 ? g_memdup2 (text, length) : g_malloc0 (1);
}

static gsize
case_length (const Case *test)
{
  return test->length > 0 ? test->length : strlen (test->text);
}

static void
test_valid (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (valid_cases); i++)
    {
      gsize length = case_length (&valid_cases[i]);
      g_autofree char *text = dup_exactly (valid_cases[i].text, length);
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = NULL;

      g_test_message ("%s", valid_cases[i].name);
      g_assert_true (sortie_json_validate (text, length, NULL, &error));
      g_assert_no_error (error);
      node = sortie_json_parse (text, length, NULL, &error);
      g_assert_no_error (error);
      g_assert_nonnull (node);
    }
}

static void
test_invalid (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (invalid_cases); i++)
    {
      gsize length = case_length (&invalid_cases[i]);
      g_autofree char *text = dup_exactly (invalid_cases[i].text, length);
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) parse_error = NULL;

      g_test_message ("%s", invalid_cases[i].name);
      g_assert_false (sortie_json_validate (text, length, NULL, &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
      g_assert_true (strstr (error->message, "byte") != NULL);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_null (sortie_json_parse (text, length, NULL, &parse_error));
      g_assert_error (parse_error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, parse_error->message);
    }
}

/* No prefix of a valid object is valid, and none makes the reader look past its end. */
static void
test_truncated (void)
{
  static const char text[] = "{\"a\":[1,-2.5e3,\"\\ud83d\\udca9 \\n\",true,false,null,{\"b\":{}}],"
                             "\"\xc3\xa9\":\"\xf0\x9f\x92\xa9\"}";

  for (gsize length = 0; length < sizeof text - 1; length++)
    {
      g_autofree char *prefix = dup_exactly (text, length);

      g_assert_false (sortie_json_validate (prefix, length, NULL, NULL));
      g_assert_null (sortie_json_parse (prefix, length, NULL, NULL));
    }
  g_assert_true (sortie_json_validate (text, sizeof text - 1, NULL, NULL));
}

static void
assert_verdict (const char *text, gsize length, const SortieJsonLimits *limits, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) parse_error = NULL;
  g_autoptr (JsonNode) node = NULL;
  gboolean valid = sortie_json_validate (text, length, limits, &error);

  node = sortie_json_parse (text, length, limits, &parse_error);
  g_assert_true (valid == (node != NULL));
  if (code < 0)
    {
      g_assert_no_error (error);
      return;
    }
  g_assert_error (error, SORTIE_ERROR, code);
  g_assert_error (parse_error, SORTIE_ERROR, code);
}

static char *
nested (gsize levels, const char *open, const char *close)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < levels; i++)
    g_string_append (text, open);
  g_string_append (text, "0");
  for (gsize i = 0; i < levels; i++)
    g_string_append (text, close);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_depth (void)
{
  static const SortieJsonLimits flat = { 1000, 0, 1000 };
  static const SortieJsonLimits endless = { G_MAXSIZE, G_MAXUINT, G_MAXUINT };
  g_autofree char *fits = nested (SORTIE_JSON_MAX_DEPTH, "[", "]");
  g_autofree char *over = nested (SORTIE_JSON_MAX_DEPTH + 1, "[", "]");
  g_autofree char *objects = nested (SORTIE_JSON_MAX_DEPTH, "{\"a\":", "}");
  g_autofree char *objects_over = nested (SORTIE_JSON_MAX_DEPTH + 1, "{\"a\":", "}");
  g_autofree char *mixed_over = nested (SORTIE_JSON_MAX_DEPTH / 2 + 1, "[{\"a\":", "}]");
  g_autofree char *abyss = nested (1000000, "[", "");
  g_autofree char *object_abyss = nested (500000, "{\"a\":", "");

  assert_verdict (fits, strlen (fits), NULL, -1);
  assert_verdict (over, strlen (over), NULL, SORTIE_ERROR_TOO_LARGE);
  assert_verdict (objects, strlen (objects), NULL, -1);
  assert_verdict (objects_over, strlen (objects_over), NULL, SORTIE_ERROR_TOO_LARGE);
  assert_verdict (mixed_over, strlen (mixed_over), NULL, SORTIE_ERROR_TOO_LARGE);
  assert_verdict (abyss, strlen (abyss), NULL, SORTIE_ERROR_TOO_LARGE);
  assert_verdict (abyss, strlen (abyss), &endless, SORTIE_ERROR_TOO_LARGE);
  assert_verdict (object_abyss, strlen (object_abyss), &endless, SORTIE_ERROR_TOO_LARGE);
  assert_verdict ("[]", 2, &flat, SORTIE_ERROR_TOO_LARGE);
  assert_verdict ("12", 2, &flat, -1);
  /* Depth is how deep, not how many. */
  assert_verdict ("[[],[],[{}],{\"a\":[]}]", 21, &(SortieJsonLimits){ 100, 3, 100 }, -1);
}

static void
test_limits (void)
{
  SortieJsonLimits limits = { 16, 4, 6 };
  g_autofree char *long_number = g_strnfill (SORTIE_JSON_MAX_NUMBER + 1, '1');
  g_autofree char *long_fraction = g_strnfill (SORTIE_JSON_MAX_NUMBER, '0');
  g_autofree char *blank = g_strnfill (17, ' ');
  g_autoptr (GString) members = g_string_new ("{");

  assert_verdict ("[1,2,3,4,5]", 11, &limits, -1);
  assert_verdict ("[1,2,3,4,5,6]", 13, &limits, SORTIE_ERROR_TOO_LARGE);
  assert_verdict ("{\"a\":1,\"b\":2}", 13, &limits, -1);
  assert_verdict ("[{\"a\":1,\"b\":2}]", 15, &limits, -1);
  assert_verdict ("[0,{\"a\":1,\"b\":2}]", 17, &limits, SORTIE_ERROR_TOO_LARGE);
  limits.max_bytes = 17;
  assert_verdict ("[0,{\"a\":1,\"b\":2}]", 17, &limits, SORTIE_ERROR_TOO_LARGE);
  limits.max_values = 7;
  assert_verdict ("[0,{\"a\":1,\"b\":2}]", 17, &limits, -1);
  assert_verdict (blank, 17, &limits, SORTIE_ERROR_INVALID);

  long_fraction[1] = '.';
  assert_verdict (long_fraction, SORTIE_JSON_MAX_NUMBER, NULL, -1);
  assert_verdict (long_number, SORTIE_JSON_MAX_NUMBER + 1, NULL, SORTIE_ERROR_TOO_LARGE);
  assert_verdict (long_number, SORTIE_JSON_MAX_NUMBER, NULL, SORTIE_ERROR_INVALID);

  for (int i = 0; i < SORTIE_JSON_MAX_MEMBERS; i++)
    g_string_append_printf (members, "%s\"%d\":0", i > 0 ? "," : "", i);
  g_string_append (members, "}");
  assert_verdict (members->str, members->len, NULL, -1);
  g_string_truncate (members, members->len - 1);
  g_string_append (members, ",\"x\":0}");
  assert_verdict (members->str, members->len, NULL, SORTIE_ERROR_TOO_LARGE);
}

/* Names chosen so that a string hash gives all of them one value ("ab" and "bA" do, and whatever is
 * made of them): what an object may hold bounds how slow its table gets. */
static void
test_colliding_names (void)
{
  g_autoptr (GString) text = g_string_new ("[");

  for (int object = 0; object < 20; object++)
    {
      g_string_append (text, object > 0 ? ",{" : "{");
      for (guint i = 0; i < SORTIE_JSON_MAX_MEMBERS; i++)
        {
          g_string_append (text, i > 0 ? ",\"" : "\"");
          for (guint bit = 0; bit < 10; bit++)
            g_string_append (text, (i >> bit & 1) != 0 ? "ab" : "bA");
          g_string_append (text, "\":0");
        }
      g_string_append_c (text, '}');
    }
  g_string_append_c (text, ']');
  assert_verdict (text->str, text->len, NULL, -1);
}

static void
test_default_bytes (void)
{
  g_autoptr (GString) text = g_string_new ("\"");

  g_string_set_size (text, SORTIE_JSON_MAX_BYTES);
  memset (text->str + 1, 'a', text->len - 2);
  text->str[text->len - 1] = '"';
  assert_verdict (text->str, text->len, NULL, -1);
  g_string_append_c (text, ' ');
  assert_verdict (text->str, text->len, NULL, SORTIE_ERROR_TOO_LARGE);
}

static JsonObject *
parse_object (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_json_parse (text, strlen (text), NULL, &error);

  g_assert_no_error (error);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  return json_node_dup_object (node);
}

static void
test_values (void)
{
  g_autoptr (JsonObject) object =
      parse_object ("{\"s\":\"a\\u00e9\\ud83d\\udca9\\n\\/\",\"i\":-42,\"max\":9223372036854775807,"
                    "\"min\":-9223372036854775808,\"big\":9223372036854775808,\"d\":2.5e-3,"
                    "\"t\":true,\"f\":false,\"n\":null,\"a\":[1,[2]],\"o\":{\"x\":\"y\"}}");
  JsonArray *array = json_object_get_array_member (object, "a");

  g_assert_cmpstr (json_object_get_string_member (object, "s"), ==, "a\xc3\xa9\xf0\x9f\x92\xa9\n/");
  g_assert_cmpint (json_object_get_int_member (object, "i"), ==, -42);
  g_assert_cmpint (json_object_get_int_member (object, "max"), ==, G_MAXINT64);
  g_assert_cmpint (json_object_get_int_member (object, "min"), ==, G_MININT64);
  g_assert_cmpfloat (json_object_get_double_member (object, "big"), ==, 9223372036854775808.0);
  g_assert_cmpfloat (json_object_get_double_member (object, "d"), ==, 0.0025);
  g_assert_true (json_object_get_boolean_member (object, "t"));
  g_assert_false (json_object_get_boolean_member (object, "f"));
  g_assert_true (json_object_get_null_member (object, "n"));
  g_assert_cmpuint (json_array_get_length (array), ==, 2);
  g_assert_cmpint (json_array_get_int_element (json_array_get_array_element (array, 1), 0), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (object, "o"), "x"),
                   ==, "y");
}

typedef struct
{
  JsonObject *object; /* (nullable): what the tree says */
  guint n;
} Expected;

static void
member_cb (const char *name, const SortieJsonMember *member, gpointer user_data)
{
  Expected *expected = user_data;
  JsonNode *node;

  expected->n++;
  if (expected->object == NULL)
    return; /* the text turns out to be invalid further on */
  node = json_object_get_member (expected->object, name);
  g_assert_nonnull (node);
  switch (member->kind)
    {
    case SORTIE_JSON_NULL:
      g_assert_true (JSON_NODE_HOLDS_NULL (node));
      break;
    case SORTIE_JSON_BOOLEAN:
      g_assert_cmpint (json_node_get_value_type (node), ==, G_TYPE_BOOLEAN);
      g_assert_true (json_node_get_boolean (node) == member->boolean);
      break;
    case SORTIE_JSON_INTEGER:
      g_assert_cmpint (json_node_get_value_type (node), ==, G_TYPE_INT64);
      g_assert_cmpint (json_node_get_int (node), ==, member->integer);
      break;
    case SORTIE_JSON_DOUBLE:
      g_assert_cmpint (json_node_get_value_type (node), ==, G_TYPE_DOUBLE);
      g_assert_cmpfloat (json_node_get_double (node), ==, member->number);
      break;
    case SORTIE_JSON_STRING:
      g_assert_cmpstr (json_node_get_string (node), ==, member->text);
      break;
    case SORTIE_JSON_TREE:
      g_assert_true (json_node_equal (node, member->node));
      break;
    default:
      g_assert_not_reached ();
    }
}

/* Members that are told one by one are those of the tree, and errors are the same. */
static void
assert_same_members (const char *bytes, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) other = NULL;
  g_autofree char *exact = g_memdup2 (bytes, length);
  g_autoptr (JsonNode) node = sortie_json_parse (exact, length, NULL, &error);
  Expected expected = { 0 };
  gboolean is_read;

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    expected.object = json_node_get_object (node);
  is_read = sortie_json_read_object (exact, length, NULL, member_cb, &expected, &other);
  g_assert_true (is_read == (expected.object != NULL));
  if (is_read)
    {
      g_assert_no_error (other);
      g_assert_cmpuint (expected.n, ==, json_object_get_size (expected.object));
    }
  else if (node != NULL)
    g_assert_error (other, SORTIE_ERROR, SORTIE_ERROR_INVALID);
  else
    {
      g_assert_error (other, SORTIE_ERROR, error->code);
      g_assert_cmpstr (other->message, ==, error->message);
    }
}

/* Rubbish that is nearly JSON: the verdicts of check and parse agree, and what was parsed can be
 * written and parsed again. */
static void
test_mutations (void)
{
  static const char seed_text[] =
      "{\"mission\":\"caf\xc3\xa9 \\ud83d\\udca9 \xf0\x9f\x92\xa9\",\"n\":[-1.5e3,0,12,[],{}],"
      "\"o\":{\"a\":true,\"b\":null,\"c\":\"\\n\\u00e9\"}}";
  static const char alphabet[] = "{}[]\",:\\u0123456789eE+-.tfn \xc3\xa9\xf0\x9f\x00\x1f";
  g_autoptr (GRand) random = g_rand_new_with_seed (20240229);
  guint accepted = 0;

  for (int round = 0; round < 20000; round++)
    {
      g_autoptr (GString) text = g_string_new_len (seed_text, sizeof seed_text - 1);
      g_autofree char *exact = NULL;
      g_autoptr (JsonNode) node = NULL;
      int n = g_rand_int_range (random, 1, 4);

      for (int i = 0; i < n && text->len > 0; i++)
        {
          gssize at = g_rand_int_range (random, 0, (gint32) text->len);
          char c = alphabet[g_rand_int_range (random, 0, sizeof alphabet - 1)];

          switch (g_rand_int_range (random, 0, 4))
            {
            case 0:
              g_string_erase (text, at, 1);
              break;
            case 1:
              g_string_insert_c (text, at, c);
              break;
            case 2:
              text->str[at] = c;
              break;
            default:
              g_string_truncate (text, (gsize) at);
            }
        }
      exact = dup_exactly (text->str, text->len);
      node = sortie_json_parse (exact, text->len, NULL, NULL);
      g_assert_true (sortie_json_validate (exact, text->len, NULL, NULL) == (node != NULL));
      assert_same_members (exact, text->len);
      if (node != NULL)
        {
          g_autofree char *written = sortie_json_node_to_string (node);
          g_autoptr (JsonNode) again = sortie_json_parse (written, strlen (written), NULL, NULL);

          g_assert_nonnull (again);
          accepted++;
        }
    }
  g_assert_cmpuint (accepted, >, 100);
}

static void
test_members (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (valid_cases); i++)
    {
      g_autofree char *object = g_strdup_printf ("{\"a\":%s,\"b\":0}", valid_cases[i].text);

      assert_same_members (valid_cases[i].text, strlen (valid_cases[i].text));
      assert_same_members (object, strlen (object));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (invalid_cases); i++)
    {
      const Case *invalid = &invalid_cases[i];
      gsize length = invalid->length > 0 ? invalid->length : strlen (invalid->text);
      g_autoptr (GString) object = g_string_new ("{\"a\":");

      assert_same_members (invalid->text, length);
      g_string_append_len (object, invalid->text, (gssize) length);
      g_string_append_c (object, '}');
      assert_same_members (object->str, object->len);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/valid", test_valid);
  g_test_add_func ("/json/invalid", test_invalid);
  g_test_add_func ("/json/truncated", test_truncated);
  g_test_add_func ("/json/depth", test_depth);
  g_test_add_func ("/json/limits", test_limits);
  g_test_add_func ("/json/default-bytes", test_default_bytes);
  g_test_add_func ("/json/colliding-names", test_colliding_names);
  g_test_add_func ("/json/values", test_values);
  g_test_add_func ("/json/members", test_members);
  g_test_add_func ("/json/mutations", test_mutations);
  return g_test_run ();
}
