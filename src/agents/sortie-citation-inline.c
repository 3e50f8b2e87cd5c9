/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-citations-private.h"

#include <string.h>

/* A span of code that is not closed within so many bytes of its line is none. */
#define MAX_CODE_SPAN 256
/* Blanks that are kept in a row. */
#define MAX_BLANKS 64

/* Each `take_` function looks at what is held and says how many bytes it has dealt with; 0 where it
 * must see more first, which it may not say where `final`. So the result can't depend on how the
 * text was cut. */
typedef struct
{
  const char *at;
  gsize left;
  gboolean final;
} Rest;

/* -- what comes out -- */

static void
put (SortieCitationInline *self, const char *text, gsize length)
{
  gsize keep = MIN (length, SORTIE_CITATION_TAIL);

  memmove (self->tail, self->tail + keep, SORTIE_CITATION_TAIL - keep);
  memcpy (self->tail + SORTIE_CITATION_TAIL - keep, text + length - keep, keep);
  self->func (text, length, self->user_data);
}

static void
put_blanks (SortieCitationInline *self)
{
  static const char blanks[MAX_BLANKS + 1] = "                                "
                                             "                                ";

  if (self->n_blanks == 0)
    return;
  put (self, blanks, self->n_blanks);
  self->n_blanks = 0;
  self->after_citation = FALSE;
}

static void
put_text (SortieCitationInline *self, const char *text, gsize length)
{
  put_blanks (self);
  put (self, text, length);
  self->after_citation = FALSE;
  self->after_backtick = FALSE;
}

static void
put_escaped (SortieCitationInline *self, const char *text, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      char escaped[2] = { '\\', text[i] };

      put_text (self, escaped, 2);
    }
  self->after_backtick = n > 0 && text[n - 1] == '`';
}

static gboolean
tail_is (const SortieCitationInline *self, const char *word)
{
  gsize length = strlen (word);

  return g_ascii_strncasecmp (self->tail + SORTIE_CITATION_TAIL - length, word, length) == 0;
}

/* The byte before, 0 at the line's beginning. */
static char
last_of (const SortieCitationInline *self)
{
  return self->n_blanks > 0 ? ' ' : self->tail[SORTIE_CITATION_TAIL - 1];
}

/* -- citations -- */

static void
put_citation (SortieCitationInline *self, guint passage)
{
  char text[16];
  int length;

  if (self->numbers[passage] == 0)
    {
      g_array_append_val (self->order, passage);
      self->numbers[passage] = self->order->len;
    }
  length = g_snprintf (text, sizeof text, "[%u]", self->numbers[passage]);
  put_text (self, text, (gsize) length);
  self->after_citation = TRUE;
  self->n_kept++;
}

static void
take_numbers (SortieCitationInline *self, const SortieCitationForm *form)
{
  guint n_kept = self->n_kept;

  for (guint i = 0; i < form->n_numbers; i++)
    {
      guint passage = form->numbers[i];

      if (passage >= 1 && passage <= self->n_passages)
        put_citation (self, passage);
      else
        self->n_removed++;
    }
  self->n_removed += form->n_excess;
  if (self->n_kept == n_kept)
    self->n_blanks = 0;
}

/* A bracket that may be a citation; `otherwise` deals with it where it is none. */
static gsize
take_bracket (SortieCitationInline *self,
              const Rest *rest,
              gsize (*otherwise) (SortieCitationInline *, const Rest *))
{
  SortieCitationForm form;
  SortieMatch match = sortie_citation_form_read (rest->at, rest->left, &form);

  if (match == SORTIE_MATCH_MORE && !rest->final)
    return 0;
  if (match != SORTIE_MATCH_YES)
    return otherwise (self, rest);
  take_numbers (self, &form);
  return form.length;
}

/* -- marks that could make markup -- */

static gsize
count_run (const Rest *rest, char mark)
{
  gsize n = 0;

  while (n < rest->left && rest->at[n] == mark)
    n++;
  return n;
}

/* Where a run of exactly `n` backticks begins after the first `n` bytes; 0 for none. */
static gsize
find_closing (const Rest *rest, gsize n)
{
  gsize limit = MIN (rest->left, MAX_CODE_SPAN);

  for (gsize i = n; i < limit;)
    {
      gsize run = 0;

      while (i + run < rest->left && rest->at[i + run] == '`')
        run++;
      /* A run at the end of what is there may go on. */
      if (run == n && (i + run < rest->left || rest->final))
        return i;
      i += run > 0 ? run : 1;
    }
  return 0;
}

/* Code is left as it is, but that `a[3]` must not look like a citation. */
static void
put_code (SortieCitationInline *self, const char *text, gsize length)
{
  gsize from = 0;

  for (gsize i = 0; i + 1 < length; i++)
    if (text[i] == '[' && g_ascii_isdigit (text[i + 1]))
      {
        put_text (self, text + from, i + 1 - from);
        put_text (self, " ", 1);
        from = i + 1;
      }
  put_text (self, text + from, length - from);
}

/* Only a span that is closed on its line and that no table could cut is surely one for everybody who
 * reads Markdown; within any other the escapes must stand. */
static gsize
take_backticks (SortieCitationInline *self, const Rest *rest)
{
  gsize n = count_run (rest, '`');
  gsize closing;

  if (n == rest->left && !rest->final && n < 3)
    return 0;
  if (n >= 3 || self->after_backtick)
    {
      put_escaped (self, rest->at, n);
      return n;
    }
  closing = find_closing (rest, n);
  if (closing == 0 && !rest->final && rest->left < MAX_CODE_SPAN + 4)
    return 0;
  if (closing == 0 || memchr (rest->at, '|', closing) != NULL)
    {
      put_escaped (self, rest->at, n);
      return n;
    }
  put_code (self, rest->at, closing + n);
  return closing + n;
}

