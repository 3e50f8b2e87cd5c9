/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-diagram"

#include "sortie-diagram-layout-private.h"

#include "sortie-error.h"

#include <math.h>

SortieLayoutRequest *
sortie_layout_request_new (guint n_boxes, guint n_links)
{
  SortieLayoutRequest *self = g_new0 (SortieLayoutRequest, 1);

  self->n_boxes = n_boxes;
  self->n_links = n_links;
  self->boxes = g_new0 (SortieLayoutBox, n_boxes);
  self->links = g_new0 (SortieLayoutLink, n_links);
  self->gap_x = 24;
  self->gap_y = 40;
  return self;
}

SortieLayoutRequest *
sortie_layout_request_copy (const SortieLayoutRequest *self)
{
  SortieLayoutRequest *copy = g_memdup2 (self, sizeof *self);

  copy->boxes = g_memdup2 (self->boxes, self->n_boxes * sizeof *self->boxes);
  copy->links = g_memdup2 (self->links, self->n_links * sizeof *self->links);
  return copy;
}

void
sortie_layout_request_free (SortieLayoutRequest *self)
{
  if (self == NULL)
    return;
  g_free (self->boxes);
  g_free (self->links);
  g_free (self);
}

/* No number that is none passes a comparison. */
static gboolean
is_within (double value, double lowest, double highest)
{
  return value >= lowest && value <= highest;
}

static gboolean
check_box (const SortieLayoutBox *box, guint i, GError **error)
{
  if (is_within (box->width, 1, SORTIE_LAYOUT_MAX_SIZE) &&
      is_within (box->height, 1, SORTIE_LAYOUT_MAX_SIZE) &&
      is_within (box->center.x, -SORTIE_LAYOUT_MAX_PLACE, SORTIE_LAYOUT_MAX_PLACE) &&
      is_within (box->center.y, -SORTIE_LAYOUT_MAX_PLACE, SORTIE_LAYOUT_MAX_PLACE))
    return TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
               "layout: box %u has no usable size or place", i);
  return FALSE;
}

static gboolean
check_link (const SortieLayoutRequest *self, guint i, GError **error)
{
  const SortieLayoutLink *link = &self->links[i];

  if (link->from < self->n_boxes && link->to < self->n_boxes &&
      is_within (link->label_width, 0, SORTIE_LAYOUT_MAX_SIZE) &&
      is_within (link->label_height, 0, SORTIE_LAYOUT_MAX_SIZE))
    return TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
               "layout: link %u is not between two boxes", i);
  return FALSE;
}

gboolean
sortie_layout_request_check (const SortieLayoutRequest *self, GError **error)
{
  if (self->n_boxes > SORTIE_LAYOUT_MAX_BOXES || self->n_links > SORTIE_LAYOUT_MAX_LINKS)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
                   "layout: %u boxes and %u links; the limits are %d and %d", self->n_boxes,
                   self->n_links, SORTIE_LAYOUT_MAX_BOXES, SORTIE_LAYOUT_MAX_LINKS);
      return FALSE;
    }
  if (!is_within (self->gap_x, 0, SORTIE_LAYOUT_MAX_SIZE) ||
      !is_within (self->gap_y, 0, SORTIE_LAYOUT_MAX_SIZE))
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                           "layout: the gaps are no usable lengths");
      return FALSE;
    }
  for (guint i = 0; i < self->n_boxes; i++)
    if (!check_box (&self->boxes[i], i, error))
      return FALSE;
  for (guint i = 0; i < self->n_links; i++)
    if (!check_link (self, i, error))
      return FALSE;
  return TRUE;
}

gboolean
sortie_diagram_layout_is_large (const SortieLayoutRequest *request)
{
  return request->n_boxes > SORTIE_LAYOUT_DIRECT_BOXES ||
         request->n_links > SORTIE_LAYOUT_DIRECT_LINKS;
}
