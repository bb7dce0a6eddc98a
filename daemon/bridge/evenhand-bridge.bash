# evenhand-bridge: completion for bash: commands, options, connections, profiles.
_evenhand_bridge()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local connections=/etc/evenhand/bridge.d profiles=/usr/share/evenhand/bridge offered
    if ((COMP_CWORD > 2)) && [[ ${COMP_WORDS[COMP_CWORD - 2]} == parked ]]; then
        COMPREPLY=($(compgen -W "retry drop" -- "$word"))
        return
    elif [[ $before == retry || $before == drop ]]; then
        return # ids of what is parked
    fi
    case $before in
    add) offered=$(cd "$profiles" 2>/dev/null && ls -- *.yaml 2>/dev/null) ;;
    check | status | parked | sweep | --connection)
        offered=$(cd "$connections" 2>/dev/null && ls -- *.yaml 2>/dev/null) ;;
    --folder | --profiles)
        COMPREPLY=($(compgen -d -- "$word"))
        return ;;
    *) offered="add check status parked sweep --connection --check --folder --profiles --name --ca --socket --json --verbose
        --version --help" ;;
    esac
    COMPREPLY=($(compgen -W "${offered//.yaml/}" -- "$word"))
}
complete -F _evenhand_bridge evenhand-bridge
