#!/bin/sh
# Families of streams, tables that are replaced, STATE and batches: the same in both databases.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/load/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/postgresql.sh
. "$here/../postgresql.sh"
trap 'postgresql_stop; rm -rf "$WORK"' EXIT

family() {
    schema p '"id":{"type":"integer"},"v":{"type":"string"}' '"id"'
    schema p__c '"id":{},"_key":{"type":"string"},"v":{}' '"_key"' \
        ',"parent":{"stream":"p","key":{"id":"id"}}'
    schema p__c__d '"up":{},"_key":{"type":"string"}' '"_key"' \
        ',"parent":{"stream":"p__c","key":{"up":"_key"}}'
}

parent() {
    record p "\"id\":$1,\"v\":\"$2\""
}

child() {
    record p__c "\"id\":$1,\"_key\":\"$1.$2\",\"v\":\"$3\""
    record p__c__d "\"up\":\"$1.$2\",\"_key\":\"$1.$2.0\""
    record p__c__d "\"up\":\"$1.$2\",\"_key\":\"$1.$2.1\""
}

children() {
    run 'SELECT _key, v FROM p__c ORDER BY _key' 'SELECT count(*) FROM p__c__d' | paste -sd,
}

test_families() {
    { family; parent 1 a; child 1 0 x; child 1 1 y; parent 2 b; child 2 0 z; state 1; } > first
    load < first
    is "$got" 0 "$1: a family of streams is loaded"
    is "$(cat out)" '{"type":"STATE","value":1}' "$1: the STATE comes out as it was"
    is "$(children)" '1.0|x,1.1|y,2.0|z,6' "$1: with children and theirs"
    { family; parent 1 a; child 1 1 Y; } | "$LEAT" load "$TARGET"
    is "$(children)" '1.1|Y,2.0|z,4' "$1: a parent's children are replaced as a set, recursively"
    { family; record p__c '"id":2,"_key":"2.7","v":"w"'; } | "$LEAT" load "$TARGET"
    is "$(children)" '1.1|Y,2.0|z,2.7|w,4' "$1: a child without its parent takes nothing away"
    { family; parent 2 b; } | "$LEAT" load "$TARGET"
    is "$(children)" '1.1|Y,2' "$1: a parent without children has none left"
    load --batch 1 < first
    is "$(children)" '1.0|x,1.1|y,2.0|z,6' "$1: a batch is not cut within a family"
    { family; parent 1 a; for i in $(seq 300); do child 1 "$i" "text $i"; done
        parent 3 c; state 2; } > large
    load --batch-bytes 4K < large
    is "$(run 'SELECT count(*) FROM p__c' 'SELECT count(*) FROM p__c__d' | paste -sd,)" 301,602 \
        "$1: a family larger than a batch is one transaction"
    load --batch-bytes 4K < large
    is "$got/$(run 'SELECT count(*) FROM p__c')" 0/301 "$1: also when it is there already"
    { family; parent 1 a; child 1 0 x; child 1 1 y; parent 2 b; parent 1 A; child 1 1 Y; } |
        "$LEAT" load "$TARGET"
    is "$(run 'SELECT v FROM p WHERE id = 1')/$(children)" 'A/1.1|Y,2' \
        "$1: of a parent that comes twice the last children stay"
    load --disposition append < first
    is "$got" 1 "$1: appended to tables with keys, the repeated rows are rejected"
}

