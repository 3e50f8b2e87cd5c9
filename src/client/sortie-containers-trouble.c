/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-containers-trouble.h"

#include "sortie-error.h"

#include <string.h>

/* --- from an engine's words --- */

/* In lower case. The first that is found decides, so what is the cause of other troubles is first. */
static const struct
{
  const char *words;
  SortieContainersTrouble trouble;
} signs[] = {
  { "no space left on device", SORTIE_CONTAINERS_DISK_FULL },
  { "disk quota exceeded", SORTIE_CONTAINERS_DISK_FULL },
  { "address already in use", SORTIE_CONTAINERS_PORT_TAKEN },
  { "port is already allocated", SORTIE_CONTAINERS_PORT_TAKEN },
  { "ports are not available", SORTIE_CONTAINERS_PORT_TAKEN },
  { "permission denied while trying to connect", SORTIE_CONTAINERS_DENIED },
  { "dial unix /var/run/docker.sock: connect: permission denied", SORTIE_CONTAINERS_DENIED },
  { "dial unix /run/podman/podman.sock: connect: permission denied", SORTIE_CONTAINERS_DENIED },
  { "is the docker daemon running", SORTIE_CONTAINERS_NOT_RUNNING },
  { "cannot connect to the docker daemon", SORTIE_CONTAINERS_NOT_RUNNING },
  { "failed to connect to the docker api", SORTIE_CONTAINERS_NOT_RUNNING },
  { "cannot connect to podman", SORTIE_CONTAINERS_NOT_RUNNING },
  { "no subuid ranges found", SORTIE_CONTAINERS_NO_SUBIDS },
  { "no subgid ranges found", SORTIE_CONTAINERS_NO_SUBIDS },
  { "newuidmap", SORTIE_CONTAINERS_NO_SUBIDS },
  { "newgidmap", SORTIE_CONTAINERS_NO_SUBIDS },
  { "insufficient uids or gids", SORTIE_CONTAINERS_NO_SUBIDS },
  { "enough ids available in the namespace", SORTIE_CONTAINERS_NO_SUBIDS },
  { "manifest unknown", SORTIE_CONTAINERS_NO_IMAGE },
  { "pull access denied", SORTIE_CONTAINERS_NO_IMAGE },
  { "requested access to the resource is denied", SORTIE_CONTAINERS_NO_IMAGE },
  { "no such image", SORTIE_CONTAINERS_NO_IMAGE },
  { "image not known", SORTIE_CONTAINERS_NO_IMAGE },
  { "unable to find image", SORTIE_CONTAINERS_NO_IMAGE },
  { "initializing source docker://", SORTIE_CONTAINERS_NO_IMAGE },
  { "failed to resolve reference", SORTIE_CONTAINERS_NO_IMAGE },
  { "did not resolve to an alias", SORTIE_CONTAINERS_NO_IMAGE },
};

SortieContainersTrouble
sortie_containers_trouble_from_words (const char *words, SortieContainersTrouble otherwise)
{
  g_autofree char *lower = g_ascii_strdown (words, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (signs); i++)
    if (strstr (lower, signs[i].words) != NULL)
      return signs[i].trouble;

  return otherwise;
}

/* The number after a colon in the line that says so: `127.0.0.1:8000: bind: address already …`,
 * `Bind for 127.0.0.1:8000 failed: port is …`. */
