/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SORTIE_EVENT_MAX_BYTES (1024 * 1024)

typedef enum
{
  SORTIE_EVENT_STATUS,
  SORTIE_EVENT_PARTIAL_OUTPUT,
  SORTIE_EVENT_ERROR,
  SORTIE_EVENT_DONE,
} SortieEventType;

/* The codes of the contract. Programs branch on these, people read the message. */
#define SORTIE_CODE_MISSION_ACCEPTED "mission.accepted"
#define SORTIE_CODE_PLAN_STARTED "plan.started"
#define SORTIE_CODE_PLAN_READY "plan.ready"
#define SORTIE_CODE_STEP_DISPATCHED "step.dispatched"
#define SORTIE_CODE_STEP_STARTED "step.started"
#define SORTIE_CODE_STEP_PROGRESS "step.progress"
#define SORTIE_CODE_STEP_COMPLETED "step.completed"
#define SORTIE_CODE_STEP_RETRYING "step.retrying"
#define SORTIE_CODE_STEP_DEAD_LETTERED "step.dead_lettered"
#define SORTIE_CODE_STEP_RECLAIMED "step.reclaimed"
#define SORTIE_CODE_LLM_USED "llm.used"
#define SORTIE_CODE_LLM_FALLBACK "llm.fallback"
#define SORTIE_CODE_DRAFT_STARTED "draft.started"
#define SORTIE_CODE_DRAFT_CHUNK "draft.chunk"
#define SORTIE_CODE_DRAFT_COMPLETED "draft.completed"
#define SORTIE_CODE_MISSION_CANCELLED "mission.cancelled"
#define SORTIE_CODE_MISSION_DONE "mission.done"
#define SORTIE_CODE_MISSION_LOST "mission.lost"
#define SORTIE_CODE_STREAM_RESET "stream.reset"
#define SORTIE_CODE_TOPOLOGY_COUNTERS "topology.counters"
#define SORTIE_CODE_INDEX_PROGRESS "index.progress"

/**
 * SortieEvent:
 * @type: one of the four types of the contract
 * @source: who speaks: `system` or an agent's name
 * @message: UTF-8; for partial output the exact characters to append, for others English text
 * @code: what happened, one of SORTIE_CODE_*
 * @step: the step it is about, from 1; 0 for none
 * @attempt: which start of the step, from 1; 0 without a step
 * @draft: for partial output the draft, from 1; 0 for none
 * @offset: for partial output the byte offset in the draft at which @message goes
 * @to: (nullable): for dispatches the agent's name
 * @data: (nullable): a JSON object as text
 * @mission_id: (nullable): set on events that were read
 * @id: (nullable): the Redis stream ID, set on events that were read
 * @timestamp: when it was published, milliseconds since 1970 UTC; 0 until it was
 */
typedef struct
{
  SortieEventType type;
  char *source;
  char *message;
  char *code;
  int step;
  int attempt;
  int draft;
  gint64 offset;
  char *to;
  char *data;
  char *mission_id;
  char *id;
  gint64 timestamp;
} SortieEvent;

SortieEvent *sortie_event_new (SortieEventType type,
                               const char *source,
                               const char *code,
                               const char *message);
SortieEvent *sortie_event_copy (const SortieEvent *self);
SortieEvent *sortie_event_ref (const SortieEvent *self);
void sortie_event_free (SortieEvent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieEvent, sortie_event_free)

const char *sortie_event_type_to_string (SortieEventType type);
gboolean sortie_event_type_from_string (const char *text, SortieEventType *type);

/* The body is what the bus stores: the JSON object without mission_id and timestamp (both are known
 * only once Redis has given the ID) and, for partial output, without the message, which is stored
 * beside it so that the feed can leave it out. */
char *sortie_event_to_body (const SortieEvent *self);

/* The wire form: one line of JSON. `text` is the message of a partial output, or NULL. */
char *sortie_event_body_to_wire (const char *body,
                                 gsize body_length,
                                 const char *text,
                                 gsize text_length,
                                 const char *mission_id,
                                 gint64 timestamp);

SortieEvent *sortie_event_from_wire (const char *json, gsize length, GError **error);

char *sortie_timestamp_format (gint64 milliseconds);
gint64 sortie_timestamp_parse (const char *text); /* -1 where it is no RFC 3339 time */

G_END_DECLS
