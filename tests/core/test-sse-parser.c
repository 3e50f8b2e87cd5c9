/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-sse-parser.h"

#include <string.h>

/* Inputs up to this long are fed in every two-way split. */
#define SPLIT_LIMIT 300

/* Stands for U+0000 in the case file, which our JSON reader does not let in. */
#define NUL_STAND_IN "\xEE\x80\x80"

typedef struct
{
  SortieSseParser *parser;
  GString *seen; /* each event as type, data and ID, with their lengths */
  guint n_events;
} Sink;

static void
append_event (GString *out,
              const char *type,
              gsize type_length,
              const char *data,
              gsize length,
              const char *id)
{
  g_string_append_printf (out, "event %zu ", type_length);
  g_string_append_len (out, type, (gssize) type_length);
  g_string_append_printf (out, " data %zu ", length);
  g_string_append_len (out, data, (gssize) length);
  g_string_append_printf (out, " id %s\n", id);
}

static void
collect_cb (
    const char *type, const char *data, gsize length, const char *last_event_id, gpointer user_data)
{
  Sink *sink = user_data;

  g_assert_cmpint (data[length], ==, '\0');
  g_assert_true (g_utf8_validate (last_event_id, -1, NULL));
  append_event (sink->seen, type, sortie_sse_parser_get_type_length (sink->parser), data, length,
                last_event_id);
  sink->n_events++;
}

static void
sink_init (Sink *sink)
{
  sink->parser = sortie_sse_parser_new (collect_cb, sink);
  sink->seen = g_string_new (NULL);
  sink->n_events = 0;
}

static void
sink_clear (Sink *sink)
{
  sortie_sse_parser_free (sink->parser);
  g_string_free (sink->seen, TRUE);
}

/* What came out, with the parser's state at the end; pieces are fed from memory of their own, so that
 * a read past one is caught. */
static char *
parse_in_pieces (const char *wire, gsize length, gsize first, gsize piece)
{
  Sink sink;
  gsize at = 0;
  char *result;

  sink_init (&sink);
  while (at < length)
    {
      gsize size = MIN (at == 0 && first > 0 ? first : piece, length - at);
      g_autofree char *copy = g_memdup2 (wire + at, size);
      g_autoptr (GError) error = NULL;

      sortie_sse_parser_feed (sink.parser, copy, size, &error);
      g_assert_no_error (error);
      at += size;
    }
  g_string_append_printf (sink.seen, "last %s retry %" G_GINT64_FORMAT,
                          sortie_sse_parser_get_last_event_id (sink.parser),
                          sortie_sse_parser_get_retry (sink.parser));
  for (gsize i = 0; i < sink.seen->len; i++)
    if (sink.seen->str[i] == '\0')
      sink.seen->str[i] = '\x01';
  result = g_strdup (sink.seen->str);
  sink_clear (&sink);
  return result;
}

/* The same result whole, in pieces of 1, 2 and 3 bytes, and for short inputs in every two pieces. */
static void
assert_parses (const char *wire, gsize length, const char *expected)
{
  g_autofree char *whole = parse_in_pieces (wire, length, 0, MAX (length, 1));

  g_assert_cmpstr (whole, ==, expected);
  for (gsize piece = 1; piece <= 3; piece++)
    {
      g_autofree char *result = parse_in_pieces (wire, length, 0, piece);

      g_assert_cmpstr (result, ==, expected);
    }
  for (gsize cut = 1; length < SPLIT_LIMIT && cut < length; cut++)
    {
      g_autofree char *result = parse_in_pieces (wire, length, cut, length);

      g_assert_cmpstr (result, ==, expected);
    }
}

static void
append_unescaped (GString *out, const char *text)
{
  while (*text != '\0')
    {
      char c = *text++;

      if (c != '\\')
        {
          g_string_append_c (out, c);
          continue;
        }
      c = *text++;
      if (c == 'x')
        {
          g_string_append_c (out, (char) (g_ascii_xdigit_value (text[0]) * 16 +
                                          g_ascii_xdigit_value (text[1])));
          text += 2;
        }
      else
        g_string_append_c (out, c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : '\\');
    }
}