char *
sortie_containers_trouble_dup_port (const char *words)
{
  g_autoptr (GRegex) pattern =
      g_regex_new ("(?:\\d+\\.\\d+\\.\\d+\\.\\d+|\\[[0-9a-f:]*\\]|\\blocalhost):(\\d{1,5})\\b"
                   "[^\\n]*(?:in use|allocated|not available)",
                   G_REGEX_CASELESS, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  return g_regex_match (pattern, words, 0, &match) ? g_match_info_fetch (match, 1) : NULL;
}

/* --- what is said of it --- */

/* What happened and what to do. One %s takes the subject. */
static const struct
{
  SortieContainersTrouble trouble;
  SortieError code;
  const char *text;
} texts[] = {
  { SORTIE_CONTAINERS_SANDBOX, SORTIE_ERROR_UNAVAILABLE,
    "containers can be started outside the sandbox only: start them with “sortiectl backend up "
    "--containers” of an installation on the system, and connect to their address%.0s" },
  { SORTIE_CONTAINERS_NO_ENGINE, SORTIE_ERROR_NOT_FOUND,
    "neither Podman nor Docker is installed; install one of them, on Debian by “apt install podman "
    "podman-compose”%.0s" },
  { SORTIE_CONTAINERS_NO_COMPOSE, SORTIE_ERROR_NOT_FOUND,
    "%s is installed, but nothing that reads compose files; install podman-compose, or Docker's "
    "compose plugin" },
  { SORTIE_CONTAINERS_NOT_RUNNING, SORTIE_ERROR_UNAVAILABLE,
    "%s is installed, but its service does not run; start it, for example by “sudo systemctl start "
    "docker”" },
  { SORTIE_CONTAINERS_DENIED, SORTIE_ERROR_DENIED,
    "you may not use %s; ask the administrator to add you to the group docker, or install Podman, "
    "which needs no such right" },
  { SORTIE_CONTAINERS_NO_SUBIDS, SORTIE_ERROR_DENIED,
    "%s has no range of user IDs for you, which containers without root need; ask the administrator "
    "for “usermod --add-subuids 100000-165535 --add-subgids 100000-165535 YOU” and for the package "
    "uidmap" },
  { SORTIE_CONTAINERS_NO_FOLDER, SORTIE_ERROR_NOT_FOUND,
    "the compose files are missing: there is no %s; install Sortie completely, or name the folder "
    "in SORTIE_COMPOSE_DIR" },
  { SORTIE_CONTAINERS_PORT_TAKEN, SORTIE_ERROR_UNAVAILABLE,
    "another program listens on port %s already; end it, or set SORTIE_PORT to a port that "
    "is free" },
  { SORTIE_CONTAINERS_NO_IMAGE, SORTIE_ERROR_NOT_FOUND,
    "the image %s is neither on this machine nor could it be fetched; look at the network, or build "
    "it from Sortie's source" },
  { SORTIE_CONTAINERS_BUILD_FAILED, SORTIE_ERROR_FAILED, "the image %s could not be built" },
  { SORTIE_CONTAINERS_DISK_FULL, SORTIE_ERROR_TOO_LARGE,
    "the disk is full; make room, for example by “%s image prune”" },
  { SORTIE_CONTAINERS_UNHEALTHY, SORTIE_ERROR_UNAVAILABLE,
    "the containers were started, but %s did not become ready" },
  { SORTIE_CONTAINERS_OTHER_TOKEN, SORTIE_ERROR_DENIED,
    "the containers that run were started with another token than that in %s; stop and start them" },
  { SORTIE_CONTAINERS_NOT_STARTED, SORTIE_ERROR_UNAVAILABLE, "the containers are not started%.0s" },
  { SORTIE_CONTAINERS_FAILED, SORTIE_ERROR_FAILED, "%s could not start the containers" },
};

GError *
sortie_containers_failure_to_error (const SortieContainersFailure *self)
{
  const char *subject = self->subject != NULL ? self->subject : "the engine";
  gboolean has_words = self->words != NULL && *self->words != '\0';
  gsize i = 0;
  GError *error;

  while (texts[i].trouble != self->trouble && i < G_N_ELEMENTS (texts) - 1)
    i++;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  error = g_error_new (SORTIE_ERROR, (int) texts[i].code, texts[i].text, subject);
#pragma GCC diagnostic pop
  if (has_words)
    {
      g_autofree char *message = g_steal_pointer (&error->message);

      error->message = g_strconcat (message, "; it said:\n", self->words, NULL);
    }

  return error;
}

/* Where one line says it all, the others about it only puzzle. */
static char *
dup_telling (const char *words, SortieContainersTrouble trouble)
{
  g_auto (GStrv) lines = g_strsplit (words, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    if (sortie_containers_trouble_from_words (*line, SORTIE_CONTAINERS_NO_TROUBLE) == trouble)
      return g_strdup (*line);

  return g_strdup (words);
}

SortieContainersFailure *
sortie_containers_failure_new (SortieContainersTrouble trouble,
                               const char *subject,
                               const char *words)
{
  SortieContainersFailure *self = g_new0 (SortieContainersFailure, 1);

  self->trouble = trouble;
  self->subject = g_strdup (subject);
  self->words = words != NULL ? dup_telling (words, trouble) : NULL;

  return self;
}

SortieContainersFailure *
sortie_containers_failure_copy (const SortieContainersFailure *self)
{
  return self != NULL ? sortie_containers_failure_new (self->trouble, self->subject, self->words)
                      : NULL;
}

void
sortie_containers_failure_free (SortieContainersFailure *self)
{
  if (self == NULL)
    return;

  g_free (self->subject);
  g_free (self->words);
  g_free (self);
}
