/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-collection.h"

#include "sortie-json.h"
#include "sortie-pane-words.h"
#include "sortie-text.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_FOLDERS 256
#define MAX_FOLDED 1024 /* bytes of a name that the filter looks at */

static GStrv
read_folders (JsonObject *object)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array = NULL;

  sortie_json_get_array (object, "folders", FALSE, &array, NULL);
  for (guint i = 0; array != NULL && i < MIN (json_array_get_length (array), MAX_FOLDERS); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        g_strv_builder_add (builder, json_node_get_string (node));
    }
  return g_strv_builder_end (builder);
}

static gint64
read_count (JsonObject *object, const char *member)
{
  gint64 count = 0;

  sortie_json_get_integer (object, member, FALSE, 0, G_MAXINT64, &count, NULL);
  return count;
}

static char *
dup_text (JsonObject *object, const char *member)
{
  const char *text = NULL;

  sortie_json_get_string (object, member, FALSE, &text, NULL);
  return g_strdup (text);
}

SortieCollectionInfo *
sortie_collection_info_new (JsonObject *object, GError **error)
{
  SortieCollectionInfo *self;
  const char *name = NULL;

  if (!sortie_json_get_string (object, "name", TRUE, &name, error))
    return NULL;
  self = g_new0 (SortieCollectionInfo, 1);
  self->name = g_strdup (name);
  self->folders = read_folders (object);
  self->n_documents = read_count (object, "documents");
  self->n_skipped = read_count (object, "skipped");
  self->n_passages = read_count (object, "passages");
  self->n_bytes = read_count (object, "bytes");
  self->updated = sortie_pane_get_time (object, "updated");
  sortie_json_get_boolean (object, "indexing", FALSE, &self->indexing, NULL);
  self->failure = dup_text (object, "failure");
  return self;
}

void
sortie_collection_info_free (SortieCollectionInfo *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_strfreev (self->folders);
  g_free (self->failure);
  g_free (self);
}

/* ---- Names ---- */

char *
sortie_collection_dup_name_problem (const char *name)
{
  const char *end = name + strlen (name);

  if (*name == '\0')
    return g_strdup (_ ("Enter a name."));
  if (!g_utf8_validate (name, -1, NULL))
    return g_strdup (_ ("The name holds a character that can’t be used."));
  if (end - name > SORTIE_COLLECTION_MAX_NAME_BYTES)
    return g_strdup (_ ("The name is too long."));
  if (*name == '.' || *name == '-')
    return g_strdup (_ ("The name can’t begin with a dot or a hyphen."));
  if (g_unichar_isspace (g_utf8_get_char (name)) ||
      g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (end))))
    return g_strdup (_ ("The name can’t begin or end with a space."));
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    if (*p == '/' || !g_unichar_isprint (g_utf8_get_char (p)))
      return g_strdup (_ ("The name holds a character that can’t be used."));
  return NULL;
}

char *
sortie_collection_dup_name_for (const char *folder)
{
  g_autofree char *valid = g_utf8_make_valid (folder, -1);
  GString *name = g_string_new (NULL);
  g_autofree char *problem = NULL;

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (name->len == 0 && (c == '.' || c == '-' || g_unichar_isspace (c)))
        continue;
      if (name->len + 6 > SORTIE_COLLECTION_MAX_NAME_BYTES)
        break;
      g_string_append_unichar (name, c != '/' && g_unichar_isprint (c) ? c : '_');
    }
  while (name->len > 0 &&
         g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (name->str + name->len))))
    g_string_truncate (name, g_utf8_prev_char (name->str + name->len) - name->str);
  problem = sortie_collection_dup_name_problem (name->str);
  if (problem != NULL)
    g_string_assign (name, _ ("Documents"));
  return g_string_free (name, FALSE);
}

/* ---- Documents ---- */

G_DEFINE_FINAL_TYPE (SortieDocumentItem, sortie_document_item, G_TYPE_OBJECT)

static void
sortie_document_item_finalize (GObject *object)
{
  SortieDocumentItem *self = SORTIE_DOCUMENT_ITEM (object);

  g_free (self->id);
  g_free (self->uri);
  g_free (self->title);
  g_free (self->path);
  g_free (self->skipped);
  g_free (self->folded);
  G_OBJECT_CLASS (sortie_document_item_parent_class)->finalize (object);
}

static void
sortie_document_item_class_init (SortieDocumentItemClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sortie_document_item_finalize;
}

static void
sortie_document_item_init (SortieDocumentItem *self)
{
}

SortieDocumentItem *
sortie_document_item_new (JsonObject *object)
{
  SortieDocumentItem *self;
  const char *id = NULL;
  g_autofree char *text = NULL;
  g_autofree char *cut = NULL;

  if (!sortie_json_get_string (object, "id", TRUE, &id, NULL))
    return NULL;
  self = g_object_new (SORTIE_TYPE_DOCUMENT_ITEM, NULL);
  self->id = g_strdup (id);
  self->uri = dup_text (object, "uri");
  self->title = dup_text (object, "title");
  self->path = dup_text (object, "path");
  self->skipped = dup_text (object, "skipped");
  self->n_passages = read_count (object, "passages");
  self->n_pages = read_count (object, "pages");
  self->size = read_count (object, "size");
  text = g_strdup_printf ("%s\n%s", self->title != NULL ? self->title : "",
                          self->path != NULL  ? self->path
                          : self->uri != NULL ? self->uri
                                              : "");
  cut = sortie_text_shorten (text, MAX_FOLDED);
  self->folded = g_utf8_casefold (cut, -1);
  return self;
}
