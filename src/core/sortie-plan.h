/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define SORTIE_PLAN_MAX_STEPS 12
#define SORTIE_PLAN_MAX_TEXT 2000 /* bytes of a question or query */

#define SORTIE_AGENT_PLANNER "planner"
#define SORTIE_AGENT_RETRIEVER "retriever"
#define SORTIE_AGENT_ANALYZER "analyzer"
#define SORTIE_AGENT_WRITER "writer"

/* All agents, in the order of their queues, NULL-terminated. */
extern const char *const sortie_agents[];
#define SORTIE_N_AGENTS 4

/* The agent's place in sortie_agents, or -1. */
int sortie_agent_index (const char *name);
/* "Retriever", for messages. */
const char *sortie_agent_label (const char *name);

/* Only retrieval may fail without ending the mission. */
gboolean sortie_agent_is_vital (const char *name);

/**
 * SortieStep:
 * @number: from 1; 1 is planning itself
 * @agent: who does it
 * @question: (nullable): the sub-question in the user's words; retrieval steps have one
 * @query: (nullable): the search text of a retrieval step, when it differs from the question
 * @needs: the steps it waits for, ascending
 * @n_needs: how many
 */
typedef struct
{
  int number;
  char *agent;
  char *question;
  char *query;
  int needs[SORTIE_PLAN_MAX_STEPS];
  int n_needs;
} SortieStep;

/**
 * SortiePlan:
 * @title: the report's title
 * @language: ISO 639-1 code of the mission's language, `en` where unknown
 * @written_by: `deterministic` or `llm`: who made the plan
 * @steps: (element-type SortieStep): from step 1 (planning) to the writing step, which is the last
 */
typedef struct
{
  char *title;
  char *language;
  char *written_by;
  GPtrArray *steps;
} SortiePlan;

SortiePlan *sortie_plan_new (const char *title, const char *language, const char *written_by);
void sortie_plan_free (SortiePlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortiePlan, sortie_plan_free)

/* Appends a step that waits for the given ones; its number is the next free one. Step 1 (planning)
 * is there from sortie_plan_new() on. */
SortieStep *sortie_plan_add_step (
    SortiePlan *self, const char *agent, const char *question, const int *needs, int n_needs);

SortieStep *sortie_plan_get_step (const SortiePlan *self, int number); /* (nullable) */
int sortie_plan_get_n_steps (const SortiePlan *self);

/* A plan is valid when its steps are numbered 1…n with n ≤ SORTIE_PLAN_MAX_STEPS, every agent is
 * known, step 1 is the only planner, needs are in range and acyclic, every retriever has a
 * question, there is one writer, and every other step leads to it. SORTIE_ERROR_INVALID otherwise. */
gboolean sortie_plan_validate (const SortiePlan *self, GError **error);

char *sortie_plan_to_json (const SortiePlan *self);
/* Parses and validates. `bytes` may come from anywhere. */
SortiePlan *sortie_plan_from_json (const char *bytes, gsize length, GError **error);

G_END_DECLS
