/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-extract.h"

#include "sortie-error.h"
#include "sortie-text.h"

#define HEADING_SEPARATOR " › "

static gboolean
is_invisible (gunichar c)
{
  /* Soft hyphen, zero-width space, word joiner, byte order mark: they would split words in two. */
  return c == 0x00ad || c == 0x200b || c == 0x2060 || c == 0xfeff || g_unichar_iscntrl (c);
}

/* Appends text with every run of white space as one space; `out` gets no leading or trailing one. */
static void
append_collapsed (GString *out, const char *text, gsize length)
{
  gsize origin = out->len;
  gboolean space = FALSE;
  gsize i = 0;

  while (i < length)
    {
      gsize run = i;

      /* Single spaces between words need no care either. */
      while (run < length && text[run] >= 0x20 && text[run] < 0x7f &&
             (text[run] > 0x20 ||
              (run > i && run + 1 < length && text[run + 1] > 0x20 && text[run + 1] < 0x7f)))
        run++;
      if (run == i)
        {
          gunichar c = g_utf8_get_char (text + i);

          run = i + g_utf8_skip[(guchar) text[i]];
          if (g_unichar_isspace (c) || is_invisible (c))
            {
              space = space || g_unichar_isspace (c);
              i = run;
              continue;
            }
        }
      if (space && out->len > origin)
        g_string_append_c (out, ' ');
      space = FALSE;
      g_string_append_len (out, text + i, run - i);
      i = run;
    }
}

/* Appends one line as it stands, without trailing white space and what can't be seen. */
static void
append_line (GString *out, const char *text, gsize length)
{
  gsize visible = out->len;

  for (gsize i = 0; i < length; i += g_utf8_skip[(guchar) text[i]])
    {
      gunichar c = g_utf8_get_char (text + i);

      if (c != '\t' && is_invisible (c))
        continue;
      g_string_append_len (out, text + i, g_utf8_skip[(guchar) text[i]]);
      if (!g_unichar_isspace (c))
        visible = out->len;
    }
  g_string_truncate (out, visible);
}

/* Appends lines: none blank at the ends, never more than one blank line together. */
static void
append_lines (GString *out, const char *text, gsize length)
{
  gsize origin = out->len;
  gsize kept = out->len;
  guint breaks = 0;

  for (gsize i = 0; i < length;)
    {
      const char *newline = memchr (text + i, '\n', length - i);
      gsize end = newline != NULL ? (gsize) (newline - text) : length;
      gsize before;

      g_string_truncate (out, kept);
      if (kept > origin)
        g_string_append (out, breaks > 1 ? "\n\n" : "\n");
      before = out->len;
      append_line (out, text + i, end - i);
      if (out->len > before)
        {
          kept = out->len;
          breaks = 0;
        }
      breaks++;
      i = end + 1;
    }
  g_string_truncate (out, kept);
}

static const char *
separator_between (SortieBlockKind before, SortieBlockKind after)
{
  gboolean line = before == after && (after == SORTIE_BLOCK_ITEM || after == SORTIE_BLOCK_ROW);

  return line ? "\n" : "\n\n";
}

static void
update_heading_path (SortieExtract *self)
{
  g_autoptr (GString) path = g_string_new (NULL);

  for (guint i = 1; i < G_N_ELEMENTS (self->levels); i++)
    if (self->levels[i] != NULL)
      {
        if (path->len > 0)
          g_string_append (path, HEADING_SEPARATOR);
        g_string_append (path, self->levels[i]);
      }
  self->heading = (int) self->headings->len;
  g_ptr_array_add (self->headings, g_string_free (g_steal_pointer (&path), FALSE));
}

SortieExtract *
sortie_extract_new (void)
{
  SortieExtract *self = g_new0 (SortieExtract, 1);

  self->text = g_string_new (NULL);
  self->blocks = g_array_new (FALSE, FALSE, sizeof (SortieBlock));
  self->headings = g_ptr_array_new_with_free_func (g_free);
  self->heading = -1;
  return self;
}

