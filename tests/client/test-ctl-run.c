/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#define SUBMITTED                                                                                  \
  {                                                                                                \
    "POST /missions", 0, "202 Accepted", "{\"mission_id\":\"" MISSION "\"}"                        \
  }
#define EVENTS "GET /missions/" MISSION "/events"

#define COMPLETED_DRAFT(id)                                                                        \
  CTL_FRAME (id, "status", "draft.completed", "Written",                                           \
             ",\"data\":{\"draft\":2,\"sources\":[{\"n\":1},{\"n\":2}]}")
/* A first draft that broke off, and the second one, which is the report. */
#define TWO_DRAFTS                                                                                 \
  CTL_CHUNK ("1-0", "1", "0", "# Broken\\nThis will ne")                                           \
  CTL_CHUNK ("2-0", "2", "0", "# Whole\\n")                                                        \
  CTL_CHUNK ("3-0", "2", "8", "Text. [1]\\n") COMPLETED_DRAFT ("4-0")

/* --- run --- */

/* Into a pipe goes the report and nothing else: neither a splice nor a trace of the first draft. */
static void
test_report (void)
{
  const CtlAnswer answers[] = { SUBMITTED,
                                { EVENTS, 0, NULL, TWO_DRAFTS CTL_DONE ("9-0", "completed") },
                                { NULL } };
  g_autoptr (CtlResult) result = ctl_run (answers, NULL, "run", "Why?", "--words", "300", NULL);

  g_assert_cmpint (result->code, ==, SORTIE_CTL_OK);
  g_assert_cmpstr (result->out, ==, "# Whole\nText. [1]\n");
  g_assert_nonnull (strstr (result->err, "completed in"));
  g_assert_nonnull (strstr (result->err, "2 sources"));
  g_assert_null (strstr (result->err, "\033"));
  g_assert_cmpstr (result->asked, ==,
                   "POST /missions {\"mission\":\"Why?\",\"options\":{\"words\":300}}\n"
                   "GET /missions/" MISSION "/events\n");
}

