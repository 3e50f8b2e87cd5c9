/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-report-tags.h"

#include <math.h>
#include <string.h>

#define LIST_STEP 26
#define QUOTE_STEP 18
#define CODE_STEP 14

/* A tag that was made for blocks of a kind, to be made anew at another zoom. */
typedef struct
{
  GtkTextTag *tag;
  SortieMarkdownBlockKind kind;
  guint level;
  guint depth;
  guint quotes;
  guint marker; /* 0: none, else how many characters it has */
  gboolean head;
  gboolean joined;
  gboolean followed;
} BlockTag;

struct _SortieReportTags
{
  GtkTextTagTable *table;
  GtkTextTag *tags[SORTIE_REPORT_N_TAGS];
  GHashTable *blocks; /* key → BlockTag */
  double zoom;
};

static GtkTextTag *
add_tag (SortieReportTags *self, const char *name)
{
  g_autoptr (GtkTextTag) tag = gtk_text_tag_new (name);

  gtk_text_tag_table_add (self->table, tag);
  return tag; /* the table keeps it */
}

SortieReportTags *
sortie_report_tags_new (GtkTextTagTable *table)
{
  static const char *const names[] = { "quote",    "rule",    "row",         "head", "code",
                                       "bold",     "italic",  "strike",      "mono", "link",
                                       "citation", "bracket", "unsupported", "found" };
  SortieReportTags *self = g_new0 (SortieReportTags, 1);
  GtkTextTag **tags = self->tags;

  self->table = g_object_ref (table);
  self->blocks = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->zoom = 1;
  for (guint i = 0; i < SORTIE_REPORT_N_TAGS; i++)
    tags[i] = add_tag (self, names[i]);
  g_object_set (tags[SORTIE_REPORT_TAG_BOLD], "weight", PANGO_WEIGHT_BOLD, NULL);
  g_object_set (tags[SORTIE_REPORT_TAG_ITALIC], "style", PANGO_STYLE_ITALIC, NULL);
  g_object_set (tags[SORTIE_REPORT_TAG_STRIKE], "strikethrough", TRUE, NULL);
  g_object_set (tags[SORTIE_REPORT_TAG_MONO], "family", "monospace", "scale", 0.92, NULL);
  g_object_set (tags[SORTIE_REPORT_TAG_LINK], "underline", PANGO_UNDERLINE_SINGLE, NULL);
  g_object_set (tags[SORTIE_REPORT_TAG_CITATION], "scale", 0.74, "weight", PANGO_WEIGHT_SEMIBOLD,
                "style", PANGO_STYLE_NORMAL, "font-features", "tnum", NULL);
  g_object_set (tags[SORTIE_REPORT_TAG_UNSUPPORTED], "underline", PANGO_UNDERLINE_ERROR, NULL);
  g_object_set (tags[SORTIE_REPORT_TAG_HEAD], "weight", PANGO_WEIGHT_BOLD, NULL);
  g_object_set (tags[SORTIE_REPORT_TAG_CODE], "family", "monospace", "scale", 0.92, NULL);
  return self;
}

void
sortie_report_tags_free (SortieReportTags *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->blocks);
  g_object_unref (self->table);
  g_free (self);
}

GtkTextTag *
sortie_report_tags_get (SortieReportTags *self, SortieReportTag tag)
{
  return self->tags[tag];
}

/* ---- Blocks ---- */

static int
zoomed (const SortieReportTags *self, double pixels)
{
  return (int) lround (pixels * self->zoom);
}

static int
get_margin (const SortieReportTags *self)
{
  return (int) lround (SORTIE_REPORT_MARGIN * MIN (self->zoom, 1));
}

int
sortie_report_tags_get_margin (SortieReportTags *self)
{
  return get_margin (self);
}

/* How far the text of an item stands from its marker. */
static int
get_hang (guint marker)
{
  return marker <= 2 ? 22 : LIST_STEP + 9 * ((int) MIN (marker, 10) - 2);
}

static void
set_margins (const SortieReportTags *self, const BlockTag *block)
{
  int hang = block->marker > 0 ? get_hang (block->marker) : 0;
  int margin = block->depth > 0 ? 6 + (int) (block->depth - 1) * LIST_STEP : 0;

  if (block->depth > 0 && block->marker == 0)
    margin += get_hang (1);
  margin += (int) block->quotes * QUOTE_STEP;
  if (block->kind == SORTIE_MARKDOWN_CODE)
    margin += CODE_STEP;
  /* A tag's margin takes the place of the view's. */
  g_object_set (block->tag, "left-margin", get_margin (self) + zoomed (self, margin), NULL);
  if (block->kind == SORTIE_MARKDOWN_CODE)
    g_object_set (block->tag, "right-margin", get_margin (self) + zoomed (self, CODE_STEP), NULL);
  if (hang > 0)
    {
      PangoTabArray *tabs =
          pango_tab_array_new_with_positions (1, TRUE, PANGO_TAB_LEFT, zoomed (self, hang));

      g_object_set (block->tag, "indent", -zoomed (self, hang), "tabs", tabs, NULL);
      pango_tab_array_free (tabs);
    }
}

