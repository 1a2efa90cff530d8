#!/bin/sh
# What rows become in SQLite: types, growth of tables, dispositions, contracts.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/load/lib.sh
. "$here/lib.sh"
TARGET=sqlite:t.db

# --- values
cat > values <<'INPUT'
{"b":true,"i":-9223372036854775808,"n":1.10,"d":"2024-02-29","t":"2024-02-29T23:59:59.5+01:00","l":"2024-02-29T23:59:59","u":"00112233-4455-6677-8899-aabbccddeeff","s":"it's \"é\" \u00e9\n","j":{"a":[1.10,"\u0000"]}}
{"b":false,"i":9007199254740993,"n":9007199254740993,"s":"\ud83d\ude00 \ud800 \u0000","j":7}
{"b":null,"i":null,"n":0.1234567890123456789,"s":null,"j":null}
{"n":1e400},{"n":1}
{"n":18446744073709551616}
{"n":0.30000000000000004}
{"n":1e20}
INPUT
load --stream v < values
is "$got" 1 'a record that is followed by another is rejected'
is "$(sql "SELECT name || ' ' || type FROM pragma_table_info('v')" | paste -sd,)" \
    'b BOOLEAN,i INTEGER,n NUMERIC BLOB,d DATE TEXT,t DATETIME TEXT,l TIMESTAMP TEXT,u UUID TEXT,s TEXT,j JSON TEXT' \
    'the types of columns'
is "$(sql 'SELECT b, i, typeof(i) FROM v LIMIT 3')" '1|-9223372036854775808|integer
0|9007199254740993|integer
||null' 'booleans and integers'
is "$(sql 'SELECT typeof(n) FROM v' | paste -sd,)" 'real,integer,text,text,real,real' \
    'a number is kept as text only where no double is that number'
is "$(sql "SELECT n FROM v WHERE typeof(n) = 'text'")" '0.1234567890123456789
18446744073709551616' 'and then keeps its digits'
is "$(sql 'SELECT n = 0.30000000000000004, n > 0.3 FROM v WHERE rowid = 5')" '1|1' \
    'seventeen digits survive'
is "$(sql 'SELECT d, t, l, u FROM v LIMIT 1')" \
    '2024-02-29|2024-02-29T23:59:59.5+01:00|2024-02-29T23:59:59|00112233-4455-6677-8899-aabbccddeeff' \
    'times and identifiers keep their text'
is "$(sql 'SELECT hex(s) FROM v LIMIT 2')" '697427732022C3A92220C3A90A
F09F988020EFBFBD20EFBFBD' 'strings; NUL and a lone surrogate become U+FFFD'
is "$(sql 'SELECT j FROM v LIMIT 2')" '{"a":[1.10,"\ufffd"]}
7' 'JSON keeps its text, but for NUL'
like "$(cat err)" 'v: 3 characters' 'what was replaced is said, once a stream'

# --- growth
rm -f t.db
printf '%s\n' '{"a":1,"f":true}' '{"a":2,"b":"x"}' | "$LEAT" load "$TARGET" --stream g
sql 'CREATE INDEX by_a ON g (a)' 'CREATE VIEW seen AS SELECT a FROM g' \
    "CREATE TRIGGER t AFTER INSERT ON g WHEN new.a = 'never' BEGIN SELECT 1; END"
printf '%s\n' '{"a":1.5,"c":null}' | "$LEAT" load "$TARGET" --stream g
is "$(sql 'SELECT a, typeof(a) FROM g ORDER BY rowid' | paste -sd,)" '1|integer,2|integer,1.5|real' \
    'an integer column becomes a number'
printf '%s\n' '{"a":"007","f":"no"}' | "$LEAT" load "$TARGET" --stream g
is "$(sql 'SELECT a, typeof(a), f FROM g ORDER BY rowid' | paste -sd,)" \
    '1|text|true,2|text|,1.5|text|,007|text|no' 'and then a string, old values too'
