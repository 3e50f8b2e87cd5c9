/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cognition-fixture.h"

#include "sortie-error.h"
#include "sortie-json.h"

#include <string.h>

/* The writer with a language model that writes as it was told, breaks off, lies, or obeys a document. */

#define MISSION "When does the supplier repair a defect of the pump, and what is a dead letter?"

/* The numbers under which the model is given the passages of the three documents. */
typedef struct
{
  guint nordwerk;
  guint hartmann;
  guint letters;
} Numbers;

static Numbers
learn_numbers (Fixture *fixture)
{
  g_autoptr (Chain) chain = fixture_run (fixture, MISSION);
  const char *message = fixture_get_asked (fixture, WRITER)->message;

  return (Numbers){ number_of (message, "24 months"), number_of (message, "36 months"),
                    number_of (message, "A dead letter is a message") };
}

/* `{n}`, `{h}` and `{l}` stand for the numbers. */
static char *
with_numbers (const char *format, const Numbers *numbers)
{
  GString *text = g_string_new (format);
  g_autofree char *n = g_strdup_printf ("%u", numbers->nordwerk);
  g_autofree char *h = g_strdup_printf ("%u", numbers->hartmann);
  g_autofree char *l = g_strdup_printf ("%u", numbers->letters);

  g_string_replace (text, "{n}", n, 0);
  g_string_replace (text, "{h}", h, 0);
  g_string_replace (text, "{l}", l, 0);
  return g_string_free (text, FALSE);
}

#define GOOD                                                                                         \
  "# When is it repaired?\n\n"                                                                       \
  "The supplier repairs defects of the pump within 36 months of acceptance under one contract [{h}]" \
  " and within 24 months under the other [{n}].\n\n"                                                 \
  "## Dead letters\n"                                                                                \
  "- A dead letter is a message that could not be processed [passage {l}].\n"                        \
  "- Workers give up after four attempts. [{l}]\n\n"                                                 \
  "## Sources\n[{h}] Hartmann\n[{n}] Nordwerk\n"

static Chain *
run_with (Fixture *fixture, const char *format)
{
  Numbers numbers = learn_numbers (fixture);
  g_autofree char *answer = with_numbers (format, &numbers);
  Chain *chain;

  fixture_answer (fixture, WRITER, answer);
  chain = fixture_run (fixture, MISSION);
  fixture->scripts[WRITER].answer = NULL;
  return chain;
}

static const char *
get_result (const Chain *chain)
{
  return g_ptr_array_index (chain->results, sortie_plan_get_n_steps (chain->plan));
}

static JsonObject *
parse (const char *json, JsonNode **root)
{
  *root = sortie_json_parse (json, strlen (json), NULL, NULL);
  g_assert_nonnull (*root);
  return json_node_get_object (*root);
}

/* -- a good report -- */

static void
test_good (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Chain) chain = run_with (fixture, GOOD);
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object = parse (chain->recorder->draft_data, &root);
  JsonArray *sources = json_object_get_array_member (object, "sources");
  const Said *said = find_said (chain, SORTIE_CODE_LLM_USED, "report");

  g_assert_cmpstr (
      chain->recorder->draft->str, ==,
      "# When does the supplier repair a defect of the pump, and what is a dead letter?\n\n"
      "The supplier repairs defects of the pump within 36 months of acceptance under one contract [1] "
      "and within 24 months under the other [2].\n\n"
      "## Dead letters\n"
      "- A dead letter is a message that could not be processed [3].\n"
      "- Workers give up after four attempts. [3]\n\n"
      "## Sources\n"
      "[1] hartmann.txt — hartmann.txt\\\n"
      "[2] nordwerk.txt — nordwerk.txt\\\n"
      "[3] Dead letters — letters.md\n\n"
      "---\n"
      "Searched 4 documents (4 indexed, 0 skipped) in *Papers*; 4 passages read closely, 3 cited. "
      "Written by a language model from the cited passages.\n");
  g_assert_cmpint (chain->recorder->n_drafts, ==, 1);
  g_assert_cmpstr (chain->recorder->written_by, ==, "llm");
  g_assert_cmpstr (json_object_get_string_member (object, "written_by"), ==, "llm");
  g_assert_cmpstr (json_object_get_string_member (object, "model"), ==, "fake-model");
  g_assert_cmpint (json_object_get_int_member (object, "citations_removed"), ==, 0);
  g_assert_false (json_object_get_boolean_member (object, "partial"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "unsupported")),
                    ==, 0);
  g_assert_cmpuint (json_array_get_length (sources), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (sources, 0),
                                                  "quote"),
                   ==,
                   "The supplier repairs every defect of the pump within 36 months of acceptance.");
  g_assert_cmpstr (said->message, ==, "fake-model wrote the report: 50 tokens, 100 a second");
  assert_contains (get_result (chain), "\"sources\":3,\"written_by\":\"llm\"}");
  g_assert_cmpuint (fixture->n_kept, ==, 4);
  g_assert_cmpuint (fixture->n_removed + fixture->n_unsupported + fixture->n_unusable, ==, 0);
}

