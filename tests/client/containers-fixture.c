/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "containers-fixture.h"

#include "sortie-error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static const char compose_text[] =
    "name: sortie\n"
    "\n"
    "services:\n"
    "  redis:\n"
    "    image: ${SORTIE_IMAGES:-localhost}/sortie-redis:${SORTIE_TAG:-latest}\n"
    "    build:\n"
    "      context: ..\n"
    "  backend:\n"
    "    image: ${SORTIE_IMAGES:-localhost}/sortie-backend:${SORTIE_TAG:-latest}\n"
    "    build:\n"
    "      context: ..\n"
    "  frontend:\n"
    "    image: ${SORTIE_IMAGES:-localhost}/sortie-frontend:${SORTIE_TAG:-latest}\n"
    "\n"
    "volumes:\n"
    "  data: {}\n";

static void
answer (PeerRequest *request, gpointer user_data)
{
  Stack *self = user_data;

  if (g_str_equal (request->line, "GET /readyz"))
    peer_answer (request, self->is_ready ? "200 OK" : "503 Service Unavailable", NULL,
                 self->is_ready ? "application/json" : "application/problem+json",
                 self->is_ready ? "{\"status\":\"ready\"}"
                                : "{\"title\":\"Not ready\",\"status\":503,"
                                  "\"detail\":\"no worker takes steps of the planner\"}");
  else if (self->is_strict)
    peer_answer (request, "401 Unauthorized", NULL, "application/problem+json",
                 "{\"title\":\"Unauthorized\",\"status\":401,\"detail\":\"wrong token\"}");
  else
    peer_answer (request, "200 OK", NULL, "application/json", "{\"name\":\"Sortie\"}");
}

static void
stage_cb (SortieContainers *containers, int stage, Stack *self)
{
  static const char *const names[] = { "idle",     "looking", "fetching", "building",
                                       "starting", "waiting", "ready",    "stopping" };

  g_assert_cmpint (sortie_containers_get_stage (containers), ==, stage);
  g_string_append_printf (self->stages, "%s%s", self->stages->len > 0 ? " " : "", names[stage]);
}

static void
line_cb (SortieContainers *containers, const char *line, Stack *self)
{
  g_string_append_printf (self->lines, "%s\n", line);
}

static void
write_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

/* The programs, and the few that the fake engine needs: PATH holds no others, above all no engine of
 * this machine. */
static void
link_programs (const char *folder, const char *programs)
{
  static const char *const tools[] = { "cat", "grep", "rm", "sleep", NULL };
  g_autofree char *engine =
      g_test_build_filename (G_TEST_DIST, "client", "data", "fake-engine", NULL);
  g_auto (GStrv) names = g_strsplit (programs, " ", -1);

  for (char **name = names; *name != NULL && **name != '\0'; name++)
    {
      g_autofree char *path = g_build_filename (folder, *name, NULL);

      g_assert_cmpint (symlink (engine, path), ==, 0);
    }
  for (gsize i = 0; tools[i] != NULL; i++)
    {
      g_autofree char *tool = g_find_program_in_path (tools[i]);
      g_autofree char *path = g_build_filename (folder, tools[i], NULL);

      g_assert_cmpint (symlink (tool, path), ==, 0);
    }
}

