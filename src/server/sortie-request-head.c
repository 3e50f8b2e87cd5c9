/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-request-head.h"

#include <string.h>

struct _SortieRequestHead
{
  GString *text; /* the strings, each with a NUL behind it */
  GArray *fields;
  gsize header_bytes;
  guint method; /* offsets in text */
  guint target;
  guint host;
  int minor_version;
  gint64 content_length;
  gboolean has_host;
  gboolean has_transfer_encoding;
  gboolean wants_close;
  gboolean keep_alive;
  gboolean expects_continue;
};

typedef struct
{
  guint name;
  guint value;
} Field;

/* Headers that mean one thing or nothing: a second one is an attempt to make two readers of the
 * same request see different ones. */
static const char *const singletons[] = {
  "host",   "content-length", "content-type",    "authorization",  "origin",
  "expect", "last-event-id",  "idempotency-key", "sec-fetch-site", "transfer-encoding",
};

static const char *const known_methods[] = {
  "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS",
};

enum
{
  TOKEN = 1 << 0, /* RFC 9110 section 5.6.2 */
  PATH = 1 << 1,  /* pchar and '/', without '%': RFC 3986 section 3.3 */
  HOST = 1 << 2,
};

static const guint8 classes[256] = {
  ['0' ... '9'] = TOKEN | PATH | HOST,
  ['A' ... 'Z'] = TOKEN | PATH | HOST,
  ['a' ... 'z'] = TOKEN | PATH | HOST,
  ['-'] = TOKEN | PATH | HOST,
  ['.'] = TOKEN | PATH | HOST,
  ['_'] = TOKEN | PATH | HOST,
  ['~'] = TOKEN | PATH,
  ['!'] = TOKEN | PATH,
  ['$'] = TOKEN | PATH,
  ['&'] = TOKEN | PATH,
  ['\''] = TOKEN | PATH,
  ['*'] = TOKEN | PATH,
  ['+'] = TOKEN | PATH,
  ['('] = PATH,
  [')'] = PATH,
  [','] = PATH,
  [';'] = PATH,
  ['='] = PATH,
  [':'] = PATH,
  ['@'] = PATH,
  ['/'] = PATH,
  ['#'] = TOKEN,
  ['%'] = TOKEN,
  ['^'] = TOKEN,
  ['`'] = TOKEN,
  ['|'] = TOKEN,
};

static gsize
span (const char *text, gsize length, guint8 class)
{
  gsize n = 0;

  while (n < length && (classes[(guint8) text[n]] & class) != 0)
    n++;
  return n;
}

static guint
refuse (guint status, const char *reason, const char **detail)
{
  *detail = reason;
  return status;
}

static guint
add_text (SortieRequestHead *self, const char *text, gsize length)
{
  guint offset = self->text->len;

  g_string_append_len (self->text, text, length);
  g_string_append_c (self->text, '\0');
  return offset;
}

static guint
check_method (const char *method, gsize length, const char **detail)
{
  if (length == 0 || length > SORTIE_REQUEST_MAX_METHOD || span (method, length, TOKEN) != length)
    return refuse (400, "The method is not a token.", detail);
  if ((length == 5 && memcmp (method, "TRACE", 5) == 0) ||
      (length == 7 && memcmp (method, "CONNECT", 7) == 0))
    return refuse (405, "This method is not served.", detail);
  for (guint i = 0; i < G_N_ELEMENTS (known_methods); i++)
    if (strlen (known_methods[i]) == length && memcmp (known_methods[i], method, length) == 0)
      return 0;
  return refuse (501, "This method is not known.", detail);
}

/* Percent-encoded control characters have no business in a path, and NUL has none anywhere. */
static guint
check_escape (const char *at, gsize left, gboolean in_query, const char **detail)
{
  int code;

  if (left < 3 || !g_ascii_isxdigit (at[1]) || !g_ascii_isxdigit (at[2]))
    return refuse (400, "The target has a broken percent-encoding.", detail);
  code = g_ascii_xdigit_value (at[1]) * 16 + g_ascii_xdigit_value (at[2]);
  if (code == 0 || (!in_query && (code < 0x20 || code == 0x7f)))
    return refuse (400, "The target has an encoded control character.", detail);
  return 0;
}

static guint
check_target (const char *target, gsize length, const char **detail)
{
  gboolean in_query = FALSE;

  if (length == 0 || target[0] != '/')
    return refuse (400, "The target must be a path (origin form).", detail);
  for (gsize i = 0; i < length; i++)
    {
      guint status = 0;

      if (target[i] == '%')
        status = check_escape (target + i, length - i, in_query, detail);
      else if (target[i] == '?')
        in_query = TRUE;
      else if ((classes[(guint8) target[i]] & PATH) == 0)
        status = refuse (400, "The target has a character that must be percent-encoded.", detail);
      if (status != 0)
        return status;
    }
  return 0;
}

