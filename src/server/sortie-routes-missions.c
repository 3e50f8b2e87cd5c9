/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-report-html.h"
#include "sortie-services.h"
#include "sortie-snapshot.h"
#include "sortie-submission.h"

#define DEFAULT_PAGE 50
#define MAX_PAGE 200
#define MAX_EVENTS_PAGE 1000

static const char *
get_id (SortieRequest *request)
{
  return sortie_request_get_parameter (request, "id");
}

static SortieResponse *
respond_accepted (const char *member, const char *location, const char *id)
{
  g_autofree char *path = g_strdup_printf ("%s%s", location, id);
  SortieResponse *response =
      sortie_response_new_json (202, g_strdup_printf ("{\"%s\":\"%s\"}", member, id));

  sortie_response_set_header (response, "Location", path);
  return response;
}

static SortieResponse *
submit_cb (SortieRequest *request, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = sortie_submission_accept (user_data, request, "mission", NULL, &error);

  return id != NULL ? respond_accepted ("mission_id", "/missions/", id)
                    : sortie_response_new_error (error);
}

/* The original system's route: its clients say “task”. */
static SortieResponse *
submit_task_cb (SortieRequest *request, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = sortie_submission_accept (user_data, request, "task", NULL, &error);

  return id != NULL ? respond_accepted ("task_id", "/stream/", id)
                    : sortie_response_new_error (error);
}

static gboolean
read_state (SortieRequest *request, SortieMissionState *state, gboolean *given, GError **error)
{
  const char *text = sortie_request_get_query (request, "status");

  *given = text != NULL;
  if (text == NULL || sortie_mission_state_from_string (text, state))
    return TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
               "“status” must be waiting, running, completed, partial, failed or cancelled");
  return FALSE;
}

static SortieResponse *
list_cb (SortieRequest *request, gpointer user_data)
{
  static const char *const known[] = { "status", "limit", "cursor", NULL };
  SortieServices *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autofree char *next = NULL;
  SortieMissionState state;
  gint64 limit = DEFAULT_PAGE;
  gboolean given;
  GString *out;

  if (!sortie_request_check_query (request, known, &error) ||
      !sortie_request_get_query_integer (request, "limit", 1, MAX_PAGE, &limit, &error) ||
      !read_state (request, &state, &given, &error))
    return sortie_response_new_error (error);
  records =
      sortie_bus_list_missions (self->bus, request->user, given ? &state : NULL, (guint) limit,
                                sortie_request_get_query (request, "cursor"), &next, &error);
  if (records == NULL)
    return sortie_response_new_error (error);
  out = g_string_new ("{\"missions\":[");
  for (guint i = 0; i < records->len; i++)
    sortie_snapshot_append_mission (out, g_ptr_array_index (records, i), FALSE);
  g_string_append_c (out, ']');
  if (next != NULL)
    sortie_json_append_member_string (out, "next", next);
  else
    sortie_json_append_member_raw (out, "next", "null");
  g_string_append_c (out, '}');
  return sortie_response_new_json (200, g_string_free (out, FALSE));
}

static SortieResponse *
show_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieMissionRecord) record =
      sortie_bus_get_mission (self->bus, request->user, get_id (request), &error);
  GString *out;

  if (record == NULL)
    return sortie_response_new_error (error);
  out = g_string_new (NULL);
  sortie_snapshot_append_mission (out, record, TRUE);
  return sortie_response_new_json (200, g_string_free (out, FALSE));
}

/* ---- Events ---- */

