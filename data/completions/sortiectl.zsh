#compdef sortiectl
# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of sortiectl for zsh: sortiectl says itself what may follow. It asks no backend.

local line word
local -a offers

for line in "${(@f)$("${(Q)words[1]}" --complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
  word=${line%%$'\t'*}
  case $word in
    :files) compset -P '--*=' ; _files && return ;;
    :folders) compset -P '--*=' ; _files -/ && return ;;
    ?*) offers+=("${word//:/\\:}:${line#*$'\t'}") ;;
  esac
done
_describe sortiectl offers
