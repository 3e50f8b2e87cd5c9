/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-prompt.h"

#include "sortie-plan.h"
#include "sortie-prompts-resource.h"
#include "sortie-text.h"

#include <gio/gio.h>
#include <string.h>

#define COMMENT '%'

/* Without comment lines and the blank lines around them. */
static char *
strip_comments (const char *text, gsize length)
{
  g_autofree char *copy = g_strndup (text, length);
  g_auto (GStrv) lines = g_strsplit (copy, "\n", -1);
  GString *rules = g_string_sized_new (length);
  gboolean blank = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (lines[i][0] == COMMENT)
        continue;
      if (lines[i][0] == '\0')
        {
          blank = rules->len > 0;
          continue;
        }
      g_string_append_printf (rules, "%s%s\n", blank ? "\n" : "", lines[i]);
      blank = FALSE;
    }
  return g_string_free (rules, FALSE);
}

static char *
load (const char *agent)
{
  g_autofree char *path = g_strdup_printf ("/io/github/sortie_app/Sortie/prompts/%s.md", agent);
  g_autoptr (GBytes) bytes = g_resource_lookup_data (sortie_prompts_get_resource (), path, 0, NULL);
  gsize length;
  const char *text;

  g_assert (bytes != NULL); /* a missing prompt is a broken build */
  text = g_bytes_get_data (bytes, &length);
  return strip_comments (text, length);
}

const char *
sortie_prompt_get_rules (const char *agent)
{
  static char *rules[SORTIE_N_AGENTS];
  static gsize once = 0;
  int index = sortie_agent_index (agent);

  if (g_once_init_enter (&once))
    {
      for (int i = 0; i < SORTIE_N_AGENTS; i++)
        rules[i] = load (sortie_agents[i]);
      g_once_init_leave (&once, 1);
    }
  g_return_val_if_fail (index >= 0, "");
  return rules[index];
}

/* Control and format characters: directions, zero widths, tags, soft hyphens. */
static gboolean
is_hidden (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_SURROGATE ||
         type == G_UNICODE_UNASSIGNED || type == G_UNICODE_PRIVATE_USE ||
         (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF);
}

/* What is left is seen, so that nothing can be put between the parts of a mark. */
static char *
clean (const char *text, gsize limit, gboolean one_line)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gboolean blank = g_unichar_isspace (c) || c == 0x85 || c == 0x2028 || c == 0x2029;

      if (out->len > limit)
        break;
      if (blank && (one_line || c != '\n'))
        {
          if (!one_line || (out->len > 0 && out->str[out->len - 1] != ' '))
            g_string_append_c (out, ' ');
        }
      else if (blank || !is_hidden (c))
        g_string_append_unichar (out, c);
    }
  if (out->len > limit)
    {
      g_autofree char *all = g_string_free (out, FALSE);

      return sortie_text_shorten (all, limit);
    }
  return g_string_free (out, FALSE);
}

/* Whether the bracket could open a fence, a tag or a mark such as `<|im_start|>`. */
static gboolean
opens_mark (const char *at)
{
  return g_ascii_isalpha (at[1]) || (at[1] != '\0' && strchr ("/!?|<", at[1]) != NULL) ||
         g_str_has_prefix (at + 1, "｜");
}

static gboolean
closes_mark (const char *text, const char *at)
{
  return at[1] == '>' || (at > text && strchr ("|>", at[-1]) != NULL);
}

void
sortie_prompt_append_data (GString *out, const char *text, gsize limit, gboolean one_line)
{
  g_autofree char *seen = clean (text, limit, one_line);

  for (const char *p = seen; *p != '\0'; p++)
    {
      if (*p == '<' && opens_mark (p))
        g_string_append (out, "‹");
      else if (*p == '>' && closes_mark (seen, p))
        g_string_append (out, "›");
      else
        g_string_append_c (out, *p);
    }
}

void
sortie_prompt_append_fenced (GString *out, const char *name, const char *text, gsize limit)
{
  g_string_append_printf (out, "<<<%s>>>\n", name);
  sortie_prompt_append_data (out, text, limit, FALSE);
  if (out->str[out->len - 1] != '\n')
    g_string_append_c (out, '\n');
  g_string_append_printf (out, "<<<end of %s>>>\n", name);
}

const char *
sortie_prompt_get_language_name (const char *language)
{
  static const char *const names[][2] = {
    { "en", "English" },    { "de", "German" },   { "fr", "French" },
    { "es", "Spanish" },    { "it", "Italian" },  { "nl", "Dutch" },
    { "pt", "Portuguese" }, { "ja", "Japanese" }, { "zh", "Simplified Chinese" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (names[i][0], language) == 0)
      return names[i][1];
  return names[0][1];
}
