# Completes the sd tools in bash. Options and the kinds of their values come from --help, so that
# nothing here can be out of date.

# _sd_tools_values PROGRAM OPTION KIND: what the value may be, a line each.
_sd_tools_values() {
  local direction= limit='timeout 1'
  case $3 in
    dev)
      case $1:$2 in
        sd-play:* | *:-o | *:--output-device) direction=--outputs ;;
        sd-rec:* | *:-i | *:--input-device) direction=--inputs ;;
      esac
      # A sound server that does not answer must not hold up the shell.
      command -v timeout >/dev/null || limit=
      $limit sd-list -j $direction 2>/dev/null </dev/null |
        sed -n -e 's/^ *"id": "\(.*\)",$/\1/' -e t1 -e d -e :1 -e 's/\\\(["\\]\)/\1/g' -e p
      ;;
    fmt) printf '%s\n' u8 s8 {s{16,24,32},f{32,64}}{le,be} ulaw alaw ;;
    type)
      echo auto
      sd-cat --types 2>/dev/null | sed -e 1d -e 's/ .*//'
      ;;
    hz) printf '%s\n' 8000 11025 16000 22050 32000 44100 48000 88200 96000 176400 192000 ;;
    latency) printf '%s\n' low high ;;
    policy) printf '%s\n' ignore warn fail abort ;;
    'auto|measure|n') printf '%s\n' auto measure ;;
  esac
}

_sd_tools() {
  local program=${1##*/} word words=() joins= i
  # Readline takes words apart at colons and equals signs, which device names have.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((i > 1)) && [[ $joins || $word == [:=]* ]]; then words[-1]+=$word; else words+=("$word"); fi
    joins=
    if [[ $word == [:=]* ]]; then joins=yes; fi
  done
  local typed=${words[-1]} before= head=
  if ((${#words[@]} > 1)); then before=${words[-2]}; fi
  # What readline leaves as it is, in front of what it replaces.
  if [[ $word == [:=]* ]]; then head=$typed; else head=${typed%"$word"}; fi

  local -A kinds=()
  local line name entry='^  ((-[-a-zA-Z]+(, )?)+)( <([^>]*)>)?'
  while IFS= read -r line; do
    [[ $line =~ $entry ]] || continue
    for name in ${BASH_REMATCH[1]//,/}; do kinds[$name]=${BASH_REMATCH[5]}; done
  done < <("$1" --help 2>/dev/null)

  local option= value=$typed ends=
  for word in "${words[@]:1:${#words[@]}-2}"; do [[ $word == -- ]] && ends=yes; done
  if [[ $ends ]]; then
    :
  elif [[ $before == -* && ${kinds[$before]-} ]]; then
    option=$before
  elif [[ $typed == --*=* ]]; then
    option=${typed%%=*} value=${typed#*=}
  elif [[ $typed == -[a-zA-Z]?* && ${kinds[${typed:0:2}]-} ]]; then
    option=${typed:0:2} value=${typed:2}
  elif [[ $typed == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "${!kinds[*]}" -- "$typed")
    return
  fi
  local kind=file prefix=${typed%"$value"} quote= candidate
  if [[ $option ]]; then kind=${kinds[$option]-}; fi
  case $value in \"* | \'*) quote=${value:0:1} ;; esac
  value=${value#"$quote"}
  [[ $quote ]] || value=${value//\\/}

  COMPREPLY=()
  if [[ $kind == file && ($option || $program != sd-list && $program != sd-wire) ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r candidate; do
      candidate=$prefix$candidate
      COMPREPLY+=("${candidate#"$head"}")
    done < <(compgen -f -- "$value")
  else
    while IFS= read -r candidate; do
      [[ $candidate == "$value"* ]] || continue
      if [[ $quote ]]; then
        COMPREPLY+=("$candidate")
      else
        printf -v candidate '%s%q' "$prefix" "$candidate"
        COMPREPLY+=("${candidate#"$head"}")
      fi
    done < <(_sd_tools_values "$program" "$option" "$kind")
  fi
}

complete -F _sd_tools sd-cat sd-list sd-play sd-playrec sd-plot sd-rec sd-wire
