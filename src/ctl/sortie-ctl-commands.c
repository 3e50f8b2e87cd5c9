/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-private.h"

#include "sortie-error.h"

#define PLACE(member) G_STRUCT_OFFSET (SortieCtlOptions, member)

/* --- the options of each command --- */

static const SortieCtlOption run_options[] = {
  { "documents", G_OPTION_ARG_FILENAME_ARRAY, PLACE (documents),
    "Search this folder, as a collection of its own; may be repeated", "DIR" },
  { "collection", G_OPTION_ARG_FILENAME_ARRAY, PLACE (collections),
    "Search this collection; may be repeated", "NAME" },
  { "words", G_OPTION_ARG_INT, PLACE (words), "About how long the report is to be", "N" },
  { "json", G_OPTION_ARG_NONE, PLACE (json), "Print the events, one JSON object a line", NULL },
  { NULL },
};

static const SortieCtlOption submit_options[] = {
  { "documents", G_OPTION_ARG_FILENAME_ARRAY, PLACE (documents),
    "Search this folder, as a collection of its own; may be repeated", "DIR" },
  { "collection", G_OPTION_ARG_FILENAME_ARRAY, PLACE (collections),
    "Search this collection; may be repeated", "NAME" },
  { "words", G_OPTION_ARG_INT, PLACE (words), "About how long the report is to be", "N" },
  { NULL },
};

static const SortieCtlOption watch_options[] = {
  { "json", G_OPTION_ARG_NONE, PLACE (json), "Print the events, one JSON object a line", NULL },
  { NULL },
};

static const SortieCtlOption list_options[] = {
  { "status", G_OPTION_ARG_FILENAME, PLACE (status),
    "Only waiting, running, completed, partial, failed or cancelled ones", "STATE",
    "waiting running completed partial failed cancelled" },
  { "limit", G_OPTION_ARG_INT, PLACE (limit), "At most so many; 20 where not given", "N" },
  { "json", G_OPTION_ARG_NONE, PLACE (json), "Print one JSON object a line", NULL },
  { NULL },
};

static const SortieCtlOption json_options[] = {
  { "json", G_OPTION_ARG_NONE, PLACE (json), "Print the backend's answer as JSON", NULL },
  { NULL },
};

static const SortieCtlOption backend_options[] = {
  { "json", G_OPTION_ARG_NONE, PLACE (json), "Print the backend's answer as JSON", NULL },
  { "follow", G_OPTION_ARG_NONE, PLACE (follow), "With --containers logs: go on until Ctrl-C",
    NULL },
  { NULL },
};

static const SortieCtlOption report_options[] = {
  { "html", G_OPTION_ARG_NONE, PLACE (html), "Print a self-contained HTML page", NULL },
  { NULL },
};

static const SortieCtlOption search_options[] = {
  { "collection", G_OPTION_ARG_FILENAME_ARRAY, PLACE (collections),
    "Search this collection; may be repeated; all where not given", "NAME" },
  { "limit", G_OPTION_ARG_INT, PLACE (limit), "At most so many results; 10 where not given", "N" },
  { "by", G_OPTION_ARG_FILENAME, PLACE (by),
    "passage: rank passages; document: the best passage of each document", "UNIT",
    "passage document" },
  { "json", G_OPTION_ARG_NONE, PLACE (json), "Print one JSON object a line", NULL },
  { NULL },
};

/* --- what the longer ones have to say --- */

static const char run_description[] =
    "Plans the mission, searches the documents, and writes a report in which every claim cites the\n"
    "passage it came from. TEXT is the mission; - reads it from standard input.\n"
    "\n"
    "The report goes to standard output as Markdown, and nothing else does. On a terminal it appears\n"
    "while it is written; into a file or a pipe it goes in one piece when it is finished. Progress\n"
    "goes to standard error where that is a terminal, and one line at the end tells the outcome.\n"
    "\n"
    "Ctrl-C cancels the mission and says what was kept; Ctrl-C again leaves at once.\n"
    "\n"
    "Exit codes: 0 completed, 2 partial (the report names what is missing), 3 failed, 4 cancelled,\n"
    "1 usage or connection.\n"
    "\n"
    "Examples:\n"
    "  sortiectl run \"Which duties does the supplier have?\" --documents ~/contracts\n"
    "  sortiectl run - --words 1200 < question.txt > report.md\n";

