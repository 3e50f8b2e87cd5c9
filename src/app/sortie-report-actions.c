/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-dialogs.h"
#include "sortie-report-export.h"
#include "sortie-report-view-private.h"
#include "sortie-toast.h"

#include <glib/gi18n.h>
#include <math.h>

#define ZOOM_STEP 1.1

/* ---- Export ---- */

static void
exported_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieReportView) view = user_data;
  g_autoptr (GError) error = NULL;

  if (sortie_report_export_finish (result, &error))
    sortie_toast (GTK_WIDGET (view), _ ("Report saved"));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    sortie_toast (GTK_WIDGET (view), _ ("The report could not be saved"));
}

static void
export_to (SortieReportView *view, GFile *file, SortieReportFormatKind kind)
{
  const SortieModelDraft *draft = sortie_report_view_get_draft (view);
  g_autofree char *name = sortie_report_view_dup_name (view);
  const char *text;
  gsize length;

  if (draft == NULL)
    return;
  text = sortie_model_draft_get_text (draft, &length);
  sortie_report_export_async (file, kind, text, length, name, NULL, exported_cb,
                              g_object_ref (view));
}

static void
markdown_file_cb (GFile *file, gpointer user_data)
{
  export_to (user_data, file, SORTIE_REPORT_AS_MARKDOWN);
}

static void
html_file_cb (GFile *file, gpointer user_data)
{
  export_to (user_data, file, SORTIE_REPORT_AS_HTML);
}

static void
pdf_file_cb (GFile *file, gpointer user_data)
{
  export_to (user_data, file, SORTIE_REPORT_AS_PDF);
}

static void
export_as (SortieReportView *view, const char *ending, SortieFileFunc func)
{
  g_autofree char *name = sortie_report_view_dup_name (view);
  g_autofree char *file_name = g_strconcat (name, ending, NULL);

  if (sortie_report_view_get_draft (view) != NULL)
    sortie_dialogs_save_file (GTK_WIDGET (view), _ ("Export Report"), file_name, func, view);
}

static void
export_markdown_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  export_as (user_data, ".md", markdown_file_cb);
}

static void
export_html_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  export_as (user_data, ".html", html_file_cb);
}

static void
export_pdf_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  export_as (user_data, ".pdf", pdf_file_cb);
}

static void
print_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SortieReportView *view = user_data;
  const SortieModelDraft *draft = sortie_report_view_get_draft (view);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (view));
  g_autofree char *name = sortie_report_view_dup_name (view);
  const char *text;
  gsize length;

  if (draft == NULL)
    return;
  text = sortie_model_draft_get_text (draft, &length);
  sortie_report_print (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, text, length, name);
}

/* ---- The others ---- */

static void
copy_markdown_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SortieReportView *view = user_data;
  const SortieModelDraft *draft = sortie_report_view_get_draft (view);
  g_autofree char *valid = NULL;
  const char *text;
  gsize length;

  if (draft == NULL)
    return;
  text = sortie_model_draft_get_text (draft, &length);
  valid = g_utf8_make_valid (text, (gssize) length);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (view)), valid);
  sortie_toast (GTK_WIDGET (view), _ ("Report copied as Markdown"));
}

static void
find_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  sortie_report_find_open (sortie_report_view_get_find (user_data));
}

static void
zoom_in_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  sortie_report_view_set_zoom (user_data, sortie_report_view_get_zoom (user_data) * ZOOM_STEP);
}

static void
zoom_out_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  sortie_report_view_set_zoom (user_data, sortie_report_view_get_zoom (user_data) / ZOOM_STEP);
}

static void
zoom_reset_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  sortie_report_view_set_zoom (user_data, 1);
}

static void
draft_changed_cb (GSimpleAction *action, GVariant *value, gpointer user_data)
{
  g_simple_action_set_state (action, value);
  sortie_report_view_choose_draft (user_data, g_variant_get_int32 (value));
}

GActionGroup *
sortie_report_actions_new (SortieReportView *self)
{
  static const GActionEntry entries[] = {
    { "find", find_cb, NULL, NULL, NULL, { 0 } },
    { "zoom-in", zoom_in_cb, NULL, NULL, NULL, { 0 } },
    { "zoom-out", zoom_out_cb, NULL, NULL, NULL, { 0 } },
    { "zoom-reset", zoom_reset_cb, NULL, NULL, NULL, { 0 } },
    { "copy-markdown", copy_markdown_cb, NULL, NULL, NULL, { 0 } },
    { "export-markdown", export_markdown_cb, NULL, NULL, NULL, { 0 } },
    { "export-html", export_html_cb, NULL, NULL, NULL, { 0 } },
    { "export-pdf", export_pdf_cb, NULL, NULL, NULL, { 0 } },
    { "print", print_cb, NULL, NULL, NULL, { 0 } },
    { "draft", NULL, "i", "0", draft_changed_cb, { 0 } },
  };
  GSimpleActionGroup *group = g_simple_action_group_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (group), entries, G_N_ELEMENTS (entries), self);
  return G_ACTION_GROUP (group);
}

void
sortie_report_actions_update (GActionGroup *group, gboolean has_report)
{
  static const char *const names[] = { "find",        "copy-markdown", "export-markdown",
                                       "export-html", "export-pdf",    "print" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_simple_action_set_enabled (G_SIMPLE_ACTION (
                                     g_action_map_lookup_action (G_ACTION_MAP (group), names[i])),
                                 has_report);
}

void
sortie_report_actions_add_shortcuts (GtkWidgetClass *widget_class)
{
  static const struct
  {
    guint key;
    const char *action;
  } keys[] = { { GDK_KEY_f, "report.find" },
               { GDK_KEY_p, "report.print" },
               { GDK_KEY_plus, "report.zoom-in" },
               { GDK_KEY_equal, "report.zoom-in" },
               { GDK_KEY_KP_Add, "report.zoom-in" },
               { GDK_KEY_minus, "report.zoom-out" },
               { GDK_KEY_KP_Subtract, "report.zoom-out" },
               { GDK_KEY_0, "report.zoom-reset" },
               { GDK_KEY_KP_0, "report.zoom-reset" } };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (widget_class, keys[i].key, GDK_CONTROL_MASK,
                                         keys[i].action, NULL);
}