static GString *
build_wire (JsonArray *chunks)
{
  GString *wire = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (chunks); i++)
    {
      JsonNode *chunk = json_array_get_element (chunks, i);
      JsonObject *repeated;

      if (JSON_NODE_HOLDS_VALUE (chunk))
        {
          append_unescaped (wire, json_node_get_string (chunk));
          continue;
        }
      repeated = json_node_get_object (chunk);
      for (gint64 n = json_object_get_int_member (repeated, "times"); n > 0; n--)
        append_unescaped (wire, json_object_get_string_member (repeated, "repeat"));
    }
  return wire;
}

/* The text of a member with U+0000 put back. */
static GString *
get_text (JsonObject *object, const char *member)
{
  GString *text = g_string_new (json_object_get_string_member (object, member));
  char *at;

  while ((at = strstr (text->str, NUL_STAND_IN)) != NULL)
    {
      g_string_erase (text, at - text->str, 3);
      g_string_insert_c (text, at - text->str, '\x01');
    }
  return text;
}

static char *
build_expected (JsonObject *expected)
{
  g_autoptr (GString) out = g_string_new (NULL);
  JsonArray *events = json_object_get_array_member (expected, "events");
  JsonNode *retry = json_object_get_member (expected, "retry");
  gint64 milliseconds = -1;

  for (guint i = 0; i < json_array_get_length (events); i++)
    {
      JsonObject *event = json_array_get_object_element (events, i);
      g_autoptr (GString) type = get_text (event, "event");
      g_autoptr (GString) data = g_string_new (NULL);

      if (json_object_has_member (event, "data"))
        {
          g_string_free (g_steal_pointer (&data), TRUE);
          data = get_text (event, "data");
        }
      else
        {
          /* The one long event: as many line feeds as it says, with that hash. */
          g_autofree char *hash = NULL;

          for (gint64 n = json_object_get_int_member (event, "data_len"); n > 0; n--)
            g_string_append_c (data, '\n');
          hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, data->str, (gssize) data->len);
          g_assert_cmpstr (hash, ==, json_object_get_string_member (event, "data_sha256"));
        }
      append_event (out, type->str, type->len, data->str, data->len,
                    json_object_get_string_member (event, "id"));
    }
  if (JSON_NODE_HOLDS_VALUE (retry) && json_node_get_value_type (retry) == G_TYPE_INT64)
    milliseconds = json_node_get_int (retry);
  else if (JSON_NODE_HOLDS_VALUE (retry))
    milliseconds = G_MAXINT64; /* beyond what an integer holds: ours stops at the largest */
  g_string_append_printf (out, "last %s retry %" G_GINT64_FORMAT,
                          json_object_get_string_member (expected, "last_event_id"), milliseconds);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static JsonNode *
load_cases (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "core", "data", "sse-cases.json", NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GString) text = NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *root;

  g_file_get_contents (path, &contents, NULL, &error);
  g_assert_no_error (error);
  text = g_string_new (contents);
  g_string_replace (text, "\\u0000", "\\uE000", 0);
  root = sortie_json_parse (text->str, text->len, NULL, &error);
  g_assert_no_error (error);
  return root;
}

static void
test_cases (void)
{
  g_autoptr (JsonNode) root = load_cases ();
  JsonObject *file = json_node_get_object (root);
  JsonArray *cases = json_object_get_array_member (file, "cases");

  g_assert_cmpint (json_array_get_length (cases), ==, json_object_get_int_member (file, "count"));
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *test = json_array_get_object_element (cases, i);
      g_autoptr (GString) wire = build_wire (json_object_get_array_member (test, "chunks"));
      g_autofree char *expected = build_expected (json_object_get_object_member (test, "expected"));

      g_test_message ("%s", json_object_get_string_member (test, "id"));
      if (json_object_has_member (test, "input"))
        {
          g_autoptr (GString) input = g_string_new (NULL);

          append_unescaped (input, json_object_get_string_member (test, "input"));
          g_assert_cmpmem (input->str, input->len, wire->str, wire->len);
        }
      else
        g_assert_cmpint (wire->len, ==, json_object_get_int_member (test, "input_len"));
      assert_parses (wire->str, wire->len, expected);
    }
}

#define NOTHING "last  retry -1"

