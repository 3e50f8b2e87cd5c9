/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-keyring.h"

#include <glib/gi18n.h>
#include <libsecret/secret.h>

static const SecretSchema schema = {
  SORTIE_APPLICATION_ID,
  SECRET_SCHEMA_NONE,
  {
      { "kind", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "address", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { NULL, SECRET_SCHEMA_ATTRIBUTE_STRING },
  },
  0,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
};

static const char *
get_kind (SortieSecret secret)
{
  return secret == SORTIE_SECRET_LLM_KEY ? "llm-key" : "token";
}

/* What the keyring did not take: "kind address" → value. */
static GHashTable *
get_remembered (void)
{
  static GHashTable *remembered = NULL;

  if (remembered == NULL)
    remembered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify) secret_password_free);
  return remembered;
}

static char *
dup_name (SortieSecret secret, const char *address)
{
  return g_strconcat (get_kind (secret), " ", address, NULL);
}

void
sortie_keyring_free_secret (char *value)
{
  secret_password_free (value);
}

/* ---- Lookup ---- */

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  char *value = secret_password_lookup_finish (result, &error);
  const char *remembered;

  if (error != NULL)
    g_debug ("The keyring does not answer: %s", error->message);
  remembered = g_hash_table_lookup (get_remembered (), g_task_get_task_data (task));
  if (value == NULL && remembered != NULL)
    value = g_strdup (remembered);
  g_task_return_pointer (task, value, (GDestroyNotify) secret_password_free);
}

void
sortie_keyring_lookup_async (SortieSecret secret,
                             const char *address,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, dup_name (secret, address), g_free);
  secret_password_lookup (&schema, cancellable, looked_up_cb, task, "kind", get_kind (secret),
                          "address", address, NULL);
}

char *
sortie_keyring_lookup_finish (GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}

/* ---- Storing ---- */

typedef struct
{
  char *name;
  char *value; /* (nullable) */
} Storing;

static void
storing_free (gpointer data)
{
  Storing *storing = data;

  g_free (storing->name);
  secret_password_free (storing->value);
  g_free (storing);
}

static void
conclude (GTask *task, GError *error)
{
  Storing *storing = g_task_get_task_data (task);

  g_hash_table_remove (get_remembered (), storing->name);
  if (error == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (storing->value != NULL)
    g_hash_table_insert (get_remembered (), g_strdup (storing->name),
                         g_steal_pointer (&storing->value));
  g_task_return_error (task, error);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  secret_password_store_finish (result, &error);
  conclude (task, error);
}

static void
cleared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  secret_password_clear_finish (result, &error);
  conclude (task, error);
}

void
sortie_keyring_store_async (SortieSecret secret,
                            const char *address,
                            const char *value,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Storing *storing = g_new0 (Storing, 1);
  g_autofree char *label = NULL;

  storing->name = dup_name (secret, address);
  g_task_set_task_data (task, storing, storing_free);
  if (value == NULL || *value == '\0')
    {
      secret_password_clear (&schema, cancellable, cleared_cb, task, "kind", get_kind (secret),
                             "address", address, NULL);
      return;
    }
  storing->value = g_strdup (value);
  label = g_strdup_printf (secret == SORTIE_SECRET_LLM_KEY
                               /* Translators: in the keyring; %s is the address of a provider */
                               ? _ ("Sortie: key for %s")
                               /* Translators: in the keyring; %s is the address of a backend */
                               : _ ("Sortie: token for %s"),
                           address);
  secret_password_store (&schema, SECRET_COLLECTION_DEFAULT, label, value, cancellable, stored_cb,
                         task, "kind", get_kind (secret), "address", address, NULL);
}

gboolean
sortie_keyring_store_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
sortie_keyring_is_locked (const GError *error)
{
  return g_error_matches (error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED);
}
