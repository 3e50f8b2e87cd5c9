/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diagram-fixture.h"

#include "sortie-error.h"

#include <glib/gstdio.h>
#include <signal.h>

typedef struct
{
  SortieDiagramLayout *layout;
  GError *error;
  gboolean called;
} Answer;

static void
layout_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  answer->layout = sortie_diagram_layout_finish (result, &answer->error);
  answer->called = TRUE;
}

static void
ask (const SortieLayoutRequest *request, GCancellable *cancellable, Answer *answer)
{
  *answer = (Answer){ 0 };
  sortie_diagram_layout_async (request, cancellable, layout_cb, answer);
  g_assert_false (answer->called);
  while (!answer->called)
    g_main_context_iteration (NULL, TRUE);
}

/* `fan`: links a box; they go to boxes a pseudo-random way on. */
static SortieLayoutRequest *
make_request (guint n_boxes, guint n_links)
{
  SortieLayoutRequest *request = sortie_layout_request_new (n_boxes, n_links);

  for (guint i = 0; i < n_boxes; i++)
    request->boxes[i] = (SortieLayoutBox){ 110, 50, { 0, 0 } };
  for (guint i = 0; i < n_links; i++)
    request->links[i] =
        (SortieLayoutLink){ i % n_boxes, (i * 7 + i / n_boxes * 13 + 1) % n_boxes, 40, 12 };
  return request;
}

static void
test_same (void)
{
  g_autoptr (SortieTopology) topology = diagram_fixture_read ("topology-llm.json");
  g_autoptr (SortieLayoutRequest) request = diagram_fixture_request (topology, 112, 58);
  g_autoptr (SortieDiagramLayout) here = sortie_diagram_layout_run (request, NULL);
  Answer answer;

  ask (request, NULL, &answer);
  g_assert_no_error (answer.error);
  diagram_fixture_check (request, answer.layout);
  for (guint i = 0; i < request->n_boxes; i++)
    {
      g_assert_cmpfloat_with_epsilon (answer.layout->centers[i].x, here->centers[i].x, 0.001);
      g_assert_cmpfloat_with_epsilon (answer.layout->centers[i].y, here->centers[i].y, 0.001);
    }
  sortie_diagram_layout_free (answer.layout);
}

static void
test_large (void)
{
  g_autoptr (SortieLayoutRequest) request = make_request (SORTIE_LAYOUT_MAX_BOXES, 600);
  Answer answer;
  gint64 start = g_get_monotonic_time ();

  g_assert_true (sortie_diagram_layout_is_large (request));
  ask (request, NULL, &answer);
  g_test_message ("%u boxes, %u links: %.0f ms", request->n_boxes, request->n_links,
                  (double) (g_get_monotonic_time () - start) / 1000);
  g_assert_no_error (answer.error);
  diagram_fixture_check (request, answer.layout);
  sortie_diagram_layout_free (answer.layout);
}

static void
test_cancelled (void)
{
  g_autoptr (SortieLayoutRequest) request =
      make_request (SORTIE_LAYOUT_MAX_BOXES, SORTIE_LAYOUT_MAX_LINKS);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answer answer = { 0 };

  sortie_diagram_layout_async (request, cancellable, layout_cb, &answer);
  g_cancellable_cancel (cancellable);
  while (!answer.called)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (answer.layout);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_error_free (answer.error);
}

static void
write_script (const char *folder, const char *script)
{
  g_autofree char *path = g_build_filename (folder, "sortie-layout", NULL);

  g_assert_true (g_file_set_contents_full (path, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
}

/* A helper that is not there, fails, babbles, or answers another question. */
static void
test_bad_helpers (void)
{
  static const struct
  {
    const char *script;
    int code;
  } cases[] = {
    { "#!/bin/sh\ncat >/dev/null\nexit 1\n", SORTIE_ERROR_FAILED },
    { "#!/bin/sh\nkill -9 $$\n", SORTIE_ERROR_FAILED },
    { "#!/bin/sh\ncat >/dev/null\necho hello\n", SORTIE_ERROR_PROTOCOL },
    { "#!/bin/sh\ncat >/dev/null\n", SORTIE_ERROR_PROTOCOL },
    { "#!/bin/sh\ncat >/dev/null\nprintf 'places 1 0 10 10\\n1 1\\nend\\n'\n",
      SORTIE_ERROR_PROTOCOL },
  };
  g_autoptr (SortieLayoutRequest) request = make_request (5, 5);
  g_autofree char *folder = g_dir_make_tmp ("sortie-layout-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "sortie-layout", NULL);
  Answer answer;

  g_setenv ("SORTIE_LIBEXEC_DIR", folder, TRUE);
  ask (request, NULL, &answer);
  g_assert_error (answer.error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
  g_error_free (answer.error);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      write_script (folder, cases[i].script);
      ask (request, NULL, &answer);
      g_assert_null (answer.layout);
      g_assert_nonnull (answer.error);
      /* Where it ends without reading, writing to it may be what fails. */
      if (i != 1)
        g_assert_error (answer.error, SORTIE_ERROR, cases[i].code);
      g_error_free (answer.error);
    }
  g_unsetenv ("SORTIE_LIBEXEC_DIR");
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  signal (SIGPIPE, SIG_IGN); /* as in the application: a helper may end before it has read all */
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/layout-helper/same", test_same);
  g_test_add_func ("/layout-helper/large", test_large);
  g_test_add_func ("/layout-helper/cancelled", test_cancelled);
  g_test_add_func ("/layout-helper/bad-helpers", test_bad_helpers);
  return g_test_run ();
}
