/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diagram-story.h"

#include "sortie-diagram-words.h"

typedef struct
{
  SortieTopology *topology;
  SortieLiveMission *mission;
  TestStory story;
  SortieModelUses uses;
  SortieNodeState nodes[32];
  SortieEdgeLook edges[64];
} Fixture;

static void
event_cb (SortieLiveMission *mission, const SortieEvent *event, guint changes, Fixture *self)
{
  sortie_model_uses_take (&self->uses, event, sortie_live_mission_get_model (mission));
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->topology = diagram_story_read (data);
  self->mission = test_mission_new ();
  self->story = (TestStory){ .mission = self->mission };
  g_signal_connect (self->mission, "event", G_CALLBACK (event_cb), self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  sortie_topology_free (self->topology);
  g_object_unref (self->mission);
}

static void
compute (Fixture *self, gboolean with_mission)
{
  sortie_diagram_state_compute (self->topology,
                                with_mission ? sortie_live_mission_get_model (self->mission) : NULL,
                                &self->uses, self->nodes, self->edges);
}

static const SortieNodeState *
state_of (Fixture *self, const char *id)
{
  int i = sortie_topology_find (self->topology, id);

  g_assert_cmpint (i, >=, 0);
  return &self->nodes[i];
}

static SortieEdgeLook
look_of (Fixture *self, const char *from, const char *to)
{
  for (guint i = 0; i < self->topology->edges->len; i++)
    {
      const SortieTopologyEdge *edge = g_ptr_array_index (self->topology->edges, i);

      if ((int) edge->from == sortie_topology_find (self->topology, from) &&
          (int) edge->to == sortie_topology_find (self->topology, to))
        return self->edges[i];
    }
  g_assert_not_reached ();
}

static void
test_no_mission (Fixture *self, gconstpointer data)
{
  compute (self, FALSE);
  for (guint i = 0; i < self->topology->nodes->len; i++)
    g_assert_true (self->nodes[i].look == SORTIE_LOOK_IDLE ||
                   i == (guint) sortie_topology_find (self->topology, "llm"));
  g_assert_cmpint (state_of (self, "llm")->look, ==, SORTIE_LOOK_DEGRADED);
  g_assert_true (sortie_topology_take_counters (
      self->topology,
      "{\"planner\":{\"workers\":1,\"in_flight\":1},\"writer\":{\"workers\":1,\"queued\":2,"
      "\"in_flight\":0},\"retriever\":{\"workers\":0,\"in_flight\":0},\"running\":2}",
      NULL));
  compute (self, FALSE);
  g_assert_cmpint (state_of (self, "planner")->look, ==, SORTIE_LOOK_ACTIVE);
  g_assert_cmpint (state_of (self, "writer")->look, ==, SORTIE_LOOK_QUEUED);
  g_assert_cmpint (state_of (self, "retriever")->look, ==, SORTIE_LOOK_ABSENT);
  g_assert_cmpint (state_of (self, "system")->look, ==, SORTIE_LOOK_ACTIVE);
}

static void
test_course (Fixture *self, gconstpointer data)
{
  diagram_story_begin (&self->story);
  compute (self, TRUE);
  g_assert_cmpint (look_of (self, "you", "system"), ==, SORTIE_EDGE_LIT);
  g_assert_cmpint (state_of (self, "system")->look, ==, SORTIE_LOOK_QUEUED);

  diagram_story_dispatch (&self->story, 1, 1, "planner");
  compute (self, TRUE);
  g_assert_cmpint (state_of (self, "planner")->look, ==, SORTIE_LOOK_QUEUED);
  g_assert_cmpint (look_of (self, "system", "planner"), ==, SORTIE_EDGE_LIT);
  g_assert_cmpint (look_of (self, "system", "writer"), ==, SORTIE_EDGE_IDLE);

  diagram_story_start (&self->story, 1, 1, "planner");
  diagram_story_say (&self->story, 1, "planner", "llm.used", "status");
  compute (self, TRUE);
  g_assert_cmpint (state_of (self, "planner")->look, ==, SORTIE_LOOK_ACTIVE);
  g_assert_cmpint (look_of (self, "planner", "llm"), ==, SORTIE_EDGE_LIT);

  diagram_story_plan (&self->story);
  diagram_story_say (&self->story, 1, "planner", "step.completed", "status");
  diagram_story_dispatch (&self->story, 2, 1, "retriever");
  diagram_story_start (&self->story, 2, 1, "retriever");
  compute (self, TRUE);
  g_assert_cmpint (state_of (self, "planner")->look, ==, SORTIE_LOOK_DONE);
  g_assert_cmpint (look_of (self, "system", "planner"), ==, SORTIE_EDGE_TRAVELLED);
  g_assert_cmpint (look_of (self, "planner", "llm"), ==, SORTIE_EDGE_TRAVELLED);
  g_assert_cmpint (look_of (self, "retriever", "collection:sample"), ==, SORTIE_EDGE_LIT);
  g_assert_cmpint (state_of (self, "collection:sample")->look, ==, SORTIE_LOOK_ACTIVE);
  g_assert_cmpint (state_of (self, "system")->n_done, ==, 1);
  g_assert_cmpint (state_of (self, "system")->n_steps, ==, 5);
}

static void
test_trouble (Fixture *self, gconstpointer data)
{
  diagram_story_to_search (&self->story);
  diagram_story_retry (&self->story, 2, "retriever", 4000);
  compute (self, TRUE);
  g_assert_cmpint (state_of (self, "retriever")->look, ==, SORTIE_LOOK_RETRYING);
  g_assert_cmpint (state_of (self, "retriever")->retry_at, ==,
                   TEST_EPOCH + self->story.time + 4000);
  g_assert_cmpint (look_of (self, "system", "retriever"), ==, SORTIE_EDGE_RETRYING);
  g_assert_cmpint (look_of (self, "retriever", "collection:sample"), ==, SORTIE_EDGE_IDLE);

  diagram_story_say (&self->story, 2, "retriever", "step.dead_lettered", "error");
  compute (self, TRUE);
  g_assert_cmpint (state_of (self, "retriever")->look, ==, SORTIE_LOOK_FAILED);
  g_assert_cmpint (look_of (self, "system", "retriever"), ==, SORTIE_EDGE_FAILED);

  diagram_story_dispatch (&self->story, 4, 1, "analyzer");
  diagram_story_start (&self->story, 4, 1, "analyzer");
  diagram_story_say (&self->story, 4, "analyzer", "llm.fallback", "status");
  compute (self, TRUE);
  g_assert_true (state_of (self, "analyzer")->fallback);
  g_assert_true (state_of (self, "llm")->fallback);
  g_assert_false (state_of (self, "planner")->fallback);
  g_assert_cmpint (look_of (self, "analyzer", "llm"), ==, SORTIE_EDGE_FALLBACK);
}

static void
test_report (Fixture *self, gconstpointer data)
{
  diagram_story_to_search (&self->story);
  diagram_story_dispatch (&self->story, 5, 1, "writer");
  diagram_story_start (&self->story, 5, 1, "writer");
  compute (self, TRUE);
  g_assert_cmpint (look_of (self, "writer", "you"), ==, SORTIE_EDGE_IDLE);
  diagram_story_draft (&self->story, 1);
  compute (self, TRUE);
  g_assert_cmpint (look_of (self, "writer", "you"), ==, SORTIE_EDGE_LIT);
  g_assert_cmpint (state_of (self, "you")->look, ==, SORTIE_LOOK_ACTIVE);
  diagram_story_end (&self->story, "completed");
  compute (self, TRUE);
  g_assert_cmpint (look_of (self, "writer", "you"), ==, SORTIE_EDGE_TRAVELLED);
  g_assert_cmpint (state_of (self, "you")->look, ==, SORTIE_LOOK_DONE);
  g_assert_cmpint (state_of (self, "system")->look, ==, SORTIE_LOOK_DONE);
  g_assert_cmpint (state_of (self, "retriever")->look, ==, SORTIE_LOOK_STOPPED);
}

static void
test_outcomes (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *outcome;
    SortieNodeLook look;
  } cases[] = {
    { "partial", SORTIE_LOOK_DEGRADED },
    { "failed", SORTIE_LOOK_FAILED },
    { "cancelled", SORTIE_LOOK_STOPPED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SortieLiveMission) mission = test_mission_new ();
      TestStory story = { .mission = mission };

      diagram_story_to_search (&story);
      diagram_story_end (&story, cases[i].outcome);
      g_set_object (&self->mission, mission);
      compute (self, TRUE);
      g_assert_cmpint (state_of (self, "system")->look, ==, cases[i].look);
      g_assert_cmpint (state_of (self, "redis")->look, ==, SORTIE_LOOK_IDLE);
    }
}

