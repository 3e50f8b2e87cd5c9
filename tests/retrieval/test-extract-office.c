/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "retrieval-fixture.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "sortie-error.h"

#define W "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
#define STRICT "xmlns:w=\"http://purl.oclc.org/ooxml/wordprocessingml/main\""
#define MC "xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\""
#define ODF "urn:oasis:names:tc:opendocument:xmlns:"
#define ODT_TYPE "application/vnd.oasis.opendocument.text"

static const char content_types[] =
    "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'><Override "
    "PartName='/word/document.xml' ContentType='application/vnd.openxmlformats-officedocument."
    "wordprocessingml.document.main+xml'/></Types>";
static const char relationships[] =
    "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
    "<Relationship Id='r' Type='http://schemas.openxmlformats.org/officeDocument/2006/"
    "relationships/officeDocument' Target='word/document.xml'/></Relationships>";

typedef struct
{
  struct archive *archive;
  GByteArray *bytes;
} Zip;

static la_ssize_t
write_cb (struct archive *archive, void *user_data, const void *bytes, size_t length)
{
  g_byte_array_append (user_data, bytes, (guint) length);
  return (la_ssize_t) length;
}

static void
zip_open (Zip *self)
{
  self->archive = archive_write_new ();
  self->bytes = g_byte_array_new ();
  archive_write_set_format_zip (self->archive);
  archive_write_set_bytes_in_last_block (self->archive, 1);
  g_assert_cmpint (archive_write_open (self->archive, self->bytes, NULL, write_cb, NULL), ==,
                   ARCHIVE_OK);
}

static void
zip_add (Zip *self, const char *name, const char *content, gsize length)
{
  struct archive_entry *entry = archive_entry_new ();

  archive_entry_set_pathname (entry, name);
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_perm (entry, 0644);
  archive_entry_set_size (entry, (la_int64_t) length);
  g_assert_cmpint (archive_write_header (self->archive, entry), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_data (self->archive, content, length), ==, length);
  archive_entry_free (entry);
}

static GBytes *
zip_close (Zip *self)
{
  archive_write_close (self->archive);
  archive_write_free (self->archive);
  return g_byte_array_free_to_bytes (self->bytes);
}

/* name, content, …, NULL */
static GBytes *G_GNUC_NULL_TERMINATED
make_zip (const char *name, ...)
{
  Zip zip;
  va_list list;

  zip_open (&zip);
  va_start (list, name);
  for (; name != NULL; name = va_arg (list, const char *))
    {
      const char *content = va_arg (list, const char *);

      zip_add (&zip, name, content, strlen (content));
    }
  va_end (list);
  return zip_close (&zip);
}

/* A Word document of that body. */
static GBytes *
make_docx (const char *body, const char *styles, const char *numbering)
{
  g_autofree char *document =
      g_strdup_printf ("<w:document " W " " MC "><w:body>%s</w:body></w:document>", body);

  return make_zip ("[Content_Types].xml", content_types, "_rels/.rels", relationships,
                   "word/document.xml", document, "word/styles.xml",
                   styles != NULL ? styles : "<w:styles " W "/>", "word/numbering.xml",
                   numbering != NULL ? numbering : "<w:numbering " W "/>", NULL);
}

static GBytes *
make_odt (const char *content)
{
  return make_zip ("mimetype", ODT_TYPE, "content.xml", content, NULL);
}

static char *
text_of (GBytes *content)
{
  g_autoptr (SortieExtract) extract = fixture_extract ("letter", g_bytes_get_data (content, NULL),
                                                       (gssize) g_bytes_get_size (content));

  return g_strdup (extract->text->str);
}

static char *
refusal_of (GBytes *content)
{
  return fixture_refuse ("letter", g_bytes_get_data (content, NULL),
                         (gssize) g_bytes_get_size (content));
}

static void
assert_docx (const char *body, const char *styles, const char *numbering, const char *text)
{
  g_autoptr (GBytes) content = make_docx (body, styles, numbering);
  g_autofree char *found = text_of (content);

  g_assert_cmpstr (found, ==, text);
}

