/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-agent.h"

#include "sortie-cognition-private.h"
#include "sortie-error.h"
#include "sortie-findings.h"
#include "sortie-json.h"
#include "sortie-question-splitter.h"
#include "sortie-question-terms.h"
#include "sortie-text.h"

#include <string.h>

/* How many passages one question gets, and from how many they are chosen. */
#define MAX_PASSAGES 24
#define MAX_CANDIDATES 96
/* Of one document, as long as others have something to say as well. */
#define MAX_OF_ONE 8
/* A document whose best passage scores less than this share of the best one is no match that
 * deserves room. */
#define WORTHY_SHARE 0.4
/* So many words of a query are looked up one by one. */
#define MAX_WEIGHED 12
/* The longest list of documents that an overview chooses from. */
#define MAX_OVERVIEW_DOCUMENTS 24

#define FAULT_WORD "SIMULATE_FAILURE"

/* -- choosing -- */

static guint
count_of_document (GPtrArray *passages, const char *document)
{
  guint n = 0;

  for (guint i = 0; i < passages->len; i++)
    {
      const SortiePassage *passage = g_ptr_array_index (passages, i);

      n += g_str_equal (passage->document, document);
    }
  return n;
}

static gboolean
is_choosable (const SortiePassage *passage)
{
  /* A text that holds its own end can't be quoted by range. */
  return passage->text != NULL && passage->end > passage->start &&
         strlen (passage->text) == (gsize) (passage->end - passage->start);
}

/* Several documents share the places: first each up to its share, then by rank. Moves what it
 * chooses from `found` to `chosen`, in order of rank. */
static void
choose_passages (GPtrArray *found, GPtrArray *chosen)
{
  g_autofree gboolean *taken = g_new0 (gboolean, found->len + 1);
  g_autoptr (GPtrArray) counted = g_ptr_array_new ();
  double best = 0.0;

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < found->len && counted->len < MAX_PASSAGES; i++)
      {
        SortiePassage *passage = g_ptr_array_index (found, i);

        if (taken[i] || !is_choosable (passage))
          continue;
        best = MAX (best, passage->score);
        if (pass == 0 && (passage->score < best * WORTHY_SHARE ||
                          count_of_document (counted, passage->document) >= MAX_OF_ONE))
          continue;
        taken[i] = TRUE;
        g_ptr_array_add (counted, passage);
      }
  for (guint i = 0; i < found->len; i++)
    if (taken[i])
      {
        g_ptr_array_add (chosen, g_ptr_array_index (found, i));
        g_ptr_array_index (found, i) = NULL;
      }
}

static void
passage_free0 (gpointer data)
{
  if (data != NULL)
    sortie_passage_free (data);
}

/* -- searching -- */

static SortieSearchScope *
scopes_new (const SortieStepInput *input)
{
  SortieSearchScope *scopes = g_new0 (SortieSearchScope, input->collections->len + 1);

  for (guint i = 0; i < input->collections->len; i++)
    {
      const SortiePinnedCollection *pinned = g_ptr_array_index (input->collections, i);

      scopes[i].collection = pinned->collection;
      scopes[i].generation = pinned->generation;
    }
  return scopes;
}

static gboolean
search_passages (const SortieStepInput *input, SortieRetrieval *result, GError **error)
{
  g_autofree SortieSearchScope *scopes = scopes_new (input);
  g_autoptr (GPtrArray) found =
      sortie_library_search (input->library, scopes, input->collections->len, result->query,
                             MAX_CANDIDATES, SORTIE_SEARCH_BY_PASSAGE, error);

  if (found == NULL)
    return FALSE;
  g_ptr_array_set_free_func (found, passage_free0);
  choose_passages (found, result->passages);
  return TRUE;
}

static gboolean
holds_word (GPtrArray *words, const char *word)
{
  for (guint i = 0; i < words->len; i++)
    if (g_ascii_strcasecmp (g_ptr_array_index (words, i), word) == 0)
      return TRUE;
  return FALSE;
}

/* Searches for each word of the query alone: the best score tells how much the word is worth, and a
 * word of the question that no document holds is what a reader wants to know most about an answer
 * that is missing. */
