#!/bin/sh
# The command line of load, and what it says and returns when something is wrong.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/load/lib.sh
. "$here/lib.sh"
TARGET=sqlite:t.db

status 0 '--help' "$LEAT" load --help
like "$(cat out)" '--load-id ID' '--help names the options'
status 0 '--version' "$LEAT" load --version
status 2 'no target' "$LEAT" load
status 2 'two targets' "$LEAT" load sqlite:a sqlite:b
status 2 'a target of no kind' "$LEAT" load t.db
like "$(cat err)" 'not a target' 'a target of no kind is named'
status 2 'SQLite without a file' "$LEAT" load sqlite:
status 2 'an unknown option' "$LEAT" load --nothing sqlite:t.db
status 2 'no such contract' "$LEAT" load --contract maybe sqlite:t.db
status 2 'no such disposition' "$LEAT" load --disposition maybe sqlite:t.db
status 2 'a batch of nothing' "$LEAT" load --batch 0 sqlite:t.db
status 2 'batch-bytes that is no size' "$LEAT" load --batch-bytes 1X sqlite:t.db
status 2 'batch-seconds that is no number' "$LEAT" load --batch-seconds x sqlite:t.db
status 2 'retries that are no number' "$LEAT" load --retries -1 sqlite:t.db
status 2 'an empty load id' "$LEAT" load --load-id '' sqlite:t.db
status 2 'a schema for SQLite' "$LEAT" load --schema-name s sqlite:t.db
status 2 'rejects that cannot be written' "$LEAT" load --rejects /nowhere/x sqlite:t.db
ok "$([ ! -e t.db ]; echo $?)" 'a wrong command line makes no database'

: > empty
load < empty
is "$got" 0 'an empty input is fine'

load --stream ev <<'INPUT'
{"a":1}
{"a":
nonsense
{"a":2}
[1]
INPUT
is "$got" 1 'bad lines: status 1'
is "$(sql 'SELECT a FROM ev')" "1
2" 'bad lines do not stop the good ones'
is "$(grep -c rejected err)" 3 'each is reported'

printf '{"a":3}\n{"a":4' > cut.json
load --stream ev --rejects rejects < cut.json
is "$got" 1 'a truncated last line: status 1'
is "$(jq -r '[.tool, .stream, .line, .original] | @csv' rejects)" \
    '"load","ev",2,"{""a"":4"' '--rejects holds the line'
is "$(stat -c %a rejects)" 600 'rejects are private'
is "$(cat err)" '' 'and stderr holds nothing then'

printf '{"a":"%2000s"}\n{"a":5}\n' x > long
load --stream ev --max-line 1024 < long
is "$got" 1 'a line over the limit: status 1'
printf '{"a":[[[1]]]}\n{"a":6}\n' > deep
load --stream ev --max-nesting 3 < deep
is "$got" 1 'nesting over the limit: status 1'
printf '{"a":"\377"}\n{"b":1,"b":2}\n{"a":"\000"}\n{"a":7}\n' > bad
load --stream ev < bad
is "$got" 1 'invalid UTF-8, a duplicate key, a raw NUL: status 1'
is "$(grep -c rejected err)" 3 'all three are rejected'
is "$(sql 'SELECT count(*) FROM ev WHERE a IN (3, 5, 6, 7)')" 4 'the lines beside them are loaded'

printf '{"a":1}\n' | "$LEAT" load "$TARGET" --stream ev -q --stats 2> err > out
is "$(jq -c '[.tool, .records_in, .records_out, .records_rejected]' err)" '["load",1,1,0]' '--stats'
printf '{"a":1}\n' | "$LEAT" load "$TARGET" --stream new -v 2> err > out
like "$(cat err)" 'make the table new' '-v tells of changes'
printf '{"a":null}\n{}\n{"a\\u0000b":1}\n{"a":null}\n' | "$LEAT" load "$TARGET" --stream nulls --batch 1 2> err
is "$?/$(sql 'SELECT count(*), count(a) FROM nulls')" '1/2|0' 'rows of nulls are rows'
like "$(cat err)" 'line 2: .*without members' 'a record without members is rejected'
like "$(cat err)" 'line 3: .*cannot be a column' 'and so is a name with U+0000'
printf '{"a":1}\n' | "$LEAT" load "$TARGET" > out
is "$(sql 'SELECT a FROM records')" 1 'plain records without --stream go to "records"'

echo 'this is not a database, but a text that is long enough to be taken for one' > text
status 3 'a file that is no database: status 3' "$LEAT" load sqlite:text < /dev/null
like "$(cat err)" 'text: .*not a database' 'and it is named'
is "$(cat text)" 'this is not a database, but a text that is long enough to be taken for one' \
    'it is left as it is'
status 3 'a folder that is not there: status 3' "$LEAT" load sqlite:/nowhere/x.db < /dev/null
status 4 'an unreachable server: status 4' "$LEAT" load 'host=/nowhere dbname=x' < /dev/null
like "$(cat err)" '/nowhere' 'and it is named'
status 4 'no server at that port: status 4' \
    "$LEAT" load postgresql://user:secret@127.0.0.1:1/x < /dev/null
ok "$(! grep -q secret err; echo $?)" 'the password is not in the message'

schema ev '"id":{"type":"integer"}' '"id"' ',"write_disposition":"sideways"' > wrong
load < wrong
is "$got" 3 'an unusable SCHEMA: status 3'
{ schema k '"a":{"type":"integer"}' ''; record k '"a":1'; } > keyless
load --disposition upsert < keyless
is "$got" 3 'upsert without keys: status 3'
like "$(cat err)" 'k has no keys' 'and the stream is named'

state '{"a":1}' | "$LEAT" load "$TARGET" > /dev/full 2> err
is "$?" 70 'a full disk behind stdout: status 70'
like "$(cat err)" 'standard output' 'and it is said'

mkfifo input
"$LEAT" load 'sqlite:password=hunter2.db' < input > out 2> err &
pid=$!
exec 3> input
sleep 0.3
ok "$(! tr '\0' ' ' < /proc/$pid/cmdline | grep -q hunter2; echo $?)" \
    'a password is wiped from the arguments that everybody can read'
exec 3>&-
wait $pid
done_testing
