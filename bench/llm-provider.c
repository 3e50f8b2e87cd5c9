/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* llm-provider WRITER-MODEL TEXT-FILE PROMPT-FILE: a provider that streams at a steady rate, each token
 * in a write of its own. Which rate, and how many tokens, it is told on standard input: lines of
 * `RATE COUNT`. It prints its port, ends with its standard input, answers the writer's model with the
 * text's first COUNT tokens and any other one with a refusal, and keeps the last prompt it got.
 *
 * The first token is the time at which it is sent, so that whoever sees it knows how long it took.
 *
 * Plain C without a library, so that what is measured is not the provider. */

#define MAX_STREAMS 64
#define MAX_REQUEST (512 * 1024)
#define MAX_TEXT (1024 * 1024)
#define MAX_EVENT 512
#define NS_PER_S 1000000000LL

#define HEAD                                                                                       \
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
#define REFUSAL                                                                                    \
  "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 54\r\n\r\n"       \
  "{\"error\":{\"message\":\"not here\",\"type\":\"not_measured\"}}"

typedef struct
{
  int fd; /* -1: free */
  char *request;
  size_t length;
  bool is_streaming;
  long long began_ns;
  long sent, count; /* tokens */
  size_t at;        /* in the text */
} Stream;

static Stream streams[MAX_STREAMS];
static const char *writer_model, *text_path, *prompt_path;
static char text[MAX_TEXT];
static size_t text_length;
static double rate = 100;
static long count = 100;

static void
die (const char *what)
{
  perror (what);
  exit (1);
}

static long long
now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void
read_text (void)
{
  FILE *file = fopen (text_path, "r");

  if (file == NULL)
    die (text_path);
  text_length = fread (text, 1, sizeof text, file);
  fclose (file);
}

static void
keep_prompt (const Stream *stream)
{
  FILE *file = fopen (prompt_path, "w");

  if (file == NULL || fwrite (stream->request, 1, stream->length, file) != stream->length ||
      fclose (file) != 0)
    die (prompt_path);
}

/* ---- Connections ---- */

static void
drop (Stream *stream)
{
  close (stream->fd);
  free (stream->request);
  *stream = (Stream){ .fd = -1 };
}

/* What is written here is less than any socket's buffer, and the peer reads. */
static void
put (Stream *stream, const char *data, size_t length)
{
  while (length > 0)
    {
      ssize_t n = send (stream->fd, data, length, MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          drop (stream);
          return;
        }
      data += n;
      length -= (size_t) n;
    }
}

static void
put_event (Stream *stream, const char *json)
{
  char chunk[MAX_EVENT + 64];
  int length = snprintf (chunk, sizeof chunk, "%zx\r\ndata: %s\n\n\r\n", strlen (json) + 8, json);

  put (stream, chunk, (size_t) length);
}

static void
put_delta (Stream *stream, const char *escaped)
{
  char json[MAX_EVENT];

  snprintf (json, sizeof json,
            "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
            "\"model\":\"%s\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"},"
            "\"logprobs\":null,\"finish_reason\":null}]}",
            writer_model, escaped);
  put_event (stream, json);
}

static void
put_token (Stream *stream)
{
  char escaped[64];
  size_t n = 0, length = 4 + (size_t) (stream->sent % 2); /* bytes: 4 and 5 by turns */

  if (stream->sent == 0)
    n = (size_t) snprintf (escaped, sizeof escaped, "Sent%lld: ", now_ns ());
  for (size_t i = 0; stream->sent > 0 && i < length; i++)
    {
      char c = text[stream->at++ % text_length];

      if (c == '\n' || c == '"' || c == '\\')
        escaped[n++] = '\\';
      escaped[n++] = c == '\n' ? 'n' : c;
    }
  escaped[n] = '\0';
  stream->sent++;
  put_delta (stream, escaped);
}

static void
put_end (Stream *stream)
{
  char usage[160];

  put_event (stream, "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
  snprintf (usage, sizeof usage,
            "{\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":%ld}}",
            stream->sent);
  if (stream->fd >= 0)
    put_event (stream, usage);
  if (stream->fd >= 0)
    put_event (stream, "[DONE]");
  if (stream->fd >= 0)
    put (stream, "0\r\n\r\n", 5);
  stream->is_streaming = false;
  stream->length = 0;
}

/* ---- Requests ---- */

static void
answer (Stream *stream)
{
  char model[160];

  snprintf (model, sizeof model, "\"model\":\"%s\"", writer_model);
  if (strstr (stream->request, model) == NULL)
    {
      stream->length = 0;
      put (stream, REFUSAL, strlen (REFUSAL));
      return;
    }
  keep_prompt (stream);
  stream->is_streaming = true;
  stream->sent = 0;
  stream->at = 0;
  stream->count = count;
  put (stream, HEAD, strlen (HEAD));
  stream->began_ns = now_ns ();
}

