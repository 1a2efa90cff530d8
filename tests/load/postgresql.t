#!/bin/sh
# What rows become in PostgreSQL: types, growth of tables, tables of others, refused rows, a
# server that vanishes.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/load/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/postgresql.sh
. "$here/../postgresql.sh"
trap 'postgresql_stop; rm -rf "$WORK"' EXIT
postgresql_start "$WORK" || {
    ok 1 'a private PostgreSQL server'
    done_testing
    exit
}
TARGET=host=$PGHOST

# --- values
cat > values <<'INPUT'
{"b":true,"i":-9223372036854775808,"n":1.10,"d":"2024-02-29","t":"2024-02-29T23:59:59.5+01:00","l":"1815-12-10T23:59:59","u":"00112233-4455-6677-8899-aabbccddeeff","s":"it's \"é\" \u00e9\n\t\\","j":{"a":[1.10,"\u0000","\ud800","\ud83d\ude00"]}}
{"b":false,"i":9007199254740993,"n":9007199254740993,"d":"0001-01-01","t":"9999-12-31T23:59:59Z","s":"\ud83d\ude00 \ud800 \u0000","j":7}
{"b":null,"i":null,"n":0.1234567890123456789,"s":null,"j":null}
{"n":-1e400}
{"n":18446744073709551616}
{"n":1e-20}
{"n":-0.00}
{"n":1e200000}
INPUT
load --stream v < values
is "$got" 1 'a number that no numeric holds: the row is rejected'
like "$(cat err)" 'line 8: .*numeric' 'with the reason'
is "$(pg "SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute
    WHERE attrelid = 'v'::regclass AND attnum > 0 ORDER BY attnum" | paste -sd,)" \
    'b boolean,i bigint,n numeric,d date,t timestamp with time zone,l timestamp without time zone,u uuid,s text,j jsonb' \
    'the types of columns'
is "$(pg 'SELECT b, i, n, d, t, l, u FROM v LIMIT 3')" \
    't|-9223372036854775808|1.10|2024-02-29|2024-02-29 22:59:59.5+00|1815-12-10 23:59:59|00112233-4455-6677-8899-aabbccddeeff
f|9007199254740993|9007199254740993|0001-01-01|9999-12-31 23:59:59+00||
||0.1234567890123456789||||' 'values in their types'
is "$(pg "SELECT n = -1e400::numeric FROM v OFFSET 3 LIMIT 1" 'SELECT n FROM v OFFSET 4' | paste -sd,)" \
    't,18446744073709551616,0.00000000000000000001,0.00' 'numbers are exact, whatever their size'
is "$(pg "SELECT encode(s::bytea, 'hex') FROM (SELECT replace(s, chr(92), '/') s FROM v LIMIT 2) x")" \
    '697427732022c3a92220c3a90a092f
f09f988020efbfbd20efbfbd' 'strings; NUL and a lone surrogate become U+FFFD'
is "$(pg 'SELECT j FROM v LIMIT 2')" '{"a": [1.10, "�", "�", "😀"]}
7' 'JSON'
like "$(cat err)" 'v: 4 characters' 'what was replaced is said'

# --- growth
printf '%s\n' '{"a":1,"f":true,"d":"2024-01-01","e":"2024-01-01"}' | "$LEAT" load "$TARGET" --stream g
printf '%s\n' '{"a":1.5,"c":null,"d":"2024-01-01T01:00:00Z","e":"2024-01-01T01:00:00"}' |
    "$LEAT" load "$TARGET" --stream g
is "$(pg 'SELECT a, pg_typeof(a), d, e FROM g')" '1|numeric|2024-01-01 00:00:00+00|2024-01-01 00:00:00
1.5|numeric|2024-01-01 01:00:00+00|2024-01-01 01:00:00' 'columns are widened, old values too'
printf '%s\n' '{"a":"007","f":"no","d":"?","e":"?"}' | "$LEAT" load "$TARGET" --stream g
is "$(pg 'SELECT a, f, d, e FROM g' | paste -sd,)" \
    '1|true|2024-01-01T00:00:00Z|2024-01-01T00:00:00,1.5||2024-01-01T01:00:00Z|2024-01-01T01:00:00,007|no|?|?' \
    'and become strings as they were written'
