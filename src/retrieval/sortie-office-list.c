/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-extract"

#include "sortie-office-private.h"

#include <string.h>

#define MAX_ROMAN 3999
#define MAX_REPEATED_LETTERS 10

SortieOfficeList *
sortie_office_list_new (void)
{
  SortieOfficeList *self = g_new0 (SortieOfficeList, 1);

  for (guint i = 0; i < SORTIE_OFFICE_LEVELS; i++)
    {
      self->levels[i].number = SORTIE_OFFICE_BULLET;
      self->levels[i].start = 1;
    }
  return self;
}

void
sortie_office_list_free (SortieOfficeList *self)
{
  for (guint i = 0; i < SORTIE_OFFICE_LEVELS; i++)
    {
      g_free (self->levels[i].label);
      g_free (self->levels[i].style);
    }
  g_free (self);
}

void
sortie_office_list_restart (SortieOfficeList *self, int level, int start)
{
  level = CLAMP (level, 0, SORTIE_OFFICE_LEVELS - 1);
  self->levels[level].start = start;
  for (int i = level; i < SORTIE_OFFICE_LEVELS; i++)
    self->begun[i] = FALSE;
}

/* a … z, aa, bb …: as word processors count */
static void
append_letters (GString *out, int value, char first)
{
  int n = (value - 1) / 26 + 1;

  for (int i = 0; value > 0 && i < MIN (n, MAX_REPEATED_LETTERS); i++)
    g_string_append_c (out, (char) (first + (value - 1) % 26));
}

static void
append_roman (GString *out, int value, gboolean upper)
{
  static const struct
  {
    int value;
    const char *letters;
  } steps[] = { { 1000, "m" }, { 900, "cm" }, { 500, "d" }, { 400, "cd" }, { 100, "c" },
                { 90, "xc" },  { 50, "l" },   { 40, "xl" }, { 10, "x" },   { 9, "ix" },
                { 5, "v" },    { 4, "iv" },   { 1, "i" } };
  gsize start = out->len;

  for (guint i = 0; value <= MAX_ROMAN && i < G_N_ELEMENTS (steps); i++)
    for (; value >= steps[i].value; value -= steps[i].value)
      g_string_append (out, steps[i].letters);
  for (gsize i = start; upper && i < out->len; i++)
    out->str[i] = g_ascii_toupper (out->str[i]);
}

static void
append_number (GString *out, SortieOfficeNumber number, int value)
{
  switch (number)
    {
    case SORTIE_OFFICE_LOWER_LETTER:
      append_letters (out, value, 'a');
      break;
    case SORTIE_OFFICE_UPPER_LETTER:
      append_letters (out, value, 'A');
      break;
    case SORTIE_OFFICE_LOWER_ROMAN:
    case SORTIE_OFFICE_UPPER_ROMAN:
      append_roman (out, value, number == SORTIE_OFFICE_UPPER_ROMAN);
      break;
    case SORTIE_OFFICE_DECIMAL:
      g_string_append_printf (out, "%d", value);
      break;
    default:
      break;
    }
}

static char *
format_label (const SortieOfficeList *self, const char *label)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (const char *p = label; *p != '\0'; p++)
    if (*p == '%' && p[1] >= '1' && p[1] <= '9')
      {
        int level = *++p - '1';

        append_number (out, self->levels[level].number, self->counts[level]);
      }
    else
      {
        g_string_append_c (out, *p);
      }
  return out->len > 0 ? g_strdup (out->str) : NULL;
}

char *
sortie_office_list_next (SortieOfficeList *self, int level)
{
  const SortieOfficeLevel *own;

  level = CLAMP (level, 0, SORTIE_OFFICE_LEVELS - 1);
  own = &self->levels[level];
  for (int i = 0; i <= level; i++)
    {
      if (!self->begun[i])
        self->counts[i] = self->levels[i].start;
      else if (i == level && self->counts[i] < G_MAXINT)
        self->counts[i]++;
      self->begun[i] = TRUE;
    }
  for (int i = level + 1; i < SORTIE_OFFICE_LEVELS; i++)
    self->begun[i] = FALSE;
  if (own->number == SORTIE_OFFICE_BULLET)
    return g_strdup ("-");
  if (own->number == SORTIE_OFFICE_UNLABELLED || own->label == NULL)
    return NULL;
  return format_label (self, own->label);
}
