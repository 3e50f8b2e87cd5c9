/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-analysis-private.h"

#include "sortie-question-terms.h"

#include <stdlib.h>
#include <string.h>

/* Of the words of a report this share is for its findings; the rest is for the summary and the
 * headings. */
#define FINDINGS_SHARE 0.8
/* The most findings of one question, where it is the only one and where it is one of several. */
#define MAX_ALONE 14
#define MAX_SHARED 8
/* What scores less than this share of its question's best is left out, though there is room; the
 * more there is already, the better the rest must be. */
#define WORTHY_SHARE 0.42
#define WORTHY_SHARE_MORE 0.03
/* The longest sentence that is quoted as the context of the next, words. */
#define MAX_CONTEXT_WORDS 40
/* A sentence that points back loses this much with the one before it, and without. */
#define LEANING_WITH_CONTEXT 0.9
#define LEANING_ALONE 0.55
#define REPEATED_CONTEXT 0.5
/* Where each document is asked, the least share of the best for the first of another document, and
 * how much it is preferred. */
#define ACROSS_SHARE 0.15
#define ACROSS_PREFERENCE 4.0
/* How much alike a sentence may be to one chosen already. */
#define TOO_SIMILAR 0.65
/* A sentence that many documents hold is cited from so many of them. */
#define MAX_SOURCES 3
/* The most differences in figures that are pointed out. */
#define DIFFERENCES_MAX 4

/* A sentence that may be chosen, with the ones before it that it needs. */
typedef struct
{
  guint first;
  guint last;
  guint words;
  double score;
  gboolean chosen;
  guint lead_first; /* the best part, where several were joined */
  guint lead_last;
} Extract;

typedef struct
{
  SortieMatter *matter;
  GArray **extracts; /* one array of Extract a topic, best first */
  GArray *chosen;    /* guint: the sentences chosen so far, over all topics */
  guint *used;       /* one a sentence: 0, or the topic that has it, from 1 */
  GArray *places;    /* Place of each finding that is one sentence */
} Selection;

typedef struct
{
  SortieFindingRef ref;
  guint sentence;
} Place;

static gboolean
is_usable_context (const SortieSentence *sentence)
{
  return sentence->quality > 0.2 && sentence->n_words <= MAX_CONTEXT_WORDS;
}

/* "This does …" is quoted with what "this" is, where the text says it right before. */
static Extract
extract_of (const SortieMatter *matter, guint index, double score)
{
  Extract extract = { index, index, 0, score, FALSE, index, index };
  const SortieSentence *sentence = sortie_sentences_get (matter->sentences, index);

  extract.words = sentence->n_words;
  for (guint steps = 0; steps < 2 && (sentence->flags & SORTIE_SENTENCE_LEANS); steps++)
    {
      if (!(sentence->flags & SORTIE_SENTENCE_CONTINUES))
        break;
      sentence = sortie_sentences_get (matter->sentences, extract.first - 1);
      if (!is_usable_context (sentence))
        {
          sentence = sortie_sentences_get (matter->sentences, extract.first);
          break;
        }
      extract.first--;
      extract.words += sentence->n_words;
    }
  if (sentence->flags & SORTIE_SENTENCE_LEANS)
    {
      /* Context that itself leans is no help. */
      extract.first = index;
      extract.words = sortie_sentences_get (matter->sentences, index)->n_words;
      extract.score *= LEANING_ALONE;
    }
  else if (extract.first < index)
    extract.score *= LEANING_WITH_CONTEXT;
  return extract;
}

/* Better first; then in the order of the text. */
static int
compare_extracts (gconstpointer a, gconstpointer b)
{
  const Extract *x = a;
  const Extract *y = b;

  if (x->score > y->score)
    return -1;
  if (x->score < y->score)
    return 1;
  return x->last < y->last ? -1 : x->last > y->last;
}

static Extract
extract_with_lead (const SortieMatter *matter, guint index, double score)
{
  Extract extract = extract_of (matter, index, score);

  extract.lead_first = extract.first;
  extract.lead_last = extract.last;
  return extract;
}

