/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-error.h"
#include "sortie-http-server-private.h"
#include "sortie-json.h"
#include "sortie-services.h"

#include <string.h>

/* The routes of the settings over a provider that only notes what it was told. */

typedef struct
{
  SortieAuth *auth;
  SortieHttpServer *http;
  SortieServices services;
  GString *told; /* the changes, as text */
  int attempts;  /* atomic */
  GMutex lock;
  GCond changed;
  gboolean is_held; /* attempts wait until it is FALSE */
  guint n_waiting;
} Fixture;

static void
describe_cb (SortieProviderInfo *info, gpointer user_data)
{
  info->enabled = TRUE;
  info->state = "degraded";
  info->reason = g_strdup ("it sleeps");
  info->base_url = g_strdup ("https://a.example/v1");
  info->host = g_strdup ("a.example");
  info->has_key = TRUE;
  for (int i = 0; i < SORTIE_PROVIDER_N_ROLES; i++)
    info->models[i] = g_strdup (sortie_provider_roles[i]);
}

static void
note (GString *told, const char *name, const char *value)
{
  if (value != NULL)
    g_string_append_printf (told, "%s=%s;", name, value);
}

static gboolean
change_cb (const SortieProviderChanges *changes, gpointer user_data, GError **error)
{
  Fixture *f = user_data;

  if (changes->has_enabled)
    note (f->told, "enabled", changes->enabled ? "yes" : "no");
  note (f->told, "base_url", changes->base_url);
  note (f->told, "key", changes->key);
  for (int i = 0; i < SORTIE_PROVIDER_N_ROLES; i++)
    note (f->told, sortie_provider_roles[i], changes->models[i]);
  if (g_strcmp0 (changes->base_url, "bad") != 0)
    return TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "“base_url” is bad");
  return FALSE;
}

static gboolean
attempt_cb (const SortieProviderChanges *changes,
            SortieProviderTrial *trial,
            gpointer user_data,
            GError **error)
{
  Fixture *f = user_data;

  g_atomic_int_inc (&f->attempts);
  g_mutex_lock (&f->lock);
  f->n_waiting++;
  g_cond_broadcast (&f->changed);
  while (f->is_held)
    g_cond_wait (&f->changed, &f->lock);
  f->n_waiting--;
  g_mutex_unlock (&f->lock);
  trial->ok = changes == NULL;
  trial->model = g_strdup ("m");
  trial->elapsed_ms = 7;
  trial->first_token_ms = trial->ok ? 5 : -1;
  trial->reason = g_strdup ("auth");
  trial->message = g_strdup ("no");
  return TRUE;
}

static void
append_metrics_cb (GString *out, gpointer user_data)
{
}

static void
setup (Fixture *f, gconstpointer data)
{
  SortieHttpServerOptions options;
  g_autoptr (GError) error = NULL;

  sortie_http_server_options_init (&options);
  f->told = g_string_new (NULL);
  f->auth = sortie_auth_new ();
  options.auth = f->auth;
  f->http = sortie_http_server_new (&options, &error);
  g_assert_no_error (error);
  f->services = (SortieServices){
    .http = f->http,
    .auth = f->auth,
    .provider = { describe_cb, change_cb, attempt_cb, append_metrics_cb, NULL, f },
  };
  g_mutex_init (&f->lock);
  g_cond_init (&f->changed);
  sortie_routes_add_settings (&f->services);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  sortie_http_server_free (f->http);
  sortie_auth_free (f->auth);
  g_string_free (f->told, TRUE);
  g_mutex_clear (&f->lock);
  g_cond_clear (&f->changed);
}

/* (transfer full): what the route answers. @body: (nullable) */
static SortieResponse *
ask (Fixture *f, const char *method, const char *path, const char *body, gboolean is_local)
{
  g_autoptr (GHashTable) parameters = NULL;
  g_autofree char *allow = NULL;
  guint status = 0;
  const SortieRoute *route =
      sortie_router_match (f->http->router, method, path, &parameters, &allow, &status);
  g_autoptr (JsonNode) json =
      body != NULL ? sortie_json_parse (body, strlen (body), NULL, NULL) : NULL;
  SortieRequest request = { .method = method, .json = json, .is_local = is_local };

  g_assert_nonnull (route);
  g_assert_true (body == NULL || json != NULL);
  return route->handler (&request, route->user_data);
}

