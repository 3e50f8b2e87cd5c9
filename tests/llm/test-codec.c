/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-llm-codec.h"

#include <string.h>

/* What the transcripts do not hold. Every input is fed whole and in pieces of 1, 2, 3 and 7 bytes. */

#define OK (-1)

typedef struct
{
  SortieLlmCodec *codec;
  GString *text;
  GError *error;
} Reading;

static void
text_cb (const char *text, gsize length, gpointer user_data)
{
  Reading *reading = user_data;

  g_assert_cmpuint (length, >, 0);
  g_assert_true (g_utf8_validate_len (text, length, NULL));
  g_string_append_len (reading->text, text, (gssize) length);
}

static void
read_wire (Reading *reading, const char *content_type, const char *wire, gsize length, gsize piece)
{
  gboolean fed = TRUE;

  *reading = (Reading){ .text = g_string_new (NULL) };
  reading->codec = sortie_llm_codec_new (content_type, text_cb, reading);
  for (gsize at = 0; at < length && fed; at += piece)
    {
      gsize size = MIN (piece, length - at);
      g_autofree char *copy = g_memdup2 (wire + at, size);

      fed = sortie_llm_codec_feed (reading->codec, copy, size, &reading->error);
    }
  if (fed)
    sortie_llm_codec_end (reading->codec, &reading->error);
}

static void
reading_clear (Reading *reading)
{
  sortie_llm_codec_free (reading->codec);
  g_string_free (reading->text, TRUE);
  g_clear_error (&reading->error);
}

static void
check_length (const char *content_type,
              const char *wire,
              gsize length,
              int code,
              const char *text,
              const char *reasoning)
{
  static const gsize pieces[] = { G_MAXSIZE / 2, 1, 2, 3, 7 };

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      Reading reading;

      read_wire (&reading, content_type, wire, length, pieces[i]);
      if (code == OK)
        g_assert_no_error (reading.error);
      else
        g_assert_error (reading.error, SORTIE_LLM_ERROR, code);
      g_assert_cmpstr (reading.text->str, ==, text);
      if (reasoning != NULL)
        g_assert_cmpstr (sortie_llm_codec_get_reasoning (reading.codec), ==, reasoning);
      reading_clear (&reading);
    }
}

static void
check (const char *wire, int code, const char *text)
{
  check_length ("text/event-stream", wire, strlen (wire), code, text, NULL);
}

/* A stream of chunks that hold these members each, ended by NULL. */
static char *
make_stream (const char *first, ...)
{
  GString *wire = g_string_new (NULL);
  va_list more;

  va_start (more, first);
  for (const char *at = first; at != NULL; at = va_arg (more, const char *))
    g_string_append_printf (wire, "data: {%s}\n\n", at);
  va_end (more);
  return g_string_free (wire, FALSE);
}

#define DELTA(members) "\"choices\":[{\"index\":0,\"delta\":{" members "}}]"
#define TEXT(text) DELTA ("\"content\":\"" text "\"")
#define FINISH(reason) "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" reason "\"}]"

/* The pieces of one text, then a good end. */
static void
check_stream (int code, const char *text, const char *reasoning, const char *first, ...)
{
  g_autoptr (GString) wire = g_string_new (NULL);
  va_list more;

  va_start (more, first);
  for (const char *at = first; at != NULL; at = va_arg (more, const char *))
    g_string_append_printf (wire, "data: {%s}\n\n", at);
  va_end (more);
  check_length ("text/event-stream", wire->str, wire->len, code, text, reasoning);
}

static void
test_sniff (void)
{
  static const char whole[] = "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                              "\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],"
                              "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}";
  g_autofree char *stream = make_stream (TEXT ("Hi"), FINISH ("stop"), NULL);
  static const char *const befores[] = { "", "\xEF\xBB\xBF", "\n", " \t\r\n\n", "\xEF\xBB\xBF \n" };

  for (gsize i = 0; i < G_N_ELEMENTS (befores); i++)
    {
      g_autofree char *document = g_strconcat (befores[i], whole, "\r\n ", NULL);
      g_autofree char *events = g_strconcat (befores[i], stream, NULL);
      g_autofree char *page = g_strconcat (befores[i], "<!doctype html>", NULL);

      check (document, OK, "Hi");
      check (events, OK, "Hi");
      check (page, SORTIE_LLM_ERROR_CONTENT_TYPE, "");
      /* Content types lie. */
      check_length ("text/html", events, strlen (events), OK, "Hi", NULL);
      check_length ("application/json", events, strlen (events), OK, "Hi", NULL);
      check_length (NULL, document, strlen (document), OK, "Hi", NULL);
    }
  check ("", SORTIE_LLM_ERROR_TRUNCATED, "");
  check ("\xEF\xBB", SORTIE_LLM_ERROR_TRUNCATED, "");
  check ("Internal Server Error", SORTIE_LLM_ERROR_TRUNCATED, "");
  check_length ("text/html; charset=utf-8", "Bad Gateway", 11, SORTIE_LLM_ERROR_CONTENT_TYPE, "",
                NULL);
  check_length ("text/html", "", 0, SORTIE_LLM_ERROR_CONTENT_TYPE, "", NULL);
}

