/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-cognition-private.h"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-question-terms.h"
#include "sortie-text.h"

#include <string.h>

/* A model may add as many words to a search as it has, so that what is found is still about those;
 * within these bounds. */
#define MIN_ADDED 4
#define MAX_ADDED 10
#define MAX_DEPTH 64

/* What an answer's JSON may hold: tight, since a model is asked for little. */
static const SortieJsonLimits limits = { .max_bytes = 64 * 1024,
                                         .max_depth = 8,
                                         .max_values = 2000 };

/* -- where the JSON is -- */

/* The byte after the string that begins at `at`; the end of the text where it has none. */
static const char *
skip_string (const char *at)
{
  for (at++; *at != '\0' && *at != '"'; at++)
    if (*at == '\\' && at[1] != '\0')
      at++;
  return *at == '"' ? at + 1 : at;
}

/* The byte after the value that the bracket at `at` opens; NULL where it is not closed. */
static const char *
find_end (const char *at)
{
  guint depth = 0;

  while (*at != '\0' && depth < MAX_DEPTH)
    {
      if (*at == '"')
        {
          at = skip_string (at);
          continue;
        }
      if (*at == '{' || *at == '[')
        depth++;
      else if ((*at == '}' || *at == ']') && --depth == 0)
        return at + 1;
      at++;
    }
  return NULL;
}

typedef gboolean (*Accept) (JsonNode *node, const char *member);

static gboolean
is_array_of_objects (JsonNode *node)
{
  return JSON_NODE_HOLDS_ARRAY (node) &&
         (json_array_get_length (json_node_get_array (node)) == 0 ||
          JSON_NODE_HOLDS_OBJECT (json_array_get_element (json_node_get_array (node), 0)));
}

static gboolean
accept_array (JsonNode *node, const char *member)
{
  JsonNode *inner = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node))
    inner = json_object_get_member (json_node_get_object (node), member);
  return is_array_of_objects (inner != NULL ? inner : node);
}

static gboolean
accept_object (JsonNode *node, const char *member)
{
  return JSON_NODE_HOLDS_OBJECT (node);
}

/* Prose may hold brackets as well ("[1]"): they are no values of the kind that is looked for. */
static JsonNode *
read_value (const char *text, Accept accept, const char *member, GError **error)
{
  g_autoptr (GError) last = NULL;
  const char *at = text;

  while ((at = strpbrk (at, "{[")) != NULL)
    {
      const char *end = find_end (at);
      g_autoptr (JsonNode) node = NULL;

      if (end == NULL)
        {
          g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "its JSON is not closed");
          return NULL;
        }
      g_clear_error (&last);
      node = sortie_json_parse (at, (gsize) (end - at), &limits, &last);
      if (node != NULL && accept (node, member))
        return g_steal_pointer (&node);
      at = end;
    }
  if (last != NULL)
    g_propagate_error (error, g_steal_pointer (&last));
  else
    g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                         "there is no JSON in it of the kind that was asked for");
  return NULL;
}

JsonNode *
sortie_cognition_read_array (const char *text, const char *member, GError **error)
{
  g_autoptr (JsonNode) node = read_value (text, accept_array, member, error);
  JsonNode *inner;

  if (node == NULL || JSON_NODE_HOLDS_ARRAY (node))
    return g_steal_pointer (&node);
  inner = json_object_dup_member (json_node_get_object (node), member);
  return inner;
}

JsonNode *
sortie_cognition_read_object (const char *text, GError **error)
{
  return read_value (text, accept_object, NULL, error);
}

/* -- a query -- */

gboolean
sortie_cognition_is_one_line (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029)
        return FALSE;
    }
  return TRUE;
}

char *
sortie_cognition_dup_query (const char *language, const char *own, const char *more)
{
  g_autoptr (GPtrArray) terms = sortie_question_list_terms (language, own);
  g_autoptr (GPtrArray) added = NULL;
  guint n_own = terms->len;
  guint n_most;
  GString *query;

  if (strlen (more) > SORTIE_COGNITION_MAX_QUERY || !sortie_cognition_is_one_line (more) ||
      sortie_text_count_words (more, strlen (more)) == 0)
    return NULL;
  added = sortie_question_list_terms (language, more);
  sortie_question_add_terms (terms, added);
  query = g_string_new (own);
  n_most = n_own + CLAMP (n_own, MIN_ADDED, MAX_ADDED);
  for (guint i = n_own; i < MIN (terms->len, n_most); i++)
    g_string_append_printf (query, "%s%s", query->len > 0 ? " " : "",
                            (const char *) g_ptr_array_index (terms, i));
  return g_string_free (query, FALSE);
}
