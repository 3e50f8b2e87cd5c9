/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-extract"

#include <string.h>

#include "sortie-error.h"
#include "sortie-odt-private.h"

#define MAX_SPACES 100
#define MAX_LIST_DEPTH 64

typedef enum
{
  TAG_OTHER,
  TAG_BREAK,
  TAG_CELL,
  TAG_DROP, /* with all that is in it */
  TAG_HEADING,
  TAG_ITEM,
  TAG_LIST,
  TAG_NOTE,
  TAG_PARAGRAPH,
  TAG_ROW,
  TAG_SPACES,
} Tag;

/* Elements of OpenDocument 1.3, part 3. Generated lists of headings and figures say nothing of
 * their own, and what tracked changes took out is no text. */
static const SortieOfficeTag tags[] = {
  { "alphabetical-index", TAG_DROP },
  { "annotation", TAG_DROP },
  { "automatic-styles", TAG_DROP },
  { "covered-table-cell", TAG_DROP },
  { "desc", TAG_DROP },
  { "font-face-decls", TAG_DROP },
  { "forms", TAG_DROP },
  { "h", TAG_HEADING },
  { "hidden-paragraph", TAG_DROP },
  { "hidden-text", TAG_DROP },
  { "illustration-index", TAG_DROP },
  { "line-break", TAG_BREAK },
  { "list", TAG_LIST },
  { "list-header", TAG_OTHER },
  { "list-item", TAG_ITEM },
  { "note", TAG_NOTE },
  { "note-citation", TAG_DROP },
  { "number", TAG_DROP }, /* the label as another program wrote it */
  { "object-index", TAG_DROP },
  { "p", TAG_PARAGRAPH },
  { "ruby-text", TAG_DROP },
  { "s", TAG_SPACES },
  { "scripts", TAG_DROP },
  { "tab", TAG_BREAK },
  { "table-cell", TAG_CELL },
  { "table-index", TAG_DROP },
  { "table-of-content", TAG_DROP },
  { "table-row", TAG_ROW },
  { "title", TAG_DROP },
  { "tracked-changes", TAG_DROP },
  { "user-index", TAG_DROP },
};

typedef struct
{
  SortieOfficeFlow *flow;
  SortieOdtStyles *styles;
  char *list_names[MAX_LIST_DEPTH]; /* of the lists that are open; a list inherits its parent's */
  int list_depth;
  gboolean item;    /* the label of an item is due */
  GArray *levels;   /* int: of the paragraphs that are open; 0: no heading */
  GPtrArray *names; /* owned char *: their styles */
} OdtReader;

static Tag
tag_of (xmlTextReaderPtr reader)
{
  const char *uri = (const char *) xmlTextReaderConstNamespaceUri (reader);

  /* Titles and descriptions of drawings are SVG's; everything else is OpenDocument's own. */
  if (uri == NULL || !g_str_has_prefix (uri, "urn:oasis:names:tc:opendocument:xmlns:"))
    return TAG_OTHER;
  if (sortie_office_is (reader, "title") && strstr (uri, ":svg-") == NULL)
    return TAG_OTHER;
  return sortie_office_find_tag (reader, tags, G_N_ELEMENTS (tags));
}

static SortieOfficeList *
current_list (OdtReader *self)
{
  const char *name;

  if (self->list_depth == 0 || self->list_depth > MAX_LIST_DEPTH)
    return NULL;
  name = self->list_names[self->list_depth - 1];
  return name != NULL ? g_hash_table_lookup (self->styles->lists, name) : NULL;
}

static void
start_list (OdtReader *self, xmlTextReaderPtr reader)
{
  g_autofree char *name = sortie_office_dup_attribute (reader, "style-name");
  g_autofree char *goes_on = sortie_office_dup_attribute (reader, "continue-numbering");
  g_autofree char *continued = sortie_office_dup_attribute (reader, "continue-list");
  SortieOfficeList *list;

  self->list_depth++;
  if (self->list_depth > MAX_LIST_DEPTH)
    return;
  if (name == NULL && self->list_depth > 1)
    name = g_strdup (self->list_names[self->list_depth - 2]);
  self->list_names[self->list_depth - 1] = g_steal_pointer (&name);
  list = current_list (self);
  if (list != NULL && self->list_depth == 1 && g_strcmp0 (goes_on, "true") != 0 &&
      continued == NULL)
    sortie_office_list_restart (list, 0, list->levels[0].start);
}

static void
end_list (OdtReader *self)
{
  if (self->list_depth > 0 && self->list_depth <= MAX_LIST_DEPTH)
    g_clear_pointer (&self->list_names[self->list_depth - 1], g_free);
  self->list_depth = MAX (self->list_depth - 1, 0);
  self->item = FALSE;
}

static void
start_item (OdtReader *self, xmlTextReaderPtr reader)
{
  SortieOfficeList *list = current_list (self);
  int start = sortie_office_get_number (reader, "start-value", -1);

  if (list != NULL && start >= 0 && self->list_depth < SORTIE_OFFICE_LEVELS)
    sortie_office_list_restart (list, self->list_depth - 1, start);
  self->item = TRUE;
}

static void
start_paragraph (OdtReader *self, xmlTextReaderPtr reader, gboolean is_heading)
{
  int level = is_heading ? CLAMP (sortie_office_get_number (reader, "outline-level", 1), 1, 9) : 0;

  g_array_append_val (self->levels, level);
  g_ptr_array_add (self->names, sortie_office_dup_attribute (reader, "style-name"));
  sortie_office_flow_start_paragraph (self->flow);
}

