/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-metrics.h"

#include <string.h>

/* Seconds to the first token. */
static const double bounds[SORTIE_LLM_N_BUCKETS] = { 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60 };

void
sortie_llm_metrics_clear (SortieLlmMetrics *self)
{
  for (guint i = 0; i < self->n_models; i++)
    g_free (self->models[i].model);
}

SortieLlmModelMetrics *
sortie_llm_metrics_get (SortieLlmMetrics *self, const char *model)
{
  if (self->n_models >= SORTIE_LLM_MAX_COUNTED_MODELS)
    {
      gboolean is_known = FALSE;

      for (guint i = 0; i < self->n_models; i++)
        is_known = is_known || g_str_equal (self->models[i].model, model);
      model = is_known ? model : "other";
    }
  for (guint i = 0; i < self->n_models; i++)
    if (g_str_equal (self->models[i].model, model))
      return &self->models[i];
  self->models[self->n_models].model = g_strdup (model);
  return &self->models[self->n_models++];
}

void
sortie_llm_metrics_count_first_token (SortieLlmModelMetrics *self, gint64 first_token_us)
{
  double seconds = (double) first_token_us / G_USEC_PER_SEC;

  for (guint i = 0; i < SORTIE_LLM_N_BUCKETS; i++)
    if (seconds <= bounds[i])
      {
        self->first_tokens[i]++;
        break;
      }
  self->n_first_tokens++;
  self->first_token_seconds += seconds;
}

/* ---- The text ---- */

/* As the text format has it: a backslash, a quotation mark and a line break are escaped. */
static void
append_label_value (GString *out, const char *value)
{
  for (const char *at = value; *at != '\0'; at++)
    if (*at == '\n')
      g_string_append (out, "\\n");
    else
      {
        if (*at == '"' || *at == '\\')
          g_string_append_c (out, '\\');
        g_string_append_c (out, *at);
      }
}

void
sortie_llm_metrics_append_name (GString *out, const char *name, const char *const *labels)
{
  g_string_append (out, name);
  for (guint i = 0; labels[i] != NULL; i += 2)
    {
      g_string_append_printf (out, "%c%s=\"", i == 0 ? '{' : ',', labels[i]);
      append_label_value (out, labels[i + 1]);
      g_string_append_c (out, '"');
    }
  g_string_append (out, labels[0] != NULL ? "} " : " ");
}