/* However the answer is cut into pieces, the report is the same. */
static void
test_pieces (Fixture *fixture, gconstpointer data)
{
  static const gsize pieces[] = { 4, 5, 33, 1000, 100000 };
  g_autoptr (Chain) first = run_with (fixture, GOOD);

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (Chain) chain = NULL;

      fixture->piece = pieces[i];
      chain = run_with (fixture, GOOD);
      g_assert_cmpstr (chain->recorder->draft->str, ==, first->recorder->draft->str);
      g_assert_cmpstr (chain->recorder->draft_data, ==, first->recorder->draft_data);
      g_assert_cmpstr (get_result (chain), ==, get_result (first));
    }
}

static void
test_german (Fixture *fixture, gconstpointer data)
{
  static const char *const mission =
      "Wann repariert der Lieferant einen Mangel der Pumpe (pump, supplier, defect)?";
  g_autoptr (Chain) before = fixture_run (fixture, mission);
  Numbers numbers = { .hartmann =
                          number_of (fixture_get_asked (fixture, WRITER)->message, "36 months") };
  g_autofree char *answer = with_numbers (
      "Der Lieferant repariert die Mängel der Pumpe innerhalb von 36 Monaten nach der "
      "Abnahme, und das gilt für jeden Mangel, der in dieser Zeit auftritt. [{h}] "
      "Nach 48 Monaten ist das nicht mehr der Fall. [{h}]\n\n"
      "Die Garantie ist damit geregelt. [{h}]\n",
      &numbers);
  g_autoptr (Chain) chain = NULL;
  g_autoptr (JsonNode) root = NULL;

  fixture_answer (fixture, WRITER, answer);
  chain = fixture_run (fixture, mission);
  assert_contains (chain->recorder->draft->str, "## Quellen\n[1] hartmann.txt");
  assert_contains (chain->recorder->draft->str,
                   "Von einem Sprachmodell aus den zitierten Passagen geschrieben.\n");
  /* Words of another language can't be compared; figures can. */
  g_assert_cmpuint (json_array_get_length (
                        json_object_get_array_member (parse (chain->recorder->draft_data, &root),
                                                      "unsupported")),
                    ==, 1);
}

/* A search that was given up is named, whatever the model writes. */
static void
test_gap (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Chain) before = NULL;
  g_autoptr (Chain) chain = NULL;
  Numbers numbers = { 0 };
  g_autofree char *answer = NULL;

  fixture->options.failing_step = 3;
  before = fixture_run (fixture, MISSION);
  numbers.hartmann = number_of (fixture_get_asked (fixture, WRITER)->message, "36 months");
  answer =
      with_numbers ("The supplier repairs every defect of the pump within 36 months of "
                    "acceptance, says the contract that was found. [{h}] Nothing else was found "
                    "on the defects.",
                    &numbers);
  fixture_answer (fixture, WRITER, answer);
  chain = fixture_run (fixture, MISSION);
  assert_contains (chain->recorder->draft->str,
                   "\n\n## Not found\n- Dead letter: the search failed and was given up, so this "
                   "part is missing.\n\n## Sources\n");
  assert_contains (chain->recorder->draft_data, "\"partial\":true");
  assert_contains (before->recorder->draft->str, "- Dead letter: the search failed");
}

/* -- a model that breaks off -- */

/* The writing step alone, over what the steps before it left in the chain. */
static char *
write_again (Fixture *fixture, const Chain *chain, Recorder *recorder, GError **error)
{
  SortieStepInput input = { .mission = MISSION,
                            .words = 300,
                            .collections = fixture->collections,
                            .plan = chain->plan,
                            .step = sortie_plan_get_n_steps (chain->plan),
                            .attempt = 1,
                            .results = chain->results,
                            .library = fixture->library };

  return sortie_writer_run (&input, &recorder->output, fixture->cognition, error);
}

