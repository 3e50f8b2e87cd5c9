/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-compose-file.h"
#include "sortie-containers-trouble.h"

#include <string.h>

static const char *const environment[] = { "TAG=3", "EMPTY=", NULL };

static void
test_expand (void)
{
  static const struct
  {
    const char *text;
    const char *expected;
  } cases[] = {
    { "plain", "plain" },
    { "a:${TAG}b", "a:3b" },
    { "${NONE:-x/y}/z:${TAG:-latest}", "x/y/z:3" },
    { "${EMPTY:-full}|${EMPTY-full}|${EMPTY}|${NONE-n}|${NONE}", "full|||n|" },
    { "$${TAG} $5 ${TAG", "${TAG} $5 ${TAG" },
    { "", "" },
    { "${}", "" },
    { "${:-x}", "x" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *expanded = sortie_compose_file_expand (cases[i].text, environment);

      g_assert_cmpstr (expanded, ==, cases[i].expected);
    }
}

static void
test_services (void)
{
  static const char text[] = "# services:\n"
                             "name: sortie\n"
                             "services:   \n"
                             "  # a comment: here\n"
                             "  one:\n"
                             "    image: \"x/one:${TAG}\" # which\n"
                             "    build:\n"
                             "      image: not-this\n"
                             "\n"
                             "  two:\r\n"
                             "    command: [\"--image: no\"]\n"
                             "    image: x/two\n"
                             "networks:\n"
                             "  back:\n"
                             "    image: no\n";
  g_autoptr (GPtrArray) services = sortie_compose_file_list_services (text, environment);
  const SortieComposeService *service;

  g_assert_cmpuint (services->len, ==, 2);
  service = g_ptr_array_index (services, 0);
  g_assert_cmpstr (service->name, ==, "one");
  g_assert_cmpstr (service->image, ==, "x/one:3");
  g_assert_true (service->is_built);
  service = g_ptr_array_index (services, 1);
  g_assert_cmpstr (service->name, ==, "two");
  g_assert_cmpstr (service->image, ==, "x/two");
  g_assert_false (service->is_built);
}

/* Docker Compose 1 takes no other parts, above all no name. */
static void
assert_parts (const char *text)
{
  static const char *const parts[] = { "services:", "networks:", "volumes:", "secrets:", NULL };
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    if (g_ascii_isalpha (**line) && !g_strv_contains (parts, *line))
      g_error ("not for Docker Compose 1: %s", *line);
}

/* Sortie's own file, as it stands. */
static void
test_own_file (void)
{
  static const char *const nothing[] = { NULL };
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "..", "compose", "compose.yaml", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) services = NULL;
  guint n_known = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  assert_parts (text);
  services = sortie_compose_file_list_services (text, nothing);
  for (guint i = 0; i < services->len; i++)
    {
      const SortieComposeService *service = g_ptr_array_index (services, i);
      g_autofree char *expected = g_strdup_printf ("localhost/sortie-%s:latest", service->name);

      if (!g_str_equal (service->name, "redis") && !g_str_equal (service->name, "backend"))
        continue;
      g_assert_cmpstr (service->image, ==, expected);
      g_assert_true (service->is_built);
      n_known++;
    }
  g_assert_cmpuint (n_known, ==, 2);
}

static void
test_any_cut (void)
{
  static const char text[] = "services:\n  a:\n    image: \"${A:-${B}}\"\n    build: .\n";

  for (gsize cut = 0; cut <= strlen (text); cut++)
    {
      g_autofree char *part = g_strndup (text, cut);
      g_autoptr (GPtrArray) services = sortie_compose_file_list_services (part, environment);

      g_assert_cmpuint (services->len, <=, 1);
    }
}

/* --- the words of engines --- */