static void
test_document (void)
{
  check ("{\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"length\"}]}", OK,
         "Hi");
  check ("{\"choices\":[{\"message\":{\"content\":\"Hi\"}}]}", SORTIE_LLM_ERROR_TRUNCATED, "Hi");
  check ("{\"choices\":[{\"message\":{\"content\":\"H", SORTIE_LLM_ERROR_TRUNCATED, "");
  check ("{\"choices\":[]}", SORTIE_LLM_ERROR_TRUNCATED, "");
  check ("{}", SORTIE_LLM_ERROR_TRUNCATED, "");
  check ("{\"a\":1}{\"a\":1}", SORTIE_LLM_ERROR_PROTOCOL, "");
  check ("{'a':1}", SORTIE_LLM_ERROR_PROTOCOL, "");
  check ("[]", SORTIE_LLM_ERROR_PROTOCOL, "");
  check ("[1]", SORTIE_LLM_ERROR_PROTOCOL, "");
  check ("[{\"error\":{\"code\":429}}]", SORTIE_LLM_ERROR_RATE_LIMIT, "");
  check ("{\"error\":{\"code\":\"invalid_api_key\"}}", SORTIE_LLM_ERROR_AUTH, "");
  check ("{\"choices\":[{\"message\":{\"content\":\"<think>a</think> b\"},"
         "\"finish_reason\":\"stop\"}]}",
         OK, "b");
  check ("{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"No.\"},"
         "\"finish_reason\":\"stop\"}]}",
         SORTIE_LLM_ERROR_REFUSAL, "");
  check_length (NULL, "{\"a\":1}\0x", 9, SORTIE_LLM_ERROR_TRUNCATED, "", NULL);
  check_length (NULL, "{\"a\":\0 1}", 9, SORTIE_LLM_ERROR_PROTOCOL, "", NULL);
}

