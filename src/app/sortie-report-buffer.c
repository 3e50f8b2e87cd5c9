/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-report-buffer.h"

#include <string.h>

#define BATCH_BYTES (3 * 1024) /* of text in one insert */
#define SCAN_BYTES (64 * 1024) /* of Markdown cut into pieces before some of it is shown */

struct _SortieReportBuffer
{
  GtkWidget *widget;
  GtkTextBuffer *buffer;
  SortieReportTags *tags;
  SortieMarkdownCutter *cutter;
  guint n_done;             /* pieces that are shown for good */
  GArray *offsets;          /* guint: where each of them begins, characters */
  guint n_chars;            /* of those pieces */
  guint n_anchors;          /* in those pieces */
  GArray *anchors;          /* SortieReportAnchor: of all that is shown */
  GPtrArray *tables;        /* SortieReportTable */
  SortieReportRender *tail; /* what is shown after those pieces */
  GArray *unsupported;      /* SortieReportRange */
  PangoLayout *layout;
  int available;
  double zoom; /* at which tables were measured */
};

static void
clear_anchor_cb (gpointer data)
{
  SortieReportAnchor *anchor = data;

  g_free (anchor->target);
}

static void
begin (SortieReportBuffer *self)
{
  self->cutter = sortie_markdown_cutter_new ();
  self->tail = sortie_report_render_new ();
  self->n_done = 0;
  self->n_chars = 0;
  self->n_anchors = 0;
}

/* @table: (nullable) */
static GtkTextBuffer *
new_buffer (GtkTextTagTable *table)
{
  GtkTextBuffer *buffer = gtk_text_buffer_new (table);

  gtk_text_buffer_set_enable_undo (buffer, FALSE);
  return buffer;
}

SortieReportBuffer *
sortie_report_buffer_new (GtkWidget *widget)
{
  SortieReportBuffer *self = g_new0 (SortieReportBuffer, 1);

  self->widget = widget;
  self->buffer = new_buffer (NULL);
  self->tags = sortie_report_tags_new (gtk_text_buffer_get_tag_table (self->buffer));
  self->offsets = g_array_new (FALSE, FALSE, sizeof (guint));
  self->anchors = g_array_new (FALSE, FALSE, sizeof (SortieReportAnchor));
  g_array_set_clear_func (self->anchors, clear_anchor_cb);
  self->tables = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_report_table_free);
  self->unsupported = g_array_new (FALSE, FALSE, sizeof (SortieReportRange));
  self->available = SORTIE_REPORT_MEASURE;
  self->zoom = 1;
  begin (self);
  return self;
}

void
sortie_report_buffer_free (SortieReportBuffer *self)
{
  if (self == NULL)
    return;
  g_clear_object (&self->layout);
  sortie_report_render_free (self->tail);
  sortie_markdown_cutter_free (self->cutter);
  g_array_unref (self->offsets);
  g_array_unref (self->anchors);
  g_array_unref (self->unsupported);
  g_ptr_array_unref (self->tables);
  sortie_report_tags_free (self->tags);
  g_object_unref (self->buffer);
  g_free (self);
}

GtkTextBuffer *
sortie_report_buffer_get_buffer (SortieReportBuffer *self)
{
  return self->buffer;
}

SortieReportTags *
sortie_report_buffer_get_tags (SortieReportBuffer *self)
{
  return self->tags;
}

const GArray *
sortie_report_buffer_get_anchors (SortieReportBuffer *self)
{
  return self->anchors;
}

guint
sortie_report_buffer_get_n_pieces (SortieReportBuffer *self)
{
  return self->n_done;
}

static gboolean
drop_cb (gpointer old)
{
  return G_SOURCE_REMOVE;
}

/* In another buffer: to delete a long text with many tags takes time that grows with their square. Even
 * to free it takes some, when there is nothing better to do. */
void
sortie_report_buffer_clear (SortieReportBuffer *self)
{
  GtkTextBuffer *old = self->buffer;

  self->buffer = new_buffer (gtk_text_buffer_get_tag_table (old));
  gtk_text_view_set_buffer (GTK_TEXT_VIEW (self->widget), self->buffer);
  g_idle_add_full (G_PRIORITY_LOW, drop_cb, old, g_object_unref);
  for (guint i = 0; i < self->tables->len; i++)
    {
      const SortieReportTable *table = g_ptr_array_index (self->tables, i);

      sortie_report_tags_remove_table (self->tags, table->tag);
    }
  sortie_report_render_free (self->tail);
  sortie_markdown_cutter_free (self->cutter);
  g_array_set_size (self->offsets, 0);
  g_array_set_size (self->anchors, 0);
  g_array_set_size (self->unsupported, 0);
  g_ptr_array_set_size (self->tables, 0);
  g_clear_object (&self->layout); /* the font may be another one by now */
  begin (self);
}

