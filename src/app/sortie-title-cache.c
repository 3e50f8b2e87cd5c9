/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-title-cache.h"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-mission-item.h"
#include "sortie-shown-text.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define VERSION 1

struct _SortieTitleCache
{
  GPtrArray *titles; /* SortieTitle, newest first */
  char *backend;
  char *written; /* (nullable): what the file holds, as far as we know */
};

static void
title_free (gpointer data)
{
  SortieTitle *title = data;

  g_free (title->id);
  g_free (title->title);
  g_free (title->folded);
  g_free (title);
}

SortieTitleCache *
sortie_title_cache_new (void)
{
  SortieTitleCache *self = g_new0 (SortieTitleCache, 1);

  self->titles = g_ptr_array_new_with_free_func (title_free);
  self->backend = g_strdup ("");
  return self;
}

void
sortie_title_cache_free (SortieTitleCache *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->titles);
  g_free (self->backend);
  g_free (self->written);
  g_free (self);
}

char *
sortie_title_cache_dup_path (void)
{
  return g_build_filename (g_get_user_cache_dir (), "sortie", "missions.json", NULL);
}

/* ---- The titles ---- */

static int
compare (const char *id, gint64 created, const SortieTitle *other)
{
  if (created != other->created)
    return created > other->created ? -1 : 1;
  return strcmp (other->id, id);
}

static guint
find_place (SortieTitleCache *self, const char *id, gint64 created)
{
  guint low = 0;
  guint high = self->titles->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (compare (id, created, g_ptr_array_index (self->titles, middle)) > 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

void
sortie_title_cache_set_backend (SortieTitleCache *self, const char *backend)
{
  if (g_str_equal (backend, self->backend))
    return;
  g_free (self->backend);
  self->backend = g_strdup (backend);
  g_ptr_array_set_size (self->titles, 0);
}

gboolean
sortie_title_cache_put (SortieTitleCache *self,
                        const char *id,
                        const char *title,
                        SortieMissionState state,
                        gint64 created)
{
  g_autofree char *line = sortie_shown_line (title, SORTIE_TITLE_CACHE_MAX_TITLE);
  guint place = find_place (self, id, created);
  SortieTitle *one;

  if (!sortie_mission_id_is_valid (id) || *line == '\0')
    return FALSE;
  if (place < self->titles->len &&
      g_str_equal (((SortieTitle *) g_ptr_array_index (self->titles, place))->id, id))
    g_ptr_array_remove_index (self->titles, place);
  else if (self->titles->len >= SORTIE_TITLE_CACHE_MAX_TITLES)
    {
      if (place >= self->titles->len)
        return FALSE;
      g_ptr_array_set_size (self->titles, (int) self->titles->len - 1);
    }
  one = g_new (SortieTitle, 1);
  one->id = g_strdup (id);
  one->folded = sortie_mission_item_fold (line);
  one->title = g_steal_pointer (&line);
  one->state = state;
  one->created = created;
  g_ptr_array_insert (self->titles, (int) place, one);
  return TRUE;
}

void
sortie_title_cache_forget_since (SortieTitleCache *self, gint64 since)
{
  guint n = 0;

  while (n < self->titles->len &&
         ((SortieTitle *) g_ptr_array_index (self->titles, n))->created >= since)
    n++;
  if (n > 0)
    g_ptr_array_remove_range (self->titles, 0, n);
}

guint
sortie_title_cache_get_size (SortieTitleCache *self)
{
  return self->titles->len;
}

const SortieTitle *
sortie_title_cache_find (SortieTitleCache *self, const char *id)
{
  for (guint i = 0; i < self->titles->len; i++)
    {
      const SortieTitle *title = g_ptr_array_index (self->titles, i);

      if (g_str_equal (title->id, id))
        return title;
    }
  return NULL;
}

/* ---- Searching ---- */

/* Han, kana and the like are written without blanks: a word begins anywhere. */
static gboolean
begins_word (const char *text, const char *at)
{
  gunichar before;

  if (at == text || g_unichar_iswide (g_utf8_get_char (at)))
    return TRUE;
  before = g_utf8_get_char (g_utf8_prev_char (at));
  return !g_unichar_isalnum (before) && !g_unichar_ismark (before);
}

static gboolean
has_term (const char *folded, const char *term)
{
  for (const char *at = strstr (folded, term); at != NULL; at = strstr (at + 1, term))
    if (begins_word (folded, at))
      return TRUE;
  return FALSE;
}

static gboolean
has_terms (const SortieTitle *title, GPtrArray *terms)
{
  for (guint i = 0; i < terms->len; i++)
    if (!has_term (title->folded, g_ptr_array_index (terms, i)))
      return FALSE;
  return TRUE;
}

GStrv
sortie_title_cache_search (SortieTitleCache *self,
                           const char *const *terms,
                           const char *const *among)
{
  g_autoptr (GPtrArray) folded = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GStrvBuilder) found = g_strv_builder_new ();
  guint n = 0;

  for (guint i = 0; terms[i] != NULL && i < SORTIE_TITLE_CACHE_MAX_TERMS; i++)
    {
      /* No title has a term that is longer than titles are. */
      g_autofree char *start = g_strndup (terms[i], SORTIE_TITLE_CACHE_MAX_TITLE + 1);
      g_autofree char *term = sortie_mission_item_fold (g_strstrip (start));

      if (*term != '\0')
        g_ptr_array_add (folded, g_steal_pointer (&term));
    }
  for (guint i = 0; folded->len > 0 && i < self->titles->len && n < SORTIE_TITLE_CACHE_MAX_RESULTS;
       i++)
    {
      const SortieTitle *title = g_ptr_array_index (self->titles, i);

      if ((among == NULL || g_strv_contains (among, title->id)) && has_terms (title, folded))
        {
          g_strv_builder_add (found, title->id);
          n++;
        }
    }
  return g_strv_builder_end (found);
}

/* ---- The file ---- */

static void
take_element (SortieTitleCache *self, JsonNode *node)
{
  const char *id = NULL, *title = NULL, *name = NULL;
  gint64 created = 0;
  SortieMissionState state;
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return;
  object = json_node_get_object (node);
  if (sortie_json_get_string (object, "id", TRUE, &id, NULL) &&
      sortie_json_get_string (object, "title", TRUE, &title, NULL) &&
      sortie_json_get_string (object, "state", TRUE, &name, NULL) &&
      sortie_mission_state_from_string (name, &state) &&
      sortie_json_get_integer (object, "created", TRUE, 0, G_MAXINT64, &created, NULL))
    sortie_title_cache_put (self, id, title, state, created);
}

/* At most SORTIE_TITLE_CACHE_MAX_FILE bytes of a regular file: a pipe would have us wait. */
static char *
read_bounded (const char *path, gsize *length, GError **error)
{
  GStatBuf info;
  g_autofree char *text = NULL;

  if (g_stat (path, &info) == 0 &&
      (!S_ISREG (info.st_mode) || info.st_size > SORTIE_TITLE_CACHE_MAX_FILE))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE, "%s is no cache of titles", path);
      return NULL;
    }
  if (!g_file_get_contents (path, &text, length, error))
    return NULL;
  return g_steal_pointer (&text);
}

