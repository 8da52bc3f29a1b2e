# Completion for akm in bash: akm itself is asked what fits.
_akm() {
    local IFS=$'\013' word words=() last=-1 i typed=${COMP_WORDS[COMP_CWORD]}
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        ((i == COMP_CWORD)) && [[ $word != =* ]] && word=$2
        # Bash takes `--name=value` apart; akm gets it in one piece.
        if ((last > 0)) && [[ ${words[last]} == --*= || (${words[last]} == --* && ${COMP_WORDS[i]} == =*) ]]; then
            words[last]+=$word
        else
            words[++last]=$word
        fi
    done
    COMPREPLY=($(AKM_COMPLETE=bash _CLAP_IFS="$IFS" _CLAP_COMPLETE_INDEX=$last akm -- "${words[@]}" 2>/dev/null))
    for i in "${!COMPREPLY[@]}"; do
        word=${COMPREPLY[i]}
        # Bash replaces what comes after the `=`.
        [[ ${words[last]} == --*=* && ${COMP_WORDS[COMP_CWORD]} != --* ]] && word=${word#--*=}
        [[ $typed == [\"\']* || $word != *[!A-Za-z0-9_./=:@%+,-]* ]] || printf -v word %q "$word"
        COMPREPLY[i]=$word
    done
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]] && compopt -o nospace 2>/dev/null
}
complete -o bashdefault -o nosort -F _akm akm 2>/dev/null || complete -o bashdefault -F _akm akm