static void
test_shapes (void)
{
  static const char *const bad[] = {
    "\"choices\":\"x\"",
    "\"choices\":[1]",
    "\"choices\":[null]",
    "\"choices\":[{\"delta\":\"x\"}]",
    "\"choices\":[{\"delta\":[]}]",
    DELTA ("\"content\":7"),
    DELTA ("\"content\":{}"),
    DELTA ("\"content\":[1]"),
    "\"choices\":[],",
    "\"a\":1,\"a\":2",
    "\"a\":\"\\q\"",
    "\"a\":\"\xFF\x01\"",
    "\"a\":01",
  };
  static const char *const harmless[] = {
    "",
    "\"choices\":[]",
    "\"choices\":null,\"usage\":null",
    "\"choices\":[{}]",
    "\"choices\":[{\"index\":1,\"delta\":{\"content\":\"other\"},\"finish_reason\":\"what\"}]",
    "\"choices\":[{\"delta\":null,\"finish_reason\":\"\"}]",
    "\"error\":null",
    "\"error\":\"\"",
    "\"error\":false",
    "\"usage\":7,\"x_groq\":7",
    "\"usage\":{\"prompt_tokens\":-5,\"completion_tokens\":\"x\"}",
    DELTA ("\"content\":null,\"reasoning\":null,\"tool_calls\":[],\"function_call\":null"),
    DELTA ("\"content\":\"\",\"refusal\":\"\",\"tool_calls\":null"),
    DELTA ("\"reasoning\":{\"a\":1},\"reasoning_details\":[1]"),
    DELTA ("\"content\":[]"),
    DELTA ("\"content\":[{\"type\":\"image\"},{\"type\":7},{}]"),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    check_stream (SORTIE_LLM_ERROR_PROTOCOL, "a", NULL, TEXT ("a"), bad[i], FINISH ("stop"), NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (harmless); i++)
    {
      check_stream (OK, "ab", NULL, harmless[i], TEXT ("a"), harmless[i], TEXT ("b"),
                    FINISH ("stop"), harmless[i], NULL);
      check_stream (SORTIE_LLM_ERROR_TRUNCATED, "", NULL, harmless[i], NULL);
    }
  check ("data: \ndata:\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"a\"},"
         "\"finish_reason\":\"stop\"}]}\n\n",
         OK, "a");
  /* Some send a whole message in a stream, or repeat all of it at the end. */
  check_stream (OK, "a", NULL,
                "\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]", NULL);
  check_stream (OK, "ab", NULL, TEXT ("a"), TEXT ("b"),
                "\"choices\":[{\"message\":{\"content\":\"ab\"},\"finish_reason\":\"stop\"}]",
                NULL);
}

static void
test_finish (void)
{
  static const struct
  {
    const char *reason;
    int code;
  } cases[] = {
    { "stop", OK },
    { "STOP", OK },
    { "eos", OK },
    { "end_turn", OK },
    { "length", OK },
    { "content_filter", SORTIE_LLM_ERROR_FILTERED },
    { "tool_calls", SORTIE_LLM_ERROR_TOOL_CALL },
    { "function_call", SORTIE_LLM_ERROR_TOOL_CALL },
    { "error", SORTIE_LLM_ERROR_SERVER },
    { "stop ", SORTIE_LLM_ERROR_FINISH },
    { "stopp", SORTIE_LLM_ERROR_FINISH },
    { "null", SORTIE_LLM_ERROR_FINISH },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *finish =
          g_strdup_printf ("\"choices\":[{\"delta\":{},\"finish_reason\":\"%s\"}]",
                           cases[i].reason);
      g_autofree char *beside =
          g_strdup_printf ("\"choices\":[{\"delta\":{\"content\":\"b\"},\"finish_reason\":\"%s\"}]",
                           cases[i].reason);

      check_stream (cases[i].code, "a", NULL, TEXT ("a"), finish, NULL);
      /* Text beside the reason counts, whatever the reason is. */
      check_stream (cases[i].code, "ab", NULL, TEXT ("a"), beside, NULL);
    }
  check_stream (SORTIE_LLM_ERROR_TRUNCATED, "", NULL, FINISH ("stop"), NULL);
  check_stream (SORTIE_LLM_ERROR_LENGTH, "", "x", DELTA ("\"reasoning\":\"x\""), FINISH ("length"),
                NULL);
  check_stream (SORTIE_LLM_ERROR_TRUNCATED, "", "x", DELTA ("\"reasoning\":\"x\""), FINISH ("stop"),
                NULL);
  check_stream (SORTIE_LLM_ERROR_TRUNCATED, " ", NULL, TEXT (" "), FINISH ("stop"), NULL);
  /* [DONE] is no finish_reason. */
  check ("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\n",
         SORTIE_LLM_ERROR_TRUNCATED, "a");
  check_stream (SORTIE_LLM_ERROR_TOOL_CALL, "ab", NULL, TEXT ("a"),
                DELTA ("\"content\":\"b\",\"function_call\":{\"name\":\"f\"}"), FINISH ("stop"),
                NULL);
  check_stream (SORTIE_LLM_ERROR_FILTERED, "a", NULL, TEXT ("a"), FINISH ("stop"),
                FINISH ("content_filter"), NULL);
}

static void
test_errors (void)
{
  static const struct
  {
    const char *members;
    SortieLlmError code;
  } cases[] = {
    { "\"error\":{\"code\":429}", SORTIE_LLM_ERROR_RATE_LIMIT },
    { "\"error\":{\"code\":\"429\"}", SORTIE_LLM_ERROR_RATE_LIMIT },
    { "\"error\":{\"type\":\"rate_limit_error\"}", SORTIE_LLM_ERROR_RATE_LIMIT },
    { "\"error\":{\"type\":\"RateLimitError\"}", SORTIE_LLM_ERROR_RATE_LIMIT },
    { "\"error\":{\"type\":\"tokens\"}", SORTIE_LLM_ERROR_RATE_LIMIT },
    { "\"error\":{\"type\":\"requests\",\"code\":null}", SORTIE_LLM_ERROR_RATE_LIMIT },
    { "\"error\":{\"status\":\"RESOURCE_EXHAUSTED\"}", SORTIE_LLM_ERROR_RATE_LIMIT },
    { "\"error\":{\"code\":401}", SORTIE_LLM_ERROR_AUTH },
    { "\"error\":{\"code\":403}", SORTIE_LLM_ERROR_AUTH },
    { "\"error\":{\"type\":\"invalid_request_error\",\"code\":\"invalid_api_key\"}",
      SORTIE_LLM_ERROR_AUTH },
    { "\"error\":{\"type\":\"authentication_error\"}", SORTIE_LLM_ERROR_AUTH },
    { "\"error\":{\"code\":402}", SORTIE_LLM_ERROR_QUOTA },
    { "\"error\":{\"code\":\"insufficient_quota\"}", SORTIE_LLM_ERROR_QUOTA },
    { "\"error\":{\"code\":500}", SORTIE_LLM_ERROR_SERVER },
    { "\"error\":{}", SORTIE_LLM_ERROR_SERVER },
    { "\"error\":[]", SORTIE_LLM_ERROR_SERVER },
    { "\"error\":true", SORTIE_LLM_ERROR_SERVER },
    { "\"error\":7", SORTIE_LLM_ERROR_SERVER },
    { "\"error\":{\"code\":[429],\"type\":{\"a\":1}}", SORTIE_LLM_ERROR_SERVER },
    { "\"error\":{\"code\":1e300}", SORTIE_LLM_ERROR_SERVER },
    { "\"error\":\"no\",\"code\":429", SORTIE_LLM_ERROR_RATE_LIMIT },
    { "\"object\":\"error\",\"code\":401", SORTIE_LLM_ERROR_AUTH },
    { "\"x_groq\":{\"error\":\"over capacity\"}", SORTIE_LLM_ERROR_SERVER },
    { "\"x_groq\":{\"error\":{\"type\":\"tokens\"}}", SORTIE_LLM_ERROR_RATE_LIMIT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].members);
      check_stream ((int) cases[i].code, "a", NULL, TEXT ("a"), cases[i].members, FINISH ("stop"),
                    NULL);
      check_stream ((int) cases[i].code, "", NULL, cases[i].members, NULL);
    }
  check ("event: error\ndata: {\"code\":429}\n\n", SORTIE_LLM_ERROR_RATE_LIMIT, "");
  check ("event: error\ndata: {\"error\":{\"code\":429}}\n\n", SORTIE_LLM_ERROR_RATE_LIMIT, "");
  check ("event: error\ndata: upstream gone\n\n", SORTIE_LLM_ERROR_SERVER, "");
  check ("event: error\ndata: \"gone\"\n\n", SORTIE_LLM_ERROR_SERVER, "");
  check ("event: ping\ndata: {\"type\":\"ping\"}\n\ndata: {\"choices\":[{\"delta\":"
         "{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n",
         OK, "a");
}

