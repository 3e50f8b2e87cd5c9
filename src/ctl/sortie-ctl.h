/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

/* Exit codes. Those of `run` and `watch` tell the mission's outcome. */
typedef enum
{
  SORTIE_CTL_OK = 0,
  SORTIE_CTL_ERROR = 1, /* usage or connection */
  SORTIE_CTL_PARTIAL = 2,
  SORTIE_CTL_FAILED = 3, /* also: `verify` found a citation that does not hold */
  SORTIE_CTL_CANCELLED = 4,
} SortieCtlExit;

/**
 * sortie_ctl_main:
 * @arguments: as main() got them, NULL-terminated
 * @in: where `-` reads from
 * @out: takes results
 * @err: takes progress and messages
 *
 * Runs one command of `sortiectl` to its end.
 *
 * Returns: the exit code
 */
int sortie_ctl_main (char **arguments, FILE *in, FILE *out, FILE *err);

G_END_DECLS
