/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-markdown-cutter.h"

#include "sortie-markdown-blocks.h"
#include "sortie-markdown-line.h"

#include <string.h>

/* What the innermost open block is. */
typedef enum
{
  LEAF_NONE,
  LEAF_PARAGRAPH,
  LEAF_FENCE,
  LEAF_TABLE,
  LEAF_QUOTE,
} Leaf;

/* An open item of a list. */
typedef struct
{
  guint column; /* where its text stands */
  char sign;
  guint number; /* 0 for bullets */
} Level;

struct _SortieMarkdownCutter
{
  GArray *pieces;
  gsize scanned;            /* lines before this were taken */
  gboolean fragment;        /* the line that goes on here was cut */
  SortieMarkdownPiece open; /* from its start on nothing is decided */
  Level levels[SORTIE_MARKDOWN_MAX_LEVELS];
  guint n_levels;
  Leaf leaf;
  gboolean held; /* the leaf began beside an item's marker: they stay together */
  guint n_lines; /* of a paragraph */
  char fence_sign;
  guint fence_length;
  guint columns;         /* of a table */
  gboolean quote_plain;  /* only paragraphs in it */
  gboolean quote_parted; /* its last line was blank */
};

/* A line and where it ends. */
typedef struct
{
  SortieMarkdownLine line;
  const char *text; /* the whole text */
  gsize start;
  gsize end;
} Taken;

SortieMarkdownCutter *
sortie_markdown_cutter_new (void)
{
  SortieMarkdownCutter *self = g_new0 (SortieMarkdownCutter, 1);

  self->pieces = g_array_new (FALSE, FALSE, sizeof (SortieMarkdownPiece));
  return self;
}

void
sortie_markdown_cutter_free (SortieMarkdownCutter *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->pieces);
  g_free (self);
}

static guint
get_column (const SortieMarkdownCutter *self, guint n_levels)
{
  return n_levels > 0 ? self->levels[n_levels - 1].column : 0;
}

/* What comes next begins within the levels that are open now. */
static void
reopen (SortieMarkdownCutter *self, gsize start)
{
  self->open = (SortieMarkdownPiece){ .start = start,
                                      .depth = self->n_levels,
                                      .indent = get_column (self, self->n_levels) };
}

static SortieMarkdownPieceKind
get_kind (const SortieMarkdownCutter *self)
{
  if (self->leaf == LEAF_FENCE && !self->held)
    return SORTIE_MARKDOWN_PIECE_CODE;
  if (self->leaf == LEAF_TABLE)
    return SORTIE_MARKDOWN_PIECE_ROW;
  return SORTIE_MARKDOWN_PIECE_TEXT;
}

static void
commit (SortieMarkdownCutter *self, gsize end, SortieMarkdownPieceKind kind)
{
  if (end > self->open.start)
    {
      self->open.end = end;
      self->open.kind = kind;
      self->open.columns = self->columns;
      g_array_append_val (self->pieces, self->open);
    }
  reopen (self, end);
}

/* The open block ends before `end`; `n_levels` items stay open. */
static void
close_leaf (SortieMarkdownCutter *self, gsize end, guint n_levels)
{
  if (end > self->open.start)
    commit (self, end, get_kind (self));
  self->leaf = LEAF_NONE;
  self->held = FALSE;
  self->n_levels = n_levels;
  reopen (self, end);
}

/* ---- What a line begins ---- */

static gboolean
interrupts (const SortieMarkdownLine *line, guint column)
{
  return line->indent < column + 4 &&
         (sortie_markdown_line_is_rule (line) || sortie_markdown_line_is_heading (line) ||
          sortie_markdown_line_opens_fence (line) > 0 || line->text[line->at] == '>');
}

/* In the middle of a paragraph fewer things look like an item. */
static gboolean
begins_item (const SortieMarkdownLine *line,
             guint column,
             gboolean in_paragraph,
             SortieMarkdownMarker *marker)
{
  if (line->indent >= column + 4 || sortie_markdown_line_is_rule (line) ||
      !sortie_markdown_line_read_marker (line, marker))
    return FALSE;
  return !in_paragraph || (!marker->empty && (!marker->ordered || marker->number == 1));
}

