/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-mission.h"

#include "sortie-error.h"

#include <string.h>

static const char *const state_names[] = { "waiting", "running", "completed",
                                           "partial", "failed",  "cancelled" };

/**
 * sortie_mission_state_to_string:
 * @state: a state
 *
 * Returns: its name on the wire
 */
const char *
sortie_mission_state_to_string (SortieMissionState state)
{
  return state_names[state];
}

/**
 * sortie_mission_state_from_string:
 * @text: a name on the wire
 * @state: (out): set where the name is known
 *
 * Returns: whether it is
 */
gboolean
sortie_mission_state_from_string (const char *text, SortieMissionState *state)
{
  for (gsize i = 0; i < G_N_ELEMENTS (state_names); i++)
    if (g_str_equal (text, state_names[i]))
      {
        *state = (SortieMissionState) i;
        return TRUE;
      }
  return FALSE;
}

gboolean
sortie_mission_state_is_final (SortieMissionState state)
{
  return state >= SORTIE_MISSION_COMPLETED;
}

static gboolean
is_blank (const char *text, gsize length)
{
  for (const char *p = text; p < text + length; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isgraph (c) && !g_unichar_iszerowidth (c))
        return FALSE;
    }
  return TRUE;
}

/**
 * sortie_mission_text_validate:
 * @text: what the user asks for
 * @length: its bytes
 * @error: SORTIE_ERROR_INVALID or SORTIE_ERROR_TOO_LARGE, naming the field
 *
 * Returns: whether it can be a mission's text
 */
gboolean
sortie_mission_text_validate (const char *text, gsize length, GError **error)
{
  if (length > SORTIE_MISSION_MAX_TEXT)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
                   "“mission” has %" G_GSIZE_FORMAT " bytes; at most %d are allowed", length,
                   SORTIE_MISSION_MAX_TEXT);
      return FALSE;
    }
  /* g_utf8_validate_len() also refuses NUL */
  if (!g_utf8_validate_len (text, length, NULL))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "“mission” must be UTF-8 text without NUL");
      return FALSE;
    }
  if (is_blank (text, length))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "“mission” must not be empty");
      return FALSE;
    }
  return TRUE;
}

/**
 * sortie_mission_id_is_valid:
 * @id: anything
 *
 * Returns: whether it is a UUID in lower case with its hyphens
 */
gboolean
sortie_mission_id_is_valid (const char *id)
{
  if (id == NULL || strlen (id) != 36)
    return FALSE;
  for (int i = 0; i < 36; i++)
    {
      gboolean hyphen = i == 8 || i == 13 || i == 18 || i == 23;

      if (hyphen ? id[i] != '-' : !g_ascii_isxdigit (id[i]) || g_ascii_isupper (id[i]))
        return FALSE;
    }
  return TRUE;
}

char *
sortie_mission_id_new (void)
{
  return g_uuid_string_random ();
}

/**
 * sortie_mission_id_for_key:
 * @user: whose key it is
 * @key: the Idempotency-Key header
 *
 * Returns: (transfer full): a UUIDv8 (RFC 9562 section 5.8) made of SHA-256 (user, NUL, key)
 */
char *
sortie_mission_id_for_key (const char *user, const char *key)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 b[32];
  gsize length = sizeof b;

  g_checksum_update (checksum, (const guchar *) user, strlen (user) + 1);
  g_checksum_update (checksum, (const guchar *) key, strlen (key));
  g_checksum_get_digest (checksum, b, &length);
  b[6] = (guint8) ((b[6] & 0x0f) | 0x80);
  b[8] = (guint8) ((b[8] & 0x3f) | 0x80);
  return g_strdup_printf ("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                          b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11],
                          b[12], b[13], b[14], b[15]);
}
