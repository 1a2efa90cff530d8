#!/bin/sh
# What stage --drain prints goes out of staging in the transaction that writes its rows; and a
# STATE that is kept in the database beside the rows.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/load/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/postgresql.sh
. "$here/../postgresql.sh"
trap 'postgresql_stop; rm -rf "$WORK"' EXIT
got=0

# --- STATE by key
keep_state() {
    { state '{}'; record k '"a":1'; } > in
    load --state-key here < in
    is "$got/$(run "SELECT count(*) FROM $2")" 0/0 "$1: a STATE of nothing is not kept"
    { record k '"a":1'; state '{"x":"it'\''s"}'; record k '"a":2'; state '{"x": 2}'; } > in
    load --state-key here < in
    is "$got/$(run "SELECT state_key, value FROM $2")" '0/here|{"x": 2}' "$1: the STATE is kept as it came"
    is "$(cat out)" '{"type":"STATE","value":{"x": 2}}' "$1: and printed"
    { state '{"x":3}'; } > in
    load --state-key here < in
    load --state-key there < in
    is "$(run "SELECT state_key, value FROM $2 ORDER BY 1" | paste -sd,)" 'here|{"x":3},there|{"x":3}' \
        "$1: by key, also without rows"
    { schema kr '"a":{}' '' ',"write_disposition":"replace"'; record kr '"a":1'; state '{"x":4}'
        record k '"a":5'; } > in
    (cat in; sleep 1.6) | "$LEAT" load "$TARGET" --state-key here --batch-seconds 0 > out 2> err &
    pid=$!
    sleep 0.8
    is "$(run "SELECT value FROM $2 WHERE state_key = 'here'")" '{"x":3}' \
        "$1: not while rows wait to replace a table"
    wait $pid
    is "$(run "SELECT value FROM $2 WHERE state_key = 'here'")" '{"x":4}' "$1: but with them"
}

TARGET=sqlite:t.db
run() { sql "$@"; }
keep_state SQLite leat_state
status 2 'staged rows are PostgreSQL'"'"'s' "$LEAT" load sqlite:t.db --unstage
like "$(cat err)" 'needs none' 'SQLite needs no staging'
postgresql_start "$WORK" || {
    ok 1 'a private PostgreSQL server'
    done_testing
    exit
}
TARGET=host=$PGHOST
run() { pg "$@"; }
status 4 'without the tables of the warehouse' "$LEAT" load "$TARGET" --unstage
like "$(cat err)" 'run leat migrate' 'it is said how they are made'
psql -Xqf "$here/../../common/sql/0002_staging.sql"
keep_state PostgreSQL leat_ops.state
status 2 '--unstage with a --load-id' "$LEAT" load "$TARGET" --unstage --load-id x
status 2 '--unstage with a --state-key' "$LEAT" load "$TARGET" --unstage --state-key x

# --- staged rows
# fill COUNT: rows 1 to COUNT of repository 7, and one of repository 8.
fill() {
    pg 'TRUNCATE leat_ops.staging RESTART IDENTITY; TRUNCATE leat_ops.staging_rejects' \
        "INSERT INTO leat_ops.staging (repo_id, platform_id, entity_type, payload, raw)
         SELECT 7 + (i > $1)::int, 1, 'thing', jsonb_build_object('n', i), '{\"n\":' || i || '}'
         FROM generate_series(1, $1 + 1) i"
}
# drained FROM TO [MEMBERS]: what a drain prints of these, each a family with its STATE.
drained() {
    awk -v from="$1" -v to="$2" 'BEGIN { for (i = from; i <= to; i++) {
        printf "{\"type\":\"RECORD\",\"stream\":\"p\",\"record\":{\"id\":%d,\"v\":%d},\"staged\":%d}\n", i % 50, i, i
        for (j = 0; j <= i % 3; j++)
            printf "{\"type\":\"RECORD\",\"stream\":\"c\",\"record\":{\"p\":%d,\"j\":%d,\"v\":%d},\"staged\":%d}\n", i % 50, j, i, i
        printf "{\"type\":\"STATE\",\"value\":{\"staging\":{\"repo_id\":7,\"after\":0,\"through\":%d,\"rows\":%d}}}\n", i, i } }'
}
family() {
    schema p '"id":{"type":"integer"},"v":{"type":"integer"}' '"id"'
    schema c '"p":{"type":"integer"},"j":{"type":"integer"},"v":{"type":"integer"}' '"p","j"' \
        ',"parent":{"stream":"p","key":{"p":"id"}}'
}
staged() { pg 'SELECT count(*), min(staging_id) FROM leat_ops.staging WHERE repo_id = 7' \
    'SELECT count(*) FROM leat_ops.staging WHERE repo_id = 8' | paste -sd,; }

