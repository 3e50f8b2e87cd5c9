/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-extract.h"

G_BEGIN_DECLS

/* Text documents of word processors, which are ZIP archives of XML files. */

#define SORTIE_OFFICE_MAX_MEMBERS 10000 /* files in the archive */
#define SORTIE_OFFICE_MAX_NOTES 100000  /* footnotes and endnotes; those after are left out */
#define SORTIE_OFFICE_MAX_LISTS 10000   /* numberings that a document defines; likewise */
#define SORTIE_OFFICE_MAX_STYLES 10000  /* likewise */

#define SORTIE_OFFICE_DOCX_TYPE                                                                    \
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#define SORTIE_OFFICE_ODT_TYPE "application/vnd.oasis.opendocument.text"

/* Reads a .docx (ECMA-376, transitional and strict) or .odt (OpenDocument 1.0 to 1.3).
 * SORTIE_ERROR_INVALID: neither of the two, damaged, encrypted, or without text;
 * SORTIE_ERROR_TOO_LARGE: a file in it unfolds to more than SORTIE_EXTRACT_MAX_FILE. */
SortieExtract *sortie_office_extract (GBytes *content, GError **error);

G_END_DECLS