/* The same agreement, as two word processors write it in two formats. */
static void
test_written_by_others (void)
{
  static const char *const files[] = { "agreement-pandoc.docx", "agreement-pandoc.odt",
                                       "agreement-writer.docx", "agreement-writer.odt" };
  static const char expected[] =
      "Supply agreement: Hartmann\n\nScope\n\n"
      "The supplier delivers rolling bearings to the buyer. Deliveries are made weekly.\n\n"
      "Bearings of class P6 and better.\n\nLiability\n\nDefects\n\n"
      "The supplier is liable for defects for twenty-four months after delivery.\n\n"
      "1. The buyer inspects the goods on arrival.\n"
      "2. The buyer reports defects within ten days.\n"
      "a. Hidden defects may be reported later.\n"
      "b. Defects of packaging must be photographed.\n"
      "3. The supplier repairs or replaces.\n"
      "- Freight is paid by the supplier.\n- Taxes are paid by the buyer.\n\nLimits\n\n"
      "Liability is limited to the amounts in the table.\n\n"
      "Case | Limit | Period\nSlight negligence | 50,000 € | one year\n"
      "Gross negligence | unlimited | —\n\nCode: a < b & “quotes” — Zürich, 東京.";

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GBytes) content = fixture_data (files[i]);
      g_autoptr (SortieExtract) extract =
          fixture_extract ("agreement", g_bytes_get_data (content, NULL),
                           (gssize) g_bytes_get_size (content));
      const SortieBlock *last =
          &g_array_index (extract->blocks, SortieBlock, extract->blocks->len - 1);

      g_assert_cmpstr (extract->text->str, ==, expected);
      g_assert_cmpstr (extract->title, ==, "Supply agreement: Hartmann");
      g_assert_cmpstr (g_ptr_array_index (extract->headings, (guint) last->heading), ==,
                       "Liability › Limits");
      g_assert_cmpstr (extract->media_type, ==,
                       g_str_has_suffix (files[i], "odt")
                           ? ODT_TYPE
                           : "application/vnd.openxmlformats-officedocument.wordprocessingml."
                             "document");
    }
}

static void
test_docx_what_is_no_text (void)
{
  assert_docx (
      "<w:p><w:r><w:t>The fee is </w:t></w:r>"
      "<w:del><w:r><w:delText>ten</w:delText><w:t>ten</w:t></w:r></w:del>"
      "<w:ins><w:r><w:t>twelve</w:t></w:r></w:ins>"
      "<w:moveFrom><w:r><w:t>gone</w:t></w:r></w:moveFrom>"
      "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>"
      "<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t xml:space='preserve'> euro</w:t></w:r>"
      "<w:r><w:instrText>PAGE</w:instrText><w:tab/><w:t>a</w:t><w:br/><w:t>day</w:t>"
      "<w:noBreakHyphen/><w:t>rate.</w:t></w:r></w:p>"
      "<w:p><w:pPr><w:pStyle w:val='Verzeichnis1'/></w:pPr>"
      "<w:r><w:t>1 Scope 3</w:t></w:r></w:p>",
      "<w:styles " W "><w:style w:styleId='Verzeichnis1'><w:name w:val='toc 1'/>"
      "</w:style></w:styles>",
      NULL, "The fee is twelve euro a day-rate.");
}

/* A text box stands in its paragraph twice: once for today's programs, once for old ones. */
static void
test_docx_text_box (void)
{
  assert_docx (
      "<w:p><w:r><w:t>Before </w:t></w:r><w:r><mc:AlternateContent><mc:Choice>"
      "<w:txbxContent><w:p><w:r><w:t>In the box.</w:t></w:r></w:p></w:txbxContent>"
      "</mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>In the box.</w:t></w:r></w:p>"
      "</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>"
      "<w:r><w:t>and after.</w:t></w:r></w:p>",
      NULL, NULL, "In the box.\n\nBefore and after.");
}

/* Clauses that are numbered by their style, as in contracts; a list of the same look that starts
 * anew; a paragraph that is taken out of its style's numbering. */
