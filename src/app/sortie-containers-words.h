/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-containers.h"

G_BEGIN_DECLS

/* What the start of the containers is at; NULL where nothing is under way */
const char *sortie_containers_words_get_stage (SortieContainersStage stage);

/* What happened and what to do, in sentences. (transfer full) */
char *sortie_containers_words_dup_failure (const SortieContainersFailure *failure);
/* The last lines that were said, fit to be shown; "" where there are none. (transfer full) */
char *sortie_containers_words_dup_said (const SortieContainersFailure *failure);

G_END_DECLS
