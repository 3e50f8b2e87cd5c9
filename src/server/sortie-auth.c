/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-auth.h"

#include "sortie-error.h"
#include "sortie-listen-address.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIGEST_LENGTH 32
#define SECRETS_FOLDER "/run/secrets/"

typedef struct
{
  char *user;
  guint8 digest[DIGEST_LENGTH];
} Token;

struct _SortieAuth
{
  GPtrArray *tokens; /* of Token */
};

static void
token_free (gpointer data)
{
  Token *token = data;

  g_free (token->user);
  g_free (token);
}

static void
digest_of (const char *text, gsize length, guint8 digest[DIGEST_LENGTH])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize digest_length = DIGEST_LENGTH;

  g_checksum_update (checksum, (const guchar *) text, length);
  g_checksum_get_digest (checksum, digest, &digest_length);
}

/* No branch and no early end depends on the bytes. */
static gboolean
digests_equal (const guint8 *a, const guint8 *b)
{
  volatile guint8 difference = 0;

  for (gsize i = 0; i < DIGEST_LENGTH; i++)
    difference |= a[i] ^ b[i];
  return difference == 0;
}

static gboolean
is_made_of (const char *text, gsize length, const char *extra)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && (text[i] == '\0' || strchr (extra, text[i]) == NULL))
      return FALSE;
  return length > 0;
}

SortieAuth *
sortie_auth_new (void)
{
  SortieAuth *self = g_new0 (SortieAuth, 1);

  self->tokens = g_ptr_array_new_with_free_func (token_free);
  return self;
}

void
sortie_auth_free (SortieAuth *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->tokens);
  g_free (self);
}

gboolean
sortie_auth_add (SortieAuth *self, const char *line, GError **error)
{
  const char *colon = strchr (line, ':'); /* stands in no token */
  const char *token = colon != NULL ? colon + 1 : line;
  gsize length = strlen (token);
  gsize user_length = colon != NULL ? (gsize) (colon - line) : 0;
  const char *problem = NULL;
  Token *added;

  if (self->tokens->len == SORTIE_AUTH_MAX_TOKENS)
    problem = "there are too many tokens";
  else if (colon != NULL &&
           (user_length > SORTIE_AUTH_MAX_USER || !is_made_of (line, user_length, "._-@")))
    problem = "a user's name is made of letters, digits and . _ - @";
  else if (length > SORTIE_AUTH_MAX_TOKEN || !is_made_of (token, length, "-._~+/="))
    problem = "a token is made of letters, digits and - . _ ~ + / =";
  if (problem != NULL)
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, problem);
      return FALSE;
    }
  added = g_new0 (Token, 1);
  added->user = colon != NULL ? g_strndup (line, user_length) : g_strdup (SORTIE_AUTH_LOCAL_USER);
  digest_of (token, length, added->digest);
  g_ptr_array_add (self->tokens, added);
  return TRUE;
}

/* Container engines make a secret readable to every user of the container: which user that is they do
 * not know, and nobody else is in there. */
static mode_t
forbidden_mode (const char *path)
{
  return g_str_has_prefix (path, SECRETS_FOLDER) ? S_IWOTH | S_IWGRP : S_IRWXO | S_IWGRP;
}

static gboolean
check_file (int fd, const char *path, GError **error)
{
  struct stat info;

  if (fstat (fd, &info) < 0 || !S_ISREG (info.st_mode) || info.st_size > SORTIE_AUTH_MAX_FILE)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "%s: the tokens file must be a regular file of at most %d bytes", path,
                   SORTIE_AUTH_MAX_FILE);
      return FALSE;
    }
  if ((info.st_mode & forbidden_mode (path)) != 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_DENIED,
                   "%s: other users can get at the tokens file; chmod 600 it", path);
      return FALSE;
    }
  return TRUE;
}

static char *
read_file (const char *path, GError **error)
{
  g_autofree char *text = g_malloc (SORTIE_AUTH_MAX_FILE + 1);
  gsize length = 0;
  gssize n = 0;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

  if (fd < 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "%s: %s", path, g_strerror (errno));
      return NULL;
    }
  if (!check_file (fd, path, error))
    {
      close (fd);
      return NULL;
    }
  while (length < SORTIE_AUTH_MAX_FILE &&
         (n = read (fd, text + length, SORTIE_AUTH_MAX_FILE - length)) > 0)
    length += n;
  close (fd);
  text[length] = '\0';
  if (n < 0 || strlen (text) != length)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "%s: it can't be read as text", path);
      return NULL;
    }
  return g_steal_pointer (&text);
}

gboolean
sortie_auth_load_file (SortieAuth *self, const char *path, GError **error)
{
  g_autofree char *text = read_file (path, error);
  g_auto (GStrv) lines = NULL;
  guint before = self->tokens->len;

  if (text == NULL)
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);

      if (*line == '\0' || *line == '#')
        continue;
      if (!sortie_auth_add (self, line, error))
        {
          g_prefix_error (error, "%s, line %u: ", path, i + 1);
          return FALSE;
        }
    }
  if (self->tokens->len == before)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "%s: there is no token in it", path);
      return FALSE;
    }
  return TRUE;
}

gboolean
sortie_auth_has_tokens (const SortieAuth *self)
{
  return self->tokens->len > 0;
}

guint
sortie_auth_get_n_users (const SortieAuth *self)
{
  g_autoptr (GHashTable) users = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->tokens->len; i++)
    g_hash_table_add (users, ((Token *) g_ptr_array_index (self->tokens, i))->user);
  return MAX (g_hash_table_size (users), 1);
}

gboolean
sortie_auth_require_token_for (const SortieAuth *self, const char *address, GError **error)
{
  g_autoptr (SortieListenAddress) parsed = sortie_listen_address_parse (address, error);
  gboolean is_local = FALSE;

  if (parsed == NULL || !sortie_listen_address_is_local (parsed, &is_local, error))
    return FALSE;
  if (sortie_auth_has_tokens (self) || is_local)
    return TRUE;
  g_set_error (
      error, SORTIE_ERROR, SORTIE_ERROR_DENIED,
      "%s: to listen beyond this machine a token is needed (SORTIE_TOKEN or --tokens-file)",
      address);
  return FALSE;
}

const char *
sortie_auth_check (const SortieAuth *self, const char *authorization, gboolean is_local)
{
  const char *user = NULL;
  const char *token;
  guint8 digest[DIGEST_LENGTH];

  if (!sortie_auth_has_tokens (self))
    return is_local ? SORTIE_AUTH_LOCAL_USER : NULL;
  if (authorization == NULL || g_ascii_strncasecmp (authorization, "Bearer ", 7) != 0)
    return NULL;
  token = authorization + 7;
  while (*token == ' ')
    token++;
  digest_of (token, strlen (token), digest);
  for (guint i = 0; i < self->tokens->len; i++)
    {
      const Token *candidate = g_ptr_array_index (self->tokens, i);

      if (digests_equal (candidate->digest, digest))
        user = candidate->user;
    }
  return user;
}
