/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "containers-fixture.h"
#include "sortie-compose-file.h"
#include "sortie-error.h"

#include <glib/gstdio.h>
#include <string.h>

#define PS                                                                                         \
  "podman|ps|-a|--filter|label=com.docker.compose.project=sortie|--format|"                        \
  "{{.Names}}|{{.State}}|{{.Status}}\n"
#define PS_BY_HAND                                                                                 \
  "podman|ps|-a|--filter|label=com.docker.compose.project.working_dir=FOLDER/compose|--format|"    \
  "{{.Names}}|{{.State}}|{{.Status}}\n"
#define COMPOSE "podman-compose|-p|sortie|-f|compose.yaml|"
#define INSPECT(name) "podman|image|inspect|--format|{{.Id}}|localhost/sortie-" name ":latest\n"
#define FIND "podman|info|--format|{{.Version.Version}}\npodman-compose|version\n"
#define PORT "podman|port|sortie_backend_1|8000/tcp\n"
#define USUAL "podman podman-compose"

/* --- which engine --- */

static void
assert_engine (const char *programs, const char *wanted, const char *expected)
{
  g_autoptr (Stack) stack = stack_new (programs);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  const SortieContainerEngine *engine;
  g_autofree char *display = NULL;

  if (wanted != NULL)
    stack->environment =
        g_environ_setenv (stack->environment, "SORTIE_CONTAINER_ENGINE", wanted, TRUE);
  sortie_containers_set_environment (stack->containers, (const char *const *) stack->environment);
  sortie_containers_look_async (stack->containers, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  engine = sortie_containers_look_finish (stack->containers, result, &error);
  if (expected == NULL)
    {
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
      g_assert_null (engine);
      return;
    }
  g_assert_no_error (error);
  display = sortie_container_engine_dup_display (engine);
  g_assert_cmpstr (display, ==, expected);
}

static void
test_engines (void)
{
  assert_engine ("podman podman-compose docker docker-compose", NULL,
                 "Podman 9.8.7 with podman-compose");
  assert_engine ("podman docker docker-compose", NULL, "Podman 9.8.7 with podman compose");
  assert_engine ("docker docker-compose", NULL, "Docker 9.8.7 with docker compose");
  assert_engine ("podman podman-compose docker", "docker", "Docker 9.8.7 with docker compose");
  assert_engine ("podman podman-compose", "docker", NULL);
  assert_engine ("podman-compose docker-compose", NULL, NULL);
  assert_engine ("", NULL, NULL);
}

static void
test_second_engine (void)
{
  g_autoptr (Stack) stack = stack_new ("podman docker docker-compose");
  g_autoptr (GError) error = NULL;

  /* Podman is there but of no use, and `docker compose` is missing. */
  stack_on (stack, "engine-info", "exit 125");
  stack_on (stack, "compose-version", "[ $name = docker-compose ]");
  g_assert_true (stack_up (stack, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (sortie_containers_get_engine (stack->containers)->compose[0], ==,
                   "docker-compose");
}

/* Docker is asked in the one way that fails in each of its versions where no daemon answers. */
static void
test_docker_calls (void)
{
  g_autoptr (Stack) stack = stack_new ("docker");
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *calls = NULL;

  sortie_containers_look_async (stack->containers, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  g_assert_nonnull (sortie_containers_look_finish (stack->containers, result, NULL));
  calls = stack_take_calls (stack);
  g_assert_cmpstr (calls, ==,
                   "docker|version|--format|{{.Server.Version}}\ndocker|compose|version\n");
}

/* --- up --- */

static void
test_up (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autofree char *secrets = g_build_filename (stack->folder, "data/sortie/containers", NULL);
  g_autofree char *token_path = g_build_filename (secrets, "sortie-token", NULL);
  g_autofree char *token = NULL;
  g_autofree char *calls = NULL;
  g_autofree char *again = NULL;
  g_autofree char *environment = NULL;
  g_autofree char *seen_path = g_build_filename (stack->state, "seen", NULL);
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  stack_on (
      stack, "compose-up",
      "echo \"$SORTIE_SECRETS ${SORTIE_ENV_FILE-} ${GROQ_API_KEY-none} $DOCKER_BUILDKIT $PWD\" "
      ">$FAKE_ENGINE/seen\n"
      "echo 'sortie_redis_1|running|Up' >$FAKE_ENGINE/running\n"
      "echo 'sortie_backend_1|running|Up' >>$FAKE_ENGINE/running\n"
      "echo started >&2");
  g_assert_true (stack_up (stack, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (stack->stages->str, ==, "looking building starting waiting ready");
  calls = stack_take_calls (stack);
  g_assert_cmpstr (calls, ==,
                   FIND PS PS_BY_HAND INSPECT ("redis") COMPOSE "build|redis\n" INSPECT ("redis")
                       INSPECT ("backend") COMPOSE "build|backend\n" INSPECT ("backend") COMPOSE
                   "up|-d|--no-build|redis|backend\n" PS PORT PS PORT);
  g_assert_cmpstr (sortie_backend_address_get_display (
                       sortie_containers_get_address (stack->containers)),
                   ==, peer_get_url (stack->backend));
  g_assert_nonnull (strstr (stack->lines->str, "STEP 1/1: FROM scratch\n"));
  g_assert_nonnull (strstr (stack->lines->str, "started\n"));

  /* Secrets of the user's own, in a folder that is closed to others. */
  g_assert_true (g_file_get_contents (token_path, &token, NULL, NULL));
  g_assert_cmpstr (sortie_containers_get_token (stack->containers), ==, token);
  g_assert_cmpuint (strlen (token), ==, 64);
  g_assert_cmpint (g_stat (secrets, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  g_assert_true (g_file_get_contents (seen_path, &environment, NULL, NULL));
  again = g_strdup_printf ("%s %s/backend.env none 1 %s\n", secrets, secrets, stack->compose);
  g_assert_cmpstr (environment, ==, again);
}

/* Somebody has started it already: it is taken as it is. */
static void
test_up_again (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;
  g_autofree char *calls = NULL;

  g_assert_true (stack_up (stack, NULL, &error));
  token = g_strdup (sortie_containers_get_token (stack->containers));
  g_free (stack_take_calls (stack));
  g_assert_true (stack_up (stack, NULL, &error));
  g_assert_no_error (error);
  calls = stack_take_calls (stack);
  g_assert_cmpstr (calls, ==, FIND PS PORT PS PORT);
  g_assert_cmpstr (stack->stages->str, ==, "looking waiting ready");
  g_assert_cmpstr (sortie_containers_get_token (stack->containers), ==, token);
}

/* Somebody has started it with podman-compose by hand, which calls the project after the folder. */
static void
test_started_by_hand (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autoptr (GError) error = NULL;
  g_autofree char *calls = NULL;

  stack_on (stack, "engine-ps",
            "case $* in *working_dir*) cat \"$FAKE_ENGINE/running\" 2>/dev/null || true ;; esac");
  stack_write (stack, "running", "compose_backend_1|Up 1 second|Up 1 second\n");
  g_assert_true (stack_up (stack, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (stack->stages->str, ==, "looking waiting ready");
  g_free (stack_take_calls (stack));
  g_assert_true (stack_down (stack, &error));
  g_assert_no_error (error);
  calls = stack_take_calls (stack);
  g_assert_nonnull (strstr (calls, "podman-compose|-p|compose|-f|compose.yaml|down|-t|30\n"));
}

/* Without a source beside the compose file images are fetched, those that are there are not. */
static void
test_pull (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autofree char *source = g_build_filename (stack->folder, "meson.build", NULL);
  g_autofree char *calls = NULL;
  g_autoptr (GError) error = NULL;

  g_unlink (source);
  stack->environment =
      g_environ_setenv (stack->environment, "SORTIE_IMAGES", "registry.example/x", TRUE);
  sortie_containers_set_environment (stack->containers, (const char *const *) stack->environment);
  stack_write (stack, "images", "registry.example/x/sortie-redis:latest\n");
  g_assert_true (stack_up (stack, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (stack->stages->str, ==, "looking fetching starting waiting ready");
  calls = stack_take_calls (stack);
  g_assert_nonnull (strstr (calls, "\npodman|pull|registry.example/x/sortie-backend:latest\n"));
  g_assert_null (strstr (calls, "|pull|registry.example/x/sortie-redis"));
  g_assert_null (strstr (calls, "|build|"));
}

/* --- what goes wrong --- */

static void
test_no_engine (void)
{
  g_autoptr (Stack) none = stack_new ("");
  g_autoptr (Stack) no_compose = stack_new ("podman");

  stack_assert_fails (none, SORTIE_CONTAINERS_NO_ENGINE, SORTIE_ERROR_NOT_FOUND,
                      "apt install podman podman-compose");
  stack_on (no_compose, "compose-version", "echo unrecognized >&2; exit 125");
  stack_assert_fails (no_compose, SORTIE_CONTAINERS_NO_COMPOSE, SORTIE_ERROR_NOT_FOUND,
                      "Podman is installed, but nothing that reads compose files");
}

static void
test_no_rights (void)
{
  g_autoptr (Stack) docker = stack_new ("docker");
  g_autoptr (Stack) podman = stack_new (USUAL);
  g_autoptr (Stack) stopped = stack_new ("docker");

  /* The words of the client 20.10, which begin with an empty line. */
  stack_on (docker, "engine-version",
            "echo; echo 'permission denied while trying to connect to the Docker daemon socket at "
            "unix:///var/run/docker.sock: Get \"http://%2Fvar%2Frun%2Fdocker.sock/v1.24/version\": "
            "dial unix /var/run/docker.sock: connect: permission denied' >&2; exit 1");
  stack_assert_fails (docker, SORTIE_CONTAINERS_DENIED, SORTIE_ERROR_DENIED,
                      "you may not use Docker; ask the administrator");
  stack_on (
      podman, "engine-info",
      "echo 'Error: cannot set up namespace using \"/usr/bin/newuidmap\": exit status 1' >&2; "
      "exit 125");
  stack_assert_fails (podman, SORTIE_CONTAINERS_NO_SUBIDS, SORTIE_ERROR_DENIED,
                      "usermod --add-subuids");
  stack_on (
      stopped, "engine-version",
      "echo; echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker "
      "daemon running?' >&2; exit 1");
  stack_assert_fails (stopped, SORTIE_CONTAINERS_NOT_RUNNING, SORTIE_ERROR_UNAVAILABLE,
                      "its service does not run");
}

static void
test_no_folder (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autofree char *path = g_build_filename (stack->compose, "compose.yaml", NULL);

  g_unlink (path);
  stack_assert_fails (stack, SORTIE_CONTAINERS_NO_FOLDER, SORTIE_ERROR_NOT_FOUND, path);
}

static void
test_sandbox (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autofree char *calls = NULL;

  stack->environment = g_environ_setenv (stack->environment, "FLATPAK_ID", "x", TRUE);
  sortie_containers_set_environment (stack->containers, (const char *const *) stack->environment);
  stack_assert_fails (stack, SORTIE_CONTAINERS_SANDBOX, SORTIE_ERROR_UNAVAILABLE,
                      "outside the sandbox only");
  calls = stack_take_calls (stack);
  g_assert_cmpstr (calls, ==, "");
}

/* podman-compose says what went wrong, and ends with success. */
static void
test_port_taken (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autofree char *calls = NULL;

  stack_on (
      stack, "compose-up",
      "echo 'sortie_redis_1|running|Up' >$FAKE_ENGINE/running\n"
      "echo 'Error: rootlessport listen tcp 127.0.0.1:8123: bind: address already in use' >&2\n"
      "echo 'exit code: 126'");
  stack_assert_fails (stack, SORTIE_CONTAINERS_PORT_TAKEN, SORTIE_ERROR_UNAVAILABLE,
                      "another program listens on port 8123 already; end it, or set SORTIE_PORT");
  calls = stack_take_calls (stack);
  g_assert_true (g_str_has_suffix (calls, PS COMPOSE "down|-t|5\n"));
  g_assert_cmpstr (stack->stages->str, ==, "looking building starting stopping idle");
}

static void
test_no_image (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autofree char *source = g_build_filename (stack->folder, "meson.build", NULL);

  g_unlink (source);
  stack_on (stack, "engine-pull",
            "echo 'Error: initializing source docker://localhost/sortie-redis:latest: pinging "
            "container registry localhost: dial tcp [::1]:443: connect: connection refused' >&2\n"
            "exit 125");
  stack_assert_fails (stack, SORTIE_CONTAINERS_NO_IMAGE, SORTIE_ERROR_NOT_FOUND,
                      "the image localhost/sortie-redis:latest is neither on this machine nor");
}

static void
test_build_failed (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autoptr (Stack) lying = stack_new (USUAL);

  stack_on (stack, "compose-build", "echo step; echo 'E: no such package' >&2; exit 100");
  stack_assert_fails (stack, SORTIE_CONTAINERS_BUILD_FAILED, SORTIE_ERROR_FAILED,
                      "the image localhost/sortie-redis:latest could not be built; it said:\n");
  g_assert_nonnull (
      strstr (sortie_containers_get_failure (stack->containers)->words, "E: no such package"));
  stack_on (lying, "compose-build", "echo 'Error: building at STEP' >&2; echo 'exit code: 1'");
  stack_assert_fails (lying, SORTIE_CONTAINERS_BUILD_FAILED, SORTIE_ERROR_FAILED,
                      "building at STEP");
}

static void
test_disk_full (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);

  stack_on (stack, "compose-build",
            "echo 'writing blob: write /var/tmp/x: no space left on device' >&2; exit 1");
  stack_assert_fails (stack, SORTIE_CONTAINERS_DISK_FULL, SORTIE_ERROR_TOO_LARGE,
                      "the disk is full; make room, for example by “podman image prune”");
}

static void
test_unhealthy (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autofree char *calls = NULL;

  stack->is_ready = FALSE;
  sortie_containers_set_timing (stack->containers, 200, 10);
  stack_assert_fails (stack, SORTIE_CONTAINERS_UNHEALTHY, SORTIE_ERROR_UNAVAILABLE,
                      "did not become ready; it said:\n");
  g_assert_nonnull (strstr (sortie_containers_get_failure (stack->containers)->words,
                            "backend | this is sortie_backend_1"));
  calls = stack_take_calls (stack);
  g_assert_nonnull (strstr (calls, "podman|logs|--tail|12|sortie_backend_1\n"));
  g_assert_null (strstr (calls, "|down|"));
}

static void
test_backend_ends (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);

  stack_on (stack, "compose-up",
            "echo 'sortie_redis_1|running|Up' >$FAKE_ENGINE/running\n"
            "echo 'sortie_backend_1|exited|Exited (1) 1 second ago' >>$FAKE_ENGINE/running");
  stack_assert_fails (stack, SORTIE_CONTAINERS_UNHEALTHY, SORTIE_ERROR_UNAVAILABLE,
                      "backend | this is sortie_backend_1");
}

static void
test_other_token (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);

  stack->is_strict = TRUE;
  stack_assert_fails (stack, SORTIE_CONTAINERS_OTHER_TOKEN, SORTIE_ERROR_DENIED,
                      "were started with another token");
}

/* All but Redis: there is no use in waiting. */
static void
test_no_redis (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);

  stack_on (stack, "compose-up",
            "echo 'sortie_redis_1|created|Created' >$FAKE_ENGINE/running\n"
            "echo 'sortie_backend_1|running|Up' >>$FAKE_ENGINE/running\n"
            "echo 'Error: no such lock' >&2; echo 'exit code: 125'");
  stack_assert_fails (stack, SORTIE_CONTAINERS_FAILED, SORTIE_ERROR_FAILED,
                      "Podman could not start the containers; it said:\nError: no such lock");
}

static void
test_nothing_known (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);

  stack_on (stack, "compose-up", "echo 'something new' >&2; exit 3");
  stack_assert_fails (stack, SORTIE_CONTAINERS_FAILED, SORTIE_ERROR_FAILED,
                      "Podman could not start the containers; it said:\nsomething new");
}

/* --- cancelling --- */

static void
cancel_cb (SortieContainers *containers, const char *line, GCancellable *cancellable)
{
  if (g_str_equal (line, "now"))
    g_cancellable_cancel (cancellable);
}

static void
assert_cancelled (Stack *stack)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gulong handler =
      g_signal_connect (stack->containers, "log-line", G_CALLBACK (cancel_cb), cancellable);

  g_assert_false (stack_up (stack, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (sortie_containers_get_failure (stack->containers));
  g_signal_handler_disconnect (stack->containers, handler);
}

/* What was begun ends, with all of its children: a program that is asked for its end leaves a note. */
static void
test_cancel_build (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autofree char *path = g_build_filename (stack->state, "ended", NULL);
  g_autofree char *calls = NULL;

  stack_on (stack, "compose-build",
            "trap 'echo x >>$FAKE_ENGINE/ended; exit 1' TERM\n"
            "(trap 'echo y >>$FAKE_ENGINE/ended; exit 1' TERM; sleep 600 & wait) &\n"
            "echo now; wait; wait");
  assert_cancelled (stack);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  calls = stack_take_calls (stack);
  g_assert_true (g_str_has_suffix (calls, "|build|redis\n"));
}

static void
test_cancel_start (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autofree char *calls = NULL;
  g_autoptr (GError) error = NULL;

  stack_on (stack, "compose-up",
            "echo 'sortie_redis_1|running|Up' >$FAKE_ENGINE/running; echo now; exec sleep 600");
  assert_cancelled (stack);
  calls = stack_take_calls (stack);
  g_assert_true (
      g_str_has_suffix (calls, "|up|-d|--no-build|redis|backend\n" COMPOSE "down|-t|5\n"));
  g_assert_cmpstr (stack->stages->str, ==, "looking building starting stopping idle");
}

/* The backend of somebody else's start is left alone. */
static void
test_cancel_wait (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *calls = NULL;

  stack_write (stack, "running", "sortie_backend_1|running|Up\n");
  stack->is_ready = FALSE;
  sortie_containers_up_async (stack->containers, cancellable, test_result_cb, &result);
  test_wait_until (sortie_containers_get_stage (stack->containers) == SORTIE_CONTAINERS_WAITING);
  g_cancellable_cancel (cancellable);
  test_wait_until (result != NULL);
  g_assert_false (sortie_containers_up_finish (stack->containers, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  calls = stack_take_calls (stack);
  g_assert_null (strstr (calls, "|down|"));
}

static void
test_one_at_a_time (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  sortie_containers_up_async (stack->containers, NULL, test_result_cb, &result);
  g_assert_false (stack_up (stack, NULL, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (stack_down (stack, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT);
  test_wait_until (result != NULL);
  g_assert_true (sortie_containers_up_finish (stack->containers, result, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/containers/engines", test_engines);
  g_test_add_func ("/containers/second-engine", test_second_engine);
  g_test_add_func ("/containers/docker-calls", test_docker_calls);
  g_test_add_func ("/containers/up", test_up);
  g_test_add_func ("/containers/up-again", test_up_again);
  g_test_add_func ("/containers/started-by-hand", test_started_by_hand);
  g_test_add_func ("/containers/pull", test_pull);
  g_test_add_func ("/containers/no-engine", test_no_engine);
  g_test_add_func ("/containers/no-rights", test_no_rights);
  g_test_add_func ("/containers/no-folder", test_no_folder);
  g_test_add_func ("/containers/sandbox", test_sandbox);
  g_test_add_func ("/containers/port-taken", test_port_taken);
  g_test_add_func ("/containers/no-image", test_no_image);
  g_test_add_func ("/containers/build-failed", test_build_failed);
  g_test_add_func ("/containers/disk-full", test_disk_full);
  g_test_add_func ("/containers/unhealthy", test_unhealthy);
  g_test_add_func ("/containers/backend-ends", test_backend_ends);
  g_test_add_func ("/containers/other-token", test_other_token);
  g_test_add_func ("/containers/no-redis", test_no_redis);
  g_test_add_func ("/containers/nothing-known", test_nothing_known);
  g_test_add_func ("/containers/cancel-build", test_cancel_build);
  g_test_add_func ("/containers/cancel-start", test_cancel_start);
  g_test_add_func ("/containers/cancel-wait", test_cancel_wait);
  g_test_add_func ("/containers/one-at-a-time", test_one_at_a_time);

  return g_test_run ();
}