load --stream g <<'INPUT'
{"a":{"deep":1}}
INPUT
is "$(pg 'SELECT a, a__json FROM g WHERE a IS NULL')" '|{"deep": 1}' \
    'an object in a scalar column goes to a second column'
pg 'CREATE TABLE seen (x integer)' 'CREATE VIEW sees AS SELECT x FROM seen'
printf '%s\n' '{"x":1}' '{"x":"one"}' > widening
load --stream seen < widening
is "$got" 3 'a column a view uses cannot be widened: status 3'
like "$(cat err)" 'cannot widen the column x of seen from integer to string' 'the change is named'
is "$(pg 'SELECT count(*) FROM seen')" 0 'before any row is written'
echo '{"x":1}' | "$LEAT" load "$TARGET" --stream "$(printf '%064d' 0)" 2> err
is "$?" 3 'a name longer than PostgreSQL takes: status 3'
long=$(printf '%064d' 0)
printf '{"a":1,"%s":2}\n{"":1}\n{"a":2}\n' "$long" | "$LEAT" load "$TARGET" --stream long 2> err
is "$?/$(pg 'TABLE long')" 1/2 'members that cannot be columns: the records are rejected'
{ schema long "\"$long\":{}" ''; record long '"a":3'; } | "$LEAT" load "$TARGET" 2> err
is "$?" 3 'a SCHEMA that declares such: status 3'
like "$(cat err)" "no column of the name \"$long" 'and it is named'
load --schema-name 'Of mine' --stream pg_class < widening
is "$(pg 'SELECT x FROM "Of mine".pg_class' | paste -sd,)" 1,one \
    'a schema is made; the names of system tables are free to use'
(for _ in 1 2 3 4; do
    echo '{"x":1}' | "$LEAT" load "$TARGET" --stream race 2>> race.err &
done; wait)
is "$(pg 'SELECT count(*) FROM race')/$(cat race.err)" 4/ 'loads that make a table at once'

# --- tables of others
pg 'CREATE TABLE o (id int PRIMARY KEY, name varchar(5), at timestamp(0) with time zone, f real,
        n numeric(6,2), doc json, tag text[], own serial, twice int GENERATED ALWAYS AS (id * 2) STORED)'
{ schema o '"id":{"type":"integer"}' '"id"'
    record o '"id":1,"name":"tab\tx","at":"2024-01-01T00:00:00Z","f":0.5,"n":1.005,"doc":{"a":1},"tag":"{a,b}"'
    record o '"id":2,"name":"too long","doc":{}'
    record o '"id":3,"tag":"{"'
    record o '"id":3000000000'
    record o '"id":4,"name":"\\\\N","doc":"text"'; } > others
load --rejects rejects < others
is "$(pg 'SELECT id, name, at, f, n, doc, tag, own > 0, twice FROM o ORDER BY id')" \
    "$(printf '1|tab\tx|2024-01-01 00:00:00+00|0.5|1.01|{"a":1}|{a,b}|t|2\n4|\\\\N||||"text"||t|8')" \
    'columns of other types take what they can'
is "$(jq -r .line rejects | paste -sd,)/$got" 3,4,5/1 'and the rows they refuse are rejected'
like "$(cat rejects)" 'value too long for type character varying' 'with the reason the server gives'
pg 'CREATE TABLE same AS SELECT ctid::text AS place, xmin::text AS writer FROM o'
"$LEAT" load "$TARGET" --rejects rejects < others
is "$(pg 'SELECT count(*) FROM o JOIN same ON o.ctid::text = place AND o.xmin::text = writer')" 2 \
    'rows that are the same are not written'

# --- refused rows
pg 'CREATE TABLE r (id bigint PRIMARY KEY, v bigint CHECK (v <> 13))' \
    "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS
     'BEGIN IF new.v = 77 THEN RAISE EXCEPTION ''not today''; END IF; RETURN new; END'" \
    'CREATE TRIGGER t BEFORE INSERT ON r FOR EACH ROW EXECUTE FUNCTION no()'
{ schema r '"id":{"type":"integer"}' '"id"'; seq 1 3000 |
    sed 's/.*/{"type":"RECORD","stream":"r","record":{"id":&,"v":&}}/'; state 1; } > refused
