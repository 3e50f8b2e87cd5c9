/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-findings.h"
#include "sortie-json.h"

G_BEGIN_DECLS

/* What sortie-retrieval-json.c and sortie-analysis-json.c have in common. */

#define SORTIE_FINDINGS_MAX_TERMS 64

/* What passages and sources have in common, lent from the JSON. */
typedef struct
{
  const char *document;
  const char *uri;
  const char *path;
  const char *title;
  const char *heading;
  const char *text;
  gint64 passage;
  gint64 page;
  gint64 start;
  gint64 end;
} SortiePlace;

void sortie_findings_append_words (GString *json, const char *name, GPtrArray *words);
void sortie_findings_append_collections (GString *json, GPtrArray *collections);
/* Nothing where the text is NULL. */
void sortie_findings_append_optional (GString *json, const char *name, const char *text);

/* Sets SORTIE_ERROR_INVALID; returns FALSE. */
gboolean sortie_findings_invalid (GError **error, const char *message);
/* An array of at most `limit` elements, else SORTIE_ERROR_TOO_LARGE. */
gboolean sortie_findings_get_array (
    JsonObject *object, const char *member, guint limit, JsonArray **array, GError **error);
JsonObject *sortie_findings_get_object_at (JsonArray *array,
                                           guint index,
                                           const char *member,
                                           GError **error);
gboolean sortie_findings_read_words (JsonObject *object,
                                     const char *member,
                                     GPtrArray *words,
                                     GError **error);
gboolean sortie_findings_read_collections (JsonObject *object,
                                           GPtrArray *collections,
                                           GError **error);
gboolean sortie_findings_read_score (JsonObject *object, double *score, GError **error);
/* The range must fit the text. */
gboolean sortie_findings_read_place (JsonObject *object,
                                     const char *text_member,
                                     SortiePlace *place,
                                     GError **error);
/* `insights`: nothing where there are none; none where the member is absent. */
void sortie_findings_append_insights (GString *json, GPtrArray *insights);
gboolean sortie_findings_read_insights (JsonObject *object, GPtrArray *insights, GError **error);
JsonNode *sortie_findings_parse_object (const char *bytes, gsize length, GError **error);

G_END_DECLS
