#!/bin/sh
# What fetch writes: streams by default or by name, from operands; what it can tell without asking; the
# same however it is asked, and from an archive.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/lib.sh"
forge_start --repo o/mill:issues=12,pulls=5
export GITHUB_TOKEN=tok1
export fetch_options=--no-cache

# schema FILE STREAM FILTER
schema() {
    grep '^{"type":"SCHEMA"' "$1" | jq -r "select(.stream == \"$2\") | $3"
}
schema_streams() {
    grep '^{"type":"SCHEMA"' "$1" | jq -r .stream | paste -sd' '
}
asked() {
    counted .requests
}
# refused NAME PATTERN ARGUMENTS...: a usage error that says what to do, before anything is asked.
refused() {
    name=$1 pattern=$2
    shift 2
    forget
    status 2 "$name: status 2" fetch "$@"
    like "$(cat err)" "$pattern" "$name: it says what to do"
    is "$(asked) $(wc -c < out)" '0 0' "$name: nothing is asked, nothing written"
}

# --- streams
status 0 'without streams' fetch github o/mill
mv out all
like "$(records all)" 'issue_comments=345 .*issues=12 .*pull_requests=5 ' 'all are fetched that are fetched by default'
is "$(grep -c '"stream":"\(users\|user_search\|user_events\|org_repos\)"' all)" 0 'and no other'
is "$(schema all issue_comments '.parent | "\(.stream) \(.key.issue_id)"')" 'issues id' 'a child names its parent'
status 0 'a stream by name' fetch github o/mill issues
is "$(records out)$(schema_streams out)" 'issues=12 issues renames status' 'is fetched alone'
status 0 'a child stream alone' fetch github o/mill issue_comments
is "$(records out)$(schema out issue_comments '.parent')" 'issue_comments=345 null' 'has no parent in its SCHEMA'
grep '"type":"RECORD","stream":"issue_comments"' all > of.all
grep '"type":"RECORD"' out > alone
same alone of.all 'and the same records'
awk -F'"' '$4 == "SCHEMA" {had[$8] = 1} $4 == "RECORD" && !had[$8] {print $8; bad = 1} END {exit bad || NR == 0}' all
ok $? 'every SCHEMA stands before the records'
is "$(grep -vc '^{"type":"\(SCHEMA\|RECORD\|STATE\)",' all)" 0 'there is nothing but messages of Singer'
like "$(tail -1 all)" '^{"type":"STATE","value":{"bookmarks":{"github":{"o/mill":{' 'the last is the STATE'
is "$(schema all issues '.key_properties | join(",")')" id 'the SCHEMA has the key'

# --- operands
status 0 'parameters instead of a subject' fetch github owner=o repo=mill issues
is "$(records out)" 'issues=12 ' 'are as good'
refused 'an unknown operand' "'nosuch' is no stream of github \(see leat fetch github --list\)" github o/mill nosuch
refused 'a second subject' "'o/other' is no stream" github o/mill o/other
refused 'a stream without what it needs' 'users: .*login has no value \(see --list\)' github o/mill users
refused 'nothing that can be fetched' 'nothing to fetch .*--list' github
refused 'what the platform cannot give' "gitlab cannot give 'clones': ." gitlab o/mill clones
refused '--parameters without streams' 'needs the streams by name' github --parameters /dev/null
refused '--probe with a stream' 'for no stream' --probe github o/mill issues
refused '--archive with --replay' 'exclude each other' --archive a --replay b github o/mill
refused 'a wrong date' "'yesterday' is neither a date" --since yesterday github o/mill
refused 'no source' 'no source given .*--list'
status 3 'an unknown source: status 3' fetch nosuch o/mill
like "$(cat err)" "no source 'nosuch' \(.*leat-source\(5\).*--list" 'it says what to do'

# --- asking nothing
forget
status 0 '--list' "$LEAT" fetch --list
is "$(cut -d' ' -f1 out | paste -sd' ')" 'gitea github gitlab jira' 'has the sources'
status 0 '--list of a source' fetch --list github
like "$(cat out)" '^issues +id +by updated_at' 'has the streams, keys and what they go on by'
like "$(cat out)" '^issue_comments .*with issues' 'the parents'
like "$(cat out)" '^users .*\(when named\)' 'what is not fetched by default'
like "$(cat out)" '^tokens: .*GITHUB_TOKEN' 'where tokens come from'
status 0 '--discover' fetch --discover github
is "$(jq -r '.streams | length' out)" "$(jq '[.streams[] | select((.hidden or .unavailable) | not)] | length' \
    "$here/../../common/sources/github.json")" 'has every stream'
is "$(jq -r '[.streams[] | select(.tap_stream_id == .stream and (.key_properties | length) > 0 and
    .schema.type == "object" and (.metadata[0].breadcrumb == []) and
    (. as $all | .key_properties - (.schema.properties | keys) | length == 0))] | length' out)" \
    "$(jq -r '.streams | length' out)" 'with keys that its schema has, and metadata'
is "$(jq -c '.streams[] | select(.stream == "issues") | .metadata[0].metadata | [."table-key-properties",
    ."valid-replication-keys", ."forced-replication-method", ."selected-by-default"]' out)" \
    '[["id"],["updated_at"],"INCREMENTAL",true]' 'the metadata of Singer'
{ echo junk; seq 150 | sed 's/.*/{"login":"u&"}/'; } > logins
status 1 '--dry-run rejects a bad line' fetch --dry-run --parameters logins github users
is "$(grep -c '^POST .*"login":"u' out)" 150 'and shows the requests of all the others'
status 0 '--dry-run' fetch --dry-run github o/mill issues issue_comments releases
is "$(grep -c '^GET http.*/repos/o/mill/releases?per_page=100$' out)" 1 'shows the requests'
like "$(cat out)" '^POST http.*/graphql github-issues.graphql {"owner":"o","repo":"mill","since":null' 'and the queries'
like "$(cat out)" '^  for each of issues with more issue_comments than a page: ' 'and what hangs on records'
is "$(asked)" 0 'nothing was asked'

# --- the way does not change what comes
fetch -j 1 github o/mill > one
faults '[{"match":".","probability":0.3,"kind":"delay","seconds":0.1}]'
fetch -j 8 github o/mill > eight
faults '[]'
timeless all > all.timeless
timeless one > one.timeless
timeless eight > eight.timeless
same one.timeless all.timeless 'one request at a time gives the same'
same eight.timeless all.timeless 'as do eight, when some answers are late'

# --- archives
mkdir empty
status 0 '--archive' fetch --archive kept github o/mill
mv out archived
url=$FORGE_URL
forge_stop
status 0 '--replay, and no server' "$LEAT" fetch --url "$url" --replay kept github o/mill
timeless archived > archived.timeless
timeless out > replayed.timeless
same replayed.timeless archived.timeless 'gives the same'
status 4 '--replay of what is missing: status 4' "$LEAT" fetch --url "$url" --replay empty github o/mill releases
like "$(cat err)" 'o/mill: releases: .*/releases.*: not in the archive' 'it says what is missing'
status 3 '--replay of no archive: status 3' "$LEAT" fetch --url "$url" --replay nosuch github o/mill
like "$(cat err)" 'cannot read the archive nosuch' 'it says which'
done_testing
