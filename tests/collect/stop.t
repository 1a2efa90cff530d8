#!/bin/sh
# A collection that is stopped or killed gives its lock back and leaves nobody behind; while it
# lives nobody takes the lock. The next one brings what an undisturbed one would have.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/queue/lib.sh
. "$here/../queue/lib.sh"
# shellcheck source=tests/collect/lib.sh
. "$here/lib.sh"
forge_start --repo o/mill:issues=12,pulls=5,commits=5
trap 'forge_stop; postgresql_stop; rm -rf "$WORK"' EXIT
warehouse_start || {
    ok 1 'a warehouse'
    done_testing
    exit
}
both_platforms
history o/mill 3
queue set stale_after 2s
queue set back_off 1s
mkdir tmp
TMPDIR=$WORK/tmp
export TMPDIR

# started SECONDS: a collection in $collector, that the platform keeps waiting in the middle. What was
# answered a moment ago would not be asked again.
started() {
    rm -rf "$XDG_CACHE_HOME"
    forge_control DELETE faults > out
    forge_control POST faults "{\"match\": \"GET .*releases\", \"kind\": \"delay\", \"seconds\": $1, \"times\": 1}" > out
    "$LEAT" collect --quiet https://github.com/o/mill 2> err &
    collector=$!
    for _ in $(seq 100); do
        ! forge_control GET faults | jq -e '.[0].struck > 0' > out || return 0
        sleep 0.1
    done
}

held() {
    pg 'SELECT count(*) FROM leat_ops.collection_queue WHERE locked_by IS NOT NULL'
}

# Of the processes that a collection has started: they know where its state is.
left_behind() {
    pgrep -f "$XDG_STATE_HOME/leat/collect" | wc -l
}

# --- alive
started 4
sleep 3
queue recover --quiet
is "$(held)" 1 'it says that it lives: its lock is kept'
wait $collector
is $? 0 'and it finishes'
rows undisturbed
pg 'SELECT leat_ops.erase_repo(1)' > out

# --- stopped
started 20
kill -TERM $collector
wait $collector
is "$?/$(held)/$(left_behind)" 4/0/0 'SIGTERM: the lock is given back, nobody is left behind'
is "$(pg 'SELECT status, attempts, core_status FROM leat_ops.collection_queue JOIN leat_ops.collection_status
    USING (repo_id)')" 'waiting|0|Pending' 'and it counts as no failure'

# --- killed
started 20
is "$(held)/$([ "$(left_behind)" -eq 0 ] || echo busy)" 1/busy 'another begins'
kill -KILL $collector
wait $collector 2> out
for _ in $(seq 20); do
    [ "$(left_behind)" -gt 0 ] || break
    sleep 0.1
done
is "$(left_behind)/$(held)" 0/1 'killed: what it had started has died with it, the lock stays'
queue recover --quiet
is "$(held)" 0 'until it is taken back'

# --- the lock lost
started 20
queue remove 1
wait $collector
is $? 4 'one that has lost its lock stops'
queue add --quiet github.com/o/mill
forge_control DELETE faults > out
"$LEAT" collect --quiet --repo-id 1 2> err
is $? 0 'the next one comes through'
rows disturbed
same disturbed undisturbed 'with the rows of an undisturbed one'
done_testing
