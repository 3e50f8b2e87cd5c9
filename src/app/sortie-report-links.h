/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Shows a person where a link of a report leads, and opens it where he agrees. What is no address of the
 * web or of mail is not opened at all. */
void sortie_report_follow_link (GtkWidget *widget, const char *target);

G_END_DECLS
