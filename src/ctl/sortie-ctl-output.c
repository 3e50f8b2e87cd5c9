/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-private.h"

#include "sortie-error.h"
#include "sortie-event.h"
#include "sortie-json.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>

#define USUAL_COLUMNS 80

/* --- text from outside --- */

/* Whatever could move the cursor, change colours or reorder what is read. */
static gboolean
is_unsafe (gunichar c)
{
  return g_unichar_iscntrl (c) || (c >= 0x80 && c <= 0x9f) || c == 0x061c || c == 0x200e ||
         c == 0x200f || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

char *
sortie_ctl_clean (const char *text, gssize length, gboolean keep_lines)
{
  g_autofree char *valid = g_utf8_make_valid (text, length);
  GString *out = g_string_sized_new (strlen (valid));

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '\n' || c == '\t')
        g_string_append_c (out, keep_lines ? (char) c : ' ');
      else if (!is_unsafe (c))
        g_string_append_unichar (out, c);
    }

  return g_string_free (out, FALSE);
}

static guint
character_width (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;

  return g_unichar_iswide (c) ? 2 : 1;
}

guint
sortie_ctl_text_width (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    width += character_width (g_utf8_get_char (p));

  return width;
}

char *
sortie_ctl_dup_line (const char *text, guint columns)
{
  g_autofree char *clean = g_strstrip (sortie_ctl_clean (text, -1, FALSE));
  const char *p = clean;
  guint width = 0;

  if (columns == 0 || sortie_ctl_text_width (clean) <= columns)
    return g_steal_pointer (&clean);

  for (; *p != '\0'; p = g_utf8_next_char (p))
    {
      guint more = character_width (g_utf8_get_char (p));

      if (width + more + 1 > columns)
        break;
      width += more;
    }

  return g_strdup_printf ("%.*s…", (int) (p - clean), clean);
}

/* --- messages --- */

guint
sortie_ctl_get_columns (SortieCtl *ctl)
{
  struct winsize size = { 0 };

  if (ioctl (fileno (ctl->err), TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
    return USUAL_COLUMNS;

  return size.ws_col;
}

void
sortie_ctl_show_line (SortieCtl *ctl, const char *line)
{
  g_autofree char *cut = NULL;

  if (!ctl->err_is_terminal || (line == NULL && !ctl->line_shown))
    return;

  fputs ("\r\033[K", ctl->err);
  ctl->line_shown = line != NULL;
  if (line != NULL)
    {
      cut = sortie_ctl_dup_line (line, sortie_ctl_get_columns (ctl) - 1);
      fputs (cut, ctl->err);
    }
  fflush (ctl->err);
}

static void
say (SortieCtl *ctl, const char *format, va_list values)
{
  g_autofree char *text = g_strdup_vprintf (format, values);
  g_autofree char *clean = sortie_ctl_clean (text, -1, TRUE);

  sortie_ctl_show_line (ctl, NULL);
  fprintf (ctl->err, "%s\n", clean);
  fflush (ctl->err);
}

void
sortie_ctl_say (SortieCtl *ctl, const char *format, ...)
{
  va_list values;

  va_start (values, format);
  say (ctl, format, values);
  va_end (values);
}

void
sortie_ctl_say_verbose (SortieCtl *ctl, const char *format, ...)
{
  va_list values;

  if (!ctl->options.verbose)
    return;

  va_start (values, format);
  say (ctl, format, values);
  va_end (values);
}

/* --- results --- */

void
sortie_ctl_print_text (SortieCtl *ctl, const char *text, gsize length)
{
  g_autofree char *clean = NULL;

  if (!ctl->out_is_terminal)
    {
      fwrite (text, 1, length, ctl->out);
      return;
    }

  clean = sortie_ctl_clean (text, (gssize) length, TRUE);
  fputs (clean, ctl->out);
}

void
sortie_ctl_print_json (SortieCtl *ctl, JsonNode *node)
{
  g_autofree char *text = sortie_json_node_to_string (node);

  sortie_ctl_print_text (ctl, text, strlen (text));
  fputc ('\n', ctl->out);
}

gboolean
sortie_ctl_flush (SortieCtl *ctl, GError **error)
{
  errno = 0;
  if (fflush (ctl->out) == 0 && !ferror (ctl->out))
    return TRUE;

  /* An earlier write may have failed, whose reason nobody kept. */
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "can't write to standard output%s%s",
               errno != 0 ? ": " : "", errno != 0 ? g_strerror (errno) : "");
  return FALSE;
}

char *
sortie_ctl_dup_duration (gint64 milliseconds)
{
  if (milliseconds < 100)
    return g_strdup_printf ("%d ms", (int) MAX (milliseconds, 0));
  if (milliseconds < 60 * 1000)
    return g_strdup_printf ("%.1f s", (double) milliseconds / 1000);
  if (milliseconds < 3600 * 1000)
    return g_strdup_printf ("%d min %d s", (int) (milliseconds / 60000),
                            (int) (milliseconds / 1000 % 60));

  return g_strdup_printf ("%d h %d min", (int) MIN (milliseconds / 3600000, G_MAXINT),
                          (int) (milliseconds / 60000 % 60));
}

char *
sortie_ctl_dup_local_time (const char *timestamp)
{
  gint64 time = sortie_timestamp_parse (timestamp);
  g_autoptr (GDateTime) local = NULL;

  if (time >= 0)
    local = g_date_time_new_from_unix_local (time / 1000);
  if (local == NULL)
    return g_strdup (timestamp);

  return g_date_time_format (local, "%Y-%m-%d %H:%M:%S");
}

/* --- tables --- */

struct _SortieCtlTable
{
  guint n_columns;
  gboolean *right;
  GPtrArray *cells; /* rows one after the other, the headings first */
};

SortieCtlTable *
sortie_ctl_table_new (const char *const *headings)
{
  SortieCtlTable *self = g_new0 (SortieCtlTable, 1);

  self->n_columns = g_strv_length ((char **) headings);
  self->right = g_new0 (gboolean, self->n_columns);
  self->cells = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < self->n_columns; i++)
    {
      self->right[i] = headings[i][0] == '>';
      g_ptr_array_add (self->cells, g_strdup (headings[i] + (self->right[i] ? 1 : 0)));
    }

  return self;
}

