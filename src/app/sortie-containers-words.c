/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-containers-words.h"

#include "sortie-shown-text.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_SUBJECT 200
#define MAX_SAID 900
#define SAID_LINES 6

const char *
sortie_containers_words_get_stage (SortieContainersStage stage)
{
  switch (stage)
    {
    case SORTIE_CONTAINERS_LOOKING:
      return _ ("Looking for a container engine.");
    case SORTIE_CONTAINERS_FETCHING:
      return _ ("Fetching images.");
    case SORTIE_CONTAINERS_BUILDING:
      return _ ("Building images. The first time takes some minutes.");
    case SORTIE_CONTAINERS_STARTING:
      return _ ("Starting the containers.");
    case SORTIE_CONTAINERS_WAITING:
      return _ ("The containers were started. Waiting until the backend is ready.");
    case SORTIE_CONTAINERS_STOPPING:
      return _ ("Stopping the containers.");
    case SORTIE_CONTAINERS_IDLE:
    case SORTIE_CONTAINERS_READY:
    default:
      return NULL;
    }
}

/* Of those that name something, with %s in its place. */
static const char *
get_form (SortieContainersTrouble trouble)
{
  switch (trouble)
    {
    case SORTIE_CONTAINERS_NO_COMPOSE:
      return _ (
          /* Translators: %s is Podman or Docker; podman-compose is the name of a program */
          "%s is installed, but nothing that reads compose files. Install podman-compose, or "
          "Docker’s compose plugin.");
    case SORTIE_CONTAINERS_NOT_RUNNING:
      return _ (
          /* Translators: %s is Podman or Docker */
          "%s is installed, but its service does not run. Start it.");
    case SORTIE_CONTAINERS_DENIED:
      return _ (
          /* Translators: %s is Podman or Docker */
          "You may not use %s. Ask the administrator for the right to, or install Podman, which "
          "needs none.");
    case SORTIE_CONTAINERS_NO_SUBIDS:
      return _ (
          /* Translators: %s is Podman or Docker; subuid and subgid are names of files */
          "%s has no range of user IDs for you, which containers without administrator’s rights "
          "need. Ask the administrator for an entry in subuid and subgid.");
    case SORTIE_CONTAINERS_NO_FOLDER:
      return _ (
          /* Translators: %s is the path of a file */
          "The file %s is missing. Install Sortie completely.");
    case SORTIE_CONTAINERS_PORT_TAKEN:
      return _ (
          /* Translators: %s is a number; SORTIE_PORT is the name of an environment variable */
          "Another program uses port %s. End it, or open Sortie with another port in SORTIE_PORT.");
    case SORTIE_CONTAINERS_NO_IMAGE:
      return _ (
          /* Translators: %s is the name of an image */
          "The image %s is not on this computer and could not be fetched. Look at the network, or "
          "build it from Sortie’s source.");
    case SORTIE_CONTAINERS_BUILD_FAILED:
      return _ (
          /* Translators: %s is the name of an image */
          "The image %s could not be built.");
    case SORTIE_CONTAINERS_OTHER_TOKEN:
      return _ (
          /* Translators: %s is the path of a folder */
          "The running containers were started with another token than the one in %s. Stop them "
          "and start them again.");
    case SORTIE_CONTAINERS_FAILED:
    default:
      return _ (
          /* Translators: %s is Podman or Docker */
          "%s could not start the containers.");
    }
}

char *
sortie_containers_words_dup_failure (const SortieContainersFailure *failure)
{
  g_autofree char *subject =
      sortie_shown_line (failure->subject != NULL ? failure->subject : _ ("The container engine"),
                         MAX_SUBJECT);
  g_auto (GStrv) parts = NULL;

  switch (failure->trouble)
    {
    case SORTIE_CONTAINERS_SANDBOX:
      return g_strdup (
          _ ("Containers can be started outside the sandbox only. Start them there, and "
             "connect to them as a remote backend."));
    case SORTIE_CONTAINERS_NO_ENGINE:
      return g_strdup (_ ("Neither Podman nor Docker is installed. Install one of them, with "
                          "podman-compose or Docker’s compose plugin."));
    case SORTIE_CONTAINERS_DISK_FULL:
      return g_strdup (_ ("The disk is full. Make room, for example by removing images that are no "
                          "longer used."));
    case SORTIE_CONTAINERS_UNHEALTHY:
      return g_strdup (_ ("The containers were started, but the backend did not become ready."));
    case SORTIE_CONTAINERS_NOT_STARTED:
      return g_strdup (_ ("The containers are not started."));
    case SORTIE_CONTAINERS_NO_TROUBLE:
    case SORTIE_CONTAINERS_NO_COMPOSE:
    case SORTIE_CONTAINERS_NOT_RUNNING:
    case SORTIE_CONTAINERS_DENIED:
    case SORTIE_CONTAINERS_NO_SUBIDS:
    case SORTIE_CONTAINERS_NO_FOLDER:
    case SORTIE_CONTAINERS_PORT_TAKEN:
    case SORTIE_CONTAINERS_NO_IMAGE:
    case SORTIE_CONTAINERS_BUILD_FAILED:
    case SORTIE_CONTAINERS_OTHER_TOKEN:
    case SORTIE_CONTAINERS_FAILED:
    default:
      parts = g_strsplit (get_form (failure->trouble), "%s", 2);
      return g_strjoinv (subject, parts);
    }
}

char *
sortie_containers_words_dup_said (const SortieContainersFailure *failure)
{
  g_auto (GStrv) lines = g_strsplit (failure->words != NULL ? failure->words : "", "\n", -1);
  guint n = g_strv_length (lines);
  g_autofree char *last = g_strjoinv ("\n", lines + (n > SAID_LINES ? n - SAID_LINES : 0));
  gsize length = strlen (last);
  const char *from =
      length > MAX_SAID ? g_utf8_find_next_char (last + length - MAX_SAID, NULL) : last;

  return sortie_shown_text (from, strlen (from));
}