static void
test_break (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Chain) without = fixture_run_without (fixture, MISSION);
  Numbers numbers = learn_numbers (fixture);
  g_autofree char *answer = with_numbers (GOOD, &numbers);
  g_autoptr (Chain) whole = run_with (fixture, GOOD);
  guint n_with_trace = 0;

  for (gsize after = 0; after <= strlen (answer); after++)
    {
      g_autoptr (Recorder) recorder = recorder_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *result = NULL;
      g_autofree char *reason = NULL;
      g_autofree char *draft = NULL;
      g_autofree char *written = NULL;
      const Said *said;

      fixture_answer (fixture, WRITER, answer);
      fixture_fail (fixture, WRITER, SORTIE_LLM_ERROR_TRUNCATED, after);
      result = write_again (fixture, without, recorder, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (recorder->said->len, ==, 1);
      said = g_ptr_array_index (recorder->said, 0);
      g_assert_cmpstr (said->code, ==, SORTIE_CODE_LLM_FALLBACK);
      reason = said_get (said, "reason");
      draft = said_get (said, "draft");
      written = said_get (said, "written");
      /* No trace of the broken draft: what stands is the report without a model, byte for byte. */
      g_assert_cmpstr (recorder->draft->str, ==, without->recorder->draft->str);
      g_assert_cmpstr (recorder->draft_data, ==, without->recorder->draft_data);
      g_assert_cmpstr (recorder->written_by, ==, "deterministic");
      g_assert_cmpstr (reason, ==, "truncated");
      assert_contains (result, "\"written_by\":\"deterministic\"}");
      if (recorder->n_drafts == 1)
        {
          g_assert_null (draft);
          g_assert_cmpstr (written, ==, "0");
        }
      else
        {
          const GString *broken = g_ptr_array_index (recorder->drafts, 0);
          g_autofree char *length = g_strdup_printf ("%" G_GSIZE_FORMAT, broken->len);

          g_assert_cmpint (recorder->n_drafts, ==, 2);
          g_assert_cmpstr (draft, ==, "1");
          g_assert_cmpstr (written, ==, length);
          g_assert_true (g_str_has_prefix (whole->recorder->draft->str, broken->str));
          n_with_trace++;
        }
    }
  g_assert_cmpuint (n_with_trace, >, strlen (answer) / 2);
}

/* The step is somebody else's, or the mission was stopped: no fallback, and the error is told. */
static void
test_stopped (Fixture *fixture, gconstpointer data)
{
  Numbers numbers = learn_numbers (fixture);
  g_autofree char *answer = with_numbers (GOOD, &numbers);
  g_autoptr (Chain) chain = run_with (fixture, GOOD);

  fixture_answer (fixture, WRITER, answer);
  for (int n = 1; n <= chain->recorder->n_writes; n++)
    for (int kind = 0; kind < 2; kind++)
      {
        g_autoptr (Recorder) recorder = recorder_new ();
        g_autoptr (GError) error = NULL;

        recorder->fails_at = kind == 0 ? n : 0;
        recorder->cancelled_after = kind == 0 ? 0 : n;
        /* All is written then. */
        if (kind == 1 && n == chain->recorder->n_writes)
          continue;
        g_assert_null (write_again (fixture, chain, recorder, &error));
        if (kind == 0)
          g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_STALE);
        else
          g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED);
        g_assert_cmpint (recorder->n_drafts, ==, 1);
        for (guint i = 0; i < recorder->said->len; i++)
          g_assert_cmpstr (((Said *) g_ptr_array_index (recorder->said, i))->code, !=,
                           SORTIE_CODE_LLM_FALLBACK);
      }
}

