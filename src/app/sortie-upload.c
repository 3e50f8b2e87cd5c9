/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-upload.h"

#include "sortie-error.h"
#include "sortie-pane-words.h"
#include "sortie-upload-names.h"

#include <glib/gi18n.h>

#define ATTRIBUTES                                                                                 \
  G_FILE_ATTRIBUTE_STANDARD_NAME                                                                   \
  "," G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE                            \
  "," G_FILE_ATTRIBUTE_STANDARD_IS_HIDDEN "," G_FILE_ATTRIBUTE_STANDARD_IS_SYMLINK

struct _SortieUpload
{
  GObject parent_instance;
  SortieApi *api;
  char *collection;
  GPtrArray *files; /* Source: all that are to be sent; filled in a thread before it begins */
  SortieUploadNames *names;
  guint n_begun;
  guint n_running;
  guint n_done;
  guint n_left_out;
  gboolean too_many;
  char *reason;  /* (nullable): why the first file was left out */
  GError *error; /* (nullable): what ends it all */
  GTask *task;   /* (nullable): while it is under way */
};

G_DEFINE_FINAL_TYPE (SortieUpload, sortie_upload, G_TYPE_OBJECT)

enum
{
  PROP_N_DONE = 1,
  PROP_N_TOTAL,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

typedef struct
{
  GFile *file;
  char *name; /* in the collection */
  goffset size;
} Source;

static void
source_free (Source *self)
{
  g_object_unref (self->file);
  g_free (self->name);
  g_free (self);
}

/* ---- Walking through folders, in a thread ---- */

static void walk (
    SortieUpload *self, GFile *file, const char *name, guint depth, GCancellable *cancellable);

static int
compare_infos_cb (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (g_file_info_get_name (*(GFileInfo *const *) a),
                    g_file_info_get_name (*(GFileInfo *const *) b));
}

static void
walk_folder (
    SortieUpload *self, GFile *folder, const char *name, guint depth, GCancellable *cancellable)
{
  g_autoptr (GFileEnumerator) children =
      g_file_enumerate_children (folder, ATTRIBUTES, G_FILE_QUERY_INFO_NONE, cancellable, NULL);
  g_autoptr (GPtrArray) infos = g_ptr_array_new_with_free_func (g_object_unref);
  GFileInfo *info;

  while (children != NULL && infos->len <= SORTIE_UPLOAD_MAX_FILES &&
         (info = g_file_enumerator_next_file (children, cancellable, NULL)) != NULL)
    g_ptr_array_add (infos, info);
  g_ptr_array_sort (infos, compare_infos_cb);
  for (guint i = 0; i < infos->len; i++)
    {
      const char *child = g_file_info_get_name (infos->pdata[i]);
      g_autoptr (GFile) below = g_file_get_child (folder, child);
      g_autofree char *relative =
          *name == '\0' ? g_strdup (child) : g_build_filename (name, child, NULL);

      if (g_file_info_get_is_hidden (infos->pdata[i]) ||
          (g_file_info_get_is_symlink (infos->pdata[i]) &&
           g_file_info_get_file_type (infos->pdata[i]) == G_FILE_TYPE_DIRECTORY))
        continue;
      walk (self, below, relative, depth + 1, cancellable);
    }
}

static void
walk (SortieUpload *self, GFile *file, const char *name, guint depth, GCancellable *cancellable)
{
  g_autoptr (GFileInfo) info =
      g_file_query_info (file, ATTRIBUTES, G_FILE_QUERY_INFO_NONE, cancellable, NULL);
  GFileType type = info != NULL ? g_file_info_get_file_type (info) : G_FILE_TYPE_UNKNOWN;
  Source *source;

  if (g_cancellable_is_cancelled (cancellable) || self->too_many)
    return;
  if (type == G_FILE_TYPE_DIRECTORY)
    {
      if (depth < SORTIE_UPLOAD_MAX_DEPTH)
        walk_folder (self, file, depth == 0 ? "" : name, depth, cancellable);
      return;
    }
  if (type != G_FILE_TYPE_REGULAR && depth > 0)
    return;
  if (self->files->len == SORTIE_UPLOAD_MAX_FILES)
    {
      self->too_many = TRUE;
      return;
    }
  source = g_new0 (Source, 1);
  source->file = g_object_ref (file);
  source->name = sortie_upload_names_take (self->names, name);
  source->size = info != NULL ? g_file_info_get_size (info) : 0;
  g_ptr_array_add (self->files, source);
}

static void
walk_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  SortieUpload *self = source;
  GPtrArray *chosen = data;

  for (guint i = 0; i < chosen->len; i++)
    {
      g_autofree char *name = g_file_get_basename (chosen->pdata[i]);

      walk (self, chosen->pdata[i], name != NULL ? name : "", 0, cancellable);
    }
  g_task_return_boolean (task, TRUE);
}

/* ---- Sending ---- */

static void go_on (SortieUpload *self);

typedef struct
{
  SortieUpload *upload;
  Source *source; /* the upload's */
} Sending;