static void
take_quote (SortieMarkdownCutter *self, const Taken *taken)
{
  const SortieMarkdownLine *line = &taken->line;
  SortieMarkdownLine inner;
  SortieMarkdownMarker marker;

  if (line->text[line->at] != '>')
    {
      self->quote_parted = FALSE;
      return;
    }
  inner = sortie_markdown_line (line->text + line->at + 1, line->length - line->at - 1, 0);
  self->quote_parted = sortie_markdown_line_is_blank (&inner);
  if (self->quote_parted)
    {
      if (self->quote_plain && !self->held)
        commit (self, taken->end, SORTIE_MARKDOWN_PIECE_TEXT);
      return;
    }
  if (inner.indent > 1 || interrupts (&inner, 1) || begins_item (&inner, 1, FALSE, &marker))
    self->quote_plain = FALSE;
}

static void begin_leaf (SortieMarkdownCutter *self, const Taken *taken, gboolean beside_marker);

/* An item whose list stands in `depth` others. */
static void
begin_item (SortieMarkdownCutter *self,
            const Taken *taken,
            const SortieMarkdownMarker *marker,
            guint depth,
            gboolean beside_marker)
{
  const SortieMarkdownLine *line = &taken->line;
  Level *level = &self->levels[depth];
  gboolean sibling = self->n_levels > depth && level->sign == marker->sign && !beside_marker;
  Taken rest = *taken;
  gsize offset = marker->rest;

  if (!beside_marker)
    close_leaf (self, taken->start, depth);
  level->number = !marker->ordered ? 0 : sibling ? level->number + 1 : marker->number;
  level->sign = marker->sign;
  level->column = marker->column;
  if (!beside_marker)
    self->open.number = level->number;
  self->n_levels = depth + 1;
  rest.line = sortie_markdown_line (line->text + offset, line->length - offset, marker->column);
  if (marker->empty)
    {
      self->leaf = LEAF_NONE;
      return;
    }
  begin_leaf (self, &rest, TRUE);
}

static void
begin_fence (SortieMarkdownCutter *self, const Taken *taken, guint length, gboolean beside_marker)
{
  self->leaf = LEAF_FENCE;
  self->held = beside_marker;
  self->fence_sign = taken->line.text[taken->line.at];
  self->fence_length = length;
  if (!beside_marker)
    commit (self, taken->end, SORTIE_MARKDOWN_PIECE_NOTHING);
}

/* Nothing is open but items, of which the line may have begun some itself. */
static void
begin_leaf (SortieMarkdownCutter *self, const Taken *taken, gboolean beside_marker)
{
  const SortieMarkdownLine *line = &taken->line;
  guint column = get_column (self, self->n_levels);
  gboolean near = line->indent < column + 4;
  guint fence = near ? sortie_markdown_line_opens_fence (line) : 0;
  SortieMarkdownMarker marker;

  if (sortie_markdown_line_is_blank (line))
    return;
  if (near && (sortie_markdown_line_is_rule (line) || sortie_markdown_line_is_heading (line)))
    commit (self, taken->end, SORTIE_MARKDOWN_PIECE_TEXT);
  else if (fence > 0)
    begin_fence (self, taken, fence, beside_marker);
  else if (near && line->text[line->at] == '>')
    {
      self->leaf = LEAF_QUOTE;
      self->held = beside_marker;
      self->quote_plain = TRUE;
      take_quote (self, taken);
    }
  else if (self->n_levels < SORTIE_MARKDOWN_MAX_LEVELS &&
           begins_item (line, column, FALSE, &marker))
    begin_item (self, taken, &marker, self->n_levels, beside_marker);
  else
    {
      self->leaf = LEAF_PARAGRAPH;
      self->held = beside_marker;
      self->n_lines = 1;
    }
}

