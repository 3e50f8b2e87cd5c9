/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-command.h"
#include "sortie-error.h"
#include "sortie-redis-url.h"
#include "sortie-redis.h"

#include <string.h>

/* Addresses and commands, without a server. */

static void
test_urls (void)
{
  static const struct
  {
    const char *text;
    const char *host;
    int port;
    const char *socket_path;
    const char *user;
    const char *password;
    int database;
    gboolean tls;
    const char *display;
  } urls[] = {
    { "redis://localhost", "localhost", 6379, .display = "redis://localhost:6379/0" },
    { "redis://localhost/", "localhost", 6379, .display = "redis://localhost:6379/0" },
    { "redis://10.0.0.1:7000/3", "10.0.0.1", 7000, .database = 3,
      .display = "redis://10.0.0.1:7000/3" },
    { "redis://:secret@db:1/1023", "db", 1, .password = "secret", .database = 1023,
      .display = "redis://db:1/1023" },
    { "redis://ada:p%40ss%3Aword@db.example.org", "db.example.org", 6379, .user = "ada",
      .password = "p@ss:word", .display = "redis://db.example.org:6379/0" },
    { "redis://ada:%C3%A4%20%2F@h", "h", 6379, .user = "ada", .password = "ä /",
      .display = "redis://h:6379/0" },
    { "redis://[::1]:6380/2", "::1", 6380, .database = 2, .display = "redis://[::1]:6380/2" },
    { "rediss://h:6380", "h", 6380, .tls = TRUE, .display = "rediss://h:6380/0" },
    { "REDIS://h", "h", 6379, .display = "redis://h:6379/0" },
    { "unix:///run/redis.sock", .socket_path = "/run/redis.sock",
      .display = "unix:///run/redis.sock" },
    { "unix:///a%20b/%C3%A4.sock?db=2", .socket_path = "/a b/ä.sock", .database = 2,
      .display = "unix:///a b/ä.sock" },
    { "unix://ada:pw@/run/redis.sock", .socket_path = "/run/redis.sock", .user = "ada",
      .password = "pw", .display = "unix:///run/redis.sock" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SortieRedisUrl) url = sortie_redis_url_parse (urls[i].text, &error);
      g_autoptr (SortieRedisUrl) copy = NULL;
      g_autofree char *display = NULL;

      g_test_message ("%s", urls[i].text);
      g_assert_no_error (error);
      copy = sortie_redis_url_copy (url);
      g_assert_cmpstr (copy->host, ==, urls[i].host);
      g_assert_cmpint (copy->port, ==, urls[i].port);
      g_assert_cmpstr (copy->socket_path, ==, urls[i].socket_path);
      g_assert_cmpstr (copy->user, ==, urls[i].user);
      g_assert_cmpstr (copy->password, ==, urls[i].password);
      g_assert_cmpint (copy->database, ==, urls[i].database);
      g_assert_cmpint (copy->tls, ==, urls[i].tls);
      display = sortie_redis_url_dup_display (copy);
      g_assert_cmpstr (display, ==, urls[i].display);
    }
}

static void
test_wrong_urls (void)
{
  static const char *const wrong[] = {
    "",
    "redis",
    "redis:",
    "redis://",
    "redis:///0",
    "redis://:secret@",
    "localhost:6379",
    "http://secret:secret@localhost",
    "redis+tls://localhost",
    "redis://localhost:99999",
    "redis://localhost:port",
    "redis://localhost/secret",
    "redis://localhost/-1",
    "redis://localhost/1024",
    "redis://localhost/0/1",
    "redis://localhost/ 1",
    "redis://[::1",
    "redis://:secret%00@h",
    "unix://",
    "unix://run/redis.sock",
    "unix:redis.sock",
    "unix:///run/redis.sock?db=x",
    "unix:///run/redis.sock?db=-1",
    "unix:///run/redis.sock?database=1",
    "unix:///run/redis.sock?db=1&db=2",
  };
  g_autofree char *name = g_strnfill (100, 'x');
  g_autofree char *long_path = g_strdup_printf ("unix:///run/%s/redis.sock", name);
  g_autofree char *fits = g_strdup_printf ("unix:///run/%s", name);

  for (gsize i = 0; i <= G_N_ELEMENTS (wrong); i++)
    {
      const char *text = i < G_N_ELEMENTS (wrong) ? wrong[i] : long_path;
      g_autoptr (GError) error = NULL;
      g_autoptr (SortieRedisUrl) url = sortie_redis_url_parse (text, &error);

      g_test_message ("%s", text);
      g_assert_null (url);
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
      g_assert_true (g_str_has_prefix (error->message, "REDIS_URL"));
      g_assert_null (strstr (error->message, "secret"));
    }
  g_autoptr (SortieRedisUrl) url = sortie_redis_url_parse (fits, NULL);
  g_assert_nonnull (url);
}

