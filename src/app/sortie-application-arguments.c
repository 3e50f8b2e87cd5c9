/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-application-private.h"

/* What comes with a start: an argument that names a file or a folder which is there is a source, any
 * other is a piece of the mission's text. */

/* ---- Files ---- */

/* Sources can be added once there is a backend that takes them. */
void
sortie_application_take_files (SortieApplication *self)
{
  SortieWindow *window = sortie_application_get_window (self);
  g_autoptr (GListStore) files = NULL;

  if (self->files == NULL || window == NULL || sortie_backend_get_api (self->backend) == NULL ||
      sortie_backend_get_state (self->backend) != SORTIE_BACKEND_ONLINE)
    return;
  files = g_steal_pointer (&self->files);
  sortie_window_add_documents (window, G_LIST_MODEL (files));
}

void
sortie_application_add_file (SortieApplication *self, GFile *file)
{
  if (self->files == NULL)
    self->files = g_list_store_new (G_TYPE_FILE);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->files)) < SORTIE_APPLICATION_MAX_FILES)
    g_list_store_append (self->files, file);
}

/* ---- The command line ---- */

static GFile *
find_file (GApplicationCommandLine *command_line, const char *argument)
{
  g_autoptr (GFile) file = NULL;

  if (*argument == '\0')
    return NULL;
  file = g_application_command_line_create_file_for_arg (command_line, argument);
  /* Only what is on this machine: a question to a network share could take minutes. */
  if (!g_file_is_native (file) || !g_file_query_exists (file, NULL))
    return NULL;
  return g_steal_pointer (&file);
}

static char *
dup_text (const char *argument)
{
  if (g_utf8_validate (argument, -1, NULL))
    return g_strdup (argument);
  return g_utf8_make_valid (argument, -1);
}

char *
sortie_application_take_arguments (SortieApplication *self,
                                   GApplicationCommandLine *command_line,
                                   const char *const *arguments)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; arguments[i] != NULL; i++)
    {
      g_autoptr (GFile) file = find_file (command_line, arguments[i]);
      g_autofree char *words = dup_text (arguments[i]);

      if (file != NULL)
        sortie_application_add_file (self, file);
      else
        g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", words);
    }
  return text->len > 0 ? g_strdup (text->str) : NULL;
}
