/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-redis-tls.h"

#include "sortie-error.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SSL_CTX, SSL_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SSL, SSL_free)

/* OpenSSL's own words for the last thing that failed in this thread. */
static const char *
get_last_reason (void)
{
  const char *reason = ERR_reason_error_string (ERR_peek_last_error ());

  return reason != NULL ? reason : "no reason given";
}

static gboolean
fail_for_file (const char *variable, const char *path, GError **error)
{
  const char *reason = g_access (path, R_OK) == 0 ? get_last_reason () : g_strerror (errno);

  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "%s: %s can't be used: %s", variable,
               path, reason);
  return FALSE;
}

/* A key with a password would be asked for on the terminal. */
static int
no_password_cb (char *buffer, int size, int writing, void *data)
{
  return -1;
}

static gboolean
load_own_certificate (SSL_CTX *settings, const SortieRedisUrl *url, GError **error)
{
  if (url->cert_file == NULL && url->key_file == NULL)
    return TRUE;
  if (url->cert_file == NULL || url->key_file == NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "REDIS_CERT_FILE and REDIS_KEY_FILE are needed together");
      return FALSE;
    }
  SSL_CTX_set_default_passwd_cb (settings, no_password_cb);
  if (SSL_CTX_use_certificate_chain_file (settings, url->cert_file) != 1)
    return fail_for_file ("REDIS_CERT_FILE", url->cert_file, error);
  if (SSL_CTX_use_PrivateKey_file (settings, url->key_file, SSL_FILETYPE_PEM) != 1)
    return fail_for_file ("REDIS_KEY_FILE", url->key_file, error);
  return TRUE;
}

/* What each connection reads anew, so that a changed file counts from the next one on. */
static SSL_CTX *
load_settings (const SortieRedisUrl *url, GError **error)
{
  g_autoptr (SSL_CTX) settings = NULL;

  ERR_clear_error ();
  settings = SSL_CTX_new (TLS_client_method ());
  if (settings == NULL || SSL_CTX_set_min_proto_version (settings, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_default_verify_paths (settings) != 1)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "TLS can't be used: %s",
                   get_last_reason ());
      return NULL;
    }
  SSL_CTX_set_verify (settings, SSL_VERIFY_PEER, NULL);
  if (url->ca_file != NULL && SSL_CTX_load_verify_locations (settings, url->ca_file, NULL) != 1)
    {
      fail_for_file ("REDIS_CA_FILE", url->ca_file, error);
      return NULL;
    }
  if (!load_own_certificate (settings, url, error))
    return NULL;
  return g_steal_pointer (&settings);
}

gboolean
sortie_redis_tls_check (const SortieRedisUrl *url, GError **error)
{
  g_autoptr (SSL_CTX) settings = url->tls ? load_settings (url, error) : NULL;

  return !url->tls || settings != NULL;
}

/* The certificate has to name the host of the address: a name, or an IP address. */
static gboolean
expect_host (SSL *ssl, const char *host)
{
  if (g_hostname_is_ip_address (host))
    return X509_VERIFY_PARAM_set1_ip_asc (SSL_get0_param (ssl), host) == 1;
  SSL_set_hostflags (ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host (ssl, host) == 1 && SSL_set_tlsext_host_name (ssl, host) == 1;
}

/* Reasons, each list ended by 0. */
static const int no_tls[] = { SSL_R_WRONG_VERSION_NUMBER, SSL_R_PACKET_LENGTH_TOO_LONG,
                              SSL_R_HTTP_REQUEST, SSL_R_UNSUPPORTED_PROTOCOL, 0 };
static const int about_our_certificate[] = {
  SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE,
  SSL_R_SSLV3_ALERT_BAD_CERTIFICATE,       SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE,
  SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED,   SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
  SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN,   SSL_R_TLSV1_ALERT_UNKNOWN_CA,
  SSL_R_TLSV1_ALERT_ACCESS_DENIED,         0,
};

#define WANTS_CERTIFICATE                                                                          \
  "the server wants a certificate that it trusts (REDIS_CERT_FILE and REDIS_KEY_FILE): %s"

static gboolean
is_one_of (unsigned long code, const int *reasons)
{
  for (gsize i = 0; ERR_GET_LIB (code) == ERR_LIB_SSL && reasons[i] != 0; i++)
    if (ERR_GET_REASON (code) == reasons[i])
      return TRUE;
  return FALSE;
}

static void
explain_failure (SSL *ssl, const SortieRedisUrl *url, GError **error)
{
  g_autofree char *display = sortie_redis_url_dup_display (url);
  long verdict = SSL_get_verify_result (ssl);
  unsigned long code = ERR_peek_last_error ();

  if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_DENIED,
                 "Redis at %s: its certificate is for another host", display);
  else if (verdict != X509_V_OK)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_DENIED,
                 "Redis at %s: its certificate is not trusted: %s (REDIS_CA_FILE can name "
                 "certificates to trust)",
                 display, X509_verify_cert_error_string (verdict));
  else if (is_one_of (code, about_our_certificate))
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_DENIED, "Redis at %s: " WANTS_CERTIFICATE,
                 display, get_last_reason ());
  else if (is_one_of (code, no_tls))
    g_set_error (
        error, SORTIE_ERROR, SORTIE_ERROR_DENIED,
        "Redis at %s: what answers there does not speak TLS; without it the address begins "
        "with redis://",
        display);
  else if (code == 0 && SSL_want_read (ssl))
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                 "Redis at %s: no answer to the TLS greeting; a server without TLS gives none",
                 display);
  else
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE, "Redis at %s: TLS failed: %s",
                 display, code != 0 ? get_last_reason () : "the connection was closed");
}

gboolean
sortie_redis_tls_start (redisContext *context, const SortieRedisUrl *url, GError **error)
{
  g_autoptr (SSL_CTX) settings = load_settings (url, error);
  g_autoptr (SSL) ssl = NULL;

  if (settings == NULL)
    return FALSE;
  ssl = SSL_new (settings);
  if (ssl == NULL || !expect_host (ssl, url->host))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "REDIS_URL: no TLS to %s: %s",
                   url->host, get_last_reason ());
      return FALSE;
    }
  if (redisInitiateSSL (context, ssl) != REDIS_OK)
    {
      explain_failure (ssl, url, error);
      return FALSE;
    }
  g_steal_pointer (&ssl); /* the context's from now on */
  ERR_clear_error ();     /* what it tried on the way */
  return TRUE;
}

/* TLS 1.3 tells us of a certificate that is missing or wrong when all seemed well already. */
gboolean
sortie_redis_tls_explain (GError **error)
{
  unsigned long code = ERR_peek_last_error ();

  if (code == 0)
    return FALSE;
  if (is_one_of (code, about_our_certificate))
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_DENIED, "Redis: " WANTS_CERTIFICATE,
                 get_last_reason ());
  else
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE, "Redis: TLS failed: %s",
                 get_last_reason ());
  return TRUE;
}
