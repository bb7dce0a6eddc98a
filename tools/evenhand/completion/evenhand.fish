# fish completion for evenhand(1), which says itself what may come next

function __evenhand_complete
    set -l typed (commandline -opc) (commandline -ct)
    for line in (command $typed[1] complete $typed[2..-1] 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end

complete -c evenhand -f -a '(__evenhand_complete)'