static GArray *
list_extracts (SortieMatter *matter, guint topic_index)
{
  SortieTopic *topic = g_ptr_array_index (matter->topics, topic_index);
  GArray *extracts = g_array_new (FALSE, FALSE, sizeof (Extract));

  for (guint i = 0; i < matter->owners->len; i++)
    if (g_array_index (matter->owners, int, i) == (int) topic_index)
      {
        double score = g_array_index (topic->ranks, SortieRank, i).score;
        Extract extract = extract_with_lead (matter, i, score);

        g_array_append_val (extracts, extract);
      }
  g_array_sort (extracts, compare_extracts);
  return extracts;
}

/* -- choosing -- */

static gboolean
is_difference (const SortieMatter *matter, guint a, guint b)
{
  return !g_str_equal (sortie_sentences_get_passage (matter->sentences, a)->document,
                       sortie_sentences_get_passage (matter->sentences, b)->document) &&
         sortie_sentences_differ_in_figures (matter->sentences, a, b);
}

/* Another document that says the same with another figure repeats nothing. */
static double
most_similar (const Selection *self, guint sentence)
{
  double most = 0.0;

  for (guint i = 0; i < self->chosen->len; i++)
    {
      guint other = g_array_index (self->chosen, guint, i);
      double similarity = sortie_ranker_get_similarity (self->matter->ranker, sentence, other);

      if (similarity > most && !is_difference (self->matter, sentence, other))
        most = similarity;
    }
  return most;
}

static const char *
document_of (const Selection *self, const Extract *extract)
{
  return sortie_sentences_get_passage (self->matter->sentences, extract->last)->document;
}

static gboolean
is_across (const Selection *self, guint topic)
{
  return sortie_topic_is_kind (g_ptr_array_index (self->matter->topics, topic),
                               SORTIE_QUESTION_ACROSS);
}

/* Whether the question asks each document, and this one has not been quoted for it. */
static gboolean
is_of_new_document (const Selection *self, guint topic, const Extract *extract)
{
  const char *document = document_of (self, extract);

  if (!is_across (self, topic))
    return FALSE;
  for (guint i = 0; i < self->extracts[topic]->len; i++)
    {
      const Extract *other = &g_array_index (self->extracts[topic], Extract, i);

      if (other->chosen && g_str_equal (document_of (self, other), document))
        return FALSE;
    }
  return TRUE;
}

/* The best that is left, less what it repeats (maximal marginal relevance). NULL where nothing
 * worthy fits. */
static Extract *
next_extract (Selection *self, guint topic, guint n_chosen, guint room)
{
  GArray *extracts = self->extracts[topic];
  gboolean across = is_across (self, topic);
  Extract *best = NULL;
  double best_value = 0.0;
  double top = extracts->len > 0 ? g_array_index (extracts, Extract, 0).score : 0.0;
  double worthy = top * (WORTHY_SHARE + n_chosen * WORTHY_SHARE_MORE);
  double least = across ? top * ACROSS_SHARE : worthy;

  for (guint i = 0; i < extracts->len; i++)
    {
      Extract *extract = &g_array_index (extracts, Extract, i);
      gboolean is_new;
      double similarity;
      double value;

      if (extract->score < least ||
          extract->score * (across ? ACROSS_PREFERENCE : 1.0) <= best_value)
        break;
      is_new = is_of_new_document (self, topic, extract);
      if (!is_new && extract->score < worthy)
        continue;
      if (extract->chosen || extract->words > room || self->used[extract->last])
        continue;
      similarity = most_similar (self, extract->last);
      if (similarity > TOO_SIMILAR && !is_new)
        continue;
      value = extract->score * (1.0 - sortie_rank_default_weights.redundancy * similarity);
      if (is_new)
        value *= ACROSS_PREFERENCE;
      /* Its context was said under another question. */
      if (self->used[extract->first] != 0 && self->used[extract->first] != topic + 1)
        value *= REPEATED_CONTEXT;
      if (value > best_value + 1e-9)
        {
          best = extract;
          best_value = value;
        }
    }
  return best;
}

static void
choose (Selection *self, guint topic, Extract *extract)
{
  extract->chosen = TRUE;
  for (guint i = extract->first; i <= extract->last; i++)
    {
      self->used[i] = topic + 1;
      g_array_append_val (self->chosen, i);
    }
}

/* The topics take turns, so that the first does not take what belongs to all; what one leaves of
 * its share the others may have. */
