#!/bin/sh
# Any process of fetch | flatten | load killed at any moment: run again, the tables are those of an
# undisturbed run, and hardly anything is asked for twice. TRIALS (default 2) for each process.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/lib.sh"
trials=${TRIALS:-2}
export GITHUB_TOKEN=tok1 GITLAB_TOKEN=tok1
forge_start --repo o/mill:issues=500,pulls=200 --repo o/dam:issues=60,pulls=20
seed=${SEED:-$$}
echo "# seed $seed (SEED=$seed repeats the moments)"
random() { # LIMIT: sets $drawn
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    drawn=$((seed / 65536 % $1))
}
milliseconds() { date +%s%3N; }

# Starts the stages with pids of their own: $pid1 to $pid3.
start() { # SOURCE URL REPOSITORY
    rm -f one two
    mkfifo one two
    "$LEAT" fetch --url "$2" --state state "$1" "$3" > one 2> err1 & pid1=$!
    "$LEAT" flatten < one > two 2> err2 & pid2=$!
    "$LEAT" load --batch 500 sqlite:x.db < two > state.new 2> err3 & pid3=$!
}
# What load has printed is what is committed; a killed load may leave half a line.
finish() {
    failed=0
    for pid in "$pid1" "$pid2" "$pid3"; do
        wait "$pid" || failed=1
    done
    if grep -q '}$' state.new; then
        grep '}$' state.new | tail -1 > state.whole
        mv state.whole state
    fi
    return $failed
}
empty() {
    rm -rf x.db x.db-* state cache
}
asked() {
    counted .requests
    forge_control POST counts/reset > /dev/null
}

try() { # SOURCE URL REPOSITORY
    empty
    asked > /dev/null
    begin=$(milliseconds)
    start "$1" "$2" "$3"
    finish
    ok $? "$1: undisturbed"
    span=$(($(milliseconds) - begin))
    rows x.db > expected
    needed=$(asked)
    kills=0 extra=0 differ=0
    for victim in 1 2 3; do
        for _ in $(seq "$trials"); do
            empty
            # killed now and then until a run gets through
            for left in 3 2 1 0; do
                start "$1" "$2" "$3"
                if [ $left -gt 0 ]; then
                    random $((span * 2 / 3))
                    sleep "$(awk -v t="$drawn" 'BEGIN { print t / 1000 }')"
                    eval "kill -9 \$pid$victim" 2> /dev/null && kills=$((kills + 1))
                fi
                finish && break
            done
            rows x.db > got
            cmp -s expected got || differ=$((differ + 1))
            extra=$((extra + $(asked) - needed))
        done
    done
    is "$differ" 0 "$1: after $kills kills no table differed"
    share=$(awk -v e="$extra" -v k="$kills" -v n="$needed" 'BEGIN { printf "%.2f", 100 * e / k / n }')
    # 2%, or the four that are under way at a time
    [ "$(awk -v e="$extra" -v k="$kills" -v n="$needed" 'BEGIN { print (e / k <= n / 50 || e / k <= 4) }')" -eq 1 ]
    ok $? "$1: a kill costs $share % of the $needed requests on average"
}
try github "$FORGE_URL" o/mill
try gitlab "$FORGE_URL/api/v4" o/dam
done_testing
