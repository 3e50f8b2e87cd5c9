/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-diagram"

#include "sortie-diagram-layout-private.h"

#include "sortie-error.h"

#include <string.h>

/* A request is
 *
 *     layout N_BOXES N_LINKS PLACED GAP_X GAP_Y
 *     WIDTH HEIGHT X Y                        a line a box
 *     FROM TO LABEL_WIDTH LABEL_HEIGHT        a line a link
 *     end
 *
 * and its answer
 *
 *     places N_BOXES N_LINKS WIDTH HEIGHT
 *     X Y                                     a line a box
 *     N_POINTS TIP_X TIP_Y LABEL_X LABEL_Y X Y X Y …
 *     end
 *
 * with single blanks, in the C locale. */

#define MAX_COORDINATE 1.0e8

static void
append_number (GString *out, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (out->len > 0 && out->str[out->len - 1] != '\n')
    g_string_append_c (out, ' ');
  g_string_append (out, g_ascii_dtostr (text, sizeof text, value));
}

static void
append_point (GString *out, SortiePoint point)
{
  append_number (out, point.x);
  append_number (out, point.y);
}

GBytes *
sortie_layout_request_to_bytes (const SortieLayoutRequest *self)
{
  GString *out = g_string_new ("layout");

  append_number (out, self->n_boxes);
  append_number (out, self->n_links);
  append_number (out, self->placed ? 1 : 0);
  append_number (out, self->gap_x);
  append_number (out, self->gap_y);
  g_string_append_c (out, '\n');
  for (guint i = 0; i < self->n_boxes; i++)
    {
      append_number (out, self->boxes[i].width);
      append_number (out, self->boxes[i].height);
      append_point (out, self->boxes[i].center);
      g_string_append_c (out, '\n');
    }
  for (guint i = 0; i < self->n_links; i++)
    {
      append_number (out, self->links[i].from);
      append_number (out, self->links[i].to);
      append_number (out, self->links[i].label_width);
      append_number (out, self->links[i].label_height);
      g_string_append_c (out, '\n');
    }
  g_string_append (out, "end\n");
  return g_string_free_to_bytes (out);
}

GBytes *
sortie_diagram_layout_to_bytes (const SortieDiagramLayout *self)
{
  GString *out = g_string_new ("places");

  append_number (out, self->n_boxes);
  append_number (out, self->n_splines);
  append_number (out, self->width);
  append_number (out, self->height);
  g_string_append_c (out, '\n');
  for (guint i = 0; i < self->n_boxes; i++)
    {
      append_point (out, self->centers[i]);
      g_string_append_c (out, '\n');
    }
  for (guint i = 0; i < self->n_splines; i++)
    {
      const SortieLayoutSpline *spline = &self->splines[i];

      append_number (out, spline->n_points);
      append_point (out, spline->tip);
      append_point (out, spline->label);
      for (guint k = 0; k < spline->n_points; k++)
        append_point (out, spline->points[k]);
      g_string_append_c (out, '\n');
    }
  g_string_append (out, "end\n");
  return g_string_free_to_bytes (out);
}

/* ---- Reading ---- */

typedef struct
{
  const char *at; /* NUL-terminated */
  guint line;
  gboolean broken;
} Reader;

/* Of nothing at all the bytes may be NULL. */
static char *
dup_text (const char *bytes, gsize length)
{
  return g_strndup (length > 0 ? bytes : "", length);
}

static void
break_off (Reader *self)
{
  self->broken = TRUE;
}

static void
read_word (Reader *self, const char *word)
{
  gsize length = strlen (word);

  if (self->broken || strncmp (self->at, word, length) != 0)
    {
      break_off (self);
      return;
    }
  self->at += length;
}

/* One blank where the line has begun already, then a number within ±limit. */
static double
read_number (Reader *self, gboolean first, double limit)
{
  char *end = NULL;
  double value;

  if (!first)
    read_word (self, " ");
  if (self->broken || (!g_ascii_isdigit (*self->at) && *self->at != '-'))
    {
      break_off (self);
      return 0;
    }
  value = g_ascii_strtod (self->at, &end);
  if (end == self->at || !(value >= -limit && value <= limit))
    {
      break_off (self);
      return 0;
    }
  self->at = end;
  return value;
}

static guint
read_count (Reader *self, gboolean first, guint limit)
{
  double value = read_number (self, first, limit);

  if (value < 0 || value != (guint) value)
    break_off (self);
  return self->broken ? 0 : (guint) value;
}

