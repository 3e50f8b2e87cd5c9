/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The state changes, one Lua script each, compiled in from scripts/. Every script is the common part
 * (scripts/common.lua) followed by its own. */
typedef enum
{
  SORTIE_SCRIPT_ACCEPT,
  SORTIE_SCRIPT_ADMIT,
  SORTIE_SCRIPT_COMPACT,
  SORTIE_SCRIPT_COMPLETE,
  SORTIE_SCRIPT_DEAD_LETTER,
  SORTIE_SCRIPT_DELETE,
  SORTIE_SCRIPT_END,
  SORTIE_SCRIPT_FIRE,
  SORTIE_SCRIPT_HEARTBEAT,
  SORTIE_SCRIPT_PUBLISH,
  SORTIE_SCRIPT_REQUEUE,
  SORTIE_SCRIPT_RETRY,
  SORTIE_SCRIPT_TICK,
  SORTIE_N_SCRIPTS,
  SORTIE_SCRIPT_NONE = -1,
} SortieScript;

/* The text as Redis gets it, and its SHA-1 in hexadecimal. Both live as long as the process. */
const char *sortie_script_get_text (SortieScript script);
const char *sortie_script_get_sha (SortieScript script);

G_END_DECLS