static void
assert_answer (SortieResponse *response, guint status, const char *part)
{
  gsize length;
  const char *body = g_bytes_get_data (response->body, &length);
  g_autofree char *text = g_strndup (body, length);

  g_test_message ("%u %s", response->status, text);
  g_assert_cmpuint (response->status, ==, status);
  g_assert_nonnull (strstr (text, part));
}

static void
assert_asked (Fixture *f,
              const char *method,
              const char *path,
              const char *body,
              gboolean is_local,
              guint status,
              const char *part)
{
  g_autoptr (SortieResponse) response = ask (f, method, path, body, is_local);

  assert_answer (response, status, part);
}

static void
test_show (Fixture *f, gconstpointer data)
{
  assert_asked (
      f, "GET", "/settings", NULL, TRUE, 200,
      "{\"llm\":{\"enabled\":true,\"base_url\":\"https://a.example/v1\",\"has_key\":true,"
      "\"models\":{\"planner\":\"planner\",\"analyzer\":\"analyzer\",\"writer\":\"writer\"},"
      "\"state\":\"degraded\",\"reason\":\"it sleeps\",\"changeable\":true}}");
}

/* Who may change: this machine, or the only user. */
static void
test_who (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *tokens[3];
    gboolean is_local;
    gboolean may;
  } cases[] = {
    { { NULL }, TRUE, TRUE },
    { { "one" }, FALSE, TRUE },
    { { "anna:one", "anna:two" }, FALSE, TRUE },
    { { "anna:one", "bert:two" }, FALSE, FALSE },
    { { "anna:one", "bert:two" }, TRUE, TRUE },
    { { "one", "bert:two" }, FALSE, FALSE },
  };
  static const char change[] = "{\"llm\":{\"enabled\":false}}";

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SortieAuth) auth = sortie_auth_new ();

      for (gsize k = 0; k < 3 && cases[i].tokens[k] != NULL; k++)
        g_assert_true (sortie_auth_add (auth, cases[i].tokens[k], NULL));
      f->services.auth = auth;
      g_string_truncate (f->told, 0);
      assert_asked (f, "GET", "/settings", NULL, cases[i].is_local, 200,
                    cases[i].may ? "\"changeable\":true" : "\"changeable\":false");
      assert_asked (f, "PATCH", "/settings", change, cases[i].is_local, cases[i].may ? 200 : 403,
                    cases[i].may ? "\"llm\"" : "machine");
      g_assert_cmpstr (f->told->str, ==, cases[i].may ? "enabled=no;" : "");
      assert_asked (f, "POST", "/settings/test", change, cases[i].is_local,
                    cases[i].may ? 200 : 403, cases[i].may ? "\"ok\":false" : "machine");
      /* Whether it answers as it is may be seen by everybody. */
      assert_asked (f, "POST", "/settings/test", "{}", cases[i].is_local, 200, "\"ok\":true");
      f->services.auth = f->auth;
    }
}

static void
test_fixed (Fixture *f, gconstpointer data)
{
  f->services.provider.fixed = "set it elsewhere";
  assert_asked (f, "GET", "/settings", NULL, TRUE, 200, "\"changeable\":false");
  assert_asked (f, "PATCH", "/settings", "{\"llm\":{\"key\":\"k\"}}", TRUE, 409, "elsewhere");
  g_assert_cmpstr (f->told->str, ==, "");
}

static void
test_changes (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *body;
    const char *told;
  } cases[] = {
    { "{}", "" },
    { "{\"llm\":{}}", "" },
    { "{\"llm\":null}", "" },
    { "{\"llm\":{\"enabled\":true}}", "enabled=yes;" },
    { "{\"llm\":{\"enabled\":null,\"base_url\":null,\"models\":null}}", "" },
    { "{\"llm\":{\"key\":null}}", "key=;" },
    { "{\"llm\":{\"key\":\"\"}}", "key=;" },
    { "{\"llm\":{\"key\":\"k\",\"base_url\":\"https://b.example\"}}",
      "base_url=https://b.example;key=k;" },
    { "{\"llm\":{\"models\":{\"writer\":\"w\",\"planner\":null}}}", "writer=w;" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_string_truncate (f->told, 0);
      assert_asked (f, "PATCH", "/settings", cases[i].body, TRUE, 200, "\"has_key\"");
      g_assert_cmpstr (f->told->str, ==, cases[i].told);
    }
}

