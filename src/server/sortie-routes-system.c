/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-server-resource.h"
#include "sortie-services.h"

#define API_VERSION "1"

static SortieResponse *
info_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  g_auto (SortieProviderInfo) llm = { 0 };
  GString *out = g_string_new ("{");

  self->provider.describe (&llm, self->provider.user_data);
  sortie_json_append_member_string (out, "name", "Sortie");
  sortie_json_append_member_string (out, "version", SORTIE_VERSION);
  sortie_json_append_member_string (out, "api_version", API_VERSION);
  sortie_json_append_member_string (out, "llm", llm.state);
  if (llm.reason != NULL)
    sortie_json_append_member_string (out, "llm_reason", llm.reason);
  if (self->public_url != NULL)
    sortie_json_append_member_string (out, "public_url", self->public_url);
  /* Only from this machine, and never from outside of our container. */
  sortie_json_append_member_bool (out, "takes_paths", request->is_local);
  g_string_append_c (out, '}');
  return sortie_response_new_json (200, g_string_free (out, FALSE));
}

static SortieResponse *
health_cb (SortieRequest *request, gpointer user_data)
{
  return sortie_response_new_json (200, g_strdup ("{\"status\":\"alive\"}"));
}

static SortieResponse *
not_ready (const char *detail)
{
  SortieResponse *response = sortie_response_new_problem (503, detail);

  sortie_response_set_header (response, "Retry-After", "1");
  return response;
}

/* Steps that wait although nothing is under way anywhere. */
static gboolean
is_stuck (const SortieBusStats *stats)
{
  gboolean waits = FALSE;

  for (int i = 0; i < SORTIE_N_AGENTS; i++)
    {
      if (stats->agents[i].in_flight > 0)
        return FALSE;
      waits |= stats->agents[i].queued > 0 && stats->agents[i].oldest_ms > SORTIE_BUS_IDLE_LIMIT_MS;
    }
  return waits;
}

/* The worker of this process, with the connection that it needs. */
static SortieResponse *
check_worker (SortieServices *self)
{
  if (self->is_consuming != NULL && !self->is_consuming (self->worker))
    return not_ready ("The worker of this process takes no steps");
  return NULL;
}

static SortieResponse *
worker_ready_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  SortieResponse *trouble;
  g_autoptr (GError) error = NULL;

  if (!sortie_bus_ping (self->bus, &error))
    return not_ready (error->message);
  trouble = check_worker (self);
  return trouble != NULL ? trouble
                         : sortie_response_new_json (200, g_strdup ("{\"status\":\"ready\"}"));
}

static SortieResponse *
ready_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  SortieBusStats stats = { 0 };
  SortieResponse *trouble;
  g_autoptr (GError) error = NULL;

  if (!sortie_bus_ping (self->bus, &error) || !sortie_bus_get_stats (self->bus, &stats, &error))
    return not_ready (error->message);
  for (int i = 0; i < SORTIE_N_AGENTS; i++)
    if (stats.agents[i].workers == 0)
      {
        g_autofree char *detail = g_strdup_printf ("No worker serves the %s", sortie_agents[i]);

        return not_ready (detail);
      }
  trouble = check_worker (self);
  if (trouble != NULL)
    return trouble;
  if (is_stuck (&stats))
    return not_ready ("Steps wait, and no worker takes them");
  return sortie_response_new_json (200, g_strdup ("{\"status\":\"ready\"}"));
}

static SortieResponse *
openapi_cb (SortieRequest *request, gpointer user_data)
{
  g_autoptr (GBytes) bytes =
      g_resource_lookup_data (sortie_server_get_resource (),
                              "/io/github/sortie_app/Sortie/openapi.json", 0, NULL);

  return sortie_response_new (200, "application/json", bytes);
}

void
sortie_routes_add_health (SortieServices *self)
{
  sortie_routes_add (self, "GET", "/healthz", SORTIE_BODY_NONE, health_cb);
  sortie_routes_add (self, "GET", "/readyz", SORTIE_BODY_NONE, worker_ready_cb);
}

void
sortie_routes_add_system (SortieServices *self)
{
  sortie_routes_add (self, "GET", "/", SORTIE_BODY_NONE, info_cb);
  sortie_routes_add (self, "GET", "/healthz", SORTIE_BODY_NONE, health_cb);
  sortie_routes_add (self, "GET", "/readyz", SORTIE_BODY_NONE, ready_cb);
  sortie_routes_add (self, "GET", "/openapi.json", SORTIE_BODY_NONE, openapi_cb);
}

void
sortie_routes_add (SortieServices *self,
                   const char *method,
                   const char *pattern,
                   SortieBodyKind body,
                   SortieHandlerFunc handler)
{
  SortieRoute route = {
    .method = method, .pattern = pattern, .body = body, .handler = handler, .user_data = self
  };

  /* Whether it lives may be asked by anybody: a container's health check has no token. */
  route.is_public = g_str_equal (pattern, "/healthz") || g_str_equal (pattern, "/readyz");
  sortie_http_server_add_route (self->http, &route);
}

void
sortie_services_add_routes (SortieServices *self)
{
  sortie_routes_add_system (self);
  sortie_routes_add_missions (self);
  sortie_routes_add_collections (self);
  sortie_routes_add_topology (self);
  sortie_routes_add_settings (self);
}