static const struct
{
  const char *name;
  const char *wire;
  const char *expected;
} own_cases[] = {
  { "LF", "data: a\n\n", "event 7 message data 1 a id \n" NOTHING },
  { "CR", "data: a\r\r", "event 7 message data 1 a id \n" NOTHING },
  { "CRLF", "data: a\r\n\r\n", "event 7 message data 1 a id \n" NOTHING },
  { "mixed ends", "data: a\rdata: b\ndata: c\r\n\n",
    "event 7 message data 5 a\nb\nc id \n" NOTHING },
  { "LF CR is two ends", "data: a\n\rdata: b\n\r",
    "event 7 message data 1 a id \nevent 7 message data 1 b id \n" NOTHING },
  { "CR CR LF", "data: a\r\r\ndata: b\r\n\r\n",
    "event 7 message data 1 a id \nevent 7 message data 1 b id \n" NOTHING },
  { "mark at the start",
    "\xef\xbb\xbf"
    "data: a\n\n",
    "event 7 message data 1 a id \n" NOTHING },
  { "mark before a blank line", "\xef\xbb\xbf\ndata: a\n\n",
    "event 7 message data 1 a id \n" NOTHING },
  { "two marks",
    "\xef\xbb\xbf\xef\xbb\xbf"
    "data: a\n\ndata: b\n\n",
    "event 7 message data 1 b id \n" NOTHING },
  { "mark later",
    "data: a\n\n\xef\xbb\xbf"
    "data: b\n\n",
    "event 7 message data 1 a id \n" NOTHING },
  { "mark in data", "data: \xef\xbb\xbf\n\n", "event 7 message data 3 \xef\xbb\xbf id \n" NOTHING },
  { "no space", "data:a\n\n", "event 7 message data 1 a id \n" NOTHING },
  { "two spaces", "data:  a\n\n", "event 7 message data 2  a id \n" NOTHING },
  { "tab", "data:\ta\n\n", "event 7 message data 2 \ta id \n" NOTHING },
  { "trailing space", "data: a \n\n", "event 7 message data 2 a  id \n" NOTHING },
  { "space before the field", " data: a\n\n", NOTHING },
  { "colons", "data: a: b:c\n\n", "event 7 message data 6 a: b:c id \n" NOTHING },
  { "comment between", "data: a\n: comment\ndata: b\n\n",
    "event 7 message data 3 a\nb id \n" NOTHING },
  { "unknown field", "date: a\ndata: b\nfoo\n\n", "event 7 message data 1 b id \n" NOTHING },
  { "type", "event: x\ndata: a\n\ndata: b\n\n",
    "event 1 x data 1 a id \nevent 7 message data 1 b id \n" NOTHING },
  { "last type counts", "event: x\nevent: y\ndata: a\n\n", "event 1 y data 1 a id \n" NOTHING },
  { "empty type", "event: x\nevent\ndata: a\n\n", "event 7 message data 1 a id \n" NOTHING },
  { "type without data", "event: x\n\ndata: a\n\n", "event 7 message data 1 a id \n" NOTHING },
  { "ID stays", "id: 1\ndata: a\n\ndata: b\n\n",
    "event 7 message data 1 a id 1\nevent 7 message data 1 b id 1\nlast 1 retry -1" },
  { "ID without data", "id: 7\n\n", "last 7 retry -1" },
  { "ID of an open event", "id: 1\ndata: a\n\nid: 2\ndata: b\n",
    "event 7 message data 1 a id 1\nlast 1 retry -1" },
  { "empty ID resets", "id: 1\ndata: a\n\nid\ndata: b\n\n",
    "event 7 message data 1 a id 1\nevent 7 message data 1 b id \n" NOTHING },
  { "retry", "retry: 1500\n", "last  retry 1500" },
  { "retry in an open event", "retry: 10\nretry: 20", "last  retry 10" },
  { "retry of nothing", "retry\nretry: \nretry:  5\nretry: 5 \n", NOTHING },
  { "unfinished", "data: a\n\ndata: b", "event 7 message data 1 a id \n" NOTHING },
  { "many blank lines", "\n\n\r\n\rdata: a\n\n\n\n", "event 7 message data 1 a id \n" NOTHING },
  { "lone continuation", "data: \x80\x80\n\n",
    "event 7 message data 6 \xef\xbf\xbd\xef\xbf\xbd id \n" NOTHING },
  { "cut then whole", "data: \xe2\x82\xe2\x82\xac\n\n",
    "event 7 message data 6 \xef\xbf\xbd\xe2\x82\xac id \n" NOTHING },
  { "cut by the line end", "data: \xf0\x9f\n\n",
    "event 7 message data 3 \xef\xbf\xbd id \n" NOTHING },
  { "beyond Unicode", "data: \xf4\x90\x80\x80\n\n",
    "event 7 message data 12 \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd id \n" NOTHING },
  { "bad bytes in the name", "dat\xff: a\n\n", NOTHING },
};