gboolean
sortie_title_cache_load (SortieTitleCache *self, const char *path, GError **error)
{
  gsize length = 0;
  g_autofree char *text = read_bounded (path, &length, error);
  g_autoptr (JsonNode) node = NULL;
  JsonArray *missions = NULL;
  const char *backend = NULL;
  gint64 version = 0;

  if (text == NULL)
    return FALSE;
  node = sortie_json_parse (text, length, NULL, error);
  if (node == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "%s holds no JSON object", path);
      return FALSE;
    }
  if (!sortie_json_get_integer (json_node_get_object (node), "version", TRUE, VERSION, VERSION,
                                &version, error) ||
      !sortie_json_get_string (json_node_get_object (node), "backend", TRUE, &backend, error) ||
      !sortie_json_get_array (json_node_get_object (node), "missions", TRUE, &missions, error))
    return FALSE;
  g_ptr_array_set_size (self->titles, 0);
  sortie_title_cache_set_backend (self, backend);
  for (guint i = 0; i < json_array_get_length (missions); i++)
    take_element (self, json_array_get_element (missions, i));
  g_free (self->written);
  self->written = g_steal_pointer (&text);
  return TRUE;
}

static char *
to_json (SortieTitleCache *self)
{
  GString *out = g_string_new ("{");

  sortie_json_append_member_int (out, "version", VERSION);
  sortie_json_append_member_string (out, "backend", self->backend);
  sortie_json_append_name (out, "missions");
  g_string_append_c (out, '[');
  for (guint i = 0; i < self->titles->len; i++)
    {
      const SortieTitle *title = g_ptr_array_index (self->titles, i);

      g_string_append (out, i > 0 ? ",\n{" : "\n{");
      sortie_json_append_member_string (out, "id", title->id);
      sortie_json_append_member_string (out, "title", title->title);
      sortie_json_append_member_string (out, "state",
                                        sortie_mission_state_to_string (title->state));
      sortie_json_append_member_int (out, "created", title->created);
      g_string_append_c (out, '}');
    }
  g_string_append (out, "]}\n");
  return g_string_free (out, FALSE);
}

static gboolean
write_all (int fd, const char *text, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, text, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      text += n;
      length -= (gsize) n;
    }
  return TRUE;
}

/* Not synced to disk: a cache that a loss of power takes is made again, and the window must not
 * wait for a disk. */
static gboolean
replace (const char *path, const char *text, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *temporary = g_strconcat (path, ".XXXXXX", NULL);
  int fd = g_mkdir_with_parents (folder, 0700) == 0 ? g_mkstemp_full (temporary, O_RDWR, 0600) : -1;
  gboolean fine;
  int number;

  if (fd >= 0)
    {
      fine = write_all (fd, text, strlen (text));
      number = errno;
      if (close (fd) == 0 && fine && g_rename (temporary, path) == 0)
        return TRUE;
      number = fine ? errno : number;
      g_unlink (temporary);
    }
  else
    number = errno;
  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (number), "%s: %s", path,
               g_strerror (number));
  return FALSE;
}

gboolean
sortie_title_cache_save (SortieTitleCache *self, const char *path, GError **error)
{
  g_autofree char *text = to_json (self);

  if (g_strcmp0 (text, self->written) == 0 && g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!replace (path, text, error))
    return FALSE;
  g_free (self->written);
  self->written = g_steal_pointer (&text);
  return TRUE;
}
