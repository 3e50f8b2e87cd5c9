/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pane-fixture.h"
#include "sortie-topology.h"

G_BEGIN_DECLS

/* Missions for the diagram, event by event. The plan: planner, two retrievers, analyzer, writer. */

/* A topology of tests/diagram/data. */
SortieTopology *diagram_story_read (const char *name);
SortieTopology *diagram_story_parse (const char *json);

void diagram_story_begin (TestStory *story);
void diagram_story_plan (TestStory *story);
void diagram_story_dispatch (TestStory *story, int step, int attempt, const char *agent);
void diagram_story_start (TestStory *story, int step, int attempt, const char *agent);
void diagram_story_retry (TestStory *story, int step, const char *agent, int delay);
/* An event of a step's first attempt with no more to it. */
void diagram_story_say (
    TestStory *story, int step, const char *source, const char *code, const char *type);
void diagram_story_draft (TestStory *story, int draft);
void diagram_story_end (TestStory *story, const char *outcome);
/* From the beginning until the first retriever is at work. */
void diagram_story_to_search (TestStory *story);

G_END_DECLS
