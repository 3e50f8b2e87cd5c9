/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* A closed loop of missions against a running sortied: each of C clients submits a mission, follows
 * its events to the end, and submits the next. A client uses one connection for both, as HTTP allows.
 * Prints one line of JSON. A mission counts only if it ended as completed, with exactly one done
 * event, and the server closed the stream with nothing after it.
 *
 * Plain C without a library, so that what is measured is not the client. */

#define MAX_CLIENTS 4096
#define MAX_MISSIONS 10000000
#define MAX_TEXTS 64
#define MAX_INPUT (4 * 1024 * 1024) /* of one line, or of one answer */
#define FIRST_INPUT (16 * 1024)
#define READ_SIZE (64 * 1024)
#define MAX_EVENTS 256

typedef enum
{
  SUBMITTING,
  OPENING, /* the stream's head is awaited */
  FOLLOWING,
} Stage;

typedef struct
{
  int fd;
  Stage stage;
  char *input; /* NUL-terminated */
  size_t length, room;
  double began, first; /* ms; first is 0 before the first event */
  int n_done;
  bool completed;
  bool said_more; /* after done */
} Client;

static struct
{
  const char *address;
  char host[256]; /* for the Host header */
  struct sockaddr_storage to;
  socklen_t to_length;
  int clients, total, n_texts;
  double timeout; /* s */
  char *texts[MAX_TEXTS];
} options = { .clients = 1, .total = 100, .timeout = 120 };

static struct
{
  int epoll;
  int started, completed, failed;
  unsigned long long events;
  double *first, *done; /* ms, of the completed */
  char reason[256];     /* of the first failure */
} state;

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec * 1e3 + (double) time.tv_nsec / 1e6;
}

static void __attribute__ ((noreturn, format (printf, 1, 2))) die (const char *format, ...)
{
  va_list args;

  fputs ("mission-load: ", stderr);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
  exit (1);
}

static void *
need (void *memory)
{
  if (memory == NULL)
    die ("out of memory");
  return memory;
}

/* ---- The connection ---- */

static void
begin_connection (Client *client)
{
  int family = options.to.ss_family, one = 1;
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };

  client->fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (client->fd < 0 ||
      connect (client->fd, (struct sockaddr *) &options.to, options.to_length) < 0)
    die ("%s: %s", options.address, strerror (errno));
  if (family == AF_INET)
    setsockopt (client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (epoll_ctl (state.epoll, EPOLL_CTL_ADD, client->fd, &event) < 0)
    die ("epoll: %s", strerror (errno));
}