/* ---- Tables ---- */

static gboolean
has_head (GPtrArray *blocks)
{
  for (guint i = 0; i < blocks->len; i++)
    {
      const SortieMarkdownBlock *block = g_ptr_array_index (blocks, i);

      if (block->head)
        return TRUE;
    }
  return FALSE;
}

/* The last table that begins with the piece or before it. */
static SortieReportTable *
find_table (SortieReportBuffer *self, guint piece)
{
  SortieReportTable *found = NULL;

  for (guint i = self->tables->len; i > 0; i--)
    {
      SortieReportTable *table = g_ptr_array_index (self->tables, i - 1);

      if (table->first_piece <= piece && (found == NULL || table->first_piece > found->first_piece))
        found = table;
      if (table->closed && table->first_piece <= piece)
        break;
    }
  return found;
}

/* The table that the rows of a piece belong to, made where it begins there. */
static SortieReportTable *
get_table (SortieReportBuffer *self, guint piece, GPtrArray *blocks, gboolean closed)
{
  SortieReportTable *table = find_table (self, piece);

  if (has_head (blocks) && (table == NULL || table->first_piece != piece))
    {
      if (self->layout == NULL)
        self->layout = gtk_widget_create_pango_layout (self->widget, NULL);
      table = sortie_report_table_new (sortie_report_tags_add_table (self->tags), piece,
                                       self->layout, self->available);
      g_ptr_array_add (self->tables, table);
    }
  if (table != NULL)
    {
      table->closed |= closed;
      table->n_rows = piece - table->first_piece;
    }
  return table;
}

static void
delete_tail (SortieReportBuffer *self)
{
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_iter_at_offset (self->buffer, &start, (int) self->n_chars);
  gtk_text_buffer_get_end_iter (self->buffer, &end);
  gtk_text_buffer_delete (self->buffer, &start, &end);
  sortie_report_render_free (self->tail);
  self->tail = sortie_report_render_new ();
}

/* What looked like a table's head at the end of the text may be something else by now. */
static void
drop_open_tables (SortieReportBuffer *self)
{
  gboolean dropped = FALSE;

  for (guint i = self->tables->len; i > 0; i--)
    {
      SortieReportTable *table = g_ptr_array_index (self->tables, i - 1);

      if (table->closed)
        break;
      if (!dropped)
        delete_tail (self);
      dropped = TRUE;
      sortie_report_tags_remove_table (self->tags, table->tag);
      g_ptr_array_remove_index (self->tables, i - 1);
    }
}

/* A table turned out too wide: it is shown anew from its start, cell below cell. */
static gboolean
restack (SortieReportBuffer *self)
{
  SortieReportTable *table = find_table (self, G_MAXUINT);

  if (table == NULL || !table->unfit || table->stacked || !table->closed)
    return FALSE;
  table->stacked = TRUE;
  self->n_done = table->first_piece;
  self->n_chars = g_array_index (self->offsets, guint, self->n_done);
  g_array_set_size (self->offsets, self->n_done);
  self->n_anchors = sortie_report_buffer_find_anchor (self, self->n_chars);
  g_array_set_size (self->anchors, self->n_anchors);
  delete_tail (self);
  return TRUE;
}

/* ---- Showing ---- */

