/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-line-reader.h"

G_BEGIN_DECLS

#define SORTIE_PROCESS_MAX_OUTPUT 2000 /* lines kept of its standard output */
#define SORTIE_PROCESS_LAST_LINES 60   /* kept of everything that it says */
#define SORTIE_PROCESS_KILL_MS 10000   /* how long a cancelled one may take to end */

/**
 * SortieProcessResult:
 * @status: its exit status, or 128 and the signal's number
 * @output: (element-type utf8): its standard output
 * @words: (element-type utf8): the last lines of both outputs, as they came
 */
typedef struct
{
  int status;
  GPtrArray *output;
  GPtrArray *words;
} SortieProcessResult;

void sortie_process_result_free (SortieProcessResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieProcessResult, sortie_process_result_free)

/* The last `n` lines that are not empty, joined by line breaks. (transfer full) */
char *sortie_process_result_dup_words (const SortieProcessResult *self, guint n);

/**
 * sortie_process_run_async:
 * @arguments: the program, found in the PATH of @environment, and its arguments; no shell
 * @folder: (nullable): its working folder
 * @environment: all of its environment
 * @func: (nullable): told each line of both outputs as it comes
 *
 * Runs a program to its end. It has nothing to read and no terminal. Where it is cancelled it is
 * ended with all of its children, and the call returns when it has ended.
 */
void sortie_process_run_async (const char *const *arguments,
                               const char *folder,
                               const char *const *environment,
                               SortieLineFunc func,
                               gpointer func_data,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/* (transfer full): also for one that failed; NULL with SORTIE_ERROR_NOT_FOUND where there is no such
 * program, SORTIE_ERROR_UNAVAILABLE where it can't be started, or G_IO_ERROR_CANCELLED */
SortieProcessResult *sortie_process_run_finish (GAsyncResult *result, GError **error);

/* (transfer full) (nullable): where a program lies in the PATH of that environment */
char *sortie_process_find_program (const char *name, const char *const *environment);

G_END_DECLS
