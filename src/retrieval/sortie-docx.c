/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-extract"

#include "sortie-office-private.h"

#include <string.h>

typedef enum
{
  TAG_OTHER,
  TAG_BREAK,
  TAG_CELL,
  TAG_DROP, /* with all that is in it */
  TAG_HIDDEN,
  TAG_HYPHEN,
  TAG_LEVEL, /* of an outline */
  TAG_LIST,
  TAG_LIST_LEVEL,
  TAG_NOTE,
  TAG_NOTE_MARK,
  TAG_PARAGRAPH,
  TAG_PROPERTIES, /* of a paragraph */
  TAG_ROW,
  TAG_RUN,
  TAG_STYLE,
  TAG_TAB,
  TAG_TEXT,
} Tag;

/* Elements of WordprocessingML (ECMA-376, part 1, 17) that matter here. What has been deleted or
 * moved away, field codes, earlier properties and the older copy of a drawing are no text. */
static const SortieOfficeTag tags[] = {
  { "Fallback", TAG_DROP },
  { "br", TAG_BREAK },
  { "cr", TAG_BREAK },
  { "del", TAG_DROP },
  { "delText", TAG_DROP },
  { "endnote", TAG_NOTE },
  { "endnoteReference", TAG_NOTE_MARK },
  { "footnote", TAG_NOTE },
  { "footnoteReference", TAG_NOTE_MARK },
  { "ilvl", TAG_LIST_LEVEL },
  { "instrText", TAG_DROP },
  { "moveFrom", TAG_DROP },
  { "noBreakHyphen", TAG_HYPHEN },
  { "numId", TAG_LIST },
  { "outlineLvl", TAG_LEVEL },
  { "p", TAG_PARAGRAPH },
  { "pPr", TAG_PROPERTIES },
  { "pPrChange", TAG_DROP },
  { "pStyle", TAG_STYLE },
  { "ptab", TAG_TAB },
  { "r", TAG_RUN },
  { "rPrChange", TAG_DROP },
  { "sdtPr", TAG_DROP },
  { "sectPr", TAG_DROP },
  { "t", TAG_TEXT },
  { "tab", TAG_TAB },
  { "tc", TAG_CELL },
  { "tr", TAG_ROW },
  { "vanish", TAG_HIDDEN },
};

/* Strict documents have namespaces of their own; formulas are text as well. */
static const char *const namespaces[] = {
  "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
  "http://purl.oclc.org/ooxml/wordprocessingml/main",
  "http://schemas.openxmlformats.org/markup-compatibility/2006",
};
static const char *const math_namespaces[] = {
  "http://schemas.openxmlformats.org/officeDocument/2006/math",
  "http://purl.oclc.org/ooxml/officeDocument/math",
};

typedef struct
{
  char *style;
  char *list;
  int list_level;
  int level; /* -1: by the style */
} Paragraph;

typedef struct
{
  SortieOfficeFlow *flow;
  GHashTable *styles;
  GHashTable *notes; /* `footnote` or `endnote` and its ID → text */
  SortieDocxNumbers *numbers;
  GArray *paragraphs; /* Paragraph: those that are open, the innermost last */
  char *note;         /* the key of the note that is being read */
  guint in_properties;
  gboolean in_text;
  gboolean hidden; /* the run */
} DocxReader;

static void
paragraph_clear (gpointer data)
{
  Paragraph *paragraph = data;

  g_free (paragraph->style);
  g_free (paragraph->list);
}

static gboolean
is_one_of (const char *uri, const char *const *known, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (strcmp (uri, known[i]) == 0)
      return TRUE;
  return FALSE;
}

static Tag
tag_of (xmlTextReaderPtr reader)
{
  const char *uri = (const char *) xmlTextReaderConstNamespaceUri (reader);

  if (uri != NULL && is_one_of (uri, math_namespaces, G_N_ELEMENTS (math_namespaces)))
    return sortie_office_is (reader, "t") ? TAG_TEXT : TAG_OTHER;
  if (uri == NULL || !is_one_of (uri, namespaces, G_N_ELEMENTS (namespaces)))
    return TAG_OTHER;
  return sortie_office_find_tag (reader, tags, G_N_ELEMENTS (tags));
}

