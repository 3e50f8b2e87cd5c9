/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-helper-path.h"

char **
sortie_helper_paths (const char *name,
                     const char *named,
                     const char *program,
                     const char *build_folder,
                     const char *libexec_folder)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_autofree char *built = g_build_filename (build_folder, name, NULL);
  g_autofree char *installed = g_build_filename (libexec_folder, name, NULL);

  if (named != NULL && *named != '\0')
    {
      g_autofree char *path = g_build_filename (named, name, NULL);

      g_strv_builder_add (paths, path);
      return g_strv_builder_end (paths);
    }
  if (program != NULL)
    {
      g_autofree char *folder = g_path_get_dirname (program);
      g_autofree char *beside = g_build_filename (folder, "..", "libexec", "sortie", name, NULL);

      g_strv_builder_add (paths, beside);
    }
  g_strv_builder_add_many (paths, built, installed, NULL);
  return g_strv_builder_end (paths);
}
