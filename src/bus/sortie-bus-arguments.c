/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-bus-private.h"

#include "sortie-json.h"

#include <string.h>

/* The arguments that scripts share: events, steps, and the events that the bus itself speaks. */

struct _SortieEventBatch
{
  GPtrArray *items;
};

typedef struct
{
  const char *kind; /* see read_events() in scripts/common.lua */
  gint64 value;
  char *body;
  char *text;
} Item;

static void
item_free (gpointer data)
{
  Item *item = data;

  g_free (item->body);
  g_free (item->text);
  g_free (item);
}

SortieEventBatch *
sortie_event_batch_new (void)
{
  SortieEventBatch *self = g_new0 (SortieEventBatch, 1);

  self->items = g_ptr_array_new_with_free_func (item_free);
  return self;
}

void
sortie_event_batch_free (SortieEventBatch *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->items);
  g_free (self);
}

static void
add (SortieEventBatch *self, const char *kind, gint64 value, const SortieEvent *event)
{
  Item *item = g_new0 (Item, 1);

  item->kind = kind;
  item->value = value;
  item->body = sortie_event_to_body (event);
  item->text = g_strdup (event->type == SORTIE_EVENT_PARTIAL_OUTPUT ? event->message : "");
  g_ptr_array_add (self->items, item);
}

void
sortie_event_batch_add (SortieEventBatch *self, const SortieEvent *event)
{
  add (self, "", 0, event);
}

/* The step has started: its state changes with this event. */
void
sortie_event_batch_add_started (SortieEventBatch *self, const SortieEvent *event)
{
  add (self, "s", 0, event);
}

/* Draft number `draft` starts: it must be the mission's next. */
void
sortie_event_batch_add_draft (SortieEventBatch *self, const SortieEvent *event, int draft)
{
  add (self, "d", draft, event);
}

/* A chunk of the current draft, at the event's offset. */
void
sortie_event_batch_add_chunk (SortieEventBatch *self, const SortieEvent *event)
{
  add (self, "c", event->offset, event);
}

guint
sortie_event_batch_get_length (const SortieEventBatch *self)
{
  return self->items->len;
}

void
sortie_event_batch_append (const SortieEventBatch *self, SortieCommand *command)
{
  sortie_command_add_int (command, self != NULL ? self->items->len : 0);
  for (guint i = 0; self != NULL && i < self->items->len; i++)
    {
      Item *item = g_ptr_array_index (self->items, i);

      sortie_command_add (command, item->kind);
      sortie_command_add_int (command, item->value);
      sortie_command_add (command, item->body);
      sortie_command_add (command, item->text);
    }
}

/* The event that lights up the edge to an agent: stored with the step, spoken when it is queued. */
char *
sortie_bus_dup_dispatch (const SortieStep *step, const char *agent, int number, int attempt)
{
  const char *what = step != NULL && step->question != NULL ? step->question : NULL;
  g_autofree char *message =
      what != NULL
          ? g_strdup_printf ("Step %d → %s: “%s”", number, sortie_agent_label (agent), what)
          : g_strdup_printf ("Step %d → %s", number, sortie_agent_label (agent));
  g_autoptr (SortieEvent) event =
      sortie_event_new (SORTIE_EVENT_STATUS, "system", SORTIE_CODE_STEP_DISPATCHED, message);

  event->step = number;
  event->attempt = attempt;
  event->to = g_strdup (agent);
  return sortie_event_to_body (event);
}

static gboolean
is_done (char **results, int number)
{
  return results != NULL && results[number] != NULL;
}

char *
sortie_bus_dup_following (const SortiePlan *plan, int number, char **results)
{
  GString *out = g_string_new (NULL);

  for (int other = 1; other <= sortie_plan_get_n_steps (plan); other++)
    {
      SortieStep *step = sortie_plan_get_step (plan, other);

      for (int i = 0; i < step->n_needs && !is_done (results, other); i++)
        if (step->needs[i] == number)
          g_string_append_printf (out, out->len > 0 ? " %d" : "%d", other);
    }
  return g_string_free (out, FALSE);
}

static int
count_open_needs (const SortieStep *step, char **results)
{
  int open = 0;

  for (int i = 0; i < step->n_needs; i++)
    open += !is_done (results, step->needs[i]);
  return open;
}

/* The steps from `first` on, as read_steps() in scripts/common.lua takes them. */
void
sortie_bus_append_steps (SortieCommand *command, const SortiePlan *plan, int first, char **results)
{
  int n = sortie_plan_get_n_steps (plan);

  sortie_command_add_int (command, n - first + 1);
  for (int number = first; number <= n; number++)
    {
      SortieStep *step = sortie_plan_get_step (plan, number);
      g_autofree char *following = sortie_bus_dup_following (plan, number, results);
      g_autofree char *dispatch = sortie_bus_dup_dispatch (step, step->agent, number, 1);

      sortie_command_add_int (command, number);
      sortie_command_add (command, step->agent);
      sortie_command_add (command, is_done (results, number) ? "done" : "blocked");
      sortie_command_add_int (command, count_open_needs (step, results));
      sortie_command_add (command, following);
      sortie_command_add (command, dispatch);
      sortie_command_add (command, is_done (results, number) ? results[number] : "");
    }
}

/* The one event that ends a mission. */
SortieEvent *
sortie_bus_new_done (SortieMissionState outcome, const char *message)
{
  SortieEvent *event =
      sortie_event_new (SORTIE_EVENT_DONE, "system", SORTIE_CODE_MISSION_DONE, message);

  event->data = g_strdup_printf ("{\"outcome\":\"%s\"}", sortie_mission_state_to_string (outcome));
  return event;
}
