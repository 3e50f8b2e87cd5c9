/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-auth.h"

#include "sortie-error.h"

#include <glib/gstdio.h>
#include <string.h>

/* Tokens, and which hosts and origins are ours. */

static void
test_tokens (void)
{
  const struct
  {
    const char *authorization;
    const char *user;
  } cases[] = {
    { "Bearer alpha-token", "alice" },
    { "bearer alpha-token", "alice" },
    { "BEARER   alpha-token", "alice" },
    { "Bearer beta.token", "bob@home" },
    { "Bearer plain+/==", "local" },
    { "Bearer alice:alpha-token", NULL },
    { "Bearer alpha-toke", NULL },
    { "Bearer alpha-tokenn", NULL },
    { "Bearer alpha-token ", NULL },
    { "Bearer ALPHA-TOKEN", NULL },
    { "Bearer ", NULL },
    { "Bearer", NULL },
    { "", NULL },
    { "Basic alpha-token", NULL },
    { "alpha-token", NULL },
    { NULL, NULL },
  };
  g_autoptr (SortieAuth) auth = sortie_auth_new ();

  g_assert_cmpstr (sortie_auth_check (auth, NULL, TRUE), ==, "local");
  g_assert_cmpstr (sortie_auth_check (auth, "Bearer x", TRUE), ==, "local");
  g_assert_null (sortie_auth_check (auth, NULL, FALSE));
  g_assert_true (sortie_auth_add (auth, "alice:alpha-token", NULL));
  g_assert_true (sortie_auth_add (auth, "bob@home:beta.token", NULL));
  g_assert_true (sortie_auth_add (auth, "plain+/==", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].authorization);
      g_assert_cmpstr (sortie_auth_check (auth, cases[i].authorization, TRUE), ==, cases[i].user);
      g_assert_cmpstr (sortie_auth_check (auth, cases[i].authorization, FALSE), ==, cases[i].user);
    }
}

