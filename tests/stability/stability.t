#!/bin/sh
# What leat stability reports, and what it leaves alone.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/queue/lib.sh
. "$here/../queue/lib.sh"
trap 'postgresql_stop; rm -rf "$WORK"' EXIT
warehouse_start || {
    ok 1 'a warehouse'
    done_testing
    exit
}

# told NAME: what is reported of https://github.com/o/NAME.
told() {
    "$LEAT" stability --json | jq -r --arg name "https://github.com/o/$1" \
        'select(.repository == $name) | .trouble + " " + .reason'
}

# ran NAME SECONDS: a run that came to its end, so long, by the functions that workers call; an hour
# after those before it.
ran() {
    pg "UPDATE leat_ops.collection_runs SET started_at = started_at - interval '1 hour',
            ended_at = ended_at - interval '1 hour';
        SELECT leat_ops.claim('w', leat_ops.find_repository('https://github.com/o/$1'));
        UPDATE leat_ops.collection_queue SET locked_at = now() - interval '$2 seconds' WHERE locked_by = 'w';
        SELECT leat_ops.finish(leat_ops.find_repository('https://github.com/o/$1'), 'w')" > /dev/null
}

status 4 'no warehouse' "$LEAT" stability --to "host=$PGHOST dbname=template1"
for name in fine bad parked silent late slow slowed long; do
    echo "https://github.com/o/$name"
done | "$LEAT" queue -q add -f -
is "$("$LEAT" stability; echo $?)" 0 'nothing to report'

for name in fine slow slowed; do
    for _ in 1 2 3; do ran $name 100; done
done
ran fine 250
is "$("$LEAT" stability; echo $?)" 0 'a run that takes less than three times as long is none either'
"$LEAT" queue -q --worker w claim https://github.com/o/bad > /dev/null
"$LEAT" queue -q --worker w fail https://github.com/o/bad 'the server is away'
like "$(told bad)" '^failed 1 times in a row: the server is away' 'a collection that failed'
"$LEAT" queue -q park --reason 'too large' https://github.com/o/parked
like "$(told parked)" '^parked too large' 'one that is parked'
pg "SELECT leat_ops.claim('host/1', leat_ops.find_repository('https://github.com/o/silent'));
    UPDATE leat_ops.collection_queue SET heartbeat_at = now() - interval '6 minutes' WHERE locked_by = 'host/1'" > /dev/null
like "$(told silent)" '^stalled the worker host/1 is silent' 'a worker that is silent'
pg "UPDATE leat_ops.collection_queue SET due_at = now() - interval '25 hours'
    WHERE repo_id = leat_ops.find_repository('https://github.com/o/late')"
is "$(told late)" 'stalled it is due, and nobody takes it' 'one that nobody takes'
ran slow 400
is "$(told slow)" 'slow its last run was' 'a run that took four times as long as usual'
pg "SELECT leat_ops.claim('w', leat_ops.find_repository('https://github.com/o/slowed'));
    UPDATE leat_ops.collection_queue SET locked_at = now() - interval '301 seconds' WHERE locked_by = 'w'" > /dev/null
is "$(told slowed)" 'slow it still runs' 'one that runs longer than usual'
pg "SELECT leat_ops.claim('v', leat_ops.find_repository('https://github.com/o/long'));
    UPDATE leat_ops.collection_queue SET locked_at = now() - interval '7 hours' WHERE locked_by = 'v'" > /dev/null
is "$(told long)" 'slow it still runs' 'one that runs too long, for the first time'
is "$(told fine)" '' 'what is fine is not told'
status 1 'the exit status tells' "$LEAT" stability --quiet
is "$(wc -c < out)" 0 'and --quiet nothing else'
is "$("$LEAT" stability --factor 5 --longest '8 hours' | grep -c slow)" 0 'the limits can be moved'
is "$("$LEAT" stability --margin '400 seconds' --json | jq -r 'select(.repository | endswith("/slow")) | .trouble')" '' \
    'nor is a short run slow'
like "$("$LEAT" stability)" 'failed +\| https://github.com/o/bad' 'a table for a person'
pg "UPDATE leat_ops.collection_runs SET ended_at = ended_at - interval '91 days'"
ran fine 100
is "$(pg "SELECT count(*) FROM leat_ops.collection_runs WHERE repo_id = leat_ops.find_repository('https://github.com/o/fine')")" 1 \
    'old runs are forgotten'
is "$(pg "SELECT string_agg(DISTINCT outcome, ' ' ORDER BY outcome) FROM leat_ops.collection_runs")" 'done failed' 'runs have an outcome'
status 2 'a factor that is none' "$LEAT" stability --factor x
status 4 'a time that is none' "$LEAT" stability --margin soon
done_testing