/* Puts what differs from the tail into the buffer. */
static void
show (SortieReportBuffer *self, const SortieReportRender *render)
{
  gsize bytes;
  guint same = sortie_report_render_compare (render, self->tail, &bytes);
  GtkTextIter start;
  GtkTextIter end;
  gboolean first;

  if (self->tail->n_chars > same)
    {
      gtk_text_buffer_get_iter_at_offset (self->buffer, &start, (int) (self->n_chars + same));
      gtk_text_buffer_get_end_iter (self->buffer, &end);
      gtk_text_buffer_delete (self->buffer, &start, &end);
    }
  if (render->text->len == bytes)
    return;
  gtk_text_buffer_get_end_iter (self->buffer, &end);
  first = gtk_text_iter_is_start (&end);
  gtk_text_buffer_insert (self->buffer, &end, render->text->str + bytes,
                          (int) (render->text->len - bytes));
  if (first) /* the cursor went to the end with the text, and would with all that comes */
    {
      gtk_text_buffer_get_start_iter (self->buffer, &start);
      gtk_text_buffer_place_cursor (self->buffer, &start);
    }
  for (guint i = 0; i < render->runs->len; i++)
    {
      const SortieReportRun *run = &g_array_index (render->runs, SortieReportRun, i);

      if (run->end <= same)
        continue;
      gtk_text_buffer_get_iter_at_offset (self->buffer, &start,
                                          (int) (self->n_chars + MAX (run->start, same)));
      gtk_text_buffer_get_iter_at_offset (self->buffer, &end, (int) (self->n_chars + run->end));
      gtk_text_buffer_apply_tag (self->buffer, run->tag, &start, &end);
    }
}

static void
take_anchors (SortieReportBuffer *self, const SortieReportRender *render)
{
  g_array_set_size (self->anchors, self->n_anchors);
  for (guint i = 0; i < render->anchors->len; i++)
    {
      SortieReportAnchor anchor = g_array_index (render->anchors, SortieReportAnchor, i);

      anchor.start += self->n_chars;
      anchor.end += self->n_chars;
      anchor.target = g_strdup (anchor.target);
      g_array_append_val (self->anchors, anchor);
    }
}

static void
add_piece (SortieReportBuffer *self,
           SortieReportRender *render,
           const char *text,
           const SortieMarkdownPiece *piece,
           guint index,
           gboolean closed)
{
  g_autoptr (GPtrArray) blocks = sortie_markdown_parse (text, piece);

  sortie_report_render_add (render, self->tags, blocks, get_table (self, index, blocks, closed));
}

/* Everything of `render` up to here will not change any more. */
typedef struct
{
  guint n_chars;
  guint n_anchors;
  gsize n_bytes;
  guint n_runs;
} Closed;

/* What is shown after the closed pieces, for the next comparison. */
static void
keep_tail (SortieReportBuffer *self, SortieReportRender *render, const Closed *closed)
{
  g_string_erase (render->text, 0, (gssize) closed->n_bytes);
  g_array_remove_range (render->runs, 0, closed->n_runs);
  for (guint i = 0; i < render->runs->len; i++)
    {
      g_array_index (render->runs, SortieReportRun, i).start -= closed->n_chars;
      g_array_index (render->runs, SortieReportRun, i).end -= closed->n_chars;
    }
  g_array_set_size (render->anchors, 0);
  render->n_chars -= closed->n_chars;
  sortie_report_render_free (self->tail);
  self->tail = render;
  self->n_chars += closed->n_chars;
  self->n_anchors += closed->n_anchors;
}

static void
add_open (SortieReportBuffer *self, SortieReportRender *render, const char *text, gsize length)
{
  g_autoptr (GArray) open = sortie_markdown_cutter_dup_open (self->cutter, text, length);

  for (guint i = 0; i < open->len; i++)
    add_piece (self, render, text, &g_array_index (open, SortieMarkdownPiece, i), self->n_done + i,
               FALSE);
}

static guint
get_line (SortieReportBuffer *self, guint offset)
{
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_offset (self->buffer, &iter, (int) offset);
  return (guint) gtk_text_iter_get_line (&iter);
}

/* One insert. Returns: whether all pieces are shown. */
static gboolean
show_some (SortieReportBuffer *self, const char *text, gsize length, gboolean all_cut)
{
  const GArray *pieces = sortie_markdown_cutter_get_pieces (self->cutter);
  SortieReportRender *render = sortie_report_render_new ();
  Closed closed;
  gboolean all;

  drop_open_tables (self);
  render->line = get_line (self, self->n_chars);
  render->unsupported = self->unsupported;
  while (self->n_done < pieces->len && render->text->len < BATCH_BYTES)
    {
      guint offset = self->n_chars + render->n_chars;

      g_array_append_val (self->offsets, offset);
      add_piece (self, render, text, &g_array_index (pieces, SortieMarkdownPiece, self->n_done),
                 self->n_done, TRUE);
      self->n_done++;
    }
  closed = (Closed){ render->n_chars, render->anchors->len, render->text->len, render->runs->len };
  all = all_cut && self->n_done == pieces->len;
  if (all)
    add_open (self, render, text, length);
  show (self, render);
  take_anchors (self, render);
  keep_tail (self, render, &closed);
  return !restack (self) && all;
}