static const char submit_description[] =
    "Hands the mission to the backend and prints its ID without waiting for it. TEXT is the mission;\n"
    "- reads it from standard input. Where no backend is running the mission is kept, and carried out\n"
    "as soon as one runs.\n"
    "\n"
    "Example:\n"
    "  id=$(sortiectl submit \"Compare the two designs\" --collection designs)\n"
    "  sortiectl watch \"$id\"\n";

static const char watch_description[] =
    "Shows a mission as run does, from its beginning, and ends with it; also for one that has ended\n"
    "already. Ctrl-C stops watching; the mission goes on.\n"
    "\n"
    "Exit codes: 0 completed, 2 partial, 3 failed, 4 cancelled, 1 usage or connection.\n"
    "\n"
    "Example:\n"
    "  sortiectl watch 0b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11 --json | jq -r .code\n";

static const char list_description[] =
    "The newest come first. With --json each line is a mission's snapshot.\n"
    "\n"
    "Example:\n"
    "  sortiectl list --status running\n";

static const char show_description[] =
    "Text, state, times, collections, and each step with its agent, attempts and duration.\n"
    "\n"
    "Example:\n"
    "  sortiectl show 0b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11\n";

static const char report_description[] =
    "The last draft of the mission, as Markdown. Of a mission that has not ended or was cancelled it\n"
    "is the draft as far as it came.\n"
    "\n"
    "Example:\n"
    "  sortiectl report 0b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11 --html > report.html\n";

static const char retry_description[] =
    "Makes a new mission that starts from what the old one had finished, and prints the new ID. The\n"
    "old one stays as it is.\n"
    "\n"
    "Example:\n"
    "  sortiectl watch \"$(sortiectl retry 0b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11)\"\n";

static const char dead_letters_description[] =
    "A step that failed at every attempt becomes a dead letter: it is kept with its error and its\n"
    "payload until it is discarded. retry makes a new mission of the one it belongs to.\n"
    "\n"
    "Example:\n"
    "  sortiectl dead-letters\n"
    "  sortiectl dead-letters discard 1718000000000-0\n";

static const char search_description[] =
    "Ranks passages for a text without a mission, exactly as the retriever does. Any text is a valid\n"
    "query. Several collections are searched one after the other and merged by score.\n"
    "\n"
    "Example:\n"
    "  sortiectl search \"warranty period\" --collection contracts --by document\n";

static const char collections_description[] =
    "A collection is a set of documents that missions search: folders and files that it mirrors, and\n"
    "uploads.\n"
    "\n"
    "  list               all collections (also without an argument)\n"
    "  add NAME PATH…     make the collection, or add to it, and index it\n"
    "  remove NAME        forget the collection; the files stay\n"
    "  documents NAME     its documents, with the reason for those that could not be read\n"
    "  reindex NAME       bring it up to date with its files\n"
    "\n"
    "A backend on this machine reads the files where they are; to another one they are uploaded.\n"
    "\n"
    "Example:\n"
    "  sortiectl collections add contracts ~/contracts ~/Documents/annex.pdf\n";

static const char verify_description[] =
    "Checks a finished report against the documents: that the quote behind each source stands in the\n"
    "document's text at the recorded bytes, that each [n] has its source and each source its [n], and\n"
    "that the report is what was streamed. Prints how many it checked.\n"
    "\n"
    "Exit codes: 0 all hold, 3 some do not, 1 usage or connection.\n"
    "\n"
    "Example:\n"
    "  sortiectl verify 0b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11\n";

static const char topology_description[] =
    "The agents with their live workers, queues and counters, and who hands work to whom.\n"
    "\n"
    "Example:\n"
    "  sortiectl topology --json | jq '.nodes[].id'\n";

