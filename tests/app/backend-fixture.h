/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-api.h"

G_BEGIN_DECLS

/* A sortied of this build over a data folder of its own, for tests of pages. */
typedef struct _TestBackend TestBackend;

/* Starts it and waits until it listens. */
TestBackend *test_backend_new (void);
/* Ends it and looks whether it ended in order. */
void test_backend_free (TestBackend *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestBackend, test_backend_free)

/* Ends it, and starts it again with the same data at the same address. */
void test_backend_stop (TestBackend *self);
void test_backend_restart (TestBackend *self);

SortieApi *test_backend_get_api (TestBackend *self);
/* The same backend under an address that counts as another machine's. (transfer full) */
SortieApi *test_backend_new_remote_api (TestBackend *self);
/* A folder that is removed with the backend. */
const char *test_backend_get_folder (TestBackend *self);
/* Writes a file below it, folders included; its path. (transfer full) */
char *test_backend_write (TestBackend *self, const char *name, const char *text);

/* Asks and waits for the answer, which has to be a success. (transfer full) */
JsonNode *test_backend_call (TestBackend *self,
                             const char *method,
                             const char *path,
                             const char *body);
/* Waits until a collection is indexed. */
void test_backend_wait_indexed (TestBackend *self, const char *collection);

/* Runs the main context until the condition holds; a test that waits too long ends. */
#define test_wait_for(condition)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    guint test_wait_source = test_wait_begin (G_STRLOC ": " #condition);                           \
    while (!(condition))                                                                           \
      g_main_context_iteration (NULL, TRUE);                                                       \
    test_wait_end (test_wait_source);                                                              \
  }                                                                                                \
  G_STMT_END
guint test_wait_begin (const char *what);
void test_wait_end (guint source);

G_END_DECLS
