/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* json-glib 1.6 crashes on deep nesting and is lax (comments, trailing commas, single quotes), so
 * every JSON text from outside passes the strict, bounded validator first (RFC 8259). */

#define SORTIE_JSON_MAX_DEPTH 32
#define SORTIE_JSON_MAX_BYTES (4 * 1024 * 1024)
#define SORTIE_JSON_MAX_VALUES 200000
#define SORTIE_JSON_MAX_MEMBERS 512 /* of one object: chosen names can't make its table slow */
#define SORTIE_JSON_MAX_NUMBER 1024 /* characters of one number */
#define SORTIE_JSON_HARD_MAX_DEPTH                                                                 \
  256 /* whatever a caller's limits say: trees are walked by calls */

typedef struct
{
  gsize max_bytes;
  guint max_depth;
  guint max_values; /* objects, arrays, members and scalars together */
} SortieJsonLimits;

/* The limits above, for callers without tighter ones. */
extern const SortieJsonLimits sortie_json_default_limits;

/**
 * sortie_json_validate:
 * @bytes: the text; need not be NUL-terminated
 * @length: bytes of @bytes
 * @limits: (nullable): NULL for sortie_json_default_limits
 *
 * Whether the text is one JSON value as of RFC 8259, within the limits. Stricter than the RFC where
 * readers are known to disagree: no byte order mark, no member name twice in an object, no lone
 * surrogate and no NUL character (`\u0000`) in a string, no number beyond the range of a double.
 *
 * SORTIE_ERROR_TOO_LARGE where a limit is passed, SORTIE_ERROR_INVALID otherwise; the message names
 * the byte, from 0.
 */
gboolean sortie_json_validate (const char *bytes,
                               gsize length,
                               const SortieJsonLimits *limits,
                               GError **error);

/**
 * sortie_json_parse:
 *
 * As sortie_json_validate(), and gives the value. A number without fraction and exponent that fits
 * is a gint64, any other a double.
 *
 * Returns: (transfer full): the value, or NULL
 */
JsonNode *sortie_json_parse (const char *bytes,
                             gsize length,
                             const SortieJsonLimits *limits,
                             GError **error);

/* What a member's value is. */
typedef enum
{
  SORTIE_JSON_NULL,
  SORTIE_JSON_BOOLEAN,
  SORTIE_JSON_INTEGER,
  SORTIE_JSON_DOUBLE,
  SORTIE_JSON_STRING,
  SORTIE_JSON_TREE, /* an object or an array */
} SortieJsonKind;

/**
 * SortieJsonMember:
 * @kind: which of the others is set
 * @boolean: its value
 * @integer: its value
 * @number: its value
 * @text: NUL-terminated UTF-8, without a NUL within
 * @node: the object or array
 *
 * A member's value while it is read; nothing of it lives longer than the call.
 */
typedef struct
{
  SortieJsonKind kind;
  gboolean boolean;
  gint64 integer;
  double number;
  const char *text;
  JsonNode *node;
} SortieJsonMember;

typedef void (*SortieJsonMemberFunc) (const char *name,
                                      const SortieJsonMember *member,
                                      gpointer user_data);

/**
 * sortie_json_read_object:
 * @func: called for each member, in their order
 *
 * As sortie_json_parse() where the text is an object, but tells of each member instead of building a
 * tree of them: for small objects that come by the thousand. What was told is void where FALSE is
 * returned: the text is read once, and its end may be wrong.
 *
 * Returns: whether the text is valid and an object; SORTIE_ERROR_INVALID where it is something else
 */
gboolean sortie_json_read_object (const char *bytes,
                                  gsize length,
                                  const SortieJsonLimits *limits,
                                  SortieJsonMemberFunc func,
                                  gpointer user_data,
                                  GError **error);

/* As sortie_json_get_integer(), of a member that is being read. */
gboolean sortie_json_member_get_integer (const SortieJsonMember *self,
                                         const char *name,
                                         gint64 minimum,
                                         gint64 maximum,
                                         gint64 *value,
                                         GError **error);

/* Typed member access that reports the member's name: SORTIE_ERROR_INVALID when it is absent (and
 * required) or of another type. The out-parameter is untouched on failure and when absent; null
 * counts as absent. What is got belongs to the object. 7.0 is an integer, as in JSON Schema. */
gboolean sortie_json_get_string (
    JsonObject *object, const char *member, gboolean required, const char **value, GError **error);
gboolean sortie_json_get_integer (JsonObject *object,
                                  const char *member,
                                  gboolean required,
                                  gint64 minimum,
                                  gint64 maximum,
                                  gint64 *value,
                                  GError **error);
gboolean sortie_json_get_boolean (
    JsonObject *object, const char *member, gboolean required, gboolean *value, GError **error);
gboolean sortie_json_get_array (
    JsonObject *object, const char *member, gboolean required, JsonArray **value, GError **error);
gboolean sortie_json_get_object (
    JsonObject *object, const char *member, gboolean required, JsonObject **value, GError **error);

/* SORTIE_ERROR_INVALID naming the first member that is not in `allowed` (NULL-terminated). */
gboolean sortie_json_check_members (JsonObject *object, const char *const *allowed, GError **error);

/* Writing. Output is compact, on one line, UTF-8; `text` must be valid UTF-8. Control characters,
 * U+2028 and U+2029 are escaped, so the result is safe as one SSE data line. */
void sortie_json_append_string (GString *out, const char *text);
void sortie_json_append_string_len (GString *out, const char *text, gsize length);

/* Appends `"name":` and, where `out` is not empty and does not end in `{` or `[`, a comma before
 * it. The text of a string member may be NULL, a double may be infinite or no number: null then. */
void sortie_json_append_name (GString *out, const char *name);
void sortie_json_append_member_string (GString *out, const char *name, const char *text);
void sortie_json_append_member_int (GString *out, const char *name, gint64 value);
void sortie_json_append_member_double (GString *out, const char *name, double value);
void sortie_json_append_member_bool (GString *out, const char *name, gboolean value);
/* `json` is a complete JSON value, appended as it is. */
void sortie_json_append_member_raw (GString *out, const char *name, const char *json);
/* A comma where one is due before the next array element or member. */
void sortie_json_append_separator (GString *out);

/* (transfer full): the value as text, in the form of the functions above, members in their order. */
char *sortie_json_node_to_string (JsonNode *node);

G_END_DECLS