/* Requests are small: a fresh connection takes them whole. */
static bool
send_all (Client *client, const char *bytes, size_t length)
{
  while (length > 0)
    {
      ssize_t n = send (client->fd, bytes, length, MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return false;
      bytes += n;
      length -= (size_t) n;
    }
  return true;
}

/* ---- Missions ---- */

static void
submit (Client *client)
{
  const char *text = options.texts[state.started++ % options.n_texts];
  char head[512];
  int length = snprintf (head, sizeof head,
                         "POST /missions HTTP/1.1\r\nHost: %s\r\n"
                         "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                         options.host, strlen (text));
  char *request = need (malloc ((size_t) length + strlen (text) + 1));

  memcpy (request, head, (size_t) length);
  strcpy (request + length, text);
  client->stage = SUBMITTING;
  client->length = 0;
  client->n_done = 0;
  client->first = 0;
  client->completed = client->said_more = false;
  client->began = now ();
  begin_connection (client);
  if (!send_all (client, request, strlen (request)))
    die ("%s: %s", options.address, strerror (errno));
  free (request);
}

static void
end (Client *client, const char *failure)
{
  close (client->fd);
  client->fd = -1;
  if (failure != NULL)
    {
      if (state.failed++ == 0)
        snprintf (state.reason, sizeof state.reason, "%.*s", (int) strcspn (failure, "\r\n\"\\"),
                  failure);
    }
  if (state.started < options.total)
    submit (client);
}

static void
end_of_stream (Client *client)
{
  if (client->stage != FOLLOWING || client->n_done == 0)
    end (client, "the connection closed before the done event");
  else if (client->n_done > 1)
    end (client, "more than one done event");
  else if (client->said_more)
    end (client, "an event after the done event");
  else if (!client->completed)
    end (client, "the mission did not complete");
  else
    end (client, NULL);
}

static void
take_event (Client *client, const char *line)
{
  double time = now ();

  state.events++;
  if (client->first == 0)
    client->first = time;
  if (client->n_done > 0)
    client->said_more = true;
  if (strstr (line, "\"type\":\"done\"") == NULL)
    return;
  client->n_done++;
  client->completed = strstr (line, "\"outcome\":\"completed\"") != NULL;
  if (client->completed && client->n_done == 1)
    {
      state.first[state.completed] = client->first - client->began;
      state.done[state.completed++] = time - client->began;
    }
}

static void
consume (Client *client, size_t length)
{
  client->length -= length;
  memmove (client->input, client->input + length, client->length + 1);
}

static void
take_lines (Client *client)
{
  char *line = client->input, *newline;

  while ((newline = memchr (line, '\n', client->length - (size_t) (line - client->input))) != NULL)
    {
      *newline = '\0';
      if (strncmp (line, "data:", 5) == 0)
        take_event (client, line);
      line = newline + 1;
    }
  consume (client, (size_t) (line - client->input));
}

/* The answer to the submission: asks for the events on the same connection. NULL, or why not. */
static const char *
take_acceptance (Client *client)
{
  char *body = strstr (client->input, "\r\n\r\n");
  char *length = body != NULL ? strcasestr (client->input, "content-length:") : NULL;
  char *id, request[512];
  int n;

  if (body == NULL)
    return NULL;
  if (strncmp (client->input, "HTTP/1.1 202", 12) != 0 || length == NULL || length > body)
    return client->input;
  body += 4;
  if (client->length - (size_t) (body - client->input) < strtoul (length + 15, NULL, 10))
    return NULL;
  id = strstr (body, "\"mission_id\":\"");
  if (id == NULL)
    return "the answer has no mission_id";
  id += strlen ("\"mission_id\":\"");
  n = snprintf (
      request, sizeof request,
      "GET /missions/%.*s/events HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\n\r\n",
      (int) strcspn (id, "\""), id, options.host);
  client->stage = OPENING;
  client->length = 0;
  return n < (int) sizeof request && send_all (client, request, (size_t) n)
             ? NULL
             : "the connection closed before the stream was asked for";
}

static const char *
take_head (Client *client)
{
  char *end_of_head = strstr (client->input, "\r\n\r\n");

  if (end_of_head == NULL)
    return NULL;
  if (strncmp (client->input, "HTTP/1.1 200", 12) != 0)
    return client->input;
  *end_of_head = '\0';
  if (strcasestr (client->input, "transfer-encoding:") != NULL)
    return "the stream is chunked, which this client does not read";
  client->stage = FOLLOWING;
  consume (client, (size_t) (end_of_head + 4 - client->input));
  return NULL;
}

static const char *
take_input (Client *client)
{
  const char *failure = NULL;

  client->input[client->length] = '\0';
  if (client->stage == SUBMITTING)
    failure = take_acceptance (client);
  else if (client->stage == OPENING)
    failure = take_head (client);
  if (failure == NULL && client->stage == FOLLOWING)
    take_lines (client);
  return failure;
}

static void
read_input (Client *client)
{
  ssize_t n;
  const char *failure;

  if (client->room - client->length < READ_SIZE + 1)
    {
      if (client->room >= MAX_INPUT)
        {
          end (client, "an endless line");
          return;
        }
      client->room = client->room * 2 + READ_SIZE;
      client->input = need (realloc (client->input, client->room));
    }
  n = recv (client->fd, client->input + client->length, READ_SIZE, 0);
  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return;
  if (n <= 0)
    {
      end_of_stream (client);
      return;
    }
  client->length += (size_t) n;
  failure = take_input (client);
  if (failure != NULL)
    end (client, failure);
}

/* ---- The run ---- */

static int
compare_cb (const void *a, const void *b)
{
  return *(const double *) a < *(const double *) b ? -1 : *(const double *) a > *(const double *) b;
}

static void
print_spread (const char *name, double *values, int n)
{
  qsort (values, (size_t) n, sizeof *values, compare_cb);
  printf (",\"%s\":{\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f}", name, n > 0 ? values[n / 2] : -1.0,
          n > 0 ? values[(int) (0.99 * (n - 1))] : -1.0, n > 0 ? values[n - 1] : -1.0);
}

static void
print_results (double seconds)
{
  int failures = options.total - state.completed;

  printf ("{\"concurrency\":%d,\"total\":%d,\"completed\":%d,\"failures\":%d,\"seconds\":%.3f,"
          "\"missions_per_second\":%.2f,\"events\":%llu",
          options.clients, options.total, state.completed,
          failures > state.failed ? failures : state.failed, seconds, state.completed / seconds,
          state.events);
  print_spread ("first_event_ms", state.first, state.completed);
  print_spread ("done_ms", state.done, state.completed);
  printf (",\"first_failure\":\"%s\"}\n",
          state.failed == 0 && failures > 0 ? "not done in time" : state.reason);
}

static void
run (void)
{
  Client *clients = need (calloc ((size_t) options.clients, sizeof *clients));
  struct epoll_event events[MAX_EVENTS];
  int n_running = options.clients;
  double began;

  state.epoll = epoll_create1 (EPOLL_CLOEXEC);
  state.first = need (calloc ((size_t) options.total, sizeof (double)));
  state.done = need (calloc ((size_t) options.total, sizeof (double)));
  began = now ();
  for (int i = 0; i < options.clients; i++)
    {
      clients[i].room = FIRST_INPUT + READ_SIZE;
      clients[i].input = need (malloc (clients[i].room));
      submit (&clients[i]);
    }
  while (n_running > 0 && now () - began < options.timeout * 1e3)
    {
      int n = epoll_wait (state.epoll, events, MAX_EVENTS, 200);

      for (int i = 0; i < n; i++)
        {
          Client *client = events[i].data.ptr;

          read_input (client);
          n_running -= client->fd < 0;
        }
    }
  print_results ((now () - began) / 1e3);
  for (int i = 0; i < options.clients; i++)
    free (clients[i].input);
  free (clients);
}

/* ---- The command line ---- */

static void
set_address (const char *address)
{
  struct sockaddr_un *local = (struct sockaddr_un *) &options.to;
  struct sockaddr_in *inet = (struct sockaddr_in *) &options.to;
  char *colon;

  options.address = address;
  snprintf (options.host, sizeof options.host, "localhost");
  if (strncmp (address, "unix://", 7) == 0)
    {
      if (strlen (address + 7) >= sizeof local->sun_path)
        die ("%s: the path is too long", address);
      local->sun_family = AF_UNIX;
      strcpy (local->sun_path, address + 7);
      options.to_length = sizeof *local;
      return;
    }
  if (strncmp (address, "http://", 7) != 0 || strlen (address) >= sizeof options.host)
    die ("%s: neither http://IPV4:PORT nor unix://PATH", address);
  strcpy (options.host, address + 7);
  options.host[strcspn (options.host, "/")] = '\0';
  colon = strchr (options.host, ':');
  inet->sin_family = AF_INET;
  inet->sin_port = htons ((uint16_t) (colon != NULL ? atoi (colon + 1) : 80));
  if (colon != NULL)
    *colon = '\0';
  if (inet_pton (AF_INET, options.host, &inet->sin_addr) != 1)
    die ("%s: neither http://IPV4:PORT nor unix://PATH", address);
  if (colon != NULL)
    *colon = ':';
  options.to_length = sizeof *inet;
}

/* The request's body, made once. */
static void
add_text (const char *text)
{
  char *body = need (malloc (strlen (text) * 6 + 32)), *out = body;

  if (options.n_texts == MAX_TEXTS)
    die ("more than %d texts", MAX_TEXTS);
  out += sprintf (out, "{\"mission\":\"");
  for (const char *p = text; *p != '\0'; p++)
    if ((unsigned char) *p < 0x20 || *p == '"' || *p == '\\')
      out += sprintf (out, "\\u%04x", (unsigned) (unsigned char) *p);
    else
      *out++ = *p;
  strcpy (out, "\"}");
  options.texts[options.n_texts++] = body;
}

static void
read_options (int argc, char **argv)
{
  int option;
  int wrong = 0;

  while (!wrong && (option = getopt (argc, argv, "c:n:m:t:")) != -1)
    switch (option)
      {
      case 'c':
        options.clients = atoi (optarg);
        break;
      case 'n':
        options.total = atoi (optarg);
        break;
      case 'm':
        add_text (optarg);
        break;
      case 't':
        options.timeout = atof (optarg);
        break;
      default:
        wrong = 1;
      }
  if (wrong || optind != argc - 1 || options.clients < 1 || options.clients > MAX_CLIENTS ||
      options.total < 1 || options.total > MAX_MISSIONS)
    {
      fprintf (stderr,
               "Usage: mission-load [-c CLIENTS] [-n MISSIONS] [-m TEXT]… [-t SECONDS] ADDRESS\n"
               "ADDRESS is http://IPV4:PORT or unix://PATH; the texts are used in turn.\n");
      exit (1);
    }
  set_address (argv[optind]);
  if (options.n_texts == 0)
    add_text ("What is measured here?");
  if (options.clients > options.total)
    options.clients = options.total;
}

int
main (int argc, char **argv)
{
  read_options (argc, argv);
  run ();
  for (int i = 0; i < options.n_texts; i++)
    free (options.texts[i]);
  free (state.first);
  free (state.done);
  return state.completed == options.total && state.failed == 0 ? 0 : 2;
}