is "$(sql "SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema WHERE name IN ('by_a', 'seen', 't') ORDER BY name)")" \
    'by_a,seen,t' 'indexes, views and triggers of the table stay'
is "$(sql 'SELECT count(*) FROM seen' 'PRAGMA integrity_check')" '4
ok' 'and work'
is "$(sql "SELECT type FROM pragma_table_info('g') WHERE name = 'c'")" TEXT \
    'a column of nulls becomes text at the end'
load --stream g <<'INPUT'
{"a":{"deep":1},"b":"y"}
INPUT
is "$(sql 'SELECT a, b, a__json FROM g WHERE b = '"'y'")" '|y|{"deep":1}' \
    'an object in a scalar column goes to a second column'
like "$(cat err)" 'the column a holds string' 'and it is reported'
load --stream g <<'INPUT'
{"a":[1]}
{"a":{"x":2},"a__json":3}
INPUT
is "$got" 1 'two values for that column: the row is rejected'
is "$(sql 'SELECT a__json FROM g WHERE a__json IS NOT NULL' | paste -sd,)" '{"deep":1},[1]' \
    'the second column is known again'
printf '%s\n' '{"o":null,"p":1}' '{"o__x":1,"p":"q"}' | "$LEAT" load "$TARGET" --stream o
is "$(sql "SELECT group_concat(name) FROM pragma_table_info('o')")" 'p,o__x' \
    'an object that was null makes no column'
is "$(sql 'SELECT p FROM o' | paste -sd,)" '1,q' 'types widen within a batch'
seq 3000 | sed 's/.*/{"c&":1}/' | "$LEAT" load "$TARGET" --stream wide 2> err
is "$?" 3 'more columns than the database takes: status 3'
like "$(cat err)" 'cannot .*wide' 'and the table is named'
printf '%s\n' '{"Id":1}' '{"id":2}' '{"id":3,"ID":4}' | "$LEAT" load "$TARGET" --stream case 2> err
is "$(sql 'SELECT ID FROM "case"' | paste -sd,)" '1,2' 'names that differ by case are one column'

# --- tables of others
rm -f t.db
sql 'CREATE TABLE ev (id INTEGER PRIMARY KEY, name VARCHAR(9) NOT NULL CHECK (length(name) < 5),
    seen DATETIME DEFAULT 7, note TEXT DEFAULT "mine")'
{ schema ev '"id":{"type":"integer"},"name":{"type":"string"}' '"id"'
    record ev '"id":1,"name":"a"'
    record ev '"id":2,"name":"too long"'
    record ev '"id":3,"name":null'
    record ev '"id":4,"name":"d"'; } > other
load --rejects rejects < other
is "$got" 1 'rows the database refuses: status 1'
is "$(sql 'SELECT * FROM ev')" '1|a|7|mine
4|d|7|mine' 'the others are loaded, columns the input does not name have their defaults'
is "$(jq -r '[.line, .reason] | @tsv' rejects)" \
    "$(printf '3\tCHECK constraint failed: length(name) < 5\n4\tNOT NULL constraint failed: ev.name')" \
    'with the reason the database gives'

# --- append, upsert
rm -f t.db
{ schema a '"id":{"type":"integer"}' ''; record a '"id":1'; record a '"id":1'; } |
    "$LEAT" load "$TARGET"
is "$(sql 'SELECT count(*) FROM a')" 2 'a stream without keys is appended to'
{ schema u '"id":{"type":"integer"},"v":{}' '"id"'
    record u '"id":1,"v":"a"'; record u '"id":2,"v":"b"'; record u '"id":1,"v":"c"'
    record u '"id":null,"v":"d"'; record u '"v":"e"'; } > upsert
