#!/bin/sh
# stage, a drain, flatten and load killed at random moments, again and again: at the end each
# record was staged once and loaded once. KILLS is how often (soak sets more).
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/load/lib.sh
. "$here/../load/lib.sh"
# shellcheck source=tests/postgresql.sh
. "$here/../postgresql.sh"
trap 'postgresql_stop; rm -rf "$WORK"' EXIT
KILLS=${KILLS:-12}
A_ROUND=12 # from nothing to all rows in so many kills at most
postgresql_start "$WORK" || {
    ok 1 'a private PostgreSQL server'
    done_testing
    exit
}
TARGET=host=$PGHOST
psql -Xqf "$here/../../common/sql/0002_staging.sql"

# Parents with none to three children, and a STATE behind each tenth: the number of lines so far.
# Every parent comes twice, with other labels and children.
{
    schema p '"id":{"type":"integer"},"v":{"type":"integer"}' '"id"'
    schema c '"id":{"type":"string"},"p":{"type":"integer"},"v":{"type":"integer"}' '"id"' \
        ',"parent":{"stream":"p","key":{"p":"id"}}'
} > schemas
awk 'BEGIN {
    for (i = 0; i < 4000; i++) {
        id = (i * 7) % 2000
        labels = ""
        for (j = 0; j < (i * 5) % 4; j++)
            labels = labels (j ? "," : "") "\"l" i "." j "\""
        printf "{\"type\":\"RECORD\",\"stream\":\"p\",\"record\":{\"id\":%d,\"v\":%d,\"labels\":[%s]}}\n", id, i, labels
        n++
        for (j = 0; j < i % 4; j++) {
            printf "{\"type\":\"RECORD\",\"stream\":\"c\",\"record\":{\"id\":\"%d.%d\",\"p\":%d,\"v\":%d}}\n", i, j, id, i
            n++
        }
        if (i % 10 == 9)
            printf "{\"type\":\"STATE\",\"value\":{\"line\":%d}}\n", ++n
    }
}' > lines

# A source that goes on behind the STATE that is kept, as all sources do.
source_lines() {
    line=$(pg "SELECT value::jsonb ->> 'line' FROM leat_ops.state WHERE state_key = 'k'")
    cat schemas
    state "{${line:+\"line\":$line}}"
    tail -n "+$((${line:-0} + 1))" lines
}

# A random moment of the first MILLISECONDS: never the same, wherever a machine is fast.
moment() {
    awk -v seed="$(od -An -N4 -tu4 /dev/urandom)" -v most="$1" \
        'BEGIN { srand(seed); printf "%.3f", rand() * most / 1000 }'
}

# stages_through: staging is filled from nothing.
stages_through() {
    pg 'TRUNCATE leat_ops.staging, leat_ops.state'
    for _ in $(seq "$A_ROUND"); do
        source_lines > feed
        "$LEAT" stage --repo-id 7 --platform-id 1 --state-key k --batch 20 "$TARGET" \
            < feed > states 2>> messages &
        pid=$!
        sleep "$(moment 60)"
        ! kill -KILL $pid 2> /dev/null || stages_killed=$((stages_killed + 1))
        wait $pid 2> /dev/null
    done
    source_lines > feed
    "$LEAT" stage --repo-id 7 --platform-id 1 --state-key k --batch 20 "$TARGET" < feed > states 2>> messages ||
        failed=$((failed + 1))
    pg 'SELECT raw FROM leat_ops.staging ORDER BY staging_id' > got
    cmp -s records got || not_staged_once=$((not_staged_once + 1))
}

# numbered FILE COMMAND...: its process id in FILE. LEAT and the tool are the same process.
numbered() {
    # shellcheck disable=SC2016
    exec sh -c 'echo $$ > "$0"; exec "$@"' "$@"
}

# pipe BATCH: from staging to tables; 0 when every stage came through.
pipe() {
    rm -f one two three failed
    { (numbered one "$LEAT" stage --drain --repo-id 7 "$TARGET") || echo drain >> failed; } 2>> messages |
        { (numbered two "$LEAT" flatten) || echo flatten >> failed; } 2>> messages |
        { (numbered three "$LEAT" load --unstage --schema-name w --batch "$1" "$TARGET") ||
            echo load >> failed; } > states 2>> messages
    [ ! -s failed ]
}

dump() {
    pg "SELECT id, v FROM $1.p ORDER BY id" "SELECT _parent_id, value FROM $1.p__labels ORDER BY 1, 2" \
        "SELECT id, p, v FROM $1.c ORDER BY id"
}

# loads_through: what is staged goes into tables.
loads_through() {
    pg 'SET client_min_messages = error; DROP SCHEMA IF EXISTS w CASCADE'
    for i in $(seq $((A_ROUND * 2))); do
        pipe 20 &
        pid=$!
        sleep "$(moment 70)"
        case $((i % 4)) in
        0) victim=one ;;
        1) victim=two ;;
        2) victim=three ;;
        3) victim=three; pg "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE application_name IN ('leat load', 'leat stage')" > /dev/null ;;
        esac
        ! kill -KILL "$(cat $victim 2> /dev/null)" 2> /dev/null || loads_killed=$((loads_killed + 1))
        wait $pid 2> /dev/null
    done
    pipe 20 || failed=$((failed + 1))
    left=$((left + $(pg 'SELECT count(*) FROM leat_ops.staging')))
    dump w > got
    cmp -s expected got || differ=$((differ + 1))
}

jq -rc 'select(.type == "RECORD") | .record | tojson' lines > records
cat schemas lines | "$LEAT" flatten | "$LEAT" load --schema-name clean "$TARGET" > /dev/null
dump clean > expected
stages_killed=0 loads_killed=0 failed=0 not_staged_once=0 left=0 differ=0
for _ in $(seq $(((KILLS + A_ROUND - 1) / A_ROUND))); do
    stages_through
    loads_through
done
is "$failed" 0 "all come through at last ($stages_killed stages killed, $loads_killed of a pipe)"
is "$not_staged_once" 0 'each record was staged once, in its order'
is "$differ/$left" 0/0 'the tables are those of an undisturbed run, and nothing is left'
is "$(pg 'SELECT count(*) FROM leat_ops.staging_rejects')" 0 'nothing was rejected'
done_testing
