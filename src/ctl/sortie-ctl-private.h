/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-api.h"
#include "sortie-ctl.h"
#include "sortie-launcher.h"

G_BEGIN_DECLS

/* What the command line may set. One place for the options of all commands: the same name means the
 * same thing everywhere. */
typedef struct
{
  char *backend;
  char *token_file;
  char *env_file;
  char *data_dir;
  gboolean containers;
  gboolean verbose;
  gboolean help;
  gboolean version;

  char **documents;
  char **collections;
  int words;
  int limit;
  char *status;
  char *by;
  gboolean json;
  gboolean html;
  gboolean follow;
} SortieCtlOptions;

/**
 * SortieCtlOption:
 * @name: without the dashes
 * @kind: G_OPTION_ARG_NONE, _INT, _FILENAME (any one text) or _FILENAME_ARRAY (repeatable)
 * @place: offset in SortieCtlOptions
 * @description: for --help
 * @value: (nullable): what its value is called in --help; FILE and DIR are completed as such
 * @choices: (nullable): the values that there are, with blanks between them, for completion
 */
typedef struct
{
  const char *name;
  GOptionArg kind;
  gsize place;
  const char *description;
  const char *value;
  const char *choices;
} SortieCtlOption;

typedef struct _SortieCtl SortieCtl;

/**
 * SortieCtlCommand:
 * @name: the word on the command line
 * @usage: what follows it, for --help
 * @summary: one line
 * @description: what it does, in a few lines, and an example
 * @options: (nullable): its own, ended by one without a name
 * @min_arguments: how many it needs
 * @max_arguments: how many it takes; -1 for any number
 * @connects: whether it needs a backend before it runs
 * @run: returns the exit code; an error is printed and makes it SORTIE_CTL_ERROR
 * @choices: (nullable): what its first argument may be, with blanks between them, for completion
 */
typedef struct
{
  const char *name;
  const char *usage;
  const char *summary;
  const char *description;
  const SortieCtlOption *options;
  int min_arguments;
  int max_arguments;
  gboolean connects;
  int (*run) (SortieCtl *ctl, GError **error);
  const char *choices;
} SortieCtlCommand;

struct _SortieCtl
{
  SortieCtlOptions options;
  char **arguments; /* of the command, without its name */
  int n_arguments;

  FILE *in;
  FILE *out;
  FILE *err;
  gboolean out_is_terminal;
  gboolean err_is_terminal;
  gboolean colour;     /* on err */
  gboolean line_shown; /* whether err holds a line that the next one replaces */

  SortieApi *api;
  SortieLauncher *launcher; /* (nullable): where no backend is configured */
  gboolean knows_paths;     /* whether the backend was asked if it takes paths */
  gboolean hurried;         /* whether the user wants to be gone rather than to wait */
};

/* All commands, ended by one without a name. */
extern const SortieCtlCommand sortie_ctl_commands[];

/* --- the command line (sortie-ctl-options.c) --- */

extern const SortieCtlOption sortie_ctl_global_options[];

/* Which command, its options and its arguments. (nullable): NULL without an error where none was
 * named. SORTIE_ERROR_INVALID where the line makes no sense. */
const SortieCtlCommand *sortie_ctl_parse (SortieCtl *ctl, char **arguments, GError **error);
/* `command`: (nullable): NULL for the overview */
char *sortie_ctl_dup_help (const SortieCtlCommand *command);
void sortie_ctl_options_clear (SortieCtlOptions *options);
/* (nullable): by name; of an option that several commands have, the first. */
const SortieCtlCommand *sortie_ctl_find_command (const char *word);
const SortieCtlOption *sortie_ctl_find_option (const char *name);
/* (nullable): where the word after this one is an option's value: the option, in `--name` */
const SortieCtlOption *sortie_ctl_find_valued_option (const char *word);

/* --- completion (sortie-ctl-complete.c) --- */

/**
 * sortie_ctl_complete:
 * @words: NULL-terminated: those after the program's name, as far as the cursor; the last one is being
 *   written, and may be empty
 *
 * Prints what may stand in place of the last word, one a line, a tabulator and a summary after it; in place
 * of names of files a line `:files` or `:folders`. Asks no backend. Returns: an exit code
 */
int sortie_ctl_complete (char **words, FILE *out);

/* --- the backend (sortie-ctl-backend.c) --- */

/* Where the configuration says, else the local one, which is started where it does not run. */
gboolean sortie_ctl_connect (SortieCtl *ctl, GError **error);
/* The same, but nothing is started: SORTIE_ERROR_UNAVAILABLE where there is no backend. */
gboolean sortie_ctl_connect_running (SortieCtl *ctl, GError **error);
/* Where the one in containers is, which runs already, and its token in place of @token; nothing is
 * started (sortie-ctl-containers.c). */
SortieBackendAddress *sortie_ctl_find_containers (SortieCtl *ctl, char **token, GError **error);
/* Ends the backend that was started, in order. */
void sortie_ctl_disconnect (SortieCtl *ctl);

/* For calls that the command waits for: sortie_ctl_wait_cb() with the address of a NULL
 * GAsyncResult pointer as its data, then sortie_ctl_wait() on the same. */
void sortie_ctl_wait_cb (GObject *source, GAsyncResult *result, gpointer user_data);
GAsyncResult *sortie_ctl_wait (GAsyncResult **result);

/* Any route, waited for. The answer must be a JSON object, or an empty one is made of nothing. */
JsonNode *sortie_ctl_call (SortieCtl *ctl,
                           const char *method,
                           const char *path,
                           const char *query,
                           const char *body,
                           GError **error);

/* Whether the backend reads documents where they are on this machine (sortie-ctl-upload.c). */
gboolean sortie_ctl_takes_paths (SortieCtl *ctl);

