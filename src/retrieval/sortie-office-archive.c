/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-extract"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "sortie-error.h"
#include "sortie-office-private.h"

#define READ_SIZE (64 * 1024)

typedef struct archive Archive;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Archive, archive_read_free)

static GBytes *
read_content (Archive *archive, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();

  for (;;)
    {
      guint before = out->len;
      gssize n;

      g_byte_array_set_size (out, before + READ_SIZE);
      n = archive_read_data (archive, out->data + before, READ_SIZE);
      g_byte_array_set_size (out, before + (guint) MAX (n, 0));
      if (n == 0)
        return g_byte_array_free_to_bytes (g_steal_pointer (&out));
      if (n < 0 && archive_read_has_encrypted_entries (archive) == 1)
        g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                     "encrypted office document: needs a password");
      else if (n < 0)
        g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "damaged office document");
      else if (out->len > SORTIE_EXTRACT_MAX_FILE)
        g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE, "unfolds to more than %d MiB",
                     SORTIE_EXTRACT_MAX_FILE / (1024 * 1024));
      else
        continue;
      return NULL;
    }
}

GBytes *
sortie_office_read_member (GBytes *content, const char *name, GError **error)
{
  g_autoptr (Archive) archive = archive_read_new ();
  struct archive_entry *entry;
  gsize length;
  const char *bytes = g_bytes_get_data (content, &length);

  archive_read_support_format_zip_seekable (archive);
  if (archive_read_open_memory (archive, bytes, length) != ARCHIVE_OK)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "damaged ZIP archive");
      return NULL;
    }
  for (guint i = 0; i < SORTIE_OFFICE_MAX_MEMBERS; i++)
    {
      int outcome = archive_read_next_header (archive, &entry);

      if (outcome == ARCHIVE_EOF || outcome == ARCHIVE_FATAL)
        break;
      if (g_strcmp0 (archive_entry_pathname (entry), name) == 0)
        return read_content (archive, error);
    }
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND, "no file %s in the archive", name);
  return NULL;
}
