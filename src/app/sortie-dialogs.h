/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* What has a successor only in newer versions of GTK and libadwaita stands in this one file: file
 * chooser, message dialog, about window. */

/* @files: (element-type GFile): what was chosen; not called where a person chose nothing, or where @parent
 * has gone meanwhile: so it may be the @user_data, or own it */
typedef void (*SortieFilesFunc) (GListModel *files, gpointer user_data);
void sortie_dialogs_choose_files (GtkWidget *parent,
                                  const char *title,
                                  SortieFilesFunc func,
                                  gpointer user_data);
void sortie_dialogs_choose_folders (GtkWidget *parent,
                                    const char *title,
                                    SortieFilesFunc func,
                                    gpointer user_data);
typedef void (*SortieFileFunc) (GFile *file, gpointer user_data);
void sortie_dialogs_save_file (GtkWidget *parent,
                               const char *title,
                               const char *name,
                               SortieFileFunc func,
                               gpointer user_data);

/* Asks before something that can't be undone. `func` is called where a person agreed. */
typedef void (*SortieAgreedFunc) (gpointer user_data);
void sortie_dialogs_confirm (GtkWidget *parent,
                             const char *heading,
                             const char *body,
                             const char *action, /* "Remove" */
                             gboolean destructive,
                             SortieAgreedFunc func,
                             gpointer user_data);

/* @choices: id, label, id, label, …, NULL; `func` gets the chosen id, or "cancel" */
typedef void (*SortieChoiceFunc) (const char *id, gpointer user_data);
void sortie_dialogs_ask (GtkWidget *parent,
                         const char *heading,
                         const char *body,
                         const char *const *choices,
                         const char *default_id,
                         SortieChoiceFunc func,
                         gpointer user_data);

/* Text that a person types: a collection's name. @check: (nullable): why it can't be, or NULL */
typedef char *(*SortieTextCheckFunc) (const char *text, gpointer user_data);
typedef void (*SortieTextFunc) (const char *text, gpointer user_data);
void sortie_dialogs_ask_text (GtkWidget *parent,
                              const char *heading,
                              const char *label,
                              const char *text,
                              const char *action,
                              SortieTextCheckFunc check,
                              SortieTextFunc func,
                              gpointer user_data);

void sortie_dialogs_about (GtkWidget *parent);

G_END_DECLS