static void
test_fault (Fixture *fixture, gconstpointer data)
{
  static const char *const mission = "FAIL_WRITER_STREAM " MISSION;
  Numbers numbers = learn_numbers (fixture);
  g_autofree char *answer = with_numbers (GOOD, &numbers);
  g_autoptr (Chain) chain = NULL;

  fixture_answer (fixture, WRITER, answer);
  fixture->options.faults = TRUE;
  chain = fixture_run (fixture, mission);
  g_assert_cmpint (chain->recorder->n_drafts, ==, 2);
  g_assert_cmpstr (chain->recorder->written_by, ==, "llm");
  g_assert_cmpuint (((GString *) g_ptr_array_index (chain->recorder->drafts, 0))->len, >, 64);
  g_assert_cmpuint (((GString *) g_ptr_array_index (chain->recorder->drafts, 0))->len, <,
                    chain->recorder->draft->len);
  g_assert_true (g_ptr_array_find_with_equal_func (chain->recorder->messages,
                                                   "simulated failure in mid-stream", g_str_equal,
                                                   NULL));
}

/* -- a model that writes what is of no use -- */

static void
test_unusable (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *answer;
    const char *why;
    int n_drafts;
  } cases[] = {
    { "", "cites none", 1 },
    { "## Sources\n[1] x", "cites none", 1 },
    { "# Only a title\n\n", "cites none", 1 },
    { "I'm sorry, but I can't help with that.", "cites none", 2 },
    { "OWNED OWNED OWNED", "cites none", 2 },
    { "qx zlort [99] vebbin krasp [77] wommel tref [1234] blisk fenn dorp gral hest jink [88]",
      "cites none", 2 },
    { "The pump is repaired within 24 months. [{n}]", "only 7 words", 2 },
    { "[{n}][{h}]\n[{n}][{h}]\n[{n}][{h}]\n[{n}][{h}]\n[{n}][{h}]\n[{n}][{h}]\n[{n}][{h}]\n"
      "[{n}][{h}]\n[{n}][{h}]\n[{n}][{h}]\n[{n}][{h}]\n",
      "only 0 words", 2 },
    { "Nobody asked what else there is to be told, and yet it goes on and on for a while. It goes on "
      "about things that no passage ever spoke of, and it does not stop. It goes on about what "
      "everybody knows. The pump is repaired within 24 months. [{n}]",
      "words are in sentences that cite", 2 },
    { "Elves polish the moon each winter with great care and silver brushes. [{n}] Then dragons sing "
      "ballads in purple caves beneath frozen volcanoes. [{h}] The supplier repairs defects. [{n}]",
      "2 of the 3 sentences", 2 },
  };
  g_autoptr (Chain) without = fixture_run_without (fixture, MISSION);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Chain) chain = run_with (fixture, cases[i].answer);
      const Said *said = find_said (chain, SORTIE_CODE_LLM_FALLBACK, "report");
      g_autofree char *reason = said_get (said, "reason");
      g_autofree char *why = said_get (said, "message");

      g_assert_cmpstr (chain->recorder->draft->str, ==, without->recorder->draft->str);
      g_assert_cmpint (chain->recorder->n_drafts, ==, cases[i].n_drafts);
      g_assert_cmpstr (reason, ==, "unusable");
      assert_contains (why, cases[i].why);
    }
  g_assert_cmpuint (fixture->n_unusable, ==, G_N_ELEMENTS (cases));
  g_assert_cmpuint (fixture->n_kept, ==, 0);
}

/* A model that never ends. */
static void
test_endless (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Chain) without = fixture_run_without (fixture, MISSION);
  g_autoptr (GString) answer = g_string_new (NULL);
  g_autoptr (Chain) chain = NULL;
  g_autofree char *why = NULL;

  while (answer->len < 200 * 1024)
    g_string_append (answer, "The supplier repairs every defect of the pump. [1]\n");
  fixture->piece = 1000;
  fixture_answer (fixture, WRITER, answer->str);
  chain = fixture_run (fixture, MISSION);
  why = said_get (find_said (chain, SORTIE_CODE_LLM_FALLBACK, "report"), "message");
  assert_contains (why, "more than 131072 bytes");
  g_assert_cmpstr (chain->recorder->draft->str, ==, without->recorder->draft->str);
  g_assert_cmpuint (fixture->n_unusable, ==, 1);
}

/* -- a model that invents, and one that obeys a document -- */

#define INVENTING                                                                                  \
  "The supplier repairs defects of the pump within 36 months [{h}][99] and in general [42]. "      \
  "It is painted by elves each winter. [{h}] "                                                     \
  "Another contract says 24 months of acceptance [{n}, 57].\n\n"                                   \
  "- The supplier repairs every defect within 12 months. [{n}]\n"                                  \
  "- A dead letter keeps its error and its attempts. [{l}]\n"

