# Completes the sd tools in fish. Options, their kinds of values and their descriptions come from
# --help, so that nothing here can be out of date.

# What a value of this kind may be, a line each; devices only of this direction.
function __sd_tools_values --argument-names kind direction
    switch $kind
        case dev
            set -l limit timeout 1
            # A sound server that does not answer must not hold up the shell.
            type -q timeout; or set limit command
            $limit sd-list -j $direction 2>/dev/null </dev/null |
                string match -rg '^ *"id": "(.*)",$' | string replace -ra '\\\\(["\\\\])' '$1'
        case fmt
            string join \n u8 s8 {s16,s24,s32,f32,f64}{le,be} ulaw alaw
        case type
            echo auto
            sd-cat --types 2>/dev/null | string replace -rf '^(\w+) .*(yes|-) .*' '$1'
        case hz
            string join \n 8000 11025 16000 22050 32000 44100 48000 88200 96000 176400 192000
        case latency
            string join \n low high
        case policy
            string join \n ignore warn fail abort
        case 'auto|measure|n'
            printf '%s\n' auto measure
    end
end

function __sd_tools_complete --argument-names program
    contains $program sd-list sd-wire; and complete -c $program -f
    # The description of a long entry is on the next line.
    set -l help ($program --help 2>/dev/null | string collect)
    for line in (string replace -ra '\n {20,}' ' ' -- $help | string split \n)
        set -l parts (string match -rg '^  ((?:-[-a-zA-Z]+(?:, )?)+)((?: <[^>]*>)?) +(.*)' -- $line)
        test (count $parts) = 3; or continue
        set -l kind (string trim -c ' <>' -- $parts[2])
        set -l names
        set -l direction
        for name in (string split ', ' -- $parts[1])
            string match -q -- '--*' $name
            and set -a names -l (string sub -s 3 -- $name)
            or set -a names -s (string sub -s 2 -- $name)
            switch $program:$name
                case 'sd-play:*' '*:--output-device'
                    set direction --outputs
                case 'sd-rec:*' '*:--input-device'
                    set direction --inputs
            end
        end
        switch "$kind"
            case ''
                complete -c $program $names -d $parts[3]
            case file
                complete -c $program $names -r -F -d $parts[3]
            case '*'
                complete -c $program $names -x -d $parts[3] \
                    -a "(__sd_tools_values '$kind' $direction)"
        end
    end
end

# Loaded under a program's name it completes that one, else all.
set -l program (string replace .fish '' (status basename))
contains $program sd-cat sd-list sd-play sd-playrec sd-plot sd-rec sd-wire
or set program sd-cat sd-list sd-play sd-playrec sd-plot sd-rec sd-wire
for each in $program
    __sd_tools_complete $each
end
