#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Typesets the PDF articles of the sample collection from their groff sources. The same sources and
# the same groff give the same bytes: the date in the files is fixed.
set -eu
cd "$(dirname "$0")"

# Keeps paragraphs whole, so that no sentence is torn by a page border, and gives each heading a
# bookmark in the outline.
prepare() {
  awk '
    /^\.SH$/ {
      getline heading
      printf ".br\n.ne 11v\n.pdfbookmark 1 \"%s\"\n.SH\n%s\n", heading, heading
      next
    }
    /^\.LP$/ { print ".br\n.ne 8v" }
    /^\.IP/ { print ".br\n.ne 4v" }
    { print }' "$1"
}

for source in *.ms; do
  [ "$source" != style.ms ] || continue
  title=$(sed -n '/^\.TL$/{n;p;q}' "$source")
  { printf '.pdfinfo /Title "%s"\n' "$title"; cat style.ms; prepare "$source"; } |
    SOURCE_DATE_EPOCH=1718035200 TZ=UTC groff -k -ms -dpaper=a4 -P-pa4 -Tpdf \
      > "../../data/sample/${source%.ms}.pdf"
done
