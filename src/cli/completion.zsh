#compdef akm
# Completion for akm in zsh: akm itself is asked what fits.
_akm() {
    local -a found folders others
    found=("${(@f)$(AKM_COMPLETE=zsh _CLAP_IFS=$'\n' _CLAP_COMPLETE_INDEX=$((CURRENT - 1)) akm -- "${(@Q)words[1,CURRENT]}" 2>/dev/null)}")
    folders=(${(M)found:#*/})
    others=(${found:#*/})
    (($#folders)) && _describe -V 'folder' folders -S ''
    (($#others)) && _describe -V 'value' others
    (($#folders + $#others))
}
# As a file of $fpath this is the function's own body; where it is sourced, it only registers.
if [[ $funcstack[1] == _akm ]]; then
    _akm "$@"
else
    compdef _akm akm
fi
