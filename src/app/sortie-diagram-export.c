/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-diagram-export.h"

#include "sortie-error.h"

#include <cairo-svg.h>
#include <math.h>

/* The picture is what GTK draws, played to a surface of cairo: text becomes outlines, so that nothing
 * that a label says can mean anything to a reader of the file. */

static cairo_status_t
write_cb (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static void
paint_background (SortieDiagramCanvas *canvas, cairo_t *cr)
{
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (canvas));
  GdkRGBA color = { 1, 1, 1, 1 };

  gtk_style_context_lookup_color (style, "window_bg_color", &color);
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_paint (cr);
}

static GskRenderNode *
render (SortieDiagramCanvas *canvas, double *width, double *height, GError **error)
{
  GskRenderNode *node = NULL;

  if (gtk_widget_get_mapped (GTK_WIDGET (canvas)) &&
      sortie_diagram_canvas_get_size (canvas, width, height))
    node = sortie_diagram_canvas_render (canvas);
  if (node == NULL)
    g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                         "the diagram is not shown, so there is nothing to export");
  return node;
}

static gboolean
finish (cairo_surface_t *surface, GByteArray *bytes, GFile *file, GError **error)
{
  cairo_status_t status = cairo_surface_status (surface);

  if (status != CAIRO_STATUS_SUCCESS)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "can't draw the diagram: %s",
                   cairo_status_to_string (status));
      return FALSE;
    }
  return g_file_replace_contents (file, (const char *) bytes->data, bytes->len, NULL, FALSE,
                                  G_FILE_CREATE_REPLACE_DESTINATION, NULL, NULL, error);
}

gboolean
sortie_diagram_export_svg (SortieDiagramCanvas *canvas, GFile *file, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  double width = 0;
  double height = 0;
  GskRenderNode *node = render (canvas, &width, &height, error);
  cairo_surface_t *surface;
  cairo_t *cr;
  gboolean written;

  if (node == NULL)
    return FALSE;
  surface = cairo_svg_surface_create_for_stream (write_cb, bytes, width, height);
  cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PX);
  cr = cairo_create (surface);
  paint_background (canvas, cr);
  gsk_render_node_draw (node, cr);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  written = finish (surface, bytes, file, error);
  cairo_surface_destroy (surface);
  gsk_render_node_unref (node);
  return written;
}

gboolean
sortie_diagram_export_png (SortieDiagramCanvas *canvas, GFile *file, double scale, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  double width = 0;
  double height = 0;
  GskRenderNode *node = render (canvas, &width, &height, error);
  cairo_surface_t *surface;
  cairo_t *cr;
  gboolean written;

  if (node == NULL)
    return FALSE;
  if (!(scale > 0) || width * scale * height * scale > SORTIE_DIAGRAM_MAX_PIXELS)
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
                           "the picture would be too large; a smaller scale, or SVG, fits");
      gsk_render_node_unref (node);
      return FALSE;
    }
  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) ceil (width * scale),
                                        (int) ceil (height * scale));
  cr = cairo_create (surface);
  cairo_scale (cr, scale, scale);
  paint_background (canvas, cr);
  gsk_render_node_draw (node, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  cairo_surface_write_to_png_stream (surface, write_cb, bytes);
  written = finish (surface, bytes, file, error);
  cairo_surface_destroy (surface);
  gsk_render_node_unref (node);
  return written;
}