Stack *
stack_new (const char *programs)
{
  Stack *self = g_new0 (Stack, 1);
  g_autofree char *programs_folder = NULL;
  g_autofree char *data = NULL;
  g_autofree char *port = NULL;

  self->folder = g_dir_make_tmp ("sortie-containers-XXXXXX", NULL);
  programs_folder = g_build_filename (self->folder, "bin", NULL);
  self->state = g_build_filename (self->folder, "state", NULL);
  self->compose = g_build_filename (self->folder, "compose", NULL);
  data = g_build_filename (self->folder, "data", NULL);
  g_assert_cmpint (g_mkdir (programs_folder, 0700) | g_mkdir (self->state, 0700) |
                       g_mkdir (self->compose, 0700),
                   ==, 0);
  link_programs (programs_folder, programs);
  write_file (self->compose, "compose.yaml", compose_text);
  write_file (self->compose, "Containerfile", "FROM scratch\n");
  write_file (self->folder, "meson.build", "");

  self->is_ready = TRUE;
  self->backend = peer_new (answer, self);
  port = g_strdup (strrchr (peer_get_url (self->backend), ':') + 1);
  stack_write (self, "port", port);
  self->environment = g_strdupv ((char *[]){ NULL });
  self->environment = g_environ_setenv (self->environment, "PATH", programs_folder, TRUE);
  self->environment = g_environ_setenv (self->environment, "FAKE_ENGINE", self->state, TRUE);
  self->environment = g_environ_setenv (self->environment, "XDG_DATA_HOME", data, TRUE);
  self->environment = g_environ_setenv (self->environment, "GROQ_API_KEY", "secret", TRUE);
  self->stages = g_string_new (NULL);
  self->lines = g_string_new (NULL);
  self->containers = sortie_containers_new ();
  sortie_containers_set_environment (self->containers, (const char *const *) self->environment);
  sortie_containers_set_folder (self->containers, self->compose);
  sortie_containers_set_timing (self->containers, 60000, 10);
  g_signal_connect (self->containers, "stage", G_CALLBACK (stage_cb), self);
  g_signal_connect (self->containers, "log-line", G_CALLBACK (line_cb), self);

  return self;
}

void
stack_free (Stack *self)
{
  const char *const arguments[] = { "rm", "-rf", self->folder, NULL };

  g_signal_handlers_disconnect_by_data (self->containers, self);
  test_finalize (self->containers);
  peer_free (self->backend);
  g_assert_true (g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                               NULL, NULL, NULL, NULL));
  g_strfreev (self->environment);
  g_string_free (self->stages, TRUE);
  g_string_free (self->lines, TRUE);
  g_free (self->folder);
  g_free (self->state);
  g_free (self->compose);
  g_free (self);
}

void
stack_write (Stack *self, const char *name, const char *text)
{
  write_file (self->state, name, text);
}

void
stack_on (Stack *self, const char *word, const char *commands)
{
  g_autofree char *name = g_strconcat ("on-", word, NULL);

  stack_write (self, name, commands);
}

char *
stack_take_calls (Stack *self)
{
  g_autofree char *path = g_build_filename (self->state, "calls", NULL);
  char *calls = NULL;
  GString *whole;

  if (!g_file_get_contents (path, &calls, NULL, NULL))
    return g_strdup ("");
  g_unlink (path);
  whole = g_string_new (calls);
  g_free (calls);
  g_string_replace (whole, self->folder, "FOLDER", 0);

  return g_string_free (whole, FALSE);
}

gboolean
stack_up (Stack *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_string_truncate (self->stages, 0);
  sortie_containers_up_async (self->containers, cancellable, test_result_cb, &result);
  test_wait_until (result != NULL);

  return sortie_containers_up_finish (self->containers, result, error);
}

gboolean
stack_down (Stack *self, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_string_truncate (self->stages, 0);
  sortie_containers_down_async (self->containers, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return sortie_containers_down_finish (self->containers, result, error);
}

void
stack_assert_fails (Stack *self, SortieContainersTrouble trouble, int code, const char *text)
{
  g_autoptr (GError) error = NULL;
  const SortieContainersFailure *failure;

  g_assert_false (stack_up (self, NULL, &error));
  g_assert_error (error, SORTIE_ERROR, code);
  g_test_message ("%s", error->message);
  if (strstr (error->message, text) == NULL)
    g_error ("no “%s” in “%s”", text, error->message);
  failure = sortie_containers_get_failure (self->containers);
  g_assert_nonnull (failure);
  g_assert_cmpint (failure->trouble, ==, trouble);
  g_assert_cmpint (sortie_containers_get_stage (self->containers), ==, SORTIE_CONTAINERS_IDLE);
}
