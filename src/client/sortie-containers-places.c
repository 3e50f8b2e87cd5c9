/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-compose-file.h"
#include "sortie-containers-private.h"
#include "sortie-env-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define SECRET_BYTES 32
#define MAX_SECRET 4096
#define COMPOSE_FILE "compose.yaml"
#define TOKEN_FILE "sortie-token"
#define PROFILES "scale,tls"

/* What the window and the command line need of the file; who wants the rest uses compose by hand. */
static const char *const started[] = { "redis", "backend", NULL };

/* --- where things are --- */

static gboolean
has_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

char *
sortie_containers_find_folder (const char *const *environment)
{
  const char *named = g_environ_getenv ((char **) environment, "SORTIE_COMPOSE_DIR");
  const char *data_dirs = g_environ_getenv ((char **) environment, "XDG_DATA_DIRS");
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *bin = self != NULL ? g_path_get_dirname (self) : g_strdup ("/usr/bin");
  g_autofree char *beside = g_build_filename (bin, "..", "share", NULL);
  g_autofree char *list =
      g_strjoin (":", beside,
                 data_dirs != NULL && *data_dirs != '\0' ? data_dirs
                                                         : "/usr/local/share:/usr/share",
                 NULL);
  g_auto (GStrv) folders = g_strsplit (list, ":", -1);

  if (named != NULL && *named != '\0')
    return has_file (named, COMPOSE_FILE) ? g_canonicalize_filename (named, NULL) : NULL;
  for (char **folder = folders; *folder != NULL; folder++)
    {
      g_autofree char *place = g_build_filename (*folder, "sortie", "compose", NULL);

      if (**folder == '/' && has_file (place, COMPOSE_FILE))
        return g_canonicalize_filename (place, NULL);
    }

  return NULL;
}

gboolean
sortie_containers_has_source (SortieContainers *self)
{
  g_autofree char *above = g_path_get_dirname (self->folder);

  return has_file (self->folder, "Containerfile") && has_file (above, "meson.build");
}

/* --- secrets --- */

static char *
dup_secrets_folder (SortieContainers *self)
{
  const char *named = g_environ_getenv (self->base, "SORTIE_SECRETS");
  const char *data_home = g_environ_getenv (self->base, "XDG_DATA_HOME");
  const char *home = g_environ_getenv (self->base, "HOME");
  g_autofree char *beside = g_build_filename (self->folder, "secrets", NULL);

  if (named != NULL && *named != '\0')
    return g_canonicalize_filename (named, self->folder);
  if (has_file (beside, TOKEN_FILE))
    return g_steal_pointer (&beside);
  if (data_home != NULL && g_path_is_absolute (data_home))
    return g_build_filename (data_home, "sortie", "containers", NULL);

  return g_build_filename (home != NULL ? home : g_get_home_dir (),
                           ".local/share/sortie/containers", NULL);
}

/* The folder keeps others out; the file itself can be read by all, as the users inside of the
 * containers are not the one outside. */
static gboolean
make_file (const char *folder, const char *name, const char *content, mode_t mode)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  gsize length = strlen (content);
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  gboolean written;

  if (fd < 0)
    return errno == EEXIST;
  written = write (fd, content, length) == (ssize_t) length && fchmod (fd, mode) == 0;
  if (close (fd) != 0 || !written)
    {
      unlink (path); /* half a secret would be taken for a whole one */
      return FALSE;
    }

  return TRUE;
}

static gboolean
make_secret (const char *folder, const char *name)
{
  guint8 bytes[SECRET_BYTES];
  char text[2 * SECRET_BYTES + 1];

  if (has_file (folder, name))
    return TRUE;
  if (getrandom (bytes, sizeof bytes, 0) != (ssize_t) sizeof bytes)
    return FALSE;
  for (gsize i = 0; i < sizeof bytes; i++)
    g_snprintf (text + 2 * i, 3, "%02x", bytes[i]);

  return make_file (folder, name, text, 0644);
}

static char *
read_token (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, TOKEN_FILE, NULL);
  g_autofree char *text = NULL;
  gsize length = 0;
  char *end;

  if (!g_file_get_contents (path, &text, &length, NULL) || length > MAX_SECRET)
    return NULL;
  g_strstrip (text);
  end = strchr (text, '\n');
  if (end != NULL)
    *end = '\0'; /* the first of several */

  /* A line may begin with the user whose token it is. */
  return g_strdup (strrchr (text, ':') != NULL ? strrchr (text, ':') + 1 : text);
}

static gboolean
make_secrets (SortieContainers *self)
{
  const char *folder = self->secrets;

  return g_mkdir_with_parents (folder, 0700) == 0 && make_secret (folder, "redis-password") &&
         make_secret (folder, TOKEN_FILE) &&
         make_file (folder, "backend.env",
                    "# What the backend in containers is told besides, one NAME=value a line:\n"
                    "# USE_GROQ, GROQ_API_KEY, LLM_BASE_URL and so on.\n",
                    0600);
}

/* --- the environment of the programs --- */