rm -f rejects
load --rejects rejects < refused
is "$got/$(pg 'SELECT count(*) FROM r')" 1/2998 'two of 3000 rows are refused, the rest is loaded'
is "$(jq -r '[.line, .reason] | @tsv' rejects)" "$(printf '%s\t%s\n' 14 \
    'new row for relation "r" violates check constraint "r_v_check": Failing row contains (13, 13).' \
    78 'not today')" 'by a constraint and by a trigger'
is "$(cat out)" '{"type":"STATE","value":1}' 'and the STATE is given'
rm -f rejects
load --rejects rejects --disposition append < refused
is "$got/$(jq -r .reason rejects | sed 's/:.*//' | sort | uniq -c | sort -n | tail -1 | xargs)" \
    '1/2998 duplicate key value violates unique constraint r_pkey' 'append: so are repeated keys'
pg 'CREATE TABLE late (id bigint UNIQUE DEFERRABLE INITIALLY DEFERRED, v text)'
printf '%s\n' '{"id":1}' '{"id":2}' '{"id":1}' | "$LEAT" load "$TARGET" --stream late 2> err
is "$?/$(pg 'SELECT count(*) FROM late')" 1/2 'a deferred constraint'
pg 'CREATE TABLE strict (a bigint NOT NULL CHECK (a < 10))'
printf '%s\n' '{"a":1}' '{"a":11}' '{"a":null}' '{"a":2}' |
    "$LEAT" load "$TARGET" --stream strict --disposition replace 2> err
is "$?/$(pg 'SELECT count(*) FROM strict')" 1/2 'rows that are to replace a table, too'
pg 'CREATE ROLE reader LOGIN' 'GRANT SELECT ON strict TO reader'
PGUSER=reader "$LEAT" load "$TARGET" --stream strict 2> err <<'INPUT'
{"a":3}
INPUT
is "$?" 4 'no permission: status 4'
like "$(cat err)" 'permission denied' 'and it is said'

# --- a table that changes under our feet
mkfifo feed
"$LEAT" load --batch-seconds 0 "$TARGET" --stream moving < feed > out 2> err &
pid=$!
exec 3> feed
echo '{"a":1}' >&3
for _ in $(seq 100); do
    [ "$(pg "SELECT to_regclass('moving') IS NOT NULL")" = f ] || break
    sleep 0.1
done
pg 'ALTER TABLE moving ALTER a TYPE text, ADD b integer'
echo '{"a":2,"b":3}' >&3
exec 3>&-
wait $pid
is "$?/$(pg 'SELECT * FROM moving ORDER BY a' | paste -sd,)" '0/1|,2|3' 'a table altered meanwhile'

# --- a server that vanishes
rows() {
    schema "$1" '"id":{"type":"integer"},"v":{"type":"string"}' "$2"
    seq 1 40000 | sed "s/.*/{\"type\":\"RECORD\",\"stream\":\"$1\",\"record\":{\"id\":&,\"v\":\"some text &\"}}/"
    state 1
}
slowly() {
    head -20000 "$1"
    sleep 1
    tail -n +20001 "$1"
}
rows lost '' > lost.json
slowly lost.json | "$LEAT" load "$TARGET" --batch 1000 > out 2> err &
pid=$!
sleep 0.7
pg "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'leat load'" > killed
wait $pid
is "$?/$(pg 'SELECT count(*), count(DISTINCT id) FROM lost')" '0/40000|40000' \
    'a connection that is cut is made again, and no row is lost or doubled'
like "$(cat killed err)" 'connection is lost' 'which is said'
rows crash '' > crash.json
slowly crash.json | "$LEAT" load "$TARGET" --batch 1000 --retries 20 > out 2> err &
pid=$!
sleep 0.7
postgresql_crash
sleep 0.5
postgresql_again
wait $pid
is "$?/$(pg 'SELECT count(*), count(DISTINCT id) FROM crash')" '0/40000|40000' \
    'a server that crashes and comes back'
is "$(cat out)" '{"type":"STATE","value":1}' 'the STATE is given at the end'
slowly crash.json | "$LEAT" load "$TARGET" --batch 1000 --retries 1 --disposition append > out 2> err &
pid=$!
sleep 0.7
postgresql_crash
got=0
wait $pid || got=$?
is "$got" 4 'a server that stays away: status 4'
is "$(cat out)" '' 'and no STATE'
postgresql_again
done_testing
