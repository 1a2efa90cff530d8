#!/bin/sh
# Records go into staging and come out as they came, families whole, whatever is cut off.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/load/lib.sh
. "$here/../load/lib.sh"
# shellcheck source=tests/postgresql.sh
. "$here/../postgresql.sh"
trap 'postgresql_stop; rm -rf "$WORK"' EXIT
got=0

# --- the command line
status 2 'without a target' "$LEAT" stage --repo-id 7 --platform-id 1
status 2 'without a repository' "$LEAT" stage --platform-id 1 service=x
status 2 'without a platform' "$LEAT" stage --repo-id 7 service=x
status 2 '--drain without a repository' "$LEAT" stage --drain service=x
status 2 'two things to do' "$LEAT" stage --drain --retry --repo-id 7 service=x
status 2 'a repository that is no number' "$LEAT" stage --drain --repo-id x service=x
status 2 'no target' "$LEAT" stage --repo-id 7 --platform-id 1 here
status 2 'SQLite' "$LEAT" stage --repo-id 7 --platform-id 1 sqlite:x.db
like "$(cat err)" 'load sqlite:FILE needs no staging' 'which needs none'
status 4 'no server' "$LEAT" stage --repo-id 7 --platform-id 1 "host=$WORK"
postgresql_start "$WORK" || {
    ok 1 'a private PostgreSQL server'
    done_testing
    exit
}
TARGET=host=$PGHOST
status 4 'without the tables of the warehouse' "$LEAT" stage --list "$TARGET"
like "$(cat err)" 'run leat migrate' 'it is said how they are made'
psql -Xqf "$here/../../common/sql/0002_staging.sql"

# stage OPTION...: into repository 7; status in $got, messages in err, STATE in out.
stage() {
    got=0
    "$LEAT" stage --repo-id 7 --platform-id 1 "$TARGET" "$@" > out 2> err || got=$?
}
drain() {
    got=0
    "$LEAT" stage --drain --repo-id "${1-7}" "$TARGET" > out 2> err || got=$?
}
clear() { pg 'TRUNCATE leat_ops.staging, leat_ops.staging_rejects, leat_ops.staging_schemas, leat_ops.staging_runs, leat_ops.state'; }
# records: what a drain printed, without the envelopes.
records() { sed -n 's/^{"type":"RECORD","stream":"[a-z]*","record":\(.*\),"staged":[0-9]*}$/\1/p' "$@"; }
family() {
    schema p '"id":{"type":"integer"}' '"id"'
    schema c '"id":{"type":"integer"},"p":{"type":"integer"}' '"id"' \
        ',"parent":{"stream":"p","key":{"p":"id"}}'
}

# --- byte for byte
cat > special <<'INPUT'
{"n":1.10,"big":1152921504606846976,"e":1E+5,"z":-0.0,"long":0.1234567890123456789012345678901234567890}
{"b":1,"a":2,"B" : 3 , "a b":[ 1,2 ,{}]}
{"s":"\u0000 \ud800 \udc00\ud800 \\u0000 \\\u0000 \ud83d\ude00 😀 é \u00e9 \/ \" \b"}
{"\u0000":{"\ud800":["\u0000"]},"deep":[[[[[[[[[[[[]]]]]]]]]]]],"empty":"","null":null,"t":true}
{}
INPUT
{ cat special; "$GENERATE" random 1500 5; "$GENERATE" issues 300 5; } > in
stage --stream things < in
is "$got/$(cat err out)" 0/ 'records of any shape are staged'
drain
records out > back
same back in 'and come out byte for byte, in their order'
is "$got/$(tail -1 out | jq -c '.value.staging | [.repo_id, .after, .rows]')" '0/[7,0,1805]' 'with a STATE at the end'
is "$(grep -c '"type":"STATE"' out)" 1805 'as behind each record'
is "$(pg 'SELECT payload FROM leat_ops.staging ORDER BY staging_id OFFSET 2 LIMIT 1')" \
    '{"s": "� � �� \\u0000 \\� 😀 😀 é é / \" \b"}' 'payload has U+FFFD where jsonb holds no character'