static guint
check_version (SortieRequestHead *self, const char *version, gsize length, const char **detail)
{
  if (length != 8 || memcmp (version, "HTTP/", 5) != 0 || !g_ascii_isdigit (version[5]) ||
      version[6] != '.' || !g_ascii_isdigit (version[7]))
    return refuse (400, "The request line does not end in an HTTP version.", detail);
  if (version[5] != '1' || version[7] > '1')
    return refuse (505, "Only HTTP/1.1 and HTTP/1.0 are served.", detail);
  self->minor_version = version[7] - '0';
  return 0;
}

guint
sortie_request_head_add_request_line (SortieRequestHead *self,
                                      const char *line,
                                      gsize length,
                                      const char **detail)
{
  const char *end = line + length;
  const char *first = memchr (line, ' ', length);
  const char *last = memrchr (line, ' ', length);
  guint status;

  if (first == NULL || first == last || memchr (first + 1, ' ', last - first - 1) != NULL)
    return refuse (400, "The request line must be METHOD, target and version.", detail);
  if ((status = check_version (self, last + 1, end - last - 1, detail)) != 0 ||
      (status = check_method (line, first - line, detail)) != 0 ||
      (status = check_target (first + 1, last - first - 1, detail)) != 0)
    return status;
  self->method = add_text (self, line, first - line);
  self->target = add_text (self, first + 1, last - first - 1);
  return 0;
}

static guint
take_content_length (SortieRequestHead *self, const char *value, const char **detail)
{
  gsize length = strlen (value);

  if (length == 0 || strspn (value, "0123456789") != length)
    return refuse (400, "Content-Length is not a number.", detail);
  if (length > 18)
    return refuse (413, "Content-Length is too large.", detail);
  self->content_length = g_ascii_strtoll (value, NULL, 10);
  return 0;
}

static guint
take_connection (SortieRequestHead *self, const char *value, const char **detail)
{
  g_auto (GStrv) options = g_strsplit (value, ",", SORTIE_REQUEST_MAX_HEADERS);

  for (guint i = 0; options[i] != NULL; i++)
    {
      const char *option = g_strstrip (options[i]);

      if (span (option, strlen (option), TOKEN) != strlen (option))
        return refuse (400, "Connection is not a list of tokens.", detail);
      if (g_ascii_strcasecmp (option, "close") == 0)
        self->wants_close = TRUE;
      else if (g_ascii_strcasecmp (option, "keep-alive") == 0)
        self->keep_alive = TRUE;
      else if (g_ascii_strcasecmp (option, "host") == 0 ||
               g_ascii_strcasecmp (option, "content-length") == 0 ||
               g_ascii_strcasecmp (option, "authorization") == 0)
        return refuse (400, "Connection names a header that is for the end.", detail);
    }
  return 0;
}

/* What the framing of the request hangs on. */
static guint
take_field (SortieRequestHead *self, const Field *field, const char **detail)
{
  const char *name = self->text->str + field->name;
  const char *value = self->text->str + field->value;

  if (g_ascii_strcasecmp (name, "content-length") == 0)
    return take_content_length (self, value, detail);
  if (g_ascii_strcasecmp (name, "connection") == 0)
    return take_connection (self, value, detail);
  if (g_ascii_strcasecmp (name, "transfer-encoding") == 0)
    self->has_transfer_encoding = TRUE;
  if (g_ascii_strcasecmp (name, "host") == 0)
    {
      if (!sortie_host_split (value, NULL, NULL))
        return refuse (400, "Host is not a host name with an optional port.", detail);
      self->has_host = TRUE;
      self->host = field->value;
    }
  if (g_ascii_strcasecmp (name, "expect") == 0)
    {
      if (g_ascii_strcasecmp (value, "100-continue") != 0)
        return refuse (417, "Only 100-continue can be expected.", detail);
      self->expects_continue = TRUE;
    }
  return 0;
}

static gboolean
is_repeated_singleton (SortieRequestHead *self, const char *name)
{
  if (sortie_request_head_get (self, name) == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (singletons); i++)
    if (g_ascii_strcasecmp (name, singletons[i]) == 0)
      return TRUE;
  return FALSE;
}