static gboolean
is_set (SortieContainers *self, const char *name)
{
  const char *value = g_environ_getenv (self->base, name);

  return value != NULL && *value != '\0';
}

/* Only where nobody has set it, nor in `.env`, which stands beside the compose file. */
static void
set_default (SortieContainers *self, const char *name, const char *value)
{
  if (!is_set (self, name))
    self->environment = g_environ_setenv (self->environment, name, value, TRUE);
}

static void
build_environment (SortieContainers *self)
{
  static const char *const not_for_others[] = { "GROQ_API_KEY", "SORTIE_TOKEN", "REDIS_URL", NULL };
  const char *port = g_environ_getenv (self->base, "SORTIE_PORT");
  g_autofree char *beside = g_build_filename (self->folder, "backend.env", NULL);
  g_autofree char *settings = g_build_filename (self->secrets, "backend.env", NULL);
  g_autofree char *sample = g_build_filename (self->folder, "..", "sample", NULL);
  g_autofree char *canonical = g_canonicalize_filename (sample, NULL);

  g_strfreev (self->environment);
  self->environment = g_strdupv (self->base);
  for (gsize i = 0; not_for_others[i] != NULL; i++)
    self->environment = g_environ_unsetenv (self->environment, not_for_others[i]);
  self->environment = g_environ_setenv (self->environment, "SORTIE_SECRETS", self->secrets, TRUE);
  /* Docker Compose takes down only what belongs to a profile that it was told, whoever started it. */
  self->environment = g_environ_setenv (self->environment, "COMPOSE_PROFILES", PROFILES, TRUE);
  /* What the Containerfile is written for; older versions build in another way of their own accord. */
  set_default (self, "DOCKER_BUILDKIT", "1");
  if (!has_file (self->folder, "backend.env"))
    set_default (self, "SORTIE_ENV_FILE", settings);
  if (!sortie_containers_has_source (self) && !has_file (self->folder, ".env"))
    set_default (self, "SORTIE_DOCUMENTS", canonical);
  if (port != NULL && *port != '\0' && !has_file (self->folder, ".env"))
    {
      g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%s", port);

      set_default (self, "SORTIE_PUBLIC_URL", url);
    }
}

gboolean
sortie_containers_prepare (SortieContainers *self, SortieContainersFailure **failure)
{
  const char *named = g_environ_getenv (self->base, "SORTIE_COMPOSE_DIR");

  if (self->folder == NULL)
    self->folder = sortie_containers_find_folder ((const char *const *) self->base);
  if (self->folder == NULL || !has_file (self->folder, COMPOSE_FILE))
    {
      g_autofree char *subject = g_build_filename (self->folder != NULL ? self->folder
                                                   : named != NULL      ? named
                                                                        : "share/sortie/compose",
                                                   COMPOSE_FILE, NULL);

      *failure = sortie_containers_failure_new (SORTIE_CONTAINERS_NO_FOLDER, subject, NULL);
      return FALSE;
    }

  g_free (self->secrets);
  self->secrets = dup_secrets_folder (self);
  errno = 0;
  if (!make_secrets (self))
    {
      int reason = errno;
      g_autofree char *words =
          g_strdup_printf ("can't make secrets in %s: %s", self->secrets, g_strerror (reason));

      *failure =
          sortie_containers_failure_new (reason == ENOSPC ? SORTIE_CONTAINERS_DISK_FULL
                                                          : SORTIE_CONTAINERS_FAILED,
                                         self->engine != NULL ? self->engine->name : NULL, words);
      return FALSE;
    }
  g_free (self->token);
  self->token = read_token (self->secrets);
  build_environment (self);

  return TRUE;
}

/* --- the compose file --- */

static void
add_variable_cb (const char *name, const char *value, gpointer user_data)
{
  GStrv *environment = user_data;

  *environment = g_environ_setenv (*environment, name, value, FALSE);
}

GPtrArray *
sortie_containers_dup_services (SortieContainers *self)
{
  g_autofree char *path = g_build_filename (self->folder, COMPOSE_FILE, NULL);
  g_autofree char *settings = g_build_filename (self->folder, ".env", NULL);
  g_auto (GStrv) variables = g_strdupv (self->environment);
  g_autoptr (GPtrArray) services = NULL;
  g_autofree char *text = NULL;
  g_autofree char *more = NULL;
  gsize length = 0;

  if (g_file_get_contents (settings, &more, &length, NULL))
    sortie_env_file_parse (more, length, add_variable_cb, &variables, NULL);
  if (!g_file_get_contents (path, &text, &length, NULL) || length > SORTIE_COMPOSE_FILE_MAX_BYTES)
    return NULL;
  services = sortie_compose_file_list_services (text, (const char *const *) variables);
  for (guint i = services->len; i > 0; i--)
    {
      SortieComposeService *service = g_ptr_array_index (services, i - 1);

      if (!g_strv_contains (started, service->name) || service->image == NULL)
        g_ptr_array_remove_index (services, i - 1);
    }

  return g_steal_pointer (&services);
}