gboolean
sortie_report_buffer_update (SortieReportBuffer *self,
                             const char *text,
                             gsize length,
                             gint64 deadline)
{
  gboolean done = FALSE;

  do
    {
      gsize limit = sortie_markdown_cutter_get_scanned (self->cutter) + SCAN_BYTES;
      const GArray *pieces = sortie_markdown_cutter_get_pieces (self->cutter);
      gboolean all_cut = FALSE;

      if (self->n_done + 64 > pieces->len || limit >= length)
        {
          sortie_markdown_cutter_feed (self->cutter, text, length, limit);
          all_cut = limit >= length;
        }
      done = show_some (self, text, length, all_cut);
    }
  while (!done && (deadline == 0 || g_get_monotonic_time () < deadline));
  return done;
}

/* ---- Marks of what is unsupported ---- */

static guint
find_piece (const GArray *pieces, gsize byte)
{
  guint low = 0;
  guint high = pieces->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (pieces, SortieMarkdownPiece, middle).end <= byte)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
mark_piece (SortieReportBuffer *self, const char *text, guint index)
{
  const GArray *pieces = sortie_markdown_cutter_get_pieces (self->cutter);
  g_autoptr (SortieReportRender) render = sortie_report_render_new ();
  g_autoptr (GPtrArray) blocks =
      sortie_markdown_parse (text, &g_array_index (pieces, SortieMarkdownPiece, index));
  SortieReportTable *table = find_table (self, index);
  GtkTextTag *tag = sortie_report_tags_get (self->tags, SORTIE_REPORT_TAG_UNSUPPORTED);
  guint base = g_array_index (self->offsets, guint, index);

  if (table != NULL)
    table->n_rows = SORTIE_REPORT_TABLE_MEASURED;
  render->unsupported = self->unsupported;
  sortie_report_render_add (render, self->tags, blocks, table);
  for (guint i = 0; i < render->runs->len; i++)
    {
      const SortieReportRun *run = &g_array_index (render->runs, SortieReportRun, i);
      GtkTextIter start;
      GtkTextIter end;

      if (run->tag != tag)
        continue;
      gtk_text_buffer_get_iter_at_offset (self->buffer, &start, (int) (base + run->start));
      gtk_text_buffer_get_iter_at_offset (self->buffer, &end, (int) (base + run->end));
      gtk_text_buffer_apply_tag (self->buffer, tag, &start, &end);
    }
}

void
sortie_report_buffer_set_unsupported (SortieReportBuffer *self,
                                      const char *text,
                                      const GArray *ranges)
{
  const GArray *pieces = sortie_markdown_cutter_get_pieces (self->cutter);
  guint next = 0;

  g_array_set_size (self->unsupported, 0);
  if (ranges->len > 0)
    g_array_append_vals (self->unsupported, ranges->data, ranges->len);
  for (guint i = 0; i < ranges->len; i++)
    {
      const SortieReportRange *range = &g_array_index (ranges, SortieReportRange, i);
      guint piece = MAX (next, find_piece (pieces, range->start));

      for (; piece < self->n_done &&
             g_array_index (pieces, SortieMarkdownPiece, piece).start < range->end;
           piece++)
        {
          mark_piece (self, text, piece);
          next = piece + 1;
        }
    }
  delete_tail (self); /* it is made anew with its marks */
}

/* ---- Room and anchors ---- */

gboolean
sortie_report_buffer_set_available (SortieReportBuffer *self, int pixels)
{
  double zoom = sortie_report_tags_get_zoom (self->tags);
  gboolean changed = pixels != self->available || zoom != self->zoom;

  self->available = pixels;
  self->zoom = zoom;
  return changed && self->tables->len > 0;
}

guint
sortie_report_buffer_find_anchor (SortieReportBuffer *self, guint offset)
{
  guint low = 0;
  guint high = self->anchors->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->anchors, SortieReportAnchor, middle).end <= offset)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

const SortieReportAnchor *
sortie_report_buffer_get_anchor_at (SortieReportBuffer *self, guint offset)
{
  guint found = sortie_report_buffer_find_anchor (self, offset);
  const SortieReportAnchor *anchor;

  if (found == self->anchors->len)
    return NULL;
  anchor = &g_array_index (self->anchors, SortieReportAnchor, found);
  return anchor->start <= offset ? anchor : NULL;
}