/* Three of them could open a code block. */
static gsize
take_tildes (SortieCitationInline *self, const Rest *rest)
{
  gsize n = count_run (rest, '~');

  if (n == rest->left && !rest->final && n < 3)
    return 0;
  if (n >= 3 || tail_is (self, "~"))
    put_escaped (self, rest->at, n);
  else
    put_text (self, rest->at, n);
  return n;
}

static gsize
take_backslash (SortieCitationInline *self, const Rest *rest)
{
  if (rest->left < 2 && !rest->final)
    return 0;
  if (rest->left < 2 || !g_ascii_ispunct (rest->at[1]))
    {
      put_text (self, rest->at, 1);
      return 1;
    }
  put_escaped (self, rest->at + 1, 1);
  return 2;
}

/* `://`, `a@b` and `www.` make links by themselves in some readers. What comes after a colon may yet
 * be removed, if it is a bracket. */
static gsize
take_address_mark (SortieCitationInline *self, const Rest *rest)
{
  char next = rest->left > 1 ? rest->at[1] : ' ';
  gboolean escape;

  if (rest->left < 2 && !rest->final && *rest->at != '.')
    return 0;
  if (*rest->at == ':')
    escape = (self->after_citation && self->n_blanks == 0) || next == '/' || next == '[' ||
             tail_is (self, "mailto") || tail_is (self, "xmpp");
  else if (*rest->at == '@')
    escape = last_of (self) != ' ' && last_of (self) != '\0' && next != ' ';
  else
    escape = tail_is (self, "www");
  if (escape)
    put_escaped (self, rest->at, 1);
  else
    put_text (self, rest->at, 1);
  return 1;
}

/* -- a line's text -- */

static gboolean
is_special (const char *at)
{
  return strchr ("\\[]<`~:@.(& ", *at) != NULL ||
         ((guchar) *at >= 0x80 && sortie_citation_form_opens (at));
}

static gsize
take_plain (SortieCitationInline *self, const Rest *rest)
{
  gsize n = 1;

  while (n < rest->left && !is_special (rest->at + n))
    n++;
  put_text (self, rest->at, n);
  return n;
}

static gsize
take_escaped (SortieCitationInline *self, const Rest *rest)
{
  put_escaped (self, rest->at, 1);
  return 1;
}

/* Even after a bracket that is no citation: nobody should have to count backslashes. */
static gsize
take_parenthesis (SortieCitationInline *self, const Rest *rest)
{
  if (last_of (self) == ']' || (self->after_citation && self->n_blanks == 0))
    return take_escaped (self, rest);
  return take_plain (self, rest);
}

/* `&#91;99]` would show as a citation. */
static gsize
take_ampersand (SortieCitationInline *self, const Rest *rest)
{
  if (rest->left < 2 && !rest->final)
    return 0;
  if (rest->left > 1 && (rest->at[1] == '#' || g_ascii_isalpha (rest->at[1])))
    return take_escaped (self, rest);
  return take_plain (self, rest);
}

static gsize
take_next (SortieCitationInline *self, const Rest *rest)
{
  switch (*rest->at)
    {
    case ' ':
      self->n_blanks = MIN (self->n_blanks + 1, MAX_BLANKS);
      return 1;
    case '\\':
      return take_bracket (self, rest, take_backslash);
    case '[':
      return take_bracket (self, rest, take_escaped);
    case '(':
      return take_bracket (self, rest, take_parenthesis);
    case '`':
      return take_backticks (self, rest);
    case '~':
      return take_tildes (self, rest);
    case ':':
    case '@':
    case '.':
      return take_address_mark (self, rest);
    case '&':
      return take_ampersand (self, rest);
    case ']':
    case '<':
      return take_escaped (self, rest);
    default:
      return take_bracket (self, rest, take_plain);
    }
}

static void
take_held (SortieCitationInline *self, gboolean final)
{
  gsize from = 0;

  while (from < self->held->len)
    {
      Rest rest = { self->held->str + from, self->held->len - from, final };
      gsize n = take_next (self, &rest);

      if (n == 0)
        break;
      from += n;
    }
  g_string_erase (self->held, 0, (gssize) from);
}

void
sortie_citation_inline_feed (SortieCitationInline *self, const char *text, gsize length)
{
  g_string_append_len (self->held, text, (gssize) length);
  take_held (self, FALSE);
}

void
sortie_citation_inline_end (SortieCitationInline *self)
{
  take_held (self, TRUE);
  self->n_blanks = 0;
  self->after_citation = FALSE;
  self->after_backtick = FALSE;
  memset (self->tail, 0, sizeof self->tail);
}

void
sortie_citation_inline_init (SortieCitationInline *self,
                             guint n_passages,
                             SortieCitationsFunc func,
                             gpointer user_data)
{
  self->func = func;
  self->user_data = user_data;
  self->n_passages = n_passages;
  self->order = g_array_new (FALSE, FALSE, sizeof (guint));
  self->numbers = g_new0 (guint, n_passages + 1);
  self->held = g_string_new (NULL);
}

void
sortie_citation_inline_clear (SortieCitationInline *self)
{
  g_array_unref (self->order);
  g_free (self->numbers);
  g_string_free (self->held, TRUE);
}