/* ---- What a line goes on with ---- */

static void
go_on_fence (SortieMarkdownCutter *self, const Taken *taken, guint column)
{
  if (taken->line.indent < column + 4 &&
      sortie_markdown_line_closes_fence (&taken->line, self->fence_sign, self->fence_length))
    {
      commit (self, taken->end,
              self->held ? SORTIE_MARKDOWN_PIECE_TEXT : SORTIE_MARKDOWN_PIECE_NOTHING);
      self->leaf = LEAF_NONE;
      self->held = FALSE;
    }
  else if (!self->held)
    commit (self, taken->end, SORTIE_MARKDOWN_PIECE_CODE);
}

/* The head of a table, now that the line under it has come. */
static gboolean
begin_table (SortieMarkdownCutter *self, const Taken *taken)
{
  SortieMarkdownPiece head = self->open;

  if (self->held || self->n_lines != 1 || !sortie_markdown_line_may_be_delimiter (&taken->line))
    return FALSE;
  head.end = taken->end;
  self->columns = sortie_markdown_count_columns (taken->text, &head);
  if (self->columns == 0)
    return FALSE;
  commit (self, taken->end, SORTIE_MARKDOWN_PIECE_TEXT);
  self->leaf = LEAF_TABLE;
  return TRUE;
}

/* A line that stands as far in as the open items ask for. */
static void
go_on (SortieMarkdownCutter *self, const Taken *taken)
{
  const SortieMarkdownLine *line = &taken->line;
  guint column = get_column (self, self->n_levels);
  gboolean in_paragraph = self->leaf == LEAF_PARAGRAPH;
  SortieMarkdownMarker marker;

  if (in_paragraph && line->indent < column + 4 && sortie_markdown_line_is_underline (line))
    {
      commit (self, taken->end, SORTIE_MARKDOWN_PIECE_TEXT);
      self->leaf = LEAF_NONE;
      return;
    }
  if (in_paragraph && begin_table (self, taken))
    return;
  if (self->leaf == LEAF_QUOTE && ((line->text[line->at] == '>' && line->indent < column + 4) ||
                                   (!self->quote_parted && !interrupts (line, column) &&
                                    !begins_item (line, column, TRUE, &marker))))
    {
      take_quote (self, taken);
      return;
    }
  if (self->leaf == LEAF_QUOTE || interrupts (line, column) ||
      (self->n_levels < SORTIE_MARKDOWN_MAX_LEVELS &&
       begins_item (line, column, in_paragraph, &marker)))
    {
      close_leaf (self, taken->start, self->n_levels);
      begin_leaf (self, taken, FALSE);
    }
  else if (self->leaf == LEAF_TABLE)
    commit (self, taken->end, SORTIE_MARKDOWN_PIECE_ROW);
  else
    self->n_lines++;
}

/* A line that stands further out than the open items. */
static void
go_out (SortieMarkdownCutter *self, const Taken *taken, guint n_levels)
{
  guint column = get_column (self, n_levels);
  gboolean lazy = self->leaf == LEAF_PARAGRAPH ||
                  (self->leaf == LEAF_QUOTE && !self->quote_parted && self->quote_plain);
  SortieMarkdownMarker marker;

  if (begins_item (&taken->line, column, FALSE, &marker))
    begin_item (self, taken, &marker, n_levels, FALSE);
  else if (lazy && !interrupts (&taken->line, column))
    self->n_lines++;
  else
    {
      close_leaf (self, taken->start, n_levels);
      begin_leaf (self, taken, FALSE);
    }
}

/* Blank lines belong to what stands before them. */
static void
take_blank (SortieMarkdownCutter *self, const Taken *taken)
{
  gboolean something = self->open.start < taken->start;

  /* Of an item without text nothing can come after a blank line. */
  if (something && self->leaf == LEAF_NONE && self->n_levels > 0)
    self->n_levels--;
  commit (self, taken->end, something ? get_kind (self) : SORTIE_MARKDOWN_PIECE_NOTHING);
  self->leaf = LEAF_NONE;
  self->held = FALSE;
}

