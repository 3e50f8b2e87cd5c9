# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of sortiectl for fish: sortiectl says itself what may follow. It asks no backend.

function __sortiectl_offer
    set -l words (commandline -opc)
    set -l program $words[1]
    set -l current (commandline -ct)
    set -e words[1]
    for line in ($program --complete $words "$current" 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path "$current"
            case ':folders'
                __fish_complete_directories "$current" ''
            case '*'
                echo $line
        end
    end
end

complete -c sortiectl -f -a '(__sortiectl_offer)'