static void
assert_wire (const SortieCommand *command, const char *expected, gsize expected_length)
{
  gsize length;
  g_autofree char *wire = sortie_command_format (command, &length);

  g_assert_cmpmem (wire, length, expected, expected_length);
}

static void
test_commands (void)
{
  static const char wire[] = "*6\r\n$3\r\nSET\r\n$0\r\n\r\n$3\r\na\0b\r\n$5\r\nä\r\n \r\n"
                             "$20\r\n-9223372036854775808\r\n$1\r\n0\r\n";
  g_autoptr (SortieCommand) command = sortie_command_new ("SET", "", NULL);
  g_autoptr (SortieCommand) bare = sortie_command_new ("PING", NULL);

  g_assert_cmpint (sortie_command_get_script (command), ==, SORTIE_SCRIPT_NONE);
  sortie_command_add_len (command, "a\0b", 3);
  sortie_command_add (command, "ä\r\n ");
  sortie_command_add_int (command, G_MININT64);
  sortie_command_add_int (command, 0);
  assert_wire (command, wire, sizeof wire - 1);
  assert_wire (command, wire, sizeof wire - 1); /* as often as it is sent */
  assert_wire (bare, "*1\r\n$4\r\nPING\r\n", 14);
}

static void
test_scripts (void)
{
  for (int i = 0; i < SORTIE_N_SCRIPTS; i++)
    {
      const char *text = sortie_script_get_text ((SortieScript) i);
      g_autofree char *sha = g_compute_checksum_for_string (G_CHECKSUM_SHA1, text, -1);
      g_autoptr (SortieCommand) command = sortie_command_new_script ((SortieScript) i, 2);
      g_autofree char *wire =
          g_strdup_printf ("*3\r\n$7\r\nEVALSHA\r\n$40\r\n%s\r\n$1\r\n2\r\n", sha);

      g_assert_true (g_str_has_prefix (text, "#!lua"));
      g_assert_cmpint (g_str_has_prefix (text, "#!lua flags=allow-oom\n"), ==,
                       i != SORTIE_SCRIPT_ACCEPT);
      g_assert_cmpstr (sortie_script_get_sha ((SortieScript) i), ==, sha);
      g_assert_cmpint (sortie_command_get_script (command), ==, i);
      assert_wire (command, wire, strlen (wire));
      for (int k = 0; k < i; k++)
        g_assert_cmpstr (sortie_script_get_sha ((SortieScript) k), !=, sha);
    }
}

/* Replies of another shape than expected are nothing, never a crash. */
static void
test_odd_replies (void)
{
  redisReply text = { .type = REDIS_REPLY_STRING, .str = (char *) "12x", .len = 3 };
  redisReply empty = { .type = REDIS_REPLY_STRING, .str = (char *) "", .len = 0 };
  redisReply nil = { .type = REDIS_REPLY_NIL };
  redisReply number = { .type = REDIS_REPLY_INTEGER, .integer = -5 };
  redisReply failure = { .type = REDIS_REPLY_ERROR, .str = (char *) "LOADING data", .len = 12 };
  redisReply *elements[] = { &text, &nil, &number };
  redisReply list = { .type = REDIS_REPLY_ARRAY, .elements = 3, .element = elements };
  const SortieReply *odd[] = { NULL, &nil, &number, &failure };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_assert_null (sortie_reply_get_string (odd[i]));
      g_assert_cmpuint (sortie_reply_get_length (odd[i]), ==, 0);
      g_assert_null (sortie_reply_get_element (odd[i], 0));
      g_assert_null (sortie_reply_get_field (odd[i], "x"));
    }
  g_assert_cmpint (sortie_reply_get_int (NULL, 7), ==, 7);
  g_assert_cmpint (sortie_reply_get_int (&nil, 7), ==, 7);
  g_assert_cmpint (sortie_reply_get_int (&empty, 7), ==, 7);
  g_assert_cmpint (sortie_reply_get_int (&text, 7), ==, 12);
  g_assert_cmpint (sortie_reply_get_int (&number, 7), ==, -5);
  g_assert_cmpuint (sortie_reply_get_length (&list), ==, 3);
  g_assert_null (sortie_reply_get_element (&list, 3));
  g_assert_true (sortie_reply_get_field (&list, "12x") == &nil);
  g_assert_null (sortie_reply_get_field (&list, "x")); /* an odd one out has no value */
  g_assert_true (sortie_reply_is_transient (&failure));
  g_assert_false (sortie_reply_is_error (&text, "12"));
  g_assert_true (sortie_reply_check (&list, &error));
  g_assert_false (sortie_reply_check (&failure, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/command/urls", test_urls);
  g_test_add_func ("/command/wrong-urls", test_wrong_urls);
  g_test_add_func ("/command/commands", test_commands);
  g_test_add_func ("/command/scripts", test_scripts);
  g_test_add_func ("/command/odd-replies", test_odd_replies);
  return g_test_run ();
}
