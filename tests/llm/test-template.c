/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-json.h"
#include "sortie-llm-chunk.h"

#include <string.h>

/* A chunk that is known by its surroundings must read as it does in full: each one is read by a reader
 * that has seen the stream so far, and by one that can have learnt nothing. */

#define N_STREAMS 400
#define N_CHUNKS 60

static const char *const pieces[] = {
  "Hel",
  "lo",
  " ",
  "\n",
  "\\",
  "\"",
  "a \"quoted\" word",
  "}",
  "]}",
  "\",\"finish_reason\":\"stop",
  "na\303\257ve",
  "\360\237\232\200",
  "content",
  "\"content\":\"x\"",
  "{\"content\":\"",
  "text",
  "a text of another length, for the proof",
  "\t",
  "stop",
  "null",
  "0",
  "\177",
  "\342\200\250",
  "x",
};

/* What stands around the text: formats for one string literal. */
static const char *const forms[] = {
  "{\"choices\":[{\"index\":0,\"delta\":{\"content\":%s},\"finish_reason\":null}]}",
  "{\"choices\":[{\"index\":0,\"delta\":{\"content\": %s }}]}",
  "{\"id\":\"x\",\"choices\":[{\"delta\":{\"content\":%s,\"reasoning\":null}}]}",
  "{\"id\":\"stop\",\"choices\":[{\"delta\":{\"role\":\"text\",\"content\":%s}}],\"usage\":null}",
  "{\"note\":\"\\\"content\\\":\\\"x\\\"\",\"choices\":[{\"delta\":{\"content\":%s}}]}",
  "{\"choices\":[{\"delta\":{\"content\":[{\"type\":\"text\",\"text\":%s}]}}]}",
  "{\"choices\":[{\"index\":1,\"delta\":{\"content\":%s}}]}",
  "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}},"
  "{\"index\":1,\"delta\":{\"content\":%s}}]}",
  "{\"choices\":[{\"index\":0,\"delta\":{\"reasoning\":%s,\"content\":\"x\"}}]}",
  "{\"choices\":[{\"delta\":{\"content\":%s}}],\"usage\":{\"prompt_tokens\":1}}",
  "{\"choices\":[{\"message\":{\"content\":%s}}]}",
  "{\"choices\":[{\"delta\":{\"content\":%s},\"finish_reason\":\"stop\"}]}",
};

static char *
make_chunk (const char *form, const char *text)
{
  g_autoptr (GString) literal = g_string_new (NULL);
  const char *hole = strstr (form, "%s");
  GString *json = g_string_new_len (form, hole - form);

  sortie_json_append_string (literal, text);
  g_string_append_len (json, literal->str, (gssize) literal->len);
  g_string_append (json, hole + 2);
  return g_string_free (json, FALSE);
}

static void
assert_same (SortieLlmChunk *known, gboolean had_text, const char *json)
{
  SortieLlmChunk fresh;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) expected = NULL;
  gboolean fine;

  sortie_llm_chunk_init (&fresh);
  fresh.had_text = had_text;
  fine = sortie_llm_chunk_read (&fresh, json, strlen (json), FALSE, &expected);
  g_assert_cmpint (sortie_llm_chunk_read (known, json, strlen (json), FALSE, &error), ==, fine);
  g_assert_cmpstr (known->text->str, ==, fresh.text->str);
  g_assert_cmpstr (known->reasoning->str, ==, fresh.reasoning->str);
  g_assert_cmpint (known->finish, ==, fresh.finish);
  g_assert_cmpint (known->usage.prompt_tokens, ==, fresh.usage.prompt_tokens);
  g_assert_cmpint (known->had_text, ==, fresh.had_text);
  if (!fine)
    g_assert_cmpint (error->code, ==, expected->code);
  sortie_llm_chunk_clear (&fresh);
}

/* Streams of one form with another now and then, all texts that could be mistaken among them. */
static void
test_same (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20240610);

  for (int i = 0; i < N_STREAMS; i++)
    {
      const char *usual = forms[g_rand_int_range (random, 0, G_N_ELEMENTS (forms))];
      SortieLlmChunk known;

      sortie_llm_chunk_init (&known);
      for (int j = 0; j < N_CHUNKS; j++)
        {
          const char *form = g_rand_int_range (random, 0, 8) == 0
                                 ? forms[g_rand_int_range (random, 0, G_N_ELEMENTS (forms))]
                                 : usual;
          const char *text = pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))];
          g_autofree char *json = make_chunk (form, text);

          assert_same (&known, known.had_text, json);
        }
      sortie_llm_chunk_clear (&known);
    }
}

/* What is broken behind a known beginning is broken. */
static void
test_broken (void)
{
  SortieLlmChunk known;
  g_autofree char *first = make_chunk (forms[0], "one");
  gsize length = strlen (first);

  sortie_llm_chunk_init (&known);
  for (int i = 0; i < 3; i++)
    assert_same (&known, known.had_text, first);
  g_assert_nonnull (known.known.before);
  for (gsize cut = 0; cut < length; cut++)
    {
      g_autofree char *shorter = g_strndup (first, cut);
      g_autofree char *with_control = g_strdup (first);

      assert_same (&known, known.had_text, shorter);
      with_control[cut] = '\001';
      assert_same (&known, known.had_text, with_control);
    }
  sortie_llm_chunk_clear (&known);
}

static guint
count_hits (gboolean varied)
{
  SortieLlmChunk known;
  guint n_hits = 0;

  sortie_llm_chunk_init (&known);
  for (int i = 0; i < 100; i++)
    {
      g_autofree char *text = g_strdup_printf ("word%d ", i);
      g_autofree char *form =
          g_strdup_printf ("{\"p\":\"%d\",\"choices\":[{\"delta\":{\"content\":%%s}}]}",
                           varied ? i : 0);
      g_autofree char *json = make_chunk (form, text);
      guint before = known.known.n_hits;

      assert_same (&known, known.had_text, json);
      n_hits += known.known.n_hits > before;
    }
  sortie_llm_chunk_clear (&known);
  return n_hits;
}

/* It is of use where chunks are alike, and gives up where each has something of its own. */
static void
test_use (void)
{
  g_assert_cmpuint (count_hits (FALSE), >=, 97);
  g_assert_cmpuint (count_hits (TRUE), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llm/template/same", test_same);
  g_test_add_func ("/llm/template/broken", test_broken);
  g_test_add_func ("/llm/template/use", test_use);
  return g_test_run ();
}
