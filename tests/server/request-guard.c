/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-request-guard.h"

#include <string.h>

#define MAX_BODY (1024 * 1024)

/* What the guard makes of a byte stream, as text that can be compared. */
static void
feed (SortieRequestGuard *guard, const char *bytes, gsize length, GString *seen)
{
  gsize at = 0;

  while (at < length && sortie_request_guard_get_state (guard) != SORTIE_GUARD_REFUSED)
    {
      SortieGuardState before = sortie_request_guard_get_state (guard);
      gsize taken = sortie_request_guard_feed (guard, bytes + at, length - at);
      const SortieRequestHead *head = sortie_request_guard_get_head (guard);

      g_assert_cmpuint (taken, <=, length - at);
      if (before == SORTIE_GUARD_BODY)
        g_string_append_len (seen, bytes + at, taken);
      at += taken;
      if (before == SORTIE_GUARD_HEAD &&
          (sortie_request_guard_get_state (guard) == SORTIE_GUARD_BODY ||
           sortie_request_guard_get_state (guard) == SORTIE_GUARD_COMPLETE))
        g_string_append_printf (seen, "<%s %s host=%s x=%s>", sortie_request_head_get_method (head),
                                sortie_request_head_get_target (head),
                                sortie_request_head_get_host (head),
                                sortie_request_head_get (head, "x-test"));
      if (sortie_request_guard_get_state (guard) == SORTIE_GUARD_COMPLETE)
        {
          g_string_append (seen, "|");
          sortie_request_guard_next (guard);
        }
    }
  if (sortie_request_guard_get_state (guard) == SORTIE_GUARD_REFUSED)
    {
      char bit = 'x';

      g_assert_nonnull (sortie_request_guard_get_detail (guard));
      g_assert_cmpuint (sortie_request_guard_feed (guard, &bit, 1), ==, 0);
    }
}

static guint
verdict (const char *bytes, gsize length)
{
  g_autoptr (SortieRequestGuard) guard = sortie_request_guard_new (MAX_BODY);
  g_autoptr (GString) seen = g_string_new (NULL);

  feed (guard, bytes, length, seen);
  return sortie_request_guard_get_status (guard);
}

static const char wire[] =
    "\r\nGET /a?b=c HTTP/1.1\r\nHost: one.example:80\r\nX-Test:  spaced out \t\r\n\r\n"
    "POST /b HTTP/1.1\r\nhost: [::1]\r\nContent-Length: 5\r\n\r\nG\r\n\r\n"
    "POST /c HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
    "GET /%e2%82%ac HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
static const char expected[] = "<GET /a?b=c host=one.example:80 x=spaced out>|"
                               "<POST /b host=[::1] x=(null)>G\r\n\r\n|"
                               "<POST /c host=localhost x=(null)>|"
                               "<GET /%e2%82%ac host=(null) x=(null)>|";

static void
test_split_points (void)
{
  gsize length = sizeof wire - 1;

  for (gsize cut = 0; cut <= length; cut++)
    for (gsize second = cut; second <= length; second += 7)
      {
        g_autoptr (SortieRequestGuard) guard = sortie_request_guard_new (MAX_BODY);
        g_autoptr (GString) seen = g_string_new (NULL);

        feed (guard, wire, cut, seen);
        feed (guard, wire + cut, second - cut, seen);
        feed (guard, wire + second, length - second, seen);
        g_assert_cmpstr (seen->str, ==, expected);
        g_assert_cmpuint (sortie_request_guard_get_status (guard), ==, 0);
        g_assert_false (sortie_request_guard_has_begun (guard));
      }
}

static void
test_byte_by_byte (void)
{
  g_autoptr (SortieRequestGuard) guard = sortie_request_guard_new (MAX_BODY);
  g_autoptr (GString) seen = g_string_new (NULL);

  for (gsize i = 0; i < sizeof wire - 1; i++)
    feed (guard, wire + i, 1, seen);
  g_assert_cmpstr (seen->str, ==, expected);
}