static void
add_spaces (OdtReader *self, xmlTextReaderPtr reader)
{
  int n = CLAMP (sortie_office_get_number (reader, "c", 1), 1, MAX_SPACES);

  for (int i = 0; i < n; i++)
    sortie_office_flow_add (self->flow, " ");
}

static gboolean
odt_start_cb (gpointer user_data, xmlTextReaderPtr reader)
{
  OdtReader *self = user_data;
  Tag tag = tag_of (reader);

  switch (tag)
    {
    case TAG_DROP:
      return FALSE;
    case TAG_HEADING:
    case TAG_PARAGRAPH:
      start_paragraph (self, reader, tag == TAG_HEADING);
      break;
    case TAG_SPACES:
      add_spaces (self, reader);
      break;
    case TAG_BREAK:
      sortie_office_flow_add (self->flow, " ");
      break;
    case TAG_LIST:
      start_list (self, reader);
      break;
    case TAG_ITEM:
      start_item (self, reader);
      break;
    case TAG_ROW:
      sortie_office_flow_start_row (self->flow);
      break;
    case TAG_CELL:
      sortie_office_flow_start_cell (self->flow);
      break;
    case TAG_NOTE:
      sortie_office_flow_start_note (self->flow);
      break;
    default:
      break;
    }
  return TRUE;
}

static gboolean
is_of_style (OdtReader *self, const char *name, const char *wanted)
{
  for (guint i = 0; name != NULL && i < 20; i++)
    {
      if (g_str_equal (name, wanted))
        return TRUE;
      name = g_hash_table_lookup (self->styles->parents, name);
    }
  return FALSE;
}

static char *
next_label (OdtReader *self, int level)
{
  SortieOfficeList *list = NULL;

  if (self->item)
    list = current_list (self);
  if (list != NULL)
    return sortie_office_list_next (list, self->list_depth - 1);
  if (self->item)
    return g_strdup ("-");
  if (level > 0)
    list = g_hash_table_lookup (self->styles->lists, SORTIE_ODT_OUTLINE);
  return list != NULL ? sortie_office_list_next (list, level - 1) : NULL;
}

static void
end_paragraph (OdtReader *self)
{
  guint n = self->levels->len;
  const GString *text;
  g_autofree char *label = NULL;
  int level;

  if (n == 0)
    return;
  level = g_array_index (self->levels, int, n - 1);
  text = g_ptr_array_index (self->flow->paragraphs, self->flow->paragraphs->len - 1);
  if (is_of_style (self, g_ptr_array_index (self->names, n - 1), "Title"))
    {
      sortie_extract_take_title (self->flow->extract, text->str, text->len);
      level = 1;
    }
  else if (self->flow->note == NULL)
    {
      label = next_label (self, level);
      self->item = FALSE;
    }
  sortie_office_flow_end_paragraph (self->flow, level, label);
  g_array_set_size (self->levels, n - 1);
  g_ptr_array_set_size (self->names, (int) n - 1);
}

static void
odt_end_cb (gpointer user_data, xmlTextReaderPtr reader)
{
  OdtReader *self = user_data;

  switch (tag_of (reader))
    {
    case TAG_HEADING:
    case TAG_PARAGRAPH:
      end_paragraph (self);
      break;
    case TAG_LIST:
      end_list (self);
      break;
    case TAG_ITEM:
      self->item = FALSE;
      break;
    case TAG_ROW:
      sortie_office_flow_end_row (self->flow);
      break;
    case TAG_NOTE:
      {
        g_autofree char *note = sortie_office_flow_end_note (self->flow);

        sortie_office_flow_add_note (self->flow, note);
        break;
      }
    default:
      break;
    }
}

static void
odt_text_cb (gpointer user_data, const char *text)
{
  OdtReader *self = user_data;

  sortie_office_flow_add (self->flow, text);
}

/* An encrypted document's files are there, but are no XML; its manifest says so. */
static gboolean
refuse_encrypted (GBytes *archive, GError **error)
{
  g_autoptr (GBytes) manifest = sortie_office_read_member (archive, "META-INF/manifest.xml", NULL);
  gsize length = 0;
  const char *text = manifest != NULL ? g_bytes_get_data (manifest, &length) : NULL;

  if (text == NULL || memmem (text, length, "encryption-data", strlen ("encryption-data")) == NULL)
    return FALSE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
               "encrypted office document: needs a password");
  return TRUE;
}

static gboolean
read_body (OdtReader *self, GBytes *xml, GError **error)
{
  static const SortieOfficeHandler handler = { odt_start_cb, odt_end_cb, odt_text_cb };
  gboolean done = sortie_office_parse (xml, &handler, self, error);

  while (self->list_depth > 0)
    end_list (self);
  return done;
}

gboolean
sortie_odt_extract (SortieExtract *extract, GBytes *archive, GError **error)
{
  g_autoptr (GBytes) xml = NULL;
  g_autoptr (GBytes) styles_xml = NULL;
  g_autoptr (SortieOfficeFlow) flow = sortie_office_flow_new (extract);
  g_autoptr (SortieOdtStyles) styles = sortie_odt_styles_new ();
  g_autoptr (GArray) levels = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  OdtReader reader = { .flow = flow, .styles = styles, .levels = levels, .names = names };

  if (refuse_encrypted (archive, error))
    return FALSE;
  xml = sortie_office_read_member (archive, "content.xml", error);
  if (xml == NULL)
    return FALSE;
  styles_xml = sortie_office_read_member (archive, "styles.xml", NULL);
  if (styles_xml != NULL)
    sortie_odt_styles_read (styles, styles_xml, NULL);
  if (!sortie_odt_styles_read (styles, xml, error) || !read_body (&reader, xml, error))
    return FALSE;
  sortie_office_take_metadata_title (extract, archive, "meta.xml");
  return TRUE;
}