static SortiePoint
read_point (Reader *self, gboolean first)
{
  double x = read_number (self, first, MAX_COORDINATE);
  double y = read_number (self, FALSE, MAX_COORDINATE);

  return (SortiePoint){ x, y };
}

static void
end_line (Reader *self)
{
  read_word (self, "\n");
  if (!self->broken)
    self->line++;
}

static gboolean
end_text (Reader *self, GError **error)
{
  read_word (self, "end\n");
  if (!self->broken && *self->at == '\0')
    return TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL, "layout: line %u is malformed",
               self->line);
  return FALSE;
}

SortieLayoutRequest *
sortie_layout_request_from_bytes (const char *bytes, gsize length, GError **error)
{
  g_autofree char *text = dup_text (bytes, length);
  g_autoptr (SortieLayoutRequest) self = NULL;
  Reader reader = { text, 1, FALSE };
  guint n_boxes;
  guint n_links;

  read_word (&reader, "layout");
  n_boxes = read_count (&reader, FALSE, SORTIE_LAYOUT_MAX_BOXES);
  n_links = read_count (&reader, FALSE, SORTIE_LAYOUT_MAX_LINKS);
  self = sortie_layout_request_new (n_boxes, n_links);
  self->placed = read_count (&reader, FALSE, 1) == 1;
  self->gap_x = read_number (&reader, FALSE, SORTIE_LAYOUT_MAX_SIZE);
  self->gap_y = read_number (&reader, FALSE, SORTIE_LAYOUT_MAX_SIZE);
  end_line (&reader);
  for (guint i = 0; i < n_boxes && !reader.broken; i++)
    {
      self->boxes[i].width = read_number (&reader, TRUE, SORTIE_LAYOUT_MAX_SIZE);
      self->boxes[i].height = read_number (&reader, FALSE, SORTIE_LAYOUT_MAX_SIZE);
      self->boxes[i].center = read_point (&reader, FALSE);
      end_line (&reader);
    }
  for (guint i = 0; i < n_links && !reader.broken; i++)
    {
      self->links[i].from = read_count (&reader, TRUE, SORTIE_LAYOUT_MAX_BOXES);
      self->links[i].to = read_count (&reader, FALSE, SORTIE_LAYOUT_MAX_BOXES);
      self->links[i].label_width = read_number (&reader, FALSE, SORTIE_LAYOUT_MAX_SIZE);
      self->links[i].label_height = read_number (&reader, FALSE, SORTIE_LAYOUT_MAX_SIZE);
      end_line (&reader);
    }
  if (!end_text (&reader, error) || !sortie_layout_request_check (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

static void
read_spline (Reader *reader, SortieLayoutSpline *spline)
{
  guint n = read_count (reader, TRUE, SORTIE_LAYOUT_MAX_POINTS);

  if (n > 0 && n % 3 != 1)
    break_off (reader);
  spline->tip = read_point (reader, FALSE);
  spline->label = read_point (reader, FALSE);
  if (n == 1 || reader->broken)
    {
      break_off (reader);
      return;
    }
  spline->n_points = n;
  spline->points = g_new0 (SortiePoint, n);
  for (guint i = 0; i < n && !reader->broken; i++)
    spline->points[i] = read_point (reader, FALSE);
  end_line (reader);
}

SortieDiagramLayout *
sortie_diagram_layout_from_bytes (const char *bytes,
                                  gsize length,
                                  const SortieLayoutRequest *request,
                                  GError **error)
{
  g_autofree char *text = dup_text (bytes, length);
  g_autoptr (SortieDiagramLayout) self =
      sortie_diagram_layout_new (request->n_boxes, request->n_links);
  Reader reader = { text, 1, FALSE };

  read_word (&reader, "places");
  if (read_count (&reader, FALSE, SORTIE_LAYOUT_MAX_BOXES) != request->n_boxes ||
      read_count (&reader, FALSE, SORTIE_LAYOUT_MAX_LINKS) != request->n_links)
    break_off (&reader);
  self->width = read_number (&reader, FALSE, MAX_COORDINATE);
  self->height = read_number (&reader, FALSE, MAX_COORDINATE);
  end_line (&reader);
  for (guint i = 0; i < self->n_boxes && !reader.broken; i++)
    {
      self->centers[i] = read_point (&reader, TRUE);
      end_line (&reader);
    }
  for (guint i = 0; i < self->n_splines && !reader.broken; i++)
    read_spline (&reader, &self->splines[i]);
  return end_text (&reader, error) ? g_steal_pointer (&self) : NULL;
}
