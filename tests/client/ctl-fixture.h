/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "peer.h"
#include "sortie-ctl.h"

G_BEGIN_DECLS

/* Runs sortiectl's commands in this process against a scripted backend. */

#define MISSION "0b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11"

/**
 * CtlAnswer:
 * @line: the request line, or the beginning of one
 * @times: how often it is given before the next entry for the same line is; 0 for ever
 * @status: (nullable): `200 OK` where unset
 * @body: an answer that begins with `id:` is an event stream, one with `#` a report, else JSON
 */
typedef struct
{
  const char *line;
  int times;
  const char *status;
  const char *body;
} CtlAnswer;

typedef struct
{
  int code;
  char *out;
  char *err;
  char *asked; /* the request lines with their bodies, one a line */
} CtlResult;

/* `answers`: ended by one without a line; `input`: (nullable): standard input. The arguments end
 * with NULL; `--backend` is given before them. */
CtlResult *ctl_run (const CtlAnswer *answers, const char *input, ...) G_GNUC_NULL_TERMINATED;
/* The same with a backend that counts as one on another machine; `unused` is no argument yet. */
CtlResult *ctl_run_elsewhere (const CtlAnswer *answers,
                              const char *unused,
                              ...) G_GNUC_NULL_TERMINATED;
/* The same with a terminal of 100 columns that takes both outputs, which are then in `out`. */
CtlResult *ctl_run_on_terminal (const CtlAnswer *answers,
                                const char *unused,
                                ...) G_GNUC_NULL_TERMINATED;
void ctl_result_free (CtlResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CtlResult, ctl_result_free)

/* Frames of a mission's stream. `data`: without braces around it, or "" */
#define CTL_FRAME(id, type, code, message, rest)                                                   \
  "id: " id "\nevent: message\ndata: {\"type\":\"" type                                            \
  "\",\"source\":\"writer\",\"message\":\"" message "\",\"code\":\"" code                          \
  "\",\"mission_id\":\"" MISSION "\",\"timestamp\":\"2024-05-01T10:00:00.000Z\"" rest "}\n\n"
#define CTL_CHUNK(id, draft, offset, text)                                                         \
  CTL_FRAME (id, "partial_output", "draft.chunk", text,                                            \
             ",\"step\":5,\"attempt\":1,\"draft\":" draft ",\"offset\":" offset)
#define CTL_DONE(id, outcome)                                                                      \
  CTL_FRAME (id, "done", "mission.done", "The end.", ",\"data\":{\"outcome\":\"" outcome "\"}")

G_END_DECLS
