/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-ctl-private.h"
#include "sortie-error.h"

#include <string.h>

/* Splits on blanks; `_` stands for a blank inside an argument. */
static const SortieCtlCommand *
parse (SortieCtl *ctl, const char *line, GError **error)
{
  g_autofree char *text = g_strconcat ("sortiectl ", line, NULL);
  g_auto (GStrv) arguments = g_strsplit (g_strchomp (text), " ", -1);

  memset (ctl, 0, sizeof *ctl);
  for (guint i = 0; arguments[i] != NULL; i++)
    g_strdelimit (arguments[i], "_", ' ');

  return sortie_ctl_parse (ctl, arguments, error);
}

static void
clear (SortieCtl *ctl)
{
  sortie_ctl_options_clear (&ctl->options);
  g_clear_pointer (&ctl->arguments, g_strfreev);
}

static void
test_places_of_options (void)
{
  /* The same line in every order. */
  static const char *const lines[] = {
    "run Why?_How? --words 300 --backend http://h --documents a --documents b --json",
    "--words 300 --backend http://h run Why?_How? --documents a --documents b --json",
    "--backend http://h --documents a --words=300 --json run --documents=b Why?_How?",
    "--documents a --documents b --json --words 300 --backend=http://h run -- Why?_How?",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      SortieCtl ctl;
      g_autoptr (GError) error = NULL;
      const SortieCtlCommand *command = parse (&ctl, lines[i], &error);

      g_assert_no_error (error);
      g_assert_cmpstr (command->name, ==, "run");
      g_assert_cmpint (ctl.n_arguments, ==, 1);
      g_assert_cmpstr (ctl.arguments[0], ==, "Why? How?");
      g_assert_cmpint (ctl.options.words, ==, 300);
      g_assert_cmpstr (ctl.options.backend, ==, "http://h");
      g_assert_cmpstrv (ctl.options.documents, ((const char *const[]){ "a", "b", NULL }));
      g_assert_true (ctl.options.json);
      clear (&ctl);
    }
}

static void
test_arguments (void)
{
  SortieCtl ctl;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (parse (&ctl, "run -", &error));
  g_assert_cmpstr (ctl.arguments[0], ==, "-");
  clear (&ctl);
  g_assert_nonnull (parse (&ctl, "run -- --words", &error));
  g_assert_cmpstr (ctl.arguments[0], ==, "--words");
  clear (&ctl);
  g_assert_nonnull (parse (&ctl, "collections add name one two --json", &error));
  g_assert_cmpint (ctl.n_arguments, ==, 4);
  g_assert_cmpstr (ctl.arguments[3], ==, "two");
  clear (&ctl);
  g_assert_nonnull (parse (&ctl, "list -v", &error));
  g_assert_cmpint (ctl.n_arguments, ==, 0);
  g_assert_true (ctl.options.verbose);
  clear (&ctl);
  g_assert_no_error (error);
}

static void
test_mistakes (void)
{
  static const struct
  {
    const char *line;
    const char *says;
  } cases[] = {
    { "frobnicate", "frobnicate" },
    { "run", "needs TEXT" },
    { "run one two", "“two”" },
    { "run x --frob", "--frob" },
    { "run x --words many", "many" },
    { "run x --words", "--words" },
    { "run x --words 99999999999999999999", "99999999999999999999" },
    { "list --words 3", "--words" },
    { "list extra", "extra" },
    { "show", "needs ID" },
    { "--frob", "--frob" },
    { "backend up down", "down" },
    { "report \xff", "UTF-8" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SortieCtl ctl;
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (&ctl, cases[i].line, &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
      if (strstr (error->message, cases[i].says) == NULL)
        g_error ("“%s” gave: %s", cases[i].line, error->message);
      clear (&ctl);
    }
}

static void
test_no_command (void)
{
  static const char *const lines[] = { "", "--version", "--help", "--backend http://h", "--" };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      SortieCtl ctl;
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (&ctl, lines[i], &error));
      g_assert_no_error (error);
      clear (&ctl);
    }
}

/* An option means the same in every command, so that it may stand before the command. */
static void
test_options_agree (void)
{
  g_autoptr (GHashTable) kinds = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize c = 0; sortie_ctl_commands[c].name != NULL; c++)
    for (gsize o = 0;
         sortie_ctl_commands[c].options != NULL && sortie_ctl_commands[c].options[o].name != NULL;
         o++)
      {
        const SortieCtlOption *option = &sortie_ctl_commands[c].options[o];
        gpointer kind = GINT_TO_POINTER ((int) option->kind);
        gpointer known;

        if (g_hash_table_lookup_extended (kinds, option->name, NULL, &known))
          g_assert_true (known == kind);
        g_hash_table_insert (kinds, (char *) option->name, kind);
      }
}

/* Each command's help says what it does, its options, and an example. */
static void
test_help (void)
{
  g_autofree char *overview = sortie_ctl_dup_help (NULL);

  for (gsize c = 0; sortie_ctl_commands[c].name != NULL; c++)
    {
      const SortieCtlCommand *command = &sortie_ctl_commands[c];
      g_autofree char *help = sortie_ctl_dup_help (command);
      g_autofree char *usage = g_strdup_printf ("[OPTION…] %s", command->name);

      g_assert_nonnull (strstr (overview, command->summary));
      g_assert_nonnull (strstr (help, usage));
      g_assert_nonnull (strstr (help, command->summary));
      g_assert_nonnull (strstr (help, "--backend"));
      if (!g_str_equal (command->name, "help"))
        g_assert_nonnull (strstr (help, "Example"));
      for (gsize o = 0; command->options != NULL && command->options[o].name != NULL; o++)
        g_assert_nonnull (strstr (help, command->options[o].name));
    }
}

static void
assert_documented (const char *manual, const SortieCtlOption *options)
{
  for (gsize i = 0; options != NULL && options[i].name != NULL; i++)
    {
      g_autofree char *macro = g_strdup_printf ("-%s", options[i].name);

      if (strstr (manual, macro) == NULL)
        g_error ("sortiectl(1) does not name -%s", macro);
    }
}

/* The manual names every command and every option. */
static void
test_manual (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "..", "docs", "man", "sortiectl.1", NULL);
  g_autofree char *manual = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &manual, NULL, &error);
  g_assert_no_error (error);
  assert_documented (manual, sortie_ctl_global_options);
  for (gsize c = 0; sortie_ctl_commands[c].name != NULL; c++)
    {
      g_autofree char *item = g_strdup_printf (".It Cm %s", sortie_ctl_commands[c].name);
      g_autofree char *long_item = g_strdup_printf ("\n.Cm %s", sortie_ctl_commands[c].name);

      if (strstr (manual, item) == NULL && strstr (manual, long_item) == NULL)
        g_error ("sortiectl(1) does not name the command %s", sortie_ctl_commands[c].name);
      assert_documented (manual, sortie_ctl_commands[c].options);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ctl/options/places", test_places_of_options);
  g_test_add_func ("/ctl/options/arguments", test_arguments);
  g_test_add_func ("/ctl/options/mistakes", test_mistakes);
  g_test_add_func ("/ctl/options/no-command", test_no_command);
  g_test_add_func ("/ctl/options/agree", test_options_agree);
  g_test_add_func ("/ctl/options/help", test_help);
  g_test_add_func ("/ctl/options/manual", test_manual);
  return g_test_run ();
}
