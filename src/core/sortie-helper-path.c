/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-helper-path.h"

static char *
find_in (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer (&path) : NULL;
}

char *
sortie_helper_path_find (const char *name, const char *build_folder, const char *libexec_folder)
{
  const char *named = g_getenv ("SORTIE_LIBEXEC_DIR");
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  char *path = NULL;

  if (named != NULL && *named != '\0')
    return find_in (named, name);
  if (program != NULL)
    {
      g_autofree char *folder = g_path_get_dirname (program);
      g_autofree char *beside = g_build_filename (folder, "..", "libexec", "sortie", NULL);

      path = find_in (beside, name);
    }
  if (path == NULL)
    path = find_in (build_folder, name);
  return path != NULL ? path : find_in (libexec_folder, name);
}
