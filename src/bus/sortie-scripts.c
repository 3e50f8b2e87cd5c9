/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-scripts.h"

#include "sortie-scripts-resource.h"

#include <gio/gio.h>

/* Accepting is refused when Redis is full; everything else may finish what has been accepted. */
static const struct
{
  const char *name;
  const char *header;
} scripts[SORTIE_N_SCRIPTS] = {
  [SORTIE_SCRIPT_ACCEPT] = { "accept", "#!lua\n" },
  [SORTIE_SCRIPT_ADMIT] = { "admit", "#!lua flags=allow-oom\n" },
  [SORTIE_SCRIPT_COMPACT] = { "compact", "#!lua flags=allow-oom\n" },
  [SORTIE_SCRIPT_COMPLETE] = { "complete", "#!lua flags=allow-oom\n" },
  [SORTIE_SCRIPT_DEAD_LETTER] = { "dead-letter", "#!lua flags=allow-oom\n" },
  [SORTIE_SCRIPT_DELETE] = { "delete", "#!lua flags=allow-oom\n" },
  [SORTIE_SCRIPT_END] = { "end", "#!lua flags=allow-oom\n" },
  [SORTIE_SCRIPT_FIRE] = { "fire", "#!lua flags=allow-oom\n" },
  [SORTIE_SCRIPT_HEARTBEAT] = { "heartbeat", "#!lua flags=allow-oom\n" },
  [SORTIE_SCRIPT_PUBLISH] = { "publish", "#!lua flags=allow-oom\n" },
  [SORTIE_SCRIPT_REQUEUE] = { "requeue", "#!lua flags=allow-oom\n" },
  [SORTIE_SCRIPT_RETRY] = { "retry", "#!lua flags=allow-oom\n" },
  [SORTIE_SCRIPT_TICK] = { "tick", "#!lua flags=allow-oom\n" },
};

static struct
{
  char *text;
  char *sha;
} loaded[SORTIE_N_SCRIPTS];

static char *
dup_resource (const char *name)
{
  g_autofree char *path = g_strdup_printf ("/io/github/sortie_app/Sortie/scripts/%s.lua", name);
  g_autoptr (GBytes) bytes = g_resource_lookup_data (sortie_scripts_get_resource (), path, 0, NULL);

  g_assert (bytes != NULL); /* a missing script is a broken build */
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
load_once (void)
{
  static gsize once = 0;

  if (!g_once_init_enter (&once))
    return;
  g_autofree char *common = dup_resource ("common");
  for (int i = 0; i < SORTIE_N_SCRIPTS; i++)
    {
      g_autofree char *own = dup_resource (scripts[i].name);

      loaded[i].text = g_strconcat (scripts[i].header, common, own, NULL);
      loaded[i].sha = g_compute_checksum_for_string (G_CHECKSUM_SHA1, loaded[i].text, -1);
    }
  g_once_init_leave (&once, 1);
}

const char *
sortie_script_get_text (SortieScript script)
{
  load_once ();
  return loaded[script].text;
}

const char *
sortie_script_get_sha (SortieScript script)
{
  load_once ();
  return loaded[script].sha;
}
