/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Extraction: the bytes of a file become plain, readable UTF-8 text, cut into blocks. What a file
 * is, is told by its content first and by its name second. */

#define SORTIE_EXTRACT_MAX_FILE                                                                    \
  (64 * 1024 * 1024) /* bytes of a file, and of what gzip unfolds to */
#define SORTIE_EXTRACT_MAX_TEXT (64 * 1024 * 1024) /* bytes of extracted text */
#define SORTIE_EXTRACT_MAX_BLOCKS 1000000
#define SORTIE_EXTRACT_MAX_HEADINGS 100000 /* those after become paragraphs */
#define SORTIE_EXTRACT_MAX_TITLE 300       /* bytes */
#define SORTIE_EXTRACT_MAX_HEADING 160     /* bytes of one heading in a heading path */

typedef enum
{
  SORTIE_BLOCK_PARAGRAPH,
  SORTIE_BLOCK_HEADING,
  SORTIE_BLOCK_ITEM, /* of a list: one line break apart from its neighbours */
  SORTIE_BLOCK_ROW,  /* of a table: likewise */
  SORTIE_BLOCK_PRE,  /* lines are kept */
} SortieBlockKind;

/**
 * SortieBlock:
 * @start: where its text begins in the extracted text, bytes
 * @end: where it ends; the separator to the next block belongs to none
 * @kind: what it is
 * @page: from 1; 0 where the format has none
 * @heading: its heading path, as an index into @headings, or -1
 */
typedef struct
{
  gsize start;
  gsize end;
  SortieBlockKind kind;
  int page;
  int heading;
} SortieBlock;

/**
 * SortieExtract:
 * @text: the extracted text, UTF-8 without NUL: blocks a blank line apart
 * @blocks: (element-type SortieBlock): ascending
 * @headings: (element-type utf8): heading paths, levels joined by " › "
 * @title: (nullable): from the document itself
 * @media_type: (nullable): what the file was taken for; a static string
 * @n_pages: 0 where the format has none
 */
typedef struct
{
  GString *text;
  GArray *blocks;
  GPtrArray *headings;
  char *title;
  const char *media_type;
  int n_pages;

  /*< private >*/
  char *levels[7];
  int heading;
  gboolean overflow;
} SortieExtract;

SortieExtract *sortie_extract_new (void);
void sortie_extract_free (SortieExtract *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieExtract, sortie_extract_free)

/* Appends a block. White space is collapsed (in SORTIE_BLOCK_PRE only at line ends), control and
 * invisible characters are dropped; a blank block is no block. `text` is valid UTF-8. */
void sortie_extract_append (
    SortieExtract *self, SortieBlockKind kind, int page, const char *text, gsize length);

/* Appends a heading of a level from 1 to 6, under which all blocks are until the next one. */
void sortie_extract_append_heading (
    SortieExtract *self, int level, int page, const char *text, gsize length);

/* The first sensible title stays. */
void sortie_extract_take_title (SortieExtract *self, const char *text, gsize length);

/* Many programs leave their own or the file's name where a document's title should be: is this one
 * for people? FALSE as well where it is not UTF-8. */
gboolean sortie_extract_is_sane_title (const char *title);

/* SORTIE_ERROR_TOO_LARGE where a limit was passed, SORTIE_ERROR_INVALID where there is no text. */
gboolean sortie_extract_check (SortieExtract *self, GError **error);

/**
 * sortie_extract_document:
 * @name: the file's name, for what its content does not tell
 * @content: the file
 * @cancellable: (nullable): for formats read in a child process
 *
 * Returns: (transfer full): the document; on failure the error's message is the reason that is
 *   shown to people, a clause without the file's name. SORTIE_ERROR_UNAVAILABLE where another try
 *   at the same bytes may succeed.
 */
SortieExtract *sortie_extract_document (const char *name,
                                        GBytes *content,
                                        GCancellable *cancellable,
                                        GError **error);

/* The formats, one a file. `text` is valid UTF-8. */
gboolean sortie_extract_text (SortieExtract *self, const char *text, gsize length, GError **error);
gboolean sortie_extract_markdown (SortieExtract *self,
                                  const char *text,
                                  gsize length,
                                  GError **error);
gboolean sortie_extract_html (SortieExtract *self, const char *text, gsize length, GError **error);

/* Blocks of an HTML fragment, where it stands in another document. */
gboolean sortie_extract_html_fragment (SortieExtract *self,
                                       const char *text,
                                       gsize length,
                                       GError **error);

G_END_DECLS
