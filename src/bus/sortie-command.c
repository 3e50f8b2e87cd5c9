/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-command.h"

#include <string.h>

#define FIRST_SIZE 1024 /* bytes: most scripts and what they are given fit */

struct _SortieCommand
{
  GString *arguments;
  int n_arguments;
  SortieScript script;
};

/**
 * sortie_command_new:
 * @name: the command, then its arguments, NULL-terminated
 *
 * Returns: (transfer full): a command to which more can be added
 */
SortieCommand *
sortie_command_new (const char *name, ...)
{
  SortieCommand *self = g_new0 (SortieCommand, 1);
  va_list args;

  self->arguments = g_string_sized_new (FIRST_SIZE);
  self->script = SORTIE_SCRIPT_NONE;
  va_start (args, name);
  for (const char *text = name; text != NULL; text = va_arg (args, const char *))
    sortie_command_add (self, text);
  va_end (args);
  return self;
}

SortieCommand *
sortie_command_new_script (SortieScript script, int n_keys)
{
  SortieCommand *self = sortie_command_new ("EVALSHA", sortie_script_get_sha (script), NULL);

  self->script = script;
  sortie_command_add_int (self, n_keys);
  return self;
}

void
sortie_command_free (SortieCommand *self)
{
  if (self == NULL)
    return;
  g_string_free (self->arguments, TRUE);
  g_free (self);
}

/* `value` in decimal, at the end of `room`; printf costs as much as all the rest of a command. */
static const char *
format_number (gsize value, char *room, gsize size)
{
  char *start = room + size - 1;

  *start = '\0';
  do
    *--start = (char) ('0' + value % 10);
  while ((value /= 10) > 0);
  return start;
}

/* Makes room for an argument of so many bytes, and puts in all but these bytes. */
static char *
add_room (SortieCommand *self, gsize length)
{
  GString *out = self->arguments;
  char room[32];
  const char *digits = format_number (length, room, sizeof room);
  gsize n_digits = (gsize) (room + sizeof room - 1 - digits);
  gsize at = out->len;
  char *p;

  g_string_set_size (out, at + 1 + n_digits + 2 + length + 2);
  p = out->str + at;
  *p++ = '$';
  memcpy (p, digits, n_digits);
  memcpy (p + n_digits, "\r\n", 2);
  p += n_digits + 2;
  memcpy (p + length, "\r\n", 2);
  self->n_arguments++;
  return p;
}

void
sortie_command_add_len (SortieCommand *self, const char *bytes, gsize length)
{
  memcpy (add_room (self, length), bytes, length);
}

void
sortie_command_add (SortieCommand *self, const char *text)
{
  sortie_command_add_len (self, text, strlen (text));
}

void
sortie_command_add_joined (SortieCommand *self, const char *a, const char *b, const char *c)
{
  gsize a_length = strlen (a), b_length = strlen (b), c_length = strlen (c);
  char *p = add_room (self, a_length + b_length + c_length);

  memcpy (p, a, a_length);
  memcpy (p + a_length, b, b_length);
  memcpy (p + a_length + b_length, c, c_length);
}

void
sortie_command_add_int (SortieCommand *self, gint64 value)
{
  char digits[32];

  if (value >= 0)
    sortie_command_add (self, format_number ((gsize) value, digits, sizeof digits));
  else
    {
      g_snprintf (digits, sizeof digits, "%" G_GINT64_FORMAT, value);
      sortie_command_add (self, digits);
    }
}

SortieScript
sortie_command_get_script (const SortieCommand *self)
{
  return self->script;
}

/**
 * sortie_command_format:
 * @self: a command
 * @length: (out): bytes of the result
 *
 * Returns: (transfer full): the command in RESP, the Redis serialisation protocol
 */
char *
sortie_command_format (const SortieCommand *self, gsize *length)
{
  GString *out = g_string_sized_new (self->arguments->len + 16);

  g_string_append_printf (out, "*%d\r\n", self->n_arguments);
  g_string_append_len (out, self->arguments->str, (gssize) self->arguments->len);
  *length = out->len;
  return g_string_free (out, FALSE);
}