static void
test_own_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (own_cases); i++)
    {
      g_test_message ("%s", own_cases[i].name);
      assert_parses (own_cases[i].wire, strlen (own_cases[i].wire), own_cases[i].expected);
    }
}

static void
test_nul (void)
{
  static const char wire[] = "id: 1\nid: a\0b\ndata: x\0y\n\n";

  assert_parses (wire, sizeof wire - 1, "event 7 message data 3 x\x01y id 1\nlast 1 retry -1");
}

/* With the CR that ends it the event is there: nothing waits for an LF that may never come. */
static void
test_dispatch_is_prompt (void)
{
  Sink sink;

  sink_init (&sink);
  g_assert_true (sortie_sse_parser_feed (sink.parser, "data: a\r", 8, NULL));
  g_assert_cmpuint (sink.n_events, ==, 0);
  g_assert_true (sortie_sse_parser_feed (sink.parser, "\r", 1, NULL));
  g_assert_cmpuint (sink.n_events, ==, 1);
  g_assert_true (sortie_sse_parser_feed (sink.parser, "\n", 1, NULL));
  g_assert_true (sortie_sse_parser_feed (sink.parser, NULL, 0, NULL));
  g_assert_cmpuint (sink.n_events, ==, 1);
  sink_clear (&sink);
}

/* TRUE where all of the wire was taken. */
static gboolean
feed_bounded (const char *wire, gsize max_line, gsize max_event, gsize piece)
{
  Sink sink;
  gboolean fine = TRUE;
  gsize length = strlen (wire);

  sink_init (&sink);
  sortie_sse_parser_set_limits (sink.parser, max_line, max_event);
  for (gsize at = 0; at < length && fine; at += piece)
    {
      g_autoptr (GError) error = NULL;

      fine = sortie_sse_parser_feed (sink.parser, wire + at, MIN (piece, length - at), &error);
      if (fine)
        continue;
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE);
      g_clear_error (&error);
      g_assert_false (sortie_sse_parser_feed (sink.parser, "data: a\n\n", 9, &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE);
      g_assert_cmpuint (sink.n_events, ==, 0);
    }
  sink_clear (&sink);
  return fine;
}

static void
test_limits (void)
{
  for (gsize piece = 1; piece <= 40; piece++)
    {
      g_assert_true (feed_bounded ("data: 4567\n\n", 10, 100, piece));
      g_assert_false (feed_bounded ("data: 45678\n\n", 10, 100, piece));
      g_assert_false (feed_bounded ("data: 45678", 10, 100, piece));
      g_assert_false (feed_bounded (": comment of some length\n", 10, 100, piece));
      g_assert_true (feed_bounded ("data: 123\ndata: 123\n\n", 100, 8, piece));
      g_assert_false (feed_bounded ("data: 123\ndata: 1234\n\n", 100, 8, piece));
      g_assert_false (feed_bounded ("data\ndata\ndata\ndata\n\n", 100, 3, piece));
      g_assert_true (feed_bounded ("data: 123\n\ndata: 123\n\ndata: 123\n\n", 100, 4, piece));
    }
}

/* A peer that repeats one cheap byte must not make us slow: a long ID and a million blank lines. */
static void
test_blank_lines_are_cheap (void)
{
  g_autoptr (GString) wire = g_string_new ("id: ");
  g_autofree char *id = g_strnfill (1024 * 1024, 'i');
  g_autofree char *blank = g_strnfill (1024 * 1024, '\n');
  Sink sink;

  g_string_append_printf (wire, "%s\n%s", id, blank);
  sink_init (&sink);
  g_assert_true (sortie_sse_parser_feed (sink.parser, wire->str, wire->len, NULL));
  g_assert_cmpstr (sortie_sse_parser_get_last_event_id (sink.parser), ==, id);
  sink_clear (&sink);
}

