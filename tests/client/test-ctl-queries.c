/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#define OTHER "1b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11"
#define EVENTS "GET /missions/" MISSION "/events"

/* --- missions --- */

static void
test_list (void)
{
  const CtlAnswer answers[] = {
    { "GET /missions?status=failed&limit=3&cursor=n%261", 0, NULL,
      "{\"missions\":[{\"mission_id\":\"" OTHER "\",\"state\":\"failed\",\"mission\":\"Text\"}],"
      "\"next\":null}" },
    { "GET /missions?status=failed&limit=5", 0, NULL,
      "{\"missions\":[{\"mission_id\":\"" MISSION
      "\",\"state\":\"failed\",\"created\":\"x\",\"title\":\"A \\u001b[31mtitle\\nof two "
      "lines\"},7,{\"mission_id\":8}],\"next\":\"n&1\"}" },
    { NULL },
  };
  g_autoptr (CtlResult) result =
      ctl_run (answers, NULL, "list", "--status", "failed", "--limit", "5", NULL);

  g_assert_cmpint (result->code, ==, SORTIE_CTL_OK);
  g_assert_nonnull (
      strstr (result->out, "ID                                    STATE   CREATED  TITLE\n"));
  g_assert_nonnull (strstr (result->out, MISSION "  failed  x        A [31mtitle of two lines\n"));
  g_assert_nonnull (strstr (result->out, OTHER "  failed           Text\n"));
}

/* A backend that always names a next page can't keep us for ever. */
static void
test_endless_pages (void)
{
  const CtlAnswer answers[] = {
    { "GET /missions?limit=20", 0, NULL,
      "{\"missions\":[{\"mission_id\":\"a\"}],\"next\":\"again\"}" },
    { "GET /missions", 0, NULL, "{\"missions\":[{\"mission_id\":\"a\"}],\"next\":\"again\"}" },
    { NULL },
  };
  const CtlAnswer empty[] = { { "GET /missions", 0, NULL, "{\"missions\":[],\"next\":\"n\"}" },
                              { NULL } };
  g_autoptr (CtlResult) result = ctl_run (answers, NULL, "list", "--json", NULL);
  g_autoptr (CtlResult) nothing = ctl_run (empty, NULL, "list", NULL);
  g_auto (GStrv) lines = g_strsplit (result->out, "\n", -1);

  g_assert_cmpint (result->code, ==, SORTIE_CTL_OK);
  g_assert_cmpuint (g_strv_length (lines), ==, 21);
  g_assert_cmpint (nothing->code, ==, SORTIE_CTL_OK);
}

static void
test_bad_list (void)
{
  const CtlAnswer answers[] = { { "GET /", 0, NULL, "{}" }, { NULL } };
  g_autoptr (CtlResult) status = ctl_run (answers, NULL, "list", "--status", "grand", NULL);
  g_autoptr (CtlResult) limit = ctl_run (answers, NULL, "list", "--limit", "-1", NULL);
  const CtlAnswer rubbish[] = { { "GET /missions", 0, NULL, "[1,2]" }, { NULL } };
  g_autoptr (CtlResult) array = ctl_run (rubbish, NULL, "list", NULL);

  g_assert_cmpint (status->code, ==, SORTIE_CTL_ERROR);
  g_assert_nonnull (strstr (status->err, "grand"));
  g_assert_cmpint (limit->code, ==, SORTIE_CTL_ERROR);
  g_assert_cmpstr (status->asked, ==, "");
  g_assert_cmpint (array->code, ==, SORTIE_CTL_ERROR);
}

static void
test_show (void)
{
  const CtlAnswer answers[] = {
    { "GET /missions/" MISSION, 0, NULL,
      "{\"mission_id\":\"" MISSION "\",\"mission\":\"Why?\",\"state\":\"partial\","
      "\"collections\":[{\"name\":\"c\",\"generation\":3},\"d\"],\"retry_of\":\"" OTHER "\","
      "\"steps\":[{\"step\":1,\"agent\":\"planner\",\"state\":\"done\",\"attempts\":1,"
      "\"started\":\"2024-05-01T10:00:00.000Z\",\"ended\":\"2024-05-01T10:00:00.012Z\"},"
      "{\"step\":\"two\",\"agent\":null}]}" },
    { NULL },
  };
  g_autoptr (CtlResult) result = ctl_run (answers, NULL, "show", MISSION, NULL);
  g_autoptr (CtlResult) json = ctl_run (answers, NULL, "show", MISSION, "--json", NULL);

  g_assert_cmpint (result->code, ==, SORTIE_CTL_OK);
  g_assert_nonnull (strstr (result->out, "collections  c, d\n"));
  g_assert_nonnull (strstr (result->out, "retry of     " OTHER "\n"));
  g_assert_nonnull (strstr (result->out, "   1  planner  done          1  12 ms  \n"));
  g_assert_true (g_str_has_prefix (json->out, "{\"mission_id\""));
}