static char *
note_key (xmlTextReaderPtr reader)
{
  g_autofree char *id = sortie_office_dup_attribute (reader, "id");
  gboolean is_footnote =
      g_str_has_prefix ((const char *) xmlTextReaderConstLocalName (reader), "footnote");

  return g_strconcat (is_footnote ? "footnote " : "endnote ", id, NULL);
}

static Paragraph *
innermost (DocxReader *self)
{
  return self->paragraphs->len > 0
             ? &g_array_index (self->paragraphs, Paragraph, self->paragraphs->len - 1)
             : NULL;
}

static void
take_property (DocxReader *self, Tag tag, xmlTextReaderPtr reader)
{
  Paragraph *paragraph = innermost (self);

  if (paragraph == NULL)
    return;
  if (tag == TAG_STYLE)
    {
      g_free (paragraph->style);
      paragraph->style = sortie_office_dup_attribute (reader, "val");
    }
  else if (tag == TAG_LIST)
    {
      g_free (paragraph->list);
      paragraph->list = sortie_office_dup_attribute (reader, "val");
    }
  else if (tag == TAG_LIST_LEVEL)
    {
      paragraph->list_level = sortie_office_get_number (reader, "val", -1);
    }
  else if (tag == TAG_LEVEL)
    {
      int level = sortie_office_get_number (reader, "val", 9);

      paragraph->level = level >= 0 && level < 9 ? level + 1 : 0;
    }
}

static gboolean
is_hidden (xmlTextReaderPtr reader)
{
  g_autofree char *value = sortie_office_dup_attribute (reader, "val");

  return value == NULL ||
         !(g_str_equal (value, "0") || g_str_equal (value, "false") || g_str_equal (value, "off"));
}

static gboolean
start_note (DocxReader *self, xmlTextReaderPtr reader)
{
  g_autofree char *type = sortie_office_dup_attribute (reader, "type");

  if (type != NULL && !g_str_equal (type, "normal"))
    return FALSE; /* the line that parts the notes from the text */
  g_free (self->note);
  self->note = note_key (reader);
  sortie_office_flow_start_note (self->flow);
  return TRUE;
}

static void
mark_note (DocxReader *self, xmlTextReaderPtr reader)
{
  g_autofree char *key = note_key (reader);
  const char *text = g_hash_table_lookup (self->notes, key);

  if (text != NULL && self->note == NULL)
    sortie_office_flow_add_note (self->flow, text);
}

static void
start_paragraph (DocxReader *self)
{
  Paragraph paragraph = { .list_level = -1, .level = -1 };

  g_array_append_val (self->paragraphs, paragraph);
  sortie_office_flow_start_paragraph (self->flow);
}

static void
add_text (DocxReader *self, const char *text)
{
  if (!self->hidden)
    sortie_office_flow_add (self->flow, text);
}

static gboolean
docx_start_cb (gpointer user_data, xmlTextReaderPtr reader)
{
  DocxReader *self = user_data;
  Tag tag = tag_of (reader);

  switch (tag)
    {
    case TAG_DROP:
      return FALSE;
    case TAG_PARAGRAPH:
      start_paragraph (self);
      break;
    case TAG_PROPERTIES:
      self->in_properties++;
      break;
    case TAG_STYLE:
    case TAG_LIST:
    case TAG_LIST_LEVEL:
    case TAG_LEVEL:
      take_property (self, tag, reader);
      break;
    case TAG_RUN:
      self->hidden = FALSE;
      break;
    case TAG_HIDDEN:
      if (self->in_properties == 0)
        self->hidden = is_hidden (reader);
      break;
    case TAG_TEXT:
      self->in_text = TRUE;
      break;
    case TAG_TAB: /* also an element of a paragraph's properties */
    case TAG_BREAK:
      if (self->in_properties == 0)
        add_text (self, " ");
      break;
    case TAG_HYPHEN:
      add_text (self, "-");
      break;
    case TAG_ROW:
      sortie_office_flow_start_row (self->flow);
      break;
    case TAG_CELL:
      sortie_office_flow_start_cell (self->flow);
      break;
    case TAG_NOTE:
      return start_note (self, reader);
    case TAG_NOTE_MARK:
      mark_note (self, reader);
      break;
    default:
      break;
    }
  return TRUE;
}

