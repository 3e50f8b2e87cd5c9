/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-worker.h"

/* Agents that return at once, so that a benchmark measures the bus and nothing else. */

static char *
plan (const SortieStepInput *input, SortieStepOutput *output, gpointer user_data, GError **error)
{
  static const int needs[] = { 1, 2, 3 };
  g_autoptr (SortiePlan) chain = sortie_plan_new ("Benchmark", "en", "deterministic");

  sortie_plan_add_step (chain, SORTIE_AGENT_RETRIEVER, "nothing", &needs[0], 1);
  sortie_plan_add_step (chain, SORTIE_AGENT_ANALYZER, NULL, &needs[1], 1);
  sortie_plan_add_step (chain, SORTIE_AGENT_WRITER, NULL, &needs[2], 1);
  return sortie_plan_to_json (chain);
}

static char *
do_nothing (const SortieStepInput *input,
            SortieStepOutput *output,
            gpointer user_data,
            GError **error)
{
  return g_strdup ("{}");
}

const SortieAgent sortie_noop_agents[SORTIE_N_AGENTS] = {
  { SORTIE_AGENT_PLANNER, plan, NULL },
  { SORTIE_AGENT_RETRIEVER, do_nothing, NULL },
  { SORTIE_AGENT_ANALYZER, do_nothing, NULL },
  { SORTIE_AGENT_WRITER, do_nothing, NULL },
};
