/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "agent-chain.h"
#include "sortie-cognition-private.h"

G_BEGIN_DECLS

/* A small library, and a language model that says what it was told to say. */

/* What the model does for one agent. */
typedef struct
{
  const char *answer;   /* NULL for none */
  gsize fails_after;    /* of the answer so many bytes come, then it fails; G_MAXSIZE for never */
  SortieLlmError error; /* as what it fails */
} Script;

typedef struct
{
  char *agent;
  char *rules;   /* the system message */
  char *message; /* the user's */
} Asked;

typedef struct
{
  char *folder;
  SortieLibrary *library;
  GPtrArray *collections;
  GPtrArray *nothing;
  ChainOptions options;
  Script scripts[SORTIE_N_AGENTS]; /* in the order of sortie_agents */
  gsize piece;                     /* bytes at a time, on character borders */
  gboolean off;
  GPtrArray *asked; /* (element-type Asked) */
  guint n_kept;
  guint n_removed;
  guint n_unsupported;
  guint n_unusable;
  SortieCognition *cognition;
} Fixture;

void fixture_set_up (Fixture *fixture, gconstpointer data);
void fixture_tear_down (Fixture *fixture, gconstpointer data);

enum
{
  PLANNER,
  RETRIEVER,
  ANALYZER,
  WRITER,
};

/* The model answers this for the agent from now on. */
void fixture_answer (Fixture *fixture, int agent, const char *answer);
/* The model fails for the agent from now on, after so many bytes of its answer. */
void fixture_fail (Fixture *fixture, int agent, SortieLlmError error, gsize after);
/* …, for all agents, at once. */
void fixture_fail_all (Fixture *fixture);

/* A whole mission with the model, and one without. */
Chain *fixture_run (Fixture *fixture, const char *mission);
Chain *fixture_run_without (Fixture *fixture, const char *mission);

/* How often the model was asked for the agent; the last message. */
guint fixture_count_asked (const Fixture *fixture, int agent);
const Asked *fixture_get_asked (const Fixture *fixture, int agent);

/* The last event of this code for this purpose; NULL for none. How many there are. */
const Said *find_said (const Chain *chain, const char *code, const char *purpose);
guint count_said (const Chain *chain, const char *code);
/* A member of an event's data, as text. (transfer full) */
char *said_get (const Said *said, const char *member);

/* The same plan, the same report, the same data. */
void assert_same_missions (const Chain *a, const Chain *b);
/* Under which number a message gives the passage with this text. */
guint number_of (const char *message, const char *text);

#define assert_contains(text, part)                                                                \
  G_STMT_START                                                                                     \
  {                                                                                                \
    if (strstr (text, part) == NULL)                                                               \
      g_error ("'%s' is not in:\n%s", part, text);                                                 \
  }                                                                                                \
  G_STMT_END

#define assert_lacks(text, part)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    if (strstr (text, part) != NULL)                                                               \
      g_error ("'%s' is in:\n%s", part, text);                                                     \
  }                                                                                                \
  G_STMT_END

G_END_DECLS