static void
test_report (void)
{
  const CtlAnswer answers[] = {
    { "GET /missions/" MISSION "/report?format=html", 0, NULL, "# not really html" },
    { "GET /missions/" MISSION "/report", 0, NULL, "# Raw \033[31m bytes\r\n" },
    { NULL },
  };
  g_autoptr (CtlResult) markdown = ctl_run (answers, NULL, "report", MISSION, NULL);
  g_autoptr (CtlResult) html = ctl_run (answers, NULL, "report", "--html", MISSION, NULL);

  g_assert_cmpstr (markdown->out, ==, "# Raw \033[31m bytes\r\n");
  g_assert_cmpstr (html->out, ==, "# not really html");
}

static void
test_actions (void)
{
  const CtlAnswer answers[] = {
    { "POST /missions/" MISSION "/cancel", 0, "202 Accepted", "{}" },
    { "POST /missions/" MISSION "/retry", 0, "202 Accepted", "{\"mission_id\":\"" OTHER "\"}" },
    { "DELETE /missions/" MISSION, 0, "409 Conflict", "{\"detail\":\"it still runs\"}" },
    { "DELETE /dead-letters/7-0", 0, "200 OK", "{}" },
    { "GET /dead-letters", 0, NULL,
      "{\"dead_letters\":[{\"id\":\"7-0\",\"mission_id\":\"" MISSION
      "\",\"step\":2,\"agent\":\"retriever\",\"attempts\":4,\"error\":\"no index\"}]}" },
    { NULL },
  };
  g_autoptr (CtlResult) cancel = ctl_run (answers, NULL, "cancel", MISSION, NULL);
  g_autoptr (CtlResult) retry = ctl_run (answers, NULL, "retry", MISSION, NULL);
  g_autoptr (CtlResult) removed = ctl_run (answers, NULL, "delete", MISSION, NULL);
  g_autoptr (CtlResult) letters = ctl_run (answers, NULL, "dead-letters", NULL);
  g_autoptr (CtlResult) discard = ctl_run (answers, NULL, "dead-letters", "discard", "7-0", NULL);
  g_autoptr (CtlResult) wrong = ctl_run (answers, NULL, "dead-letters", "burn", "7-0", NULL);

  g_assert_cmpint (cancel->code, ==, SORTIE_CTL_OK);
  g_assert_cmpstr (retry->out, ==, OTHER "\n");
  g_assert_cmpint (removed->code, ==, SORTIE_CTL_ERROR);
  g_assert_cmpstr (removed->err, ==, "sortiectl: it still runs\n");
  g_assert_nonnull (
      strstr (letters->out, "7-0  " MISSION "     2  retriever         4        no index\n"));
  g_assert_cmpint (discard->code, ==, SORTIE_CTL_OK);
  g_assert_cmpint (wrong->code, ==, SORTIE_CTL_ERROR);
  g_assert_cmpstr (wrong->asked, ==, "");
}

/* --- search --- */

#define FOUND(score, title)                                                                        \
  "{\"rank\":1,\"score\":" score ",\"document\":\"d\",\"uri\":\"file:///f\",\"title\":\"" title    \
  "\",\"passage\":2,\"page\":3,\"snippet\":\"some\\ntext\"}"

