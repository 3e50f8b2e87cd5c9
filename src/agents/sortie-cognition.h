/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-agent.h"
#include "sortie-llm.h"

G_BEGIN_DECLS

/* The one way in which agents ask a language model: text, or a typed reason to go on without. */

typedef struct _SortieCognition SortieCognition;

/* @llm: must outlive it */
SortieCognition *sortie_cognition_new (SortieLlm *llm);
void sortie_cognition_free (SortieCognition *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieCognition, sortie_cognition_free)

/* Fills the four agents in: the deterministic ones, each with the model tried first. @self may be NULL:
 * then they are the deterministic ones alone. It must outlive the agents. */
void sortie_cognition_get_agents (SortieCognition *self, SortieAgent agents[SORTIE_N_AGENTS]);

G_END_DECLS
