#!/bin/sh
# Any process of a pipeline killed at any moment: run again, the tables are those of an
# undisturbed run. TRIALS (default 3) for each process and database; make soak has thousands.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/../postgresql.sh"
. "$here/lib.sh"
trap 'postgresql_stop; rm -rf "$WORK"' EXIT
trials=${TRIALS:-3}
history repo 3000
"$GENERATE" events 30000 > events
postgresql_start "$WORK"
seed=${SEED:-$$}
echo "# seed $seed (SEED=$seed repeats the moments)"
random() { # LIMIT
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    echo $((seed / 65536 % $1))
}

# Starts the stages of a pipeline with pids of their own: $pid1 to $pid4.
start_history() { # TARGET
    rm -f one two three
    mkfifo one two three
    "$LEAT" facade --state state --window 200 --repository r repo > one 2> err1 & pid1=$!
    "$LEAT" flatten < one > two 2> err2 & pid2=$!
    "$LEAT" schema-infer < two > three 2> err3 & pid3=$!
    "$LEAT" load --batch 500 "$1" < three > state.new 2> err4 & pid4=$!
}
start_events() { # TARGET
    rm -f one two
    mkfifo one two
    "$LEAT" flatten --stream events < events > one 2> err1 & pid1=$!
    "$LEAT" schema-infer < one > two 2> err2 & pid2=$!
    "$LEAT" load --batch 2000 --load-id file-1 "$1" < two > state.new 2> err3 & pid3=$!
    pid4=$pid3
}
finish() {
    failed=0
    for pid in "$pid1" "$pid2" "$pid3" "$pid4"; do
        wait "$pid" || failed=1
    done
    # what load has printed is what is committed; a killed load may leave half a line
    if grep -q '}$' state.new; then
        grep '}$' state.new | tail -1 > state.whole
        mv state.whole state
    fi
    return $failed
}

empty() {
    case $1 in
    sqlite:*) rm -f x.db x.db-* ;;
    *) postgresql_empty ;;
    esac
    rm -f state
}
dump() {
    case $1 in
    sqlite:*) sqlite_dump x.db ;;
    *) postgresql_dump ;;
    esac
}

milliseconds() { date +%s%3N; }

try() { # PIPELINE TARGET
    empty "$2"
    begin=$(milliseconds)
    "start_$1" "$2"
    finish
    ok $? "$1 into ${2%%:*}: undisturbed"
    span=$(($(milliseconds) - begin))
    dump "$2" > expected
    [ -s expected ]
    ok $? 'has rows'
    for victim in 1 2 3 4; do
        [ "$1$victim" != events4 ] || continue
        wrong=0 cut=0 trial=0
        while [ "$trial" -lt "$trials" ]; do
            trial=$((trial + 1))
            empty "$2"
            "start_$1" "$2"
            # the first stages are done long before the last
            sleep "$(random $((span * (victim + 1) / 5 + 1)) | awk '{ print $1 / 1000 }')"
            eval "kill -9 \$pid$victim" 2> /dev/null || :
            finish 2> /dev/null || cut=$((cut + 1))
            "start_$1" "$2"
            finish || { wrong=$((wrong + 1)); cat err? | sed 's/^/# /'; }
            dump "$2" > got
            cmp -s got expected || { wrong=$((wrong + 1)); diff got expected | head -4 | cut -c1-200 | sed 's/^/# /'; }
        done
        is "$wrong" 0 "process $victim killed $trials times ($cut in time), run again: the same tables"
    done
}

try history sqlite:x.db
try events sqlite:x.db
try history postgresql://
try events postgresql://
done_testing
