/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "llm-asking.h"

#include <glib/gstdio.h>
#include <string.h>

/* https, with certificates made for this run by openssl. */

static char *folder;
static char *certificate_file;
static char *key_file;
static char *other_file;

static void
make_certificate (const char *certificate, const char *key)
{
  const char *argv[] = { "openssl",
                         "req",
                         "-x509",
                         "-newkey",
                         "ec",
                         "-pkeyopt",
                         "ec_paramgen_curve:P-256",
                         "-nodes",
                         "-keyout",
                         key,
                         "-out",
                         certificate,
                         "-days",
                         "2",
                         "-subj",
                         "/CN=localhost",
                         "-addext",
                         "subjectAltName=DNS:localhost",
                         NULL };
  g_autoptr (GError) error = NULL;
  int status = -1;

  g_spawn_sync (NULL, (char **) argv, NULL,
                G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
}

static void
make_files (void)
{
  g_autofree char *other_key = NULL;
  g_autoptr (GError) error = NULL;

  folder = g_dir_make_tmp ("sortie-XXXXXX", &error);
  g_assert_no_error (error);
  certificate_file = g_build_filename (folder, "cert.pem", NULL);
  key_file = g_build_filename (folder, "key.pem", NULL);
  other_file = g_build_filename (folder, "other.pem", NULL);
  other_key = g_build_filename (folder, "other-key.pem", NULL);
  make_certificate (certificate_file, key_file);
  make_certificate (other_file, other_key);
  g_unlink (other_key);
}

static void
remove_files (void)
{
  g_unlink (certificate_file);
  g_unlink (key_file);
  g_unlink (other_file);
  g_rmdir (folder);
  g_free (folder);
  g_free (certificate_file);
  g_free (key_file);
  g_free (other_file);
}

static void
make_secure (LlmPeer *peer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate =
      g_tls_certificate_new_from_files (certificate_file, key_file, &error);

  g_assert_no_error (error);
  llm_peer_set_tls (peer, certificate);
}

/* A provider whose certificate nobody but the given file vouches for. */
static void
test_trust (void)
{
  LlmPeerResponse *response = llm_peer_response_new_answer ("na\xC3\xAF", "ve", NULL);
  g_autoptr (LlmPeer) peer = NULL;
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  SortieLlmSettings settings;

  response->chunked = FALSE;
  peer = llm_peer_new_scripted (response, NULL);
  make_secure (peer);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  settings.ca_file = certificate_file;
  llm_assert_answers (client, &settings, "na\xC3\xAFve");
  llm_assert_answers (client, &settings, "na\xC3\xAFve");
  g_assert_cmpuint (llm_peer_get_n_connections (peer), ==, 1);

  /* Not by a connection that other settings have made. */
  settings.ca_file = NULL;
  llm_assert_fails (client, &settings, SORTIE_LLM_ERROR_NETWORK);
  settings.ca_file = other_file;
  llm_assert_fails (client, &settings, SORTIE_LLM_ERROR_NETWORK);
  g_assert_cmpuint (llm_peer_get_n_requests (peer), ==, 2);

  settings.ca_file = certificate_file;
  llm_assert_answers (client, &settings, "na\xC3\xAFve");
}

static void
test_distrust (void)
{
  g_autoptr (LlmPeer) peer =
      llm_peer_new_scripted (llm_peer_response_new_answer ("Hi", NULL), NULL);
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  g_auto (SortieLlmAnswer) answer = { NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *url = NULL;
  SortieLlmSettings settings;

  make_secure (peer);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  llm_ask (client, &settings, NULL, &answer, &error);
  g_assert_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_NETWORK);
  g_assert_false (answer.headers.retryable);
  g_assert_nonnull (strstr (error->message, "certificate"));

  /* A certificate for another name. */
  url = g_strdup_printf ("https://127.0.0.1:%u/v1", llm_peer_get_port (peer));
  settings.base_url = url;
  settings.ca_file = certificate_file;
  llm_assert_fails (client, &settings, SORTIE_LLM_ERROR_NETWORK);
  g_assert_cmpuint (llm_peer_get_n_requests (peer), ==, 0);
}

static void
test_files (void)
{
  g_autoptr (LlmPeer) peer =
      llm_peer_new_scripted (llm_peer_response_new_answer ("Hi", NULL), NULL);
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  g_autofree char *missing = g_build_filename (folder, "missing.pem", NULL);
  SortieLlmSettings settings;

  make_secure (peer);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  settings.ca_file = missing;
  llm_assert_fails (client, &settings, SORTIE_LLM_ERROR_REJECTED);
  settings.ca_file = folder;
  llm_assert_fails (client, &settings, SORTIE_LLM_ERROR_REJECTED);
  g_assert_cmpuint (llm_peer_get_n_connections (peer), ==, 0);
  settings.ca_file = certificate_file;
  llm_assert_answers (client, &settings, "Hi");
}

/* Plain HTTP where TLS is due, and the other way round. */
static void
test_wrong_protocol (void)
{
  g_autoptr (LlmPeer) plain =
      llm_peer_new_scripted (llm_peer_response_new_answer ("Hi", NULL), NULL);
  g_autoptr (LlmPeer) secure =
      llm_peer_new_scripted (llm_peer_response_new_answer ("Hi", NULL), NULL);
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  g_autofree char *to_plain =
      g_strdup_printf ("https://localhost:%u/v1", llm_peer_get_port (plain));
  g_autofree char *to_secure =
      g_strdup_printf ("http://localhost:%u/v1", llm_peer_get_port (secure));
  SortieLlmSettings settings;

  make_secure (secure);
  llm_asking_init (&settings, to_secure);
  settings.ca_file = certificate_file;
  llm_assert_fails (client, &settings, SORTIE_LLM_ERROR_NETWORK);
  settings.base_url = to_plain;
  /* Where the peer says nothing to what it can't read, the deadline ends it. */
  settings.connect_ms = 500;
  {
    g_auto (SortieLlmAnswer) answer = { NULL };
    g_autoptr (GError) error = NULL;

    llm_ask (client, &settings, NULL, &answer, &error);
    g_assert_nonnull (error);
    g_assert_true (error->code == SORTIE_LLM_ERROR_NETWORK ||
                   error->code == SORTIE_LLM_ERROR_TIMEOUT);
  }
  g_assert_cmpuint (llm_peer_get_n_requests (plain), ==, 0);
  g_assert_cmpuint (llm_peer_get_n_requests (secure), ==, 0);
}

static void
test_cut (void)
{
  static const LlmPeerEnd ends[] = { LLM_PEER_NO_TERMINATOR, LLM_PEER_RESET };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      LlmPeerResponse *response = llm_peer_response_new_stream ();
      g_autoptr (LlmPeer) peer = NULL;
      g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
      g_auto (SortieLlmAnswer) answer = { NULL };
      g_autoptr (GError) error = NULL;
      SortieLlmSettings settings;

      llm_peer_response_add_text (response, "Hi");
      llm_peer_response_add_chunk (response, ": \n", -1);
      response->delay_ms = 30;
      response->end = ends[i];
      peer = llm_peer_new_scripted (response, NULL);
      make_secure (peer);
      llm_asking_init (&settings, llm_peer_get_url (peer));
      settings.ca_file = certificate_file;
      llm_ask (client, &settings, NULL, &answer, &error);
      g_assert_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_TRUNCATED);
      g_assert_cmpstr (answer.text->str, ==, "Hi");
    }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  make_files ();
  g_test_add_func ("/llm/client-tls/trust", test_trust);
  g_test_add_func ("/llm/client-tls/distrust", test_distrust);
  g_test_add_func ("/llm/client-tls/files", test_files);
  g_test_add_func ("/llm/client-tls/wrong-protocol", test_wrong_protocol);
  g_test_add_func ("/llm/client-tls/cut", test_cut);
  result = g_test_run ();
  remove_files ();
  return result;
}