static void
set_spacing (const SortieReportTags *self, const BlockTag *block)
{
  static const struct
  {
    double scale;
    int above;
    int below;
  } headings[] = { { 1.72, 6, 12 }, { 1.3, 20, 6 }, { 1.14, 16, 4 },
                   { 1.04, 14, 3 }, { 1.0, 12, 3 }, { 0.95, 12, 3 } };
  int above = 4;
  int below = 8;

  if (block->kind == SORTIE_MARKDOWN_HEADING)
    {
      guint level = CLAMP (block->level, 1, 6) - 1;

      above = headings[level].above;
      below = headings[level].below;
      g_object_set (block->tag, "weight", PANGO_WEIGHT_BOLD, "scale", headings[level].scale, NULL);
    }
  else if (block->kind == SORTIE_MARKDOWN_ROW)
    {
      above = block->head ? 12 : 6;
      below = 6;
    }
  else if (block->kind == SORTIE_MARKDOWN_CODE)
    above = below = 1;
  else if (block->kind == SORTIE_MARKDOWN_RULE)
    above = below = 4;
  else if (block->depth > 0)
    above = below = 4;
  g_object_set (block->tag, "pixels-above-lines", block->joined ? 0 : zoomed (self, above),
                "pixels-below-lines", block->followed ? zoomed (self, 5) : zoomed (self, below),
                NULL);
}

static void
set_block (const SortieReportTags *self, const BlockTag *block)
{
  set_margins (self, block);
  set_spacing (self, block);
}

GtkTextTag *
sortie_report_tags_get_block (SortieReportTags *self,
                              const SortieMarkdownBlock *block,
                              gboolean followed,
                              gboolean odd)
{
  guint marker = block->marker != NULL ? (guint) g_utf8_strlen (block->marker, -1) : 0;
  guint key;
  BlockTag *found;

  marker = MIN (marker, 11);
  key = (guint) block->kind | block->level << 4 | block->depth << 8 | block->quotes << 12 |
        marker << 16 | (block->head ? 1u << 20 : 0) | (block->joined ? 1u << 21 : 0) |
        (followed ? 1u << 22 : 0) | (odd ? 1u << 23 : 0) | 1u << 24;
  found = g_hash_table_lookup (self->blocks, GUINT_TO_POINTER (key));
  if (found == NULL)
    {
      found = g_new0 (BlockTag, 1);
      *found = (BlockTag){ add_tag (self, NULL), block->kind,   block->level,
                           block->depth,         block->quotes, marker,
                           block->head,          block->joined, followed };
      gtk_text_tag_set_priority (found->tag, 0);
      set_block (self, found);
      g_hash_table_insert (self->blocks, GUINT_TO_POINTER (key), found);
    }
  return found->tag;
}

GtkTextTag *
sortie_report_tags_add_table (SortieReportTags *self)
{
  return add_tag (self, NULL);
}

void
sortie_report_tags_remove_table (SortieReportTags *self, GtkTextTag *tag)
{
  gtk_text_tag_table_remove (self->table, tag);
}

double
sortie_report_tags_get_zoom (SortieReportTags *self)
{
  return self->zoom;
}

void
sortie_report_tags_set_zoom (SortieReportTags *self, double zoom)
{
  GHashTableIter iter;
  gpointer block;

  if (zoom == self->zoom)
    return;
  self->zoom = zoom;
  g_hash_table_iter_init (&iter, self->blocks);
  while (g_hash_table_iter_next (&iter, NULL, &block))
    set_block (self, block);
}

/* ---- Colours ---- */

GdkRGBA
sortie_report_colour (GtkWidget *widget, const char *name, double alpha)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA colour;

  if (!gtk_style_context_lookup_color (style, name, &colour))
    gtk_style_context_get_color (style, &colour);
  colour.alpha *= (float) alpha;
  return colour;
}

void
sortie_report_tags_set_colours (SortieReportTags *self, GtkWidget *widget)
{
  GdkRGBA accent = sortie_report_colour (widget, "accent_color", 1);
  GdkRGBA clear = sortie_report_colour (widget, "accent_color", 0.004);
  GdkRGBA warning = sortie_report_colour (widget, "warning_color", 1);
  GdkRGBA found = sortie_report_colour (widget, "warning_bg_color", 0.45);
  GdkRGBA faint = sortie_report_colour (widget, "view_fg_color", 0.72);
  GdkRGBA ground = sortie_report_colour (widget, "view_fg_color", 0.06);

  g_object_set (self->tags[SORTIE_REPORT_TAG_LINK], "foreground-rgba", &accent, NULL);
  g_object_set (self->tags[SORTIE_REPORT_TAG_CITATION], "foreground-rgba", &accent, NULL);
  g_object_set (self->tags[SORTIE_REPORT_TAG_BRACKET], "foreground-rgba", &clear, NULL);
  g_object_set (self->tags[SORTIE_REPORT_TAG_UNSUPPORTED], "underline-rgba", &warning, NULL);
  g_object_set (self->tags[SORTIE_REPORT_TAG_FOUND], "background-rgba", &found, NULL);
  g_object_set (self->tags[SORTIE_REPORT_TAG_QUOTE], "foreground-rgba", &faint, NULL);
  g_object_set (self->tags[SORTIE_REPORT_TAG_MONO], "background-rgba", &ground, NULL);
}