is "$(pg "SELECT count(*) FROM leat_ops.staging WHERE processed OR platform_id <> 1 OR entity_type <> 'things' OR payload IS DISTINCT FROM
    (CASE WHEN staging_id IN (SELECT staging_id FROM leat_ops.staging ORDER BY 1 LIMIT 2 OFFSET 2)
        OR raw ~* 'u(0000|d[89a-f])' THEN payload ELSE raw::jsonb END)")" 0 'payload is else what raw says'
drain 8
is "$(cat out)" '{"type":"STATE","value":{"staging":{"repo_id":8,"after":0,"through":0,"rows":0}}}' \
    'a repository of which nothing is staged'
got=0
"$LEAT" stage --drain --repo-id 7 "$TARGET" 2> err | head -1 > out
is "$(cat err)" '' 'a reader that goes away ends a drain quietly'
clear

# --- Singer messages
{ state '{}'; family; record p '"id":1'; record c '"id":11,"p":1'; state '{"at": 1}'
    record p '"id":2' ',"time_extracted":"2024-01-01T00:00:00Z"'; state '{"at": 2.50}'; } > in
stage --state-key k < in
is "$got/$(cat out)" '0/{"type":"STATE","value":{"at": 2.50}}' 'the last STATE comes out'
is "$(pg 'SELECT state_key, value FROM leat_ops.state')" 'k|{"at": 2.50}' 'and is kept by its key'
drain
{ family; state; } | sed '$d' > expected
head -2 out > begin
same begin expected 'a drain begins with the SCHEMA of parents, then of children'
is "$(records out | paste -sd' ')" '{"id":1} {"id":11,"p":1} {"id":2}' 'then come the records'
is "$(jq -r .type out | paste -sd' ')" 'SCHEMA SCHEMA RECORD RECORD STATE RECORD STATE' 'a STATE behind each family'
pg 'SELECT xmin FROM leat_ops.staging_schemas ORDER BY entity_type' > before
stage < in
pg 'SELECT xmin FROM leat_ops.staging_schemas ORDER BY entity_type' > after
same after before 'a SCHEMA that is the same is not written again'
{ schema p '"id":{"type":"integer"},"v":{}' '"id"'; } > in
stage < in
is "$(pg "SELECT count(*) FROM leat_ops.staging_schemas WHERE message LIKE '%\"v\"%'")" 1 'one that is not is'
{ state '{}'; } > in
stage --state-key k < in
is "$got/$(cat out)/$(pg 'SELECT value FROM leat_ops.state')" '0//{"at": 2.50}' 'a STATE of nothing is neither told nor kept'
schema p '"id":{}' '"id"' ',"write_disposition":"so"' > in
stage < in
is "$got" 3 'an unusable SCHEMA: status 3'
clear

# --- families
{ family; for p in $(seq 40); do
    record p "\"id\":$p"; for c in $(seq $((p % 7))); do record c "\"id\":$p$c,\"p\":$p"; done; done
    state 1; } > families
parted="SELECT count(*) FROM (SELECT coalesce(payload->>'p', payload->>'id') FROM leat_ops.staging GROUP BY 1
    HAVING count(DISTINCT created_at) > 1) x"
stage --batch 1 < families
is "$(pg 'SELECT count(DISTINCT created_at) FROM leat_ops.staging' "$parted" | paste -sd/)" 40/0 'a batch ends between families only'
clear
{ family; record p '"id":1'; for c in $(seq 2000); do record c "\"id\":$c,\"p\":1"; done; record p '"id":2'; } > large
stage --batch-bytes 4K < large
is "$got/$(pg 'SELECT count(*) FROM leat_ops.staging' "$parted" | paste -sd/)" 0/2002/0 \
    'a family larger than memory should hold is one transaction'
clear
{ cat families; record p '"id":50'; record c '"id":501,"p":50'; } > half
stage < half
is "$got/$(cat out)/$(pg "SELECT count(*) FROM leat_ops.staging WHERE payload->>'id' LIKE '50%'")" \
    '4/{"type":"STATE","value":1}/0' 'a family behind the last STATE is left out: its source was cut off'