/* What a person hears of a node. */
static void
test_words (Fixture *self, gconstpointer data)
{
  int i = sortie_topology_find (self->topology, "retriever");
  const SortieTopologyNode *node = g_ptr_array_index (self->topology->nodes, i);
  SortieNodeState active = { SORTIE_LOOK_ACTIVE };
  SortieNodeState retrying = { SORTIE_LOOK_RETRYING };
  SortieNodeState fallback = { SORTIE_LOOK_DONE, TRUE };
  g_autofree char *spoken = NULL;
  g_autofree char *word = NULL;
  g_autofree char *plain = NULL;
  g_autofree char *note = NULL;
  g_autofree char *links = sortie_diagram_dup_links (self->topology, (guint) i);

  g_assert_true (sortie_topology_take_counters (
      self->topology,
      "{\"retriever\":{\"workers\":1,\"queued\":2,\"in_flight\":1,\"done\":14,\"failed\":0}}",
      NULL));
  spoken = sortie_diagram_dup_spoken (node, &active, -1);
  g_assert_cmpstr (spoken, ==, "Retriever, active, 2 queued, 1 in flight, 14 done, 1 worker");
  word = sortie_diagram_dup_word (node, &retrying, 3);
  g_assert_cmpstr (word, ==, "Retry in 3 s");
  plain = sortie_diagram_dup_word (node, &retrying, 0);
  g_assert_cmpstr (plain, ==, "Retrying");
  note = sortie_diagram_dup_note (node, &fallback, FALSE);
  g_assert_cmpstr (note, ==, "No model");
  g_assert_cmpstr (links, ==,
                   "From Orchestrator: dispatch. To Language model: ask. To sample: search.");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
  g_test_add ("/diagram-state/" name, Fixture, "topology-llm.json", set_up, func, tear_down)
  ADD ("no-mission", test_no_mission);
  ADD ("course", test_course);
  ADD ("trouble", test_trouble);
  ADD ("report", test_report);
  ADD ("outcomes", test_outcomes);
  ADD ("words", test_words);
#undef ADD
  return g_test_run ();
}