static void
end_paragraph (DocxReader *self)
{
  Paragraph *paragraph = innermost (self);
  g_autofree char *label = NULL;
  SortieDocxStyle style = { .list_level = -1 };
  const char *list;
  int level;

  if (paragraph == NULL)
    return;
  if (paragraph->style != NULL)
    style = sortie_docx_find_style (self->styles, paragraph->style);
  level = paragraph->level >= 0 ? paragraph->level : style.is_title ? 1 : style.level;
  list = paragraph->list != NULL ? paragraph->list : style.list;
  if (list != NULL)
    label = sortie_docx_numbers_next (self->numbers, list,
                                      paragraph->list_level >= 0 ? paragraph->list_level
                                                                 : style.list_level,
                                      paragraph->style);
  if (style.is_title && self->flow->paragraphs->len > 0)
    {
      const GString *text =
          g_ptr_array_index (self->flow->paragraphs, self->flow->paragraphs->len - 1);

      sortie_extract_take_title (self->flow->extract, text->str, text->len);
    }
  if (style.is_contents)
    sortie_office_flow_drop_paragraph (self->flow);
  else
    sortie_office_flow_end_paragraph (self->flow, level, label);
  g_array_set_size (self->paragraphs, self->paragraphs->len - 1);
}

static void
docx_end_cb (gpointer user_data, xmlTextReaderPtr reader)
{
  DocxReader *self = user_data;

  switch (tag_of (reader))
    {
    case TAG_PARAGRAPH:
      end_paragraph (self);
      break;
    case TAG_PROPERTIES:
      self->in_properties -= self->in_properties > 0;
      break;
    case TAG_RUN:
      self->hidden = FALSE;
      break;
    case TAG_TEXT:
      self->in_text = FALSE;
      break;
    case TAG_ROW:
      sortie_office_flow_end_row (self->flow);
      break;
    case TAG_NOTE:
      if (self->note != NULL)
        g_hash_table_replace (self->notes, g_steal_pointer (&self->note),
                              sortie_office_flow_end_note (self->flow));
      break;
    default:
      break;
    }
}

static void
docx_text_cb (gpointer user_data, const char *text)
{
  DocxReader *self = user_data;

  if (self->in_text)
    add_text (self, text);
}

static const SortieOfficeHandler docx_handler = { docx_start_cb, docx_end_cb, docx_text_cb };

static void
read_notes (DocxReader *self, GBytes *archive, const char *folder, const char *name)
{
  g_autofree char *member = g_strconcat (folder, name, NULL);
  g_autoptr (GBytes) xml = sortie_office_read_member (archive, member, NULL);

  /* Most documents have none; one whose notes are damaged is read without them. */
  if (xml != NULL)
    sortie_office_parse (xml, &docx_handler, self, NULL);
  while (self->paragraphs->len > 0)
    {
      sortie_office_flow_drop_paragraph (self->flow);
      g_array_set_size (self->paragraphs, self->paragraphs->len - 1);
    }
  g_free (sortie_office_flow_end_note (self->flow));
  g_clear_pointer (&self->note, g_free);
  self->in_properties = 0;
  self->in_text = FALSE;
}

gboolean
sortie_docx_extract (SortieExtract *extract, GBytes *archive, const char *document, GError **error)
{
  g_autoptr (GBytes) xml = sortie_office_read_member (archive, document, error);
  g_autoptr (SortieOfficeFlow) flow = sortie_office_flow_new (extract);
  g_autofree char *base = g_path_get_dirname (document);
  g_autofree char *folder = g_str_equal (base, ".") ? g_strdup ("") : g_strconcat (base, "/", NULL);
  g_autoptr (GHashTable) styles = NULL;
  g_autoptr (GHashTable) notes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GArray) paragraphs = g_array_new (FALSE, FALSE, sizeof (Paragraph));
  g_autoptr (SortieDocxNumbers) numbers = NULL;
  DocxReader reader = { .flow = flow, .notes = notes, .paragraphs = paragraphs };

  if (xml == NULL)
    return FALSE;
  g_array_set_clear_func (paragraphs, paragraph_clear);
  reader.styles = styles = sortie_docx_read_styles (archive, folder);
  reader.numbers = numbers = sortie_docx_read_numbers (archive, folder);
  read_notes (&reader, archive, folder, "footnotes.xml");
  read_notes (&reader, archive, folder, "endnotes.xml");
  if (!sortie_office_parse (xml, &docx_handler, &reader, error))
    return FALSE;
  sortie_office_take_metadata_title (extract, archive, "docProps/core.xml");
  return TRUE;
}