static void
test_think (void)
{
  check_stream (OK, "b", "a", TEXT ("<think>a</think>b"), FINISH ("stop"), NULL);
  check_stream (OK, "b", "a", TEXT (" \\n\\t<THINK>"), TEXT ("a"), TEXT ("</"), TEXT ("Think> \\n"),
                TEXT ("\\n "), TEXT ("b"), FINISH ("stop"), NULL);
  check_stream (OK, "b <think>c</think>", "a", TEXT ("<think>a</think>b <think>c</think>"),
                FINISH ("stop"), NULL);
  check_stream (OK, "c", "ab", TEXT ("<think>a</think> <think>b</think> c"), FINISH ("stop"), NULL);
  check_stream (OK, "c", "", TEXT ("<think></think>"), TEXT ("c"), FINISH ("stop"), NULL);
  check_stream (OK, "<thinking>a", "", TEXT ("<thinking>a"), FINISH ("stop"), NULL);
  check_stream (OK, "<thi", "", TEXT ("<thi"), FINISH ("stop"), NULL);
  check_stream (OK, " \n<", "", TEXT (" \\n<"), FINISH ("stop"), NULL);
  check_stream (OK, "x <think>a</think>", "", TEXT ("x <think>a"), TEXT ("</think>"),
                FINISH ("stop"), NULL);
  check_stream (OK, "a</think>b", "", TEXT ("a</think>b"), FINISH ("stop"), NULL);
  check_stream (OK, "b", "<think>a</thin", TEXT ("<think><think>a</thin</think>b"), FINISH ("stop"),
                NULL);
  /* Nothing but reasoning is no answer. */
  check_stream (SORTIE_LLM_ERROR_TRUNCATED, "", "a", TEXT ("<think>a"), FINISH ("stop"), NULL);
  check_stream (SORTIE_LLM_ERROR_TRUNCATED, "", "a</thi", TEXT ("<think>a</thi"), FINISH ("stop"),
                NULL);
  check_stream (SORTIE_LLM_ERROR_TRUNCATED, "", "a", TEXT ("<think>a</think> \\n"), FINISH ("stop"),
                NULL);
  check_stream (SORTIE_LLM_ERROR_LENGTH, "", "a", TEXT ("<think>a"), FINISH ("length"), NULL);
  /* What was held back comes out, though the answer is none. */
  check_stream (SORTIE_LLM_ERROR_TRUNCATED, "<thi", NULL, TEXT ("<thi"), NULL);
  check_stream (OK, "c", "ab", DELTA ("\"reasoning_content\":\"a\",\"reasoning\":\"a\""),
                TEXT ("<think>b</think>c"), FINISH ("stop"), NULL);
}

