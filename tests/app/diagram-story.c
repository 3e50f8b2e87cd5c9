/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diagram-story.h"

#include "sortie-json.h"

#include <string.h>

SortieTopology *
diagram_story_parse (const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_json_parse (json, strlen (json), NULL, &error);
  SortieTopology *topology;

  g_assert_no_error (error);
  topology = sortie_topology_from_json (node, &error);
  g_assert_no_error (error);
  return topology;
}

SortieTopology *
diagram_story_read (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "diagram", "data", name, NULL);
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &json, NULL, &error);
  g_assert_no_error (error);
  return diagram_story_parse (json);
}

void
diagram_story_begin (TestStory *story)
{
  test_story_tell (story, 0, "status", "system", "mission.accepted", "Accepted", NULL);
}

void
diagram_story_plan (TestStory *story)
{
  test_story_tell (
      story, 1, "status", "planner", "plan.ready", "The plan has five steps",
      "\"data\":{\"plan\":{\"title\":\"Duties\",\"language\":\"en\",\"written_by\":"
      "\"deterministic\",\"steps\":[{\"step\":1,\"agent\":\"planner\",\"needs\":[]},{\"step\":2,"
      "\"agent\":\"retriever\",\"question\":\"Which?\",\"needs\":[1]},{\"step\":3,\"agent\":"
      "\"retriever\",\"question\":\"When?\",\"needs\":[1]},{\"step\":4,\"agent\":\"analyzer\","
      "\"needs\":[2,3]},{\"step\":5,\"agent\":\"writer\",\"needs\":[4]}]}}");
}

void
diagram_story_dispatch (TestStory *story, int step, int attempt, const char *agent)
{
  g_autofree char *rest =
      g_strdup_printf ("\"step\":%d,\"attempt\":%d,\"to\":\"%s\"", step, attempt, agent);

  test_story_tell (story, 1, "status", "system", "step.dispatched", "Dispatched", rest);
}

void
diagram_story_start (TestStory *story, int step, int attempt, const char *agent)
{
  g_autofree char *rest = g_strdup_printf ("\"step\":%d,\"attempt\":%d", step, attempt);

  test_story_tell (story, 1, "status", agent, "step.started", "Started", rest);
}

void
diagram_story_retry (TestStory *story, int step, const char *agent, int delay)
{
  g_autofree char *rest =
      g_strdup_printf ("\"step\":%d,\"attempt\":1,\"data\":{\"delay_ms\":%d}", step, delay);

  test_story_tell (story, 1, "error", agent, "step.retrying", "Retrying", rest);
}

void
diagram_story_say (
    TestStory *story, int step, const char *source, const char *code, const char *type)
{
  g_autofree char *rest = g_strdup_printf ("\"step\":%d,\"attempt\":1", step);

  test_story_tell (story, 1, type, source, code, "Something", rest);
}

void
diagram_story_draft (TestStory *story, int draft)
{
  g_autofree char *rest = g_strdup_printf (
      "\"step\":5,\"attempt\":1,\"data\":{\"draft\":%d,\"written_by\":\"deterministic\"}", draft);

  story->offset = 0;
  test_story_tell (story, 1, "status", "writer", "draft.started", "A draft begins", rest);
}

void
diagram_story_end (TestStory *story, const char *outcome)
{
  g_autofree char *rest = g_strdup_printf ("\"data\":{\"outcome\":\"%s\"}", outcome);

  test_story_tell (story, 1, "done", "system", "mission.done", "The end", rest);
}

void
diagram_story_to_search (TestStory *story)
{
  diagram_story_begin (story);
  diagram_story_dispatch (story, 1, 1, "planner");
  diagram_story_start (story, 1, 1, "planner");
  diagram_story_plan (story);
  diagram_story_say (story, 1, "planner", "step.completed", "status");
  diagram_story_dispatch (story, 2, 1, "retriever");
  diagram_story_start (story, 2, 1, "retriever");
}
