/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-evidence.h"

#include "sortie-prompt.h"

#include <string.h>

/* Of a title and a heading so many bytes are shown. */
#define MAX_SHOWN 120
#define PATH_SEPARATOR " › "

/* A passage that may be given. */
typedef struct
{
  SortiePassage *passage;
  guint round; /* in which it is chosen, so that each question gets its share */
  gboolean chosen;
} Candidate;

typedef struct
{
  const SortieEvidence *evidence;
  GHashTable *known; /* "document/number" → candidate */
  GArray *candidates;
} Chooser;

static char *
key_of (const char *document, int number)
{
  return g_strdup_printf ("%s/%d", document, number);
}

static void
chooser_add (Chooser *self, SortiePassage *passage, guint round)
{
  g_autofree char *key = key_of (passage->document, passage->number);
  Candidate candidate = { passage, round, FALSE };

  if (g_hash_table_contains (self->known, key))
    return;
  g_hash_table_add (self->known, g_steal_pointer (&key));
  g_array_append_val (self->candidates, candidate);
}

static SortiePassage *
find_passage (GPtrArray *retrievals, const SortieSource *source)
{
  for (guint i = 0; i < retrievals->len; i++)
    {
      const SortieRetrieval *retrieval = g_ptr_array_index (retrievals, i);

      for (guint j = 0; j < retrieval->passages->len; j++)
        {
          SortiePassage *passage = g_ptr_array_index (retrieval->passages, j);

          if (passage->number == source->passage &&
              g_str_equal (passage->document, source->document))
            return passage;
        }
    }
  return NULL;
}

static guint
chooser_add_findings (Chooser *self, const SortieAnalysis *analysis)
{
  guint n_rounds = 0;

  for (guint i = 0; i < analysis->answers->len; i++)
    {
      const SortieAnswer *answer = g_ptr_array_index (analysis->answers, i);

      for (guint j = 0; j < answer->findings->len; j++)
        {
          const SortieFinding *finding = g_ptr_array_index (answer->findings, j);

          for (guint k = 0; k < finding->sources->len; k++)
            {
              SortiePassage *passage = find_passage (self->evidence->retrievals,
                                                     g_ptr_array_index (finding->sources, k));

              if (passage != NULL)
                chooser_add (self, passage, j);
            }
          n_rounds = MAX (n_rounds, j + 1);
        }
    }
  return n_rounds;
}

/* The best of each search in turn. */
static guint
chooser_add_others (Chooser *self, guint round)
{
  const GPtrArray *retrievals = self->evidence->retrievals;
  gboolean more = TRUE;

  for (guint rank = 0; more; rank++)
    {
      more = FALSE;
      for (guint i = 0; i < retrievals->len; i++)
        {
          const SortieRetrieval *retrieval = g_ptr_array_index (retrievals, i);

          if (rank >= retrieval->passages->len)
            continue;
          more = TRUE;
          chooser_add (self, g_ptr_array_index (retrieval->passages, rank), round);
        }
    }
  return round + 1;
}

static void
chooser_choose (Chooser *self, guint n_rounds)
{
  gsize bytes = 0;
  guint n = 0;

  for (guint round = 0; round < n_rounds; round++)
    for (guint i = 0; i < self->candidates->len; i++)
      {
        Candidate *candidate = &g_array_index (self->candidates, Candidate, i);
        gsize length = strlen (candidate->passage->text);

        if (candidate->round != round || n >= SORTIE_EVIDENCE_MAX_PASSAGES ||
            bytes + length > SORTIE_EVIDENCE_MAX_BYTES)
          continue;
        candidate->chosen = TRUE;
        bytes += length;
        n++;
      }
}

/* Best first; the place decides among equals, so that no other order can enter. */
static int
compare_passages (gconstpointer a, gconstpointer b)
{
  const SortiePassage *x = *(SortiePassage *const *) a;
  const SortiePassage *y = *(SortiePassage *const *) b;
  int order;

  if (x->score != y->score)
    return x->score > y->score ? -1 : 1;
  order = strcmp (x->uri, y->uri);
  if (order == 0)
    order = strcmp (x->document, y->document);
  return order != 0 ? order : (x->start > y->start) - (x->start < y->start);
}

