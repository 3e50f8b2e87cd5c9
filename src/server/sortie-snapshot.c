/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-snapshot.h"

#include "sortie-json.h"

static void
append_time (GString *out, const char *name, gint64 time)
{
  g_autofree char *text = NULL;

  if (time <= 0)
    {
      sortie_json_append_member_raw (out, name, "null");
      return;
    }
  text = sortie_timestamp_format (time);
  sortie_json_append_member_string (out, name, text);
}

static void
append_nullable (GString *out, const char *name, const char *text)
{
  if (text != NULL)
    sortie_json_append_member_string (out, name, text);
  else
    sortie_json_append_member_raw (out, name, "null");
}

static void
append_step (GString *out, const SortieMissionRecord *record, const SortieStepRecord *step)
{
  SortieStep *planned =
      record->plan != NULL ? sortie_plan_get_step (record->plan, step->number) : NULL;

  sortie_json_append_separator (out);
  g_string_append_c (out, '{');
  sortie_json_append_member_int (out, "step", step->number);
  sortie_json_append_member_string (out, "agent", step->agent != NULL ? step->agent : "");
  append_nullable (out, "question", planned != NULL ? planned->question : NULL);
  sortie_json_append_name (out, "needs");
  g_string_append_c (out, '[');
  for (int i = 0; planned != NULL && i < planned->n_needs; i++)
    g_string_append_printf (out, i > 0 ? ",%d" : "%d", planned->needs[i]);
  g_string_append_c (out, ']');
  sortie_json_append_member_string (out, "state", sortie_step_state_to_string (step->state));
  sortie_json_append_member_int (out, "attempts", step->starts);
  append_time (out, "queued", step->queued);
  append_time (out, "started", step->started);
  append_time (out, "ended", step->ended);
  if (step->error != NULL)
    sortie_json_append_member_string (out, "error", step->error);
  g_string_append_c (out, '}');
}

static void
append_counters (GString *out, const SortieMissionRecord *record)
{
  int counts[SORTIE_STEP_CANCELLED + 1] = { 0 };

  for (guint i = 0; i < record->steps->len; i++)
    counts[((SortieStepRecord *) g_ptr_array_index (record->steps, i))->state]++;
  sortie_json_append_name (out, "counters");
  g_string_append_c (out, '{');
  sortie_json_append_member_int (out, "steps", record->steps->len);
  for (int state = 0; state <= SORTIE_STEP_CANCELLED; state++)
    sortie_json_append_member_int (out, sortie_step_state_to_string ((SortieStepState) state),
                                   counts[state]);
  sortie_json_append_member_int (out, "drafts", record->drafts);
  sortie_json_append_member_int (out, "report_bytes", record->length);
  g_string_append_c (out, '}');
}

/**
 * sortie_snapshot_append_mission:
 * @out: where to
 * @record: the mission
 * @full: with its plan; lists go without
 */
void
sortie_snapshot_append_mission (GString *out, const SortieMissionRecord *record, gboolean full)
{
  gboolean final = sortie_mission_state_is_final (record->state);
  const char *title = record->plan != NULL ? record->plan->title : record->title;

  sortie_json_append_separator (out);
  g_string_append_c (out, '{');
  sortie_json_append_member_string (out, "mission_id", record->id);
  sortie_json_append_member_string (out, "mission", record->text);
  sortie_json_append_member_string (out, "title", title != NULL ? title : "");
  sortie_json_append_member_string (out, "state", sortie_mission_state_to_string (record->state));
  append_nullable (out, "outcome", final ? sortie_mission_state_to_string (record->state) : NULL);
  append_time (out, "created", record->created);
  append_time (out, "finished", record->finished);
  sortie_json_append_member_raw (out, "collections",
                                 record->collections != NULL ? record->collections : "[]");
  if (record->options != NULL)
    sortie_json_append_member_raw (out, "options", record->options);
  if (record->retry_of != NULL)
    sortie_json_append_member_string (out, "retry_of", record->retry_of);
  sortie_json_append_name (out, "steps");
  g_string_append_c (out, '[');
  for (guint i = 0; i < record->steps->len; i++)
    append_step (out, record, g_ptr_array_index (record->steps, i));
  g_string_append_c (out, ']');
  append_counters (out, record);
  if (full && record->plan != NULL)
    {
      g_autofree char *plan = sortie_plan_to_json (record->plan);

      sortie_json_append_member_raw (out, "plan", plan);
    }
  g_string_append_c (out, '}');
}

