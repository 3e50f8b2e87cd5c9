/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Secrets in the desktop's keyring. Where there is none, a secret is remembered until the program
 * ends, and storing it says so. Nothing here ever writes a secret to a file or a log. */

typedef enum
{
  SORTIE_SECRET_LLM_KEY, /* of the language model's provider, by its address */
  SORTIE_SECRET_TOKEN,   /* of a remote backend, by its address */
} SortieSecret;

/* @address: whose secret it is */
void sortie_keyring_lookup_async (SortieSecret secret,
                                  const char *address,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/* (nullable) (transfer full): to be freed with sortie_keyring_free_secret(); never fails */
char *sortie_keyring_lookup_finish (GAsyncResult *result);

/* @value: (nullable): NULL or empty removes it */
void sortie_keyring_store_async (SortieSecret secret,
                                 const char *address,
                                 const char *value,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/* FALSE with the keyring's error where it is remembered until the program ends only. */
gboolean sortie_keyring_store_finish (GAsyncResult *result, GError **error);
/* Whether that failed since nobody unlocked the keyring that is there. */
gboolean sortie_keyring_is_locked (const GError *error);

void sortie_keyring_free_secret (char *value);

G_END_DECLS