static gboolean
read_retrievals (SortieEvidence *self, const SortiePlan *plan, GPtrArray *results, GError **error)
{
  for (int n = 1; n <= sortie_plan_get_n_steps (plan) && n < (int) results->len; n++)
    {
      const char *json = g_ptr_array_index (results, n);
      SortieRetrieval *retrieval;

      if (json == NULL ||
          !g_str_equal (sortie_plan_get_step (plan, n)->agent, SORTIE_AGENT_RETRIEVER))
        continue;
      retrieval = sortie_retrieval_from_json (json, strlen (json), error);
      if (retrieval == NULL)
        return FALSE;
      g_ptr_array_sort (retrieval->passages, compare_passages);
      g_ptr_array_add (self->retrievals, retrieval);
    }
  return TRUE;
}

SortieEvidence *
sortie_evidence_new (const SortiePlan *plan,
                     GPtrArray *results,
                     const SortieAnalysis *analysis,
                     GError **error)
{
  g_autoptr (SortieEvidence) self = g_new0 (SortieEvidence, 1);
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GArray) candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  Chooser chooser = { self, known, candidates };

  self->passages = g_ptr_array_new ();
  self->retrievals = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_retrieval_free);
  if (!read_retrievals (self, plan, results, error))
    return NULL;
  chooser_choose (&chooser,
                  chooser_add_others (&chooser, chooser_add_findings (&chooser, analysis)));
  for (guint i = 0; i < candidates->len; i++)
    if (g_array_index (candidates, Candidate, i).chosen)
      g_ptr_array_add (self->passages, g_array_index (candidates, Candidate, i).passage);
  return g_steal_pointer (&self);
}

void
sortie_evidence_free (SortieEvidence *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->passages);
  g_ptr_array_unref (self->retrievals);
  g_free (self);
}

guint
sortie_evidence_find (const SortieEvidence *self, const char *document, int passage)
{
  for (guint i = 0; i < self->passages->len; i++)
    {
      const SortiePassage *one = g_ptr_array_index (self->passages, i);

      if (one->number == passage && g_str_equal (one->document, document))
        return i + 1;
    }
  return 0;
}

/* The path of headings often begins with the title. */
static const char *
heading_of (const SortiePassage *passage)
{
  const char *heading = passage->heading != NULL ? passage->heading : "";
  gsize length = strlen (passage->title);

  if (strncmp (heading, passage->title, length) != 0)
    return heading;
  if (g_str_has_prefix (heading + length, PATH_SEPARATOR))
    return heading + length + strlen (PATH_SEPARATOR);
  return heading[length] == '\0' ? "" : heading;
}

static void
append_passage (GString *message, const SortiePassage *passage, guint n)
{
  const char *heading = heading_of (passage);

  g_string_append_printf (message, "<<<passage %u | ", n);
  sortie_prompt_append_data (message, passage->title, MAX_SHOWN, TRUE);
  if (*heading != '\0')
    {
      g_string_append (message, " | ");
      sortie_prompt_append_data (message, heading, MAX_SHOWN, TRUE);
    }
  if (passage->page > 0)
    g_string_append_printf (message, " | page %d", passage->page);
  g_string_append (message, ">>>\n");
  sortie_prompt_append_data (message, passage->text, SORTIE_EVIDENCE_MAX_BYTES, FALSE);
  if (message->str[message->len - 1] != '\n')
    g_string_append_c (message, '\n');
  g_string_append_printf (message, "<<<end of passage %u>>>\n", n);
}

void
sortie_evidence_append (const SortieEvidence *self, GString *message)
{
  for (guint i = 0; i < self->passages->len; i++)
    {
      g_string_append_c (message, '\n');
      append_passage (message, g_ptr_array_index (self->passages, i), i + 1);
    }
}