static void
test_search (void)
{
  const CtlAnswer answers[] = {
    { "GET /collections/a/search?q=why%3F&limit=3", 0, NULL,
      "{\"results\":[" FOUND ("2.5", "first") "," FOUND ("1", "third") "]}" },
    { "GET /collections/b%20c/search?q=why%3F&limit=3", 0, NULL,
      "{\"results\":[" FOUND ("2", "second") "," FOUND ("0.5", "last") "]}" },
    { "GET /collections", 0, NULL, "{\"collections\":[{\"name\":\"a\"},{\"name\":\"b c\"}]}" },
    { NULL },
  };
  g_autoptr (CtlResult) result = ctl_run (answers, NULL, "search", "why?", "--limit", "3", NULL);
  g_autoptr (CtlResult) json = ctl_run (answers, NULL, "search", "why?", "--limit", "3", "--json",
                                        "--collection", "a", NULL);

  g_assert_cmpint (result->code, ==, SORTIE_CTL_OK);
  g_assert_cmpstr (result->out, ==,
                   " 1. first\n    file:///f, p. 3  [2.50, d passage 2]\n    some text\n"
                   " 2. second\n    file:///f, p. 3  [2.00, d passage 2]\n    some text\n"
                   " 3. third\n    file:///f, p. 3  [1.00, d passage 2]\n    some text\n");
  g_assert_true (g_str_has_prefix (json->out, "{\"rank\":1,"));
  g_assert_null (strstr (json->asked, "GET /collections\n"));
}

static void
test_bad_search (void)
{
  const CtlAnswer none[] = { { "GET /collections", 0, NULL, "{\"collections\":[]}" }, { NULL } };
  g_autoptr (CtlResult) nothing = ctl_run (none, NULL, "search", "x", NULL);
  g_autoptr (CtlResult) unit = ctl_run (none, NULL, "search", "x", "--by", "page", NULL);
  g_autoptr (CtlResult) unknown = ctl_run (none, NULL, "search", "x", "--collection", "y", NULL);

  g_assert_cmpint (nothing->code, ==, SORTIE_CTL_ERROR);
  g_assert_nonnull (strstr (nothing->err, "collections add"));
  g_assert_cmpint (unit->code, ==, SORTIE_CTL_ERROR);
  g_assert_cmpint (unknown->code, ==, SORTIE_CTL_OK);
}

/* --- verify --- */

#define SNAPSHOT(state)                                                                            \
  {                                                                                                \
    "GET /missions/" MISSION, 0, NULL, "{\"state\":\"" state "\"}"                                 \
  }
#define PASSAGE(number, start, end, text)                                                          \
  {                                                                                                \
    "GET /documents/d-1/passages/" number, 0, NULL,                                                \
        "{\"document\":\"d-1\",\"passage\":" number ",\"start\":" start ",\"end\":" end            \
        ",\"text\":\"" text "\"}"                                                                  \
  }
#define SOURCE(n, passage, start, end, quote)                                                      \
  "{\"n\":" n ",\"document\":\"d-1\",\"passage\":" passage ",\"start\":" start ",\"end\":" end     \
  ",\"quote\":\"" quote "\"}"
#define VERIFIED(report, sources)                                                                  \
  CTL_CHUNK ("1-0", "1", "0", report)                                                              \
  CTL_FRAME ("2-0", "status", "draft.completed", "Written",                                        \
             ",\"data\":{\"draft\":1,\"sources\":[" sources "]}")                                  \
  CTL_DONE ("3-0", "completed")
#define REPORT "# T\\nGold shines. [1] It is heavy. [2]\\n## Sources\\n[1] A\\n[2] B\\n"
#define REPORT_BYTES "# T\nGold shines. [1] It is heavy. [2]\n## Sources\n[1] A\n[2] B\n"
#define PASSAGES                                                                                   \
  PASSAGE ("1", "0", "13", "Gold shines. "), PASSAGE ("2", "13", "25", "It is heavy."),            \
      PASSAGE ("3", "40", "44", "Far.")