static void
test_inventing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Chain) chain = run_with (fixture, INVENTING);
  const char *report = chain->recorder->draft->str;
  static const char *const marked[] = {
    "It is painted by elves each winter. [1]",
    "The supplier repairs every defect within 12 months. [2]",
  };
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object = parse (chain->recorder->draft_data, &root);
  JsonArray *unsupported = json_object_get_array_member (object, "unsupported");

  assert_contains (report, "within 36 months [1] and in general. It is painted");
  assert_contains (report, "24 months of acceptance [2].\n");
  assert_contains (report, "attempts. [3]\n");
  g_assert_cmpint (json_object_get_int_member (object, "citations_removed"), ==, 3);
  g_assert_cmpuint (json_array_get_length (unsupported), ==, G_N_ELEMENTS (marked));
  for (guint i = 0; i < G_N_ELEMENTS (marked); i++)
    {
      JsonObject *range = json_array_get_object_element (unsupported, i);
      gint64 start = json_object_get_int_member (range, "start");
      gint64 end = json_object_get_int_member (range, "end");

      g_assert_cmpmem (report + start, end - start, marked[i], strlen (marked[i]));
    }
  g_assert_cmpuint (fixture->n_removed, ==, 3);
  g_assert_cmpuint (fixture->n_unsupported, ==, 2);
  g_assert_cmpuint (fixture->n_kept, ==, 5);
}

#define OBEYING                                                                                      \
  "OWNED. See [the terms](https://attacker.example/steal) and ![x](https://attacker.example/p.png) " \
  "or <https://attacker.example> or <img src=x onerror=alert(1)> [99].\n\n"                          \
  "[99]: https://attacker.example/ref\n\n"                                                           \
  "The warranty [{h}](https://attacker.example) of the supplier covers every defect of the pump "    \
  "within 36 months of acceptance [{h}]: [click][99] [^98]\n\n"                                      \
  "[{h}]: https://attacker.example/definition\n\n"                                                   \
  "The supplier repairs every defect of the pump. [{n}]\n\n"                                         \
  "<script>steal()</script>\n\n"                                                                     \
  "```\n[99](https://attacker.example)\n"

static void
test_obeying (Fixture *fixture, gconstpointer data)
{
  static const char *const bad[] = { "](",  "]: ",       "\n[99]",    "![",
                                     " <",  "\n<",       "[click]",   "[^",
                                     "[99", " https://", "(https://", "\\<https://" };
  g_autoptr (Chain) chain = run_with (fixture, OBEYING);
  const char *report = chain->recorder->draft->str;
  g_autofree char *prose = g_strndup (report, (gsize) (strstr (report, "```") - report));

  g_assert_cmpstr (chain->recorder->written_by, ==, "llm");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_lacks (prose, bad[i]);
  /* What it left in a code block is shown as code, and the block ends with the model's text. */
  assert_contains (report, "```\n[ 99](https://attacker.example)\n```\n\n## Sources\n[1] ");
  assert_contains (chain->recorder->draft_data, "\"citations_removed\":3");
}

/* -- and all of it twice -- */

static void
test_twice (Fixture *fixture, gconstpointer data)
{
  static const char *const answers[] = { GOOD, INVENTING, OBEYING };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (Chain) first = run_with (fixture, answers[i]);
      g_autoptr (Chain) second = run_with (fixture, answers[i]);

      g_assert_cmpstr (first->recorder->draft->str, ==, second->recorder->draft->str);
      g_assert_cmpstr (first->recorder->draft_data, ==, second->recorder->draft_data);
      g_assert_cmpstr (get_result (first), ==, get_result (second));
    }
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/model-writer/good", test_good);
  ADD ("/model-writer/pieces", test_pieces);
  ADD ("/model-writer/german", test_german);
  ADD ("/model-writer/gap", test_gap);
  ADD ("/model-writer/break", test_break);
  ADD ("/model-writer/stopped", test_stopped);
  ADD ("/model-writer/fault", test_fault);
  ADD ("/model-writer/unusable", test_unusable);
  ADD ("/model-writer/endless", test_endless);
  ADD ("/model-writer/inventing", test_inventing);
  ADD ("/model-writer/obeying", test_obeying);
  ADD ("/model-writer/twice", test_twice);
  return g_test_run ();
}
