/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-http-server.h"
#include "sortie-listener.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* The server in two files: making and unmaking it (sortie-http-server.c), and the way of a request
 * from its head to its response (sortie-http-dispatch.c). */

struct _SortieHttpServer
{
  SortieHttpServerOptions options; /* its strings are not used after the start */
  GMainContext *context;
  SortieReactor *reactor;
  SortieListener *listener;
  SortieSseGroup *streams;
  SortieRouter *router;
  SortieAuth *own_auth; /* where none was given */
  SortieOrigin *own_origin;
  GTlsCertificate *certificate;

  SoupServer *soup;
  int unreachable_fd; /* the other end of libsoup's own "listener" */

  GThreadPool *pool;
  GAsyncQueue *done; /* jobs whose handler has returned */
  GSource *done_source;

  GHashTable *connections; /* a set, without references */
  gint64 bodies;           /* bytes of bodies that are reserved */
  gboolean is_stopping;
  SortieHttpServerStats stats;

  GMutex published_lock;
  SortieHttpServerStats published; /* for handlers: as the last request was handed to one */
};

/* SortieAcceptFunc of the server. */
void sortie_http_server_accepted_cb (GSocket *socket, gboolean is_unix, gpointer user_data);
/* Starts the threads, and what brings their results back. */
void sortie_http_server_start_pool (SortieHttpServer *self);
/* Waits for running handlers; drops what was not begun. */
void sortie_http_server_stop_pool (SortieHttpServer *self);
/* In the main context: lets handlers, who are in threads of their own, see the numbers of now. */
void sortie_http_server_publish_stats (SortieHttpServer *self);
/* Makes libsoup's server call us. */
void sortie_http_server_connect_soup (SortieHttpServer *self);

G_END_DECLS