test_replace() {
    load --stream r --disposition replace <<'INPUT'
{"a":1}
{"a":2}
INPUT
    is "$(run 'SELECT a FROM r ORDER BY a' | paste -sd,)" 1,2 "$1: a table that is not there is made"
    { schema r '"a":{"type":"integer"},"b":{"type":"string"}' '"a"' ',"write_disposition":"replace"'
        state 1; record r '"a":3'; record r '"a":4'; record r '"a":3,"b":"last"'; state 2; } > new
    load --batch 1 < new
    is "$(run "SELECT a, coalesce(b, '-') FROM r ORDER BY a" | paste -sd,)" '3|last,4|-' \
        "$1: its rows are replaced; of a repeated key the last stays"
    is "$(cat out)" '{"type":"STATE","value":2}' "$1: a STATE behind replaced rows waits for them"
    mkfifo feed
    "$LEAT" load --batch 1 "$TARGET" < feed > out 2> err &
    pid=$!
    exec 3> feed
    cat new >&3
    sleep 1
    is "$(run 'SELECT count(*) FROM r WHERE a IN (3, 4)')" 2 "$1: readers see the old rows meanwhile"
    kill -TERM $pid
    got=0
    wait $pid || got=$?
    exec 3>&-
    rm feed
    is "$got" 4 "$1: interrupted: status 4"
    is "$(run 'SELECT count(*) FROM r' | paste -sd,)/$(cat out)" '2/' \
        "$1: the old rows stay, and no STATE behind the new ones comes out"
    { schema r '"a":{"type":"integer"}' '"a"' ',"write_disposition":"replace"'; } |
        "$LEAT" load "$TARGET"
    is "$(run 'SELECT count(*) FROM r')" 0 "$1: a stream without rows leaves an empty table"
    replace='"a":{"type":"integer"}'
    { schema v "$replace" '' ',"write_disposition":"replace"'
        printf '{"type":"ACTIVATE_VERSION","stream":"v","version":7}\n'
        record v '"a":0' ',"version":6'
        record v '"a":1' ',"version":7'; record v '"a":2' ',"version":7'
        printf '{"type":"ACTIVATE_VERSION","stream":"v","version":7}\n'
        state 3; record v '"a":3' ',"version":7'; } > versions
    load < versions
    is "$(run 'SELECT a FROM v ORDER BY a' | paste -sd,)" 1,2,3 \
        "$1: ACTIVATE_VERSION puts the rows of a version in place; later ones are added"
    is "$(cat out)" '{"type":"STATE","value":3}' "$1: and lets the STATE out"
    { schema v "$replace" '' ',"write_disposition":"replace"'; record v '"a":"x"'
        record v '"a":5'; } | "$LEAT" load --batch 1 "$TARGET"
    is "$(run 'SELECT a FROM v ORDER BY a' | paste -sd,)" '5,x' "$1: a type that widens meanwhile"
    { schema v "$replace" ''; record v '"a":6'; printf '{"type":"ACTIVATE_VERSION","stream":"v","version":8}\n'; } |
        "$LEAT" load "$TARGET"
    is "$(run 'SELECT count(*) FROM v')" 3 "$1: ACTIVATE_VERSION erases nothing that is appended to"
}

test_batches() {
    seq 1 2000 | sed 's/.*/{"type":"RECORD","stream":"b","record":{"n":&}}/' > rows
    (head -500 rows; state 1; sed -n 501,1500p rows; state 2; tail -500 rows; state 3) > stream
    load --batch 100 < stream
    is "$(tail -1 out)/$(run 'SELECT count(*), sum(n) FROM b')" \
        '{"type":"STATE","value":3}/2000|2001000' "$1: small batches hold every row"
    mkfifo feed
    "$LEAT" load --batch-seconds 1 "$TARGET" < feed > out 2> err &
    pid=$!
    exec 3> feed
    { record slow '"n":1'; state 9; } >&3
    wait_for out
    is "$(cat out)/$(run 'SELECT n FROM slow')" '{"type":"STATE","value":9}/1' \
        "$1: a slow stream is written in time"
    record slow '"n":2' >&3
    sleep 0.3
    kill -TERM $pid
    got=0
    wait $pid || got=$?
    exec 3>&-
    rm feed
    is "$got/$(run 'SELECT count(*) FROM slow')" 4/2 "$1: SIGTERM: what was read is written, status 4"
    printf '%s\n' '{"a":1}' '{"a":2}' > part
    load --load-id x --stream once < part
    echo '{"a":3}' >> part
    load --load-id x --stream once < part
    is "$(run 'SELECT a FROM once ORDER BY a' | paste -sd,)" 1,2,3 \
        "$1: under a load id, a row is loaded once"
    load --load-id y --stream once < part
    is "$(run 'SELECT count(*) FROM once')" 6 "$1: another id is another load"
    is "$(run 'SELECT load_id, records FROM leat_loads ORDER BY 1' | paste -sd,)" 'x|3,y|3' \
        "$1: how far a load came is in the table leat_loads"
}

TARGET=sqlite:t.db
run() { sql "$@"; }
test_families SQLite
test_replace SQLite
test_batches SQLite
if postgresql_start "$WORK"; then
    # shellcheck disable=SC2034
    TARGET=host=$PGHOST
    run() { pg "$@"; }
    test_families PostgreSQL
    test_replace PostgreSQL
    test_batches PostgreSQL
else
    ok 1 'a private PostgreSQL server'
fi
done_testing