static void
test_docx_numbers (void)
{
#define CLAUSE(style, text)                                                                        \
  "<w:p><w:pPr><w:pStyle w:val='" style "'/></w:pPr><w:r><w:t>" text "</w:t></w:r></w:p>"
#define LEVEL(level, format, text, more)                                                           \
  "<w:lvl w:ilvl='" level "'><w:start w:val='1'/><w:numFmt w:val='" format "'/>" more              \
  "<w:lvlText w:val='" text "'/></w:lvl>"
  assert_docx (
      CLAUSE ("c1", "Term") CLAUSE ("c2", "Start.") CLAUSE ("c2", "End.") CLAUSE ("c1", "Law")
          CLAUSE ("c2", "Courts.") "<w:p><w:pPr><w:pStyle w:val='c2'/><w:numPr><w:numId "
                                   "w:val='0'/></w:numPr></w:pPr><w:r><w:t>Plain.</w:t></w:r></w:p>"
                                   "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='7'/>"
                                   "</w:numPr></w:pPr><w:r><w:t>anew</w:t></w:r></w:p>",
      "<w:styles " W "><w:style w:styleId='c1'><w:name w:val='Clause'/><w:pPr><w:numPr>"
      "<w:numId w:val='5'/></w:numPr><w:outlineLvl w:val='0'/></w:pPr></w:style>"
      "<w:style w:styleId='c2'><w:name w:val='Subclause'/><w:pPr><w:numPr><w:ilvl w:val='1'/>"
      "<w:numId w:val='5'/></w:numPr></w:pPr></w:style></w:styles>",
      "<w:numbering " W "><w:abstractNum w:abstractNumId='3'>" LEVEL ("0", "upperRoman", "%1.",
                                                                      "<w:pStyle w:val='c1'/>")
          LEVEL ("1", "decimal", "%1.%2",
                 "") "</w:abstractNum><w:num w:numId='5'><w:abstractNumId w:val='3'/></w:num>"
                     "<w:num w:numId='7'><w:abstractNumId w:val='3'/><w:lvlOverride w:ilvl='0'>"
                     "<w:startOverride w:val='9'/></w:lvlOverride></w:num></w:numbering>",
      "I. Term\n\nI.1 Start.\nI.2 End.\n\nII. Law\n\nII.1 Courts.\n\nPlain.\n\nIX. anew");
#undef CLAUSE
#undef LEVEL
}

static void
test_docx_strict (void)
{
  g_autoptr (GBytes) content =
      make_zip ("[Content_Types].xml", content_types, "_rels/.rels", relationships,
                "word/document.xml",
                "<w:document " STRICT
                "><w:body><w:p><w:r><w:t>A strict letter.</w:t></w:r></w:p></w:body></w:document>",
                NULL);
  g_autofree char *text = text_of (content);

  g_assert_cmpstr (text, ==, "A strict letter.");
}

static void
test_odt_what_is_no_text (void)
{
  g_autoptr (GBytes) content = make_odt (
      "<o:document-content xmlns:o='" ODF "office:1.0' xmlns:t='" ODF "text:1.0' xmlns:s='" ODF
      "svg-compatible:1.0'><o:body><o:text><t:tracked-changes><t:p>deleted</t:p>"
      "</t:tracked-changes><t:table-of-content><t:p>1 Scope 3</t:p></t:table-of-content>"
      "<t:p>The<t:s t:c='3'/>fee<t:tab/>is<o:annotation><t:p>Really?</t:p></o:annotation> "
      "<t:span>twelve</t:span><t:line-break/>euro<t:note><t:note-citation>1</t:note-citation>"
      "<t:note-body><t:p>Without tax.</t:p></t:note-body></t:note>.<s:title>Logo</s:title></t:p>"
      "<t:list><t:list-item><t:p>one</t:p><t:p>more</t:p></t:list-item></t:list>"
      "</o:text></o:body></o:document-content>");
  g_autofree char *text = text_of (content);

  g_assert_cmpstr (text, ==, "The fee is twelve euro.\n\nWithout tax.\n\n- one\n\nmore");
}