static void
test_verify (void)
{
  static const struct
  {
    const char *stream;
    const char *report;
    int code;
    const char *says;
  } cases[] = {
    { VERIFIED (REPORT, SOURCE ("1", "1", "0", "12",
                                "Gold shines.") "," SOURCE ("2", "2", "13", "25", "It is heavy.")),
      REPORT_BYTES, SORTIE_CTL_OK, "checked 2 sources and 2 citations: all hold" },
    /* A quote over two passages, and one that does not begin with its passage. */
    { VERIFIED (REPORT, SOURCE ("1", "1", "5", "18", "shines. It is") "," SOURCE ("2", "2", "16",
                                                                                  "18", "is")),
      REPORT_BYTES, SORTIE_CTL_OK, "all hold" },
    { VERIFIED (REPORT, SOURCE ("1", "1", "0", "12",
                                "Gold shimmers") "," SOURCE ("2", "2", "13", "25", "It is heavy.")),
      REPORT_BYTES, SORTIE_CTL_FAILED, "[1] “Gold shimmers” does not stand in d-1" },
    { VERIFIED (REPORT, SOURCE ("1", "1", "1", "13",
                                "Gold shines.") "," SOURCE ("2", "2", "13", "25", "It is heavy.")),
      REPORT_BYTES, SORTIE_CTL_FAILED, "[1] “Gold shines.” does not stand" },
    { VERIFIED (REPORT, SOURCE ("1", "2", "0", "12",
                                "Gold shines.") "," SOURCE ("2", "3", "13", "25", "It is heavy.")),
      REPORT_BYTES, SORTIE_CTL_FAILED, "2 do not hold" },
    { VERIFIED (REPORT, SOURCE ("1", "9", "0", "12", "Gold shines.") "," SOURCE ("2", "2", "20",
                                                                                 "99999999", "It")),
      REPORT_BYTES, SORTIE_CTL_FAILED, "[1] “Gold shines.”: d-1: nothing of that name" },
    { VERIFIED (REPORT,
                SOURCE ("1", "1", "-5", "-1", "Gold") "," SOURCE ("2", "2", "20", "14", "It")),
      REPORT_BYTES, SORTIE_CTL_FAILED, "2 do not hold" },
    { VERIFIED (REPORT, SOURCE ("1", "1", "0", "12", "Gold shines.")), REPORT_BYTES,
      SORTIE_CTL_FAILED, "[2] is cited, but there is no such source" },
    { VERIFIED (REPORT, SOURCE ("1", "1", "0", "12", "Gold shines.") "," SOURCE (
                            "2", "2", "13", "25", "It is heavy.") ",{\"n\":3}"),
      REPORT_BYTES, SORTIE_CTL_FAILED, "[3] is a source that nothing in the report cites" },
    { VERIFIED (REPORT, SOURCE ("1", "1", "0", "12",
                                "Gold shines.") "," SOURCE ("2", "2", "13", "25", "It is heavy.")),
      "# Another report [1][2]\n## Sources\n[1] A\n[2] B\n", SORTIE_CTL_FAILED,
      "is not what was streamed" },
    { VERIFIED ("# Nothing\\n", ""), "# Nothing\n", SORTIE_CTL_OK,
      "checked 0 sources and 0 citations" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const CtlAnswer answers[] = {
        { EVENTS, 0, NULL, cases[i].stream },
        { "GET /missions/" MISSION "/report", 0, NULL, cases[i].report },
        SNAPSHOT ("completed"),
        PASSAGES,
        { NULL },
      };
      g_autoptr (CtlResult) result = ctl_run (answers, NULL, "verify", MISSION, NULL);

      if (result->code != cases[i].code || strstr (result->out, cases[i].says) == NULL)
        g_error ("case %zu ended %d with “%s” and “%s”", i, result->code, result->out, result->err);
    }
}

static void
test_verify_refused (void)
{
  const CtlAnswer running[] = { SNAPSHOT ("running"), { NULL } };
  const CtlAnswer broken[] = { { EVENTS, 0, "500 Internal Server Error", "{}" },
                               SNAPSHOT ("completed"),
                               { NULL } };
  g_autoptr (CtlResult) early = ctl_run (running, NULL, "verify", MISSION, NULL);
  g_autoptr (CtlResult) failed = ctl_run (broken, NULL, "verify", MISSION, NULL);

  g_assert_cmpint (early->code, ==, SORTIE_CTL_ERROR);
  g_assert_nonnull (strstr (early->err, "running"));
  g_assert_cmpint (failed->code, ==, SORTIE_CTL_ERROR);
}

/* --- the system --- */

static void
test_topology (void)
{
  const CtlAnswer answers[] = {
    { "GET /topology", 0, NULL,
      "{\"revision\":1,\"nodes\":[{\"id\":\"retriever\",\"kind\":\"agent\",\"label\":\"Retriever\","
      "\"state\":\"active\",\"workers\":2,\"queued\":3,\"in_flight\":1,\"oldest_ms\":1500,"
      "\"done\":7,\"failed\":0}],\"edges\":[{\"from\":\"system\",\"to\":\"retriever\","
      "\"label\":\"dispatch\"}]}" },
    { NULL },
  };
  g_autoptr (CtlResult) result = ctl_run (answers, NULL, "topology", NULL);

  g_assert_cmpint (result->code, ==, SORTIE_CTL_OK);
  g_assert_nonnull (strstr (result->out, "1.5 s"));
  g_assert_nonnull (strstr (result->out, "system  retriever  dispatch\n"));
}

static void
test_backend_status (void)
{
  const CtlAnswer ready[] = { { "GET /readyz", 0, NULL, "{}" },
                              { "GET /", 0, NULL, "{\"version\":\"9.9\",\"llm\":\"degraded\"}" },
                              { NULL } };
  const CtlAnswer unready[] = {
    { "GET /readyz", 0, "503 Service Unavailable", "{\"detail\":\"no worker for writer\"}" },
    { "GET /", 0, NULL, "{}" },
    { NULL },
  };
  g_autoptr (CtlResult) good = ctl_run (ready, NULL, "backend", NULL);
  g_autoptr (CtlResult) bad = ctl_run (unready, NULL, "backend", "status", NULL);
  g_autoptr (CtlResult) up = ctl_run (ready, NULL, "backend", "up", NULL);

  g_assert_cmpint (good->code, ==, SORTIE_CTL_OK);
  g_assert_nonnull (strstr (good->out, "version   9.9\nllm       degraded\nstate     ready\n"));
  g_assert_cmpint (bad->code, ==, SORTIE_CTL_ERROR);
  g_assert_nonnull (strstr (bad->err, "no worker for writer"));
  g_assert_cmpint (up->code, ==, SORTIE_CTL_ERROR);
}

/* --- the token --- */

static void
test_token_file (void)
{
  static const struct
  {
    const char *content;
    int code;
  } cases[] = {
    { "good-token\n", SORTIE_CTL_OK },  { "  good-token  ", SORTIE_CTL_OK },
    { "", SORTIE_CTL_ERROR },           { "two tokens\n", SORTIE_CTL_ERROR },
    { "one\ntwo\n", SORTIE_CTL_ERROR }, { "tok\xff", SORTIE_CTL_ERROR },
  };
  const CtlAnswer answers[] = { { "GET /topology", 0, NULL, "{}" }, { NULL } };
  g_autofree char *folder = g_dir_make_tmp ("sortie-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "token", NULL);
  g_autofree char *huge = g_strnfill (10000, 'x');
  g_autoptr (CtlResult) missing = ctl_run (answers, NULL, "topology", "--token-file", path, NULL);
  g_autoptr (CtlResult) too_long = NULL;

  g_assert_cmpint (missing->code, ==, SORTIE_CTL_ERROR);
  g_assert_nonnull (strstr (missing->err, path));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CtlResult) result = NULL;

      g_assert_true (g_file_set_contents (path, cases[i].content, -1, NULL));
      result = ctl_run (answers, NULL, "topology", "--token-file", path, NULL);
      g_assert_cmpint (result->code, ==, cases[i].code);
      if (cases[i].code != SORTIE_CTL_OK)
        {
          g_assert_nonnull (strstr (result->err, "token"));
          g_assert_null (strstr (result->err, "tokens\n"));
          g_assert_cmpstr (result->asked, ==, "");
        }
    }
  g_assert_true (g_file_set_contents (path, huge, -1, NULL));
  too_long = ctl_run (answers, NULL, "topology", "--token-file", path, NULL);
  g_assert_cmpint (too_long->code, ==, SORTIE_CTL_ERROR);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("REDIS_URL", "unix:///nonexistent", TRUE); /* so that no .env is read */
  g_unsetenv ("SORTIE_TOKEN");
  g_test_add_func ("/ctl/queries/list", test_list);
  g_test_add_func ("/ctl/queries/endless-pages", test_endless_pages);
  g_test_add_func ("/ctl/queries/bad-list", test_bad_list);
  g_test_add_func ("/ctl/queries/show", test_show);
  g_test_add_func ("/ctl/queries/report", test_report);
  g_test_add_func ("/ctl/queries/actions", test_actions);
  g_test_add_func ("/ctl/queries/search", test_search);
  g_test_add_func ("/ctl/queries/bad-search", test_bad_search);
  g_test_add_func ("/ctl/queries/verify", test_verify);
  g_test_add_func ("/ctl/queries/verify-refused", test_verify_refused);
  g_test_add_func ("/ctl/queries/topology", test_topology);
  g_test_add_func ("/ctl/queries/backend-status", test_backend_status);
  g_test_add_func ("/ctl/queries/token-file", test_token_file);
  return g_test_run ();
}