/* Every way to cut a think block into three deltas. */
static void
test_think_split (void)
{
  static const char text[] = " <think>say </thin or <</think>\n <b";
  gsize length = strlen (text);

  for (gsize i = 0; i <= length; i++)
    for (gsize j = i; j <= length; j++)
      {
        g_autofree char *first = g_strndup (text, i);
        g_autofree char *second = g_strndup (text + i, j - i);
        g_autofree char *parts[3] = { g_strescape (first, NULL), g_strescape (second, NULL),
                                      g_strescape (text + j, NULL) };
        g_autoptr (GString) wire = g_string_new (NULL);
        Reading reading;

        for (int n = 0; n < 3; n++)
          g_string_append_printf (wire,
                                  "data: {\"choices\":[{\"delta\":{\"content\":\"%s\"}}]}\n\n",
                                  parts[n]);
        g_string_append (wire, "data: {" FINISH ("stop") "}\n\n");
        read_wire (&reading, NULL, wire->str, wire->len, wire->len);
        g_assert_no_error (reading.error);
        g_assert_cmpstr (reading.text->str, ==, "<b");
        g_assert_cmpstr (sortie_llm_codec_get_reasoning (reading.codec), ==, "say </thin or <");
        reading_clear (&reading);
        g_free (parts[1]);
        g_free (parts[2]);
      }
}

static void
test_escapes (void)
{
  check_stream (OK, "\xF0\x9F\x9A\x80", NULL, TEXT ("\\ud83d\\ude80"), FINISH ("stop"), NULL);
  check_stream (OK, "a\xEF\xBF\xBD", NULL, TEXT ("a\\ud83d"), FINISH ("stop"), NULL);
  check_stream (OK, "\xEF\xBF\xBD!", NULL, TEXT ("\\uDE80!"), FINISH ("stop"), NULL);
  check_stream (OK, "\xEF\xBF\xBD\xF0\x9F\x9A\x80", NULL, TEXT ("\\ud83d\\uD83D\\uDE80"),
                FINISH ("stop"), NULL);
  check_stream (OK, "\xEF\xBF\xBD\n", NULL, TEXT ("\\ud83d\\n"), FINISH ("stop"), NULL);
  check_stream (OK,
                "\xEF\xBF\xBD"
                "A",
                NULL, TEXT ("\\ud83d\\u0041"), FINISH ("stop"), NULL);
  check_stream (OK,
                "a\xEF\xBF\xBD"
                "b\xEF\xBF\xBD",
                NULL, TEXT ("a\\u0000b\\u0000"), FINISH ("stop"), NULL);
  /* What an escaped backslash makes of it is no escape at all. */
  check_stream (OK, "\\u0000", NULL, TEXT ("\\\\u0000"), FINISH ("stop"), NULL);
  check_stream (OK, "\\\xEF\xBF\xBD", NULL, TEXT ("\\\\\\u0000"), FINISH ("stop"), NULL);
  check_stream (OK, "\\ud83d", NULL, TEXT ("\\\\ud83d"), FINISH ("stop"), NULL);
  check_stream (SORTIE_LLM_ERROR_PROTOCOL, "", NULL, TEXT ("\\u00"), FINISH ("stop"), NULL);
  check_stream (SORTIE_LLM_ERROR_PROTOCOL, "", NULL, TEXT ("\\u00g0"), FINISH ("stop"), NULL);
  check ("data: {\"a\":\"\\\n\n", SORTIE_LLM_ERROR_PROTOCOL, "");
  check ("data: \\u0000\n\n", SORTIE_LLM_ERROR_PROTOCOL, "");
  check ("data: \"\\ud83d\n\n", SORTIE_LLM_ERROR_PROTOCOL, "");
}

