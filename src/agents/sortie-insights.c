/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-findings-private.h"

#include <string.h>

static void
ref_free (gpointer data)
{
  SortiePassageRef *ref = data;

  g_free (ref->document);
  g_free (ref);
}

SortieInsight *
sortie_insight_new (const char *text)
{
  SortieInsight *self = g_new0 (SortieInsight, 1);

  self->text = g_strdup (text);
  self->refs = g_ptr_array_new_with_free_func (ref_free);
  return self;
}

void
sortie_insight_add (SortieInsight *self, const char *document, int passage)
{
  SortiePassageRef *ref = g_new0 (SortiePassageRef, 1);

  ref->document = g_strdup (document);
  ref->passage = passage;
  g_ptr_array_add (self->refs, ref);
}

void
sortie_insight_free (SortieInsight *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_ptr_array_unref (self->refs);
  g_free (self);
}

gboolean
sortie_insight_text_is_valid (const char *text)
{
  gsize length = strlen (text);

  if (length < SORTIE_INSIGHT_MIN_BYTES || length > SORTIE_INSIGHT_MAX_BYTES)
    return FALSE;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029)
        return FALSE;
    }
  return TRUE;
}

void
sortie_findings_append_insights (GString *json, GPtrArray *insights)
{
  if (insights->len == 0)
    return;
  sortie_json_append_name (json, "insights");
  g_string_append_c (json, '[');
  for (guint i = 0; i < insights->len; i++)
    {
      const SortieInsight *insight = g_ptr_array_index (insights, i);

      sortie_json_append_separator (json);
      g_string_append_c (json, '{');
      sortie_json_append_member_string (json, "text", insight->text);
      sortie_json_append_name (json, "passages");
      g_string_append_c (json, '[');
      for (guint j = 0; j < insight->refs->len; j++)
        {
          const SortiePassageRef *ref = g_ptr_array_index (insight->refs, j);

          sortie_json_append_separator (json);
          g_string_append_c (json, '{');
          sortie_json_append_member_string (json, "document", ref->document);
          sortie_json_append_member_int (json, "passage", ref->passage);
          g_string_append_c (json, '}');
        }
      g_string_append (json, "]}");
    }
  g_string_append_c (json, ']');
}

static gboolean
read_insight (JsonObject *object, GPtrArray *insights, GError **error)
{
  const char *text = NULL;
  JsonArray *array;
  SortieInsight *insight;

  if (!sortie_json_get_string (object, "text", TRUE, &text, error) ||
      !sortie_findings_get_array (object, "passages", SORTIE_INSIGHT_MAX_PASSAGES, &array, error))
    return FALSE;
  if (!sortie_insight_text_is_valid (text))
    return sortie_findings_invalid (error,
                                    "The text of an insight must be one line of 10 to 600 bytes");
  if (json_array_get_length (array) == 0)
    return sortie_findings_invalid (error, "An insight must name passages");
  insight = sortie_insight_new (text);
  g_ptr_array_add (insights, insight);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = sortie_findings_get_object_at (array, i, "passages", error);
      const char *document = NULL;
      gint64 passage = 0;

      if (one == NULL || !sortie_json_get_string (one, "document", TRUE, &document, error) ||
          !sortie_json_get_integer (one, "passage", TRUE, 1, G_MAXINT32, &passage, error))
        return FALSE;
      sortie_insight_add (insight, document, (int) passage);
    }
  return TRUE;
}

gboolean
sortie_findings_read_insights (JsonObject *object, GPtrArray *insights, GError **error)
{
  JsonArray *array;

  if (!json_object_has_member (object, "insights"))
    return TRUE;
  if (!sortie_findings_get_array (object, "insights", SORTIE_ANALYSIS_MAX_INSIGHTS, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = sortie_findings_get_object_at (array, i, "insights", error);

      if (one == NULL || !read_insight (one, insights, error))
        return FALSE;
    }
  return TRUE;
}