static void
test_words (void)
{
  static const struct
  {
    const char *words;
    SortieContainersTrouble trouble;
    const char *port;
  } cases[] = {
    { "Error response from daemon: driver failed programming external connectivity on endpoint "
      "sortie-backend-1: Bind for 127.0.0.1:8000 failed: port is already allocated",
      SORTIE_CONTAINERS_PORT_TAKEN, "8000" },
    { "Error: cannot listen on the TCP port: listen tcp4 127.0.0.1:9000: bind: address already in use",
      SORTIE_CONTAINERS_PORT_TAKEN, "9000" },
    { "Error: unable to start container: rootlessport listen tcp 127.0.0.1:80: bind: address "
      "already in use",
      SORTIE_CONTAINERS_PORT_TAKEN, "80" },
    { "ERROR: for sortie_backend_1  Cannot start service backend: driver failed programming external "
      "connectivity on endpoint sortie_backend_1 (c8ae0bf0ed4f): Error starting userland proxy: "
      "listen tcp4 127.0.0.1:8001: bind: address already in use",
      SORTIE_CONTAINERS_PORT_TAKEN, "8001" },
    { "failed to bind host port for 127.0.0.1:8002:172.18.0.2:8000/tcp: address already in use",
      SORTIE_CONTAINERS_PORT_TAKEN, "8002" },
    { "permission denied while trying to connect to the Docker daemon socket at "
      "unix:///var/run/docker.sock: Get \"http://%2Fvar%2Frun%2Fdocker.sock/v1.45/version\": dial unix "
      "/var/run/docker.sock: connect: permission denied",
      SORTIE_CONTAINERS_DENIED, NULL },
    { "Cannot connect to the Docker daemon at tcp://127.0.0.1:2375. Is the docker daemon running?",
      SORTIE_CONTAINERS_NOT_RUNNING, NULL },
    { "dial unix /var/run/docker.sock: connect: permission denied", SORTIE_CONTAINERS_DENIED,
      NULL },
    { "failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is "
      "correct and if the daemon is running",
      SORTIE_CONTAINERS_NOT_RUNNING, NULL },
    { "Error: potentially insufficient UIDs or GIDs available in user namespace (requested 0:42 for "
      "/etc/shadow): Check /etc/subuid and /etc/subgid",
      SORTIE_CONTAINERS_NO_SUBIDS, NULL },
    { "Error: manifest unknown: manifest unknown", SORTIE_CONTAINERS_NO_IMAGE, NULL },
    { "pull access denied for sortie-backend, repository does not exist",
      SORTIE_CONTAINERS_NO_IMAGE, NULL },
    { "mkdir /var/lib/docker/x: No Space Left On Device", SORTIE_CONTAINERS_DISK_FULL, NULL },
    { "something else entirely", SORTIE_CONTAINERS_FAILED, NULL },
    { "", SORTIE_CONTAINERS_FAILED, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *port = sortie_containers_trouble_dup_port (cases[i].words);

      g_assert_cmpint (sortie_containers_trouble_from_words (cases[i].words,
                                                             SORTIE_CONTAINERS_FAILED),
                       ==, cases[i].trouble);
      g_assert_cmpstr (port, ==, cases[i].port);
    }
}

/* Each trouble has words of its own, whatever is known of it. */
static void
test_errors (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int trouble = SORTIE_CONTAINERS_SANDBOX; trouble <= SORTIE_CONTAINERS_FAILED; trouble++)
    {
      g_autoptr (SortieContainersFailure) bare =
          sortie_containers_failure_new ((SortieContainersTrouble) trouble, NULL, NULL);
      g_autoptr (SortieContainersFailure) full =
          sortie_containers_failure_new ((SortieContainersTrouble) trouble, "100% of %s",
                                         "say\nso");
      g_autoptr (GError) error = sortie_containers_failure_to_error (bare);
      g_autoptr (GError) more = sortie_containers_failure_to_error (full);

      g_assert_true (g_hash_table_add (seen, g_strdup (error->message)));
      g_assert_null (strstr (error->message, "%"));
      g_assert_true (g_str_has_suffix (more->message, "; it said:\nsay\nso"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compose-file/expand", test_expand);
  g_test_add_func ("/compose-file/services", test_services);
  g_test_add_func ("/compose-file/own-file", test_own_file);
  g_test_add_func ("/compose-file/any-cut", test_any_cut);
  g_test_add_func ("/containers-trouble/words", test_words);
  g_test_add_func ("/containers-trouble/errors", test_errors);

  return g_test_run ();
}
