/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SORTIE_COMPOSE_FILE_MAX_BYTES (256 * 1024)

/**
 * SortieComposeService:
 * @name: its name
 * @image: (nullable): its image, variables replaced
 * @is_built: whether the file says how the image is built
 */
typedef struct
{
  char *name;
  char *image;
  gboolean is_built;
} SortieComposeService;

void sortie_compose_service_free (SortieComposeService *self);

/**
 * sortie_compose_file_list_services:
 * @text: a compose file as Sortie's own is written: block style, spaces, one value a line
 * @environment: for `${NAME}` and `${NAME:-default}`
 *
 * No general reader: it sees what the launcher has to know before it asks a compose program, which
 * knows everything but tells nothing, or each another way.
 *
 * Returns: (transfer full) (element-type SortieComposeService): the services, in the file's order
 */
GPtrArray *sortie_compose_file_list_services (const char *text, const char *const *environment);

/* A value with its variables replaced, as compose programs do. (transfer full) */
char *sortie_compose_file_expand (const char *value, const char *const *environment);

G_END_DECLS
