/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-model-draft.h"

#include "sortie-error.h"

#include <string.h>

/* Text that several copies of a draft share. Each knows its own length; bytes before a sharer's
 * length are never changed in place. */
typedef struct
{
  guint n_users;
  GString *bytes;
} SharedText;

struct _SortieModelDraft
{
  int number;
  SharedText *text;
  gsize length;
  gboolean complete;
  char *written_by;
  char *data;
  gint64 started;
  gint64 ended;
};

static SharedText *
shared_text_new (const char *bytes, gsize length)
{
  SharedText *text = g_new0 (SharedText, 1);

  text->n_users = 1;
  text->bytes = g_string_new_len (bytes, (gssize) length);

  return text;
}

static void
shared_text_release (SharedText *text)
{
  if (--text->n_users > 0)
    return;

  g_string_free (text->bytes, TRUE);
  g_free (text);
}

/* After this the text is this draft's alone and no longer than the draft. */
static void
make_own (SortieModelDraft *self)
{
  SharedText *own;

  if (self->text->n_users == 1)
    {
      g_string_truncate (self->text->bytes, self->length);
      return;
    }

  own = shared_text_new (self->text->bytes->str, self->length);
  shared_text_release (self->text);
  self->text = own;
}

SortieModelDraft *
sortie_model_draft_new (int number, gint64 started)
{
  SortieModelDraft *self = g_new0 (SortieModelDraft, 1);

  self->number = number;
  self->started = started;
  self->text = shared_text_new ("", 0);

  return self;
}

SortieModelDraft *
sortie_model_draft_copy (const SortieModelDraft *self)
{
  SortieModelDraft *copy = g_memdup2 (self, sizeof *self);

  copy->text->n_users++;
  copy->written_by = g_strdup (self->written_by);
  copy->data = g_strdup (self->data);

  return copy;
}

void
sortie_model_draft_free (SortieModelDraft *self)
{
  if (self == NULL)
    return;

  shared_text_release (self->text);
  g_free (self->written_by);
  g_free (self->data);
  g_free (self);
}

gboolean
sortie_model_draft_write (
    SortieModelDraft *self, gint64 offset, const char *text, gsize length, GError **error)
{
  GString *bytes = self->text->bytes;
  gsize start = (gsize) offset;
  gsize known;

  if (offset < 0 || (guint64) offset > self->length)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL,
                   "draft %d: text for byte %" G_GINT64_FORMAT
                   " came when there were %" G_GSIZE_FORMAT,
                   self->number, offset, self->length);
      return FALSE;
    }
  if (length > SORTIE_MODEL_DRAFT_MAX_BYTES - start)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE, "draft %d is longer than %d bytes",
                   self->number, SORTIE_MODEL_DRAFT_MAX_BYTES);
      return FALSE;
    }

  /* A copy that is played forward finds the very text that its fellow has appended already. */
  known = MIN (bytes->len - start, length);
  if (memcmp (bytes->str + start, text, known) != 0)
    {
      make_own (self);
      bytes = self->text->bytes;
      known = MIN (bytes->len - start, length);
      memcpy (bytes->str + start, text, known);
    }
  if (length > known)
    g_string_append_len (bytes, text + known, (gssize) (length - known));
  self->length = MAX (self->length, start + length);

  return TRUE;
}

void
sortie_model_draft_set_written_by (SortieModelDraft *self, const char *written_by)
{
  g_free (self->written_by);
  self->written_by = g_strdup (written_by);
}

void
sortie_model_draft_complete (SortieModelDraft *self,
                             const char *written_by,
                             const char *data,
                             gint64 time)
{
  self->complete = TRUE;
  self->ended = time;
  if (written_by != NULL)
    sortie_model_draft_set_written_by (self, written_by);
  g_free (self->data);
  self->data = g_strdup (data);
}

int
sortie_model_draft_get_number (const SortieModelDraft *self)
{
  return self->number;
}

const char *
sortie_model_draft_get_text (const SortieModelDraft *self, gsize *length)
{
  *length = self->length;
  return self->text->bytes->str;
}

gboolean
sortie_model_draft_is_complete (const SortieModelDraft *self)
{
  return self->complete;
}

const char *
sortie_model_draft_get_written_by (const SortieModelDraft *self)
{
  return self->written_by;
}

const char *
sortie_model_draft_get_data (const SortieModelDraft *self)
{
  return self->data;
}

gint64
sortie_model_draft_get_started (const SortieModelDraft *self)
{
  return self->started;
}

gint64
sortie_model_draft_get_ended (const SortieModelDraft *self)
{
  return self->ended;
}
