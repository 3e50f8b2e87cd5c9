/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-sandbox.h"

static const char *const nothing[] = { NULL };
static const char *const outside[] = { "HOME=/home/ada", "NO_FLATPAK_ID=x", "FLATPAK_IDS=y", NULL };
static const char *const emptied[] = { "FLATPAK_ID=", NULL };
static const char *const inside[] = { "HOME=/home/ada", "FLATPAK_ID=org.example.App", NULL };

static void
test_id (void)
{
  g_assert_null (sortie_sandbox_get_id (nothing));
  g_assert_null (sortie_sandbox_get_id (outside));
  g_assert_null (sortie_sandbox_get_id (emptied));
  g_assert_cmpstr (sortie_sandbox_get_id (inside), ==, "org.example.App");
}

static void
test_own_environment (void)
{
  g_assert_null (sortie_sandbox_get_id (NULL));
  g_setenv ("FLATPAK_ID", "org.example.Own", TRUE);
  g_assert_cmpstr (sortie_sandbox_get_id (NULL), ==, "org.example.Own");
  g_assert_null (sortie_sandbox_get_id (nothing));
  g_setenv ("FLATPAK_ID", "", TRUE);
  g_assert_null (sortie_sandbox_get_id (NULL));
  g_unsetenv ("FLATPAK_ID");
}

static void
test_runtime_folder (void)
{
  g_autofree char *usual = sortie_sandbox_dup_runtime_folder ("/run/user/7", outside);
  g_autofree char *empty = sortie_sandbox_dup_runtime_folder ("/run/user/7", emptied);
  g_autofree char *boxed = sortie_sandbox_dup_runtime_folder ("/run/user/7", inside);
  g_autofree char *own = sortie_sandbox_dup_runtime_folder ("/run/user/7", NULL);

  g_assert_cmpstr (usual, ==, "/run/user/7/sortie");
  g_assert_cmpstr (empty, ==, "/run/user/7/sortie");
  g_assert_cmpstr (boxed, ==, "/run/user/7/app/org.example.App");
  g_assert_cmpstr (own, ==, "/run/user/7/sortie");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("FLATPAK_ID"); /* these tests run in the sandbox as well */
  g_test_add_func ("/sandbox/id", test_id);
  g_test_add_func ("/sandbox/own-environment", test_own_environment);
  g_test_add_func ("/sandbox/runtime-folder", test_runtime_folder);

  return g_test_run ();
}
