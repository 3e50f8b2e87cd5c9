/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-toast.h"

#include "sortie-shown-text.h"

#include <glib/gi18n.h>

#define MAX_BYTES 200
#define SECONDS 5
#define UNDO_SECONDS 8

/* Both callbacks of an undo toast; the first that is called is the only one. */
typedef struct
{
  SortieToastFunc undone;
  SortieToastFunc closed;
  gpointer user_data;
} Undo;

static AdwToastOverlay *
find_overlay (GtkWidget *widget)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY);

  return overlay != NULL ? ADW_TOAST_OVERLAY (overlay) : NULL;
}

/* A toast's title is markup. */
static AdwToast *
create_toast (const char *text, guint seconds)
{
  g_autofree char *line = sortie_shown_line (text, MAX_BYTES);
  g_autofree char *escaped = g_markup_escape_text (line, -1);
  AdwToast *toast = adw_toast_new (escaped);

  adw_toast_set_timeout (toast, seconds);
  return toast;
}

static void
call_once (Undo *undo, SortieToastFunc func)
{
  undo->undone = NULL;
  undo->closed = NULL;
  if (func != NULL)
    func (undo->user_data);
}

static void
undone_cb (AdwToast *toast, Undo *undo)
{
  call_once (undo, undo->undone);
}

static void
dismissed_cb (AdwToast *toast, Undo *undo)
{
  call_once (undo, undo->closed);
}

/* A toast whose overlay goes away with the window is never dismissed. */
static void
toast_gone_cb (gpointer data, GObject *toast)
{
  Undo *undo = data;

  call_once (undo, undo->closed);
  g_free (undo);
}

/**
 * sortie_toast:
 * @widget: something inside the window
 * @text: plain text, of which one line is shown
 */
void
sortie_toast (GtkWidget *widget, const char *text)
{
  AdwToastOverlay *overlay = find_overlay (widget);

  if (overlay != NULL)
    adw_toast_overlay_add_toast (overlay, create_toast (text, SECONDS));
}

/**
 * sortie_toast_with_undo:
 * @widget: something inside the window
 * @text: plain text, of which one line is shown
 * @undone: (nullable): called where a person wants it undone
 * @closed: (nullable): called where it stays done; at once where there is no overlay
 *
 * Exactly one of the two is called, also where the window goes away meanwhile.
 */
void
sortie_toast_with_undo (GtkWidget *widget,
                        const char *text,
                        SortieToastFunc undone,
                        SortieToastFunc closed,
                        gpointer user_data)
{
  AdwToastOverlay *overlay = find_overlay (widget);
  AdwToast *toast;
  Undo *undo;

  if (overlay == NULL)
    {
      if (closed != NULL)
        closed (user_data);
      return;
    }
  toast = create_toast (text, UNDO_SECONDS);
  undo = g_new0 (Undo, 1);
  undo->undone = undone;
  undo->closed = closed;
  undo->user_data = user_data;
  adw_toast_set_button_label (toast, _ ("Undo"));
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  g_signal_connect (toast, "button-clicked", G_CALLBACK (undone_cb), undo);
  g_signal_connect (toast, "dismissed", G_CALLBACK (dismissed_cb), undo);
  g_object_weak_ref (G_OBJECT (toast), toast_gone_cb, undo);
  adw_toast_overlay_add_toast (overlay, toast);
}