like "$(cat err)" 'line [0-9]+: the input ends within' 'and it is said'
clear
mkfifo feed
"$LEAT" stage --repo-id 7 --platform-id 1 "$TARGET" < feed > out 2> err &
pid=$!
exec 3> feed
{ family; record p '"id":1'; record c '"id":11,"p":1'; record p '"id":2'; record c '"id":21,"p":2'; } >&3
sleep 0.5
kill -TERM $pid
got=0
wait $pid || got=$?
exec 3>&-
is "$got/$(pg 'SELECT raw FROM leat_ops.staging ORDER BY staging_id' | paste -sd' ')" '4/{"id":1} {"id":11,"p":1}' \
    'SIGTERM: a family that may not be complete is left out'
clear
"$LEAT" stage --repo-id 7 --platform-id 1 --batch-seconds 1 "$TARGET" < feed > out 2> err &
pid=$!
exec 3> feed
{ record x '"id":1'; state 5; } >&3
wait_for out
is "$(cat out)/$(pg 'SELECT raw FROM leat_ops.staging')" '{"type":"STATE","value":5}/{"id":1}' 'a slow stream is staged in time'
exec 3>&-
wait $pid
clear
# several at once: each one's families stay together
for i in 1 2 3; do
    sed "s/\"id\":/\"by\":$i,\"id\":/" families |
        "$LEAT" stage --repo-id 7 --platform-id 1 --batch 5 "$TARGET" > /dev/null 2> "err.$i" &
done
wait
is "$(cat err.1 err.2 err.3)/$(pg "SELECT count(*) FROM (SELECT payload->>'by' AS by, coalesce(payload->>'p', payload->>'id') AS p,
    max(staging_id) - min(staging_id) + 1 AS span, count(*) AS n FROM leat_ops.staging GROUP BY 1, 2) f WHERE span = n")" /120 \
    'of several that stage at once the families do not mix'
clear

# --- records that are refused
{ printf '%s\n' '{"id":1}' '{"id":' '{"id":2,"x":1e400000}' '{"id":3}' '{"id":4,"x":[-1e999999]}'; seq 5 300 | sed 's/.*/{"id":&}/'; } > in
stage --stream things --rejects rejects < in
is "$got/$(jq -r .line rejects | paste -sd,)" 1/2,3,5 'what is no JSON, or no jsonb, is rejected'
is "$(pg 'SELECT staging_id, repo_id, platform_id, entity_type, payload, raw, reason FROM leat_ops.staging_rejects ORDER BY reject_id')" \
    '|7|1|things||{"id":2,"x":1e400000}|value overflows numeric format
|7|1|things||{"id":4,"x":[-1e999999]}|value overflows numeric format' 'no record is lost: the table of rejects has it'
drain
records out > back
grep -v -e '"x"' -e ':$' in > expected
same back expected 'the others are staged in their order'
is "$("$LEAT" stage --list "$TARGET")" '{"repo_id":7,"entity_type":"things","staged":298,"rejected":2}' '--list counts them'
{ schema things '"id":{"type":"integer"}' '"id"' ',"write_disposition":"upsert"'; cat out; } > drained
sed '/"id":10}/s/"id":10/"id":null/; /"id":20}/s/"id":20/"id":null/' drained |
    "$LEAT" load --unstage "$TARGET" --rejects rejects > out 2> err || got=$?
is "$got/$(pg 'SELECT count(*) FROM things' 'SELECT count(*) FROM leat_ops.staging' | paste -sd/)" 1/296/0 'two cannot be loaded'
got=0
"$LEAT" stage --retry -v --repo-id 8 "$TARGET" 2> err
like "$(cat err)" '0 records are staged again' '--retry of another repository moves none'
"$LEAT" stage --retry -v --repo-id 7 "$TARGET" > out 2> err
is "$?/$(cat out)/$(pg 'SELECT raw FROM leat_ops.staging ORDER BY staging_id' | paste -sd' ')" '0//{"id":10} {"id":20}' \
    '--retry moves them back, in their order'
