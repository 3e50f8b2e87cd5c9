/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SORTIE_ERROR:
 *
 * The one error domain of Sortie. Codes say what a caller can do about a failure; the message says
 * what happened, in plain English, and names the field, file or peer.
 */
#define SORTIE_ERROR (sortie_error_quark ())

typedef enum
{
  SORTIE_ERROR_PROTOCOL,    /* the peer broke the wire format */
  SORTIE_ERROR_RATE_LIMIT,  /* retry later */
  SORTIE_ERROR_UNAVAILABLE, /* nobody there, or not ready */
  SORTIE_ERROR_INVALID,     /* the caller's input; the message names the field */
  SORTIE_ERROR_NOT_FOUND,   /* no such mission, collection, document, … */
  SORTIE_ERROR_CONFLICT,    /* the object is in a state that forbids this */
  SORTIE_ERROR_MISMATCH,    /* the same idempotency key came with another body */
  SORTIE_ERROR_TOO_LARGE,   /* a named limit was passed */
  SORTIE_ERROR_DENIED,      /* no permission, or the wrong password or token */
  SORTIE_ERROR_STALE,       /* the fence has moved on: somebody else owns this step now */
  SORTIE_ERROR_CANCELLED, /* the mission or the process is being stopped; never shown as failure */
  SORTIE_ERROR_FAILED,    /* anything else */
} SortieError;

GQuark sortie_error_quark (void);

G_END_DECLS
