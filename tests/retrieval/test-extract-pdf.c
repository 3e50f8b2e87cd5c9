/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "retrieval-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sortie-error.h"
#include "sortie-extract-helper.h"

static SortieExtract *
extract_file (const char *name)
{
  g_autoptr (GBytes) content = fixture_data (name);

  return fixture_extract (name, g_bytes_get_data (content, NULL),
                          (gssize) g_bytes_get_size (content));
}

static char *
refuse_file (const char *name)
{
  g_autoptr (GBytes) content = fixture_data (name);

  return fixture_refuse (name, g_bytes_get_data (content, NULL),
                         (gssize) g_bytes_get_size (content));
}

static const SortieBlock *
block_with (const SortieExtract *extract, const char *text)
{
  const char *place = strstr (extract->text->str, text);

  g_assert_nonnull (place);
  for (guint i = 0; i < extract->blocks->len; i++)
    {
      const SortieBlock *block = &g_array_index (extract->blocks, SortieBlock, i);
      gsize offset = (gsize) (place - extract->text->str);

      if (block->start <= offset && offset < block->end)
        return block;
    }
  g_assert_not_reached ();
}

static void
test_paragraphs (void)
{
  g_autoptr (SortieExtract) extract = extract_file ("harbour.pdf");
  const char *text = extract->text->str;

  g_assert_cmpstr (extract->title, ==, "Harbour authority: annual report");
  g_assert_cmpstr (extract->media_type, ==, "application/pdf");
  g_assert_cmpint (extract->n_pages, ==, 3);
  /* Words broken at line ends are whole, unless they have a hyphen of their own elsewhere. */
  g_assert_nonnull (strstr (text, "the dredging of the main channel and for"));
  g_assert_nonnull (strstr (text, "Each light-house is inspected twice a year, in March"));
  /* The paragraph ends where the gap is. */
  g_assert_nonnull (strstr (text, "by two surveyors.\n\nA second paragraph"));
  /* A sentence goes on overleaf, and belongs to the page where it begins. */
  g_assert_nonnull (strstr (text, "The contractor must keep one half of the channel open"));
  g_assert_cmpint (block_with (extract, "keep one half")->page, ==, 1);
  g_assert_cmpint (block_with (extract, "Spoil that is clean")->page, ==, 2);
  g_assert_nonnull (strstr (text, "or part of it.\n• More than"));
}

static void
test_running_lines (void)
{
  g_autoptr (SortieExtract) extract = extract_file ("harbour.pdf");

  g_assert_null (strstr (extract->text->str, "report of the year"));
  g_assert_null (strstr (extract->text->str, "- 2 -"));
}

static void
test_headings_by_size (void)
{
  g_autoptr (SortieExtract) extract = extract_file ("harbour.pdf");
  const SortieBlock *block = block_with (extract, "Smaller vessels");

  g_assert_cmpstr (g_ptr_array_index (extract->headings, (guint) block->heading), ==,
                   "Harbour Report › Pilotage");
}

static void
test_outline (void)
{
  g_autoptr (SortieExtract) extract = extract_file ("mill.pdf");
  const SortieBlock *block = block_with (extract, "Flour is stored");

  g_assert_null (extract->title); /* what the file says is a path */
  g_assert_cmpstr (g_ptr_array_index (extract->headings, (guint) block->heading), ==, "2 Storing");
  /* The table of contents is gone, and so is the header. */
  g_assert_null (strstr (extract->text->str, "Section about"));
  g_assert_null (strstr (extract->text->str, "Manual of the mill"));
  /* The footnote does not part the sentence that it stands under. */
  g_assert_nonnull (
      strstr (extract->text->str, "sells to the bakers of the town.\n\n1 The rollers"));
}

static void
test_code_and_columns (void)
{
  g_autoptr (SortieExtract) extract = extract_file ("mill.pdf");

  g_assert_nonnull (strstr (extract->text->str,
                            "for cash only:\n\nfor sack in sacks\n    sell (sack)\ndone\n\n"
                            "sack two crowns"));
}

static void
test_refused (void)
{
  g_autofree char *encrypted = refuse_file ("encrypted.pdf");
  g_autofree char *damaged = refuse_file ("damaged.pdf");
  g_autofree char *scanned = refuse_file ("scanned.pdf");

  g_assert_cmpstr (encrypted, ==, "encrypted PDF: needs a password");
  g_assert_cmpstr (damaged, ==, "damaged PDF");
  g_assert_cmpstr (scanned, ==, "a PDF without text, perhaps scanned");
}

/* Each cut, and bytes changed here and there: an extract or a reason, and this process lives. */
static void
test_mutated (void)
{
  g_autoptr (GBytes) content = fixture_data ("mill.pdf");
  gsize length;
  const char *bytes = g_bytes_get_data (content, &length);
  guint32 state = 7;

  for (gsize i = 0; i < 12; i++)
    {
      g_autofree char *copy = g_memdup2 (bytes, length);
      g_autoptr (GBytes) mutated = NULL;
      g_autoptr (SortieExtract) extract = NULL;
      g_autoptr (GError) error = NULL;

      for (guint k = 0; k < 40; k++)
        {
          state = state * 1664525 + 1013904223;
          copy[8 + (state >> 8) % (length - 8)] = (char) (state >> 3);
        }
      mutated = g_bytes_new (copy, i % 2 == 0 ? length : 100 + i * length / 13);
      extract = sortie_extract_document ("a.pdf", mutated, NULL, &error);
      g_assert_true ((extract == NULL) == (error != NULL));
    }
}