static void
choose_all (Selection *self, int words)
{
  guint n = self->matter->topics->len;
  guint n_answered = 0;
  g_autofree guint *counts = g_new0 (guint, n + 1);
  int budget = (int) (words * FINDINGS_SHARE);
  guint most;
  gboolean progress = TRUE;

  for (guint t = 0; t < n; t++)
    n_answered += self->extracts[t]->len > 0;
  most = n_answered > 1 ? MAX_SHARED : MAX_ALONE;
  while (progress)
    {
      progress = FALSE;
      for (guint t = 0; t < n; t++)
        {
          Extract *extract;

          /* Each answered question gets one finding, however small the budget. */
          if (counts[t] >= most || (budget <= 0 && counts[t] > 0))
            continue;
          extract = next_extract (self, t, counts[t],
                                  counts[t] == 0 ? G_MAXUINT : (guint) MAX (budget, 0));
          if (extract == NULL)
            continue;
          choose (self, t, extract);
          counts[t]++;
          budget -= (int) extract->words;
          progress = TRUE;
        }
    }
}

/* -- findings -- */

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Extract *x = a;
  const Extract *y = b;

  return x->first < y->first ? -1 : x->first > y->first;
}

static gboolean
adjoin (const SortieMatter *matter, const Extract *a, const Extract *b)
{
  return a->last + 1 >= b->first &&
         sortie_sentences_get (matter->sentences, a->last)->passage ==
             sortie_sentences_get (matter->sentences, b->last)->passage &&
         (a->last >= b->first ||
          (sortie_sentences_get (matter->sentences, b->first)->flags & SORTIE_SENTENCE_CONTINUES));
}

/* The chosen ones; those that follow one another in a paragraph as one. Best first, but what stands
 * in one passage stays together and in its order. */
static GArray *
join_chosen (const Selection *self, guint topic)
{
  GArray *joined = g_array_new (FALSE, FALSE, sizeof (Extract));
  g_autoptr (GArray) chosen = g_array_new (FALSE, FALSE, sizeof (Extract));

  for (guint i = 0; i < self->extracts[topic]->len; i++)
    {
      Extract extract = g_array_index (self->extracts[topic], Extract, i);

      if (extract.chosen)
        g_array_append_val (chosen, extract);
    }
  g_array_sort (chosen, compare_places);
  for (guint i = 0; i < chosen->len; i++)
    {
      Extract *extract = &g_array_index (chosen, Extract, i);
      Extract *last = joined->len > 0 ? &g_array_index (joined, Extract, joined->len - 1) : NULL;

      if (last != NULL && adjoin (self->matter, last, extract))
        {
          last->last = MAX (last->last, extract->last);
          if (extract->score > last->score)
            {
              last->score = extract->score;
              last->lead_first = extract->lead_first;
              last->lead_last = extract->lead_last;
            }
        }
      else
        g_array_append_val (joined, *extract);
    }
  return joined;
}

/* What stands together: a passage's extracts; a document's, where each document is asked. */
static gboolean
belong_together (const Selection *self, guint topic, const Extract *a, const Extract *b)
{
  return is_across (self, topic)
             ? g_str_equal (document_of (self, a), document_of (self, b))
             : sortie_sentences_get (self->matter->sentences, a->first)->passage ==
                   sortie_sentences_get (self->matter->sentences, b->first)->passage;
}

/* Moves the extracts to reading order: passages by their best extract, each with all of its own. */
static GArray *
order_extracts (const Selection *self, guint topic, GArray *extracts)
{
  GArray *ordered = g_array_new (FALSE, FALSE, sizeof (Extract));

  while (extracts->len > 0)
    {
      guint best = 0;
      Extract leader;

      for (guint i = 1; i < extracts->len; i++)
        if (g_array_index (extracts, Extract, i).score >
            g_array_index (extracts, Extract, best).score)
          best = i;
      leader = g_array_index (extracts, Extract, best);
      for (guint i = 0; i < extracts->len;)
        {
          Extract extract = g_array_index (extracts, Extract, i);

          if (!belong_together (self, topic, &extract, &leader))
            {
              i++;
              continue;
            }
          g_array_append_val (ordered, extract);
          g_array_remove_index (extracts, i);
        }
    }
  return ordered;
}

static SortieSource *
source_of (const SortieMatter *matter, guint first, guint last)
{
  const SortieSentence *a = sortie_sentences_get (matter->sentences, first);
  const SortieSentence *b = sortie_sentences_get (matter->sentences, last);
  const SortiePassage *passage = sortie_sentences_get_passage (matter->sentences, first);

  return sortie_source_new (passage, passage->start + (gint64) a->start,
                            passage->start + (gint64) b->end);
}

