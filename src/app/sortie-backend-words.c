/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-backend-banner.h"
#include "sortie-containers-words.h"
#include "sortie-error.h"
#include "sortie-shown-text.h"

#include <glib/gi18n.h>

#define MAX_ADDRESS 120
#define MAX_REASON 300

static char *
dup_failure (SortieBackend *backend)
{
  const GError *error = sortie_backend_get_error (backend);
  SortieContainers *containers = sortie_backend_get_containers (backend);
  const SortieContainersFailure *failure =
      containers != NULL ? sortie_containers_get_failure (containers) : NULL;
  gboolean own = sortie_backend_is_automatic (backend);
  g_autofree char *reason = sortie_shown_line (error != NULL ? error->message : "", MAX_REASON);

  if (failure != NULL)
    return sortie_containers_words_dup_failure (failure);
  if (g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_DENIED))
    return g_strdup (_ ("The backend does not accept the token. Enter the right one in the "
                        "preferences."));
  if (own && g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND))
    return g_strdup (_ ("The backend program, sortied, is not installed."));
  if (own)
    return g_strdup (_ ("The backend could not be started. Its log says why."));
  if (g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL) ||
      g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND))
    return g_strdup (_ ("Something answers at that address, but it is no Sortie backend."));
  if (g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_INVALID))
    /* Translators: %s is the reason, often in English */
    return g_strdup_printf (_ ("The backend’s address can’t be used: %s."), reason);
  /* Translators: %s is the reason, often in English */
  return g_strdup_printf (_ ("The backend can’t be used: %s."), reason);
}

static char *
dup_version (SortieBackend *backend)
{
  const SortieBackendInfo *info = sortie_backend_get_info (backend);
  g_autofree char *version = sortie_shown_line (info != NULL ? info->version : "", 40);
  g_autofree char *api = sortie_shown_line (info != NULL ? info->api_version : "", 40);

  /* Translators: such as 0.1.0, and then two short names */
  return g_strdup_printf (_ ("The backend has version %s and speaks version “%s” of the interface; "
                             "this application speaks version “%s”. Update the older of the two."),
                          version, api, SORTIE_BACKEND_API_VERSION);
}

char *
sortie_backend_words_dup_state (SortieBackend *backend)
{
  const char *address = sortie_backend_get_shown_address (backend);
  g_autofree char *shown = sortie_shown_line (address, MAX_ADDRESS);
  SortieContainers *containers = sortie_backend_get_containers (backend);
  const char *stage =
      containers != NULL
          ? sortie_containers_words_get_stage (sortie_containers_get_stage (containers))
          : NULL;

  switch (sortie_backend_get_state (backend))
    {
    case SORTIE_BACKEND_IDLE:
      return g_strdup (_ ("There is no connection to a backend."));
    case SORTIE_BACKEND_STARTING:
      return g_strdup (stage != NULL ? stage : _ ("The backend is starting."));
    case SORTIE_BACKEND_CONNECTING:
      /* Translators: %s is an address */
      return address != NULL ? g_strdup_printf (_ ("Connecting to %s."), shown)
                             : g_strdup (_ ("Connecting to the backend."));
    case SORTIE_BACKEND_RECONNECTING:
      return g_strdup (_ ("The connection to the backend was lost. Trying again."));
    case SORTIE_BACKEND_OFFLINE:
      /* Translators: %s is an address */
      return address != NULL ? g_strdup_printf (_ ("The backend at %s does not answer."), shown)
                             : g_strdup (_ ("The backend does not answer."));
    case SORTIE_BACKEND_FAILED:
      return dup_failure (backend);
    case SORTIE_BACKEND_WRONG_VERSION:
      return dup_version (backend);
    case SORTIE_BACKEND_ONLINE:
    default:
      return NULL;
    }
}

char *
sortie_backend_words_dup_obstacle (SortieBackend *backend)
{
  switch (sortie_backend_get_state (backend))
    {
    case SORTIE_BACKEND_ONLINE:
      return NULL;
    case SORTIE_BACKEND_STARTING:
    case SORTIE_BACKEND_CONNECTING:
      return g_strdup (_ ("The mission can be started as soon as the backend is there."));
    case SORTIE_BACKEND_RECONNECTING:
      return g_strdup (_ ("The mission can be started as soon as the backend is back."));
    case SORTIE_BACKEND_IDLE:
    case SORTIE_BACKEND_OFFLINE:
    case SORTIE_BACKEND_FAILED:
    case SORTIE_BACKEND_WRONG_VERSION:
    default:
      return g_strdup (_ ("No mission can be started without a backend."));
    }
}
