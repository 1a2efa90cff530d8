#!/bin/sh
# load killed at random moments, again and again, until it comes through: the tables are those
# of an undisturbed run. KILLS is how often each way of loading is killed (soak sets more).
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/load/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/postgresql.sh
. "$here/../postgresql.sh"
trap 'postgresql_stop; rm -rf "$WORK"' EXIT
KILLS=${KILLS:-12}

# Parents with one to three children; a third of them come twice, with other children.
{
    schema p '"id":{"type":"integer"},"v":{}' '"id"'
    schema p__c '"id":{"type":"integer"},"_key":{"type":"string"},"v":{}' '"_key"' \
        ',"parent":{"stream":"p","key":{"id":"id"}}'
    awk 'BEGIN {
        for (i = 0; i < 8000; i++) {
            id = (i * 7919) % 6000
            printf "{\"type\":\"RECORD\",\"stream\":\"p\",\"record\":{\"id\":%d,\"v\":\"text %d\"}}\n", id, i
            for (j = 0; j <= i % 3; j++)
                printf "{\"type\":\"RECORD\",\"stream\":\"p__c\",\"record\":{\"id\":%d,\"_key\":\"%d.%d\",\"v\":%d}}\n", id, id, j + int(i / 6000), i
            if (i % 500 == 499)
                printf "{\"type\":\"STATE\",\"value\":%d}\n", i
        }
    }'
} > stream

dump() {
    run 'SELECT id, v FROM p ORDER BY 1, 2' 'SELECT id, _key, v FROM p__c ORDER BY 1, 2, 3'
}

# A random moment of the first MILLISECONDS: never the same, wherever a machine is fast.
moment() {
    awk -v seed="$(od -An -N4 -tu4 /dev/urandom)" -v most="$1" \
        'BEGIN { srand(seed); printf "%.3f", rand() * most / 1000 }'
}

# comes_through NAME OPTION...: kills loads, then lets one end.
comes_through() {
    name=$1
    shift
    clean
    "$LEAT" load "$TARGET" --load-id clean "$@" < stream > out
    dump > expected
    clean
    killed=0
    for _ in $(seq "$KILLS"); do
        "$LEAT" load "$TARGET" --load-id x --batch 100 "$@" < stream >> states 2> /dev/null &
        pid=$!
        sleep "$(moment 80)"
        ! kill -KILL $pid 2> /dev/null || killed=$((killed + 1))
        wait $pid 2> /dev/null
    done
    "$LEAT" load "$TARGET" --load-id x --batch 100 "$@" < stream > out 2> /dev/null
    is "$?/$(tail -1 out)" '0/{"type":"STATE","value":7999}' "$name: comes through ($killed killed)"
    dump > got
    same got expected "$name: the tables are those of an undisturbed run"
}

all_ways() {
    comes_through "$1, upsert"
    comes_through "$1, append" --disposition append
    comes_through "$1, replace" --disposition replace
}

TARGET=sqlite:t.db
run() { sql "$@"; }
clean() { rm -f t.db*; }
all_ways SQLite
if postgresql_start "$WORK"; then
    # shellcheck disable=SC2034
    TARGET=host=$PGHOST
    run() { pg "$@"; }
    clean() { pg 'SET client_min_messages = error; DROP TABLE IF EXISTS p, p__c, leat_loads'; }
    all_ways PostgreSQL
    # the server's side is killed, and load itself must come through
    clean
    "$LEAT" load "$TARGET" --disposition append < stream > out
    dump > expected
    clean
    (cat stream; sleep 1) | "$LEAT" load "$TARGET" --disposition append --batch 200 --retries 100 \
        > out 2> err &
    pid=$!
    cuts=0
    while [ "$cuts" -lt "$KILLS" ] && kill -0 $pid 2> /dev/null; do
        sleep "$(moment 60)"
        pg "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'leat load'" > /dev/null
        cuts=$((cuts + 1))
    done
    wait $pid
    is "$?" 0 "PostgreSQL: connections cut at random moments ($cuts)"
    dump > got
    same got expected 'PostgreSQL: an append then holds each row once'
else
    ok 1 'a private PostgreSQL server'
fi
done_testing
