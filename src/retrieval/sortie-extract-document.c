/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-extract.h"

#include <string.h>

#include "sortie-encoding.h"
#include "sortie-error.h"
#include "sortie-extract-helper.h"

#define SNIFF_LENGTH 1024
#define UNREADABLE_LINE 5000 /* bytes: nobody wrote such a line of code by hand */
/* Up to here the worst that can be written as HTML or Markdown costs well under a second; beyond,
 * the helper's deadline guards against parsers whose work grows with the square of the input. */
#define IN_PROCESS_MAX (64 * 1024)

typedef gboolean (*ExtractFunc) (SortieExtract *, const char *, gsize, GError **);

static const struct
{
  const char *suffixes; /* NULL: by content alone */
  const char *kind;     /* what the helper calls it */
  ExtractFunc extract;
} formats[] = {
  { ".html .htm .xhtml .xht", "html", sortie_extract_html },
  { ".md .markdown .mkd .mdown .mkdn", "markdown", sortie_extract_markdown },
  { NULL, "text", sortie_extract_text },
};

/* Formats that are told apart only to say why they are not read. */
static const struct
{
  const char *magic;
  gsize length;
  const char *name;
} unreadable[] = {
  { "\x89PNG", 4, "a PNG image" },
  { "\xff\xd8\xff", 3, "a JPEG image" },
  { "GIF8", 4, "a GIF image" },
  { "\x7f"
    "ELF",
    4, "a program" },
  { "\xd0\xcf\x11\xe0", 4, "an old or encrypted office document" },
  { "BZh", 3, "compressed with bzip2" },
  { "\xfd"
    "7zXZ",
    5, "compressed with xz" },
  { "\x28\xb5\x2f\xfd", 4, "compressed with zstd" },
  { "7z\xbc\xaf", 4, "a 7-Zip archive" },
  { "OggS", 4, "audio or video" },
  { "ID3", 3, "audio" },
  { "%!PS", 4, "PostScript" },
  { "SQLite format 3", 16, "a database" },
};

static gboolean
starts_with (const char *bytes, gsize length, const char *magic, gsize magic_length)
{
  return length >= magic_length && memcmp (bytes, magic, magic_length) == 0;
}

static gboolean
is_gzip (const char *bytes, gsize length)
{
  return starts_with (bytes, length, "\x1f\x8b", 2);
}

/* Unfolds one member of the gzip file; returns the bytes it took, 0 on error. */
static gsize
unfold_member (const char *bytes, gsize length, GByteArray *out, GError **error)
{
  g_autoptr (GConverter) converter =
      G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  g_autofree guint8 *buffer = g_malloc (64 * 1024);
  gsize taken = 0;

  for (;;)
    {
      g_autoptr (GError) local = NULL;
      gsize n_read = 0;
      gsize n_written = 0;
      GConverterResult result =
          g_converter_convert (converter, bytes + taken, length - taken, buffer, 64 * 1024,
                               G_CONVERTER_INPUT_AT_END, &n_read, &n_written, &local);

      if (result == G_CONVERTER_ERROR)
        {
          g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "damaged gzip file");
          return 0;
        }
      taken += n_read;
      if (out->len + n_written > SORTIE_EXTRACT_MAX_FILE)
        {
          g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE, "unfolds to more than %d MiB",
                       SORTIE_EXTRACT_MAX_FILE / (1024 * 1024));
          return 0;
        }
      g_byte_array_append (out, buffer, (guint) n_written);
      if (result == G_CONVERTER_FINISHED)
        return taken;
    }
}

