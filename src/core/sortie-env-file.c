/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-env-file.h"

#include "sortie-config.h"
#include "sortie-error.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

/* The value may be a secret: no message holds any of the line. */
static gboolean
fail (GError **error, guint line, const char *what)
{
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, ".env, line %u: %s", line, what);
  return FALSE;
}

static const char *
skip_blanks (const char *at, const char *end)
{
  while (at < end && (*at == ' ' || *at == '\t'))
    at++;
  return at;
}

/* Behind the name, or NULL where none stands at `at`. */
static const char *
skip_name (const char *at, const char *end)
{
  const char *start = at;

  while (at < end && (g_ascii_isalnum (*at) || *at == '_'))
    at++;
  return at > start && !g_ascii_isdigit (*start) ? at : NULL;
}

/* `export NAME=…` as a shell takes it; `export=…` sets a variable of that name. */
static const char *
skip_export (const char *at, const char *end)
{
  const char *name;

  if (end - at < 7 || strncmp (at, "export", 6) != 0 || (at[6] != ' ' && at[6] != '\t'))
    return at;
  name = skip_blanks (at + 6, end);
  return name < end && *name == '=' ? at : name;
}

static void
append_escape (GString *value, char c)
{
  switch (c)
    {
    case 'n':
      g_string_append_c (value, '\n');
      break;
    case 'r':
      g_string_append_c (value, '\r');
      break;
    case 't':
      g_string_append_c (value, '\t');
      break;
    case '"':
    case '\'':
    case '\\':
    case '$':
    case '`':
      g_string_append_c (value, c);
      break;
    default:
      g_string_append_c (value, '\\');
      g_string_append_c (value, c);
    }
}

/* From the opening quote on; gives what is behind the closing one, or NULL where there is none. */
static const char *
read_quoted (const char *at, const char *end, GString *value)
{
  char quote = *at++;

  while (at < end && *at != quote)
    {
      if (quote == '"' && *at == '\\' && at + 1 < end)
        append_escape (value, *++at);
      else
        g_string_append_c (value, *at);
      at++;
    }
  return at < end ? at + 1 : NULL;
}

static void
read_bare (const char *at, const char *end, GString *value)
{
  const char *start = at;

  while (at < end && !(*at == '#' && (at == start || at[-1] == ' ' || at[-1] == '\t')))
    at++;
  while (at > start && (at[-1] == ' ' || at[-1] == '\t'))
    at--;
  g_string_append_len (value, start, at - start);
}

static gboolean
read_value (const char *at, const char *end, guint line, GString *value, GError **error)
{
  if (at == end || (*at != '"' && *at != '\''))
    {
      read_bare (at, end, value);
      return TRUE;
    }
  at = read_quoted (at, end, value);
  if (at == NULL)
    return fail (error, line, "the closing quote is missing");
  at = skip_blanks (at, end);
  if (at < end && *at != '#')
    return fail (error, line, "something follows the closing quote");
  return TRUE;
}

static gboolean
read_line (const char *at,
           const char *end,
           guint line,
           SortieEnvFileFunc func,
           gpointer user_data,
           GError **error)
{
  g_autoptr (GString) value = g_string_new (NULL);
  g_autofree char *name = NULL;
  const char *name_end;

  at = skip_blanks (at, end);
  if (at == end || *at == '#')
    return TRUE;
  at = skip_export (at, end);
  name_end = skip_name (at, end);
  if (name_end == NULL)
    return fail (error, line, "it must be NAME=value, a comment or blank");
  name = g_strndup (at, (gsize) (name_end - at));
  at = skip_blanks (name_end, end);
  if (at == end || *at != '=')
    return fail (error, line, "it must be NAME=value, a comment or blank");
  if (!read_value (skip_blanks (at + 1, end), end, line, value, error))
    return FALSE;
  func (name, value->str, user_data);
  return TRUE;
}

static gboolean
check_encoding (const char *contents, gsize length, GError **error)
{
  const char *bad;
  guint line = 1;

  if (g_utf8_validate_len (contents, length, &bad))
    return TRUE;
  for (const char *at = contents; at < bad; at++)
    line += *at == '\n' ? 1 : 0;
  return fail (error, line, *bad == '\0' ? "it holds a NUL byte" : "it is not UTF-8");
}

gboolean
sortie_env_file_parse (
    const char *contents, gsize length, SortieEnvFileFunc func, gpointer user_data, GError **error)
{
  const char *at = contents;
  const char *end = contents + length;

  if (length > SORTIE_CONFIG_MAX_ENV_FILE)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE, ".env is larger than %d bytes",
                   SORTIE_CONFIG_MAX_ENV_FILE);
      return FALSE;
    }
  if (!check_encoding (contents, length, error))
    return FALSE;
  if (length >= 3 && memcmp (at, BYTE_ORDER_MARK, 3) == 0)
    at += 3;
  for (guint line = 1; at < end; line++)
    {
      const char *line_end = memchr (at, '\n', (gsize) (end - at));
      const char *next = line_end != NULL ? line_end + 1 : end;

      line_end = line_end != NULL ? line_end : end;
      if (line_end > at && line_end[-1] == '\r')
        line_end--;
      if (!read_line (at, line_end, line, func, user_data, error))
        return FALSE;
      at = next;
    }
  return TRUE;
}
