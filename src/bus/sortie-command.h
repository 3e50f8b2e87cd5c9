/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-scripts.h"

G_BEGIN_DECLS

/* One Redis command, formatted as it goes over the wire while it is put together. */
typedef struct _SortieCommand SortieCommand;

SortieCommand *sortie_command_new (const char *name, ...) G_GNUC_NULL_TERMINATED;
/* EVALSHA of a script; add the keys with sortie_command_add(), then the arguments. */
SortieCommand *sortie_command_new_script (SortieScript script, int n_keys);
void sortie_command_free (SortieCommand *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieCommand, sortie_command_free)

void sortie_command_add (SortieCommand *self, const char *text);
void sortie_command_add_len (SortieCommand *self, const char *bytes, gsize length);
/* One argument of three pieces. */
void sortie_command_add_joined (SortieCommand *self, const char *a, const char *b, const char *c);
void sortie_command_add_int (SortieCommand *self, gint64 value);

/* The script that this command runs, or SORTIE_SCRIPT_NONE. */
SortieScript sortie_command_get_script (const SortieCommand *self);

/* (transfer full): the bytes for the wire. */
char *sortie_command_format (const SortieCommand *self, gsize *length);

G_END_DECLS