static SortieResponse *
respond_events_page (SortieServices *self, SortieRequest *request, const char *id)
{
  static const char *const known[] = { "after", "limit", NULL };
  const char *after = sortie_request_get_query (request, "after");
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieMissionRecord) record = NULL;
  g_autoptr (GPtrArray) events = NULL;
  gint64 limit = MAX_EVENTS_PAGE;
  gboolean reset = FALSE;
  GString *out;

  if (!sortie_request_check_query (request, known, &error) ||
      !sortie_request_get_query_integer (request, "limit", 1, MAX_EVENTS_PAGE, &limit, &error))
    return sortie_response_new_error (error);
  if (after != NULL && !sortie_stream_id_is_valid (after))
    return sortie_response_new_problem (400,
                                        "“after” must be an event's ID, as in 1700000000000-0");
  record = sortie_bus_get_mission (self->bus, request->user, id, &error);
  if (record != NULL)
    events = sortie_bus_read_events (self->bus, id, after, (guint) limit, &reset, &error);
  if (events == NULL)
    return sortie_response_new_error (error);
  out = g_string_new ("{\"events\":[");
  for (guint i = 0; i < events->len; i++)
    {
      SortieStoredEvent *event = g_ptr_array_index (events, i);

      sortie_json_append_separator (out);
      g_string_append_c (out, '{');
      sortie_json_append_member_string (out, "id", event->id);
      g_string_append_printf (out, ",%s", event->wire + 1);
    }
  g_string_append_c (out, ']');
  if (events->len == (guint) limit)
    sortie_json_append_member_string (
        out, "next", ((SortieStoredEvent *) g_ptr_array_index (events, events->len - 1))->id);
  else
    sortie_json_append_member_raw (out, "next", "null");
  if (reset) /* “after” is gone: these are the events from the first */
    sortie_json_append_member_bool (out, "reset", TRUE);
  g_string_append_c (out, '}');
  return sortie_response_new_json (200, g_string_free (out, FALSE));
}

static SortieResponse *
events_cb (SortieRequest *request, gpointer user_data)
{
  static const char *const offers[] = { "text/event-stream", "application/json", NULL };
  SortieServices *self = user_data;
  const char *type = sortie_request_negotiate (request, offers);

  if (type == NULL)
    return sortie_response_new_problem (406,
                                        "Events come as text/event-stream or application/json");
  if (g_str_equal (type, "application/json"))
    return respond_events_page (self, request, get_id (request));
  return sortie_hub_handle_mission (self->hub, request, get_id (request));
}

/* The original system's clients take whatever comes: always a stream. */
static SortieResponse *
stream_task_cb (SortieRequest *request, gpointer user_data)
{
  return sortie_hub_handle_mission (((SortieServices *) user_data)->hub, request, get_id (request));
}

static SortieResponse *
feed_cb (SortieRequest *request, gpointer user_data)
{
  return sortie_hub_handle_feed (((SortieServices *) user_data)->hub, request);
}

/* ---- Report ---- */

static SortieResponse *
report_cb (SortieRequest *request, gpointer user_data)
{
  static const char *const known[] = { "format", NULL };
  SortieServices *self = user_data;
  const char *format = sortie_request_get_query (request, "format");
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieMissionRecord) record = NULL;
  g_autoptr (GBytes) report = NULL;

  if (!sortie_request_check_query (request, known, &error))
    return sortie_response_new_error (error);
  if (format != NULL && !g_str_equal (format, "html") && !g_str_equal (format, "markdown"))
    return sortie_response_new_problem (400, "“format” must be markdown or html");
  record = sortie_bus_get_mission (self->bus, request->user, get_id (request), &error);
  if (record == NULL)
    return sortie_response_new_error (error);
  if (!sortie_mission_state_is_final (record->state))
    return sortie_response_new_problem (
        409, "The report is still being written; follow the mission's events");
  report = sortie_bus_get_report (self->bus, record->id, &error);
  if (report == NULL)
    return sortie_response_new_error (error);
  if (format != NULL && g_str_equal (format, "html"))
    {
      const char *title = record->plan != NULL ? record->plan->title : record->title;
      SortieResponse *response =
          sortie_response_new_text (200, "text/html; charset=utf-8",
                                    sortie_report_to_html (g_bytes_get_data (report, NULL),
                                                           g_bytes_get_size (report), title));

      sortie_response_set_header (response, "Content-Security-Policy", SORTIE_REPORT_CSP);
      return response;
    }
  return sortie_response_new (200, "text/markdown; charset=utf-8", report);
}