fill 300
{ family; drained 1 300; } > all
load --unstage < all
is "$got/$(staged)" '0/0|,1' 'the rows that were loaded leave staging, those of others stay'
is "$(tail -1 out)" '{"type":"STATE","value":{"staging":{"repo_id":7,"after":0,"through":300,"rows":300}}}' \
    'the STATE comes out'
# of 50 parents that came six times each the last children count, whatever stood in one batch
is "$(pg 'SELECT count(*), sum(v) FROM p' 'SELECT count(*), sum(v) FROM c')" \
    "$(awk 'BEGIN { for (i = 251; i <= 300; i++) { s += i; n += i % 3 + 1; t += i * (i % 3 + 1) }
        printf "50|%d\n%d|%d", s, n, t }')" 'a parent that is staged again has its last children'
pg 'TRUNCATE p, c'
fill 300
load --unstage --batch 7 < all
is "$got/$(staged)/$(pg 'SELECT count(*), sum(v) FROM p')" "0/0|,1/50|$(seq 251 300 | paste -sd+ | bc)" \
    'in small batches'
load --unstage < all
is "$got/$(staged)/$(cat out)" '4/0|,1/' 'what is not staged any more is not loaded again'
like "$(cat err)" 'another drain or stage is at work on repository 7' 'and it is said'

# --- cut off
pg 'TRUNCATE p, c'
fill 300
head -n "$(($(grep -n '"through":100,' all | cut -d: -f1) + 2))" all > part
load --unstage --batch 7 < part
is "$got/$(staged)/$(pg 'SELECT max(v) FROM p')" '4/200|101,1/100' 'rows behind the last STATE stay staged'
{ family; drained 101 300; } | sed 's/"after":0/"after":100/' |
    awk '{ if (match($0, /"rows":[0-9]+/)) { n = substr($0, RSTART + 7, RLENGTH - 7); sub(/"rows":[0-9]+/, "\"rows\":" (n - 100)) } print }' > others
load --unstage < others
is "$got/$(staged)/$(pg 'SELECT max(v) FROM p')" '0/0|,1/300' 'and are loaded by the next run'
fill 30
{ family; drained 1 30; } | grep -v STATE > in
load --unstage < in
is "$got/$(staged)" '4/30|1,1' 'without a STATE nothing is'
{ family; drained 1 10; state '{"staging":{"repo_id":8,"after":0,"through":11,"rows":11}}'; } > in
load --unstage < in
is "$got" 3 'a STATE of another repository'
{ family; drained 1 10; state 7; } > in
load --unstage < in
is "$got" 3 'a STATE of another source'
{ family; record p '"id":1'; } > in
load --unstage < in
is "$got" 3 'a record that names no staged row'
# a row that came in between is not taken for one that was written
fill 30
{ family; drained 1 30; } | sed 's/"rows":30/"rows":29/' > in
load --unstage < in
is "$got/$(staged)" '4/30|1,1' 'a row staged meanwhile: nothing is taken out'

# --- rows that cannot be loaded
pg 'TRUNCATE p, c' 'ALTER TABLE p ADD CHECK (v <> 13)'
fill 30
{ family; drained 1 30; } | awk '
    /"id":5,/ { sub(/"id":5,/, "\"id\":null,") }
    /"p":6,"j":0,/ { sub(/"v":6/, "\"v\":{") }
    /"p":8,/ { next }
    /"id":8,/ { print "{\"type\":\"RECORD\",\"stream\":\"staging_rejects\",\"record\":{\"reason\":\"no thing\"},\"staged\":8}"; next }
    { print }' > in
