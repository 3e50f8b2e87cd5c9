/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-settings.h"

#include "sortie-error.h"

#include <gio/gio.h>
#include <string.h>

#define MAX_SECONDS (24 * 60 * 60)

static const char *const model_variables[SORTIE_LLM_N_ROLES] = {
  [SORTIE_LLM_ROLE_PLANNER] = SORTIE_CONFIG_LLM_PLANNER_MODEL,
  [SORTIE_LLM_ROLE_ANALYZER] = SORTIE_CONFIG_LLM_ANALYZER_MODEL,
  [SORTIE_LLM_ROLE_WRITER] = SORTIE_CONFIG_LLM_WRITER_MODEL,
};

static const char *const model_members[SORTIE_LLM_N_ROLES] = {
  [SORTIE_LLM_ROLE_PLANNER] = "“models.planner”",
  [SORTIE_LLM_ROLE_ANALYZER] = "“models.analyzer”",
  [SORTIE_LLM_ROLE_WRITER] = "“models.writer”",
};

/* No value enters a message: it may be a key that was put into the wrong place. */
static gboolean
invalid (GError **error, const char *name, const char *what)
{
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "%s %s", name, what);
  return FALSE;
}

static void
wipe (char *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

/* Visible ASCII alone, so that it stands in a header or an address as it is. */
static gboolean
is_plain (const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    if (!g_ascii_isgraph (*at))
      return FALSE;
  return TRUE;
}

/* ---- The address ---- */

static GUri *
parse_address (const char *address)
{
  return g_uri_parse (address,
                      G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE,
                      NULL);
}

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return g_ascii_strcasecmp (host, "localhost") == 0;
}

static gboolean
is_scheme (GUri *uri, const char *scheme)
{
  return g_ascii_strcasecmp (g_uri_get_scheme (uri), scheme) == 0;
}

static int
get_port (GUri *uri)
{
  if (g_uri_get_port (uri) != -1)
    return g_uri_get_port (uri);
  return is_scheme (uri, "https") ? 443 : 80;
}

static gboolean
has_same_origin (const char *a, const char *b)
{
  g_autoptr (GUri) first = parse_address (a);
  g_autoptr (GUri) second = parse_address (b);

  return first != NULL && second != NULL && is_scheme (first, g_uri_get_scheme (second)) &&
         g_ascii_strcasecmp (g_uri_get_host (first), g_uri_get_host (second)) == 0 &&
         get_port (first) == get_port (second);
}

