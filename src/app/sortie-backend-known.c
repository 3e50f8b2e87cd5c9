/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-backend-private.h"

/* ---- What is known ---- */

SortieBackendState
sortie_backend_get_state (SortieBackend *self)
{
  return self->state;
}

SortieApi *
sortie_backend_get_api (SortieBackend *self)
{
  return self->api;
}

gboolean
sortie_backend_is_automatic (SortieBackend *self)
{
  return self->address == NULL && !self->in_containers;
}

gboolean
sortie_backend_has_child (SortieBackend *self)
{
  return sortie_launcher_has_child (self->launcher);
}

const char *
sortie_backend_get_address (SortieBackend *self)
{
  return self->address;
}

void
sortie_backend_set_shown_address (SortieBackend *self, const char *shown)
{
  g_free (self->shown);
  self->shown = shown != NULL && *shown != '\0' ? g_strdup (shown) : NULL;
}

const char *
sortie_backend_get_shown_address (SortieBackend *self)
{
  return self->address != NULL && self->shown != NULL ? self->shown : self->address;
}

const GError *
sortie_backend_get_error (SortieBackend *self)
{
  return self->error;
}

const SortieBackendInfo *
sortie_backend_get_info (SortieBackend *self)
{
  return self->info;
}