void
sortie_extract_free (SortieExtract *self)
{
  if (self == NULL)
    return;
  g_string_free (self->text, TRUE);
  g_array_unref (self->blocks);
  g_ptr_array_unref (self->headings);
  g_free (self->title);
  for (guint i = 0; i < G_N_ELEMENTS (self->levels); i++)
    g_free (self->levels[i]);
  g_free (self);
}

void
sortie_extract_append (
    SortieExtract *self, SortieBlockKind kind, int page, const char *text, gsize length)
{
  SortieBlock block = { .kind = kind, .page = page, .heading = self->heading };
  gsize before = self->text->len;

  if (self->overflow)
    return;
  if (self->blocks->len > 0)
    {
      SortieBlock *last = &g_array_index (self->blocks, SortieBlock, self->blocks->len - 1);

      g_string_append (self->text, separator_between (last->kind, kind));
    }
  block.start = self->text->len;
  if (kind == SORTIE_BLOCK_PRE)
    append_lines (self->text, text, length);
  else
    append_collapsed (self->text, text, length);
  block.end = self->text->len;

  if (block.end == block.start)
    {
      g_string_truncate (self->text, before);
      return;
    }
  g_array_append_val (self->blocks, block);
  self->overflow =
      self->text->len > SORTIE_EXTRACT_MAX_TEXT || self->blocks->len > SORTIE_EXTRACT_MAX_BLOCKS;
}

void
sortie_extract_append_heading (
    SortieExtract *self, int level, int page, const char *text, gsize length)
{
  g_autoptr (GString) line = g_string_new (NULL);

  append_collapsed (line, text, length);
  if (line->len == 0)
    return;
  if (self->headings->len >= SORTIE_EXTRACT_MAX_HEADINGS)
    {
      sortie_extract_append (self, SORTIE_BLOCK_PARAGRAPH, page, line->str, line->len);
      return;
    }
  level = CLAMP (level, 1, 6);
  for (int i = level; i < (int) G_N_ELEMENTS (self->levels); i++)
    g_clear_pointer (&self->levels[i], g_free);
  self->levels[level] = sortie_text_shorten (line->str, SORTIE_EXTRACT_MAX_HEADING);
  update_heading_path (self);
  sortie_extract_append (self, SORTIE_BLOCK_HEADING, page, line->str, line->len);
}

void
sortie_extract_take_title (SortieExtract *self, const char *text, gsize length)
{
  g_autoptr (GString) line = g_string_new (NULL);

  if (self->title != NULL)
    return;
  append_collapsed (line, text, length);
  if (line->len > 0)
    self->title = sortie_text_shorten (line->str, SORTIE_EXTRACT_MAX_TITLE);
}

gboolean
sortie_extract_is_sane_title (const char *title)
{
  static const char *const suffixes[] = { ".doc", ".docx", ".dvi", ".indd", ".odt", ".pdf",
                                          ".ps",  ".qxd",  ".rtf", ".tex",  ".txt" };
  g_autofree char *folded = NULL;
  guint n_letters = 0;

  if (!g_utf8_validate (title, -1, NULL))
    return FALSE;
  folded = g_utf8_casefold (title, -1);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (folded, suffixes[i]))
      return FALSE;
  if (g_str_has_prefix (folded, "microsoft ") || strstr (folded, "untitled") != NULL ||
      strchr (folded, '/') != NULL || strchr (folded, '\\') != NULL)
    return FALSE;
  for (const char *p = title; *p != '\0'; p = g_utf8_next_char (p))
    n_letters += g_unichar_isalpha (g_utf8_get_char (p));
  return n_letters >= 3;
}

gboolean
sortie_extract_check (SortieExtract *self, GError **error)
{
  if (self->overflow)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
                   "it holds more than %d MiB of text or %d paragraphs",
                   SORTIE_EXTRACT_MAX_TEXT / (1024 * 1024), SORTIE_EXTRACT_MAX_BLOCKS);
      return FALSE;
    }
  if (self->blocks->len == 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "it holds no text");
      return FALSE;
    }
  return TRUE;
}
