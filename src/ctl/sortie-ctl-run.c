/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-private.h"

#include "sortie-error.h"
#include "sortie-mission.h"

#include <string.h>

#define MAX_WORDS 20000

/* The mission's text: the argument, or what standard input holds for `-`. */
static char *
dup_mission_text (SortieCtl *ctl, GError **error)
{
  const char *argument = ctl->arguments[0];
  g_autofree char *text = NULL;
  gsize length;

  if (!g_str_equal (argument, "-"))
    {
      text = g_strdup (argument);
      length = strlen (text);
    }
  else
    {
      /* One byte more than is allowed shows that it is too long. */
      text = g_malloc (SORTIE_MISSION_MAX_TEXT + 2);
      length = fread (text, 1, SORTIE_MISSION_MAX_TEXT + 1, ctl->in);
      text[length] = '\0';
    }

  if (!sortie_mission_text_validate (text, length, error))
    return NULL;

  return g_steal_pointer (&text);
}

static gboolean
check_words (SortieCtl *ctl, GError **error)
{
  if (ctl->options.words >= 0 && ctl->options.words <= MAX_WORDS)
    return TRUE;

  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "--words must be from 1 to %d",
               MAX_WORDS);
  return FALSE;
}

/* What to search: the named collections and those of the given folders. NULL-terminated, or NULL
 * where nothing was said and the backend chooses. */
static GPtrArray *
prepare_collections (SortieCtl *ctl, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; ctl->options.collections != NULL && ctl->options.collections[i] != NULL; i++)
    g_ptr_array_add (names, g_strdup (ctl->options.collections[i]));
  for (guint i = 0; ctl->options.documents != NULL && ctl->options.documents[i] != NULL; i++)
    {
      char *name = sortie_ctl_prepare_documents (ctl, ctl->options.documents[i], error);

      if (name == NULL)
        return NULL;
      g_ptr_array_add (names, name);
    }
  g_ptr_array_add (names, NULL);

  return g_steal_pointer (&names);
}

static char *
submit (SortieCtl *ctl, GError **error)
{
  g_autofree char *text = dup_mission_text (ctl, error);
  g_autoptr (GPtrArray) collections = NULL;
  g_autofree char *options = NULL;
  g_autofree char *key = g_uuid_string_random ();
  char *id = NULL;

  if (text == NULL || !check_words (ctl, error))
    return NULL;
  collections = prepare_collections (ctl, error);
  if (collections == NULL)
    return NULL;
  if (ctl->options.words > 0)
    options = g_strdup_printf ("{\"words\":%d}", ctl->options.words);

  /* The key makes it safe to ask again where the answer was lost. */
  for (int attempt = 1; id == NULL && attempt <= 2; attempt++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) reason = NULL;

      sortie_api_submit_async (ctl->api, text,
                               collections->len > 1 ? (const char *const *) collections->pdata
                                                    : NULL,
                               options, key, NULL, sortie_ctl_wait_cb, &result);
      id = sortie_api_mission_id_finish (ctl->api, sortie_ctl_wait (&result), &reason);
      if (id == NULL &&
          (attempt == 2 || !g_error_matches (reason, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE)))
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return NULL;
        }
    }

  return id;
}

int
sortie_ctl_run_run (SortieCtl *ctl, GError **error)
{
  g_autofree char *id = submit (ctl, error);

  if (id == NULL)
    return SORTIE_CTL_ERROR;
  if (ctl->err_is_terminal)
    sortie_ctl_say (ctl, "Mission %s", id);

  return sortie_ctl_follow (ctl, id, TRUE, error);
}

int
sortie_ctl_run_submit (SortieCtl *ctl, GError **error)
{
  g_autofree char *id = submit (ctl, error);

  if (id == NULL)
    return SORTIE_CTL_ERROR;

  fprintf (ctl->out, "%s\n", id);
  if (ctl->launcher != NULL && sortie_launcher_has_child (ctl->launcher))
    sortie_ctl_say (ctl,
                    "No backend was running: the mission is carried out when one does (sortiectl "
                    "watch %s, or sortiectl backend up).",
                    id);

  return SORTIE_CTL_OK;
}

int
sortie_ctl_run_watch (SortieCtl *ctl, GError **error)
{
  if (!sortie_ctl_check_mission_id (ctl->arguments[0], error))
    return SORTIE_CTL_ERROR;

  return sortie_ctl_follow (ctl, ctl->arguments[0], FALSE, error);
}
