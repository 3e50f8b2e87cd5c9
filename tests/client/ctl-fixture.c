/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl-fixture.h"

#include <pty.h>
#include <stdarg.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

typedef struct
{
  const CtlAnswer *answers;
  GHashTable *given; /* CtlAnswer → how often */
  GString *asked;
  GMutex lock;
} Script;

static const CtlAnswer *
choose (Script *script, const char *line)
{
  for (const CtlAnswer *answer = script->answers; answer->line != NULL; answer++)
    {
      int given = GPOINTER_TO_INT (g_hash_table_lookup (script->given, answer));

      if (!g_str_has_prefix (line, answer->line) || (answer->times > 0 && given >= answer->times))
        continue;
      g_hash_table_insert (script->given, (gpointer) answer, GINT_TO_POINTER (given + 1));
      return answer;
    }

  return NULL;
}

static void
backend (PeerRequest *request, gpointer user_data)
{
  Script *script = user_data;
  const CtlAnswer *answer;
  const char *type = "application/json";

  g_mutex_lock (&script->lock);
  g_string_append_printf (script->asked, "%s%s%s\n", request->line, *request->body ? " " : "",
                          request->body);
  answer = choose (script, request->line);
  g_mutex_unlock (&script->lock);

  if (answer == NULL)
    {
      peer_answer (request, "404 Not Found", NULL, "application/problem+json",
                   "{\"title\":\"Not found\",\"detail\":\"nothing of that name\"}");
      return;
    }
  if (g_str_has_prefix (answer->body, "id:"))
    {
      peer_open_stream (request);
      peer_send (request, answer->body);
      return;
    }
  if (*answer->body == '#')
    type = "text/markdown";
  peer_answer (request, answer->status != NULL ? answer->status : "200 OK", NULL, type,
               answer->body);
}

static char *
read_back (FILE *file)
{
  GString *text = g_string_new (NULL);
  int c;

  rewind (file);
  while ((c = fgetc (file)) != EOF)
    g_string_append_c (text, (char) c);
  fclose (file);

  return g_string_free (text, FALSE);
}

/* --- a terminal --- */

typedef struct
{
  int master;
  GThread *reader;
  GString *text;
} Terminal;

static gpointer
read_terminal (gpointer data)
{
  Terminal *self = data;
  char bytes[1024];
  ssize_t n;

  while ((n = read (self->master, bytes, sizeof bytes)) > 0)
    g_string_append_len (self->text, bytes, n);

  return NULL;
}

/* Returns the end that a program writes to. */
static int
terminal_open (Terminal *self)
{
  struct winsize size = { .ws_row = 24, .ws_col = 100 };
  struct termios modes = { 0 };
  int slave;

  cfmakeraw (&modes);
  g_assert_cmpint (openpty (&self->master, &slave, NULL, &modes, &size), ==, 0);
  self->text = g_string_new (NULL);
  self->reader = g_thread_new ("terminal", read_terminal, self);

  return slave;
}

/* The last writer must have closed its end. */
static char *
terminal_close (Terminal *self)
{
  g_thread_join (self->reader);
  close (self->master);

  return g_string_free (self->text, FALSE);
}

/* --- running --- */

typedef enum
{
  NO_TERMINAL,
  ON_TERMINAL,
} Where;

static CtlResult *
run (const CtlAnswer *answers, const char *host, const char *input, Where where, va_list values)
{
  Script script = { .answers = answers };
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  CtlResult *result = g_new0 (CtlResult, 1);
  FILE *in = tmpfile ();
  Terminal terminal;
  int slave = where == ON_TERMINAL ? terminal_open (&terminal) : -1;
  FILE *out = slave >= 0 ? fdopen (dup (slave), "w") : tmpfile ();
  FILE *err = slave >= 0 ? fdopen (slave, "w") : tmpfile ();
  g_autofree char *url = NULL;
  Peer *peer;

  g_mutex_init (&script.lock);
  script.given = g_hash_table_new (NULL, NULL);
  script.asked = g_string_new (NULL);
  peer = peer_new (backend, &script);
  url = g_strconcat ("http://", host, strrchr (peer_get_url (peer), ':'), NULL);
  if (input != NULL)
    fputs (input, in);
  rewind (in);

  g_ptr_array_add (arguments, (gpointer) "sortiectl");
  g_ptr_array_add (arguments, (gpointer) "--backend");
  g_ptr_array_add (arguments, url);
  for (char *argument = va_arg (values, char *); argument != NULL;
       argument = va_arg (values, char *))
    g_ptr_array_add (arguments, argument);
  g_ptr_array_add (arguments, NULL);

  result->code = sortie_ctl_main ((char **) arguments->pdata, in, out, err);
  peer_free (peer);
  fclose (in);
  if (slave >= 0)
    {
      fclose (out);
      fclose (err);
      result->out = terminal_close (&terminal);
      result->err = g_strdup ("");
    }
  else
    {
      result->out = read_back (out);
      result->err = read_back (err);
    }
  result->asked = g_string_free (script.asked, FALSE);
  g_hash_table_unref (script.given);
  g_mutex_clear (&script.lock);

  return result;
}

CtlResult *
ctl_run (const CtlAnswer *answers, const char *input, ...)
{
  CtlResult *result;
  va_list values;

  va_start (values, input);
  result = run (answers, "127.0.0.1", input, NO_TERMINAL, values);
  va_end (values);

  return result;
}

CtlResult *
ctl_run_elsewhere (const CtlAnswer *answers, const char *unused, ...)
{
  CtlResult *result;
  va_list values;

  va_start (values, unused);
  result = run (answers, "0.0.0.0", NULL, NO_TERMINAL, values);
  va_end (values);

  return result;
}

CtlResult *
ctl_run_on_terminal (const CtlAnswer *answers, const char *unused, ...)
{
  CtlResult *result;
  va_list values;

  va_start (values, unused);
  result = run (answers, "127.0.0.1", NULL, ON_TERMINAL, values);
  va_end (values);

  return result;
}

void
ctl_result_free (CtlResult *self)
{
  g_free (self->out);
  g_free (self->err);
  g_free (self->asked);
  g_free (self);
}