/* ---- Acting ---- */

static SortieResponse *
cancel_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!sortie_bus_cancel (self->bus, request->user, get_id (request), &error))
    return sortie_response_new_error (error);
  return respond_accepted ("mission_id", "/missions/", get_id (request));
}

static SortieResponse *
retry_cb (SortieRequest *request, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id =
      sortie_submission_retry (user_data, request->user, get_id (request), &error);

  return id != NULL ? respond_accepted ("mission_id", "/missions/", id)
                    : sortie_response_new_error (error);
}

static SortieResponse *
delete_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!sortie_bus_delete (self->bus, request->user, get_id (request), &error))
    return sortie_response_new_error (error);
  return sortie_response_new_empty (204);
}

static SortieResponse *
dead_letters_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) letters =
      sortie_bus_list_dead_letters (self->bus, request->user, MAX_EVENTS_PAGE, &error);
  GString *out;

  if (letters == NULL)
    return sortie_response_new_error (error);
  out = g_string_new ("{\"dead_letters\":[");
  for (guint i = 0; i < letters->len; i++)
    sortie_snapshot_append_dead_letter (out, g_ptr_array_index (letters, i));
  g_string_append (out, "]}");
  return sortie_response_new_json (200, g_string_free (out, FALSE));
}

static SortieResponse *
discard_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!sortie_bus_discard_dead_letter (self->bus, request->user, get_id (request), &error))
    return sortie_response_new_error (error);
  return sortie_response_new_empty (204);
}

static void
add_stream (SortieServices *self,
            const char *pattern,
            SortieHandlerFunc handler,
            SortieStreamFunc stream)
{
  SortieRoute route = { .method = "GET", .pattern = pattern, .handler = handler };

  /* The handler works with the services, the stream function with the hub. */
  route.stream = stream;
  route.user_data = self;
  sortie_http_server_add_route (self->http, &route);
}

static void
stream_mission_cb (SortieSseConnection *connection, gpointer stream, gpointer user_data)
{
  sortie_hub_stream_mission (connection, stream, ((SortieServices *) user_data)->hub);
}

static void
stream_feed_cb (SortieSseConnection *connection, gpointer stream, gpointer user_data)
{
  sortie_hub_stream_feed (connection, stream, ((SortieServices *) user_data)->hub);
}

void
sortie_routes_add_missions (SortieServices *self)
{
  sortie_routes_add (self, "POST", "/missions", SORTIE_BODY_JSON, submit_cb);
  sortie_routes_add (self, "GET", "/missions", SORTIE_BODY_NONE, list_cb);
  sortie_routes_add (self, "GET", "/missions/{id}", SORTIE_BODY_NONE, show_cb);
  sortie_routes_add (self, "GET", "/missions/{id}/report", SORTIE_BODY_NONE, report_cb);
  sortie_routes_add (self, "POST", "/missions/{id}/cancel", SORTIE_BODY_NONE, cancel_cb);
  sortie_routes_add (self, "POST", "/missions/{id}/retry", SORTIE_BODY_NONE, retry_cb);
  sortie_routes_add (self, "DELETE", "/missions/{id}", SORTIE_BODY_NONE, delete_cb);
  sortie_routes_add (self, "GET", "/dead-letters", SORTIE_BODY_NONE, dead_letters_cb);
  sortie_routes_add (self, "DELETE", "/dead-letters/{id}", SORTIE_BODY_NONE, discard_cb);
  sortie_routes_add (self, "POST", "/task", SORTIE_BODY_JSON, submit_task_cb);
  add_stream (self, "/missions/{id}/events", events_cb, stream_mission_cb);
  add_stream (self, "/stream/{id}", stream_task_cb, stream_mission_cb);
  add_stream (self, "/events", feed_cb, stream_feed_cb);
}