static void
take_line (SortieMarkdownCutter *self, const char *text, gsize start, gsize end)
{
  Taken taken = { .text = text, .start = start, .end = end };
  guint n_levels = 0;

  taken.line = sortie_markdown_line (text + start, end - start, 0);
  while (n_levels < self->n_levels && taken.line.indent >= self->levels[n_levels].column)
    n_levels++;
  if (self->fragment)
    {
      if (self->leaf == LEAF_NONE)
        self->leaf = LEAF_PARAGRAPH;
      if (get_kind (self) != SORTIE_MARKDOWN_PIECE_TEXT)
        commit (self, end, get_kind (self));
    }
  else if (self->leaf == LEAF_FENCE &&
           (sortie_markdown_line_is_blank (&taken.line) || n_levels == self->n_levels))
    go_on_fence (self, &taken, get_column (self, self->n_levels));
  else if (sortie_markdown_line_is_blank (&taken.line))
    take_blank (self, &taken);
  else if (n_levels < self->n_levels)
    go_out (self, &taken, n_levels);
  else if (self->leaf == LEAF_NONE) /* with a marker alone on the line before, perhaps */
    begin_leaf (self, &taken, self->open.start < start);
  else
    go_on (self, &taken);
}

/* ---- Pieces of bounded length ---- */

static void
cut_if_long (SortieMarkdownCutter *self)
{
  if (self->scanned - self->open.start <= SORTIE_MARKDOWN_MAX_PIECE && !self->fragment)
    return;
  commit (self, self->scanned, get_kind (self));
  self->held = FALSE;
}

/* Where a line of more than SORTIE_MARKDOWN_MAX_PIECE bytes is cut: after a blank, or else between two
 * characters. */
static gsize
find_cut (const char *line)
{
  gsize cut = SORTIE_MARKDOWN_MAX_PIECE;

  while (cut > SORTIE_MARKDOWN_MAX_PIECE / 2 && line[cut - 1] != ' ')
    cut--;
  if (line[cut - 1] == ' ')
    return cut;
  cut = SORTIE_MARKDOWN_MAX_PIECE;
  while (cut > SORTIE_MARKDOWN_MAX_PIECE - 4 && (line[cut] & 0xc0) == 0x80)
    cut--;
  return cut;
}

gboolean
sortie_markdown_cutter_feed (SortieMarkdownCutter *self,
                             const char *text,
                             gsize length,
                             gsize limit)
{
  while (self->scanned < length && (limit == 0 || self->scanned < limit))
    {
      const char *line = text + self->scanned;
      gsize window = MIN (length - self->scanned, SORTIE_MARKDOWN_MAX_PIECE + 1);
      const char *end = memchr (line, '\n', window);
      gsize taken = end != NULL ? (gsize) (end - line) + 1 : 0;

      if (end == NULL && window <= SORTIE_MARKDOWN_MAX_PIECE)
        return TRUE;
      if (end == NULL)
        taken = find_cut (line);
      take_line (self, text, self->scanned, self->scanned + taken);
      self->scanned += taken;
      self->fragment = end == NULL;
      cut_if_long (self);
    }
  return self->scanned == length;
}

const GArray *
sortie_markdown_cutter_get_pieces (SortieMarkdownCutter *self)
{
  return self->pieces;
}

gsize
sortie_markdown_cutter_get_scanned (SortieMarkdownCutter *self)
{
  return self->scanned;
}

GArray *
sortie_markdown_cutter_dup_open (SortieMarkdownCutter *self, const char *text, gsize length)
{
  SortieMarkdownCutter end = *self;

  end.pieces = g_array_new (FALSE, FALSE, sizeof (SortieMarkdownPiece));
  if (end.scanned < length)
    take_line (&end, text, end.scanned, length);
  commit (&end, length, get_kind (&end));
  return end.pieces;
}
