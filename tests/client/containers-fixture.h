/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "peer.h"
#include "sortie-containers.h"

G_BEGIN_DECLS

/* A stack whose engine is tests/client/data/fake-engine and whose backend is a scripted one. */
typedef struct
{
  char *folder;  /* of all of it */
  char *state;   /* what the fake engine knows */
  char *compose; /* compose.yaml, beside which a source lies */
  GStrv environment;
  SortieContainers *containers;
  Peer *backend;
  gboolean is_ready;  /* what the backend says of itself */
  gboolean is_strict; /* whether it takes no token */
  GString *stages;    /* the stages that were told, with blanks between */
  GString *lines;
} Stack;

/* `programs`: what there is in PATH, with blanks between: "podman podman-compose" */
Stack *stack_new (const char *programs);
void stack_free (Stack *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stack, stack_free)

/* What the fake engine does at a word in place of what it would do. */
void stack_on (Stack *self, const char *word, const char *commands);
void stack_write (Stack *self, const char *name, const char *text);
/* What it was called with since the last time, the stack's folder as FOLDER. (transfer full) */
char *stack_take_calls (Stack *self);

gboolean stack_up (Stack *self, GCancellable *cancellable, GError **error);
gboolean stack_down (Stack *self, GError **error);
/* The start must fail with that trouble, its message holding that text. */
void stack_assert_fails (Stack *self, SortieContainersTrouble trouble, int code, const char *text);

G_END_DECLS
