#!/bin/sh
# facade: the command line, and each exit status.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/repository.sh"

git init -q -b main r
seq 1 60 > r/old
echo 1 > r/other
commit r -m one
git -C r mv old new
echo 61 >> r/new
commit r -m 'two'
cp r/new r/copy
git -C r mv other folder-less
mkdir r/d
git -C r mv new d/new
commit r -m 'three'

# --- usage
status 0 'status 0' "$LEAT" facade r
status 0 '--help' "$LEAT" facade --help
like "$(cat out)" '--window' 'which names the options'
status 0 '--version' "$LEAT" facade --version
status 2 'no repository: status 2' "$LEAT" facade
status 2 'an unknown option' "$LEAT" facade --nothing r
status 2 '-j 0' "$LEAT" facade -j 0 r
status 2 '--window 0' "$LEAT" facade --window 0 r
status 2 '--repository with several' "$LEAT" facade --repository x r r
status 0 '--repository with one' "$LEAT" facade --repository x r

# --- the same output whatever the threads and windows
facade r > expected
for options in '-j 2' '-j 7' '--window 1' '--window 2 -j 3'; do
    # shellcheck disable=SC2086 # options are words
    facade $options r | jq -c 'select(.type != "STATE")' > got
    jq -c 'select(.type != "STATE")' expected > plain
    same got plain "$options: the same records"
    # shellcheck disable=SC2086
    facade $options r | tail -1 > got
    tail -1 expected > plain
    same got plain "$options: the same STATE"
done
git clone -q --bare r second
facade r second > out
is "$(records commits .repository < out | sort | uniq -c | tr -s ' ' | tr '\n' ';')" ' 3 "r"; 3 "second";' 'several repositories'
is "$(tail -1 out | jq -c '.value.bookmarks.facade | keys')" '["r","second"]' 'in one STATE'
is "$(grep -c SCHEMA out)" 4 'with the schemas once'

# --- --renames
facade --renames r | records commit_files 'select(.old_path) | [.change, .old_path, .path, .added, .removed]' > got
is "$(cat got)" '["R","old","new",1,0]
["R","new","copy",0,0]
["R","other","folder-less",0,0]' '--renames pairs what was moved'
is "$(facade r | records commit_files 'select(.old_path)')" '' 'without it nothing is'
# git's own pairs over a random history with many moves
git init -q -b main moves
state=7
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
    for f in 1 2 3 4 5 6; do
        state=$(((state * 16807) % 2147483647))
        case $((state % 5)) in
        0) seq $((state % 97)) $((state % 97 + state % 61)) > "moves/f$i-$f" ;;
        1) for g in moves/f*; do [ -f "$g" ] && mv "$g" "moves/g$i-$f" && echo "$state" >> "moves/g$i-$f" && break; done ;;
        2) mkdir -p "moves/d$f" && for g in moves/g*; do [ -f "$g" ] && mv "$g" "moves/d$f/" && break; done ;;
        3) for g in moves/d*/g*; do [ -f "$g" ] && sed "s/1/$i/" "$g" > "moves/h$i-$f" && rm "$g" && break; done ;;
        4) for g in moves/h*; do [ -f "$g" ] && rm "$g" && break; done ;;
        esac
    done
    commit moves -m "$i"
done
git -C moves log --all -M --raw --numstat --format='commit %H' -z | tr '\0' '\n' |
    awk '/^commit/ { hash = $2 } /^:.* R[0-9]+$/ { getline from; getline to; print hash, from, to }' | sort > expected
facade --renames moves | records commit_files 'select(.old_path) | .hash + " " + .old_path + " " + .path' | tr -d '"' | sort > got
is "$(($(wc -l < expected) > 5))" 1 'a history with moves'
same got expected 'is paired as git pairs it'

# --- messages
facade --stats r > /dev/null
cp err statistics
is "$(jq -c '[.tool, .records_in, .records_out, .bytes_out]' statistics)" \
    "[\"facade\",3,$(facade r | wc -l),$(facade r | wc -c)]" '--stats'
facade -q nowhere > /dev/null
is "$(wc -l < err)" 1 '-q keeps errors'
facade -v r > /dev/null
like "$(cat err)" 'facade: r: 3 new commits' '-v tells more'
facade r > /dev/null
is "$(cat err)" '' 'no progress where there is no terminal'
printf '%s\n' '{' > state
status 3 'a state out of form: status 3' "$LEAT" facade --state state r
like "$(cat err)" 'facade: state: no STATE found' 'is said'
status 3 'a state that cannot be read' "$LEAT" facade --state . r

# --- output that fails
if [ -e /dev/full ]; then
    got=0
    "$LEAT" facade r > /dev/full 2> err || got=$?
    is "$got" 70 'a full disk: status 70'
fi
{ "$LEAT" facade --repository "$(printf '%0100000d' 0)" r 2> err; echo $? > pipe_status; } | head -c 10 > /dev/null
is "$(cat pipe_status) $(cat err)" '141 ' 'a closed pipe: a quiet end'

done_testing