static void
test_after_done (void)
{
  check ("data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n"
         "data:   [DONE]\r\n\r\ndata: no JSON\n\ndata: {\"error\":{\"code\":500}}\n\n",
         OK, "a");
  /* Usage after the last choice, and a last event that was cut: the answer is whole. */
  check ("data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n"
         "data: {\"choices\":[],\"usage\":{\"prom",
         OK, "a");
}

static void
check_usage (const char *count, gint64 expected)
{
  g_autofree char *usage =
      g_strdup_printf ("\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":%s}",
                       count);
  g_autofree char *wire = make_stream (TEXT ("a"), usage, FINISH ("stop"), "\"usage\":null", NULL);
  Reading reading;

  read_wire (&reading, NULL, wire, strlen (wire), 5);
  g_assert_no_error (reading.error);
  g_assert_cmpint (sortie_llm_codec_get_usage (reading.codec).prompt_tokens, ==, 5);
  g_assert_cmpint (sortie_llm_codec_get_usage (reading.codec).completion_tokens, ==, expected);
  g_assert_cmpuint (sortie_llm_codec_get_n_pieces (reading.codec), ==, 1);
  reading_clear (&reading);
}

/* More tokens than an answer may have bytes count as not told: they would be added up. */
static void
test_usage (void)
{
  check_usage ("9", 9);
  check_usage ("33554432", 33554432);
  check_usage ("33554433", -1);
  check_usage ("9223372036854775807", -1);
  check_usage ("1e308", -1);
}

/* The signs of life: not comments, not empty deltas. */
static void
test_counters (void)
{
  static const char *const silent[] = { ": comment\n\n", "data: {" TEXT ("") "}\n\n",
                                        "data: {\"choices\":[]}\n\n" };
  static const char *const alive[] = { "data: {" TEXT ("a") "}\n\n",
                                       "data: {" DELTA ("\"reasoning\":\"r\"") "}\n\n" };
  Reading reading;

  read_wire (&reading, NULL, "", 0, 1);
  reading_clear (&reading);
  reading = (Reading){ .text = g_string_new (NULL) };
  reading.codec = sortie_llm_codec_new (NULL, text_cb, &reading);
  for (guint round = 0; round < 3; round++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (silent); i++)
        sortie_llm_codec_feed (reading.codec, silent[i], strlen (silent[i]), NULL);
      g_assert_cmpuint (sortie_llm_codec_get_n_deltas (reading.codec), ==, 2 * round);
      for (gsize i = 0; i < G_N_ELEMENTS (alive); i++)
        sortie_llm_codec_feed (reading.codec, alive[i], strlen (alive[i]), NULL);
      g_assert_cmpuint (sortie_llm_codec_get_n_pieces (reading.codec), ==, round + 1);
    }
  g_assert_false (sortie_llm_codec_is_done (reading.codec));
  sortie_llm_codec_feed (reading.codec, "data: [DONE]\n\n", 14, NULL);
  g_assert_true (sortie_llm_codec_is_done (reading.codec));
  reading_clear (&reading);
}

/* `unit` again and again, after `head`, until it fails or `limit` bytes have gone in. */
static void
check_endless (const char *head, const char *unit, gsize limit, gsize most_text)
{
  Reading reading = { .text = g_string_new (NULL) };
  gsize length = strlen (unit);
  gsize fed = 0;

  reading.codec = sortie_llm_codec_new (NULL, text_cb, &reading);
  sortie_llm_codec_feed (reading.codec, head, strlen (head), NULL);
  while (fed <= limit && sortie_llm_codec_feed (reading.codec, unit, length, &reading.error))
    fed += length;
  g_assert_error (reading.error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_TOO_LARGE);
  g_assert_cmpuint (fed, <=, limit);
  g_assert_cmpuint (reading.text->len, <=, most_text);
  reading_clear (&reading);
}