static gboolean
weigh_terms (const SortieStepInput *input,
             const char *subject,
             SortieRetrieval *result,
             GError **error)
{
  const char *language = input->plan->language;
  g_autoptr (GPtrArray) asked = sortie_question_list_terms (language, subject);
  g_autoptr (GPtrArray) terms = sortie_question_list_terms (language, result->query);
  g_autofree SortieSearchScope *scopes = scopes_new (input);

  for (guint i = 0; i < MIN (terms->len, MAX_WEIGHED); i++)
    {
      const char *term = g_ptr_array_index (terms, i);
      g_autoptr (GPtrArray) found =
          sortie_library_search (input->library, scopes, input->collections->len, term, 1,
                                 SORTIE_SEARCH_BY_PASSAGE, error);

      if (found == NULL)
        return FALSE;
      if (found->len > 0)
        g_ptr_array_add (
            result->weights,
            sortie_term_weight_new (term, ((SortiePassage *) g_ptr_array_index (found, 0))->score));
      else if (holds_word (asked, term))
        g_ptr_array_add (result->absent, g_strdup (term));
    }
  return TRUE;
}

/* -- an overview: a question that names no subject -- */

/* Passages evenly over one document, its first among them. A passage that is gone meanwhile is
 * left out. */
static void
add_overview_of (SortieLibrary *library,
                 const SortieDocument *document,
                 guint share,
                 GPtrArray *passages)
{
  gint64 n = document->n_passages;
  guint count = (guint) MIN ((gint64) share, n);

  for (guint i = 0; i < count && passages->len < MAX_PASSAGES; i++)
    {
      int number = (int) (1 + (gint64) i * n / count);
      SortiePassage *passage = sortie_library_get_passage (library, document->id, number, NULL);

      if (passage != NULL && is_choosable (passage))
        g_ptr_array_add (passages, passage);
      else if (passage != NULL)
        sortie_passage_free (passage);
    }
}

/* "Summarise the documents" has nothing to search for: look into each, as far as there is room. */
static gboolean
look_over (const SortieStepInput *input, SortieRetrieval *result, GError **error)
{
  g_autoptr (GPtrArray) readable =
      g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_document_free);
  guint n;

  for (guint i = 0; i < input->collections->len; i++)
    {
      const SortiePinnedCollection *pinned = g_ptr_array_index (input->collections, i);
      g_autoptr (GPtrArray) documents =
          sortie_library_list_documents (input->library, pinned->collection, error);

      if (documents == NULL)
        return FALSE;
      g_ptr_array_set_free_func (documents, NULL);
      for (guint j = 0; j < documents->len; j++)
        {
          SortieDocument *document = g_ptr_array_index (documents, j);

          if (document->skipped == NULL && document->n_passages > 0)
            g_ptr_array_add (readable, document);
          else
            sortie_document_free (document);
        }
    }
  n = MIN (readable->len, MAX_OVERVIEW_DOCUMENTS);
  for (guint i = 0; i < n; i++)
    add_overview_of (input->library,
                     g_ptr_array_index (readable, (guint) ((guint64) i * readable->len / n)),
                     MAX_PASSAGES / n, result->passages);
  return TRUE;
}

/* -- the step -- */

static gboolean
count_collections (const SortieStepInput *input, SortieRetrieval *result, GError **error)
{
  for (guint i = 0; i < input->collections->len; i++)
    {
      const SortiePinnedCollection *pinned = g_ptr_array_index (input->collections, i);
      g_autoptr (SortieCollection) collection =
          sortie_library_get (input->library, pinned->collection, error);

      if (collection == NULL)
        return FALSE;
      g_ptr_array_add (result->collections,
                       sortie_searched_new (collection->name, collection->n_documents,
                                            collection->n_skipped));
    }
  return TRUE;
}

static gboolean
is_first_retrieval (const SortieStepInput *input)
{
  for (int i = 1; i < input->step; i++)
    if (g_str_equal (sortie_plan_get_step (input->plan, i)->agent, SORTIE_AGENT_RETRIEVER))
      return FALSE;
  return TRUE;
}

