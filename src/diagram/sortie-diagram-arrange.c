/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-diagram"

#include "sortie-diagram-arrange.h"

/* Three columns:
 *
 *               client       bus
 *     planner   conductor
 *     worker    worker    worker
 *     collection      language model
 *
 * The planner stands beside the conductor because it is asked first; the bus out of the way, since
 * nothing else is linked to it; the workers in the order in which a mission passes them. What a worker
 * uses stands below it. */

typedef struct
{
  const SortieTopology *topology;
  SortieLayoutRequest *request;
  double width;
  double y; /* of the next row's upper border */
} Plan;

static const SortieTopologyNode *
node_at (const Plan *self, guint i)
{
  return g_ptr_array_index (self->topology->nodes, i);
}

static SortieLayoutBox *
box_at (const Plan *self, guint i)
{
  return &self->request->boxes[i];
}

static gboolean
is_kind (const Plan *self, guint i, const char *kind)
{
  return g_str_equal (node_at (self, i)->kind, kind);
}

static int
find_kind (const Plan *self, const char *kind)
{
  for (guint i = 0; i < self->topology->nodes->len; i++)
    if (is_kind (self, i, kind))
      return (int) i;
  return -1;
}

static void
add (GArray *row, guint i)
{
  g_array_append_val (row, i);
}

static double
get_height (const Plan *self, const GArray *row)
{
  double height = 0;

  for (guint i = 0; i < row->len; i++)
    height = MAX (height, box_at (self, g_array_index (row, guint, i))->height);
  return height;
}

static double
get_total (const Plan *self, const guint *row, guint n)
{
  double total = 0;

  for (guint i = 0; i < n; i++)
    total += box_at (self, row[i])->width;
  return total;
}

/* One row over the whole width: the first box at the left border, the last one at the right. A single
 * one stands in the middle. */
static void
place_row (Plan *self, const guint *row, guint n)
{
  double total = get_total (self, row, n);
  double gap = n > 1 ? MAX ((self->width - total) / (n - 1), self->request->gap_x) : 0;
  double x = n > 1 ? 0 : (self->width - total) / 2;
  double height = 0;

  for (guint i = 0; i < n; i++)
    height = MAX (height, box_at (self, row[i])->height);
  for (guint i = 0; i < n; i++)
    {
      SortieLayoutBox *box = box_at (self, row[i]);

      box->center = (SortiePoint){ x + box->width / 2, self->y + height / 2 };
      x += box->width + gap;
    }
  self->y += height + self->request->gap_y;
}

/* As many rows as it takes, of about the same number of boxes each. */
static void
place_rows (Plan *self, const GArray *boxes)
{
  const guint *all = (const guint *) boxes->data;
  guint n_rows = 1;

  for (; n_rows < boxes->len; n_rows++)
    {
      guint per_row = (boxes->len + n_rows - 1) / n_rows;
      gboolean fits = TRUE;

      for (guint i = 0; i < boxes->len && fits; i += per_row)
        {
          guint n = MIN (per_row, boxes->len - i);

          fits = get_total (self, all + i, n) + (n - 1) * self->request->gap_x <= self->width;
        }
      if (fits)
        break;
    }
  for (guint i = 0, left = n_rows; i < boxes->len; left--)
    {
      guint n = (boxes->len - i + left - 1) / left;

      place_row (self, all + i, n);
      i += n;
    }
}

