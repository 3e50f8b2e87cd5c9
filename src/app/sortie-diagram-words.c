/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-diagram-words.h"

#include "sortie-shown-text.h"

#include <glib/gi18n.h>
#include <stdarg.h>
#include <string.h>

#define MAX_TITLE 120 /* bytes */

static gboolean
is_kind (const SortieTopologyNode *node, const char *kind)
{
  return g_str_equal (node->kind, kind);
}

char *
sortie_diagram_dup_title (const SortieTopologyNode *node)
{
  static const struct
  {
    const char *id;
    const char *title;
  } known[] = {
    /* Translators: the person, as a node of the diagram */
    { "you", N_ ("You") },
    { "system", N_ ("Orchestrator") },
    { "planner", N_ ("Planner") },
    { "retriever", N_ ("Retriever") },
    { "analyzer", N_ ("Analyzer") },
    { "writer", N_ ("Writer") },
    { "llm", N_ ("Language model") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (node->id, known[i].id))
      return g_strdup (_ (known[i].title));
  return sortie_shown_line (node->label, MAX_TITLE);
}

/* The backend's labels are words of its interface; others are shown as they are. */
char *
sortie_diagram_dup_edge_label (const SortieTopologyEdge *edge)
{
  const char *label = edge->label;

  if (g_str_equal (label, "mission"))
    /* Translators: on an arrow of the diagram: what goes along it; here from you to the orchestrator */
    return g_strdup (C_ ("arrow", "mission"));
  if (g_str_equal (label, "dispatch"))
    /* Translators: on an arrow of the diagram: the orchestrator dispatches steps to an agent */
    return g_strdup (C_ ("arrow", "dispatch"));
  if (g_str_equal (label, "ask"))
    /* Translators: on an arrow of the diagram: an agent asks the language model */
    return g_strdup (C_ ("arrow", "ask"));
  if (g_str_equal (label, "events"))
    /* Translators: on an arrow of the diagram: what is written to the queue */
    return g_strdup (C_ ("arrow", "events"));
  if (g_str_equal (label, "search"))
    /* Translators: on an arrow of the diagram: an agent searches a collection */
    return g_strdup (C_ ("arrow", "search"));
  if (g_str_equal (label, "report"))
    /* Translators: on an arrow of the diagram: from the writer to you */
    return g_strdup (C_ ("arrow", "report"));
  return sortie_shown_line (label, MAX_TITLE);
}

/* ---- State ---- */

static const char *const plain_words[SORTIE_N_NODE_LOOKS] = {
  [SORTIE_LOOK_IDLE] = N_ ("Idle"),        [SORTIE_LOOK_QUEUED] = N_ ("Queued"),
  [SORTIE_LOOK_ACTIVE] = N_ ("Active"),    [SORTIE_LOOK_RETRYING] = N_ ("Retrying"),
  [SORTIE_LOOK_FAILED] = N_ ("Failed"),    [SORTIE_LOOK_DONE] = N_ ("Done"),
  [SORTIE_LOOK_ABSENT] = N_ ("No worker"), [SORTIE_LOOK_DEGRADED] = N_ ("Degraded"),
  [SORTIE_LOOK_STOPPED] = N_ ("Stopped"),
};

static char *
dup_plain_word (const SortieNodeState *state)
{
  return g_strdup (_ (plain_words[state->look]));
}

static char *
dup_llm_word (const SortieNodeState *state)
{
  if (state->look == SORTIE_LOOK_ABSENT)
    return g_strdup (C_ ("language model", "Off"));
  if (state->fallback)
    return g_strdup (C_ ("language model", "Fallback"));
  if (state->look == SORTIE_LOOK_ACTIVE)
    return g_strdup (C_ ("language model", "Answering"));
  if (state->look == SORTIE_LOOK_DONE)
    return g_strdup (C_ ("language model", "Answered"));
  if (state->look == SORTIE_LOOK_IDLE)
    return g_strdup (C_ ("language model", "Ready"));
  return dup_plain_word (state);
}

static char *
dup_collection_word (const SortieNodeState *state)
{
  if (state->look == SORTIE_LOOK_ACTIVE)
    return g_strdup (state->of_mission ? C_ ("collection", "Searching")
                                       : C_ ("collection", "Indexing"));
  if (state->look == SORTIE_LOOK_DONE)
    return g_strdup (C_ ("collection", "Searched"));
  return g_strdup (C_ ("collection", "Ready"));
}

static char *
dup_orchestrator_word (const SortieTopologyNode *node, const SortieNodeState *state)
{
  if (state->look == SORTIE_LOOK_DEGRADED)
    return g_strdup (C_ ("mission", "Partial"));
  if (state->look == SORTIE_LOOK_QUEUED)
    return g_strdup (C_ ("mission", "Waiting"));
  if (state->n_steps > 0 && (state->look == SORTIE_LOOK_ACTIVE || state->look == SORTIE_LOOK_DONE))
    return g_strdup_printf (ngettext ("%d of %d step", "%d of %d steps", (gulong) state->n_steps),
                            state->n_done, state->n_steps);
  return dup_plain_word (state);
}

static char *
dup_client_word (const SortieNodeState *state)
{
  if (state->look == SORTIE_LOOK_ACTIVE)
    return g_strdup (C_ ("report", "Receiving the report"));
  if (state->look == SORTIE_LOOK_DONE)
    return g_strdup (C_ ("report", "Report ready"));
  return dup_plain_word (state);
}

char *
sortie_diagram_dup_word (const SortieTopologyNode *node, const SortieNodeState *state, int seconds)
{
  if (is_kind (node, "llm"))
    return dup_llm_word (state);
  if (is_kind (node, "collection"))
    return dup_collection_word (state);
  if (is_kind (node, "orchestrator"))
    return dup_orchestrator_word (node, state);
  if (is_kind (node, "client"))
    return dup_client_word (state);
  if (state->look == SORTIE_LOOK_RETRYING && seconds > 0)
    return g_strdup_printf (ngettext ("Retry in %d s", "Retry in %d s", (gulong) seconds), seconds);
  return dup_plain_word (state);
}

char *
sortie_diagram_dup_longest_word (const SortieTopologyNode *node)
{
  char *longest = g_strdup ("");

  for (int look = 0; look < SORTIE_N_NODE_LOOKS; look++)
    for (int variant = 0; variant < 4; variant++)
      {
        SortieNodeState state = { look, variant & 1, variant & 2, 0, 10, 10 };
        char *word = sortie_diagram_dup_word (node, &state, 10);
        gboolean longer = g_utf8_strlen (word, -1) > g_utf8_strlen (longest, -1);

        g_free (longer ? longest : word);
        longest = longer ? word : longest;
      }
  return longest;
}

/* ---- Counters ---- */

static void append (GString *out, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
append (GString *out, const char *format, ...)
{
  va_list arguments;

  if (out->len > 0)
    g_string_append (out, _ (", "));
  va_start (arguments, format);
  g_string_append_vprintf (out, format, arguments);
  va_end (arguments);
}

static int
count (gint64 value)
{
  return (int) CLAMP (value, 0, G_MAXINT);
}

char *
sortie_diagram_dup_counters (const SortieTopologyNode *node)
{
  GString *out = g_string_new (NULL);
  gulong plural;

  if (is_kind (node, "agent"))
    {
      if (node->queued >= 0)
        /* Translators: steps in a queue */
        append (out, _ ("%d queued"), count (node->queued));
      if (node->in_flight >= 0)
        /* Translators: steps that workers have taken */
        append (out, _ ("%d in flight"), count (node->in_flight));
      if (node->done >= 0)
        /* Translators: steps */
        append (out, _ ("%d done"), count (node->done));
      if (node->failed > 0)
        /* Translators: steps */
        append (out, _ ("%d failed"), count (node->failed));
      if (node->retried > 0)
        /* Translators: steps */
        append (out, _ ("%d retried"), count (node->retried));
      plural = (gulong) MAX (node->workers, 0);
      if (node->workers >= 0)
        append (out, ngettext ("%d worker", "%d workers", plural), count (node->workers));
    }
  if (is_kind (node, "orchestrator") || is_kind (node, "bus"))
    {
      if (node->running > 0)
        /* Translators: missions */
        append (out, _ ("%d running"), count (node->running));
      if (node->waiting > 0)
        /* Translators: missions */
        append (out, _ ("%d waiting"), count (node->waiting));
      if (node->delayed > 0)
        /* Translators: steps whose next attempt comes later */
        append (out, _ ("%d delayed"), count (node->delayed));
      plural = (gulong) MAX (node->dead, 0);
      if (node->dead > 0)
        append (out, ngettext ("%d dead letter", "%d dead letters", plural), count (node->dead));
    }
  plural = (gulong) MAX (node->documents, 0);
  if (node->documents >= 0)
    append (out, ngettext ("%d document", "%d documents", plural), count (node->documents));
  plural = (gulong) MAX (node->passages, 0);
  if (node->passages >= 0)
    append (out, ngettext ("%d passage", "%d passages", plural), count (node->passages));
  return g_string_free (out, FALSE);
}

/* The one counter of an agent that matters most, in few letters. */
static char *
dup_agent_note (const SortieTopologyNode *node)
{
  if (node->queued > 0)
    return g_strdup_printf (_ ("%d queued"), count (node->queued));
  if (node->in_flight > 1)
    return g_strdup_printf (_ ("%d in flight"), count (node->in_flight));
  if (node->failed > 0)
    return g_strdup_printf (_ ("%d failed"), count (node->failed));
  if (node->done > 0)
    return g_strdup_printf (_ ("%d done"), count (node->done));
  if (node->workers > 0)
    return g_strdup_printf (ngettext ("%d worker", "%d workers", (gulong) node->workers),
                            count (node->workers));
  return g_strdup ("");
}

/* A number and what it counts stay on one line. */
static char *
keep_together (char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *at = text; *at != '\0'; at++)
    if (*at == ' ' && at > text && g_ascii_isdigit (at[-1]))
      g_string_append (out, "\u00a0");
    else
      g_string_append_c (out, *at);
  g_free (text);
  return g_string_free (out, FALSE);
}

char *
sortie_diagram_dup_note (const SortieTopologyNode *node,
                         const SortieNodeState *state,
                         gboolean in_full)
{
  if (state->fallback && is_kind (node, "agent"))
    /* Translators: in the place of a language model’s name */
    return g_strdup (in_full ? _ ("Without the language model") : _ ("No model"));
  if (is_kind (node, "llm"))
    return node->provider != NULL ? sortie_shown_line (node->provider, MAX_TITLE) : g_strdup ("");
  if (is_kind (node, "agent") && !in_full)
    return dup_agent_note (node);
  if (is_kind (node, "collection") && !in_full && node->passages >= 0)
    {
      GString *out = g_string_new (NULL);

      append (out, ngettext ("%d passage", "%d passages", (gulong) node->passages),
              count (node->passages));
      return g_string_free (out, FALSE);
    }
  return keep_together (sortie_diagram_dup_counters (node));
}

/* ---- Sentences ---- */

char *
sortie_diagram_dup_spoken (const SortieTopologyNode *node,
                           const SortieNodeState *state,
                           int seconds)
{
  g_autofree char *title = sortie_diagram_dup_title (node);
  g_autofree char *word = sortie_diagram_dup_word (node, state, seconds);
  g_autofree char *counters = sortie_diagram_dup_counters (node);
  GString *out = g_string_new (title);
  gunichar first = g_utf8_get_char (word);

  g_string_append (out, _ (", "));
  /* Translators: never shown. Leave it as it is where a state stands in lower case inside of a
   * sentence ("Planner, active"); write anything else where it keeps its capital, or has none. */
  if (g_str_equal (C_ ("states inside of a sentence", "lower case"), "lower case"))
    {
      g_string_append_unichar (out, g_unichar_tolower (first));
      g_string_append (out, g_utf8_next_char (word));
    }
  else
    g_string_append (out, word);
  if (state->fallback && is_kind (node, "agent"))
    g_string_append_printf (out, "%s%s", _ (", "), _ ("without the language model"));
  if (*counters != '\0')
    g_string_append_printf (out, "%s%s", _ (", "), counters);
  return g_string_free (out, FALSE);
}

static void
append_line (GString *out, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  if (out->len > 0)
    g_string_append_c (out, '\n');
  g_string_append (out, text);
}

char *
sortie_diagram_dup_tooltip (const SortieTopologyNode *node,
                            const SortieNodeState *state,
                            int seconds)
{
  g_autofree char *title = sortie_shown_line (node->label, SORTIE_TOPOLOGY_MAX_LABEL + 8);
  g_autofree char *word = sortie_diagram_dup_word (node, state, seconds);
  g_autofree char *counters = sortie_diagram_dup_counters (node);
  g_autofree char *provider =
      node->provider != NULL ? sortie_shown_line (node->provider, MAX_TITLE) : NULL;
  g_autofree char *models =
      node->models != NULL ? sortie_shown_text (node->models, strlen (node->models)) : NULL;
  g_autofree char *reason =
      node->reason != NULL ? sortie_shown_text (node->reason, strlen (node->reason)) : NULL;
  GString *out = g_string_new (title);

  g_string_append_printf (out, " — %s", word);
  if (state->fallback)
    append_line (out, _ ("This mission goes on without the language model here."));
  append_line (out, counters);
  append_line (out, provider);
  append_line (out, models);
  append_line (out, reason);
  return g_string_free (out, FALSE);
}

char *
sortie_diagram_dup_links (const SortieTopology *topology, guint i)
{
  GString *out = g_string_new (NULL);

  for (guint k = 0; k < topology->edges->len && out->len < 2000; k++)
    {
      const SortieTopologyEdge *edge = g_ptr_array_index (topology->edges, k);
      guint other = edge->from == i ? edge->to : edge->from;
      g_autofree char *title = NULL;
      g_autofree char *label = NULL;

      if (edge->from != i && edge->to != i)
        continue;
      title = sortie_diagram_dup_title (g_ptr_array_index (topology->nodes, other));
      label = sortie_diagram_dup_edge_label (edge);
      if (out->len > 0)
        g_string_append_c (out, ' ');
      if (edge->from == i)
        /* Translators: the arrow leads to the node %1$s; %2$s is its label */
        g_string_append_printf (out, _ ("To %1$s: %2$s."), title, label);
      else
        /* Translators: the arrow comes from the node %1$s; %2$s is its label */
        g_string_append_printf (out, _ ("From %1$s: %2$s."), title, label);
    }
  return g_string_free (out, FALSE);
}

/* ---- Icons ---- */

const char *
sortie_diagram_get_kind_icon (const SortieTopologyNode *node)
{
  static const struct
  {
    const char *key; /* id or kind */
    const char *icon;
  } icons[] = {
    { "planner", "sortie-planner-symbolic" },
    { "retriever", "sortie-retriever-symbolic" },
    { "analyzer", "sortie-analyzer-symbolic" },
    { "writer", "sortie-writer-symbolic" },
    { "client", "sortie-person-symbolic" },
    { "orchestrator", "sortie-orchestrator-symbolic" },
    { "bus", "sortie-bus-symbolic" },
    { "llm", "sortie-model-symbolic" },
    { "collection", "sortie-collection-symbolic" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (icons); i++)
    if (g_str_equal (node->id, icons[i].key) || is_kind (node, icons[i].key))
      return icons[i].icon;
  return "sortie-agent-symbolic";
}

const char *
sortie_diagram_get_look_icon (const SortieNodeState *state)
{
  static const char *const icons[SORTIE_N_NODE_LOOKS] = {
    [SORTIE_LOOK_IDLE] = "sortie-look-idle-symbolic",
    [SORTIE_LOOK_QUEUED] = "sortie-look-queued-symbolic",
    [SORTIE_LOOK_ACTIVE] = "sortie-look-active-symbolic",
    [SORTIE_LOOK_RETRYING] = "sortie-look-retrying-symbolic",
    [SORTIE_LOOK_FAILED] = "sortie-look-failed-symbolic",
    [SORTIE_LOOK_DONE] = "sortie-look-done-symbolic",
    [SORTIE_LOOK_ABSENT] = "sortie-look-absent-symbolic",
    [SORTIE_LOOK_DEGRADED] = "sortie-look-degraded-symbolic",
    [SORTIE_LOOK_STOPPED] = "sortie-look-absent-symbolic",
  };

  return icons[state->look];
}
