/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-counters.h"

#include "sortie-json.h"

struct _SortieCounters
{
  SortieBus *bus;
  SortieHub *hub;
  const SortieProvider *provider;
  gboolean has_told_llm; /* in the pool's one thread */
  GThreadPool *pool;
  GMainContext *context;
  guint timer;
  gboolean asking;
  char *last; /* the data of the last event */
};

static void
append_agent (GString *out, const char *name, const SortieAgentStats *stats)
{
  sortie_json_append_name (out, name);
  g_string_append_c (out, '{');
  sortie_json_append_member_int (out, "workers", stats->workers);
  sortie_json_append_member_int (out, "queued", stats->queued);
  sortie_json_append_member_int (out, "in_flight", stats->in_flight);
  sortie_json_append_member_int (out, "done", stats->done);
  sortie_json_append_member_int (out, "failed", stats->failed);
  sortie_json_append_member_int (out, "retried", stats->retried);
  g_string_append_c (out, '}');
}

/* Where it was never switched on nothing is said of it. */
static void
append_llm (SortieCounters *self, GString *out)
{
  g_auto (SortieProviderInfo) llm = { 0 };

  self->provider->describe (&llm, self->provider->user_data);
  if (!self->has_told_llm && g_str_equal (llm.state, "off"))
    return;
  self->has_told_llm = TRUE;
  sortie_json_append_name (out, "llm");
  g_string_append_c (out, '{');
  sortie_json_append_member_string (out, "state", llm.state);
  if (llm.reason != NULL)
    sortie_json_append_member_string (out, "reason", llm.reason);
  g_string_append_c (out, '}');
}

static char *
dup_data (SortieCounters *self, const SortieBusStats *stats)
{
  GString *out = g_string_new ("{");

  for (int i = 0; i < SORTIE_N_AGENTS; i++)
    append_agent (out, sortie_agents[i], &stats->agents[i]);
  sortie_json_append_member_int (out, "running", stats->running);
  sortie_json_append_member_int (out, "waiting", stats->waiting);
  sortie_json_append_member_int (out, "delayed", stats->delayed);
  sortie_json_append_member_int (out, "dead", stats->dead);
  append_llm (self, out);
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

typedef struct
{
  SortieCounters *owner;
  char *data; /* (nullable): Redis is away */
} Answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_free (answer->data);
  g_free (answer);
}

static gboolean
deliver_cb (gpointer user_data)
{
  Answer *answer = user_data;
  SortieCounters *self = answer->owner;
  g_autoptr (SortieEvent) event = NULL;

  self->asking = FALSE;
  if (answer->data == NULL || g_strcmp0 (answer->data, self->last) == 0)
    return G_SOURCE_REMOVE;
  g_free (self->last);
  self->last = g_strdup (answer->data);
  event = sortie_event_new (SORTIE_EVENT_STATUS, "system", SORTIE_CODE_TOPOLOGY_COUNTERS,
                            "Counters of the running system");
  event->data = g_strdup (answer->data);
  sortie_hub_broadcast (self->hub, event);
  return G_SOURCE_REMOVE;
}

static void
ask_cb (gpointer data, gpointer user_data)
{
  Answer *answer = data;
  SortieBusStats stats;

  if (sortie_bus_get_stats (answer->owner->bus, &stats, NULL))
    answer->data = dup_data (answer->owner, &stats);
  g_main_context_invoke_full (answer->owner->context, G_PRIORITY_DEFAULT, deliver_cb, answer,
                              answer_free);
}

static gboolean
tick_cb (gpointer user_data)
{
  SortieCounters *self = user_data;
  Answer *answer;

  if (self->asking || sortie_hub_get_n_feed_subscribers (self->hub) == 0)
    return G_SOURCE_CONTINUE;
  self->asking = TRUE;
  answer = g_new0 (Answer, 1);
  answer->owner = self;
  g_thread_pool_push (self->pool, answer, NULL);
  return G_SOURCE_CONTINUE;
}

/**
 * sortie_counters_new:
 * @bus: whom to ask
 * @hub: whom to tell
 * @provider: the language model; all of them must outlive the counters
 *
 * Returns: (transfer full): counters in the default main context
 */
SortieCounters *
sortie_counters_new (SortieBus *bus, SortieHub *hub, const SortieProvider *provider)
{
  SortieCounters *self = g_new0 (SortieCounters, 1);

  self->bus = bus;
  self->hub = hub;
  self->provider = provider;
  self->context = g_main_context_ref_thread_default ();
  self->pool = g_thread_pool_new (ask_cb, self, 1, FALSE, NULL);
  self->timer = g_timeout_add_seconds (1, tick_cb, self);
  return self;
}

void
sortie_counters_free (SortieCounters *self)
{
  if (self == NULL)
    return;
  g_source_remove (self->timer);
  g_thread_pool_free (self->pool, FALSE, TRUE);
  while (self->asking && g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_unref (self->context);
  g_free (self->last);
  g_free (self);
}