/* A row with one box in the middle of the window, and others beside it. */
static void
place_middle_row (Plan *self, const GArray *left, guint middle, const GArray *right)
{
  double gap = self->request->gap_x;
  double height =
      MAX (box_at (self, middle)->height, MAX (get_height (self, left), get_height (self, right)));
  double y = self->y + height / 2;
  double needed = get_total (self, (const guint *) left->data, left->len) + left->len * gap;
  double x = 0;
  double half = box_at (self, middle)->width / 2;
  double others = get_total (self, (const guint *) right->data, right->len) + right->len * gap;
  double center = MAX (MIN (self->width / 2, self->width - others - half), needed + half);

  for (guint i = 0; i < left->len; i++)
    {
      SortieLayoutBox *box = box_at (self, g_array_index (left, guint, i));

      box->center = (SortiePoint){ x + box->width / 2, y };
      x += box->width + gap;
    }
  box_at (self, middle)->center = (SortiePoint){ center, y };
  needed = get_total (self, (const guint *) right->data, right->len);
  needed += right->len > 0 ? (right->len - 1) * gap : 0;
  x = MAX (center + half + gap, self->width - needed);
  for (guint i = 0; i < right->len; i++)
    {
      SortieLayoutBox *box = box_at (self, g_array_index (right, guint, i));

      box->center = (SortiePoint){ x + box->width / 2, y };
      x += box->width + gap;
    }
  self->y += height + self->request->gap_y;
}

/* A single box of the last row stands below the one that uses it. */
static void
place_below (Plan *self, guint i)
{
  const SortieTopology *topology = self->topology;

  for (guint k = 0; k < topology->edges->len; k++)
    {
      const SortieTopologyEdge *edge = g_ptr_array_index (topology->edges, k);
      SortieLayoutBox *box = box_at (self, i);

      if (edge->to != i)
        continue;
      box->center.x = CLAMP (box_at (self, edge->from)->center.x, box->width / 2,
                             MAX (box->width / 2, self->width - box->width / 2));
      return;
    }
}

static void
sort_nodes (Plan *self, int client, int conductor, GArray *rows[6])
{
  for (guint i = 0; i < self->topology->nodes->len; i++)
    {
      if ((int) i == client || (int) i == conductor)
        continue;
      if (is_kind (self, i, "agent"))
        add (g_str_equal (node_at (self, i)->id, "planner") ? rows[0] : rows[1], i);
      else if (is_kind (self, i, "bus"))
        add (rows[2], i);
      else if (is_kind (self, i, "collection"))
        add (rows[3], i);
      else if (is_kind (self, i, "llm"))
        add (rows[4], i);
      else
        add (rows[5], i);
    }
}

/* The model goes to the end of the first row of what is used, nearest to those who ask it. */
static void
place_used (Plan *self, GArray *collections, const GArray *models)
{
  guint at = MIN (collections->len, 1);

  g_array_insert_vals (collections, at, models->data, models->len);
  if (collections->len == 0)
    return;
  if (collections->len <= 1 + models->len)
    {
      place_rows (self, collections);
      if (collections->len == 1)
        place_below (self, g_array_index (collections, guint, 0));
      return;
    }
  /* The first row holds one collection and the models, as far as it is wide enough. */
  place_row (self, (const guint *) collections->data, at + models->len);
  g_array_remove_range (collections, 0, at + models->len);
  place_rows (self, collections);
}

gboolean
sortie_diagram_arrange (const SortieTopology *topology, SortieLayoutRequest *request, double width)
{
  Plan self = { topology, request, width, 0 };
  int conductor = find_kind (&self, "orchestrator");
  int client = find_kind (&self, "client");
  g_autoptr (GArray) nobody = g_array_new (FALSE, FALSE, sizeof (guint));
  GArray *rows[6];

  if (conductor < 0 || topology->nodes->len != request->n_boxes ||
      topology->nodes->len > SORTIE_LAYOUT_DIRECT_BOXES)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    rows[i] = g_array_new (FALSE, FALSE, sizeof (guint));
  sort_nodes (&self, client, conductor, rows);
  if (client >= 0)
    place_middle_row (&self, nobody, (guint) client, rows[2]);
  else if (rows[2]->len > 0)
    place_rows (&self, rows[2]);
  place_middle_row (&self, rows[0], (guint) conductor, nobody);
  if (rows[1]->len > 0)
    place_rows (&self, rows[1]);
  place_used (&self, rows[3], rows[4]);
  if (rows[5]->len > 0)
    place_rows (&self, rows[5]);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_array_unref (rows[i]);
  request->placed = TRUE;
  return TRUE;
}