load < upsert
is "$(sql 'SELECT * FROM u ORDER BY id')" '1|c
2|b' 'a stream with keys is upserted, the last row of a key wins'
is "$(grep -c 'key column id is null' err)" 2 'rows without a key are rejected'
sql "CREATE TABLE log (id)" "CREATE TRIGGER t AFTER UPDATE ON u BEGIN INSERT INTO log VALUES (new.id); END"
sed 's/"v":"b"/"v":"B"/; s/"v":"a"/"v":"c"/' upsert | "$LEAT" load "$TARGET" 2> err
is "$(sql 'SELECT group_concat(id) FROM log')" 2 'only rows that differ are written'
load --disposition append < upsert
is "$got" 1 'append into a table with a primary key: repeated keys are rejected'
sql 'CREATE TABLE dup (id INTEGER)' 'INSERT INTO dup VALUES (1), (1)'
{ schema dup '"id":{"type":"integer"}' '"id"'; record dup '"id":2'; } > repeated
load < repeated
is "$got" 3 'keys that are not unique: status 3'
like "$(cat err)" 'unique index on the keys of dup' 'and the change is named'
is "$(sql 'SELECT count(*) FROM dup')" 2 'nothing is written then'
is "$({ schema w '"id":{"type":"integer"}' '"id"' ',"write_disposition":"append"'; record w '"id":1'
    record w '"id":1'; } | "$LEAT" load "$TARGET"; sql 'SELECT count(*) FROM w')" 2 \
    'the SCHEMA says append'

# --- contracts
rm -f t.db
sql 'CREATE TABLE c (a INTEGER, b TEXT)'
cat > drift <<'INPUT'
{"a":1,"b":"x"}
{"a":"y","b":"x2"}
{"a":2,"new":1}
{"a":3,"b":{}}
INPUT
load --stream c --contract freeze < drift
is "$got" 1 'freeze: rows that need a change are rejected'
is "$(sql 'SELECT a, b FROM c')" '1|x' 'the others loaded'
is "$(grep -c 'may not change' err)" 3 'with the reason'
load --stream c --contract discard < drift
is "$got" 0 'discard: rows are loaded without what does not fit'
is "$(sql 'SELECT a, b FROM c LIMIT -1 OFFSET 1' | paste -sd,)" '1|x,|x2,2|,3|' 'as it says'
like "$(cat err)" 'c: 3 values were discarded' 'and they are counted'
load --stream none --contract freeze < drift
is "$got" 1 'freeze: a table that does not exist is not made'
is "$(sql "SELECT count(*) FROM sqlite_schema WHERE name = 'none'")" 0 'indeed'

# --- concurrency, disk
rm -f t.db
sql 'CREATE TABLE l (a)'
(printf 'BEGIN IMMEDIATE;\n'; sleep 2; printf 'COMMIT;\n') | sqlite3 t.db &
sleep 0.5
echo '{"a":1}' | "$LEAT" load "$TARGET" --stream l
is "$?" 0 'a locked database is waited for'
wait
is "$(sql 'SELECT count(*) FROM l' 'PRAGMA journal_mode')" '1
wal' 'and written, with a write-ahead log'
(printf 'BEGIN IMMEDIATE;\n'; sleep 8; printf 'COMMIT;\n') | sqlite3 t.db &
sleep 0.5
echo '{"a":1}' | "$LEAT" load "$TARGET" --stream l --retries 0 2> err
is "$?" 4 'a database locked for good: status 4'
like "$(cat err)" 'locked' 'and it is said'
wait
mkdir small
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=1m none small 2> /dev/null; then
    seq 1 50000 | sed 's/.*/{"a":&,"b":"some text to fill the disk with"}/' > much
    head -2000 much | "$LEAT" load sqlite:small/f.db --stream f
    { cat much; state 1; } | "$LEAT" load sqlite:small/f.db --stream f > out 2> err
    got=$?
    is "$got" 4 'a full disk: status 4'
    like "$(cat err)" 'full' 'and it is said'
    is "$(sqlite3 small/f.db 'SELECT count(*) FROM f' 'PRAGMA integrity_check' | paste -sd,)" \
        '2000,ok' 'nothing is half-written'
    is "$(cat out)" '' 'and no STATE given'
    umount small
else
    skip 'a full disk (needs root)'
fi
done_testing