void
sortie_llm_metrics_append_head (GString *out, const char *name, const char *type, const char *help)
{
  g_string_append_printf (out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
append_count (GString *out, const char *name, const char *const *labels, guint64 count)
{
  sortie_llm_metrics_append_name (out, name, labels);
  g_string_append_printf (out, "%" G_GUINT64_FORMAT "\n", count);
}

static void
append_seconds (GString *out, const char *name, const char *const *labels, double seconds)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  sortie_llm_metrics_append_name (out, name, labels);
  g_ascii_formatd (text, sizeof text, "%.6f", seconds);
  g_string_append_printf (out, "%s\n", text);
}

static void
append_requests (const SortieLlmMetrics *self, GString *out)
{
  const char *name = "sortie_llm_requests_total";

  sortie_llm_metrics_append_head (out, name, "counter",
                                  "Requests to a language model, by their outcome.");
  for (guint i = 0; i < self->n_models; i++)
    {
      const SortieLlmModelMetrics *model = &self->models[i];

      append_count (out, name, (const char *[]){ "model", model->model, "outcome", "ok", NULL },
                    model->ok);
      for (guint code = 0; code < SORTIE_LLM_N_ERRORS; code++)
        if (model->errors[code] > 0)
          append_count (out, name,
                        (const char *[]){ "model", model->model, "outcome",
                                          sortie_llm_error_get_name (code), NULL },
                        model->errors[code]);
    }
}

static void
append_first_tokens (const SortieLlmMetrics *self, GString *out)
{
  sortie_llm_metrics_append_head (out, "sortie_llm_first_token_seconds", "histogram",
                                  "From a request to its first token.");
  for (guint i = 0; i < self->n_models; i++)
    {
      const SortieLlmModelMetrics *model = &self->models[i];
      const char *const labels[] = { "model", model->model, NULL };
      guint64 sum = 0;

      for (guint k = 0; k <= SORTIE_LLM_N_BUCKETS; k++)
        {
          char bound[G_ASCII_DTOSTR_BUF_SIZE] = "+Inf";

          if (k < SORTIE_LLM_N_BUCKETS)
            g_ascii_formatd (bound, sizeof bound, "%g", bounds[k]);
          sum = k < SORTIE_LLM_N_BUCKETS ? sum + model->first_tokens[k] : model->n_first_tokens;
          append_count (out, "sortie_llm_first_token_seconds_bucket",
                        (const char *[]){ "model", model->model, "le", bound, NULL }, sum);
        }
      append_seconds (out, "sortie_llm_first_token_seconds_sum", labels,
                      model->first_token_seconds);
      append_count (out, "sortie_llm_first_token_seconds_count", labels, model->n_first_tokens);
    }
}

static void
append_tokens (const SortieLlmMetrics *self, GString *out)
{
  sortie_llm_metrics_append_head (out, "sortie_llm_tokens_total", "counter",
                                  "Tokens as the provider told, else pieces of text.");
  for (guint i = 0; i < self->n_models; i++)
    {
      const SortieLlmModelMetrics *model = &self->models[i];

      append_count (out, "sortie_llm_tokens_total",
                    (const char *[]){ "model", model->model, "kind", "prompt", NULL },
                    model->prompt_tokens);
      append_count (out, "sortie_llm_tokens_total",
                    (const char *[]){ "model", model->model, "kind", "completion", NULL },
                    model->completion_tokens);
    }
  sortie_llm_metrics_append_head (out, "sortie_llm_generating_seconds_total", "counter",
                                  "From the first token to the last.");
  for (guint i = 0; i < self->n_models; i++)
    append_seconds (out, "sortie_llm_generating_seconds_total",
                    (const char *[]){ "model", self->models[i].model, NULL },
                    self->models[i].generating_seconds);
  sortie_llm_metrics_append_head (out, "sortie_llm_tokens_per_second", "gauge",
                                  "Of the last answer.");
  for (guint i = 0; i < self->n_models; i++)
    append_seconds (out, "sortie_llm_tokens_per_second",
                    (const char *[]){ "model", self->models[i].model, NULL },
                    self->models[i].tokens_per_second);
}

void
sortie_llm_metrics_append (const SortieLlmMetrics *self, GString *out)
{
  if (self->n_models == 0)
    return; /* nobody was ever asked */
  append_requests (self, out);
  sortie_llm_metrics_append_head (out, "sortie_llm_retries_total", "counter",
                                  "Requests that were made again after a failure.");
  for (guint i = 0; i < self->n_models; i++)
    append_count (out, "sortie_llm_retries_total",
                  (const char *[]){ "model", self->models[i].model, NULL },
                  self->models[i].retries);
  append_first_tokens (self, out);
  append_tokens (self, out);
  sortie_llm_metrics_append_head (out, "sortie_llm_fallbacks_total", "counter",
                                  "Questions that went on without the language model.");
  for (guint code = 0; code < SORTIE_LLM_N_ERRORS; code++)
    if (self->fallbacks[code] > 0)
      append_count (out, "sortie_llm_fallbacks_total",
                    (const char *[]){ "reason", sortie_llm_error_get_name (code), NULL },
                    self->fallbacks[code]);
  sortie_llm_metrics_append_head (out, "sortie_llm_citations_total", "counter",
                                  "Citations that a language model wrote, by what became of them.");
  append_count (out, "sortie_llm_citations_total", (const char *[]){ "verdict", "kept", NULL },
                self->citations_kept);
  append_count (out, "sortie_llm_citations_total", (const char *[]){ "verdict", "removed", NULL },
                self->citations_removed);
  append_count (out, "sortie_llm_citations_total",
                (const char *[]){ "verdict", "unsupported", NULL }, self->citations_unsupported);
}
