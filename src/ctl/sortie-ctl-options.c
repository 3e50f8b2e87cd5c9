/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-private.h"

#include "sortie-error.h"

#include <string.h>

#define PLACE(member) G_STRUCT_OFFSET (SortieCtlOptions, member)

const SortieCtlOption sortie_ctl_global_options[] = {
  { "backend", G_OPTION_ARG_FILENAME, PLACE (backend),
    "http(s)://HOST:PORT or unix://PATH (else BACKEND_URL, else a local backend is started)",
    "URL" },
  { "containers", G_OPTION_ARG_NONE, PLACE (containers),
    "The backend in containers, which “backend up --containers” starts", NULL },
  { "token-file", G_OPTION_ARG_FILENAME, PLACE (token_file),
    "Read the backend's token from this file (else SORTIE_TOKEN)", "FILE" },
  { "env-file", G_OPTION_ARG_FILENAME, PLACE (env_file),
    "Read variables from this file instead of .env", "FILE" },
  { "data-dir", G_OPTION_ARG_FILENAME, PLACE (data_dir), "The local backend's data folder", "DIR" },
  { "verbose", G_OPTION_ARG_NONE, PLACE (verbose), "Say more on standard error", NULL },
  { "help", G_OPTION_ARG_NONE, PLACE (help), "Show help, also for each command", NULL },
  { "version", G_OPTION_ARG_NONE, PLACE (version), "Show the version", NULL },
  { NULL },
};

static char
short_name (const char *name)
{
  if (g_str_equal (name, "help"))
    return 'h';

  return g_str_equal (name, "verbose") ? 'v' : '\0';
}

static void
append_entries (GArray *entries, const SortieCtlOption *options, SortieCtlOptions *values)
{
  for (gsize i = 0; options != NULL && options[i].name != NULL; i++)
    {
      GOptionEntry entry = {
        .long_name = options[i].name,
        .short_name = short_name (options[i].name),
        .arg = options[i].kind,
        .arg_data = (char *) values + options[i].place,
        .description = options[i].description,
        .arg_description = options[i].value,
      };

      g_array_append_val (entries, entry);
    }
}

static GOptionContext *
new_context (const SortieCtlCommand *command, SortieCtlOptions *values)
{
  g_autofree char *usage =
      g_strconcat (command->name, *command->usage != '\0' ? " " : "", command->usage, NULL);
  GOptionContext *context = g_option_context_new (usage);
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));

  append_entries (entries, command->options, values);
  append_entries (entries, sortie_ctl_global_options, values);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, (GOptionEntry *) entries->data, NULL);
  g_option_context_set_summary (context, command->summary);
  g_option_context_set_description (context, command->description);

  return context;
}

/* --- which word is the command --- */

static const SortieCtlOption *
find_option_in (const SortieCtlOption *options, const char *name)
{
  for (gsize i = 0; options != NULL && options[i].name != NULL; i++)
    if (g_str_equal (options[i].name, name))
      return &options[i];

  return NULL;
}

const SortieCtlOption *
sortie_ctl_find_option (const char *name)
{
  const SortieCtlOption *found = find_option_in (sortie_ctl_global_options, name);

  for (gsize i = 0; found == NULL && sortie_ctl_commands[i].name != NULL; i++)
    found = find_option_in (sortie_ctl_commands[i].options, name);

  return found;
}

const SortieCtlOption *
sortie_ctl_find_valued_option (const char *word)
{
  const SortieCtlOption *option =
      g_str_has_prefix (word, "--") ? sortie_ctl_find_option (word + 2) : NULL;

  return option != NULL && option->kind != G_OPTION_ARG_NONE ? option : NULL;
}

/* Options may stand before the command, its own as well, so their values must be stepped over. */
static const char *
find_command_word (char **arguments)
{
  for (int i = 1; arguments[0] != NULL && arguments[i] != NULL; i++)
    {
      const char *argument = arguments[i];

      if (g_str_equal (argument, "--"))
        return arguments[i + 1];
      if (argument[0] != '-' || argument[1] == '\0')
        return argument;
      if (sortie_ctl_find_valued_option (argument) != NULL && arguments[i + 1] != NULL)
        i++;
    }

  return NULL;
}

const SortieCtlCommand *
sortie_ctl_find_command (const char *word)
{
  for (gsize i = 0; sortie_ctl_commands[i].name != NULL; i++)
    if (g_str_equal (sortie_ctl_commands[i].name, word))
      return &sortie_ctl_commands[i];

  return NULL;
}

/* --- parsing --- */

/* Keeps what is left beside the program's and the command's name. GOption leaves a `--` in place
 * where something follows it that looks like an option. */
