/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-extract-helper.h"

#include "sortie-error.h"
#include "sortie-office.h"

/* Serialised as one GVariant: error code (0: none) and message, title, media type, pages, text,
 * blocks (start, end, kind, page, heading) and headings. */
#define WIRE_TYPE "(usssusa(uuuui)as)"

typedef struct
{
  guint32 start;
  guint32 end;
  guint32 kind;
  guint32 page;
  gint32 heading;
} WireBlock;

static const char *
known_media_type (const char *name)
{
  static const char *const known[] = {
    "application/pdf",      "text/html", "text/markdown", "text/plain", SORTIE_OFFICE_DOCX_TYPE,
    SORTIE_OFFICE_ODT_TYPE,
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (name, known[i]))
      return known[i];
  return NULL;
}

static gboolean
is_border (const GString *text, gsize offset)
{
  return offset == text->len || ((guchar) text->str[offset] & 0xc0) != 0x80;
}

/* The helper read a file that may have taken it over: nothing of what it says is believed. */
static gboolean
take_blocks (SortieExtract *self, const WireBlock *blocks, gsize n)
{
  gsize position = 0;

  if (n > SORTIE_EXTRACT_MAX_BLOCKS)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      SortieBlock block = { .start = blocks[i].start,
                            .end = blocks[i].end,
                            .kind = blocks[i].kind,
                            .page = (int) blocks[i].page,
                            .heading = blocks[i].heading };

      if (block.start < position || block.end <= block.start || block.end > self->text->len ||
          !is_border (self->text, block.start) || !is_border (self->text, block.end) ||
          block.kind > SORTIE_BLOCK_PRE || block.page < 0 || block.heading < -1 ||
          block.heading >= (int) self->headings->len)
        return FALSE;
      g_array_append_val (self->blocks, block);
      position = block.end;
    }
  return n > 0 && self->text->len <= SORTIE_EXTRACT_MAX_TEXT;
}

GBytes *
sortie_extract_to_wire (const SortieExtract *self, const GError *failure)
{
  g_autoptr (GArray) blocks = g_array_new (FALSE, FALSE, sizeof (WireBlock));
  g_autoptr (GVariant) value = NULL;
  g_auto (GVariantBuilder) headings;

  g_variant_builder_init (&headings, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; self != NULL && i < self->blocks->len; i++)
    {
      const SortieBlock *block = &g_array_index (self->blocks, SortieBlock, i);
      WireBlock wire = { (guint32) block->start, (guint32) block->end, (guint32) block->kind,
                         (guint32) block->page, block->heading };

      g_array_append_val (blocks, wire);
    }
  for (guint i = 0; self != NULL && i < self->headings->len; i++)
    g_variant_builder_add (&headings, "s", g_ptr_array_index (self->headings, i));
  value = g_variant_ref_sink (
      g_variant_new ("(usssus@a(uuuui)as)", failure != NULL ? (guint32) failure->code + 1 : 0,
                     failure != NULL ? failure->message : "",
                     self != NULL && self->title != NULL ? self->title : "",
                     self != NULL && self->media_type != NULL ? self->media_type : "",
                     self != NULL ? (guint32) self->n_pages : 0,
                     self != NULL ? self->text->str : "",
                     g_variant_new_fixed_array (G_VARIANT_TYPE ("(uuuui)"), blocks->data,
                                                blocks->len, sizeof (WireBlock)),
                     &headings));
  return g_variant_get_data_as_bytes (value);
}

SortieExtract *
sortie_extract_from_wire (GBytes *wire, GError **error)
{
  g_autoptr (GVariant) value =
      g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (WIRE_TYPE), wire, FALSE));
  g_autoptr (SortieExtract) self = sortie_extract_new ();
  g_autoptr (GVariant) blocks = NULL;
  g_autoptr (GVariantIter) headings = NULL;
  const WireBlock *array;
  const char *message;
  const char *title;
  const char *media_type;
  const char *text;
  char *heading;
  guint32 code;
  guint32 n_pages;
  gsize n;

  if (!g_variant_is_normal_form (value))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL, "its reader answered rubbish");
      return NULL;
    }
  g_variant_get (value, "(u&s&s&su&s@a(uuuui)as)", &code, &message, &title, &media_type, &n_pages,
                 &text, &blocks, &headings);
  if (code != 0)
    {
      g_set_error_literal (error, SORTIE_ERROR,
                           code <= SORTIE_ERROR_FAILED + 1 ? (int) code - 1 : SORTIE_ERROR_FAILED,
                           message);
      return NULL;
    }
  g_string_assign (self->text, text);
  while (g_variant_iter_next (headings, "s", &heading))
    g_ptr_array_add (self->headings, heading);
  sortie_extract_take_title (self, title, strlen (title));
  self->media_type = known_media_type (media_type);
  self->n_pages = (int) MIN (n_pages, G_MAXINT32);
  array = g_variant_get_fixed_array (blocks, &n, sizeof (WireBlock));
  if (!take_blocks (self, array, n) || self->media_type == NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL, "its reader answered rubbish");
      return NULL;
    }
  return g_steal_pointer (&self);
}