static void
test_limits (void)
{
  g_autofree char *blanks = g_strnfill (64 * 1024, ' ');
  g_autofree char *comment = g_strconcat (":", blanks, "\n", NULL);
  g_autofree char *line = g_strconcat ("data: ", blanks, "\n", NULL);
  g_autofree char *x = g_strnfill (60 * 1024, 'x');
  g_autofree char *big =
      g_strdup_printf ("data: {\"choices\":[{\"delta\":{\"content\":\"%s\"}}]}\n\n", x);

  check_endless ("", blanks, SORTIE_LLM_MAX_STREAM, 0);
  check_endless ("", comment, SORTIE_LLM_MAX_STREAM, 0);
  check_endless ("data: ", blanks, SORTIE_LLM_MAX_EVENT, 0);
  check_endless ("", line, SORTIE_LLM_MAX_EVENT, 0);
  check_endless ("{", blanks, SORTIE_LLM_MAX_EVENT, 0);
  check_endless ("[", blanks, SORTIE_LLM_MAX_EVENT, 0);
  check_endless ("", big, 2 * SORTIE_LLM_MAX_TEXT, SORTIE_LLM_MAX_TEXT);
}

/* Many think blocks in one piece take time in proportion to their number. */
static void
test_many_think_blocks (void)
{
  g_autoptr (GString) wire = g_string_new ("data: {\"choices\":[{\"delta\":{\"content\":\"");
  Reading reading;

  for (int i = 0; i < 30000; i++)
    g_string_append (wire, "<think></think>");
  g_string_append (wire, "\"},\"finish_reason\":\"stop\"}]}\n\n");
  read_wire (&reading, NULL, wire->str, wire->len, wire->len);
  g_assert_no_error (reading.error);
  g_assert_true (g_str_has_prefix (reading.text->str, "<think></think>"));
  reading_clear (&reading);
}

/* Transcripts with bytes changed, doubled or left out: any end but a crash, and valid UTF-8. */
static void
test_rubbish (void)
{
  g_autofree char *good =
      make_stream (TEXT ("<think>\\ud83d\\ude80</think>na\xC3\xAFve"),
                   DELTA ("\"content\":[{\"type\":\"text\",\"text\":\"x\"}],\"reasoning\":\"y\""),
                   "\"usage\":{\"prompt_tokens\":1},\"error\":null", FINISH ("stop"), NULL);
  gsize length = strlen (good);
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  for (int round = 0; round < 20000; round++)
    {
      g_autofree char *wire = g_memdup2 (good, length + 1);
      Reading reading;
      int changes = g_rand_int_range (random, 1, 6);

      for (int i = 0; i < changes; i++)
        {
          gsize at = (gsize) g_rand_int_range (random, 0, (gint32) length);
          static const char signs[] = "{}[]\",:\\\n\0\xFFu0<>";

          wire[at] = g_rand_boolean (random) ? signs[g_rand_int_range (random, 0, sizeof signs - 1)]
                                             : (char) g_rand_int_range (random, 0, 256);
        }
      read_wire (&reading, NULL, wire, length, (gsize) g_rand_int_range (random, 1, 100));
      if (reading.error != NULL)
        g_assert_true (reading.error->domain == SORTIE_LLM_ERROR);
      reading_clear (&reading);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llm/codec/sniff", test_sniff);
  g_test_add_func ("/llm/codec/document", test_document);
  g_test_add_func ("/llm/codec/shapes", test_shapes);
  g_test_add_func ("/llm/codec/finish", test_finish);
  g_test_add_func ("/llm/codec/errors", test_errors);
  g_test_add_func ("/llm/codec/think", test_think);
  g_test_add_func ("/llm/codec/think/split", test_think_split);
  g_test_add_func ("/llm/codec/think/many", test_many_think_blocks);
  g_test_add_func ("/llm/codec/escapes", test_escapes);
  g_test_add_func ("/llm/codec/after-done", test_after_done);
  g_test_add_func ("/llm/codec/usage", test_usage);
  g_test_add_func ("/llm/codec/counters", test_counters);
  g_test_add_func ("/llm/codec/limits", test_limits);
  g_test_add_func ("/llm/codec/rubbish", test_rubbish);
  return g_test_run ();
}
