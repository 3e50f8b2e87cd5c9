/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-draft.h"

#include <string.h>

struct _SortieCtlDraft
{
  SortieCtl *ctl;
  int number;       /* of the draft on the terminal; 0 none */
  GString *printed; /* its text so far */
};

SortieCtlDraft *
sortie_ctl_draft_new (SortieCtl *ctl)
{
  SortieCtlDraft *self = g_new0 (SortieCtlDraft, 1);

  self->ctl = ctl;
  self->printed = g_string_new (NULL);

  return self;
}

void
sortie_ctl_draft_free (SortieCtlDraft *self)
{
  if (self == NULL)
    return;

  g_string_free (self->printed, TRUE);
  g_free (self);
}

static void
print (SortieCtlDraft *self, const char *text, gsize length)
{
  if (length == 0)
    return;

  sortie_ctl_show_line (self->ctl, NULL);
  sortie_ctl_print_text (self->ctl, text, length);
  fflush (self->ctl->out);
  g_string_append_len (self->printed, text, (gssize) length);
}

static void
begin_anew (SortieCtlDraft *self, int number)
{
  if (self->printed->len > 0)
    {
      sortie_ctl_draft_break_line (self);
      sortie_ctl_say (self->ctl, "Draft %d was given up; draft %d takes its place.", self->number,
                      number);
      fputs ("\n---\n\n", self->ctl->out);
    }
  self->number = number;
  g_string_truncate (self->printed, 0);
}

void
sortie_ctl_draft_update (SortieCtlDraft *self, const SortieMissionModel *model)
{
  const SortieModelDraft *draft = sortie_mission_model_get_current_draft (model);
  const char *text;
  gsize length;
  int number;

  if (draft == NULL || !self->ctl->out_is_terminal || self->ctl->options.json)
    return;

  number = sortie_model_draft_get_number (draft);
  text = sortie_model_draft_get_text (draft, &length);
  /* After a reset the stream tells everything again, from the first draft on. */
  if (number < self->number || length == 0)
    return;
  if (number > self->number ||
      memcmp (text, self->printed->str, MIN (length, self->printed->len)) != 0)
    begin_anew (self, number);

  if (length > self->printed->len)
    print (self, text + self->printed->len, length - self->printed->len);
}

void
sortie_ctl_draft_finish (SortieCtlDraft *self, const SortieMissionModel *model)
{
  const SortieModelDraft *draft = sortie_mission_model_get_current_draft (model);
  SortieMissionState state = sortie_mission_model_get_state (model);
  const char *text;
  gsize length;

  sortie_ctl_show_line (self->ctl, NULL);
  if (self->ctl->options.json)
    return;
  if (self->ctl->out_is_terminal)
    {
      sortie_ctl_draft_update (self, model);
      sortie_ctl_draft_break_line (self);
      return;
    }

  if (draft == NULL || (state != SORTIE_MISSION_COMPLETED && state != SORTIE_MISSION_PARTIAL))
    return;
  text = sortie_model_draft_get_text (draft, &length);
  sortie_ctl_print_text (self->ctl, text, length);
}

gboolean
sortie_ctl_draft_has_begun (SortieCtlDraft *self)
{
  return self->printed->len > 0;
}

void
sortie_ctl_draft_break_line (SortieCtlDraft *self)
{
  if (self->printed->len > 0 && self->printed->str[self->printed->len - 1] != '\n')
    {
      fputc ('\n', self->ctl->out);
      fflush (self->ctl->out);
    }
}