/* The last line tells whose words the report is in, and how many of them stand on little. */
static void
test_model (void)
{
  static const struct
  {
    const char *events;
    const char *says;
  } cases[] = {
    { CTL_CHUNK ("1-0", "1", "0", "# Whole [1]\\n")
          CTL_FRAME ("2-0", "status", "draft.completed", "Written",
                     ",\"data\":{\"draft\":1,\"written_by\":\"llm\",\"sources\":[{\"n\":1}],"
                     "\"unsupported\":[{\"start\":0,\"end\":7}]}"),
      "; written by a language model; 1 sentence shares little with what it cites\n" },
    { CTL_CHUNK ("1-0", "1", "0", "# Broken\\nThis will ne")
          CTL_FRAME ("2-0", "status", "llm.fallback", "It failed", "")
              CTL_CHUNK ("3-0", "2", "0", "# Whole\\n")
                  CTL_FRAME ("4-0", "status", "draft.completed", "Written",
                             ",\"data\":{\"draft\":2,\"written_by\":\"deterministic\","
                             "\"sources\":[]}"),
      "; written without the language model, which failed\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *events = g_strconcat (cases[i].events, CTL_DONE ("9-0", "completed"), NULL);
      const CtlAnswer answers[] = { SUBMITTED, { EVENTS, 0, NULL, events }, { NULL } };
      g_autoptr (CtlResult) result = ctl_run (answers, NULL, "run", "Why?", NULL);

      g_assert_cmpint (result->code, ==, SORTIE_CTL_OK);
      g_assert_nonnull (strstr (result->err, cases[i].says));
    }
}

static void
test_outcomes (void)
{
  static const struct
  {
    const char *done;
    int code;
    gboolean prints;
    const char *says;
  } cases[] = {
    { CTL_DONE ("9-0", "completed"), SORTIE_CTL_OK, TRUE, "completed" },
    { CTL_DONE ("9-0", "partial"), SORTIE_CTL_PARTIAL, TRUE, "partial" },
    { CTL_DONE ("9-0", "failed"), SORTIE_CTL_FAILED, FALSE, "The end." },
    { CTL_DONE ("9-0", "cancelled"), SORTIE_CTL_CANCELLED, FALSE, "kept: sortiectl show " MISSION },
    { CTL_DONE ("9-0", "nonsense"), SORTIE_CTL_FAILED, FALSE, "failed" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *stream = g_strconcat (TWO_DRAFTS, cases[i].done, NULL);
      const CtlAnswer answers[] = { { EVENTS, 0, NULL, stream }, { NULL } };
      g_autoptr (CtlResult) result = ctl_run (answers, NULL, "watch", MISSION, NULL);

      g_assert_cmpint (result->code, ==, cases[i].code);
      g_assert_cmpstr (result->out, ==, cases[i].prints ? "# Whole\nText. [1]\n" : "");
      g_assert_nonnull (strstr (result->err, cases[i].says));
    }
}

/* The stream breaks off in mid-draft and comes again, from there and from the start. */
static void
test_broken_stream (void)
{
  const CtlAnswer answers[] = {
    SUBMITTED,
    { EVENTS, 1, NULL, CTL_CHUNK ("1-0", "1", "0", "# One\\n") "id: 2-0\ndata: {\"type\":" },
    { EVENTS, 1, NULL,
      CTL_FRAME ("9-9", "status", "stream.reset", "gone", "")
          CTL_CHUNK ("1-0", "1", "0", "# One\\n") },
    { EVENTS, 0, NULL,
      CTL_CHUNK ("1-0", "1", "0", "# One\\n") CTL_CHUNK ("2-0", "1", "6", "Two\\n")
          CTL_DONE ("9-0", "completed") },
    { NULL },
  };
  g_autoptr (CtlResult) result = ctl_run (answers, NULL, "run", "Why?", NULL);

  g_assert_cmpint (result->code, ==, SORTIE_CTL_OK);
  g_assert_cmpstr (result->out, ==, "# One\nTwo\n");
}

static void
test_json (void)
{
  const CtlAnswer answers[] = { SUBMITTED,
                                { EVENTS, 0, NULL, TWO_DRAFTS CTL_DONE ("9-0", "completed") },
                                { NULL } };
  g_autoptr (CtlResult) result = ctl_run (answers, NULL, "run", "Why?", "--json", NULL);
  g_auto (GStrv) lines = g_strsplit (result->out, "\n", -1);

  g_assert_cmpint (result->code, ==, SORTIE_CTL_OK);
  g_assert_cmpuint (g_strv_length (lines), ==, 6);
  for (int i = 0; i < 5; i++)
    g_assert_true (g_str_has_prefix (lines[i], "{\"type\":") && g_str_has_suffix (lines[i], "}"));
  g_assert_nonnull (strstr (lines[4], "\"outcome\":\"completed\""));
}

static void
test_standard_input (void)
{
  const CtlAnswer answers[] = { SUBMITTED,
                                { EVENTS, 0, NULL, CTL_DONE ("9-0", "completed") },
                                { NULL } };
  g_autoptr (CtlResult) result = ctl_run (answers, "Why\nnot?\n", "run", "-", NULL);

  g_assert_cmpint (result->code, ==, SORTIE_CTL_OK);
  g_assert_nonnull (strstr (result->asked, "{\"mission\":\"Why\\nnot?\\n\"}"));
}

static void
test_bad_missions (void)
{
  g_autofree char *huge = g_strnfill (100 * 1024, 'x');
  const char *const inputs[] = { "", "  \n ", "bad \xff", huge };
  const CtlAnswer answers[] = { SUBMITTED, { NULL } };

  for (gsize i = 0; i < G_N_ELEMENTS (inputs); i++)
    {
      g_autoptr (CtlResult) result = ctl_run (answers, inputs[i], "run", "-", NULL);

      g_assert_cmpint (result->code, ==, SORTIE_CTL_ERROR);
      g_assert_cmpstr (result->out, ==, "");
      g_assert_nonnull (strstr (result->err, "mission"));
      g_assert_cmpstr (result->asked, ==, "");
    }
}

/* The answer was lost: asked again under the same key, it is the same mission. */
static void
test_submitted_once (void)
{
  const CtlAnswer answers[] = {
    { "POST /missions", 1, "503 Service Unavailable", "{\"detail\":\"busy\"}" }, SUBMITTED, { NULL }
  };
  const CtlAnswer busy[] = {
    { "POST /missions", 0, "503 Service Unavailable", "{\"detail\":\"Redis is full\"}" }, { NULL }
  };
  g_autoptr (CtlResult) result = ctl_run (answers, NULL, "submit", "Why?", NULL);
  g_autoptr (CtlResult) refused = ctl_run (busy, NULL, "submit", "Why?", NULL);

  g_assert_cmpint (result->code, ==, SORTIE_CTL_OK);
  g_assert_cmpstr (result->out, ==, MISSION "\n");
  g_assert_cmpstr (result->err, ==, "");
  g_assert_cmpint (refused->code, ==, SORTIE_CTL_ERROR);
  g_assert_cmpstr (refused->err, ==, "sortiectl: Redis is full\n");
}

static void
test_connection_errors (void)
{
  const CtlAnswer none[] = { { NULL } };
  const CtlAnswer gone[] = { { EVENTS, 0, "503 Service Unavailable", "{}" }, { NULL } };
  g_autoptr (CtlResult) unknown = ctl_run (none, NULL, "watch", MISSION, NULL);
  g_autoptr (CtlResult) no_id = ctl_run (none, NULL, "watch", "../../etc", NULL);
  g_autoptr (CtlResult) nobody =
      ctl_run (none, NULL, "--backend", "http://127.0.0.1:1", "watch", MISSION, NULL);
  g_autoptr (CtlResult) unavailable = ctl_run (gone, NULL, "watch", MISSION, NULL);

  g_assert_cmpint (unknown->code, ==, SORTIE_CTL_ERROR);
  g_assert_nonnull (strstr (unknown->err, MISSION));
  g_assert_cmpint (no_id->code, ==, SORTIE_CTL_ERROR);
  g_assert_cmpstr (no_id->asked, ==, "");
  g_assert_cmpint (nobody->code, ==, SORTIE_CTL_ERROR);
  g_assert_nonnull (strstr (nobody->err, "http://127.0.0.1:1"));
  g_assert_cmpint (unavailable->code, ==, SORTIE_CTL_ERROR);
}

/* --- run --documents --- */

static void
test_documents (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sortie-XXXXXX", NULL);
  g_autofree char *first = g_build_filename (folder, "a", "papers", NULL);
  g_autofree char *second = g_build_filename (folder, "b", "papers", NULL);
  g_autofree char *known =
      g_strdup_printf ("{\"collections\":[{\"name\":\"mine\",\"folders\":[\"%s\"]},"
                       "{\"name\":\"papers\",\"folders\":[\"/other/papers\"]},"
                       "{\"name\":\"wide\",\"folders\":[\"%s\",\"/more\"]}]}",
                       first, second);
  const CtlAnswer answers[] = {
    { "GET /collections/", 1, NULL, "{\"indexing\":true}" },
    { "GET /collections/", 0, NULL, "{\"indexing\":false,\"documents\":3,\"skipped\":1}" },
    { "GET /collections", 0, NULL, known },
    { "POST /collections/", 0, "202 Accepted", "{}" },
    { "POST /collections", 0, "201 Created", "{}" },
    SUBMITTED,
    { EVENTS, 0, NULL, CTL_DONE ("9-0", "completed") },
    { NULL },
  };
  g_autofree char *expected = NULL;
  g_autoptr (CtlResult) result = NULL;

  g_assert_cmpint (g_mkdir_with_parents (first, 0700), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (second, 0700), ==, 0);
  result = ctl_run (answers, NULL, "run", "Why?", "--documents", first, "--documents", second,
                    "--collection", "named", NULL);
  g_assert_cmpint (result->code, ==, SORTIE_CTL_OK);
  expected = g_strdup_printf (
      "GET /\n"
      "GET /collections\n"
      "POST /collections/mine/reindex\n"
      "GET /collections/mine\n"
      "GET /collections/mine\n"
      "GET /collections\n"
      "POST /collections {\"name\":\"papers-2\",\"folders\":[\"%s\"]}\n"
      "POST /collections/papers-2/reindex\n"
      "GET /collections/papers-2\n"
      "POST /missions {\"mission\":\"Why?\",\"collections\":[\"named\",\"mine\",\"papers-2\"]}\n"
      "GET /missions/" MISSION "/events\n",
      second);
  g_assert_cmpstr (result->asked, ==, expected);
  g_assert_nonnull (strstr (result->err, "could not be read"));

  g_rmdir (first);
  g_rmdir (second);
  for (const char *name = "ab"; *name != '\0'; name++)
    {
      g_autofree char *parent = g_strdup_printf ("%s/%c", folder, *name);

      g_rmdir (parent);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_missing_documents (void)
{
  const CtlAnswer answers[] = { SUBMITTED, { NULL } };
  g_autoptr (CtlResult) result =
      ctl_run (answers, NULL, "run", "Why?", "--documents", "/nonexistent/folder", NULL);

  g_assert_cmpint (result->code, ==, SORTIE_CTL_ERROR);
  g_assert_nonnull (strstr (result->err, "/nonexistent/folder"));
  g_assert_null (strstr (result->asked, "POST"));
}

static void
test_failed_index (void)
{
  const CtlAnswer answers[] = {
    { "GET /collections/", 0, NULL, "{\"indexing\":false,\"failure\":\"the disk is full\"}" },
    { "POST /collections/", 0, "202 Accepted", "{}" },
    { NULL },
  };
  g_autoptr (CtlResult) result = ctl_run (answers, NULL, "collections", "reindex", "c", NULL);

  g_assert_cmpint (result->code, ==, SORTIE_CTL_ERROR);
  g_assert_nonnull (strstr (result->err, "the disk is full"));
}

/* A backend that is not on this machine gets the files themselves. 0.0.0.0 reaches this machine
 * without being one of its loopback addresses. */
static void
test_upload (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sortie-XXXXXX", NULL);
  g_autofree char *sub = g_build_filename (folder, "sub dir", NULL);
  g_autofree char *hidden = g_build_filename (folder, ".hidden", NULL);
  g_autofree char *one = g_build_filename (folder, "one.txt", NULL);
  g_autofree char *two = g_build_filename (sub, "zwei.md", NULL);
  g_autofree char *pdf = g_build_filename (sub, "a.pdf", NULL);
  const CtlAnswer answers[] = {
    { "POST /collections/c/documents?name=sub%20dir%20-%20a.pdf", 0, "400 Bad Request",
      "{\"detail\":\"no PDF at all\"}" },
    { "GET /collections/", 0, NULL, "{\"indexing\":false,\"documents\":2}" },
    { "POST /collections", 0, "201 Created", "{}" },
    { NULL },
  };
  g_autoptr (CtlResult) result = NULL;

  g_assert_cmpint (g_mkdir (sub, 0700), ==, 0);
  g_assert_true (g_file_set_contents (one, "first", -1, NULL));
  g_assert_true (g_file_set_contents (two, "second", -1, NULL));
  g_assert_true (g_file_set_contents (pdf, "third", -1, NULL));
  g_assert_true (g_file_set_contents (hidden, "not this", -1, NULL));
  result = ctl_run_elsewhere (answers, NULL, "collections", "add", "c", folder, NULL);
  g_assert_cmpint (result->code, ==, SORTIE_CTL_OK);
  g_assert_cmpstr (result->asked, ==,
                   "POST /collections {\"name\":\"c\"}\n"
                   "POST /collections/c/documents?name=one.txt first\n"
                   "POST /collections/c/documents?name=sub%20dir%20-%20a.pdf third\n"
                   "POST /collections/c/documents?name=sub%20dir%20-%20zwei.md second\n"
                   "POST /collections/c/reindex\n"
                   "GET /collections/c\n");
  g_assert_nonnull (strstr (result->err, "no PDF at all"));

  g_unlink (one);
  g_unlink (two);
  g_unlink (pdf);
  g_unlink (hidden);
  g_rmdir (sub);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Behind a port of this machine may be a container, which sees none of its files: it says so. */
static void
test_upload_into_a_container (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sortie-XXXXXX", NULL);
  g_autofree char *one = g_build_filename (folder, "one.txt", NULL);
  const CtlAnswer answers[] = {
    { "GET /collections/", 0, NULL, "{\"indexing\":false,\"documents\":1}" },
    { "GET /", 0, NULL, "{\"name\":\"Sortie\",\"takes_paths\":false}" },
    { "POST /collections", 0, "201 Created", "{}" },
    { NULL },
  };
  g_autoptr (CtlResult) result = NULL;

  g_assert_true (g_file_set_contents (one, "first", -1, NULL));
  result = ctl_run (answers, NULL, "collections", "add", "c", folder, NULL);
  g_assert_cmpint (result->code, ==, SORTIE_CTL_OK);
  g_assert_cmpstr (result->asked, ==,
                   "GET /\n"
                   "POST /collections {\"name\":\"c\"}\n"
                   "POST /collections/c/documents?name=one.txt first\n"
                   "POST /collections/c/reindex\n"
                   "GET /collections/c\n");

  g_unlink (one);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("REDIS_URL", "unix:///nonexistent", TRUE); /* so that no .env is read */
  g_unsetenv ("SORTIE_TOKEN");
  g_test_add_func ("/ctl/run/report", test_report);
  g_test_add_func ("/ctl/run/model", test_model);
  g_test_add_func ("/ctl/run/outcomes", test_outcomes);
  g_test_add_func ("/ctl/run/broken-stream", test_broken_stream);
  g_test_add_func ("/ctl/run/json", test_json);
  g_test_add_func ("/ctl/run/standard-input", test_standard_input);
  g_test_add_func ("/ctl/run/bad-missions", test_bad_missions);
  g_test_add_func ("/ctl/run/submitted-once", test_submitted_once);
  g_test_add_func ("/ctl/run/connection-errors", test_connection_errors);
  g_test_add_func ("/ctl/run/documents", test_documents);
  g_test_add_func ("/ctl/run/missing-documents", test_missing_documents);
  g_test_add_func ("/ctl/run/failed-index", test_failed_index);
  g_test_add_func ("/ctl/run/upload", test_upload);
  g_test_add_func ("/ctl/run/upload-into-a-container", test_upload_into_a_container);
  return g_test_run ();
}