guint
sortie_request_head_add_field (SortieRequestHead *self,
                               const char *line,
                               gsize length,
                               const char **detail)
{
  gsize name_length = span (line, length, TOKEN);
  gsize start = name_length + 1;
  gsize end = length;
  g_autofree char *name = NULL;
  Field field;

  if (line[0] == ' ' || line[0] == '\t')
    return refuse (400, "A header line is folded.", detail);
  if (name_length == 0 || name_length == length || line[name_length] != ':')
    return refuse (400, "A header line is not NAME: VALUE.", detail);
  self->header_bytes += length + 2;
  if (self->header_bytes > SORTIE_REQUEST_MAX_HEADER_BYTES)
    return refuse (431, "The header is too large.", detail);
  if (self->fields->len == SORTIE_REQUEST_MAX_HEADERS)
    return refuse (431, "There are too many header lines.", detail);
  for (gsize i = start; i < length; i++)
    if (((guint8) line[i] < 0x20 && line[i] != '\t') || line[i] == 0x7f)
      return refuse (400, "A header has a control character.", detail);

  while (start < end && (line[start] == ' ' || line[start] == '\t'))
    start++;
  while (end > start && (line[end - 1] == ' ' || line[end - 1] == '\t'))
    end--;
  name = g_strndup (line, name_length);
  if (is_repeated_singleton (self, name))
    return refuse (400, "A header that may stand once is repeated.", detail);
  field.name = add_text (self, line, name_length);
  field.value = add_text (self, line + start, end - start);
  g_array_append_val (self->fields, field);
  return take_field (self, &field, detail);
}

guint
sortie_request_head_finish (SortieRequestHead *self, const char **detail)
{
  if (self->has_transfer_encoding && (self->content_length >= 0 || self->minor_version == 0))
    return refuse (400, "Transfer-Encoding can't stand here.", detail);
  if (self->has_transfer_encoding)
    return refuse (501, "Bodies are taken with Content-Length only.", detail);
  if (!self->has_host && self->minor_version == 1)
    return refuse (400, "There is no Host.", detail);
  if (self->minor_version == 0)
    {
      self->wants_close = self->wants_close || !self->keep_alive;
      self->expects_continue = FALSE; /* RFC 9110 section 10.1.1 */
    }
  if (self->content_length <= 0)
    self->expects_continue = FALSE;
  return 0;
}

SortieRequestHead *
sortie_request_head_new (void)
{
  SortieRequestHead *self = g_new0 (SortieRequestHead, 1);

  self->text = g_string_sized_new (256);
  self->fields = g_array_new (FALSE, FALSE, sizeof (Field));
  self->content_length = -1;
  return self;
}

void
sortie_request_head_free (SortieRequestHead *self)
{
  if (self == NULL)
    return;
  g_string_free (self->text, TRUE);
  g_array_unref (self->fields);
  g_free (self);
}

const char *
sortie_request_head_get_method (const SortieRequestHead *self)
{
  return self->text->str + self->method;
}

const char *
sortie_request_head_get_target (const SortieRequestHead *self)
{
  return self->text->str + self->target;
}

const char *
sortie_request_head_get_host (const SortieRequestHead *self)
{
  return self->has_host ? self->text->str + self->host : NULL;
}

const char *
sortie_request_head_get (const SortieRequestHead *self, const char *name)
{
  for (guint i = 0; i < self->fields->len; i++)
    {
      const Field *field = &g_array_index (self->fields, Field, i);

      if (g_ascii_strcasecmp (self->text->str + field->name, name) == 0)
        return self->text->str + field->value;
    }
  return NULL;
}

int
sortie_request_head_get_minor_version (const SortieRequestHead *self)
{
  return self->minor_version;
}

gint64
sortie_request_head_get_content_length (const SortieRequestHead *self)
{
  return self->content_length;
}

gboolean
sortie_request_head_wants_close (const SortieRequestHead *self)
{
  return self->wants_close;
}

gboolean
sortie_request_head_expects_continue (const SortieRequestHead *self)
{
  return self->expects_continue;
}

static gboolean
port_split (const char *text, guint *port)
{
  guint64 value;

  if (*text == '\0')
    {
      *port = 0;
      return TRUE;
    }
  if (*text != ':' || !g_ascii_string_to_unsigned (text + 1, 10, 1, 65535, &value, NULL))
    return FALSE;
  *port = value;
  return TRUE;
}

gboolean
sortie_host_split (const char *text, char **host, guint *port)
{
  gsize length = text[0] == '[' ? strspn (text + 1, "0123456789abcdefABCDEF:.") + 2
                                : span (text, strlen (text), HOST);
  guint number = 0;

  if (text[0] == '[' && (length < 4 || text[length - 1] != ']'))
    return FALSE;
  if (length == 0 || length > 255 || !port_split (text + length, &number))
    return FALSE;
  if (host != NULL)
    *host = g_ascii_strdown (text, length);
  if (port != NULL)
    *port = number;
  return TRUE;
}
