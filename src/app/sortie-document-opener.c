/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-document-opener.h"

#include "sortie-error.h"
#include "sortie-opened-folder.h"
#include "sortie-shown-text.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_NAME 120

static SortieShowUriFunc show_func;
static gpointer show_data;

typedef struct
{
  GtkWindow *parent; /* (nullable) */
  char *name;
} Opening;

void
sortie_document_set_show_func (SortieShowUriFunc func, gpointer user_data)
{
  show_func = func;
  show_data = user_data;
}

void
sortie_document_show_uri (GtkWindow *parent, const char *uri)
{
  if (show_func != NULL)
    show_func (uri, show_data);
  else
    gtk_show_uri (parent, uri, GDK_CURRENT_TIME);
}

static void
opening_free (Opening *self)
{
  if (self->parent != NULL)
    g_object_remove_weak_pointer (G_OBJECT (self->parent), (gpointer *) &self->parent);
  g_free (self->name);
  g_free (self);
}

char *
sortie_document_dup_file_name (const char *uri)
{
  const char *slash = uri != NULL ? strrchr (uri, '/') : NULL;
  g_autofree char *name = NULL;
  g_autofree char *shown = NULL;

  if (slash != NULL)
    name = g_uri_unescape_string (slash + 1, NULL);
  shown = sortie_shown_line (name != NULL ? name : "", MAX_NAME);
  g_strdelimit (shown, "/\\:", '_');
  while (*shown == '.')
    memmove (shown, shown + 1, strlen (shown));
  return g_strdup (*shown != '\0' ? shown : "document");
}

static void
written_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Opening *opening = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = g_file_get_uri (G_FILE (object));

  if (!g_file_replace_contents_finish (G_FILE (object), result, NULL, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  sortie_document_show_uri (opening->parent, uri);
  g_task_return_boolean (task, TRUE);
}

static void
fetched_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Opening *opening = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = sortie_api_bytes_finish (SORTIE_API (object), result, &error);
  g_autofree char *folder = NULL;
  g_autoptr (GFile) file = NULL;

  if (bytes != NULL)
    folder = sortie_opened_folder_make (&error);
  if (folder == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  file = g_file_new_build_filename (folder, opening->name, NULL);
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE,
                                       g_task_get_cancellable (task), written_cb,
                                       g_object_ref (task));
}

/* Whether the address is a file that can be read here. */
static gboolean
is_here (SortieApi *api, const char *uri)
{
  g_autofree char *path = NULL;

  if (uri == NULL || !g_str_has_prefix (uri, "file://") ||
      (api != NULL && !sortie_api_takes_paths (api)))
    return FALSE;
  path = g_filename_from_uri (uri, NULL, NULL);
  return path != NULL && g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

void
sortie_document_open_async (GtkWindow *parent,
                            SortieApi *api,
                            const char *document,
                            const char *uri,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Opening *opening = g_new0 (Opening, 1);

  g_task_set_source_tag (task, sortie_document_open_async);
  g_task_set_task_data (task, opening, (GDestroyNotify) opening_free);
  opening->parent = parent;
  if (parent != NULL)
    g_object_add_weak_pointer (G_OBJECT (parent), (gpointer *) &opening->parent);
  opening->name = sortie_document_dup_file_name (uri);
  if (is_here (api, uri))
    {
      sortie_document_show_uri (parent, uri);
      g_task_return_boolean (task, TRUE);
    }
  else if (api == NULL || document == NULL)
    g_task_return_new_error (task, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE, "%s",
                             _ ("The document cannot be reached now."));
  else
    sortie_api_get_document_async (api, document, cancellable, fetched_cb, g_steal_pointer (&task));
}

gboolean
sortie_document_open_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
