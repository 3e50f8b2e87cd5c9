/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a chosen folder lies outside the sandbox. The document portal is played by folders that carry
 * the attribute that its own file system shows. */
#include "sortie-host-path.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/xattr.h>

#define XATTR "user.document-portal.host-path"

static char *doc; /* where the portal's folder is */

static char *
make_folder (const char *number, const char *name, const char *host)
{
  char *path = g_build_filename (doc, number, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
  if (host != NULL)
    g_assert_cmpint (setxattr (path, XATTR, host, strlen (host), 0), ==, 0);
  return path;
}

static void
assert_shown (const char *path, const char *expected)
{
  g_autofree char *shown = sortie_host_path_dup_shown (path);

  g_assert_cmpstr (shown, ==, expected);
}

static void
learnt_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **slot = user_data;

  g_assert_null (*slot);
  *slot = g_object_ref (result);
}

static gboolean
learn (const char *const *paths)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean has_learnt;

  sortie_host_path_learn_async (paths, NULL, learnt_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  has_learnt = sortie_host_path_learn_finish (result, &error);
  g_assert_no_error (error);
  return has_learnt;
}

static void
test_shown (void)
{
  g_autofree char *minutes = make_folder ("5d2f0a11", "Minutes", "/home/a/Minutes of 2026");
  g_autofree char *offers = make_folder ("77aa", "Offers", "/home/a/Offers");
  g_autofree char *below = g_build_filename (minutes, "may", "a.md", NULL);
  const char *const paths[] = { minutes, below, offers, "/srv/docs", NULL };

  assert_shown (minutes, minutes); /* not asked yet */
  g_assert_true (learn (paths));
  assert_shown (minutes, "/home/a/Minutes of 2026");
  assert_shown (below, "/home/a/Minutes of 2026/may/a.md");
  assert_shown (offers, "/home/a/Offers");
  assert_shown ("/srv/docs", "/srv/docs");
  assert_shown (NULL, NULL);
  g_assert_false (learn (paths)); /* nobody is asked twice */
}

/* What is no answer leaves the path as it is: it still opens the folder. */
static void
test_unknown (void)
{
  g_autofree char *plain = make_folder ("1", "Plain", NULL);
  g_autofree char *relative = make_folder ("2", "Relative", "not/a/path");
  g_autofree char *empty = make_folder ("3", "Empty", "");
  g_autofree char *gone = g_build_filename (doc, "4", "Gone", NULL);
  const char *const paths[] = { plain, relative, empty, gone, NULL };

  g_assert_false (learn (paths));
  for (gsize i = 0; paths[i] != NULL; i++)
    assert_shown (paths[i], paths[i]);
}

/* The attribute of a folder that is none of the portal's is anybody's word. */
static void
test_foreign (void)
{
  g_autofree char *beside = g_strconcat (doc, "uments", NULL);
  g_autofree char *folder = g_build_filename (beside, "5", "Liar", NULL);
  g_autofree char *number = make_folder ("6", "", "/home/a/Number");
  const char *const paths[] = { folder, doc, number, "", "/", "/run/flatpak/doc/7", NULL };

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (setxattr (folder, XATTR, "/etc", 4, 0), ==, 0);
  g_assert_false (learn (paths));
  for (gsize i = 0; paths[i] != NULL; i++)
    assert_shown (paths[i], paths[i]);
}

static void
test_nothing (void)
{
  const char *const paths[] = { NULL };

  g_assert_false (learn (paths));
}

int
main (int argc, char **argv)
{
  g_autofree char *runtime = g_dir_make_tmp ("sortie-host-path-XXXXXX", NULL);
  const char *const tidy[] = { "rm", "-rf", runtime, NULL };
  int outcome;

  g_assert_nonnull (runtime);
  g_setenv ("XDG_RUNTIME_DIR", runtime, TRUE);
  doc = g_build_filename (runtime, "doc", NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/host-path/shown", test_shown);
  g_test_add_func ("/host-path/unknown", test_unknown);
  g_test_add_func ("/host-path/foreign", test_foreign);
  g_test_add_func ("/host-path/nothing", test_nothing);
  outcome = g_test_run ();
  g_assert_true (g_spawn_sync (NULL, (char **) tidy, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
  g_free (doc);
  return outcome;
}
