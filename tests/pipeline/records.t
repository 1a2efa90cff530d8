#!/bin/sh
# Nested records through flatten, schema-infer and load: the database answers as jq does.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/../postgresql.sh"
. "$here/lib.sh"
trap 'postgresql_stop; rm -rf "$WORK"' EXIT
postgresql_start "$WORK"

"$GENERATE" issues 2000 > issues
"$GENERATE" issues 500 7 >> issues
load_issues() { "$LEAT" flatten --stream issues --key issues=id < issues | "$@"; }
jq -r '[.id, .comments] | @tsv' issues | awk '{ last[$1] = $0 } END { for (id in last) print last[id] }' | sort > jq.rows
jq -c . issues | awk '{ match($0, /"id":[0-9]+/); last[substr($0, RSTART, RLENGTH)] = $0 } END { for (i in last) print last[i] }' |
    jq -r '.id as $i | .labels | to_entries[] | [$i, .key, .value.id, .value.name] | @tsv' | sort > jq.labels

load_issues "$LEAT" load sqlite:x.db > out
ok $? 'flatten | load into SQLite, types inferred'
sqlite3 -separator '	' x.db 'SELECT id, comments FROM issues' | sort > rows
same rows jq.rows 'the last of each key stays'
sqlite3 -separator '	' x.db 'SELECT _parent_id, _index, id, name FROM issues__labels' | sort > labels
same labels jq.labels 'and its labels are those of the last'
load_issues "$LEAT" schema-infer | "$LEAT" load postgresql:// > out
ok $? 'with schema-infer between, into PostgreSQL'
psql -Atq -F '	' -c 'SELECT id, comments FROM issues' | sort > pg.rows
same pg.rows jq.rows 'the same issues'
psql -Atq -F '	' -c 'SELECT _parent_id, _index, id, name FROM issues__labels' | sort > labels
same labels jq.labels 'the same labels'
is "$(psql -Atqc "SELECT data_type FROM information_schema.columns WHERE table_name = 'issues' AND column_name IN ('id', 'title', 'score', 'created_at', 'locked') ORDER BY column_name" | tr '\n' ,)" 'timestamp with time zone,bigint,boolean,numeric,text,' 'columns have their types'
is "$(psql -Atqc "SELECT count(*) FROM issues WHERE score::text !~ '^[0-9]+\.[0-9][0-9]$'")" 0 'numbers keep their text'

# --- a shrinking array loses its rows
printf '{"id":1,"l":["a","b","c"]}\n{"id":2,"l":["x"]}\n' | "$LEAT" flatten --stream t --key t=id | "$LEAT" load sqlite:y.db > out
printf '{"id":1,"l":["a"]}\n' | "$LEAT" flatten --stream t --key t=id | "$LEAT" load sqlite:y.db > out
is "$(sqlite3 y.db 'SELECT _parent_id || value FROM t__l ORDER BY 1' | tr '\n' ' ')" '1a 2x ' 'a shorter array deletes the positions that vanished'

# --- what travels through every stage unharmed
printf '%s\n' '{"id":1,"big":9007199254740993,"dec":1.10,"huge":123456789012345678901234567890,"s":"caf\u00e9 \ud83d\ude00 \" \\ \n","e":""}' > exact
for target in sqlite:e.db postgresql://; do
    "$LEAT" flatten --stream exact --key exact=id < exact | "$LEAT" schema-infer | "$LEAT" load "$target" > out
done
is "$(sqlite3 e.db 'SELECT big, huge, hex(s), e IS NULL FROM exact')" "$(psql -Atqc "SELECT big, huge, upper(encode(convert_to(s, 'UTF8'), 'hex')), (e IS NULL)::int FROM exact")" 'both databases give the same back'
is "$(sqlite3 e.db 'SELECT big, huge FROM exact')" '9007199254740993|123456789012345678901234567890' 'and it is what went in'
is "$(psql -Atqc 'SELECT dec FROM exact')" '1.10' 'a decimal keeps its text in PostgreSQL'
is "$(sqlite3 e.db 'SELECT dec = 1.1, dec < 2, sum(dec) FROM exact')" '1|1|1.1' 'and is a number in SQLite'

# --- rejects on the way
printf '{"id":1}\n{"id":\n{"id":2,"id":3}\n{"id":4}\n' > mixed
"$LEAT" flatten --stream m --key m=id --rejects bad < mixed > rows
is $? 1 'rejected records are told by the status'
"$LEAT" load sqlite:m.db < rows > out
is "$(sqlite3 m.db 'SELECT group_concat(id) FROM m')" '1,4' 'and the good ones are loaded'
is "$(wc -l < bad)" 2 'the bad ones are in the file'

# --- a rejected record leaves no trace in the tables
for target in sqlite:r.db postgresql://; do
    printf '{"a":1,}\n' | "$LEAT" load --stream bad "$target" > out 2> err
    is $? 1 "${target%%:*}: nothing but a bad record"
    printf '{"b":1}\n{"c":null,"d":[1,2}\n' | "$LEAT" load --stream good "$target" > out 2> err
    is $? 1 "${target%%:*}: a bad record behind a good one"
    printf '{"b":[1,2}\n' | "$LEAT" load --stream good "$target" > out 2> err
    is $? 1 "${target%%:*}: a bad record for a table that exists"
done
is "$(sqlite3 r.db "SELECT group_concat(m.name || '.' || c.name) FROM sqlite_master m, pragma_table_info(m.name) c")" good.b 'SQLite has no table and no column of theirs'
is "$(psql -Atqc "SELECT string_agg(table_name || '.' || column_name, ',') FROM information_schema.columns WHERE table_name IN ('good', 'bad')")" good.b 'neither has PostgreSQL'
done_testing