load --unstage --rejects rejects < in
is "$got/$(staged)" '1/0|,1' 'staged rows that cannot be loaded leave staging, too'
is "$(pg 'SELECT staging_id, repo_id, entity_type, payload, raw, reason FROM leat_ops.staging_rejects ORDER BY 1')" \
    '5|7|thing|{"n": 5}|{"n":5}|the key column id is null or missing
6|7|thing|{"n": 6}|{"n":6}|'"expected ',' or '}'"'
8|7|thing|{"n": 8}|{"n":8}|no thing
13|7|thing|{"n": 13}|{"n":13}|new row for relation "p" violates check constraint "p_v_check": Failing row contains (13, 13).' \
    'for the table of rejects, with the reason'
is "$(pg 'SELECT count(*) FROM p')/$(wc -l < rejects)" '27/4' 'the others are loaded'
fill 30
{ family; drained 1 10; echo '{"type":"RECORD","stream":"p","record":{"id":1}'; drained 11 30; } > in
load --unstage < in
is "$got/$(staged)" '3/30|1,1' 'a line that is no message, and names no staged row, takes none out'

# --- a family of several staged rows, of which one cannot be loaded
# relations: parents 1 to 3 with two children each, every one a staged row.
relations() {
    family
    awk -v n="$1" 'BEGIN { for (p = 1; p <= 3; p++) {
        printf "{\"type\":\"RECORD\",\"stream\":\"p\",\"record\":{\"id\":%d,\"v\":%d},\"staged\":%d}\n", p, p, ++s
        for (j = 1; j <= n; j++)
            printf "{\"type\":\"RECORD\",\"stream\":\"c\",\"record\":{\"p\":%d,\"j\":%d,\"v\":%d},\"staged\":%d}\n", p, j, p, ++s
        printf "{\"type\":\"STATE\",\"value\":{\"staging\":{\"repo_id\":7,\"after\":0,\"through\":%d,\"rows\":%d}}}\n", s, s } }'
}
pg 'TRUNCATE p, c' 'ALTER TABLE p DROP CONSTRAINT p_v_check, ADD CHECK (v <> 2)'
fill 9
relations 2 > in
load --unstage < in
is "$got/$(staged)/$(pg 'SELECT staging_id, reason FROM leat_ops.staging_rejects ORDER BY 1' | sed 's/: new row.*/: new row/; s/|new row.*/|new row/' | paste -sd,)" \
    '1/0|,1/4|new row,5|with row 4 of its family: new row,6|with row 4 of its family: new row' \
    'the family of a row that cannot be loaded is set aside whole'
pg 'TRUNCATE p, c'
fill 1203
relations 400 | sed 's/"p":2,"j":7,/"p":2,"j":null,/; s/"p":2,"j":390,/"p":2,"j":null,/' | sed 's/"id":2,"v":2/"id":2,"v":9/' > in
load --unstage --batch-bytes 1K --rejects rejects < in
is "$got/$(staged)/$(pg 'SELECT count(*), count(*) FILTER (WHERE reason LIKE '"'the key%'"') FROM leat_ops.staging_rejects' 'SELECT count(*) FROM c' | paste -sd/)" \
    '1/0|,1/401|2/1198' 'also one that takes several parts of a transaction'

# --- connections that are lost
fill 300
pg 'ALTER TABLE p DROP CONSTRAINT p_v_check' 'TRUNCATE p, c'
"$LEAT" load "$TARGET" --unstage --batch 3 < all > out 2> err &
pid=$!
for _ in 1 2 3 4 5 6 7 8; do
    pg "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'leat load'" > /dev/null
    sleep 0.1
done
got=0
wait $pid || got=$?
is "$got/$(staged)/$(pg 'SELECT count(*), sum(v) FROM p')" "0/0|,1/50|$(seq 251 300 | paste -sd+ | bc)" \
    'connections that are lost: nothing is written or taken twice'
done_testing