static void
take_request (Stream *stream)
{
  ssize_t n = recv (stream->fd, stream->request + stream->length, MAX_REQUEST - stream->length, 0);
  char *end, *field;

  if (n <= 0)
    {
      drop (stream);
      return;
    }
  stream->length += (size_t) n;
  stream->request[stream->length] = '\0';
  end = strstr (stream->request, "\r\n\r\n");
  field = strcasestr (stream->request, "\r\ncontent-length:");
  if (stream->length == MAX_REQUEST)
    drop (stream);
  else if (end != NULL && field != NULL &&
           stream->length >= (size_t) (end + 4 - stream->request) + strtoul (field + 17, NULL, 10))
    answer (stream);
}

static void
take_connection (int listening)
{
  int fd = accept (listening, NULL, NULL), one = 1;

  for (int i = 0; fd >= 0 && i < MAX_STREAMS; i++)
    if (streams[i].fd < 0)
      {
        setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        streams[i] = (Stream){ .fd = fd, .request = malloc (MAX_REQUEST + 1) };
        return;
      }
  if (fd >= 0)
    close (fd);
}

static void
take_command (void)
{
  char line[128];
  ssize_t n = read (STDIN_FILENO, line, sizeof line - 1);

  if (n <= 0)
    exit (0);
  line[n] = '\0';
  if (sscanf (line, "%lf %ld", &rate, &count) != 2 || rate <= 0 || count < 1)
    exit (2);
  read_text ();
  puts ("set");
}

/* ---- The loop ---- */

/* Sends what is due. Returns: when the next token is, 0 for never. */
static long long
send_due (void)
{
  long long next = 0;

  for (int i = 0; i < MAX_STREAMS; i++)
    {
      Stream *stream = &streams[i];
      long long due = 0;

      while (stream->fd >= 0 && stream->is_streaming)
        {
          due = stream->began_ns + (long long) ((double) stream->sent * NS_PER_S / rate);
          if (due > now_ns ())
            break;
          if (stream->sent < stream->count)
            put_token (stream);
          else
            put_end (stream);
        }
      if (stream->fd >= 0 && stream->is_streaming && (next == 0 || due < next))
        next = due;
    }
  return next;
}

static void
wait_for (int listening, long long until)
{
  struct pollfd polled[MAX_STREAMS + 2] = { { .fd = listening, .events = POLLIN },
                                            { .fd = STDIN_FILENO, .events = POLLIN } };
  struct timespec timeout = { 0 };

  for (int i = 0; i < MAX_STREAMS; i++)
    polled[i + 2] = (struct pollfd){ .fd = streams[i].fd, .events = POLLIN };
  if (until > 0)
    {
      long long left = until - now_ns ();

      timeout.tv_sec = left > 0 ? left / NS_PER_S : 0;
      timeout.tv_nsec = left > 0 ? left % NS_PER_S : 0;
    }
  if (ppoll (polled, MAX_STREAMS + 2, until > 0 ? &timeout : NULL, NULL) < 0)
    return;
  if (polled[0].revents != 0)
    take_connection (listening);
  if (polled[1].revents != 0)
    take_command ();
  for (int i = 0; i < MAX_STREAMS; i++)
    if (polled[i + 2].fd >= 0 && polled[i + 2].revents != 0)
      {
        /* Who speaks while it is being answered has gone. */
        if (streams[i].is_streaming)
          drop (&streams[i]);
        else
          take_request (&streams[i]);
      }
}

int
main (int argc, char **argv)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int listening = socket (AF_INET, SOCK_STREAM, 0);

  if (argc != 4)
    {
      fputs ("usage: llm-provider WRITER-MODEL TEXT-FILE PROMPT-FILE\n", stderr);
      return 1;
    }
  writer_model = argv[1];
  text_path = argv[2];
  prompt_path = argv[3];
  setvbuf (stdout, NULL, _IOLBF, 0);
  for (int i = 0; i < MAX_STREAMS; i++)
    streams[i].fd = -1;
  if (bind (listening, (struct sockaddr *) &address, length) != 0 ||
      listen (listening, MAX_STREAMS) != 0 ||
      getsockname (listening, (struct sockaddr *) &address, &length) != 0)
    die ("listen");
  printf ("listening on %d\n", ntohs (address.sin_port));
  for (;;)
    {
      long long next = send_due ();

      wait_for (listening, next);
    }
}
