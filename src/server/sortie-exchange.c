/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-exchange.h"

#include "sortie-json.h"

#include <string.h>

static SortieResponse *
check_origin (SortieConnection *connection, SortieRequestHead *head, const SortieOrigin *origin)
{
  const char *host = sortie_request_head_get_host (head);
  const char *page = sortie_request_head_get (head, "origin");
  const char *site = sortie_request_head_get (head, "sec-fetch-site");
  g_autofree char *local_host = NULL;
  const char *detail = NULL;
  guint status;

  if (sortie_connection_is_unix (connection))
    return NULL; /* no browser gets there */
  status = sortie_origin_check (origin, host, NULL, page, site, &detail);
  if (status == 421)
    {
      local_host = sortie_connection_dup_local_host (connection);
      status = sortie_origin_check (origin, host, local_host, page, site, &detail);
    }
  return status == 0 ? NULL : sortie_response_new_problem (status, detail);
}

static SortieResponse *
unauthorized (gboolean has_tokens, gboolean was_given)
{
  SortieResponse *response;

  if (!has_tokens)
    return sortie_response_new_problem (403, "This server answers on its own machine only.");
  response = sortie_response_new_problem (401, was_given ? "The bearer token is not valid."
                                                         : "A bearer token is needed.");
  sortie_response_set_header (response, "WWW-Authenticate",
                              was_given ? "Bearer realm=\"sortie\", error=\"invalid_token\""
                                        : "Bearer realm=\"sortie\"");
  return response;
}

static SortieResponse *
no_route (guint status, const char *allow)
{
  SortieResponse *response;

  if (status == 204)
    response = sortie_response_new_empty (204);
  else
    response =
        sortie_response_new_problem (status, status == 404 ? "There is nothing at this path."
                                             : status == 405
                                                 ? "This path does not take that method."
                                                 : "The path is not percent-encoded UTF-8 text.");
  if (allow != NULL)
    sortie_response_set_header (response, "Allow", allow);
  return response;
}

static SortieResponse *
check_query (SortieRequest *request)
{
  const char *query = strchr (sortie_request_head_get_target (request->head), '?');
  g_autoptr (GError) error = NULL;

  if (query == NULL)
    return NULL;
  request->query = sortie_query_parse (query + 1, &error);
  return request->query != NULL ? NULL : sortie_response_new_error (error);
}

static SortieResponse *
judge (SortieExchange *self,
       SortieConnection *connection,
       const SortieAuth *auth,
       const SortieOrigin *origin,
       SortieRouter *router)
{
  SortieRequest *request = self->request;
  const char *authorization = sortie_request_head_get (request->head, "authorization");
  SortieResponse *refusal = check_origin (connection, request->head, origin);
  g_autofree char *allow = NULL;
  const SortieRoute *route;
  const char *user;
  guint status = 0;

  if (refusal != NULL)
    return refusal;
  user = sortie_auth_check (auth, authorization, request->is_local);
  route = sortie_router_match (router, request->method, request->path, &request->parameters, &allow,
                               &status);
  /* A public route takes no token, but a wrong one is wrong there too. */
  if (user == NULL && (route == NULL || !route->is_public || authorization != NULL))
    return unauthorized (sortie_auth_has_tokens (auth), authorization != NULL);
  request->user = g_strdup (user != NULL ? user : "");
  if (route == NULL)
    return no_route (status, allow);
  refusal = sortie_route_check_body (route, request->method,
                                     sortie_request_head_get (request->head, "content-type"),
                                     sortie_request_head_get_content_length (request->head));
  if (refusal == NULL)
    refusal = check_query (request);
  if (refusal == NULL)
    self->route = route;
  return refusal;
}

SortieExchange *
sortie_exchange_new (SortieConnection *connection,
                     const SortieAuth *auth,
                     const SortieOrigin *origin,
                     SortieRouter *router)
{
  SortieExchange *self = g_new0 (SortieExchange, 1);

  self->request = sortie_request_new (sortie_connection_steal_head (connection));
  self->request->is_unix = sortie_connection_is_unix (connection);
  self->request->is_local = sortie_connection_is_local (connection);
  self->response = judge (self, connection, auth, origin, router);
  return self;
}

void
sortie_exchange_free (SortieExchange *self)
{
  if (self == NULL)
    return;
  sortie_request_free (self->request);
  sortie_response_free (self->response);
  g_clear_pointer (&self->body, g_byte_array_unref);
  g_free (self);
}

static gboolean
take_json (SortieExchange *self, GError **error)
{
  SortieRequest *request = self->request;
  SortieJsonLimits limits = sortie_json_default_limits;
  gsize length;
  const char *bytes = g_bytes_get_data (request->body, &length);

  limits.max_bytes = MAX (limits.max_bytes, length); /* the route's own limit has been kept */
  request->json = sortie_json_parse (bytes, length, &limits, error);
  return request->json != NULL;
}

void
sortie_exchange_handle (SortieExchange *self)
{
  g_autoptr (GError) error = NULL;

  if (self->body != NULL)
    self->request->body = g_byte_array_free_to_bytes (g_steal_pointer (&self->body));
  if (self->route->body == SORTIE_BODY_JSON && !take_json (self, &error))
    {
      g_prefix_error (&error, "body: ");
      self->response = sortie_response_new_error (error);
      return;
    }
  self->response = self->route->handler (self->request, self->route->user_data);
  if (self->response == NULL)
    self->response = sortie_response_new_error (NULL);
}