/* --- output (sortie-ctl-output.c) --- */

/* Text from outside as it may be shown on a terminal: no control characters, no direction marks.
 * Line breaks and tabs stay or become spaces. */
char *sortie_ctl_clean (const char *text, gssize length, gboolean keep_lines);

/* One line of text from outside, cut to so many columns with an ellipsis; 0 for no limit. */
char *sortie_ctl_dup_line (const char *text, guint columns);
/* How many columns a text takes on a terminal. */
guint sortie_ctl_text_width (const char *text);

/* A message on err, as one whole line; replaces the progress line. */
void sortie_ctl_say (SortieCtl *ctl, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The same only with --verbose. */
void sortie_ctl_say_verbose (SortieCtl *ctl, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The line on err that the next one replaces; NULL takes it away. Nothing where err is no terminal. */
void sortie_ctl_show_line (SortieCtl *ctl, const char *line);
guint sortie_ctl_get_columns (SortieCtl *ctl);

/* Prints text from outside on out: as it is into a file or pipe, cleaned on a terminal. */
void sortie_ctl_print_text (SortieCtl *ctl, const char *text, gsize length);
void sortie_ctl_print_json (SortieCtl *ctl, JsonNode *node);
/* SORTIE_ERROR_FAILED where out could not take everything. */
gboolean sortie_ctl_flush (SortieCtl *ctl, GError **error);

/* `milliseconds` as `12 ms`, `3.4 s`, `2 min 5 s` */
char *sortie_ctl_dup_duration (gint64 milliseconds);
/* RFC 3339 text as local date and time; what is no time is returned as it is. */
char *sortie_ctl_dup_local_time (const char *timestamp);

/* Rows of cells in aligned columns, cleaned; the last one is cut at the terminal's width. */
typedef struct _SortieCtlTable SortieCtlTable;
/* `headings`: NULL-terminated; one that begins with `>` makes a right-aligned column */
SortieCtlTable *sortie_ctl_table_new (const char *const *headings);
/* As many cells as headings; takes ownership of them. */
void sortie_ctl_table_add (SortieCtlTable *self, ...);
void sortie_ctl_table_print (SortieCtlTable *self, SortieCtl *ctl);
void sortie_ctl_table_free (SortieCtlTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieCtlTable, sortie_ctl_table_free)

/* --- reading answers (sortie-ctl-output.c): what is missing or of another type is empty --- */

const char *sortie_ctl_get_string (JsonObject *object, const char *name);
gint64 sortie_ctl_get_int (JsonObject *object, const char *name);
gboolean sortie_ctl_get_bool (JsonObject *object, const char *name);
/* (transfer full) (element-type JsonObject): the objects of an array */
GPtrArray *sortie_ctl_get_objects (JsonObject *object, const char *name);

/* --- missions --- */

/* Follows the mission to its end and prints its report (sortie-ctl-follow.c). `cancels`: whether
 * Ctrl-C cancels it. */
int sortie_ctl_follow (SortieCtl *ctl, const char *mission_id, gboolean cancels, GError **error);

/* SORTIE_ERROR_INVALID where the argument is no mission ID. */
gboolean sortie_ctl_check_mission_id (const char *id, GError **error);

/* Makes or refreshes the collection of a folder or file and waits for its index
 * (sortie-ctl-documents.c). (transfer full): its name */
char *sortie_ctl_prepare_documents (SortieCtl *ctl, const char *path, GError **error);
/* Brings a collection's index up to date and waits for it. */
gboolean sortie_ctl_reindex (SortieCtl *ctl, const char *name, GError **error);
/* Adds paths of this machine to a collection: by name where the backend is on it, else by upload. */
gboolean sortie_ctl_add_paths (SortieCtl *ctl,
                               const char *name,
                               const char *const *paths,
                               GError **error);
/* The path without links and dots; SORTIE_ERROR_INVALID where there is nothing. (transfer full) */
char *sortie_ctl_resolve_path (const char *path, GError **error);
/* The name of a collection made of that folder, as long as no other one has it. (transfer full) */
char *sortie_ctl_dup_collection_name (const char *path);

/* --- the commands --- */

int sortie_ctl_run_run (SortieCtl *ctl, GError **error);
int sortie_ctl_run_submit (SortieCtl *ctl, GError **error);
int sortie_ctl_run_watch (SortieCtl *ctl, GError **error);
int sortie_ctl_run_list (SortieCtl *ctl, GError **error);
int sortie_ctl_run_show (SortieCtl *ctl, GError **error);
int sortie_ctl_run_report (SortieCtl *ctl, GError **error);
int sortie_ctl_run_cancel (SortieCtl *ctl, GError **error);
int sortie_ctl_run_retry (SortieCtl *ctl, GError **error);
int sortie_ctl_run_delete (SortieCtl *ctl, GError **error);
int sortie_ctl_run_dead_letters (SortieCtl *ctl, GError **error);
int sortie_ctl_run_search (SortieCtl *ctl, GError **error);
int sortie_ctl_run_collections (SortieCtl *ctl, GError **error);
int sortie_ctl_run_verify (SortieCtl *ctl, GError **error);
int sortie_ctl_run_topology (SortieCtl *ctl, GError **error);
int sortie_ctl_run_backend (SortieCtl *ctl, GError **error);
/* `backend health` (sortie-ctl-health.c) */
int sortie_ctl_run_health (SortieCtl *ctl, GError **error);
/* `backend status` (sortie-ctl-backend.c) */
int sortie_ctl_run_status (SortieCtl *ctl, GError **error);
/* `backend …` with --containers (sortie-ctl-containers.c) */
int sortie_ctl_run_containers (SortieCtl *ctl, const char *action, GError **error);

G_END_DECLS
