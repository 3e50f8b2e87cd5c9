/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-compose-file.h"

#include <string.h>

void
sortie_compose_service_free (SortieComposeService *self)
{
  if (self == NULL)
    return;

  g_free (self->name);
  g_free (self->image);
  g_free (self);
}

/* --- variables --- */

/* What stands between `${` and `}`: `NAME`, `NAME-default` or `NAME:-default`. */
static void
append_braced (GString *out, const char *inside, const char *const *environment)
{
  gsize length = strspn (inside, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");
  g_autofree char *name = g_strndup (inside, length);
  const char *value = g_environ_getenv ((char **) environment, name);
  const char *rest = inside + length;
  gboolean takes_empty = *rest != ':';

  if (!takes_empty)
    rest++;
  if (value != NULL && (takes_empty || *value != '\0'))
    g_string_append (out, value);
  else if (*rest == '-')
    g_string_append (out, rest + 1);
}

char *
sortie_compose_file_expand (const char *value, const char *const *environment)
{
  GString *out = g_string_new (NULL);

  while (*value != '\0')
    {
      const char *end = g_str_has_prefix (value, "${") ? strchr (value, '}') : NULL;

      if (g_str_has_prefix (value, "$$"))
        {
          g_string_append_c (out, '$');
          value += 2;
        }
      else if (end != NULL)
        {
          g_autofree char *inside = g_strndup (value + 2, (gsize) (end - value - 2));

          append_braced (out, inside, environment);
          value = end + 1;
        }
      else
        g_string_append_c (out, *value++);
    }

  return g_string_free (out, FALSE);
}

/* --- lines --- */

static char *
dup_value (const char *text, const char *const *environment)
{
  g_autofree char *value = g_strstrip (g_strdup (text));
  const char *comment = strstr (value, " #");
  gsize length;

  if (comment != NULL)
    value[comment - value] = '\0';
  g_strchomp (value);
  length = strlen (value);
  if (length > 1 && (*value == '"' || *value == '\'') && value[length - 1] == *value)
    {
      value[length - 1] = '\0';
      return sortie_compose_file_expand (value + 1, environment);
    }

  return sortie_compose_file_expand (value, environment);
}

static void
take_line (GPtrArray *services, const char *line, gsize indent, const char *const *environment)
{
  SortieComposeService *last =
      services->len > 0 ? g_ptr_array_index (services, services->len - 1) : NULL;
  const char *text = line + indent;
  const char *colon = strchr (text, ':');

  if (colon == NULL)
    return;
  if (indent == 2)
    {
      SortieComposeService *service = g_new0 (SortieComposeService, 1);

      service->name = g_strndup (text, (gsize) (colon - text));
      g_ptr_array_add (services, service);
    }
  else if (indent == 4 && last != NULL && g_str_has_prefix (text, "image:"))
    {
      g_free (last->image);
      last->image = dup_value (colon + 1, environment);
    }
  else if (indent == 4 && last != NULL && g_str_has_prefix (text, "build:"))
    last->is_built = TRUE;
}

GPtrArray *
sortie_compose_file_list_services (const char *text, const char *const *environment)
{
  GPtrArray *services =
      g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_compose_service_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean inside = FALSE;

  for (char **line = lines; *line != NULL; line++)
    {
      gsize indent = strspn (*line, " ");

      g_strchomp (*line);
      if ((*line)[indent] == '\0' || (*line)[indent] == '#')
        continue;
      if (indent == 0)
        inside = g_str_equal (*line, "services:");
      else if (inside)
        take_line (services, *line, indent, environment);
    }

  return services;
}