/* (transfer full): the address in the one form that requests are made from. */
static char *
settle_address (const char *name, const char *address, gboolean allow_http, GError **error)
{
  g_autoptr (GUri) uri = NULL;
  g_autofree char *settled = NULL;
  const char *host;

  if (strlen (address) > SORTIE_LLM_MAX_ADDRESS)
    {
      invalid (error, name, "is too long");
      return NULL;
    }
  /* A backslash is a slash to some readers of addresses, and a part of the name to others. */
  if (is_plain (address) && strpbrk (address, "\\\"<>^`{|}") == NULL)
    uri = parse_address (address);
  host = uri != NULL ? g_uri_get_host (uri) : NULL;
  if (host == NULL || *host == '\0' || g_uri_get_port (uri) == 0 ||
      !(is_scheme (uri, "https") || is_scheme (uri, "http")))
    invalid (error, name, "is no address of the form https://HOST/PATH");
  else if (g_uri_get_userinfo (uri) != NULL)
    invalid (error, name, "must not hold a user or a password");
  else if (g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    invalid (error, name, "must not hold a “?” or a “#”");
  else if (is_scheme (uri, "http") && !allow_http && !is_loopback (host))
    invalid (
        error, name,
        "must be https beyond this machine; LLM_ALLOW_HTTP=1 allows plain http where the way to "
        "that host is private");
  else
    settled = g_uri_to_string (uri);
  for (gsize end = settled != NULL ? strlen (settled) : 0; end > 0 && settled[end - 1] == '/';)
    settled[--end] = '\0';
  return g_steal_pointer (&settled);
}

/* ---- Key, models, deadlines ---- */

static gboolean
check_key (const char *name, const char *key, GError **error)
{
  if (strlen (key) > SORTIE_LLM_MAX_KEY)
    return invalid (error, name, "is too long for a key");
  return is_plain (key) ||
         invalid (error, name, "holds characters that no key has, such as a space or a line break");
}

static gboolean
check_model (const char *name, const char *model, GError **error)
{
  gboolean is_blank = TRUE;

  if (*model == '\0' || strlen (model) > SORTIE_LLM_MAX_MODEL || !g_utf8_validate (model, -1, NULL))
    return invalid (error, name, "is no name of a model");
  for (const char *at = model; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      is_blank = is_blank && g_unichar_isspace (c);
      if (!g_unichar_isprint (c) || c == 0x2028 || c == 0x2029)
        return invalid (error, name, "is no name of a model");
    }
  return !is_blank || invalid (error, name, "is no name of a model");
}

/* Seconds, decimals allowed, to milliseconds. */
static gboolean
read_seconds (SortieConfig *config,
              const char *name,
              gboolean may_be_zero,
              guint *milliseconds,
              GError **error)
{
  const char *text = sortie_config_get (config, name);
  char *end = NULL;
  double seconds = text != NULL && g_ascii_isdigit (*text) ? g_ascii_strtod (text, &end) : -1;

  if (end == NULL || *end != '\0' || strspn (text, "0123456789.") != strlen (text) ||
      !(seconds <= MAX_SECONDS) || !(may_be_zero ? seconds >= 0 : seconds >= 0.001))
    return invalid (error, name,
                    may_be_zero ? "must be a number of seconds, from 0 to a day"
                                : "must be a number of seconds, from 0.001 to a day");
  *milliseconds = (guint) (seconds * 1000 + 0.5);
  return TRUE;
}

/* ---- Making them ---- */

static SortieLlmSettings *
settings_new (void)
{
  SortieLlmSettings *self = g_new0 (SortieLlmSettings, 1);

  g_atomic_ref_count_init (&self->references);
  return self;
}

static gboolean
read_texts (SortieLlmSettings *self, SortieConfig *config, GError **error)
{
  const char *address = sortie_config_get (config, SORTIE_CONFIG_LLM_BASE_URL);

  for (int i = 0; i < SORTIE_LLM_N_ROLES; i++)
    {
      const char *model = sortie_config_get (config, model_variables[i]);

      if (!check_model (model_variables[i], model, error))
        return FALSE;
      self->models[i] = g_strdup (model);
    }
  self->base_url = settle_address (SORTIE_CONFIG_LLM_BASE_URL, address, self->allow_http, error);
  if (self->base_url == NULL)
    return FALSE;
  self->ca_file = g_strdup (sortie_config_get (config, SORTIE_CONFIG_LLM_CA_FILE));
  return TRUE;
}

static gboolean
read_config (SortieLlmSettings *self, SortieConfig *config, GError **error)
{
  return sortie_config_get_boolean (config, SORTIE_CONFIG_USE_GROQ, &self->enabled, error) &&
         sortie_config_get_boolean (config, SORTIE_CONFIG_LLM_ALLOW_HTTP, &self->allow_http,
                                    error) &&
         read_seconds (config, SORTIE_CONFIG_LLM_CONNECT_TIMEOUT, FALSE, &self->connect_ms,
                       error) &&
         read_seconds (config, SORTIE_CONFIG_LLM_FIRST_TOKEN_TIMEOUT, FALSE, &self->first_token_ms,
                       error) &&
         read_seconds (config, SORTIE_CONFIG_LLM_SILENCE_TIMEOUT, FALSE, &self->silence_ms,
                       error) &&
         read_seconds (config, SORTIE_CONFIG_LLM_TOTAL_TIMEOUT, FALSE, &self->total_ms, error) &&
         read_seconds (config, SORTIE_CONFIG_LLM_REST, TRUE, &self->rest_ms, error) &&
         read_texts (self, config, error);
}

static gboolean
read_key (SortieLlmSettings *self, SortieConfig *config, GError **error)
{
  const char *key = sortie_config_get (config, SORTIE_CONFIG_GROQ_API_KEY);

  if (key != NULL && !check_key (SORTIE_CONFIG_GROQ_API_KEY, key, error))
    return FALSE;
  self->key = g_strdup (key);
  return TRUE;
}

SortieLlmSettings *
sortie_llm_settings_new (SortieConfig *config, GError **error)
{
  g_autoptr (SortieLlmSettings) self = settings_new ();

  if (!read_config (self, config, error) || !read_key (self, config, error))
    return NULL;
  return g_steal_pointer (&self);
}

SortieLlmSettings *
sortie_llm_settings_read (SortieConfig *config)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieLlmSettings) self = settings_new ();
  g_autoptr (SortieConfig) defaults = NULL;
  gboolean enabled = FALSE;

  if (!read_config (self, config, &error))
    {
      sortie_llm_settings_unref (self);
      defaults = sortie_config_new (NULL, NULL, 0, NULL);
      self = sortie_llm_settings_new (defaults, NULL);
      /* Whoever wrote something into the switch that is neither yes nor no wants to hear of it. */
      self->enabled =
          !sortie_config_get_boolean (config, SORTIE_CONFIG_USE_GROQ, &enabled, NULL) || enabled;
    }
  else if (!read_key (self, config, &error))
    self->problem_is_key = TRUE;
  self->problem = error != NULL ? g_strdup (error->message) : NULL;
  return g_steal_pointer (&self);
}

