/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-extract.h"
#include "sortie-library.h"

/* A library in a folder of its own, with a folder of documents beside it. */
typedef struct
{
  char *folder;
  char *documents;
  char *data; /* what the library was given */
  SortieLibrary *library;
} Fixture;

void fixture_set_up (Fixture *self, gconstpointer unused);
void fixture_tear_down (Fixture *self, gconstpointer unused);

/* A file among the documents; folders are made as needed. Its time lies far enough back to tell a
 * later change; a file that is written again gets a later one. */
void fixture_write (Fixture *self, const char *name, const char *bytes, gssize length);
void fixture_delete (Fixture *self, const char *name);
char *fixture_path (Fixture *self, const char *name);

/* Indexes the collection `c`, which mirrors the documents; made at the first call. */
SortieIndexResult fixture_index (Fixture *self);

/* The current document with that path, which must be there. */
SortieDocument *fixture_document (Fixture *self, const char *path);
/* The path (and `#number`) of each result, joined by spaces. */
char *fixture_search (Fixture *self, const char *query, SortieSearchBy by);

/* Asserts that the passages of each document tile its text, are exact and bounded; returns how many
 * passages there were. */
guint fixture_check_exact (Fixture *self, const char *collection);

/* A file in tests/retrieval/data. */
GBytes *fixture_data (const char *name);

/* An extract that must succeed. */
SortieExtract *fixture_extract (const char *name, const char *bytes, gssize length);
/* The reason why one must not. */
char *fixture_refuse (const char *name, const char *bytes, gssize length);
void fixture_remove_tree (const char *path);
