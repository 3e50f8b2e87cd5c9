/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "sortie-config.h"
#include "sortie-private-server.h"

G_BEGIN_DECLS

typedef enum
{
  SORTIE_ROLE_API = 1 << 0,
  SORTIE_ROLE_WORKER = 1 << 1,
  SORTIE_ROLE_JANITOR = 1 << 2,
} SortieRoles;

/* The command line of sortied, with the configuration behind it. */
typedef struct
{
  char **listen; /* (nullable): serve nothing */
  char *data_dir;
  char **documents;
  SortieRoles roles;
  guint agents; /* a bit each */
  int concurrency;
  char *tls_cert;
  char *tls_key;
  SortieDurability durability;
  gboolean accept_data_loss;
  gboolean noop_agents;
  gboolean print_config;
  gboolean verbose;
  gboolean version;
  gboolean faults;
  int parent_fd; /* -1: none */
  SortieConfig *config;
} SortieDaemonOptions;

SortieDaemonOptions *sortie_daemon_options_parse (int *argc, char ***argv, GError **error);
void sortie_daemon_options_free (SortieDaemonOptions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieDaemonOptions, sortie_daemon_options_free)

G_END_DECLS