like "$(cat err)" '2 records stay rejected' 'not what is no jsonb'
"$LEAT" stage --drain --repo-id 7 "$TARGET" | "$LEAT" load --unstage "$TARGET" > out
is "$?/$(pg 'SELECT count(*) FROM things')" 0/298 'and they can be loaded'
clear

# --- runs: what is declared is what their input declared
psql -Xqf "$here/../../common/sql/0002_staging.sql" 2> err
is "$?" 0 'the tables can be made over those that are there'
issues_schema() { schema issues '"id":{"type":"integer"}' '"id"'; }
both_schemas() {
    issues_schema
    schema issue_comments '"id":{"type":"integer"}' '"id"' ',"parent":{"stream":"issues","key":{"issue_id":"id"}}'
}
issue() { record issues "\"id\":$1,\"node_id\":\"I$1\",\"number\":$1,\"title\":\"t\",\"state\":\"open\",\"created_at\":\"2024-01-02T03:04:05Z\""; }
comment() { record issue_comments "\"issue_id\":$1,\"id\":$2,\"body\":\"b\",\"created_at\":\"2024-01-02T03:04:05Z\""; }
# rows: from staging into tables; then the comments there, as ISSUE|COMMENT, and what is still staged.
rows() {
    "$LEAT" stage --drain --repo-id 7 -q "$TARGET" | "$LEAT" flatten --model github --set repo_id=7 |
        "$LEAT" load --unstage --schema-name w "$TARGET" > out
    pg 'SELECT issue_id / 1000 || $$:$$ || platform_src_id FROM w.issue_message_ref ORDER BY 1' \
        'SELECT count(*) FROM leat_ops.staging' | paste -sd' '
}
schemas() { jq -r 'select(.type == "SCHEMA") | .stream' out | paste -sd' '; }
runs() { pg 'SELECT array_to_string(streams, $$+$$) FROM leat_ops.staging_runs ORDER BY run_id' | paste -sd' '; }
{ both_schemas; issue 1; comment 1 11; issue 2; comment 2 21; issue 3; comment 3 31; state 1; } | stage
is "$(rows)" '1:11 2:21 3:31 0' 'issues with a comment each'
{ issues_schema; issue 1; issue 2; state 2; } | stage
is "$(rows)" '1:11 2:21 3:31 0' 'issues that are staged without their comments being asked for keep them'
{ both_schemas; issue 1; state 3; } | stage
is "$(rows)" '2:21 3:31 0' 'an issue of which the only comment is gone loses it'
{ both_schemas; issue 2; state 4; } | stage
is "$(runs)" 'issue_comments+issues' 'a run of which nothing is staged any more is forgotten by the next'
{ issue 3; both_schemas; state 5; } | sed '1{h;d};2{p;g}' | stage
{ issues_schema; issue 4; state 6; } | stage
drain
is "$got/$(schemas)/$(records out | jq .id | paste -sd,)" '0/issues issue_comments/2,3' 'a drain takes the runs with the same streams, and their SCHEMA'
like "$(cat err)" 'more is staged.*drain again' 'and says that there is more'
is "$(tail -1 out | jq -c '[.type, .value.staging.rows]')" '["STATE",2]' 'the STATE is of what was printed'
got=0
"$LEAT" stage --drain -q --repo-id 7 "$TARGET" > out 2> err || got=$?
is "$got/$(cat err)" 0/ 'but not with -q'
is "$(rows)" 1 'what the other run staged stays staged'
drain
is "$got/$(schemas)/$(records out | jq .id)/$(cat err)" 0/issues/4/ 'the second has the other SCHEMA only'
clear

