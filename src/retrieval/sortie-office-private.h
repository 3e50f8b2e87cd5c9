/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libxml/xmlreader.h>

#include "sortie-office.h"

G_BEGIN_DECLS

/* --- the archive --- */

/* A file of the archive, whole; SORTIE_ERROR_NOT_FOUND where it has no such file. */
GBytes *sortie_office_read_member (GBytes *archive, const char *name, GError **error);

/* --- XML --- */

/**
 * SortieOfficeHandler:
 * @start: an element begins; %FALSE leaves it out with all that is in it, and without its end
 * @end: it ends; also called for an empty element
 * @text: (nullable): characters, a piece at a time
 */
typedef struct
{
  gboolean (*start) (gpointer self, xmlTextReaderPtr reader);
  void (*end) (gpointer self, xmlTextReaderPtr reader);
  void (*text) (gpointer self, const char *text);
} SortieOfficeHandler;

/* Nothing is fetched, no entity is expanded, and a document type declaration is refused. */
gboolean sortie_office_parse (GBytes *xml,
                              const SortieOfficeHandler *handler,
                              gpointer self,
                              GError **error);

gboolean sortie_office_is (xmlTextReaderPtr reader, const char *local_name);

/* An element that matters, and what it is to the format's reader; 0 is what does not matter. */
typedef struct
{
  const char *name;
  int tag;
} SortieOfficeTag;

/* By the local name. */
int sortie_office_find_tag (xmlTextReaderPtr reader, const SortieOfficeTag *tags, gsize n);
/* (transfer full) (nullable): of the element where the reader is, whatever its namespace */
char *sortie_office_dup_attribute (xmlTextReaderPtr reader, const char *local_name);
int sortie_office_get_number (xmlTextReaderPtr reader, const char *local_name, int or_else);

/* --- lists: the label of the next item --- */

#define SORTIE_OFFICE_LEVELS 10

typedef enum
{
  SORTIE_OFFICE_DECIMAL,
  SORTIE_OFFICE_LOWER_LETTER,
  SORTIE_OFFICE_UPPER_LETTER,
  SORTIE_OFFICE_LOWER_ROMAN,
  SORTIE_OFFICE_UPPER_ROMAN,
  SORTIE_OFFICE_BULLET,
  SORTIE_OFFICE_UNLABELLED,
} SortieOfficeNumber;

typedef struct
{
  SortieOfficeNumber number;
  int start;
  char *label; /* such as "%1.%2)": the numbers of levels, from 1 */
  char *style; /* (nullable): the paragraph style that is of this level */
} SortieOfficeLevel;

typedef struct
{
  SortieOfficeLevel levels[SORTIE_OFFICE_LEVELS];
  int counts[SORTIE_OFFICE_LEVELS];
  gboolean begun[SORTIE_OFFICE_LEVELS];
} SortieOfficeList;

SortieOfficeList *sortie_office_list_new (void);
void sortie_office_list_free (SortieOfficeList *self);
void sortie_office_list_restart (SortieOfficeList *self, int level, int start);
/* (transfer full) (nullable): of the next item on `level`, from 0 */
char *sortie_office_list_next (SortieOfficeList *self, int level);

/* --- the flow of paragraphs --- */

typedef struct
{
  SortieExtract *extract;
  GPtrArray *paragraphs; /* GString: those that are open, the innermost last */
  GPtrArray *notes;      /* owned char *: those that follow the paragraph that is open */
  GString *row;          /* of the table that is open */
  GString *note;         /* (nullable): the note that is being read */
  guint row_depth;
} SortieOfficeFlow;

SortieOfficeFlow *sortie_office_flow_new (SortieExtract *extract);
void sortie_office_flow_free (SortieOfficeFlow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieOfficeFlow, sortie_office_flow_free)

void sortie_office_flow_start_paragraph (SortieOfficeFlow *self);
void sortie_office_flow_add (SortieOfficeFlow *self, const char *text);
/* `level`: of a heading, 0 for others; `label`: (nullable): of a list item or a heading */
void sortie_office_flow_end_paragraph (SortieOfficeFlow *self, int level, const char *label);
/* Leaves out what the paragraph holds. */
void sortie_office_flow_drop_paragraph (SortieOfficeFlow *self);
void sortie_office_flow_start_row (SortieOfficeFlow *self);
void sortie_office_flow_start_cell (SortieOfficeFlow *self);
void sortie_office_flow_end_row (SortieOfficeFlow *self);
/* Paragraphs between the two are a note's; notes hold no notes. */
void sortie_office_flow_start_note (SortieOfficeFlow *self);
char *sortie_office_flow_end_note (SortieOfficeFlow *self);
/* A note that belongs to the paragraph that is open, and follows it. */
void sortie_office_flow_add_note (SortieOfficeFlow *self, const char *text);

/* --- the two formats --- */

/* What the document's metadata calls it; the title of a paragraph goes before. */
void sortie_office_take_metadata_title (SortieExtract *extract,
                                        GBytes *archive,
                                        const char *member);

gboolean sortie_docx_extract (SortieExtract *extract,
                              GBytes *archive,
                              const char *document,
                              GError **error);
gboolean sortie_odt_extract (SortieExtract *extract, GBytes *archive, GError **error);

/* .docx: paragraph styles. */
typedef struct
{
  char *based_on; /* (nullable) */
  char *list;     /* (nullable): its numbering */
  int list_level;
  int level;         /* of a heading, 0 for others */
  gboolean is_title; /* of the whole document */
  gboolean is_contents;
} SortieDocxStyle;

/* (transfer full) (element-type utf8 SortieDocxStyle); empty where the archive has none */
GHashTable *sortie_docx_read_styles (GBytes *archive, const char *folder);
/* Never %NULL; what a style does not say comes from those that it is based on. */
SortieDocxStyle sortie_docx_find_style (GHashTable *styles, const char *id);

/* .docx: numberings. */
typedef struct
{
  GHashTable *abstracts; /* ID → owned SortieOfficeList */
  GHashTable *lists;     /* ID → the abstract's ID */
  GHashTable *restarts;  /* ID → owned GArray of { level, start }, until the list is first used */
} SortieDocxNumbers;

SortieDocxNumbers *sortie_docx_read_numbers (GBytes *archive, const char *folder);
void sortie_docx_numbers_free (SortieDocxNumbers *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieDocxNumbers, sortie_docx_numbers_free)
/* (transfer full) (nullable): `level`: from 0, -1 where the style tells it */
char *sortie_docx_numbers_next (SortieDocxNumbers *self,
                                const char *list,
                                int level,
                                const char *style);

G_END_DECLS