static SortieLlmSettings *
copy (const SortieLlmSettings *self)
{
  SortieLlmSettings *other = g_memdup2 (self, sizeof *self);

  g_atomic_ref_count_init (&other->references);
  other->base_url = g_strdup (self->base_url);
  other->key = g_strdup (self->key);
  for (int i = 0; i < SORTIE_LLM_N_ROLES; i++)
    other->models[i] = g_strdup (self->models[i]);
  other->ca_file = g_strdup (self->ca_file);
  other->problem = g_strdup (self->problem);
  return other;
}

static void
drop_key (SortieLlmSettings *self)
{
  wipe (self->key);
  self->key = NULL;
}

static void
forget_problem (SortieLlmSettings *self)
{
  g_clear_pointer (&self->problem, g_free);
  self->problem_is_key = FALSE;
}

static gboolean
change_key (SortieLlmSettings *self, const char *key, GError **error)
{
  if (!check_key ("“key”", key, error))
    return FALSE;
  drop_key (self);
  self->key = *key != '\0' ? g_strdup (key) : NULL;
  if (self->problem_is_key)
    forget_problem (self);
  return TRUE;
}

static gboolean
change_address (SortieLlmSettings *self, const char *base_url, GError **error)
{
  char *settled = settle_address ("“base_url”", base_url, self->allow_http, error);

  if (settled == NULL)
    return FALSE;
  if (!has_same_origin (self->base_url, settled))
    drop_key (self);
  g_free (self->base_url);
  self->base_url = settled;
  forget_problem (self);
  return TRUE;
}

SortieLlmSettings *
sortie_llm_settings_change (const SortieLlmSettings *self,
                            const gboolean *enabled,
                            const char *base_url,
                            const char *key,
                            const char *const *models,
                            GError **error)
{
  g_autoptr (SortieLlmSettings) other = copy (self);

  if (enabled != NULL)
    other->enabled = *enabled;
  if ((base_url != NULL && !change_address (other, base_url, error)) ||
      (key != NULL && !change_key (other, key, error)))
    return NULL;
  for (int i = 0; models != NULL && i < SORTIE_LLM_N_ROLES; i++)
    if (models[i] != NULL)
      {
        if (!check_model (model_members[i], models[i], error))
          return NULL;
        g_free (other->models[i]);
        other->models[i] = g_strdup (models[i]);
      }
  return g_steal_pointer (&other);
}

SortieLlmSettings *
sortie_llm_settings_ref (SortieLlmSettings *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
sortie_llm_settings_unref (SortieLlmSettings *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  drop_key (self);
  g_free (self->base_url);
  for (int i = 0; i < SORTIE_LLM_N_ROLES; i++)
    g_free (self->models[i]);
  g_free (self->ca_file);
  g_free (self->problem);
  g_free (self);
}

/* ---- What they mean ---- */

char *
sortie_llm_settings_dup_host (const SortieLlmSettings *self)
{
  g_autoptr (GUri) uri = parse_address (self->base_url);

  return g_strdup (uri != NULL ? g_uri_get_host (uri) : self->base_url);
}

gboolean
sortie_llm_settings_is_local (const SortieLlmSettings *self)
{
  g_autofree char *host = sortie_llm_settings_dup_host (self);

  return is_loopback (host);
}

gboolean
sortie_llm_settings_is_usable (const SortieLlmSettings *self)
{
  return self->enabled && self->problem == NULL &&
         (self->key != NULL || sortie_llm_settings_is_local (self));
}

char *
sortie_llm_settings_dup_problem (const SortieLlmSettings *self)
{
  g_autofree char *host = NULL;

  if (!self->enabled || sortie_llm_settings_is_usable (self))
    return NULL;
  if (self->problem != NULL)
    return g_strdup (self->problem);
  host = sortie_llm_settings_dup_host (self);
  return g_strdup_printf ("GROQ_API_KEY is not set, and %s needs a key", host);
}
