/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "containers-fixture.h"
#include "sortie-error.h"

#include <string.h>

#define PS                                                                                         \
  "podman|ps|-a|--filter|label=com.docker.compose.project=sortie|--format|"                        \
  "{{.Names}}|{{.State}}|{{.Status}}\n"
#define PS_BY_HAND                                                                                 \
  "podman|ps|-a|--filter|label=com.docker.compose.project.working_dir=FOLDER/compose|--format|"    \
  "{{.Names}}|{{.State}}|{{.Status}}\n"
#define COMPOSE "podman-compose|-p|sortie|-f|compose.yaml|"
#define PORT "podman|port|sortie_backend_1|8000/tcp\n"
#define USUAL "podman podman-compose"

/* --- down, list, log --- */

static void
test_down (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autofree char *calls = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (stack_up (stack, NULL, &error));
  g_free (stack_take_calls (stack));
  g_assert_true (stack_down (stack, &error));
  g_assert_no_error (error);
  calls = stack_take_calls (stack);
  g_assert_cmpstr (calls, ==, PS PORT COMPOSE "down|-t|30\n" PS PS_BY_HAND);
  g_assert_cmpstr (stack->stages->str, ==, "stopping idle");
  g_clear_pointer (&calls, g_free);

  /* Nothing to do. */
  g_assert_true (stack_down (stack, &error));
  g_assert_no_error (error);
  calls = stack_take_calls (stack);
  g_assert_cmpstr (calls, ==, PS PS_BY_HAND);
}

/* Docker Compose leaves what belongs to a profile that it does not know of. */
static void
test_down_of_profiles (void)
{
  g_autoptr (Stack) stack = stack_new ("docker");
  g_autoptr (GError) error = NULL;

  stack_write (stack, "running",
               "sortie-redis-1|running|Up\nsortie-api-1|running|Up\n"
               "sortie-worker-1|running|Up\nsortie-proxy-1|running|Up\n");
  stack_on (stack, "compose-down",
            "[ \"${COMPOSE_PROFILES-}\" != scale,tls ] || rm $FAKE_ENGINE/running");
  g_assert_true (stack_down (stack, &error));
  g_assert_no_error (error);
}

static void
test_down_fails (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autoptr (GError) error = NULL;

  g_assert_true (stack_up (stack, NULL, &error));
  stack_on (stack, "compose-down", "echo 'cannot remove' >&2");
  g_assert_false (stack_down (stack, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "cannot remove"));
}

static void
said_cb (const char *line, gpointer user_data)
{
  if (line != NULL)
    g_string_append_printf (user_data, "%s\n", line);
}

static void
test_list_and_log (void)
{
  g_autoptr (Stack) stack = stack_new ("docker");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) read = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;
  GString *said = g_string_new (NULL);
  const SortieContainer *container;

  stack_write (stack, "running",
               "sortie-backend-1|running|Up 5 minutes (healthy)\n"
               "sortie-worker-12|Exited (0)|Exited (0) | x\n"
               "not a container\nother|Running|Up\n");
  sortie_containers_list_async (stack->containers, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  list = sortie_containers_list_finish (stack->containers, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 3);
  container = g_ptr_array_index (list, 0);
  g_assert_cmpstr (container->service, ==, "backend");
  g_assert_cmpstr (container->status, ==, "Up 5 minutes (healthy)");
  container = g_ptr_array_index (list, 1);
  g_assert_cmpstr (container->service, ==, "worker");
  g_assert_cmpstr (container->state, ==, "exited");
  g_assert_cmpstr (container->status, ==, "Exited (0) | x");
  container = g_ptr_array_index (list, 2);
  g_assert_cmpstr (container->service, ==, "other");
  g_assert_cmpstr (container->state, ==, "running");
  g_assert_nonnull (sortie_containers_get_address (stack->containers));

  sortie_containers_read_log_async (stack->containers, 7, FALSE, said_cb, said, NULL,
                                    test_result_cb, &read);
  test_wait_until (read != NULL);
  g_assert_true (sortie_containers_read_log_finish (stack->containers, read, &error));
  g_assert_cmpstr (said->str, ==,
                   "backend | this is sortie-backend-1\nworker | this is sortie-worker-12\n"
                   "other | this is other\n");
  g_string_free (said, TRUE);
}

static void
cancel_said_cb (const char *line, gpointer user_data)
{
  if (line != NULL && strstr (line, "more of sortie_redis_1") != NULL)
    g_cancellable_cancel (user_data);
}

static void
test_follow_log (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  stack_write (stack, "running", "sortie_redis_1|running|Up\nsortie_backend_1|running|Up\n");
  stack_on (stack, "engine-logs", "echo more of $4; exec sleep 600");
  sortie_containers_read_log_async (stack->containers, 7, TRUE, cancel_said_cb, cancellable,
                                    cancellable, test_result_cb, &result);
  test_wait_until (result != NULL);
  g_assert_false (sortie_containers_read_log_finish (stack->containers, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_no_log (void)
{
  g_autoptr (Stack) stack = stack_new (USUAL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  sortie_containers_read_log_async (stack->containers, 7, FALSE, said_cb, NULL, NULL,
                                    test_result_cb, &result);
  test_wait_until (result != NULL);
  g_assert_false (sortie_containers_read_log_finish (stack->containers, result, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
  g_assert_cmpstr (error->message, ==, "the containers are not started");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/containers/down", test_down);
  g_test_add_func ("/containers/down-of-profiles", test_down_of_profiles);
  g_test_add_func ("/containers/down-fails", test_down_fails);
  g_test_add_func ("/containers/list-and-log", test_list_and_log);
  g_test_add_func ("/containers/follow-log", test_follow_log);
  g_test_add_func ("/containers/no-log", test_no_log);

  return g_test_run ();
}
