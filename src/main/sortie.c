/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie"

#include "sortie-application.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>

int
main (int argc, char *argv[])
{
  g_autoptr (SortieApplication) application = NULL;
  const char *translations = g_getenv ("SORTIE_LOCALE_DIR"); /* of a build that is not installed */

  signal (SIGPIPE, SIG_IGN); /* a child that has ended must not end the window with it */
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, translations != NULL ? translations : SORTIE_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  application = sortie_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