void
sortie_snapshot_append_collection (GString *out,
                                   const SortieCollection *collection,
                                   gboolean indexing,
                                   const char *failure)
{
  sortie_json_append_separator (out);
  g_string_append_c (out, '{');
  sortie_json_append_member_string (out, "name", collection->name);
  sortie_json_append_member_int (out, "generation", collection->generation);
  sortie_json_append_name (out, "folders");
  g_string_append_c (out, '[');
  for (gsize i = 0; collection->folders != NULL && collection->folders[i] != NULL; i++)
    {
      g_autofree char *folder = g_filename_display_name (collection->folders[i]);

      sortie_json_append_separator (out);
      sortie_json_append_string (out, folder);
    }
  g_string_append_c (out, ']');
  sortie_json_append_member_int (out, "documents", collection->n_documents);
  sortie_json_append_member_int (out, "skipped", collection->n_skipped);
  sortie_json_append_member_int (out, "passages", collection->n_passages);
  sortie_json_append_member_int (out, "bytes", collection->n_bytes);
  append_time (out, "updated", collection->updated);
  sortie_json_append_member_bool (out, "indexing", indexing);
  if (failure != NULL)
    sortie_json_append_member_string (out, "failure", failure);
  g_string_append_c (out, '}');
}

void
sortie_snapshot_append_document (GString *out, const SortieDocument *document)
{
  sortie_json_append_separator (out);
  g_string_append_c (out, '{');
  sortie_json_append_member_string (out, "id", document->id);
  sortie_json_append_member_string (out, "collection", document->collection);
  sortie_json_append_member_string (out, "uri", document->uri);
  append_nullable (out, "path", document->path);
  append_nullable (out, "title", document->title);
  append_nullable (out, "media_type", document->media_type);
  sortie_json_append_member_int (out, "size", document->size);
  append_time (out, "modified", document->modified);
  sortie_json_append_member_int (out, "passages", document->n_passages);
  sortie_json_append_member_int (out, "pages", document->n_pages);
  append_nullable (out, "skipped", document->skipped);
  g_string_append_c (out, '}');
}

/* The members that a search result and a passage share. */
void
sortie_snapshot_append_passage (GString *out, const SortiePassage *passage)
{
  sortie_json_append_member_string (out, "document", passage->document);
  sortie_json_append_member_string (out, "collection", passage->collection);
  sortie_json_append_member_string (out, "uri", passage->uri);
  append_nullable (out, "path", passage->path);
  sortie_json_append_member_string (out, "title", passage->title != NULL ? passage->title : "");
  if (passage->heading != NULL)
    sortie_json_append_member_string (out, "heading", passage->heading);
  if (passage->page > 0)
    sortie_json_append_member_int (out, "page", passage->page);
  sortie_json_append_member_int (out, "passage", passage->number);
  sortie_json_append_member_int (out, "start", passage->start);
  sortie_json_append_member_int (out, "end", passage->end);
  sortie_json_append_member_string (out, "text", passage->text);
}

void
sortie_snapshot_append_dead_letter (GString *out, const SortieDeadLetter *letter)
{
  sortie_json_append_separator (out);
  g_string_append_c (out, '{');
  sortie_json_append_member_string (out, "id", letter->id);
  sortie_json_append_member_string (out, "mission_id", letter->mission);
  sortie_json_append_member_int (out, "step", letter->step);
  sortie_json_append_member_string (out, "agent", letter->agent);
  sortie_json_append_member_string (out, "error", letter->error);
  sortie_json_append_member_raw (out, "payload", *letter->payload != '\0' ? letter->payload : "{}");
  sortie_json_append_member_int (out, "attempts", letter->attempts);
  append_time (out, "time", letter->time);
  g_string_append_c (out, '}');
}
