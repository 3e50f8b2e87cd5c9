/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-json.h"
#include "sortie-report-view-private.h"
#include "sortie-shown-text.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_MODEL_NAME 80
#define MAX_NAME 100

const SortieModelDraft *
sortie_report_find_draft (SortieLiveMission *mission, int number)
{
  const SortieMissionModel *model = sortie_live_mission_get_model (mission);

  for (guint i = 0; number > 0 && i < sortie_mission_model_get_n_drafts (model); i++)
    {
      const SortieModelDraft *draft = sortie_mission_model_get_draft (model, i);

      if (sortie_model_draft_get_number (draft) == number)
        return draft;
    }
  return sortie_mission_model_get_current_draft (model);
}

char *
sortie_report_dup_name (SortieLiveMission *mission)
{
  const char *title = NULL;
  char *name;

  if (mission != NULL)
    title = sortie_mission_model_get_title (sortie_live_mission_get_model (mission));
  name = sortie_shown_line (title != NULL && *title != '\0' ? title : _ ("Report"), MAX_NAME);
  g_strdelimit (name, "/\\:*?\"<>|", '-');
  return name;
}

/* (transfer full) (nullable): the model that an event names as the report's writer */
static char *
read_model (const SortieEvent *event)
{
  g_autoptr (JsonNode) node = NULL;
  const char *purpose = NULL;
  const char *model = NULL;

  if (g_strcmp0 (event->code, SORTIE_CODE_LLM_USED) != 0 || event->data == NULL)
    return NULL;
  node = sortie_json_parse (event->data, strlen (event->data), NULL, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  sortie_json_get_string (json_node_get_object (node), "purpose", FALSE, &purpose, NULL);
  sortie_json_get_string (json_node_get_object (node), "model", FALSE, &model, NULL);
  if (g_strcmp0 (purpose, "report") != 0 || model == NULL || *model == '\0')
    return NULL;
  return sortie_shown_line (model, MAX_MODEL_NAME);
}

char *
sortie_report_dup_writer (SortieLiveMission *mission, const SortieModelDraft *draft)
{
  const char *written_by = sortie_model_draft_get_written_by (draft);
  const SortieMissionModel *model = sortie_live_mission_get_model (mission);

  if (written_by == NULL)
    return NULL;
  if (g_str_equal (written_by, "deterministic"))
    return g_strdup (_ ("Written without a language model"));
  /* Only of the last draft it is known which model's answer was used. */
  for (guint i = sortie_live_mission_get_position (mission);
       i > 0 && sortie_model_draft_is_complete (draft) &&
       draft == sortie_mission_model_get_current_draft (model);
       i--)
    {
      g_autofree char *name = read_model (sortie_live_mission_get_event (mission, i - 1));

      if (name != NULL)
        /* Translators: %s is the name of a language model */
        return g_strdup_printf (_ ("Written by %s"), name);
    }
  return g_strdup (_ ("Written by a language model"));
}

char *
sortie_report_dup_draft_name (const SortieMissionModel *model, const SortieModelDraft *draft)
{
  int number = sortie_model_draft_get_number (draft);
  gboolean current = draft == sortie_mission_model_get_current_draft (model);
  SortieMissionState state = sortie_mission_model_get_state (model);
  gboolean over = state != SORTIE_MISSION_WAITING && state != SORTIE_MISSION_RUNNING;

  if (sortie_model_draft_is_complete (draft))
    return g_strdup_printf (_ ("Draft %d"), number);
  if (current && !over)
    return g_strdup_printf (_ ("Draft %d (being written)"), number);
  return g_strdup_printf (_ ("Draft %d (broken off)"), number);
}

GMenuModel *
sortie_report_new_drafts_menu (const SortieMissionModel *model)
{
  GMenu *menu = g_menu_new ();

  for (guint i = sortie_mission_model_get_n_drafts (model); i > 0; i--)
    {
      const SortieModelDraft *draft = sortie_mission_model_get_draft (model, i - 1);
      g_autofree char *name = sortie_report_dup_draft_name (model, draft);
      g_autoptr (GMenuItem) item = g_menu_item_new (name, NULL);
      gboolean current = draft == sortie_mission_model_get_current_draft (model);

      g_menu_item_set_action_and_target (item, "report.draft", "i",
                                         current ? 0 : sortie_model_draft_get_number (draft));
      g_menu_append_item (menu, item);
    }
  return G_MENU_MODEL (menu);
}

void
sortie_report_describe_waiting (SortieLiveMission *mission,
                                const char **icon,
                                const char **title,
                                const char **text)
{
  SortieMissionState state = SORTIE_MISSION_WAITING;

  if (mission != NULL)
    state = sortie_mission_model_get_state (sortie_live_mission_get_model (mission));
  *icon = "document-edit-symbolic";
  *title = _ ("No Report Yet");
  *text = mission != NULL ? _ ("It appears here as soon as the writer begins.")
                          : _ ("Choose a mission to read its report.");
  if (state == SORTIE_MISSION_CANCELLED)
    {
      *icon = "process-stop-symbolic";
      *title = _ ("Mission Stopped");
      *text = _ ("It was stopped before its report was begun.");
    }
  else if (state != SORTIE_MISSION_WAITING && state != SORTIE_MISSION_RUNNING)
    {
      *icon = "dialog-error-symbolic";
      *title = _ ("No Report");
      *text = _ ("The mission ended before its report was begun.");
    }
}