/* A stand-in for the helper: a script that does `commands`. */
static char *
make_helper (const char *commands)
{
  char *folder = g_dir_make_tmp ("sortie-helper-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "sortie-extract", NULL);
  g_autofree char *script = g_strconcat ("#!/bin/sh\n", commands, "\n", NULL);

  g_assert_true (g_file_set_contents_full (path, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  g_setenv ("SORTIE_LIBEXEC_DIR", folder, TRUE);
  return folder;
}

static char *
run_helper (const char *commands, guint milliseconds, int code)
{
  g_autofree char *folder = make_helper (commands);
  g_autoptr (GBytes) content = g_bytes_new_static ("%PDF-", 5);
  g_autoptr (GError) error = NULL;

  g_assert_null (sortie_extract_in_helper_within ("pdf", content, milliseconds, NULL, &error));
  g_assert_error (error, SORTIE_ERROR, code);
  g_unsetenv ("SORTIE_LIBEXEC_DIR");
  fixture_remove_tree (folder);
  return g_strdup (error->message);
}

static void
test_helper_fails (void)
{
  g_autofree char *hangs = run_helper ("exec sleep 1000", 100, SORTIE_ERROR_TOO_LARGE);
  g_autofree char *lingers = run_helper ("exec >&-; exec sleep 1000", 3000, SORTIE_ERROR_INVALID);
  g_autofree char *crashes = run_helper ("kill -SEGV $$", 10000, SORTIE_ERROR_INVALID);
  g_autofree char *fails = run_helper ("exit 3", 10000, SORTIE_ERROR_INVALID);
  g_autofree char *rubbish = run_helper ("echo rubbish", 10000, SORTIE_ERROR_PROTOCOL);
  g_autofree char *nothing = run_helper (":", 10000, SORTIE_ERROR_PROTOCOL);
  g_autofree char *endless = run_helper ("exec cat /dev/zero", 60000, SORTIE_ERROR_TOO_LARGE);

  g_assert_cmpstr (hangs, ==, "it takes too long to read");
  g_assert_cmpstr (lingers, ==, "damaged PDF: its reader failed (signal 9)");
  g_assert_cmpstr (crashes, ==, "damaged PDF: its reader failed (signal 11)");
  g_assert_cmpstr (fails, ==, "damaged PDF: its reader failed (status 3)");
  g_assert_cmpstr (rubbish, ==, "its reader answered rubbish");
  g_assert_cmpstr (nothing, ==, "its reader answered rubbish");
  g_assert_cmpstr (endless, ==, "it holds too much text");
}

static void
test_helper_missing (void)
{
  g_autoptr (GBytes) content = g_bytes_new_static ("%PDF-", 5);
  g_autoptr (GError) error = NULL;

  g_setenv ("SORTIE_LIBEXEC_DIR", "/nonexistent", TRUE);
  g_assert_null (sortie_extract_in_helper ("pdf", content, NULL, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
  g_unsetenv ("SORTIE_LIBEXEC_DIR");
}

static gpointer
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_helper_cancelled (void)
{
  g_autofree char *folder = make_helper ("exec sleep 1000");
  g_autoptr (GBytes) content = g_bytes_new_static ("%PDF-", 5);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_cb, cancellable);

  g_assert_null (sortie_extract_in_helper ("pdf", content, cancellable, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED);
  g_thread_join (thread);
  g_unsetenv ("SORTIE_LIBEXEC_DIR");
  fixture_remove_tree (folder);
}

/* Whatever the helper writes, cut or changed at any byte: never a crash, never a bad block. */
static void
test_wire (void)
{
  g_autoptr (SortieExtract) extract = extract_file ("mill.pdf");
  g_autoptr (GBytes) wire = sortie_extract_to_wire (extract, NULL);
  g_autoptr (SortieExtract) back = sortie_extract_from_wire (wire, NULL);
  gsize length;
  const char *bytes = g_bytes_get_data (wire, &length);

  g_assert_cmpstr (back->text->str, ==, extract->text->str);
  g_assert_cmpuint (back->blocks->len, ==, extract->blocks->len);
  g_assert_cmpuint (back->headings->len, ==, extract->headings->len);
  for (gsize i = 0; i < length; i++)
    {
      g_autofree char *copy = g_memdup2 (bytes, length);
      g_autoptr (GBytes) cut = g_bytes_new (bytes, i);
      g_autoptr (GBytes) changed = NULL;
      g_autoptr (SortieExtract) from_cut = sortie_extract_from_wire (cut, NULL);
      g_autoptr (SortieExtract) from_changed = NULL;

      copy[i] = (char) (copy[i] ^ 0x81);
      changed = g_bytes_new (copy, length);
      from_changed = sortie_extract_from_wire (changed, NULL);
      g_assert_null (from_cut);
      for (guint k = 0; from_changed != NULL && k < from_changed->blocks->len; k++)
        g_assert_cmpuint (g_array_index (from_changed->blocks, SortieBlock, k).end, <=,
                          from_changed->text->len);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/extract/pdf/paragraphs", test_paragraphs);
  g_test_add_func ("/extract/pdf/running-lines", test_running_lines);
  g_test_add_func ("/extract/pdf/headings-by-size", test_headings_by_size);
  g_test_add_func ("/extract/pdf/outline", test_outline);
  g_test_add_func ("/extract/pdf/code-and-columns", test_code_and_columns);
  g_test_add_func ("/extract/pdf/refused", test_refused);
  g_test_add_func ("/extract/pdf/mutated", test_mutated);
  g_test_add_func ("/extract/pdf/helper-fails", test_helper_fails);
  g_test_add_func ("/extract/pdf/helper-missing", test_helper_missing);
  g_test_add_func ("/extract/pdf/helper-cancelled", test_helper_cancelled);
  g_test_add_func ("/extract/pdf/wire", test_wire);
  return g_test_run ();
}