static gboolean
check_may_run (const SortieStepInput *input, SortieStepOutput *output, GError **error)
{
  if (output->is_cancelled (output))
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED, "The mission was stopped");
      return FALSE;
    }
  if (input->faults && input->attempt == 1 && is_first_retrieval (input) &&
      strstr (input->mission, FAULT_WORD) != NULL)
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "simulated failure");
      return FALSE;
    }
  return TRUE;
}

static guint
count_documents (GPtrArray *passages)
{
  g_autoptr (GHashTable) documents = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < passages->len; i++)
    g_hash_table_add (documents, ((SortiePassage *) g_ptr_array_index (passages, i))->document);
  return g_hash_table_size (documents);
}

static gboolean
tell (const SortieStepInput *input,
      SortieStepOutput *output,
      const SortieRetrieval *result,
      GError **error)
{
  guint n_passages = result->passages->len;
  guint n_documents = count_documents (result->passages);
  g_autofree char *message = NULL;
  g_autoptr (GString) data = g_string_new ("{");

  if (input->collections->len == 0)
    message = g_strdup ("No documents were given to search");
  else
    message =
        g_strdup_printf ("Found %u passage%s in %u document%s", n_passages,
                         n_passages == 1 ? "" : "s", n_documents, n_documents == 1 ? "" : "s");
  sortie_json_append_member_string (data, "query", result->query);
  sortie_json_append_member_int (data, "passages", n_passages);
  sortie_json_append_member_int (data, "documents", n_documents);
  g_string_append_c (data, '}');
  return output->progress (output, NULL, message, data->str, error);
}

static gboolean
fill (const SortieStepInput *input, SortieRetrieval *result, GError **error)
{
  const SortieStep *step = sortie_plan_get_step (input->plan, input->step);
  g_autoptr (SortieQuestions) questions = sortie_questions_from_mission (input->mission);
  const SortieQuestion *known = sortie_questions_find (questions, step->question);
  const char *subject = known != NULL ? known->subject : step->question;
  g_autoptr (GPtrArray) terms = sortie_question_list_terms (input->plan->language, result->query);

  if (input->collections->len == 0)
    return TRUE;
  if (!count_collections (input, result, error))
    return FALSE;
  if (terms->len == 0 || sortie_question_is_form_only (input->plan->language, result->query) ||
      (known != NULL && sortie_question_is_overview (known)))
    return look_over (input, result, error);
  return search_passages (input, result, error) && weigh_terms (input, subject, result, error);
}

/**
 * sortie_retriever_run:
 * @user_data: (nullable): a SortieCognition, whose model may add words to the search
 *
 * Searches the pinned collections for the step's question. Finding nothing, or having nowhere to
 * search, is a result, not an error. Returns: a retrieval as JSON (sortie_retrieval_to_json()).
 */
char *
sortie_retriever_run (const SortieStepInput *input,
                      SortieStepOutput *output,
                      gpointer user_data,
                      GError **error)
{
  const SortieStep *step = sortie_plan_get_step (input->plan, input->step);
  g_autofree char *query = NULL;
  g_autoptr (SortieRetrieval) result = NULL;
  g_autoptr (GError) local = NULL;

  if (step == NULL || step->question == NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "Step %d has no question",
                   input->step);
      return NULL;
    }
  if (!check_may_run (input, output, error))
    return NULL;
  query = g_strdup (step->query != NULL ? step->query : step->question);
  if (sortie_cognition_is_on (user_data) &&
      sortie_retriever_ask (user_data, input, output, &query, error) == SORTIE_COGNITION_STOPPED)
    return NULL;
  result = sortie_retrieval_new (step->question, query);
  if (!fill (input, result, &local))
    {
      /* To whoever commits the step “not found” means that the mission is gone. Here it means that a
       * pinned collection is: the step has failed. */
      if (g_error_matches (local, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND))
        local->code = SORTIE_ERROR_FAILED;
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (!tell (input, output, result, error))
    return NULL;
  return sortie_retrieval_to_json (result);
}
