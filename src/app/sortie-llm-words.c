/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-json.h"
#include "sortie-llm-page.h"
#include "sortie-shown-text.h"

#include <glib/gi18n.h>

#define MAX_NAME 80

char *
sortie_llm_words_dup_reason (const char *reason)
{
  static const struct
  {
    const char *reason;
    const char *words;
  } all[] = {
    { "auth", N_ ("The provider does not accept the key.") },
    { "quota", N_ ("The account’s quota is used up.") },
    { "rate_limit", N_ ("The provider asks for a pause.") },
    { "rejected", N_ ("The provider does not accept the request; is the model’s name right?") },
    { "server", N_ ("The provider has a failure of its own.") },
    { "network", N_ ("The provider could not be reached. Is the address right?") },
    { "timeout", N_ ("The provider did not answer in time.") },
    { "truncated", N_ ("The provider broke off in the middle of its answer.") },
    { "protocol", N_ ("What answers there does not speak the expected protocol.") },
    { "bad_content_type", N_ ("What answers there does not speak the expected protocol.") },
    { "too_large", N_ ("The provider’s answer was too long.") },
    { "circuit_open", N_ ("It failed several times in a row and rests for a while.") },
    { "off", N_ ("It is switched off.") },
  };
  g_autofree char *shown = sortie_shown_line (reason, MAX_NAME);

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (g_strcmp0 (reason, all[i].reason) == 0)
      return g_strdup (_ (all[i].words));
  if (*shown == '\0')
    return g_strdup (_ ("It did not work."));
  /* Translators: %s is the reason, in English */
  return g_strdup_printf (_ ("It did not work: %s."), shown);
}

char *
sortie_llm_words_dup_trial (JsonNode *answer)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (answer) ? json_node_get_object (answer) : NULL;
  gboolean ok = FALSE;
  const char *model = NULL;
  const char *reason = NULL;
  gint64 milliseconds = -1;
  g_autofree char *shown = NULL;

  if (object == NULL || !sortie_json_get_boolean (object, "ok", TRUE, &ok, NULL) ||
      !sortie_json_get_string (object, "model", FALSE, &model, NULL) ||
      !sortie_json_get_string (object, "reason", FALSE, &reason, NULL) ||
      !sortie_json_get_integer (object, "first_token_ms", FALSE, 0, G_MAXINT, &milliseconds, NULL))
    return g_strdup (_ ("The backend’s answer could not be understood."));
  if (!ok)
    return sortie_llm_words_dup_reason (reason);
  shown = sortie_shown_line (model, MAX_NAME);
  if (milliseconds < 0)
    /* Translators: %s is the name of a language model */
    return g_strdup_printf (_ ("It works: %s answered."), shown);
  /* Translators: %s is the name of a language model */
  return g_strdup_printf (_ ("It works: %s began to answer after %.1f s."), shown,
                          (double) milliseconds / 1000);
}
