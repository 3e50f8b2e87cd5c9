/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-cognition.h"
#include "sortie-evidence.h"
#include "sortie-question-splitter.h"

G_BEGIN_DECLS

/* Between sortie-cognition.c (the four agents with a model), sortie-cognition-ask.c (one question to
 * it) and the agents' own parts: sortie-planner-model.c, sortie-retriever-model.c,
 * sortie-analyzer-model.c, sortie-writer-model.c. */

#define SORTIE_WRITTEN_BY_MODEL "llm"

/**
 * SortieCognitionPort:
 * @is_off: whether nothing is to be asked and nothing to be said of it
 * @ask: as sortie_llm_chat()
 * @count_citations: as sortie_llm_count_citations()
 * @count_unusable: as sortie_llm_count_unusable()
 * @llm: the first argument of all of them
 *
 * What cognition needs of src/llm: a seam, so that tests can bring answers of their own.
 */
typedef struct
{
  gboolean (*is_off) (gpointer llm);
  gboolean (*ask) (gpointer llm,
                   const SortieLlmRequest *request,
                   const SortieLlmSink *sink,
                   SortieLlmReply *reply,
                   GError **error);
  void (*count_citations) (gpointer llm, guint kept, guint removed, guint unsupported);
  void (*count_unusable) (gpointer llm, SortieLlmRole role);
  gpointer llm;
} SortieCognitionPort;

SortieCognition *sortie_cognition_new_with_port (const SortieCognitionPort *port);
const SortieCognitionPort *sortie_cognition_get_port (const SortieCognition *self);
/* Whether there is a model to try. @self: (nullable) */
gboolean sortie_cognition_is_on (const SortieCognition *self);

/* FALSE with SORTIE_ERROR_CANCELLED where the step is to end. */
gboolean sortie_cognition_may_go_on (SortieStepOutput *output, GError **error);

/* -- one question -- */

typedef enum
{
  SORTIE_COGNITION_ANSWERED, /* there is a whole answer */
  SORTIE_COGNITION_WITHOUT,  /* there is none; that has been said, and the agent goes on without */
  SORTIE_COGNITION_STOPPED,  /* the step is over: the error is the output's */
} SortieCognitionOutcome;

/**
 * SortieCognitionCall:
 * @purpose: `plan`, `query`, `insights` or `report`
 * @agent: whose rules are sent
 * @role: whose model is asked
 * @message: the user's message
 * @max_tokens: of the answer
 * @text: (nullable): takes the answer piece by piece. FALSE with an error of SORTIE_LLM_ERROR gives
 *   the answer up, with any other ends the step
 * @user_data: for @text
 * @reply: what came
 * @draft: for a report the draft that was begun, 0 for none
 * @written: and how many bytes of it were
 */
typedef struct
{
  const char *purpose;
  const char *agent;
  SortieLlmRole role;
  const char *message;
  guint max_tokens;
  gboolean (*text) (const char *text, gsize length, gpointer user_data, GError **error);
  gpointer user_data;
  SortieLlmReply reply;
  int draft;
  gint64 written;
} SortieCognitionCall;

void sortie_cognition_call_init (SortieCognitionCall *self);
void sortie_cognition_call_clear (SortieCognitionCall *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SortieCognitionCall, sortie_cognition_call_clear)

SortieCognitionOutcome sortie_cognition_ask (SortieCognition *self,
                                             SortieStepOutput *output,
                                             SortieCognitionCall *call,
                                             GError **error);
/* Says `llm.used`: the answer came and is of use. FALSE with the output's error. */
gboolean sortie_cognition_say_used (SortieCognition *self,
                                    SortieStepOutput *output,
                                    const SortieCognitionCall *call,
                                    GError **error);
/* Says `llm.fallback`: the answer came and is not. `why` names what is wrong with it. Returns
 * WITHOUT or STOPPED. */
SortieCognitionOutcome sortie_cognition_say_unusable (SortieCognition *self,
                                                      SortieStepOutput *output,
                                                      const SortieCognitionCall *call,
                                                      const char *why,
                                                      GError **error);

/* -- what the agents do with it; each returns STOPPED with the output's error -- */

/* @plan: (out): on ANSWERED */
SortieCognitionOutcome sortie_planner_ask (SortieCognition *self,
                                           const SortieStepInput *input,
                                           SortieStepOutput *output,
                                           const SortieQuestions *questions,
                                           SortiePlan **plan,
                                           GError **error);

/* @query: (inout): gains words on ANSWERED */
SortieCognitionOutcome sortie_retriever_ask (SortieCognition *self,
                                             const SortieStepInput *input,
                                             SortieStepOutput *output,
                                             char **query,
                                             GError **error);

/* @analysis: gains insights on ANSWERED */
SortieCognitionOutcome sortie_analyzer_ask (SortieCognition *self,
                                            const SortieStepInput *input,
                                            SortieStepOutput *output,
                                            SortieAnalysis *analysis,
                                            GError **error);

/* Writes the report. @result: (out): the step's result on ANSWERED */
SortieCognitionOutcome sortie_writer_ask (SortieCognition *self,
                                          const SortieStepInput *input,
                                          SortieStepOutput *output,
                                          const SortieQuestions *questions,
                                          const SortieAnalysis *analysis,
                                          char **result,
                                          GError **error);

/* -- answers -- */

/* The words of a query that a model gave, as they are added to the user's own; NULL where they are
 * none: one line, at most SORTIE_COGNITION_MAX_QUERY bytes, a word at least. (transfer full) */
#define SORTIE_COGNITION_MAX_QUERY 300
char *sortie_cognition_dup_query (const char *language, const char *own, const char *more);

/* Whether there are control characters or line breaks in it. */
gboolean sortie_cognition_is_one_line (const char *text);

/* The outermost JSON value in an answer, whatever fences and prose are around it; NULL with
 * SORTIE_ERROR_INVALID where there is no whole one. An object that has an array member of this name
 * counts as that array. (transfer full): an array */
JsonNode *sortie_cognition_read_array (const char *text, const char *member, GError **error);
/* …: an object. */
JsonNode *sortie_cognition_read_object (const char *text, GError **error);

G_END_DECLS