static const char backend_description[] =
    "  status             whether it is there and ready (also without an argument)\n"
    "  health             whether steps are taken there; needs no token, for health checks\n"
    "  up                 start a local one, leave it running, and print its address\n"
    "  down               end the local one in order; missions go on when it is started again\n"
    "  logs               what the one started by up has said\n"
    "\n"
    "With --containers it is the backend in containers, by Podman or Docker: up builds or fetches what\n"
    "is missing, starts Redis and the backend, and waits until it is ready; Ctrl-C stops what was\n"
    "started. The containers go on until down; what they keep stays.\n"
    "\n"
    "Example:\n"
    "  sortiectl backend up\n"
    "  sortiectl backend up --containers && sortiectl --containers list\n";

/* --- help --- */

static int
run_help (SortieCtl *ctl, GError **error)
{
  const SortieCtlCommand *found =
      ctl->n_arguments > 0 ? sortie_ctl_find_command (ctl->arguments[0]) : NULL;
  g_autofree char *help = NULL;

  if (ctl->n_arguments > 0 && found == NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "there is no command “%s”; see sortiectl --help", ctl->arguments[0]);
      return SORTIE_CTL_ERROR;
    }

  help = sortie_ctl_dup_help (found);
  fputs (help, ctl->out);

  return SORTIE_CTL_OK;
}

/* --- the table --- */

const SortieCtlCommand sortie_ctl_commands[] = {
  { "run", "TEXT", "Carry out a mission and print its report", run_description, run_options, 1, 1,
    TRUE, sortie_ctl_run_run },
  { "submit", "TEXT", "Submit a mission and print its ID", submit_description, submit_options, 1, 1,
    TRUE, sortie_ctl_run_submit },
  { "watch", "ID", "Follow a mission to its end", watch_description, watch_options, 1, 1, TRUE,
    sortie_ctl_run_watch },
  { "list", "", "List missions", list_description, list_options, 0, 0, TRUE, sortie_ctl_run_list },
  { "show", "ID", "Show where a mission stands", show_description, json_options, 1, 1, TRUE,
    sortie_ctl_run_show },
  { "report", "ID", "Print a mission's report", report_description, report_options, 1, 1, TRUE,
    sortie_ctl_run_report },
  { "cancel", "ID", "Cancel a mission; what was done is kept",
    "Example:\n  sortiectl cancel 0b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11\n", NULL, 1, 1, TRUE,
    sortie_ctl_run_cancel },
  { "retry", "ID", "Carry on with a mission that ended, as a new one", retry_description, NULL, 1,
    1, TRUE, sortie_ctl_run_retry },
  { "delete", "ID", "Remove a mission that has ended",
    "Its events and its report are gone with it.\n\n"
    "Example:\n  sortiectl delete 0b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11\n",
    NULL, 1, 1, TRUE, sortie_ctl_run_delete },
  { "verify", "ID", "Check every citation of a report", verify_description, NULL, 1, 1, TRUE,
    sortie_ctl_run_verify },
  { "search", "TEXT", "Search documents without a mission", search_description, search_options, 1,
    1, TRUE, sortie_ctl_run_search },
  { "collections", "[ACTION …]", "List, make, refresh and remove collections",
    collections_description, json_options, 0, -1, TRUE, sortie_ctl_run_collections,
    "list add documents reindex remove" },
  { "dead-letters", "[discard ID]", "List steps that failed for good, or discard one",
    dead_letters_description, json_options, 0, 2, TRUE, sortie_ctl_run_dead_letters, "discard" },
  { "topology", "", "Show the running system", topology_description, json_options, 0, 0, TRUE,
    sortie_ctl_run_topology },
  { "backend", "[up|down|status|health|logs]", "Look after the backend", backend_description,
    backend_options, 0, 1, FALSE, sortie_ctl_run_backend, "up down status health logs" },
  { "help", "[COMMAND]", "Show help", "", NULL, 0, 1, FALSE, run_help },
  { NULL },
};
