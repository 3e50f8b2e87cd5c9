# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Completion of sortiectl for bash: sortiectl says itself what may follow. It asks no backend.

_sortiectl () {
  local current=${COMP_WORDS[COMP_CWORD]} word colon='' kind=''
  local -a words=()
  [ "$current" != = ] || current='' # bash makes a word of it
  # As it does of each colon, http://… among them.
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [ ${#words[@]} -gt 0 ] && [[ $colon || $word == +(:) ]]; then
      words[-1]+=$word
    else
      words+=("$word")
    fi
    [[ $word == +(:) ]] && colon=yes || colon=''
  done
  COMPREPLY=()
  while IFS=$'\t' read -r word _; do
    case $word in
      :files) kind=-f ;;
      :folders) kind=-d ;;
      *) COMPREPLY+=("$word") ;;
    esac
  done < <("$1" --complete "${words[@]}" 2>/dev/null)
  [ -n "$kind" ] || return 0
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen "$kind" -- "$current")
}

complete -F _sortiectl sortiectl
