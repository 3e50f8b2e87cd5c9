/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-json.h"
#include "sortie-mission-model.h"

G_BEGIN_DECLS

struct _SortieMissionModel
{
  char *mission_id;
  char *title;
  SortieMissionState state;
  gboolean cancelling;
  gint64 created;
  gint64 finished;
  gint64 time;
  char *message;
  char *last_event_id;
  SortieModelStep steps[SORTIE_PLAN_MAX_STEPS];
  int n_steps;
  GPtrArray *drafts; /* SortieModelDraft, by number */
  SortieModelCounters counters;
};

/* Folds one event into the model; `data` is the event's, or NULL. */
typedef SortieModelChange SortieModelFold (SortieMissionModel *self,
                                           const SortieEvent *event,
                                           JsonObject *data,
                                           GError **error);

SortieModelFold sortie_model_fold_step_dispatched;
SortieModelFold sortie_model_fold_step_started;
SortieModelFold sortie_model_fold_step_progress;
SortieModelFold sortie_model_fold_step_completed;
SortieModelFold sortie_model_fold_step_retrying;
SortieModelFold sortie_model_fold_step_dead_lettered;
SortieModelFold sortie_model_fold_step_reclaimed;

/* Makes the steps up to that number where they are not known yet. (nullable): where a plan can't
 * have it */
SortieModelStep *sortie_model_ensure_step (SortieMissionModel *self, gint64 number, GError **error);
void sortie_model_set_step (SortieMissionModel *self, const SortieStep *planned);
/* What has not ended by then never will. */
void sortie_model_drop_steps (SortieMissionModel *self, gint64 time);
void sortie_model_copy_steps (SortieMissionModel *self, const SortieMissionModel *from);
void sortie_model_clear_steps (SortieMissionModel *self);

/* Replaces an owned text where it differs. */
void sortie_model_set_text (char **place, const char *text);

G_END_DECLS
