# bash completion for evenhand(1)

_evenhand()
{
    local cur prev commands command="" second="" i
    cur=${COMP_WORDS[COMP_CWORD]}
    prev=${COMP_WORDS[COMP_CWORD - 1]}
    commands="help status teams team reps rep tickets ticket overloaded available away outcome assign
        release move pool freeze close pay exclude metric desk plan push fairness draws verify simulate export
        forget"
    COMPREPLY=()

    case $prev in
    --policy) COMPREPLY=($(compgen -W "balanced rotation random least_loaded" -- "${cur##*,}"))
        [[ $cur == *,* ]] && COMPREPLY=("${COMPREPLY[@]/#/${cur%,*},}"); return ;;
    --checkpoint) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --socket) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --state) COMPREPLY=($(compgen -W "waiting assigned open closed" -- "$cur")); return ;;
    --what-if) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --csat) COMPREPLY=($(compgen -W "1 2 3 4 5" -- "$cur")); return ;;
    --for | --reason | --value | --handled | --at | --event | --source | --after | --rate | \
        --value-column | --customer | --redis | --team | --rep | --period | --from | --to | --db | --seed) return ;;
    esac
    if [[ $prev == --desk ]]; then
        if [[ " ${COMP_WORDS[*]} " == *" simulate "* ]]; then
            compopt -o filenames
            COMPREPLY=($(compgen -f -- "$cur"))
        fi
        return
    fi

    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --socket) ((i++)) ;;
        -*) ;;
        *)
            if [[ -z $command ]]; then
                command=${COMP_WORDS[i]}
            elif [[ -z $second ]]; then
                second=${COMP_WORDS[i]}
            fi
            ;;
        esac
    done

    local options="--socket --json --no-pager --help"
    case $command in
    "") options+=" --version" ;;
    tickets) options+=" --team --rep --state --after" ;;
    teams | reps) options+=" --after" ;;
    ticket) options+=" --source --db" ;;
    overloaded) options+=" --for --reason" ;;
    available | away | release | exclude) options+=" --reason" ;;
    assign | move) options+=" --reason --source" ;;
    outcome) options+=" --value --csat --handled --at --event --source" ;;
    push) options+=" --rate --team --value-column --outcomes --source --redis --desk" ;;
    desk) [[ $second == from ]] && options+=" --team" ;;
    fairness) options+=" --from --to --db" ;;
    verify) options+=" --db --checkpoint --from --to --redis" ;;
    simulate) options+=" --policy --desk --seed --value-column" ;;
    pool) options+=" --period --explain --what-if --csv --history" ;;
    metric) options+=" --rep --event" ;;
    export) options+=" --customer --rep" ;;
    forget) options+=" --customer --rep --name-only --dry-run --yes" ;;
    plan) if [[ $second == test ]]; then options+=" --team --period --db"; else options+=" --desk"; fi ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$cur"))
        return
    fi

    case $command in
    "") COMPREPLY=($(compgen -W "$commands" -- "$cur")) ;;
    desk)
        if [[ -z $second ]]; then
            COMPREPLY=($(compgen -W "show diff apply from" -- "$cur"))
        else
            compopt -o filenames
            COMPREPLY=($(compgen -f -- "$cur"))
        fi
        ;;
    plan)
        if [[ -z $second ]]; then
            COMPREPLY=($(compgen -W "check test" -- "$cur"))
        else
            compopt -o filenames
            COMPREPLY=($(compgen -f -- "$cur"))
        fi
        ;;
    outcome)
        [[ -n $second ]] && COMPREPLY=($(compgen -W \
            "won lost resolved cancelled reopened refunded rated" -- "$cur"))
        ;;
    draws) [[ -z $second ]] && COMPREPLY=($(compgen -W "reveal" -- "$cur")) ;;
    push | simulate)
        compopt -o filenames
        COMPREPLY=($(compgen -f -- "$cur"))
        ;;
    esac
} && complete -F _evenhand evenhand
