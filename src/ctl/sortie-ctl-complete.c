/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-private.h"

#include <string.h>

/* What a shell offers at the end of a command line that is being written. The scripts in data/completions/
 * ask for it, so that the tables of commands and options are all that knows them. */

typedef struct
{
  const SortieCtlCommand *command; /* NULL: not named yet */
  const SortieCtlOption *option;   /* whose value comes next, or NULL */
  gboolean ended;                  /* by `--`: no options any more */
  gboolean lost;                   /* the word in the command's place names none */
  const char *first;               /* argument of the command */
  guint n_arguments;
} Place;

static void
step_over (Place *self, const char *word)
{
  if (self->option != NULL)
    {
      /* bash makes three words of --name=value. */
      if (!g_str_equal (word, "="))
        self->option = NULL;
    }
  else if (!self->ended && g_str_equal (word, "--"))
    self->ended = TRUE;
  else if (!self->ended && word[0] == '-' && word[1] != '\0')
    self->option = sortie_ctl_find_valued_option (word);
  else if (self->command == NULL)
    {
      self->command = sortie_ctl_find_command (word);
      self->lost |= self->command == NULL;
    }
  else if (self->n_arguments++ == 0)
    self->first = word;
}

/* Returns: whether it fits what is written */
static gboolean
offer (FILE *out, const char *current, const char *before, const char *word, const char *summary)
{
  g_autofree char *whole = g_strconcat (before, word, NULL);

  if (!g_str_has_prefix (whole, current))
    return FALSE;
  fprintf (out, "%s\t%s\n", whole, summary);
  return TRUE;
}

static void
offer_choices (FILE *out, const char *current, const char *before, const char *choices)
{
  g_auto (GStrv) words = g_strsplit (choices, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    offer (out, current, before, words[i], "");
}

static void
offer_value (FILE *out, const char *current, const char *before, const SortieCtlOption *option)
{
  if (option->choices != NULL)
    offer_choices (out, current, before, option->choices);
  else if (g_strcmp0 (option->value, "FILE") == 0)
    fputs (":files\n", out);
  else if (g_strcmp0 (option->value, "DIR") == 0)
    fputs (":folders\n", out);
}

static void
offer_options (FILE *out, const char *current, const SortieCtlOption *options)
{
  for (gsize i = 0; options != NULL && options[i].name != NULL; i++)
    offer (out, current, "--", options[i].name, options[i].description);
}

static gboolean
offer_commands (FILE *out, const char *current)
{
  gboolean any = FALSE;

  for (gsize i = 0; sortie_ctl_commands[i].name != NULL; i++)
    any |= offer (out, current, "", sortie_ctl_commands[i].name, sortie_ctl_commands[i].summary);
  return any;
}

/* Returns: whether there is something that may stand there beside options */
static gboolean
offer_argument (FILE *out, const char *current, const Place *place)
{
  const SortieCtlCommand *command = place->command;

  if (command == NULL)
    return offer_commands (out, current);
  if (place->n_arguments == 0 && g_str_equal (command->name, "help"))
    return offer_commands (out, current);
  if (place->n_arguments == 0 && command->choices != NULL)
    offer_choices (out, current, "", command->choices);
  else if (place->n_arguments >= 2 && g_str_equal (command->name, "collections") &&
           g_str_equal (place->first, "add"))
    fputs (":files\n", out);
  else
    return FALSE;
  return TRUE;
}

/* --name=value, as one word. */
static gboolean
offer_joined (FILE *out, const char *current)
{
  const char *sign = g_str_has_prefix (current, "--") ? strchr (current, '=') : NULL;
  g_autofree char *name =
      sign != NULL ? g_strndup (current + 2, (gsize) (sign - current - 2)) : NULL;
  g_autofree char *before = sign != NULL ? g_strndup (current, (gsize) (sign - current + 1)) : NULL;
  const SortieCtlOption *option = name != NULL ? sortie_ctl_find_option (name) : NULL;

  if (option != NULL)
    offer_value (out, current, before, option);
  return sign != NULL;
}

int
sortie_ctl_complete (char **words, FILE *out)
{
  Place place = { 0 };
  guint n_words = g_strv_length (words);
  const char *current = n_words > 0 ? words[n_words - 1] : "";

  for (guint i = 0; i + 1 < n_words; i++)
    step_over (&place, words[i]);
  if (place.option != NULL)
    offer_value (out, g_str_equal (current, "=") ? "" : current, "", place.option);
  else if (!place.lost && (place.ended || !offer_joined (out, current)))
    {
      gboolean dashed = current[0] == '-' && !place.ended;

      if (dashed || (!offer_argument (out, current, &place) && !place.ended))
        {
          offer_options (out, current, place.command != NULL ? place.command->options : NULL);
          offer_options (out, current, sortie_ctl_global_options);
        }
    }
  return fflush (out) == 0 ? SORTIE_CTL_OK : SORTIE_CTL_ERROR;
}
