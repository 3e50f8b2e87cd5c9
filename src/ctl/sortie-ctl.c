/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-private.h"

#include "sortie-error.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static gboolean
has_colour (SortieCtl *ctl)
{
  const char *no_colour = g_getenv ("NO_COLOR");
  const char *terminal = g_getenv ("TERM");

  return ctl->err_is_terminal && (no_colour == NULL || *no_colour == '\0') &&
         g_strcmp0 (terminal, "dumb") != 0;
}

static void
ctl_clear (SortieCtl *ctl)
{
  sortie_ctl_show_line (ctl, NULL);
  sortie_ctl_disconnect (ctl);
  sortie_ctl_options_clear (&ctl->options);
  g_clear_pointer (&ctl->arguments, g_strfreev);
}

static int
run_command (SortieCtl *ctl, const SortieCtlCommand *command, GError **error)
{
  int outcome;

  if (ctl->options.help)
    {
      g_autofree char *help = sortie_ctl_dup_help (command);

      fputs (help, ctl->out);
      return sortie_ctl_flush (ctl, error) ? SORTIE_CTL_OK : SORTIE_CTL_ERROR;
    }
  if (command->connects && !sortie_ctl_connect (ctl, error))
    return SORTIE_CTL_ERROR;

  outcome = command->run (ctl, error);
  if (*error == NULL && !sortie_ctl_flush (ctl, error))
    outcome = SORTIE_CTL_ERROR;

  return outcome;
}

static int
run_without_command (SortieCtl *ctl, GError **error)
{
  g_autofree char *help = NULL;

  if (ctl->options.version)
    {
      fputs ("sortiectl " SORTIE_VERSION "\n", ctl->out);
      return SORTIE_CTL_OK;
    }

  help = sortie_ctl_dup_help (NULL);
  fputs (help, ctl->options.help ? ctl->out : ctl->err);

  return ctl->options.help ? SORTIE_CTL_OK : SORTIE_CTL_ERROR;
}

int
sortie_ctl_main (char **arguments, FILE *in, FILE *out, FILE *err)
{
  SortieCtl ctl = { .in = in, .out = out, .err = err };
  const SortieCtlCommand *command;
  g_autoptr (GError) error = NULL;
  int outcome = SORTIE_CTL_ERROR;

  if (arguments[0] != NULL && g_strcmp0 (arguments[1], "--complete") == 0)
    return sortie_ctl_complete (arguments + 2, out);

  /* A reader of ours that goes away is told by a failed write, so that the terminal and the backend
   * are left in order. */
  signal (SIGPIPE, SIG_IGN);
  ctl.out_is_terminal = isatty (fileno (out)) == 1;
  ctl.err_is_terminal = isatty (fileno (err)) == 1;
  ctl.colour = has_colour (&ctl);

  command = sortie_ctl_parse (&ctl, arguments, &error);
  if (command != NULL && !ctl.options.version)
    outcome = run_command (&ctl, command, &error);
  else if (error == NULL)
    outcome = run_without_command (&ctl, &error);

  if (error != NULL)
    {
      sortie_ctl_say (&ctl, "sortiectl: %s", error->message);
      outcome = SORTIE_CTL_ERROR;
    }
  ctl_clear (&ctl);

  return outcome;
}
