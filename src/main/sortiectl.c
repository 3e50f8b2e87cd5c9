/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-ctl.h"

int
main (int argc, char **argv)
{
  g_set_prgname ("sortiectl");

  return sortie_ctl_main (argv, stdin, stdout, stderr);
}