/* A refused request is refused with the same status wherever it is split. */
static void
check_refusal_splits (const char *bytes, gsize length, guint status)
{
  gsize step = MAX (1, length / 500);

  for (gsize cut = 0; cut <= length; cut += step)
    {
      g_autoptr (SortieRequestGuard) guard = sortie_request_guard_new (MAX_BODY);
      g_autoptr (GString) seen = g_string_new (NULL);

      feed (guard, bytes, cut, seen);
      feed (guard, bytes + cut, length - cut, seen);
      g_assert_cmpuint (sortie_request_guard_get_status (guard), ==, status);
      g_assert_cmpstr (seen->str, ==, "");
    }
}

#define H "Host: a\r\n"
/* clang-format off */
static const struct
{
  guint status;
  const char *bytes;
  gsize length; /* 0: strlen */
} refused[] = {
  { 400, "GET / HTTP/1.1\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\nHost: a\n\n", 0 },
  { 400, "GET / HTTP/1.1\r\nHost: a\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\rHost: a\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\n" H "\rX: y\r\n\r\n", 0 },
  { 400, "GET  / HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /  HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, " GET / HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET\t/\tHTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /a b HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /\r\n" H "\r\n", 0 },
  { 400, "GET / HTTP/1.1 \r\n" H "\r\n", 0 },
  { 400, "GET / HTTP/1.10\r\n" H "\r\n", 0 },
  { 400, "GET / http/1.1\r\n" H "\r\n", 0 },
  { 400, "GET / HTTP/11\r\n" H "\r\n", 0 },
  { 400, "GET / \r\n" H "\r\n", 0 },
  { 400, "\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n", 0 },
  { 505, "GET / HTTP/1.2\r\n" H "\r\n", 0 },
  { 505, "GET / HTTP/2.0\r\n" H "\r\n", 0 },
  { 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0 },
  { 505, "GET / HTTP/0.9\r\n" H "\r\n", 0 },
  { 501, "get / HTTP/1.1\r\n" H "\r\n", 0 },
  { 501, "BREW / HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "G(T / HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "G\xc3\x89T / HTTP/1.1\r\n" H "\r\n", 0 },
  { 405, "TRACE / HTTP/1.1\r\n" H "\r\n", 0 },
  { 405, "CONNECT a:80 HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET http://a/ HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "OPTIONS * HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET a:80 HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET ?a HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /%0 HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /%zz HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /% HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /%00 HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /a%0d%0aSet-Cookie:x HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /%1f HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /%7F HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /?q=%00 HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /?q=% HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /a#b HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /a\\b HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /<b> HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /{a} HTTP/1.1\r\n" H "\r\n", 0 },
  { 400, "GET /a\0b HTTP/1.1\r\n" H "\r\n", 29 },
  { 400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\nHost:\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\nHost: a/\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\nHost: a:\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\nHost: a:0\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\nHost: a:+1\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\nHost: [\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\nHost: ::1\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\n" H "X : y\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\n" H ": y\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\n" H "X\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\n" H "X y: z\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\n" H "X: a\r\n\tb\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\n X: a\r\n" H "\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\n" H "X: a\x01" "b\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\n" H "X: a\x7f" "b\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\n" H "X: a\0b\r\n\r\n", 35 },
  { 400, "POST / HTTP/1.1\r\n" H "Transfer-Encoding\0: chunked\r\nContent-Length: 1\r\n\r\na", 75 },
  { 400, "POST / HTTP/1.1\r\n" H "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 0 },
  { 400, "POST / HTTP/1.1\r\n" H "Content-Length: 1\r\nContent-Length: 2\r\n\r\na", 0 },
  { 400, "POST / HTTP/1.1\r\n" H "Content-Length: 1, 1\r\n\r\na", 0 },
  { 400, "POST / HTTP/1.1\r\n" H "Content-Length: +1\r\n\r\na", 0 },
  { 400, "POST / HTTP/1.1\r\n" H "Content-Length: -1\r\n\r\na", 0 },
  { 400, "POST / HTTP/1.1\r\n" H "Content-Length: 0x1\r\n\r\na", 0 },
  { 400, "POST / HTTP/1.1\r\n" H "Content-Length: 1 1\r\n\r\na", 0 },
  { 400, "POST / HTTP/1.1\r\n" H "Content-Length:\r\n\r\n", 0 },
  { 400, "POST / HTTP/1.1\r\n" H "Content-Length: 1.0\r\n\r\na", 0 },
  { 413, "POST / HTTP/1.1\r\n" H "Content-Length: 1048577\r\n\r\n", 0 },
  { 413, "POST / HTTP/1.1\r\n" H "Content-Length: 18446744073709551617\r\n\r\n", 0 },
  { 413, "POST / HTTP/1.1\r\n" H "Content-Length: 9999999999999999999999999\r\n\r\n", 0 },
  { 501, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0 },
  { 501, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: identity\r\n\r\n", 0 },
  { 400, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n", 0 },
  { 400, "POST / HTTP/1.1\r\n" H "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", 0 },
  { 400, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n", 0 },
  { 400, "POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0 },
  { 417, "POST / HTTP/1.1\r\n" H "Expect: tea\r\nContent-Length: 1\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\n" H "Connection: close, host\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\n" H "Connection: a b\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\n" H "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", 0 },
  { 400, "GET / HTTP/1.1\r\n" H "Origin: http://a\r\nOrigin: http://b\r\n\r\n", 0 },
  { 400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11 },
  { 400, "\0\0\0\0", 4 },
  { 400, "0123456789012345678901234567890123456789", 0 },
};
/* clang-format on */

static void
test_refused (void)
{
  g_assert_cmpuint (G_N_ELEMENTS (refused), >=, 52);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      gsize length = refused[i].length > 0 ? refused[i].length : strlen (refused[i].bytes);
      g_autofree char *shown = g_strescape (refused[i].bytes, NULL);

      g_test_message ("%s", shown);
      g_assert_cmpuint (verdict (refused[i].bytes, length), ==, refused[i].status);
      check_refusal_splits (refused[i].bytes, length, refused[i].status);
    }
}

static const char *const taken[] = {
  "GET / HTTP/1.1\r\n" H "\r\n",
  "GET / HTTP/1.0\r\n\r\n",
  "GET //a//b HTTP/1.1\r\n" H "\r\n",
  "GET /?q=a%0ab&r=%C3%A9+x/?:@!$'()*,;=~ HTTP/1.1\r\n" H "\r\n",
  "GET / HTTP/1.1\r\n" H "X:\r\nY: \t \r\nZ:z\r\n\r\n",
  "GET / HTTP/1.1\r\n" H "X: caf\xc3\xa9 \xff\r\n\r\n",
  "GET / HTTP/1.1\r\n" H "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n",
  "GET / HTTP/1.1\r\n" H "Accept: a\r\nAccept: b\r\n\r\n",
  "POST / HTTP/1.1\r\n" H "Content-Length: 001\r\n\r\na",
  "POST / HTTP/1.1\r\n" H "Content-Length: 1048576\r\n\r\n",
  "POST / HTTP/1.1\r\n" H "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\na",
  "DELETE /a HTTP/1.1\r\nHost: EXAMPLE.org:8000\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: [2001:db8::1]:65535\r\n\r\n",
};

static void
test_taken (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (taken); i++)
    {
      g_autofree char *shown = g_strescape (taken[i], NULL);

      g_test_message ("%s", shown);
      g_assert_cmpuint (verdict (taken[i], strlen (taken[i])), ==, 0);
    }
}

static guint
verdict_of (const char *before, gsize filler, const char *after)
{
  g_autoptr (GString) text = g_string_new (before);

  for (gsize i = 0; i < filler; i++)
    g_string_append_c (text, 'a');
  g_string_append (text, after);
  return verdict (text->str, text->len);
}

static void
test_limits (void)
{
  const char *start = "GET / HTTP/1.1\r\n" H;
  g_autoptr (GString) many = g_string_new (start);

  /* "GET /" + n + " HTTP/1.1" */
  g_assert_cmpuint (verdict_of ("GET /", SORTIE_REQUEST_MAX_LINE - 14, " HTTP/1.1\r\n" H "\r\n"),
                    ==, 0);
  g_assert_cmpuint (verdict_of ("GET /", SORTIE_REQUEST_MAX_LINE - 13, " HTTP/1.1\r\n" H "\r\n"),
                    ==, 414);
  g_assert_cmpuint (verdict_of ("GET /", SORTIE_REQUEST_MAX_LINE * 4, ""), ==, 414);
  g_assert_cmpuint (verdict_of ("", SORTIE_REQUEST_MAX_METHOD + 1, ""), ==, 400);
  /* "Host: a" and "X: " with their line ends: 9 + 5 bytes */
  g_assert_cmpuint (verdict_of ("GET / HTTP/1.1\r\n" H "X: ", SORTIE_REQUEST_MAX_HEADER_BYTES - 14,
                                "\r\n\r\n"),
                    ==, 0);
  g_assert_cmpuint (verdict_of ("GET / HTTP/1.1\r\n" H "X: ", SORTIE_REQUEST_MAX_HEADER_BYTES - 13,
                                "\r\n\r\n"),
                    ==, 431);
  g_assert_cmpuint (verdict_of ("GET / HTTP/1.1\r\n" H "X: ", SORTIE_REQUEST_MAX_HEADER_BYTES, ""),
                    ==, 431);
  for (int i = 1; i < SORTIE_REQUEST_MAX_HEADERS; i++)
    g_string_append (many, "X: y\r\n");
  g_string_append (many, "\r\n");
  g_assert_cmpuint (verdict (many->str, many->len), ==, 0);
  g_string_insert (many, strlen (start), "X: y\r\n");
  g_assert_cmpuint (verdict (many->str, many->len), ==, 431);
}

static void
test_connection_options (void)
{
  const struct
  {
    const char *bytes;
    gboolean wants_close;
    gboolean expects;
  } cases[] = {
    { "GET / HTTP/1.1\r\n" H "\r\n", FALSE, FALSE },
    { "GET / HTTP/1.1\r\n" H "Connection: Close\r\n\r\n", TRUE, FALSE },
    { "GET / HTTP/1.1\r\n" H "Connection: x,close , y\r\n\r\n", TRUE, FALSE },
    { "GET / HTTP/1.1\r\n" H "Connection: keep-alive\r\nConnection: close\r\n\r\n", TRUE, FALSE },
    { "GET / HTTP/1.0\r\n\r\n", TRUE, FALSE },
    { "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", FALSE, FALSE },
    { "POST / HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n", FALSE, TRUE },
    { "POST / HTTP/1.1\r\n" H "Expect: 100-continue\r\n\r\n", FALSE, FALSE },
    { "POST / HTTP/1.0\r\n" H "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n", TRUE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SortieRequestGuard) guard = sortie_request_guard_new (MAX_BODY);
      const SortieRequestHead *head = sortie_request_guard_get_head (guard);

      sortie_request_guard_feed (guard, cases[i].bytes, strlen (cases[i].bytes));
      g_assert_cmpuint (sortie_request_guard_get_status (guard), ==, 0);
      g_assert_cmpint (sortie_request_head_wants_close (head), ==, cases[i].wants_close);
      g_assert_cmpint (sortie_request_head_expects_continue (head), ==, cases[i].expects);
    }
}

/* Whatever comes, in whatever pieces: a verdict or a wait, and never a crash. Seeded by the test.
 * */
static void
test_rubbish (void)
{
  static const char *const pieces[] = {
    "GET ",
    "POST ",
    "/",
    " ",
    "HTTP/1.1",
    "\r\n",
    "\r",
    "\n",
    "Host: a",
    "Content-Length: ",
    "3",
    "Transfer-Encoding: chunked",
    ":",
    "%41",
    "%",
    "\t",
    "a",
    "\xff",
    "Connection: close",
    "?",
    "[",
  };

  for (int round = 0; round < 20000; round++)
    {
      g_autoptr (SortieRequestGuard) guard = sortie_request_guard_new (MAX_BODY);
      g_autoptr (GString) seen = g_string_new (NULL);
      int n = g_test_rand_int_range (1, 30);

      for (int i = 0; i < n; i++)
        {
          const char *piece = pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))];
          gsize length = strlen (piece);

          if (g_test_rand_bit ())
            feed (guard, "\0\r\n\x80 /" + g_test_rand_int_range (0, 6), 1, seen);
          feed (guard, piece, length, seen);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/request-guard/split-points", test_split_points);
  g_test_add_func ("/server/request-guard/byte-by-byte", test_byte_by_byte);
  g_test_add_func ("/server/request-guard/refused", test_refused);
  g_test_add_func ("/server/request-guard/taken", test_taken);
  g_test_add_func ("/server/request-guard/limits", test_limits);
  g_test_add_func ("/server/request-guard/connection-options", test_connection_options);
  g_test_add_func ("/server/request-guard/rubbish", test_rubbish);
  return g_test_run ();
}
