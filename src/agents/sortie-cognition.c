/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-cognition-private.h"

struct _SortieCognition
{
  SortieCognitionPort port;
};

/* Also where it was switched on without the key that it needs: that is told once, at the start, and
 * not by each step of each mission. */
static gboolean
is_off (gpointer llm)
{
  g_autoptr (SortieLlmSettings) settings = sortie_llm_ref_settings (llm);

  return !sortie_llm_settings_is_usable (settings);
}

static gboolean
ask (gpointer llm,
     const SortieLlmRequest *request,
     const SortieLlmSink *sink,
     SortieLlmReply *reply,
     GError **error)
{
  return sortie_llm_chat (llm, request, sink, reply, error);
}

static void
count_citations (gpointer llm, guint kept, guint removed, guint unsupported)
{
  sortie_llm_count_citations (llm, kept, removed, unsupported);
}

static void
count_unusable (gpointer llm, SortieLlmRole role)
{
  sortie_llm_count_unusable (llm, role);
}

SortieCognition *
sortie_cognition_new (SortieLlm *llm)
{
  const SortieCognitionPort port = { is_off, ask, count_citations, count_unusable, llm };

  return sortie_cognition_new_with_port (&port);
}

SortieCognition *
sortie_cognition_new_with_port (const SortieCognitionPort *port)
{
  SortieCognition *self = g_new0 (SortieCognition, 1);

  self->port = *port;
  return self;
}

void
sortie_cognition_free (SortieCognition *self)
{
  g_free (self);
}

const SortieCognitionPort *
sortie_cognition_get_port (const SortieCognition *self)
{
  return &self->port;
}

gboolean
sortie_cognition_is_on (const SortieCognition *self)
{
  return self != NULL && !self->port.is_off (self->port.llm);
}

/**
 * sortie_cognition_get_agents:
 * @self: (nullable): NULL for the deterministic agents alone
 * @agents: (out) (array length=SORTIE_N_AGENTS): the agents in the order of their queues
 */
void
sortie_cognition_get_agents (SortieCognition *self, SortieAgent agents[SORTIE_N_AGENTS])
{
  const SortieAgent all[SORTIE_N_AGENTS] = {
    { SORTIE_AGENT_PLANNER, sortie_planner_run, self },
    { SORTIE_AGENT_RETRIEVER, sortie_retriever_run, self },
    { SORTIE_AGENT_ANALYZER, sortie_analyzer_run, self },
    { SORTIE_AGENT_WRITER, sortie_writer_run, self },
  };

  for (guint i = 0; i < SORTIE_N_AGENTS; i++)
    agents[i] = all[i];
}
