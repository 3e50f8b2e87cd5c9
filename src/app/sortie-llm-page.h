/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-api.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* The preferences of the language model, which are the backend's. */
#define SORTIE_TYPE_LLM_PAGE (sortie_llm_page_get_type ())
G_DECLARE_FINAL_TYPE (SortieLlmPage, sortie_llm_page, SORTIE, LLM_PAGE, AdwPreferencesPage)

/* @api: (nullable): NULL while there is no backend */
void sortie_llm_page_set_api (SortieLlmPage *self, SortieApi *api);

/* What a provider's failure means, in the user's words. @reason: the stable name; see docs/events.md.
 * (transfer full) */
char *sortie_llm_words_dup_reason (const char *reason);
/* What a trial gave: the answer of `POST /settings/test`. (transfer full) */
char *sortie_llm_words_dup_trial (JsonNode *answer);

G_END_DECLS