static void
test_bad_tokens (void)
{
  static const char *const bad[] = {
    "", ":", "a:", ":b", "a b", "a:b c", "\xc3\xa9:b", "a:\xc3\xa9", "a:b:c", "a/b:c", "a:b\"",
  };
  g_autoptr (SortieAuth) auth = sortie_auth_new ();
  g_autofree char *user = g_strnfill (SORTIE_AUTH_MAX_USER + 1, 'u');
  g_autofree char *token = g_strnfill (SORTIE_AUTH_MAX_TOKEN + 1, 't');
  g_autofree char *long_user = g_strconcat (user, ":t", NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) bad_error = NULL;

      g_assert_false (sortie_auth_add (auth, bad[i], &bad_error));
      g_assert_error (bad_error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
    }
  g_assert_false (sortie_auth_add (auth, long_user, NULL));
  g_assert_false (sortie_auth_add (auth, token, NULL));
  g_assert_false (sortie_auth_has_tokens (auth));
  for (int i = 0; i < SORTIE_AUTH_MAX_TOKENS; i++)
    {
      g_autofree char *one = g_strdup_printf ("token%d", i);

      g_assert_true (sortie_auth_add (auth, one, NULL));
    }
  g_assert_false (sortie_auth_add (auth, "more", &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
}

static void
assert_file (const char *path, const char *text, gssize length, int mode, int code)
{
  g_autoptr (SortieAuth) auth = sortie_auth_new ();
  g_autoptr (GError) error = NULL;
  gboolean loaded;

  g_assert_true (g_file_set_contents (path, text, length, NULL));
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
  loaded = sortie_auth_load_file (auth, path, &error);
  if (code < 0)
    {
      g_assert_no_error (error);
      g_assert_true (loaded);
      g_assert_cmpstr (sortie_auth_check (auth, "Bearer t2", FALSE), ==, "bob");
      return;
    }
  g_assert_error (error, SORTIE_ERROR, code);
  g_assert_false (loaded);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_assert_null (strstr (error->message, "secret"));
}

static void
test_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sortie-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "tokens", NULL);
  g_autofree char *large = g_strnfill (SORTIE_AUTH_MAX_FILE + 1, '\n');
  const char *good = "# who may\n\n alice:t1 \r\nbob:t2\n#x\n t3";
  g_autoptr (SortieAuth) auth = sortie_auth_new ();
  g_autoptr (GError) error = NULL;

  assert_file (path, good, -1, 0600, -1);
  assert_file (path, good, -1, 0400, -1);
  assert_file (path, good, -1, 0640, -1);
  assert_file (path, good, -1, 0604, SORTIE_ERROR_DENIED);
  assert_file (path, good, -1, 0602, SORTIE_ERROR_DENIED);
  assert_file (path, good, -1, 0620, SORTIE_ERROR_DENIED);
  assert_file (path, good, -1, 0644, SORTIE_ERROR_DENIED);
  assert_file (path, "", -1, 0600, SORTIE_ERROR_INVALID);
  assert_file (path, "# none\n", -1, 0600, SORTIE_ERROR_INVALID);
  assert_file (path, "alice:t1\nbob:secret secret\n", -1, 0600, SORTIE_ERROR_INVALID);
  assert_file (path, "alice:t1\0secret", 15, 0600, SORTIE_ERROR_INVALID);
  assert_file (path, large, SORTIE_AUTH_MAX_FILE + 1, 0600, SORTIE_ERROR_INVALID);
  g_unlink (path);
  g_assert_false (sortie_auth_load_file (auth, path, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (sortie_auth_load_file (auth, folder, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
  g_rmdir (folder);
}

static void
test_require_token (void)
{
  const struct
  {
    const char *address;
    gboolean is_local;
  } cases[] = {
    { "tcp://127.0.0.1:8000", TRUE },    { "tcp://127.8.9.1:8000", TRUE },
    { "tcp://[::1]:8000", TRUE },        { "tcp://localhost:8000", TRUE },
    { "unix:///tmp/s", TRUE },           { "tcp://0.0.0.0:8000", FALSE },
    { "tcp://[::]:8000", FALSE },        { "tcp://192.0.2.1:80", FALSE },
    { "tcp://[2001:db8::1]:80", FALSE },
  };
  g_autoptr (SortieAuth) none = sortie_auth_new ();
  g_autoptr (SortieAuth) some = sortie_auth_new ();

  sortie_auth_add (some, "token", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (sortie_auth_require_token_for (some, cases[i].address, NULL));
      g_assert_cmpint (sortie_auth_require_token_for (none, cases[i].address, &error), ==,
                       cases[i].is_local);
      if (!cases[i].is_local)
        g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_DENIED);
    }
  g_assert_false (sortie_auth_require_token_for (some, "nonsense", NULL));
}

static void
test_origins (void)
{
  const struct
  {
    guint status;
    const char *host;
    const char *origin;
    const char *fetch_site;
  } cases[] = {
    { 0, "localhost", NULL, NULL },
    { 0, "LOCALHOST:8000", NULL, NULL },
    { 0, "127.0.0.1:8000", NULL, NULL },
    { 0, "[::1]:8000", NULL, NULL },
    { 0, "[0:0:0:0:0:0:0:1]", NULL, NULL },
    { 0, "192.0.2.7:8000", NULL, NULL }, /* the address that was connected to */
    { 0, "missions.example", NULL, NULL },
    { 0, "backend:8000", NULL, NULL },
    { 0, "[2001:db8::1]:80", NULL, NULL },
    { 421, NULL, NULL, NULL },
    { 421, "", NULL, NULL },
    { 421, "evil.example", NULL, NULL },
    { 421, "192.0.2.8", NULL, NULL },
    { 421, "0.0.0.0:8000", NULL, NULL },
    { 421, "[::]:8000", NULL, NULL },
    { 421, "[::ffff:127.0.0.2]", NULL, NULL },
    { 421, "localhost.", NULL, NULL },
    { 421, "127.1", NULL, NULL },
    { 421, "2130706433", NULL, NULL },
    { 421, "missions.example.evil.example", NULL, NULL },
    { 0, "127.0.0.1:8000", "http://127.0.0.1:8000", "same-origin" },
    { 0, "127.0.0.1:8000", "https://127.0.0.1:8000", NULL },
    { 0, "127.0.0.1", "http://127.0.0.1", NULL },
    { 0, "127.0.0.1", "http://127.0.0.1:80", NULL },
    { 0, "127.0.0.1:8000", "https://missions.example", NULL }, /* PUBLIC_URL */
    { 0, "127.0.0.1:8000", "HTTPS://Missions.Example:443", NULL },
    { 0, "127.0.0.1:8000", NULL, "none" },
    { 0, "127.0.0.1:8000", NULL, "same-origin" },
    { 403, "127.0.0.1:8000", "http://missions.example", NULL },
    { 403, "127.0.0.1:8000", "https://missions.example:8443", NULL },
    { 403, "127.0.0.1:8000", "http://127.0.0.1:8001", NULL },
    { 403, "127.0.0.1:8000", "http://localhost:8000", NULL },
    { 403, "127.0.0.1:8000", "null", NULL },
    { 403, "127.0.0.1:8000", "", NULL },
    { 403, "127.0.0.1:8000", "file://", NULL },
    { 403, "127.0.0.1:8000", "https://evil.example", NULL },
    { 403, "127.0.0.1:8000", "http://127.0.0.1:8000.evil.example", NULL },
    { 403, "127.0.0.1:8000", "http://127.0.0.1:8000/", NULL },
    { 403, "127.0.0.1:8000", NULL, "cross-site" },
    { 403, "127.0.0.1:8000", "http://127.0.0.1:8000", "Cross-Site" },
  };
  g_autoptr (SortieOrigin) origin = sortie_origin_new ();

  g_assert_true (sortie_origin_allow (origin, "https://missions.example/app?x"));
  g_assert_true (sortie_origin_allow (origin, "http://backend:8000"));
  g_assert_true (sortie_origin_allow (origin, "2001:db8::1"));
  g_assert_true (sortie_origin_allow (origin, "0.0.0.0"));
  g_assert_true (sortie_origin_allow (origin, "other:80"));
  g_assert_false (sortie_origin_allow (origin, ""));
  g_assert_false (sortie_origin_allow (origin, "a b"));
  g_assert_false (sortie_origin_allow (origin, "ftp://a"));
  g_assert_false (sortie_origin_allow (origin, "https://"));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *detail = NULL;

      g_test_message ("%s %s %s", cases[i].host, cases[i].origin, cases[i].fetch_site);
      g_assert_cmpuint (sortie_origin_check (origin, cases[i].host, "192.0.2.7", cases[i].origin,
                                             cases[i].fetch_site, &detail),
                        ==, cases[i].status);
      g_assert_cmpint (detail != NULL, ==, cases[i].status != 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/auth/tokens", test_tokens);
  g_test_add_func ("/server/auth/bad-tokens", test_bad_tokens);
  g_test_add_func ("/server/auth/file", test_file);
  g_test_add_func ("/server/auth/require-token", test_require_token);
  g_test_add_func ("/server/auth/origins", test_origins);
  return g_test_run ();
}
