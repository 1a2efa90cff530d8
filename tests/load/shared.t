#!/bin/sh
# Tables that many loads and many records share: a null that leaves a known value alone, rows
# that stand aside of families, columns that say where a row came from.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/load/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/postgresql.sh
. "$here/../postgresql.sh"
trap 'postgresql_stop; rm -rf "$WORK"' EXIT
got=0

people() {
    schema people '"id":{"type":"integer"},"name":{"type":"string"},"mail":{"type":"string"},"more":{"type":"object"},"source":{"type":"string","x-provenance":true}' \
        '"id"' ',"write_disposition":"upsert","nulls":"keep","aside":true'
}

person() {
    record people "\"id\":$1,$2"
}

test_nulls() {
    { people; person 1 '"name":"a","mail":null,"source":"s1"'; person 2 '"name":"b"'; } > in
    load < in
    { people; person 1 '"name":null,"mail":"m","more":{"x":1},"source":"s2"'; person 2 '"mail":"n"'; } > in
    load < in
    is "$(run 'SELECT id, name, mail, source FROM people ORDER BY id' | paste -sd,)" \
        '1|a|m|s2,2|b|n|' "$1: a null leaves a known value alone, as a missing member does"
    { people; person 1 '"name":"A","more":null'; person 3 '"name":"c"'; person 1 '"name":null,"mail":"M"'
        person 3 '"mail":"x"'; person 3 '"mail":null,"more":[2]'; person 1 '"source":null'; } > in
    load < in
    is "$(run 'SELECT id, name, mail, more, source FROM people ORDER BY id' | tr -d ' ' | paste -sd,)" \
        '1|A|M|{"x":1}|s2,2|b|n||,3|c|x|[2]|' \
        "$1: rows with one key in one batch are gathered, the last value of each column counts"
    { people; person 1 '"name":"B"'; person 1 '"name":"C"'; } > in
    load < in
    is "$(run 'SELECT name, mail FROM people WHERE id = 1')" 'C|M' "$1: the last of several values"
    { schema people '"id":{"type":"integer"},"mail":{"type":"string"}' '"id"'
        person 1 '"mail":null'; } > in
    load < in
    is "$(run "SELECT name, coalesce(mail, 'none') FROM people WHERE id = 1")" 'C|none' \
        "$1: without the member a null is a value"
    schema people '"id":{}' '"id"' ',"nulls":"lose"' > in
    load < in
    is "$got" 3 "$1: another word is no SCHEMA"
}

test_provenance() {
    { people; person 9 '"name":"z","source":"here"'; } > in
    load < in
    { people; person 9 '"name":"z","source":"there"'; } > in
    load < in
    is "$(run 'SELECT name, source FROM people WHERE id = 9')" 'z|here' \
        "$1: a difference of provenance alone is no reason to update"
    { people; person 9 '"name":"y","source":"there"'; } > in
    load < in
    is "$(run 'SELECT name, source FROM people WHERE id = 9')" 'y|there' \
        "$1: with another it is written"
    { schema plain '"id":{"type":"integer"},"source":{"type":"string","x-provenance":true}' '"id"'
        record plain '"id":1,"source":"here"'; } > only
    load < only
    sed 's/here/there/' only > in
    load < in
    is "$got/$(run 'SELECT * FROM plain')" '0/1|here' "$1: a table of nothing but keys and provenance"
}

# Batches of one row: a cut anywhere but before a parent would show.
test_aside() {
    { people
        schema p '"id":{"type":"integer"}' '"id"'
        schema c '"id":{"type":"integer"},"p":{"type":"integer"},"by":{"type":"integer"}' '"id"' \
            ',"parent":{"stream":"p","key":{"p":"id"}}'
        person 20 '"name":"first"'
        for p in 1 2 3; do
            record p "\"id\":$p"
            for c in 1 2 3; do
                person "3$c" "\"name\":\"by $p\""
                record c "\"id\":$p$c,\"p\":$p,\"by\":3$c"
            done
        done; } > aside
    load --batch 1 < aside
    load --batch 1 < aside
    is "$(run 'SELECT count(*) FROM c' "SELECT count(*) FROM people WHERE id BETWEEN 20 AND 33" | paste -sd,)" \
        9,4 "$1: rows aside do not end the family they stand in"
    # a family that is half there takes nothing away, and leaves out what stood in it
    { grep -v '"by 3"' aside; state 1; record p '"id":1'; person 40 '"name":"late"'
        record c '"id":19,"p":1'; } > half
    load --batch 1 < half
    is "$got/$(run 'SELECT count(*) FROM c')/$(run 'SELECT count(*) FROM people WHERE id = 40')" \
        4/9/0 "$1: a family behind the last STATE is left out, with what stands in it"
    like "$(cat err)" 'line [0-9]+: the input ends within' "$1: and it is said"
    is "$(cat out)" '{"type":"STATE","value":1}' "$1: the STATE before it comes out"
    { state '{}'; cat aside; } > begun
    load < begun
    is "$got/$(cat out)" 4/ "$1: a source that began with a STATE ends with one; {} says nothing"
    { cat aside; state 1; record people '"id":41,"name":"late"'; } > in
    load < in
    is "$got/$(run 'SELECT count(*) FROM people WHERE id = 41')" 0/1 \
        "$1: rows of no family behind the last STATE are written"
}

all() {
    test_nulls "$1"
    test_provenance "$1"
    test_aside "$1"
}

TARGET=sqlite:t.db
run() { sql "$@"; }
all SQLite
if postgresql_start "$WORK"; then
    TARGET=host=$PGHOST
    run() { pg "$@"; }
    pg 'CREATE TABLE others (id int PRIMARY KEY, tags text[], at timestamp(0), name varchar(9) NOT NULL)'
    all PostgreSQL
    { schema others '"id":{"type":"integer"}' '"id"' ',"nulls":"keep"'
        record others '"id":1,"tags":"{a,b}","name":"n"'; record others '"id":1,"at":"2024-01-01T00:00:00"'
        record others '"id":1,"tags":null,"name":"m"'; } > others
    load < others
    is "$got/$(pg 'TABLE others')" '0/1|{a,b}|2024-01-01 00:00:00|m' 'rows of any type are gathered'
    # many loads of overlapping rows in different orders: none refused, none in a deadlock for good
    for order in 1 7 11 13; do
        { people; awk -v step=$order 'BEGIN { for (i = 0; i < 3000; i++)
            printf "{\"type\":\"RECORD\",\"stream\":\"people\",\"record\":{\"id\":%d,\"%s\":\"%d\"}}\n",
                1000 + (i * step) % 3001, step % 4 == 1 ? "name" : "mail", step }' | tee -a all; } > "in.$order"
        "$LEAT" load "$TARGET" --batch 500 < "in.$order" 2> "err.$order" &
    done
    wait
    is "$(cat err.1 err.7 err.11 err.13)" '' 'loads of overlapping rows do not refuse each other'
    is "$(pg 'SELECT count(*), count(name), count(mail) FROM people WHERE id >= 1000')" \
        "$(jq -r .record.id all | sort -u | wc -l)|$(grep name all | jq .record.id | sort -u | wc -l)|$(grep mail all | jq .record.id | sort -u | wc -l)" \
        'and nothing of any is lost'
else
    ok 1 'a private PostgreSQL server'
fi
done_testing
