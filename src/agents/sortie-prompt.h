/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is sent to a language model. Rules travel in the system role and come from data/prompts/
 * alone; everything that anybody else has written (missions, documents) travels in the user role,
 * between fences, as data in which no fence can be forged. */

/* A mission is shown up to so many bytes. */
#define SORTIE_PROMPT_MAX_MISSION (16 * 1024)

/* (transfer none): an agent's rules, without the comments; the same bytes at all times. */
const char *sortie_prompt_get_rules (const char *agent);

/* Adds `text` (UTF-8) as data: without what a reader can't see, and with angle brackets that could
 * look like a fence, a tag or a mark of a model's own put as ‹ and ›. `one_line`: white space as one
 * blank. At most `limit` bytes are taken; an ellipsis says that there was more. */
void sortie_prompt_append_data (GString *out, const char *text, gsize limit, gboolean one_line);

/* Adds `text` on lines of its own between `<<<name>>>` and `<<<end of name>>>`. `name` is ours. */
void sortie_prompt_append_fenced (GString *out, const char *name, const char *text, gsize limit);

/* "English", "German"; English where the language is not known. */
const char *sortie_prompt_get_language_name (const char *language);

G_END_DECLS