void
sortie_ctl_table_free (SortieCtlTable *self)
{
  if (self == NULL)
    return;

  g_free (self->right);
  g_ptr_array_unref (self->cells);
  g_free (self);
}

void
sortie_ctl_table_add (SortieCtlTable *self, ...)
{
  va_list cells;

  va_start (cells, self);
  for (guint i = 0; i < self->n_columns; i++)
    {
      g_autofree char *text = va_arg (cells, char *);

      g_ptr_array_add (self->cells, sortie_ctl_dup_line (text, 0));
    }
  va_end (cells);
}

static void
print_cell (FILE *out, const char *text, guint width, gboolean right, gboolean last)
{
  int missing = (int) width - (int) sortie_ctl_text_width (text);

  if (right)
    fprintf (out, "%*s%s", MAX (missing, 0), "", text);
  else if (last)
    fputs (text, out);
  else
    fprintf (out, "%s%*s", text, MAX (missing, 0), "");
  fputs (last ? "\n" : "  ", out);
}

void
sortie_ctl_table_print (SortieCtlTable *self, SortieCtl *ctl)
{
  g_autofree guint *widths = g_new0 (guint, self->n_columns);
  guint before_last = 0;
  guint room = 0;

  if (self->cells->len == self->n_columns)
    {
      sortie_ctl_say (ctl, "There are none.");
      return;
    }
  for (guint i = 0; i < self->cells->len; i++)
    widths[i % self->n_columns] = MAX (widths[i % self->n_columns],
                                       sortie_ctl_text_width (g_ptr_array_index (self->cells, i)));
  for (guint i = 0; i + 1 < self->n_columns; i++)
    before_last += widths[i] + 2;
  if (ctl->out_is_terminal)
    room = (guint) MAX ((int) sortie_ctl_get_columns (ctl) - (int) before_last, 20);

  for (guint i = 0; i < self->cells->len; i++)
    {
      guint column = i % self->n_columns;
      gboolean last = column + 1 == self->n_columns;
      const char *text = g_ptr_array_index (self->cells, i);
      g_autofree char *cut = last ? sortie_ctl_dup_line (text, room) : g_strdup (text);

      print_cell (ctl->out, cut, widths[column], self->right[column], last);
    }
}

/* --- reading answers --- */

const char *
sortie_ctl_get_string (JsonObject *object, const char *name)
{
  const char *text = "";

  sortie_json_get_string (object, name, FALSE, &text, NULL);

  return text;
}

gint64
sortie_ctl_get_int (JsonObject *object, const char *name)
{
  gint64 number = 0;

  sortie_json_get_integer (object, name, FALSE, G_MININT64, G_MAXINT64, &number, NULL);

  return number;
}

gboolean
sortie_ctl_get_bool (JsonObject *object, const char *name)
{
  gboolean value = FALSE;

  sortie_json_get_boolean (object, name, FALSE, &value, NULL);

  return value;
}

GPtrArray *
sortie_ctl_get_objects (JsonObject *object, const char *name)
{
  GPtrArray *objects = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  JsonArray *array = NULL;

  if (!sortie_json_get_array (object, name, FALSE, &array, NULL) || array == NULL)
    return objects;

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        g_ptr_array_add (objects, json_object_ref (json_node_get_object (node)));
    }

  return objects;
}