static void
keep_arguments (SortieCtl *ctl, char **left)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();
  gboolean named = FALSE;
  gboolean ended = FALSE;

  for (int i = 1; left[0] != NULL && left[i] != NULL; i++)
    {
      if (!ended && g_str_equal (left[i], "--"))
        ended = TRUE;
      else if (!named)
        named = TRUE;
      else
        g_ptr_array_add (kept, g_strdup (left[i]));
    }
  ctl->n_arguments = (int) kept->len;
  g_ptr_array_add (kept, NULL);
  g_strfreev (ctl->arguments);
  ctl->arguments = (char **) g_ptr_array_steal (kept, NULL);
}

static gboolean
check_arguments (SortieCtl *ctl, const SortieCtlCommand *command, GError **error)
{
  for (int i = 0; i < ctl->n_arguments; i++)
    if (!g_utf8_validate (ctl->arguments[i], -1, NULL) && command->max_arguments == 1)
      {
        g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "%s: the argument is not UTF-8",
                     command->name);
        return FALSE;
      }

  if (ctl->options.help)
    return TRUE;
  if (ctl->n_arguments < command->min_arguments)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "%s needs %s; see sortiectl %s --help", command->name, command->usage,
                   command->name);
      return FALSE;
    }
  if (command->max_arguments >= 0 && ctl->n_arguments > command->max_arguments)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "%s: “%s” is one argument too many (a text of several words needs quotes); see "
                   "sortiectl %s --help",
                   command->name, ctl->arguments[command->max_arguments], command->name);
      return FALSE;
    }

  return TRUE;
}

const SortieCtlCommand *
sortie_ctl_parse (SortieCtl *ctl, char **arguments, GError **error)
{
  static const SortieCtlCommand none = { .name = "COMMAND", .usage = "…", .max_arguments = -1 };
  const char *word = find_command_word (arguments);
  const SortieCtlCommand *command = word != NULL ? sortie_ctl_find_command (word) : &none;
  g_autoptr (GOptionContext) context = NULL;
  g_auto (GStrv) left = g_strdupv (arguments);
  g_autoptr (GError) reason = NULL;

  if (command == NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "there is no command “%s”; see sortiectl --help", word);
      return NULL;
    }

  context = new_context (command, &ctl->options);
  if (!g_option_context_parse_strv (context, &left, &reason))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "%s; see sortiectl %s%s--help",
                   reason->message, command != &none ? command->name : "",
                   command != &none ? " " : "");
      return NULL;
    }

  if (ctl->options.containers && ctl->options.backend != NULL)
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                           "--backend and --containers name two backends; give one of them");
      return NULL;
    }

  keep_arguments (ctl, left);
  if (command == &none)
    return NULL;

  return check_arguments (ctl, command, error) ? command : NULL;
}

void
sortie_ctl_options_clear (SortieCtlOptions *options)
{
  g_free (options->backend);
  g_free (options->token_file);
  g_free (options->env_file);
  g_free (options->data_dir);
  g_strfreev (options->documents);
  g_strfreev (options->collections);
  g_free (options->status);
  g_free (options->by);
  memset (options, 0, sizeof *options);
}

/* --- help --- */

static const char overview_head[] =
    "Usage:\n"
    "  sortiectl [OPTION…] COMMAND …\n"
    "\n"
    "Give Sortie a mission from the terminal, watch its agents carry it out, and read the report,\n"
    "whose every claim leads back to your own documents.\n"
    "\n"
    "Commands:\n";

static const char overview_tail[] =
    "\n"
    "Options may stand before or after the command. sortiectl COMMAND --help tells more.\n"
    "\n"
    "Example:\n"
    "  sortiectl run \"Which duties does the supplier have?\" --documents ~/contracts\n";

static char *
dup_overview (void)
{
  GString *out = g_string_new (overview_head);
  g_autoptr (GOptionContext) context = NULL;
  SortieCtlOptions values = { 0 };
  const SortieCtlCommand none = { .name = "COMMAND", .usage = "" };
  g_autofree char *help = NULL;
  const char *options;

  for (gsize i = 0; sortie_ctl_commands[i].name != NULL; i++)
    g_string_append_printf (out, "  %-14s%s\n", sortie_ctl_commands[i].name,
                            sortie_ctl_commands[i].summary);

  context = new_context (&none, &values);
  help = g_option_context_get_help (context, TRUE, NULL);
  options = strstr (help, "Options:\n");
  if (options != NULL)
    g_string_append_printf (out, "\nOptions:\n%s", strchr (options, '\n') + 1);
  g_string_truncate (out, strlen (g_strchomp (out->str)));
  g_string_append_c (out, '\n');
  g_string_append (out, overview_tail);

  return g_string_free (out, FALSE);
}

char *
sortie_ctl_dup_help (const SortieCtlCommand *command)
{
  SortieCtlOptions values = { 0 };
  g_autoptr (GOptionContext) context = NULL;

  if (command == NULL)
    return dup_overview ();

  context = new_context (command, &values);

  return g_option_context_get_help (context, TRUE, NULL);
}
