/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl-fixture.h"

#include <string.h>

#define EVENTS "GET /missions/" MISSION "/events"

/* What is on the screen in the end: lines that were replaced are gone, sequences that clear a line
 * are carried out, and any other one is an offence. Colours are allowed where the test says so. */
static char *
dup_screen (const char *written, gboolean colours)
{
  GString *screen = g_string_new (NULL);

  for (const char *p = written; *p != '\0'; p++)
    {
      if (g_str_has_prefix (p, "\r\033[K"))
        {
          const char *feed = strrchr (screen->str, '\n');

          g_string_truncate (screen, feed != NULL ? (gsize) (feed + 1 - screen->str) : 0);
          p += strlen ("\r\033[K") - 1;
        }
      else if (colours && g_str_has_prefix (p, "\033["))
        p = strchr (p, 'm');
      else
        {
          g_assert_true ((guchar) *p >= 0x20 || *p == '\n');
          g_string_append_c (screen, *p);
        }
    }

  return g_string_free (screen, FALSE);
}

static void
test_live_report (void)
{
  const CtlAnswer answers[] = {
    { EVENTS, 0, NULL,
      CTL_CHUNK ("1-0", "1", "0", "# Title\\n") CTL_CHUNK ("2-0", "1", "8", "Text, ")
          CTL_CHUNK ("3-0", "1", "14", "more\\ttext.") CTL_DONE ("9-0", "completed") },
    { NULL },
  };
  g_autoptr (CtlResult) result = ctl_run_on_terminal (answers, NULL, "watch", MISSION, NULL);
  g_autofree char *plain = g_strdup (result->out);
  g_autofree char *screen = dup_screen (g_strdelimit (plain, "\t", ' '), TRUE);

  g_assert_cmpint (result->code, ==, SORTIE_CTL_OK);
  g_assert_true (g_str_has_prefix (screen, "# Title\nText, more text.\n\ncompleted in "));
}

/* A draft that is given up is said to be, and the next one stands for itself. */
static void
test_superseded_draft (void)
{
  const CtlAnswer answers[] = {
    { EVENTS, 0, NULL,
      CTL_CHUNK ("1-0", "1", "0", "# Broken\\nThis will ne")
          CTL_FRAME ("1-5", "error", "step.retrying", "[Writer] failed. Retrying (1/3) in 1 s",
                     ",\"step\":5,\"attempt\":1") CTL_CHUNK ("2-0", "2", "0", "# Whole\\n")
              CTL_CHUNK ("3-0", "2", "8", "Text.\\n") CTL_DONE ("9-0", "completed") },
    { NULL },
  };
  g_autoptr (CtlResult) result = ctl_run_on_terminal (answers, NULL, "watch", MISSION, NULL);
  g_autofree char *screen = dup_screen (result->out, TRUE);

  g_assert_true (g_str_has_prefix (screen, "# Broken\nThis will ne\n"
                                           "  [Writer] failed. Retrying (1/3) in 1 s\n"));
  g_assert_nonnull (strstr (screen, "Draft 1 was given up; draft 2 takes its place.\n"
                                    "\n---\n\n# Whole\nText.\n\ncompleted in "));
}

/* The stream starts anew: what is on the screen already is not printed again. */
static void
test_reset (void)
{
  const CtlAnswer answers[] = {
    { EVENTS, 1, NULL,
      CTL_CHUNK ("5-0", "1", "0", "One two ") CTL_CHUNK ("6-0", "1", "8", "three") },
    { EVENTS, 0, NULL,
      CTL_FRAME ("9-9", "status", "stream.reset", "gone", "")
          CTL_CHUNK ("1-0", "1", "0", "One two three four\\n") CTL_DONE ("9-0", "completed") },
    { NULL },
  };
  g_autoptr (CtlResult) result = ctl_run_on_terminal (answers, NULL, "watch", MISSION, NULL);
  g_autofree char *screen = dup_screen (result->out, TRUE);

  g_assert_true (g_str_has_prefix (screen, "One two three four\n\ncompleted in "));
}

#define HOSTILE "a\\u001b[2Jb\\u001b]0;t\\u0007c\\u009b31md\\u202ee\\rf"
#define HARMLESS "a[2Jb]0;tc31mdef"

