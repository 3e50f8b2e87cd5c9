/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-backend-address.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define SORTIE_LAUNCHER_START_SECONDS 30
#define SORTIE_LAUNCHER_STOP_SECONDS 30
#define SORTIE_LAUNCHER_LOG_LINES 100 /* kept of what the backend says */

/**
 * SortieLauncher:
 *
 * The backend of a client that has none configured: a `sortied` child on a Unix socket in the
 * user's runtime folder, tied to this process by a descriptor, or the one that listens there
 * already. Where this process ends, however it ends, the child ends in order, unless
 * sortie_launcher_keep_running() was called.
 *
 * Signals:
 * - `log-line` (const char *line): what the child says on its standard error
 * - `exited`: the child is gone although nobody stopped it
 */
#define SORTIE_TYPE_LAUNCHER (sortie_launcher_get_type ())
G_DECLARE_FINAL_TYPE (SortieLauncher, sortie_launcher, SORTIE, LAUNCHER, GObject)

SortieLauncher *sortie_launcher_new (void);

/* The program to start; where unset, the one that sortie_launcher_find_program() finds. */
void sortie_launcher_set_program (SortieLauncher *self, const char *path);
/* (nullable): the backend's data folder; unset, its default: `sortie` in the user's data folder */
void sortie_launcher_set_data_dir (SortieLauncher *self, const char *path);
/* (nullable): handed on as `--env-file` */
void sortie_launcher_set_env_file (SortieLauncher *self, const char *path);
/* (nullable): the child's working folder, from which it reads `.env`; unset, this process's own */
void sortie_launcher_set_working_dir (SortieLauncher *self, const char *path);
/* (nullable): the socket; unset, by sortie_launcher_dup_socket_path() */
void sortie_launcher_set_socket (SortieLauncher *self, const char *path);
/* (nullable): a file that takes the child's standard error in place of `log-line`: for a child that
 * is to outlive this process */
void sortie_launcher_set_log_file (SortieLauncher *self, const char *path);
/* How long the child may take until it listens, milliseconds. */
void sortie_launcher_set_deadline (SortieLauncher *self, guint milliseconds);

/**
 * sortie_launcher_find_program:
 *
 * SORTIE_SORTIED of the environment (for uninstalled runs), else `sortied` beside this process's
 * own executable, else in PATH.
 *
 * Returns: (transfer full): its path, or %NULL with SORTIE_ERROR_NOT_FOUND
 */
char *sortie_launcher_find_program (GError **error);

/**
 * sortie_launcher_dup_socket_path:
 * @data_dir: (nullable): the backend's data folder; %NULL for the default one
 *
 * The socket of the backend that serves that data folder: in `$XDG_RUNTIME_DIR/app/$FLATPAK_ID`
 * inside a sandbox, else in `$XDG_RUNTIME_DIR/sortie`, else (or where that path would be too long)
 * in a folder of the user's own under `/tmp`. The folder is made (mode 0700) where it is missing,
 * and refused where it is somebody else's.
 *
 * Returns: (transfer full): the path, or %NULL with SORTIE_ERROR_UNAVAILABLE
 */
char *sortie_launcher_dup_socket_path (const char *data_dir, GError **error);

/**
 * sortie_launcher_start_async:
 *
 * Takes the backend that answers on the socket, or starts one and waits until it listens. May be
 * called again when the backend has gone. One start at a time.
 */
void sortie_launcher_start_async (SortieLauncher *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/* (transfer full): where it is, or %NULL with SORTIE_ERROR_UNAVAILABLE and the last that the child
 * said, or SORTIE_ERROR_NOT_FOUND where there is no program to start */
SortieBackendAddress *sortie_launcher_start_finish (SortieLauncher *self,
                                                    GAsyncResult *result,
                                                    GError **error);

/* Whether the backend is a living child of this process. */
gboolean sortie_launcher_has_child (SortieLauncher *self);

/* Lets the child live on after this process. SORTIE_ERROR_UNAVAILABLE where it is gone. */
gboolean sortie_launcher_keep_running (SortieLauncher *self, GError **error);

/* Ends the child in order and waits until it has ended; one that takes longer than
 * SORTIE_LAUNCHER_STOP_SECONDS is killed. Nothing to do is a success. */
void sortie_launcher_stop_async (SortieLauncher *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean sortie_launcher_stop_finish (SortieLauncher *self, GAsyncResult *result, GError **error);

/* (element-type utf8): the last lines that the child said, the oldest first; none where they go to
 * a file */
GPtrArray *sortie_launcher_get_log (SortieLauncher *self);

/**
 * sortie_launcher_terminate_at:
 * @socket: the path of a backend's socket
 * @milliseconds: how long it may take
 *
 * Asks whatever process listens on that socket to end (SIGTERM) and waits until it has. Blocking.
 *
 * Returns: %FALSE with SORTIE_ERROR_NOT_FOUND where nobody listens, SORTIE_ERROR_DENIED where it is
 *   somebody else's, or SORTIE_ERROR_UNAVAILABLE where it does not end in time
 */
gboolean sortie_launcher_terminate_at (const char *socket, guint milliseconds, GError **error);

G_END_DECLS
