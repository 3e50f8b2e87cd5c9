/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-upload-names.h"

#include <string.h>

static void
test_names (void)
{
  static const struct
  {
    const char *path;
    const char *name;
  } cases[] = {
    { "notes.txt", "notes.txt" },
    { "sub dir/zwei.md", "sub dir - zwei.md" },
    { "a/b/c", "a - b - c" },
    { "a\nb\x7f.txt", "a_b_.txt" },
    { "caf\xe9.txt", "caf\357\277\275.txt" },
    { "..", "_." },
    { "", "_" },
  };
  g_autoptr (SortieUploadNames) names = sortie_upload_names_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = sortie_upload_names_take (names, cases[i].path);

      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

/* Files of two folders, and a folder that looks like a name. */
static void
test_unique (void)
{
  static const char *const paths[] = { "notes.txt",     "notes.txt",  "notes.txt",
                                       "notes (2).txt", "a/b - c.md", "a - b/c.md" };
  static const char *const wanted[] = { "notes.txt",         "notes (2).txt", "notes (3).txt",
                                        "notes (2) (2).txt", "a - b - c.md",  "a - b - c (2).md" };

  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (SortieUploadNames) names = sortie_upload_names_new ();

      for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
        {
          g_autofree char *name = sortie_upload_names_take (names, paths[i]);

          g_assert_cmpstr (name, ==, wanted[i]);
        }
    }
}

/* Of a path that is too long the end is kept; names of one end stay apart. */
static void
test_long (void)
{
  g_autoptr (SortieUploadNames) names = sortie_upload_names_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *tail = g_strnfill (150, 'x');

  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *path =
          g_strdup_printf ("%u/\303\244\303\244\303\244/%s/%s.pdf", i / 2, tail, tail);
      char *name = sortie_upload_names_take (names, path);

      g_assert_cmpuint (strlen (name), <=, SORTIE_UPLOAD_MAX_NAME);
      g_assert_true (g_utf8_validate (name, -1, NULL));
      g_assert_true (g_str_has_suffix (name, ".pdf"));
      g_assert_true (g_hash_table_add (seen, name));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/upload-names/names", test_names);
  g_test_add_func ("/client/upload-names/unique", test_unique);
  g_test_add_func ("/client/upload-names/long", test_long);
  return g_test_run ();
}
