#compdef evenhand
# zsh completion for evenhand(1), which says itself what may come next

_evenhand()
{
    local line word
    local -a offered
    for line in "${(@f)$(${(Q)words[1]/#\~/$HOME} complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
        if [[ $line == :files ]]; then
            _files
        elif [[ -n $line ]]; then
            word=${${line%%$'\t'*}//:/\\:}
            [[ $line == *$'\t'* ]] && word+=:${line#*$'\t'}
            offered+=("$word")
        fi
    done
    (( ${#offered} )) && _describe evenhand offered
}

_evenhand "$@"