static GBytes *
unfold (GBytes *content, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gsize length;
  const char *bytes = g_bytes_get_data (content, &length);

  while (is_gzip (bytes, length))
    {
      gsize taken = unfold_member (bytes, length, out, error);

      if (taken == 0)
        return NULL;
      bytes += taken;
      length -= taken;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

static gboolean
has_suffix_of (const char *name, const char *suffixes)
{
  g_auto (GStrv) list = g_strsplit (suffixes, " ", -1);
  g_autofree char *folded = g_ascii_strdown (name, -1);

  for (guint i = 0; list[i] != NULL; i++)
    if (g_str_has_suffix (folded, list[i]))
      return TRUE;
  return FALSE;
}

/* Past white space, comments and an XML declaration, does an HTML document begin here? */
static gboolean
looks_like_html (const char *text, gsize length)
{
  g_autofree char *start = g_ascii_strdown (text, (gssize) MIN (length, SNIFF_LENGTH));
  const char *p = start;

  for (;;)
    {
      const char *end = NULL;

      while (g_ascii_isspace (*p))
        p++;
      if (g_str_has_prefix (p, "<!--"))
        end = strstr (p, "-->");
      else if (g_str_has_prefix (p, "<?xml"))
        end = strstr (p, "?>");
      if (end == NULL)
        break;
      p = strchr (end, '>') + 1;
    }
  return g_str_has_prefix (p, "<!doctype html") || g_str_has_prefix (p, "<html");
}

static guint
find_format (const char *name, const char *text, gsize length)
{
  if (looks_like_html (text, length))
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (formats) - 1; i++)
    if (has_suffix_of (name, formats[i].suffixes))
      return i;
  return G_N_ELEMENTS (formats) - 1;
}

/* Style sheets, drawings, search indexes and minified scripts, as they lie beside saved web pages,
 * are text for programs only, and match everything. */
static gboolean
is_for_programs (const char *name, const char *text, gsize length)
{
  gsize start = 0;

  if (has_suffix_of (name, ".css .svg .map"))
    return TRUE;
  if (!has_suffix_of (name, ".js .mjs .json .xml"))
    return FALSE;
  for (gsize i = 0; i <= length; i++)
    if (i == length || text[i] == '\n')
      {
        if (i - start > UNREADABLE_LINE)
          return TRUE;
        start = i + 1;
      }
  return FALSE;
}

/* The encoding that an HTML page names in its first bytes, as browsers look for it. */
static char *
find_declared_encoding (const char *bytes, gsize length)
{
  g_autofree char *start = g_strndup (bytes, MIN (length, SNIFF_LENGTH));
  g_autofree char *folded = g_ascii_strdown (start, -1);
  const char *p = strstr (folded, "charset=");
  gsize n = 0;

  if (p == NULL)
    p = strstr (folded, "encoding=");
  if (p == NULL)
    return NULL;
  p = strchr (p, '=') + 1;
  while (*p == '"' || *p == '\'')
    p++;
  while (n < 40 && (g_ascii_isalnum (p[n]) || strchr ("-_.:", p[n]) != NULL) && p[n] != '\0')
    n++;
  return n > 0 ? g_strndup (p, n) : NULL;
}

static gboolean
refuse_unreadable (const char *bytes, gsize length, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (unreadable); i++)
    if (starts_with (bytes, length, unreadable[i].magic, unreadable[i].length))
      {
        g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "it is %s, which is not read",
                     unreadable[i].name);
        return TRUE;
      }
  return FALSE;
}

static SortieExtract *
extract_as_text (const char *name, GBytes *content, GCancellable *cancellable, GError **error)
{
  g_autoptr (SortieExtract) self = NULL;
  g_autoptr (GString) text = NULL;
  g_autofree char *declared = NULL;
  gsize length;
  const char *bytes = g_bytes_get_data (content, &length);
  guint format;

  if (refuse_unreadable (bytes, length, error))
    return NULL;
  if (memchr (bytes, '<', MIN (length, SNIFF_LENGTH)) != NULL)
    declared = find_declared_encoding (bytes, length);
  text = sortie_encoding_to_utf8 (bytes, length, declared, error);
  if (text == NULL)
    return NULL;

  format = find_format (name, text->str, text->len);
  if (formats[format].suffixes != NULL && text->len > IN_PROCESS_MAX)
    {
      g_autoptr (GBytes) unicode = g_string_free_to_bytes (g_steal_pointer (&text));

      return sortie_extract_in_helper (formats[format].kind, unicode, cancellable, error);
    }
  if (formats[format].suffixes == NULL && is_for_programs (name, text->str, text->len))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "it is data for programs, not text to read");
      return NULL;
    }
  self = sortie_extract_new ();
  if (!formats[format].extract (self, text->str, text->len, error))
    return NULL;
  return g_steal_pointer (&self);
}

SortieExtract *
sortie_extract_document (const char *name,
                         GBytes *content,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (GBytes) unfolded = NULL;
  g_autofree char *inner_name = g_strdup (name);
  gsize length;
  const char *bytes = g_bytes_get_data (content, &length);
  const char *kind = NULL;

  if (is_gzip (bytes, length))
    {
      unfolded = unfold (content, error);
      if (unfolded == NULL)
        return NULL;
      bytes = g_bytes_get_data (unfolded, &length);
      if (g_str_has_suffix (inner_name, ".gz"))
        inner_name[strlen (inner_name) - 3] = '\0';
    }
  if (length == 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "the file is empty");
      return NULL;
    }
  if (starts_with (bytes, length, "PK\003\004", 4))
    kind = "office";
  else if (memmem (bytes, MIN (length, SNIFF_LENGTH), "%PDF-", 5) != NULL)
    kind = "pdf";
  if (kind != NULL)
    return sortie_extract_in_helper (kind, unfolded != NULL ? unfolded : content, cancellable,
                                     error);
  return extract_as_text (inner_name, unfolded != NULL ? unfolded : content, cancellable, error);
}
