/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-extract.h"

#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <string.h>

#include "sortie-error.h"

/* libxml2's HTML parser drives callbacks; no tree is built, so memory does not grow with nesting. */

#define MAX_DEPTH 2000 /* elements; the parser's own work grows with depth × tags */
#define MAX_LIST_DEPTH 64
#define LONG_CELL 300 /* bytes: a table with such cells lays out a page */

typedef enum
{
  TAG_INLINE,
  TAG_BLOCK, /* ends the running text before and after it */
  TAG_DROP,  /* with all that is in it */
  TAG_NAV,   /* likewise, unless there is nothing else */
  TAG_HEAD,  /* dropped but for the title */
  TAG_TITLE,
  TAG_HEADING,
  TAG_LIST,
  TAG_ITEM,
  TAG_PRE,
  TAG_ROW,
  TAG_CELL,
  TAG_BREAK,
  TAG_QUOTE,
} Tag;

static const struct
{
  const char *name;
  Tag tag;
} tags[] = {
  { "address", TAG_BLOCK },    { "article", TAG_BLOCK }, { "aside", TAG_BLOCK },
  { "blockquote", TAG_BLOCK }, { "body", TAG_BLOCK },    { "br", TAG_BREAK },
  { "button", TAG_DROP },      { "canvas", TAG_DROP },   { "caption", TAG_BLOCK },
  { "center", TAG_BLOCK },     { "datalist", TAG_DROP }, { "dd", TAG_BLOCK },
  { "details", TAG_BLOCK },    { "dir", TAG_LIST },      { "div", TAG_BLOCK },
  { "dl", TAG_BLOCK },         { "dt", TAG_BLOCK },      { "fieldset", TAG_BLOCK },
  { "figcaption", TAG_BLOCK }, { "figure", TAG_BLOCK },  { "footer", TAG_BLOCK },
  { "form", TAG_BLOCK },       { "h1", TAG_HEADING },    { "h2", TAG_HEADING },
  { "h3", TAG_HEADING },       { "h4", TAG_HEADING },    { "h5", TAG_HEADING },
  { "h6", TAG_HEADING },       { "head", TAG_HEAD },     { "header", TAG_BLOCK },
  { "hr", TAG_BLOCK },         { "iframe", TAG_DROP },   { "li", TAG_ITEM },
  { "main", TAG_BLOCK },       { "math", TAG_INLINE },   { "menu", TAG_LIST },
  { "nav", TAG_NAV },          { "noframes", TAG_DROP }, { "noscript", TAG_DROP },
  { "object", TAG_DROP },      { "ol", TAG_LIST },       { "optgroup", TAG_DROP },
  { "option", TAG_DROP },      { "p", TAG_BLOCK },       { "pre", TAG_PRE },
  { "q", TAG_QUOTE },          { "script", TAG_DROP },   { "section", TAG_BLOCK },
  { "select", TAG_DROP },      { "style", TAG_DROP },    { "summary", TAG_BLOCK },
  { "svg", TAG_DROP },         { "table", TAG_BLOCK },   { "td", TAG_CELL },
  { "template", TAG_DROP },    { "textarea", TAG_DROP }, { "th", TAG_CELL },
  { "title", TAG_TITLE },      { "tr", TAG_ROW },        { "ul", TAG_LIST },
};

/* What the common documentation tools call their navigation. */
static const char *const navigation_classes[] = {
  "docnav",    "headerlink", "nav",       "navbar",        "navfooter",
  "navheader", "navigation", "skip-link", "sphinxsidebar", "toc",
};

typedef struct
{
  gboolean ordered;
  int number;
} List;

typedef struct
{
  SortieExtract *extract;
  htmlParserCtxtPtr parser;
  GString *text;
  GString *title;
  List lists[MAX_LIST_DEPTH];
  int depth;
  int drop_depth; /* depth of the element that is dropped, or 0 */
  int list_depth;
  int pre_depth;
  int row_depth;
  int heading; /* level of the heading that is open, or 0 */
  gsize break_at;
  gboolean in_title;
  gboolean marker; /* an item's marker is due */
  gboolean keep_navigation;
  gboolean too_deep;
} HtmlReader;