{ both_schemas; issue 5; comment 5 51; issue 9007199254740; record issues '"id":1e400000'; state 7; } | stage
rows > /dev/null 2> err
{ issues_schema; issue 7; state 8; } | stage
is "$(runs)/$(pg 'SELECT count(*), count(*) FILTER (WHERE run_id = (SELECT min(run_id) FROM leat_ops.staging_runs)) FROM leat_ops.staging_rejects')" \
    'issue_comments+issues issues/2|2' 'what is rejected keeps its run'
rows > /dev/null
"$LEAT" stage --retry --repo-id 7 "$TARGET" 2> err
drain
is "$(schemas)/$(records out | jq .id)" 'issues issue_comments/9007199254740' 'and again when it is tried again'
pg 'UPDATE leat_ops.staging SET run_id = NULL'
{ both_schemas; issue 8; state 9; } | stage
drain
is "$(schemas)/$(records out | jq .id)" 'issues/9007199254740' 'rows without a run declare what is staged of them'
clear

{ schema 'a\"b\\,{ c' '"id":{}' '"id"'; schema é '"id":{}' '"id"'; record é '"id":1'; } | stage
drain
is "$(schemas)" 'a"b\,{ c é' 'streams of any name'
clear
"$LEAT" stage --repo-id 7 --platform-id 1 --batch-seconds 0 "$TARGET" < feed > states 2> err &
pid=$!
exec 3> feed
{ schema p '"id":{"type":"integer"}' '"id"'; record p '"id":1'; state 1; } >&3
wait_for states
"$LEAT" stage --drain --repo-id 7 "$TARGET" | "$LEAT" load --unstage --schema-name v "$TARGET" > out
schema z '"id":{}' '"id"' > in
record z '"id":1' >> in
stage < in
is "$(runs)" z 'what a run at work has staged may be loaded and its row go'
{ schema q '"id":{"type":"integer"}' '"id"'; record q '"id":2'; state 2; } >&3
exec 3>&-
wait $pid
is "$?/$(pg 'SELECT r.streams FROM leat_ops.staging s JOIN leat_ops.staging_runs r USING (run_id) ORDER BY staging_id' | paste -sd' ')" \
    '0/{z} {p,q}' 'it comes back with what is staged later, and with the streams that are declared later'
clear

# --- two drains at once: one of them comes too late
{ schema seen '"id":{"type":"integer"}' ''; seq 5000 | sed 's/.*/{"type":"RECORD","stream":"seen","record":{"id":&}}/'; } > in
stage < in
for i in 1 2 3; do
    { "$LEAT" stage --drain --repo-id 7 "$TARGET" | "$LEAT" flatten |
        "$LEAT" load --unstage --batch 200 "$TARGET" > "out.$i" 2> "err.$i"; } &
done
wait
"$LEAT" stage --drain --repo-id 7 "$TARGET" | "$LEAT" flatten | "$LEAT" load --unstage "$TARGET" > out 2> err
is "$(pg 'SELECT count(*), count(DISTINCT id) FROM seen' 'SELECT count(*) FROM leat_ops.staging' | paste -sd/)" \
    '5000|5000/0' 'drains at once: each record is loaded once'

# --- memory, and connections that are lost
"$GENERATE" issues 6000 3 > in
"$LEAT" stage --repo-id 9 --platform-id 1 --stats "$TARGET" < in > out 2> stats &
pid=$!
for _ in 1 2 3 4; do
    pg "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'leat stage'" > /dev/null
    sleep 0.1
done
wait $pid
is "$?/$(pg 'SELECT count(*) FROM leat_ops.staging WHERE repo_id = 9')" 0/6000 'connections that are lost: nothing is staged twice or not at all'
"$LEAT" stage --drain --repo-id 9 --stats "$TARGET" > out 2>> stats &
pid=$!
sleep 0.02
pg "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'leat stage'" > /dev/null
wait $pid
records out > back
same back in 'nor drained'
case $BUILD in
*sanitize*) skip 'memory under sanitizers' ;;
*)
    [ "$(grep -o '"peak_bytes":[0-9]*' stats | cut -d: -f2 | sort -n | tail -1)" -lt $((40 << 20)) ]
    ok $? 'memory does not grow with the input'
    ;;
esac
done_testing