static void
test_refused (void)
{
  static const struct
  {
    const char *content;
    const char *reason;
  } cases[] = {
    { "<o:document-content xmlns:o='" ODF "office:1.0'/>", "it holds no text" },
    { "<o:document-content xmlns:o='" ODF "office:1.0'>", "damaged office document" },
    { "<!DOCTYPE d [<!ENTITY a 'aaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><d>&b;</d>",
      "damaged office document" },
    { "", "damaged office document" },
    { "rubbish", "damaged office document" },
  };
  g_autoptr (GBytes) sheet =
      make_zip ("mimetype", "application/vnd.oasis.opendocument.spreadsheet", NULL);
  g_autofree char *sheet_reason = refusal_of (sheet);
  g_autoptr (GBytes) hollow = make_zip ("mimetype", ODT_TYPE, NULL);
  g_autofree char *hollow_reason = refusal_of (hollow);
  g_autoptr (GBytes) locked =
      make_zip ("mimetype", ODT_TYPE, "META-INF/manifest.xml",
                "<manifest><file-entry><encryption-data/></file-entry></manifest>", "content.xml",
                "\x01", NULL);
  g_autofree char *locked_reason = refusal_of (locked);

  g_assert_cmpstr (sheet_reason, ==,
                   "it is a ZIP archive or an office document of a kind that is not read");
  g_assert_cmpstr (hollow_reason, ==,
                   "damaged office document: no file content.xml in the archive");
  g_assert_cmpstr (locked_reason, ==, "encrypted office document: needs a password");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) content = make_odt (cases[i].content);
      g_autofree char *reason = refusal_of (content);

      g_assert_cmpstr (reason, ==, cases[i].reason);
    }
}

/* A hundred KiB of zeros' worth of archive that unfolds to 65 MiB. */
static void
test_bomb (void)
{
  gsize length = (gsize) SORTIE_EXTRACT_MAX_FILE + 1;
  g_autofree char *zeros = g_malloc0 (length);
  g_autoptr (GBytes) content = NULL;
  g_autofree char *reason = NULL;
  Zip zip;

  zip_open (&zip);
  zip_add (&zip, "mimetype", ODT_TYPE, strlen (ODT_TYPE));
  zip_add (&zip, "content.xml", zeros, length);
  content = zip_close (&zip);
  g_assert_cmpuint (g_bytes_get_size (content), <, 200 * 1024);
  reason = refusal_of (content);
  g_assert_cmpstr (reason, ==, "unfolds to more than 64 MiB");
}

static void
test_deep (void)
{
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (GBytes) content = NULL;
  g_autofree char *reason = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append (body, "<w:p>");
  content = make_docx (body->str, NULL, NULL);
  reason = refusal_of (content);
  g_assert_cmpstr (reason, ==, "damaged office document");
}

/* Cut off or with a byte changed, a document is read or refused, with a reason; its reader neither
 * crashes (which would be a reason of its own) nor hangs. */
static void
test_damaged (void)
{
  g_autoptr (GBytes) content = fixture_data ("agreement-writer.docx");
  gsize length;
  const char *bytes = g_bytes_get_data (content, &length);

  for (gsize i = 1; i < length; i += 151)
    {
      g_autofree char *changed = g_memdup2 (bytes, length);
      g_autoptr (GBytes) cut = g_bytes_new (bytes, i);
      g_autoptr (GBytes) wrong = NULL;
      g_autoptr (SortieExtract) half = NULL;
      g_autoptr (SortieExtract) other = NULL;
      g_autoptr (GError) cut_error = NULL;
      g_autoptr (GError) error = NULL;

      changed[i] ^= 0x55;
      wrong = g_bytes_new (changed, length);
      half = sortie_extract_document ("a.docx", cut, NULL, &cut_error);
      other = sortie_extract_document ("a.docx", wrong, NULL, &error);
      g_assert_true (half != NULL || cut_error->code == SORTIE_ERROR_INVALID);
      g_assert_true (other != NULL || error->code == SORTIE_ERROR_INVALID);
      g_assert_true (half != NULL || strstr (cut_error->message, "its reader") == NULL);
      g_assert_true (other != NULL || strstr (error->message, "its reader") == NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/extract-office/written-by-others", test_written_by_others);
  g_test_add_func ("/extract-office/docx/what-is-no-text", test_docx_what_is_no_text);
  g_test_add_func ("/extract-office/docx/text-box", test_docx_text_box);
  g_test_add_func ("/extract-office/docx/numbers", test_docx_numbers);
  g_test_add_func ("/extract-office/docx/strict", test_docx_strict);
  g_test_add_func ("/extract-office/odt/what-is-no-text", test_odt_what_is_no_text);
  g_test_add_func ("/extract-office/refused", test_refused);
  g_test_add_func ("/extract-office/bomb", test_bomb);
  g_test_add_func ("/extract-office/deep", test_deep);
  g_test_add_func ("/extract-office/damaged", test_damaged);
  return g_test_run ();
}