static void
test_bad_bodies (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *body;
    const char *named;
  } cases[] = {
    { "[]", "object" },
    { "7", "object" },
    { "{\"lm\":{}}", "'lm'" },
    { "{\"llm\":[]}", "'llm'" },
    { "{\"llm\":{\"enable\":true}}", "'enable'" },
    { "{\"llm\":{\"enabled\":1}}", "'enabled'" },
    { "{\"llm\":{\"enabled\":\"true\"}}", "'enabled'" },
    { "{\"llm\":{\"has_key\":true}}", "'has_key'" },
    { "{\"llm\":{\"state\":\"on\"}}", "'state'" },
    { "{\"llm\":{\"base_url\":7}}", "'base_url'" },
    { "{\"llm\":{\"key\":[\"k\"]}}", "'key'" },
    { "{\"llm\":{\"models\":\"m\"}}", "'models'" },
    { "{\"llm\":{\"models\":{\"retriever\":\"m\"}}}", "'retriever'" },
    { "{\"llm\":{\"models\":{\"writer\":{}}}}", "'writer'" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      assert_asked (f, "PATCH", "/settings", cases[i].body, TRUE, 400, cases[i].named);
      assert_asked (f, "POST", "/settings/test", cases[i].body, TRUE, 400, cases[i].named);
    }
  g_assert_cmpstr (f->told->str, ==, "");
  g_assert_cmpint (f->attempts, ==, 0);
  assert_asked (f, "PATCH", "/settings", "{\"llm\":{\"base_url\":\"bad\"}}", TRUE, 400, "is bad");
}

static void
test_trial (Fixture *f, gconstpointer data)
{
  assert_asked (f, "POST", "/settings/test", "{}", TRUE, 200,
                "{\"ok\":true,\"model\":\"m\",\"first_token_ms\":5,\"elapsed_ms\":7}");
  assert_asked (
      f, "POST", "/settings/test", "{\"llm\":{\"key\":\"k\"}}", TRUE, 200,
      "{\"ok\":false,\"model\":\"m\",\"elapsed_ms\":7,\"reason\":\"auth\",\"message\":\"no\"}");
}

static gpointer
try_thread (gpointer data)
{
  assert_asked (data, "POST", "/settings/test", "{}", TRUE, 200, "\"ok\":true");
  return NULL;
}

/* Trials may take long; they must not take all threads. */
static void
test_few_trials (Fixture *f, gconstpointer data)
{
  GThread *threads[2];

  f->is_held = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("try", try_thread, f);
  g_mutex_lock (&f->lock);
  while (f->n_waiting < G_N_ELEMENTS (threads))
    g_cond_wait (&f->changed, &f->lock);
  g_mutex_unlock (&f->lock);
  assert_asked (f, "POST", "/settings/test", "{}", TRUE, 429, "trials");
  g_mutex_lock (&f->lock);
  f->is_held = FALSE;
  g_cond_broadcast (&f->changed);
  g_mutex_unlock (&f->lock);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  assert_asked (f, "POST", "/settings/test", "{}", TRUE, 200, "\"ok\":true");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/settings/show", Fixture, NULL, setup, test_show, teardown);
  g_test_add ("/settings/who", Fixture, NULL, setup, test_who, teardown);
  g_test_add ("/settings/fixed", Fixture, NULL, setup, test_fixed, teardown);
  g_test_add ("/settings/changes", Fixture, NULL, setup, test_changes, teardown);
  g_test_add ("/settings/bad-bodies", Fixture, NULL, setup, test_bad_bodies, teardown);
  g_test_add ("/settings/trial", Fixture, NULL, setup, test_trial, teardown);
  g_test_add ("/settings/few-trials", Fixture, NULL, setup, test_few_trials, teardown);
  return g_test_run ();
}
