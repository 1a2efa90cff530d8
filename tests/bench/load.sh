#!/bin/sh
# load against psql's \copy and the sqlite3 shell's .import of the same rows, ready in CSV.
# One line of JSON a figure. Environment: BUILD; EVENTS (default 10000000) bounds the largest.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/postgresql.sh
. "$here/../postgresql.sh"
leat=$BUILD/leat
generate=$BUILD/tests/tools/generate
measure=$BUILD/tests/tools/measure
data=$(mktemp -d "${TMPDIR:-/tmp}/leat-bench.XXXXXX")
trap 'postgresql_stop; rm -rf "$data"' EXIT
trap 'exit 1' INT TERM
large=${EVENTS:-10000000}
[ "$large" -le 4000000 ] || large=4000000
cd "$data"

csv() {
    jq -r '[.id, .name, .email, .count, .amount, .active, .created_at] | @csv' "$1"
}

pg() {
    psql -Xq -v ON_ERROR_STOP=1 "$@"
}

"$generate" rows 1000000 > rows.json
csv rows.json > rows.csv

# before the server is there: it goes on writing for a while after each load
"$measure" 'load: append 1 million rows to SQLite, against .import' \
    "rm -f ours.db* && $leat load sqlite:ours.db --stream rows < rows.json" \
    "rm -f peer.db && sqlite3 peer.db 'CREATE TABLE rows (id INTEGER, name TEXT, email TEXT,
        count INTEGER, amount NUMERIC, active TEXT, created_at TEXT)' '.import --csv rows.csv rows'" \
    rows_a_second=1000000

postgresql_start "$data"
columns='id bigint, name text, email text, count bigint, amount numeric, active boolean,
    created_at timestamptz'
pg -c "CREATE TABLE ours ($columns)" -c "CREATE TABLE peer ($columns)"

"$measure" 'load: append 1 million rows to PostgreSQL, against psql copy' \
    "psql -Xqc 'TRUNCATE ours' && $leat load host=$PGHOST --stream ours < rows.json" \
    "psql -Xqc 'TRUNCATE peer' -c '\\copy peer from rows.csv csv'" rows_a_second=1000000
[ "$(pg -Atc 'SELECT count(*) FROM (TABLE ours EXCEPT TABLE peer) x')" = 0 ]

"$generate" rows "$large" > much
"$measure" -n 1 "load: append $large rows to PostgreSQL" \
    "psql -Xqc 'TRUNCATE ours' && $leat load host=$PGHOST --stream ours < much" \
    "rows_a_second=$large"
rm much

# seconds COMMAND...: how long it took.
seconds() {
    seconds_from=$(date +%s.%N)
    "$@" > /dev/null
    echo "$(date +%s.%N) $seconds_from" | awk '{ printf "%.4f\n", $1 - $2 }'
}

copy() {
    pg -c "\\copy $1 from changes.csv csv"
}

# What one would write oneself: into a temporary table, and one MERGE.
by_hand() {
    pg -c BEGIN -c 'CREATE TEMP TABLE s (LIKE hand)' -c '\copy s from changes.csv csv' -c 'ANALYZE s' \
        -c 'MERGE INTO hand t USING s ON t.id = s.id
            WHEN MATCHED AND (t.name, t.email, t.count, t.amount, t.active, t.created_at)
                IS DISTINCT FROM (s.name, s.email, s.count, s.amount, s.active, s.created_at)
                THEN UPDATE SET name = s.name, email = s.email, count = s.count,
                    amount = s.amount, active = s.active, created_at = s.created_at
            WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.name, s.email, s.count, s.amount,
                s.active, s.created_at)' -c COMMIT
}

upsert() {
    "$leat" load "host=$PGHOST" --stats < changes.singer 2> stats
}

median() {
    sort -n "$1" | sed -n 3p
}

figure() { # NAME PEER
    jq -nc --arg name "$1" --argjson ours "$(median upsert.times)" \
        --argjson peer "$(median "$2")" --argjson peak "$(jq .peak_bytes stats)" \
        '{$name, ratio: ($peer / $ours * 100 | round / 100), ours_seconds: $ours,
          peer_seconds: $peer, peak_bytes: $peak, rows_a_second: (200000 / $ours | round)}'
}

# 200 thousand rows into a table of a million: a third each is new, changed, and the same as
# before. In the order that the command given puts them in.
measure_upsert() { # ORDER COMMAND...
    order=$1
    shift
    "$generate" rows 1066667 | awk -F , 'NR > 1000000 || NR % 15 == 1 { print; next }
        NR % 15 == 7 { sub(/"name":"/, "&new "); print }' | "$@" > changes
    csv changes > changes.csv
    { echo "$schema"; sed 's/.*/{"type":"RECORD","stream":"ours","record":&}/' changes; } > changes.singer
    rm -f ./*.times
    for _ in 1 2 3 4 5; do
        pg -c 'SET client_min_messages = error' -c 'DROP TABLE IF EXISTS ours, peer, empty, hand' -c 'CREATE TABLE ours AS TABLE base' \
            -c 'ALTER TABLE ours ADD PRIMARY KEY (id)' -c 'VACUUM ours' \
            -c 'CREATE TABLE empty (LIKE base)' -c 'CREATE TABLE peer AS TABLE base' \
            -c 'CREATE TEMP TABLE same (LIKE base)' -c '\copy same from changes.csv csv' \
            -c 'DELETE FROM peer USING same WHERE peer.id = same.id' \
            -c 'ALTER TABLE peer ADD PRIMARY KEY (id)' -c 'VACUUM peer' \
            -c 'CREATE TABLE hand AS TABLE base' -c 'ALTER TABLE hand ADD PRIMARY KEY (id)' \
            -c 'VACUUM hand' -c CHECKPOINT
        seconds upsert >> upsert.times
        seconds copy empty >> empty.times
        seconds copy peer >> peer.times
        seconds by_hand >> hand.times
        [ "$(pg -Atc 'SELECT count(*) FROM (TABLE ours EXCEPT TABLE hand) x')" = 0 ]
    done
    figure "load: upsert 200 thousand rows into 1 million, $order, against copy without a key" empty.times
    figure "load: the same, against copy into a temporary table and MERGE" hand.times
    figure "load: the same, against copy into a table of a million with its key" peer.times
}

pg -c 'CREATE TABLE base AS TABLE peer'
schema='{"type":"SCHEMA","stream":"ours","schema":{"properties":{"id":{"type":"integer"}}},"key_properties":["id"]}'
measure_upsert 'in key order' cat
measure_upsert 'in random order' shuf --random-source=rows.csv
