/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-request-guard.h"

#include <string.h>

struct _SortieRequestGuard
{
  SortieGuardState state;
  SortieRequestHead *head;
  GString *line;           /* the line that is being taken */
  gboolean has_first_line; /* of this head */
  gboolean skipped_line;   /* one empty line before a request is let pass (section 2.2) */
  gint64 max_body;
  gint64 body_left;
  guint status;
  const char *detail; /* static */
};

static void
refuse (SortieRequestGuard *self, guint status, const char *detail)
{
  self->state = SORTIE_GUARD_REFUSED;
  self->status = status;
  self->detail = detail;
  g_string_set_size (self->line, 0);
}

static void
end_of_head (SortieRequestGuard *self)
{
  const char *detail = NULL;
  guint status = sortie_request_head_finish (self->head, &detail);
  gint64 length = sortie_request_head_get_content_length (self->head);

  if (status != 0)
    refuse (self, status, detail);
  else if (length > self->max_body)
    refuse (self, 413, "The body is larger than this server takes.");
  else if (length > 0)
    self->state = SORTIE_GUARD_BODY;
  else
    self->state = SORTIE_GUARD_COMPLETE;
  self->body_left = MAX (length, 0);
}

static void
end_of_line (SortieRequestGuard *self)
{
  const char *detail = NULL;
  guint status = 0;

  if (self->line->len == 0 && self->has_first_line)
    end_of_head (self);
  else if (self->line->len == 0 && self->skipped_line)
    refuse (self, 400, "There are empty lines where a request should be.");
  else if (self->line->len == 0)
    self->skipped_line = TRUE;
  else if (self->has_first_line)
    status = sortie_request_head_add_field (self->head, self->line->str, self->line->len, &detail);
  else
    {
      status = sortie_request_head_add_request_line (self->head, self->line->str, self->line->len,
                                                     &detail);
      self->has_first_line = TRUE;
    }

  if (status != 0)
    refuse (self, status, detail);
  g_string_set_size (self->line, 0);
}

/* A line is limited before it is complete, and one that can't be a request line is not waited for.
 * */
static void
check_open_line (SortieRequestGuard *self)
{
  gsize length = self->line->len;
  const char *space = memchr (self->line->str, ' ', MIN (length, SORTIE_REQUEST_MAX_METHOD + 1));

  if (self->has_first_line && length > SORTIE_REQUEST_MAX_HEADER_BYTES)
    refuse (self, 431, "The header is too large.");
  else if (!self->has_first_line && length > SORTIE_REQUEST_MAX_METHOD && space == NULL)
    refuse (self, 400, "The method is not a token.");
  else if (!self->has_first_line && length > SORTIE_REQUEST_MAX_LINE)
    refuse (self, 414, "The target is too long.");
}

/* Bytes of a line up to its CR, LF or a byte that no head may hold. */
static gsize
plain_span (const char *bytes, gsize length)
{
  gsize n = 0;

  while (n < length && ((guint8) bytes[n] >= 0x20 || bytes[n] == '\t') && bytes[n] != 0x7f)
    n++;
  return n;
}

static gsize
feed_head (SortieRequestGuard *self, const char *bytes, gsize length)
{
  gsize at = 0;

  while (at < length && self->state == SORTIE_GUARD_HEAD)
    {
      gboolean after_cr = self->line->len > 0 && self->line->str[self->line->len - 1] == '\r';
      gsize plain = after_cr ? 0 : plain_span (bytes + at, length - at);

      g_string_append_len (self->line, bytes + at, plain);
      at += plain;
      if (plain > 0)
        check_open_line (self);
      if (self->state != SORTIE_GUARD_HEAD || at == length)
        break;
      if (after_cr && bytes[at] == '\n')
        {
          g_string_truncate (self->line, self->line->len - 1);
          end_of_line (self);
        }
      else if (!after_cr && plain == 0 && bytes[at] == '\r')
        g_string_append_c (self->line, '\r');
      else if (plain == 0)
        {
          refuse (self, 400, "A line has a control character or does not end in CRLF.");
          break;
        }
      else
        continue;
      at++;
    }
  return at;
}

gsize
sortie_request_guard_feed (SortieRequestGuard *self, const char *bytes, gsize length)
{
  gsize taken;

  if (self->state == SORTIE_GUARD_HEAD)
    return feed_head (self, bytes, length);
  if (self->state != SORTIE_GUARD_BODY)
    return 0;
  taken = MIN ((guint64) self->body_left, (guint64) length);
  self->body_left -= taken;
  if (self->body_left == 0)
    self->state = SORTIE_GUARD_COMPLETE;
  return taken;
}

SortieRequestGuard *
sortie_request_guard_new (gint64 max_body)
{
  SortieRequestGuard *self = g_new0 (SortieRequestGuard, 1);

  self->max_body = max_body;
  self->line = g_string_new (NULL);
  self->head = sortie_request_head_new ();
  return self;
}

void
sortie_request_guard_free (SortieRequestGuard *self)
{
  if (self == NULL)
    return;
  sortie_request_head_free (self->head);
  g_string_free (self->line, TRUE);
  g_free (self);
}

SortieGuardState
sortie_request_guard_get_state (const SortieRequestGuard *self)
{
  return self->state;
}

gboolean
sortie_request_guard_has_begun (const SortieRequestGuard *self)
{
  return self->state == SORTIE_GUARD_HEAD &&
         (self->has_first_line || self->skipped_line || self->line->len > 0);
}

gint64
sortie_request_guard_get_body_left (const SortieRequestGuard *self)
{
  return self->body_left;
}

const SortieRequestHead *
sortie_request_guard_get_head (const SortieRequestGuard *self)
{
  return self->head;
}

SortieRequestHead *
sortie_request_guard_steal_head (SortieRequestGuard *self)
{
  g_return_val_if_fail (self->state != SORTIE_GUARD_HEAD, NULL);

  return g_steal_pointer (&self->head);
}

guint
sortie_request_guard_get_status (const SortieRequestGuard *self)
{
  return self->status;
}

const char *
sortie_request_guard_get_detail (const SortieRequestGuard *self)
{
  return self->detail;
}

void
sortie_request_guard_next (SortieRequestGuard *self)
{
  g_return_if_fail (self->state == SORTIE_GUARD_COMPLETE);

  sortie_request_head_free (self->head);
  self->head = sortie_request_head_new ();
  /* A long line of one request is not kept for the life of the connection. */
  g_string_free (self->line, TRUE);
  self->line = g_string_new (NULL);
  self->has_first_line = FALSE;
  self->skipped_line = FALSE;
  self->body_left = 0;
  self->state = SORTIE_GUARD_HEAD;
}
