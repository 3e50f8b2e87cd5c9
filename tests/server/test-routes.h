/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "test-server.h"

G_BEGIN_DECLS

#define TEST_TOKEN "correct-horse-battery-staple"
#define TEST_KNOWN "4f3c1c0e-7c1a-4e0b-9a53-0d6a2f4b8a11"

/* Small routes such as a real backend has: /health, /task, /stream/{id}, and some that try the
 * server: /echo, /upload, /big, /empty, /sleep. Their state is the table of idempotency keys. */
void test_routes_add (SortieHttpServer *server, gpointer user_data);

/* How many handlers of /sleep may run on; they wait for it. */
void test_routes_wake (int n);
/* Waits until that many handlers of /sleep have begun. */
void test_routes_wait_asleep (int n);

G_END_DECLS