static void
test_hostile_text (void)
{
  const CtlAnswer answers[] = {
    { EVENTS, 0, NULL,
      CTL_FRAME ("1-0", "error", "step.retrying", HOSTILE, ",\"step\":2,\"attempt\":1")
          CTL_CHUNK ("2-0", "1", "0", HOSTILE "\\n")
              CTL_FRAME ("9-0", "done", "mission.done", HOSTILE,
                         ",\"data\":{\"outcome\":\"failed\"}") },
    { NULL },
  };
  g_autoptr (CtlResult) result = ctl_run_on_terminal (answers, NULL, "watch", MISSION, NULL);
  g_autofree char *screen = NULL;

  g_assert_cmpint (result->code, ==, SORTIE_CTL_FAILED);
  g_assert_true (g_utf8_validate (result->out, -1, NULL));
  g_assert_null (strstr (result->out, "\xc2\x9b"));
  g_assert_null (strstr (result->out, "\xe2\x80\xae"));
  screen = dup_screen (result->out, TRUE);
  g_assert_nonnull (strstr (screen, "  " HARMLESS "\n" HARMLESS "\n"));
  g_assert_nonnull (strstr (screen, ": " HARMLESS "\n"));
}

static void
test_hostile_error (void)
{
  const CtlAnswer answers[] = {
    { "GET /topology", 0, "400 Bad Request", "{\"detail\":\"" HOSTILE "\"}" }, { NULL }
  };
  const CtlAnswer lists[] = {
    { "GET /collections", 0, NULL,
      "{\"collections\":[{\"name\":\"" HOSTILE "\",\"folders\":[\"" HOSTILE "\"]}]}" },
    { NULL },
  };
  g_autoptr (CtlResult) result = ctl_run_on_terminal (answers, NULL, "topology", NULL);
  g_autoptr (CtlResult) list = ctl_run_on_terminal (lists, NULL, "collections", NULL);
  g_autoptr (CtlResult) json = ctl_run_on_terminal (lists, NULL, "collections", "--json", NULL);
  g_autofree char *screen = dup_screen (result->out, FALSE);
  g_autofree char *table = dup_screen (list->out, FALSE);
  g_autofree char *object = dup_screen (json->out, FALSE);

  g_assert_nonnull (strstr (screen, "sortiectl: " HARMLESS));
  g_assert_nonnull (strstr (table, "a[2Jb]0;tc31mdef  "));
  g_assert_nonnull (strstr (object, "\"name\":"));
}

static void
test_no_colour (void)
{
  const CtlAnswer answers[] = {
    { EVENTS, 0, NULL,
      CTL_FRAME ("1-0", "error", "step.retrying", "No luck", ",\"step\":2,\"attempt\":1")
          CTL_DONE ("9-0", "completed") },
    { NULL },
  };
  g_autoptr (CtlResult) coloured = NULL;
  g_autoptr (CtlResult) plain = NULL;
  g_autofree char *screen = NULL;

  g_setenv ("TERM", "xterm", TRUE);
  coloured = ctl_run_on_terminal (answers, NULL, "watch", MISSION, NULL);
  g_assert_nonnull (strstr (coloured->out, "\033[33mNo luck\033[0m"));
  g_setenv ("NO_COLOR", "1", TRUE);
  plain = ctl_run_on_terminal (answers, NULL, "watch", MISSION, NULL);
  g_unsetenv ("NO_COLOR");
  screen = dup_screen (plain->out, FALSE);
  g_assert_nonnull (strstr (screen, "  No luck\n"));
}

/* A list as wide as the terminal is not wrapped. */
static void
test_narrow_table (void)
{
  g_autofree char *title = g_strnfill (500, 'x');
  g_autofree char *body = g_strdup_printf ("{\"missions\":[{\"mission_id\":\"" MISSION
                                           "\",\"state\":\"completed\",\"title\":\"%s\"}]}",
                                           title);
  const CtlAnswer answers[] = { { "GET /missions", 0, NULL, body }, { NULL } };
  g_autoptr (CtlResult) result = ctl_run_on_terminal (answers, NULL, "list", NULL);
  g_auto (GStrv) lines = g_strsplit (result->out, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_cmpint (g_utf8_strlen (lines[i], -1), <=, 100);
  g_assert_true (g_str_has_suffix (lines[1], "xx…"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("REDIS_URL", "unix:///nonexistent", TRUE); /* so that no .env is read */
  g_unsetenv ("SORTIE_TOKEN");
  g_unsetenv ("NO_COLOR");
  g_test_add_func ("/ctl/terminal/live-report", test_live_report);
  g_test_add_func ("/ctl/terminal/superseded-draft", test_superseded_draft);
  g_test_add_func ("/ctl/terminal/reset", test_reset);
  g_test_add_func ("/ctl/terminal/hostile-text", test_hostile_text);
  g_test_add_func ("/ctl/terminal/hostile-error", test_hostile_error);
  g_test_add_func ("/ctl/terminal/no-colour", test_no_colour);
  g_test_add_func ("/ctl/terminal/narrow-table", test_narrow_table);
  return g_test_run ();
}