static void
leave_out (SortieUpload *self, const char *reason)
{
  self->n_left_out++;
  if (self->reason == NULL)
    self->reason = g_strdup (reason);
}

/* Whether the others would fare the same. */
static gboolean
blames_backend (const GError *error)
{
  return !g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_INVALID) &&
         !g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE);
}

/* @is_fatal: whether the error ends it all */
static void
sent (Sending *sending, const GError *error, gboolean is_fatal)
{
  g_autoptr (SortieUpload) self = sending->upload;

  self->n_running--;
  if (error != NULL && is_fatal)
    {
      if (self->error == NULL)
        self->error = g_error_copy (error);
    }
  else if (error != NULL)
    leave_out (self, error->message);
  self->n_done++;
  g_free (sending);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_DONE]);
  go_on (self);
}

static void
uploaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);

  sent (user_data, error, error != NULL && blames_backend (error));
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Sending *sending = user_data;
  SortieUpload *self = sending->upload;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = g_file_load_bytes_finish (G_FILE (source), result, NULL, &error);

  if (content == NULL)
    {
      /* Only this file is to blame, unless a person has had enough. */
      sent (sending, error, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
      return;
    }
  sortie_api_upload_document_async (self->api, self->collection, sending->source->name, content,
                                    g_task_get_cancellable (self->task), uploaded_cb, sending);
}

static void
go_on (SortieUpload *self)
{
  while (self->error == NULL && self->n_running < SORTIE_UPLOAD_AT_ONCE &&
         self->n_begun < self->files->len)
    {
      Source *source = self->files->pdata[self->n_begun++];
      Sending *sending;

      if (source->size > SORTIE_UPLOAD_MAX_BYTES)
        {
          self->n_done++;
          leave_out (self, _ ("It is larger than 64 MiB."));
          continue;
        }
      sending = g_new0 (Sending, 1);
      sending->upload = g_object_ref (self);
      sending->source = source;
      self->n_running++;
      g_file_load_bytes_async (source->file, g_task_get_cancellable (self->task), loaded_cb,
                               sending);
    }
  if (self->n_running == 0 && self->task != NULL)
    {
      g_autoptr (GTask) task = g_steal_pointer (&self->task);

      if (self->error != NULL)
        g_task_return_error (task, g_error_copy (self->error));
      else
        g_task_return_boolean (task, TRUE);
    }
}

static void
walked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  SortieUpload *self = SORTIE_UPLOAD (object);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    self->error = g_steal_pointer (&error);
  if (self->too_many)
    {
      g_autofree char *reason =
          g_strdup_printf (_ ("More than %d files are too many."), SORTIE_UPLOAD_MAX_FILES);

      leave_out (self, reason);
    }
  g_object_notify_by_pspec (object, properties[PROP_N_TOTAL]);
  go_on (self);
}

void
sortie_upload_start_async (SortieUpload *self,
                           GListModel *files,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GPtrArray *chosen = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GTask) walking = g_task_new (self, cancellable, walked_cb, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    g_ptr_array_add (chosen, g_list_model_get_item (files, i));
  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_task_data (walking, chosen, (GDestroyNotify) g_ptr_array_unref);
  g_task_run_in_thread (walking, walk_cb);
}

gboolean
sortie_upload_start_finish (SortieUpload *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- The object ---- */

static void
sortie_upload_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SortieUpload *self = SORTIE_UPLOAD (object);

  if (id == PROP_N_DONE)
    g_value_set_uint (value, self->n_done);
  else if (id == PROP_N_TOTAL)
    g_value_set_uint (value, self->files->len);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
sortie_upload_finalize (GObject *object)
{
  SortieUpload *self = SORTIE_UPLOAD (object);

  g_object_unref (self->api);
  g_free (self->collection);
  g_free (self->reason);
  g_clear_error (&self->error);
  g_ptr_array_unref (self->files);
  sortie_upload_names_free (self->names);
  G_OBJECT_CLASS (sortie_upload_parent_class)->finalize (object);
}

static void
sortie_upload_class_init (SortieUploadClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sortie_upload_get_property;
  object_class->finalize = sortie_upload_finalize;
  properties[PROP_N_DONE] = g_param_spec_uint ("n-done", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_TOTAL] = g_param_spec_uint ("n-total", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
sortie_upload_init (SortieUpload *self)
{
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) source_free);
  self->names = sortie_upload_names_new ();
}

SortieUpload *
sortie_upload_new (SortieApi *api, const char *collection)
{
  SortieUpload *self = g_object_new (SORTIE_TYPE_UPLOAD, NULL);

  self->api = g_object_ref (api);
  self->collection = g_strdup (collection);
  return self;
}

const char *
sortie_upload_get_collection (SortieUpload *self)
{
  return self->collection;
}

guint
sortie_upload_get_n_done (SortieUpload *self)
{
  return self->n_done;
}

guint
sortie_upload_get_n_total (SortieUpload *self)
{
  return self->files->len;
}

guint
sortie_upload_get_n_left_out (SortieUpload *self)
{
  return self->n_left_out;
}

const char *
sortie_upload_get_reason (SortieUpload *self)
{
  return self->reason;
}