static void
test_frames (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  sortie_sse_append_frame (out, "1-0", "message", "{\"a\":1}");
  g_assert_cmpstr (out->str, ==, "id: 1-0\nevent: message\ndata: {\"a\":1}\n\n");
  g_string_truncate (out, 0);
  sortie_sse_append_frame (out, NULL, NULL, "");
  g_assert_cmpstr (out->str, ==, "data: \n\n");
  g_string_truncate (out, 0);
  sortie_sse_append_frame (out, NULL, NULL, "a\nb\r\nc\rd\n");
  g_assert_cmpstr (out->str, ==, "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
  g_string_truncate (out, 0);
  sortie_sse_append_frame (out, "1\ndata: forged\n\n", "x\r\ry", "a");
  g_assert_cmpstr (out->str, ==, "id: 1data: forged\nevent: xy\ndata: a\n\n");
  g_string_truncate (out, 0);
  sortie_sse_append_comment (out, "keep\nalive");
  g_assert_cmpstr (out->str, ==, ": keepalive\n\n");
}

static void
test_round_trip (void)
{
  static const char *const texts[] = { "",
                                       "a",
                                       "\n",
                                       "\n\n",
                                       "a\nb",
                                       " a",
                                       "  ",
                                       ":",
                                       "data: x\n\nid: 9",
                                       "\xe2\x82\xac\n\xf0\x9f\x92\xa9",
                                       "event: y" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GString) wire = g_string_new (NULL);
      g_autoptr (GString) expected = g_string_new (NULL);

      sortie_sse_append_comment (wire, "data: no");
      sortie_sse_append_frame (wire, "5-1", "x", texts[i]);
      append_event (expected, "x", 1, texts[i], strlen (texts[i]), "5-1");
      g_string_append (expected, "last 5-1 retry -1");
      assert_parses (wire->str, wire->len, expected->str);
    }
}

/* Rubbish that is nearly a stream: whatever it is, its cuts make no difference. */
static void
test_mutations (void)
{
  static const char seed_text[] =
      "\xef\xbb\xbfid: 1\r\nevent: x\r\ndata: a\xe2\x82\xac\n"
      "data:b\r\r: c\n\nretry: 10\ndata\n\nid\ndata: \xf0\x9f\x92\xa9\n\n";
  static const char alphabet[] = "\r\n\r\n::  data:id\xef\xbb\xbf\xe2\x82\xf0\x9f\xff\x00"
                                 "0a";
  g_autoptr (GRand) random = g_rand_new_with_seed (20240301);

  for (int round = 0; round < 3000; round++)
    {
      g_autoptr (GString) wire = g_string_new_len (seed_text, sizeof seed_text - 1);
      g_autofree char *whole = NULL;
      g_autofree char *bytes = NULL;
      g_autofree char *halves = NULL;

      for (int n = g_rand_int_range (random, 1, 8); n > 0; n--)
        {
          gssize at = g_rand_int_range (random, 0, (gint32) wire->len);
          char c = alphabet[g_rand_int_range (random, 0, sizeof alphabet - 1)];

          if (g_rand_boolean (random))
            wire->str[at] = c;
          else if (g_rand_boolean (random))
            g_string_insert_c (wire, at, c);
          else
            g_string_erase (wire, at, 1);
        }
      whole = parse_in_pieces (wire->str, wire->len, 0, wire->len);
      bytes = parse_in_pieces (wire->str, wire->len, 0, 1);
      halves =
          parse_in_pieces (wire->str, wire->len,
                           (gsize) g_rand_int_range (random, 1, (gint32) wire->len), wire->len);
      g_assert_true (g_utf8_validate (whole, -1, NULL));
      g_assert_cmpstr (whole, ==, bytes);
      g_assert_cmpstr (whole, ==, halves);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sse-parser/cases", test_cases);
  g_test_add_func ("/sse-parser/own-cases", test_own_cases);
  g_test_add_func ("/sse-parser/nul", test_nul);
  g_test_add_func ("/sse-parser/dispatch-is-prompt", test_dispatch_is_prompt);
  g_test_add_func ("/sse-parser/limits", test_limits);
  g_test_add_func ("/sse-parser/blank-lines-are-cheap", test_blank_lines_are_cheap);
  g_test_add_func ("/sse-parser/frames", test_frames);
  g_test_add_func ("/sse-parser/round-trip", test_round_trip);
  g_test_add_func ("/sse-parser/mutations", test_mutations);
  return g_test_run ();
}
