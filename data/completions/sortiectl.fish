# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of sortiectl for fish: sortiectl says itself what may follow. It asks no backend.

function __sortiectl_offers
    set -l words (commandline -opc)
    set -l program $words[1]
    set -l current (commandline -ct)
    set -e words[1]
    command -q -- $program
    and $program --complete $words "$current" 2>/dev/null
end

complete -c sortiectl -f -a '(__sortiectl_offers | string match --invert ":*")'
complete -c sortiectl -n '__sortiectl_offers | string match --quiet ":files"' -F
complete -c sortiectl -n '__sortiectl_offers | string match --quiet ":folders"' \
    -a '(__fish_complete_directories (commandline -ct) "")'