static Tag
tag_of (const xmlChar *name)
{
  gsize low = 0;
  gsize high = G_N_ELEMENTS (tags);

  while (low < high)
    {
      gsize middle = (low + high) / 2;
      int order = strcmp ((const char *) name, tags[middle].name);

      if (order == 0)
        return tags[middle].tag;
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  return TAG_INLINE;
}

static gboolean
has_class (const char *value, const char *name)
{
  gsize length = strlen (name);

  for (const char *p = strstr (value, name); p != NULL; p = strstr (p + 1, name))
    if ((p == value || g_ascii_isspace (p[-1])) &&
        (p[length] == '\0' || g_ascii_isspace (p[length])))
      return TRUE;
  return FALSE;
}

static gboolean
is_navigation (const char *name, const char *value)
{
  if (g_str_equal (name, "role"))
    return g_str_equal (value, "navigation") || g_str_equal (value, "search");
  if (g_str_equal (name, "class"))
    for (guint i = 0; i < G_N_ELEMENTS (navigation_classes); i++)
      if (has_class (value, navigation_classes[i]))
        return TRUE;
  return FALSE;
}

static gboolean
is_dropped (HtmlReader *self, Tag tag, const xmlChar **attributes)
{
  if (tag == TAG_DROP || tag == TAG_HEAD)
    return TRUE;
  if (tag == TAG_NAV && !self->keep_navigation)
    return TRUE;
  for (gsize i = 0; attributes != NULL && attributes[i] != NULL; i += 2)
    {
      const char *name = (const char *) attributes[i];
      const char *value = attributes[i + 1] != NULL ? (const char *) attributes[i + 1] : "";

      if (g_str_equal (name, "hidden") && !g_str_equal (value, "until-found"))
        return TRUE;
      if (!self->keep_navigation && is_navigation (name, value))
        return TRUE;
    }
  return FALSE;
}

static void
flush_heading (HtmlReader *self)
{
  sortie_extract_append_heading (self->extract, self->heading, 0, self->text->str, self->text->len);
  sortie_extract_take_title (self->extract, self->text->str, self->text->len);
}

/* Closes the running text, if there is any. */
static void
flush_text (HtmlReader *self, SortieBlockKind kind)
{
  self->break_at = G_MAXSIZE;
  if (self->text->len == 0)
    return;
  if (self->heading > 0)
    {
      flush_heading (self);
    }
  else if (self->pre_depth > 0)
    {
      sortie_extract_append (self->extract, SORTIE_BLOCK_PRE, 0, self->text->str, self->text->len);
    }
  else
    {
      if (self->marker && self->list_depth > 0 &&
          strspn (self->text->str, " \t\r\n") < self->text->len)
        {
          const List *list = &self->lists[MIN (self->list_depth, MAX_LIST_DEPTH) - 1];
          g_autofree char *number = g_strdup_printf ("%d. ", list->number);

          g_string_prepend (self->text, list->ordered ? number : "- ");
          self->marker = FALSE;
          kind = SORTIE_BLOCK_ITEM;
        }
      sortie_extract_append (self->extract, kind, 0, self->text->str, self->text->len);
    }
  g_string_truncate (self->text, 0);
}

/* A block in a table cell ends no row, unless the table only lays out the page. */
static void
end_block (HtmlReader *self)
{
  if (self->row_depth == 0 || self->text->len > LONG_CELL)
    flush_text (self, SORTIE_BLOCK_PARAGRAPH);
  else
    g_string_append_c (self->text, ' ');
}

static void
line_break (HtmlReader *self)
{
  if (self->pre_depth > 0)
    {
      g_string_append_c (self->text, '\n');
      return;
    }
  if (self->break_at == self->text->len && self->row_depth == 0 && self->heading == 0)
    flush_text (self, SORTIE_BLOCK_PARAGRAPH);
  g_string_append_c (self->text, ' ');
  self->break_at = self->text->len;
}

static void
start_list (HtmlReader *self, gboolean ordered)
{
  flush_text (self, SORTIE_BLOCK_PARAGRAPH);
  if (self->list_depth < MAX_LIST_DEPTH)
    self->lists[self->list_depth] = (List){ .ordered = ordered };
  self->list_depth++;
}

static void
start_item (HtmlReader *self)
{
  end_block (self);
  if (self->list_depth > 0 && self->list_depth <= MAX_LIST_DEPTH)
    self->lists[self->list_depth - 1].number++;
  self->marker = self->list_depth > 0;
}

static void
start_cell (HtmlReader *self)
{
  gsize length = self->text->len;

  while (length > 0 && g_ascii_isspace (self->text->str[length - 1]))
    length--;
  if (length > 0)
    g_string_append (self->text, " | ");
}

static void
open_tag (HtmlReader *self, Tag tag, const char *name)
{
  switch (tag)
    {
    case TAG_HEADING:
      flush_text (self, SORTIE_BLOCK_PARAGRAPH);
      self->heading = name[1] - '0';
      break;
    case TAG_LIST:
      start_list (self, name[0] == 'o');
      break;
    case TAG_ITEM:
      start_item (self);
      break;
    case TAG_PRE:
      flush_text (self, SORTIE_BLOCK_PARAGRAPH);
      self->pre_depth++;
      break;
    case TAG_ROW:
      flush_text (self, SORTIE_BLOCK_PARAGRAPH);
      self->row_depth++;
      break;
    case TAG_CELL:
      start_cell (self);
      break;
    case TAG_BREAK:
      line_break (self);
      break;
    case TAG_QUOTE:
      g_string_append (self->text, "“");
      break;
    case TAG_BLOCK:
    case TAG_NAV:
      end_block (self);
      break;
    default:
      break;
    }
}

static void
close_tag (HtmlReader *self, Tag tag)
{
  switch (tag)
    {
    case TAG_HEADING:
      flush_text (self, SORTIE_BLOCK_PARAGRAPH);
      self->heading = 0;
      break;
    case TAG_LIST:
      flush_text (self, SORTIE_BLOCK_PARAGRAPH);
      self->list_depth = MAX (self->list_depth - 1, 0);
      self->marker = FALSE;
      break;
    case TAG_PRE:
      flush_text (self, SORTIE_BLOCK_PARAGRAPH);
      self->pre_depth = MAX (self->pre_depth - 1, 0);
      break;
    case TAG_ROW:
      flush_text (self, SORTIE_BLOCK_ROW);
      self->row_depth = MAX (self->row_depth - 1, 0);
      break;
    case TAG_QUOTE:
      g_string_append (self->text, "”");
      break;
    case TAG_BLOCK:
    case TAG_ITEM:
    case TAG_NAV:
      end_block (self);
      break;
    default:
      break;
    }
}

static void
start_element_cb (void *user_data, const xmlChar *name, const xmlChar **attributes)
{
  HtmlReader *self = user_data;
  Tag tag = tag_of (name);

  if (++self->depth > MAX_DEPTH || self->extract->overflow)
    {
      self->too_deep = self->depth > MAX_DEPTH;
      xmlStopParser (self->parser);
      return;
    }
  if (tag == TAG_TITLE && self->title->len == 0)
    self->in_title = TRUE;
  if (self->drop_depth > 0)
    return;
  if (is_dropped (self, tag, attributes))
    self->drop_depth = self->depth;
  else
    open_tag (self, tag, (const char *) name);
}

static void
end_element_cb (void *user_data, const xmlChar *name)
{
  HtmlReader *self = user_data;
  Tag tag = tag_of (name);

  if (tag == TAG_TITLE)
    self->in_title = FALSE;
  if (self->drop_depth == 0)
    close_tag (self, tag);
  else if (self->depth <= self->drop_depth)
    self->drop_depth = 0;
  self->depth = MAX (self->depth - 1, 0);
}

static void
characters_cb (void *user_data, const xmlChar *text, int length)
{
  HtmlReader *self = user_data;

  if (self->in_title)
    g_string_append_len (self->title, (const char *) text, length);
  else if (self->drop_depth == 0)
    g_string_append_len (self->text, (const char *) text, length);
}

static gboolean
parse (HtmlReader *self, const char *text, gsize length)
{
  htmlParserCtxtPtr parser = htmlCreateMemoryParserCtxt (text, (int) length);

  if (parser == NULL)
    return FALSE;
  memset (parser->sax, 0, sizeof *parser->sax);
  parser->sax->startElement = start_element_cb;
  parser->sax->endElement = end_element_cb;
  parser->sax->characters = characters_cb;
  parser->sax->ignorableWhitespace = characters_cb;
  parser->userData = self;
  self->parser = parser;
  /* The text is UTF-8 by now, whatever its <meta> says. */
  htmlCtxtUseOptions (parser, HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_NOERROR |
                                  HTML_PARSE_NOWARNING | HTML_PARSE_IGNORE_ENC);
  xmlSwitchEncoding (parser, XML_CHAR_ENCODING_UTF8);
  htmlParseDocument (parser);
  htmlFreeParserCtxt (parser);
  self->parser = NULL;
  self->in_title = FALSE;
  flush_text (self, SORTIE_BLOCK_PARAGRAPH);
  return TRUE;
}

/* libxml2 makes its locks on first use, but not so that two threads may come first. */
static void
init_libxml (void)
{
  static gsize done;

  if (g_once_init_enter (&done))
    {
      xmlInitParser ();
      g_once_init_leave (&done, 1);
    }
}

static gboolean
append_html (SortieExtract *extract,
             const char *text,
             gsize length,
             gboolean keep_navigation,
             GError **error)
{
  g_autoptr (GString) open = g_string_new (NULL);
  g_autoptr (GString) title = g_string_new (NULL);
  g_autofree char *own_title = g_steal_pointer (&extract->title);
  HtmlReader reader = { .extract = extract,
                        .text = open,
                        .title = title,
                        .break_at = G_MAXSIZE,
                        .keep_navigation = keep_navigation };

  init_libxml ();
  if (length > 0)
    parse (&reader, text, length);
  if (g_utf8_validate_len (title->str, title->len, NULL) && title->len > 0)
    {
      g_autofree char *first_heading = g_steal_pointer (&extract->title);

      sortie_extract_take_title (extract, title->str, title->len);
      if (extract->title == NULL)
        extract->title = g_steal_pointer (&first_heading);
    }
  if (own_title != NULL)
    {
      g_free (extract->title);
      extract->title = g_steal_pointer (&own_title);
    }
  if (!reader.too_deep)
    return TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
               "its HTML is nested more than %d elements deep", MAX_DEPTH);
  return FALSE;
}

gboolean
sortie_extract_html_fragment (SortieExtract *self, const char *text, gsize length, GError **error)
{
  return append_html (self, text, length, FALSE, error);
}

gboolean
sortie_extract_html (SortieExtract *self, const char *text, gsize length, GError **error)
{
  self->media_type = "text/html";
  if (!append_html (self, text, length, FALSE, error))
    return FALSE;
  /* A page that is nothing but navigation is still a page. */
  if (self->blocks->len == 0 && !append_html (self, text, length, TRUE, error))
    return FALSE;
  return sortie_extract_check (self, error);
}