/* What says the same elsewhere: each document once. */
static void
add_more_sources (const SortieMatter *matter, guint quoted, SortieFinding *finding)
{
  const SortieSentences *sentences = matter->sentences;
  g_autoptr (GHashTable) documents = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_add (documents, sortie_sentences_get_passage (sentences, quoted)->document);
  for (guint i = 0; i < sentences->items->len && finding->sources->len < MAX_SOURCES; i++)
    {
      char *document = sortie_sentences_get_passage (sentences, i)->document;

      if (g_array_index (matter->copies, int, i) != (int) quoted ||
          !g_hash_table_add (documents, document))
        continue;
      g_ptr_array_add (finding->sources, source_of (matter, i, i));
    }
}

static void
add_words (GPtrArray *to, GPtrArray *from)
{
  for (guint i = 0; i < from->len; i++)
    g_ptr_array_add (to, g_strdup (g_ptr_array_index (from, i)));
}

static SortieAnswer *
answer_of (Selection *self, guint topic_index)
{
  SortieMatter *matter = self->matter;
  const SortieTopic *topic = g_ptr_array_index (matter->topics, topic_index);
  SortieAnswer *answer = sortie_answer_new (topic->step, topic->text, topic->retrieval != NULL);
  g_autoptr (GArray) joined = join_chosen (self, topic_index);
  g_autoptr (GArray) ordered = order_extracts (self, topic_index, joined);

  for (guint i = 0; i < ordered->len; i++)
    {
      const Extract *extract = &g_array_index (ordered, Extract, i);
      SortieFinding *finding =
          sortie_finding_new (source_of (matter, extract->first, extract->last), extract->score);

      finding->lead_start =
          (gint64) sortie_sentences_get (matter->sentences, extract->lead_first)->start -
          (gint64) sortie_sentences_get (matter->sentences, extract->first)->start;
      finding->lead_end =
          (gint64) sortie_sentences_get (matter->sentences, extract->lead_last)->end -
          (gint64) sortie_sentences_get (matter->sentences, extract->first)->start;
      /* Only a single sentence is surely the same as another one. */
      if (extract->first == extract->last)
        {
          Place place = { { (int) topic_index, (int) i }, extract->last };

          add_more_sources (matter, extract->last, finding);
          g_array_append_val (self->places, place);
        }
      g_ptr_array_add (answer->findings, finding);
    }
  if (topic->retrieval != NULL)
    {
      g_autoptr (GPtrArray) terms =
          sortie_question_list_terms (matter->language, topic->retrieval->query);

      add_words (answer->terms, terms);
      add_words (answer->absent, topic->retrieval->absent);
    }
  return answer;
}

static void
find_differences (const Selection *self, SortieAnalysis *analysis)
{
  for (guint i = 0; i < self->places->len; i++)
    for (guint j = i + 1; j < self->places->len; j++)
      {
        const Place *a = &g_array_index (self->places, Place, i);
        const Place *b = &g_array_index (self->places, Place, j);

        if (analysis->differences->len >= 2 * DIFFERENCES_MAX ||
            !is_difference (self->matter, a->sentence, b->sentence))
          continue;
        g_array_append_val (analysis->differences, a->ref);
        g_array_append_val (analysis->differences, b->ref);
      }
}

void
sortie_matter_select (SortieMatter *self, int words, SortieAnalysis *analysis)
{
  guint n = self->topics->len;
  g_autofree GArray **extracts = g_new0 (GArray *, n + 1);
  g_autofree guint *used = g_new0 (guint, self->sentences->items->len + 1);
  g_autoptr (GArray) chosen = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (Place));
  Selection selection = { self, extracts, chosen, used, places };

  for (guint t = 0; t < n; t++)
    extracts[t] = list_extracts (self, t);
  choose_all (&selection, words);
  for (guint t = 0; t < n; t++)
    g_ptr_array_add (analysis->answers, answer_of (&selection, t));
  find_differences (&selection, analysis);
  for (guint t = 0; t < n; t++)
    g_array_unref (extracts[t]);
  analysis->n_passages = (int) self->sentences->passages->len;
}
