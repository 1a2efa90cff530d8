#!/bin/sh
# Descriptions of one's own: each way to page, where records are, what becomes of them.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/lib.sh"
. "$here/canned.sh"
forge_start --repo o/mill:issues=230,pulls=2
canned_start
unset GITHUB_TOKEN GITHUB_TOKENS

# describe NAME STREAM-MEMBERS...: a description of one stream, all, written to NAME.json.
describe() {
    described=$1
    shift
    printf '{"name":"%s","base_url":"%s","streams":[{"name":"all","key":["id"],%s}]}\n' "$described" "$FORGE_URL" "$*" \
        > "$described.json"
}
# written: the records in out, a line each.
written() {
    grep '^{"type":"RECORD"' out | sed 's/^{"type":"RECORD","stream":"[a-z_]*","record"://; s/}$//'
}
own() {
    "$LEAT" fetch --url "$CANNED_URL" --no-cache --back-off 10 "$@"
}

# --- pages: 25 records, 10 a page, by each way the same
seq 25 > expected
fields='"fields":{"id":"integer"}'
# pages NAME REQUESTS REQUEST [MORE]
pages() {
    describe pages "\"request\":$3,$fields${4-}"
    forget
    status 0 "$1" fetch --no-cache ./pages.json
    written | jq .id > ids
    same ids expected "$1: every record once, in order"
    is "$(counted .requests)" "$2" "$1: by $2 requests"
}
pages 'pages by number' 3 '{"path":"/bulk/items?total=25","pagination":{"type":"page","size_parameter":"per_page","size":10}}'
pages 'by offset' 3 '{"path":"/bulk/offset","parameters":{"total":"25"},"records":"items",
    "pagination":{"type":"offset","size_parameter":"limit","size":10}}'
pages 'by cursor' 3 '{"path":"/bulk/cursor","parameters":{"total":"25"},"records":"items",
    "pagination":{"type":"cursor","next":"next","size_parameter":"limit","size":10}}'
pages 'by link' 3 '{"path":"/bulk/items","parameters":{"total":"25"},
    "pagination":{"type":"link","size_parameter":"per_page","size":10}}'
pages 'without pages' 1 '{"path":"/bulk/items","parameters":{"total":"25"},"pagination":{"type":"none"}}'
pages 'without pages, by default' 1 '{"path":"/bulk/items","parameters":{"total":"25"}}'
seq 20 > expected
pages 'a last page that is full' 3 '{"path":"/bulk/items?total=20","pagination":{"type":"page","size_parameter":"per_page","size":10}}'
seq 11 25 > expected
pages 'pages from another number' 2 '{"path":"/bulk/items?total=25",
    "pagination":{"type":"page","start":2,"size_parameter":"per_page","size":10}}'

# by keyset: GitHub's issues, by the time of the last change.
describe keyset "\"request\":{\"path\":\"/repos/o/mill/issues\",\"parameters\":{\"since\":\"{since}\",\"state\":\"all\",
    \"sort\":\"updated\",\"direction\":\"asc\"},\"pagination\":{\"type\":\"keyset\",\"size_parameter\":\"per_page\",\"size\":50}},
    \"incremental\":{\"field\":\"updated_at\",\"order\":\"ascending\"},\"leave_out\":\"pull_request\",
    \"fields\":{\"id\":\"integer\",\"updated_at\":\"date-time\"}"
status 0 'by keyset' fetch --no-cache ./keyset.json
written | jq .id | sort > ids
forge_control GET 'truth?platform=github&repo=o/mill&stream=issues' | grep -o '"row":{"id":[0-9]*' | grep -o '[0-9]*$' | sort > expected
same ids expected 'by keyset: every record once'
written | jq -r .updated_at > changed
sort changed > changed.sorted
same changed changed.sorted 'by keyset: oldest first'

# by connection: labels of a repository, with a query of one's own.
cat > labels.graphql << 'END'
query($owner: String!, $repo: String!, $first: Int!, $after: String) {
    repository(owner: $owner, name: $repo) {
        labels(first: $first, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } }
    }
}
END
printf '{"name":"own","base_url":"http://localhost","subjects":["{owner}/{repo}"],"graphql":{"path":"/graphql"},
    "authentication":{"header":"Authorization: Bearer {token}","environment":["OWN_TOKEN"]},
    "streams":[{"name":"labels","key":["name"],"request":{"query":"labels.graphql","records":"repository.labels",
    "pagination":{"type":"graphql","size":5,"most":5}},"fields":{"name":"string"}}]}' > labels.json
forget
status 0 'by connection' env OWN_TOKEN=t "$LEAT" fetch --url "$FORGE_URL" --no-cache ./labels.json o/mill
written | jq -r .name | sort > names
forge_control GET 'truth?platform=github&repo=o/mill&stream=labels' | jq -r .row.name | sort > expected
same names expected 'by connection: every record once'
is "$(counted .requests)" 3 'by connection: five at a time'

# by a cursor that is a whole URL, and one that says when it is the last.
answer /first '{"data":[{"id":1}],"links":{"next":"ORIGIN/second"}}'
answer /second '{"data":[{"id":2}],"links":{"next":null}}'
describe cursor "\"request\":{\"path\":\"/first\",\"records\":\"data\",\"pagination\":{\"type\":\"cursor\",\"next\":\"links.next\"}},$fields"
status 0 'by the next URL' own ./cursor.json
is "$(written | paste -sd' ')" '{"id":1} {"id":2}' 'by the next URL: both pages'
answer /list '{"data":[{"id":1}],"token":"a b","isLast":false}'
answer '/list?cursor=a%20b' '{"data":[{"id":2}],"token":"a b","isLast":true}'
describe cursor "\"request\":{\"path\":\"/list\",\"records\":\"data\",
    \"pagination\":{\"type\":\"cursor\",\"next\":\"token\",\"last\":\"isLast\"}},$fields"
status 0 'by a cursor with a last page' own ./cursor.json
is "$(written | paste -sd' ')" '{"id":1} {"id":2}' 'by a cursor with a last page: both'

# --- where records are, which ones, and as what
# shaped NAME BODY EXPECTED STREAM-MEMBERS...
shaped() {
    name=$1
    answer /x "$2"
    expected=$3
    shift 3
    describe shaped "$@"
    got=0
    own ./shaped.json > out 2> err || got=$?
    is "$got $(written | paste -sd' ')" "0 $expected" "$name"
}
x='"request":{"path":"/x"}'
id='"fields":{"id":"integer"}'
shaped 'one object is one record' '{"id":1}' '{"id":1}' "$x,$id"
shaped 'null is none' 'null' '' "$x,$id"
shaped 'an array' '[{"id":1},null,{"id":2}]' '{"id":1} {"id":2}' "$x,$id"
shaped 'nodes' '{"a":{"b":{"nodes":[{"id":1}]}}}' '{"id":1}' "\"request\":{\"path\":\"/x\",\"records\":\"a.b\"},$id"
shaped 'edges' '{"edges":[{"node":{"id":1}}]}' '{"id":1}' "$x,\"fields\":{\"id\":{\"\$type\":\"integer\",\"\$from\":\"node.id\"}}"
shaped 'null on the way' '{"a":null}' '' "\"request\":{\"path\":\"/x\",\"records\":\"a.b\"},$id"
shaped 'entries' '{"C":10,"Go\u0021":2}' '{"name":"C","bytes":10} {"name":"Go\u0021","bytes":2}' \
    '"request":{"path":"/x","entries":["name","bytes"]},"fields":{"name":"string","bytes":"integer"}'
shaped 'only' '[{"id":1,"ok":true},{"id":2,"ok":false},{"id":3}]' '{"id":1}' "$x,$id,\"only\":\"ok\""
shaped 'only by value, and another' '[{"id":1,"a":"x","b":[1]},{"id":2,"a":"x","b":[]},{"id":3,"a":"y","b":[1]}]' '{"id":1}' \
    "$x,$id,\"only\":[\"a=x\",\"b\"]"
shaped 'leave_out' '[{"id":1,"a":{"b":7}},{"id":2,"a":{"b":8}},{"id":3,"c":1}]' '{"id":2}' "$x,$id,\"leave_out\":[\"a.b=7\",\"c\"]"
shaped '$from: the first that has a value' '[{"id":1,"a":null,"b":{"c":"x"}},{"id":2,"a":"y"}]' \
    '{"id":1,"n":"x"} {"id":2,"n":"y"}' "$x,\"fields\":{\"id\":\"integer\",\"n\":{\"\$type\":\"string\",\"\$from\":[\"a\",\"b.c\"]}}"
shaped '$from: a template, or what stands behind it' '[{"id":1,"a":"x"},{"id":2}]' \
    '{"id":1,"n":"<x/1>"} {"id":2,"n":"2"}' \
    "$x,\"fields\":{\"id\":\"integer\",\"n\":{\"\$type\":\"string\",\"\$from\":[\"=<{a}/{id}>\",\"id\"]}}"
shaped '$map, to null too' '[{"id":1,"s":"OPEN"},{"id":2,"s":""},{"id":3,"s":"other"}]' \
    '{"id":1,"s":"open"} {"id":2,"s":null} {"id":3,"s":"other"}' \
    "$x,\"fields\":{\"id\":\"integer\",\"s\":{\"\$type\":\"string\",\"\$map\":{\"OPEN\":\"open\",\"\":null}}}"
shaped '$default' '[{"id":1,"s":"x"},{"id":2,"s":null},{"id":3}]' '{"id":1,"s":"x"} {"id":2,"s":[1]} {"id":3,"s":[1]}' \
    "$x,\"fields\":{\"id\":\"integer\",\"s\":{\"\$type\":\"any\",\"\$default\":[1]}}"
shaped 'numbers keep their text' '[{"id":9007199254740993,"n":1.10e+05}]' '{"id":9007199254740993,"n":1.10e+05}' \
    "$x,\"fields\":{\"id\":\"integer\",\"n\":\"number\"}"
shaped 'a number as text becomes one, and the other way' '[{"id":"12345678901234567890","s":7}]' \
    '{"id":12345678901234567890,"s":"7"}' "$x,\"fields\":{\"id\":\"integer\",\"s\":\"string\"}"
shaped 'text that is no number stays text' '[{"id":"007"},{"id":"1e5"},{"id":""}]' '{"id":"007"} {"id":"1e5"} {"id":""}' "$x,$id"
shaped 'objects, arrays and connections' '[{"id":1,"o":{"a":1,"b":2},"l":[{"a":3,"z":0},null],"c":{"nodes":[{"a":4}]}}]' \
    '{"id":1,"o":{"a":1},"l":[{"a":3}],"c":[{"a":4}]}' \
    "$x,\"fields\":{\"id\":\"integer\",\"o\":{\"a\":\"integer\"},\"l\":[{\"a\":\"integer\"}],\"c\":[{\"a\":\"integer\"}]}"
shaped 'without fields, as they came' '[{"id": 1 , "z":"\u00e9\/","a":1.0e2,"n":{"y" : [ ]}}]' \
    '{"id":1,"z":"\u00e9\/","a":1.0e2,"n":{"y" : [ ]}}' "$x"
shaped 'a line end between tokens' '[{"id":
1,"a":{"b":
2}}]' '{"id":1,"a":{"b": 2}}' "$x"

# --- a record that says a thing twice
answer /x '[{"id":1},{"id":2,"a":1,"a":2},{"id":3}]'
for more in '' ",$id"; do
    describe twice "$x$more"
    status 1 "a key that stands twice${more:+, with fields}: status 1" own --rejects rejects ./twice.json
    is "$(written | paste -sd' ')" '{"id":1} {"id":3}' 'the other records are there'
    is "$(tail -1 rejects | jq -r '"\(.tool) \(.stream) \(.reason) \(.original)"')" \
        'fetch all a key that stands twice in an object {"id":2,"a":1,"a":2}' 'it is rejected, as it was'
done

# --- what is no record
answer /x '[{"id":1},7,[8],{"id":2}]'
describe odd "$x"
status 1 'elements that are no objects: status 1' own --rejects odd.rejects ./odd.json
is "$(written | paste -sd' ')" '{"id":1} {"id":2}' 'the others are there'
is "$(jq -r .original odd.rejects | paste -sd' ')" '7 [8]' 'they are rejected, as they were'
shaped 'with fields they may be values' '["a",7]' '{"id":"a"} {"id":"7"}' \
    "$x,\"fields\":{\"id\":{\"\$type\":\"string\",\"\$from\":\".\"}}"
describe odd "$x"
for body in 7 true '"text"'; do
    answer /x "$body"
    status 4 "the answer $body: status 4" own ./odd.json
    like "$(cat err)" "all: what the answer has at '\.' is no record, nor several" 'it says so'
done
answer /x '{"items":[]}'
describe odd '"request":{"path":"/x","records":"data"}'
status 4 'an answer without records: status 4' own ./odd.json
like "$(cat err)" "all: the answer has no 'data'" 'it says so'

# --- parents and children
answer /parents '[{"id":1,"n":"a/b","has":1,"c":[{"k":1}]},{"id":2,"n":"c","has":0},{"id":3,"n":"d","has":2}]'
answer /of/a%2Fb '[{"k":10}]'
answer /of/d '[{"k":30},{"k":31}]'
printf '{"name":"family","base_url":"http://localhost","fields":{"source":{"$type":"string","$from":"=here"}},"streams":[
    {"name":"parents","key":["id"],"request":{"path":"/parents"},"fields":{"id":"integer"}},
    {"name":"children","key":["p","k"],"parent":"parents","parent_key":{"p":"id"},"member":"c","request":{"path":"/of/{n}"},
     "when":"has","fields":{"k":"integer","of":{"$type":"string","$from":"^n"}}},
    {"name":"sides","key":["p","side"],"parent":"parents","parent_key":{"p":"id"},"member":".","each":[{"s":"n"},{"s":"has"}],
     "fields":{"side":{"$type":"string","$from":"={s}"},"value":{"$type":"string","$from":"{s}"}}}]}' > family.json
status 0 'parents and children' own ./family.json
written > rows
is "$(grep -c . rows) $(head -4 rows | paste -sd' ')" \
    '12 {"source":"here","id":1} {"source":"here","p":1,"k":1,"of":"a/b"} {"source":"here","p":1,"side":"n","value":"a/b"} {"source":"here","p":1,"side":"has","value":"1"}' \
    'each behind its parent; the member before the request'
is "$(grep '"k"' rows | jq -c '[.p, .k]' | paste -sd' ')" '[1,1] [3,30] [3,31]' 'asked for only when there are some'
status 0 'the children alone' own ./family.json children
is "$(written | jq -c '[.p, .k, .of]' | paste -sd' ')" '[1,1,"a/b"] [3,30,"d"] [3,31,"d"]' 'are the same'
jq '.streams[1] |= del(.member)' family.json > asked.json
status 0 'children that are asked for' own ./asked.json children
is "$(written | jq -c '[.p, .k]' | paste -sd' ')" '[1,10] [3,30] [3,31]' 'names in paths are encoded'

# --- a descending list whose newest records, more than a page of them, have one time
tie='"at":"2026-01-01T00:20:00Z"'
answer /tied "[{\"id\":1,$tie},{\"id\":2,$tie}]" 200 "{\"link\": \"<$CANNED_URL/tied2>; rel=\\\"next\\\"\"}"
answer /tied2 "[{\"id\":3,$tie},{\"id\":4,\"at\":\"2026-01-01T00:10:00Z\"}]"
describe tied '"request":{"path":"/tied","pagination":{"type":"link"}},
    "incremental":{"field":"at","order":"descending"},"fields":{"id":"integer","at":"any"}'
: > requests
status 0 'a page of one time' timeout 20 "$LEAT" fetch --url "$CANNED_URL" --no-cache ./tied.json
is "$(jq -r .url requests | paste -sd' ')" '/tied /tied2 /tied /tied2' 'is swept once, not for ever'

# --- going on
# goes_on NAME ORDER MORE: two runs; their requests' paths in paths.
goes_on() {
    rm -f place
    describe on "\"request\":{\"path\":\"/x\",\"parameters\":{\"from\":\"{since}\"}},
        \"incremental\":{\"field\":\"at\",\"order\":\"$2\"$3},\"fields\":{\"id\":\"integer\",\"at\":\"any\"}"
    : > requests
    for run in first second; do
        status 0 "$1: the $run run" own --state place ./on.json
        tail -1 out > place
    done
    jq -r .url requests > paths
}
answer /x '[{"id":1,"at":"2026-01-01T00:10:00Z"},{"id":2,"at":"2026-01-01T01:00:00+01:00"},{"id":3,"at":"2026-01-01T00:20:00Z"}]'
goes_on 'ascending' ascending ''
is "$(paste -sd' ' paths)" '/x /x?from=2026-01-01T00%3A20%3A00Z' 'the latest, which is long past for the server'
goes_on 'ascending, by milliseconds' ascending ',"resolution":1'
is "$(paste -sd' ' paths)" '/x /x?from=2026-01-01T00%3A20%3A00.001Z' 'one step behind it, where the step is known'
late='[{"id":1,"at":"2026-01-01T00:10:00Z"},{"id":3,"at":"2026-01-01T00:20:00Z"}]'
answer /x "$late" 200 '{"date": "Thu, 01 Jan 2026 00:24:59 GMT"}'
goes_on 'ascending, lately' ascending ',"resolution":1'
is "$(paste -sd' ' paths)" '/x /x?from=2026-01-01T00%3A15%3A00Z' 'five minutes before what may not be the latest'
answer /x "$late" 200 '{"date": "yesterday"}'
goes_on 'ascending, without a clock' ascending ',"resolution":1'
is "$(paste -sd' ' paths)" '/x /x?from=2026-01-01T00%3A15%3A00Z' 'nor where the server has no clock'
answer /x '[{"id":1,"at":"2026-01-01T00:10:00Z"},{"id":2,"at":"2026-01-01T01:00:00+01:00"},{"id":3,"at":"2026-01-01T00:20:00Z"}]'
goes_on 'with a look_back' none ',"look_back":"2h"'
is "$(paste -sd' ' paths)" '/x /x?from=2025-12-31T22%3A20%3A00Z' 'so long before'
goes_on 'with a start' ascending ',"start":"2d","look_back":"0s"'
is "$(head -1 paths)" "/x?from=$(date -u -d '2 days ago' +%Y-%m-%d)T00%3A00%3A00Z" 'the first run begins there'
is "$(tail -1 paths)" '/x?from=2026-01-01T00%3A20%3A00Z' 'the second where it ended'
answer /x '[{"id":1,"at":41},{"id":2,"at":42}]'
goes_on 'by a number' ascending ''
is "$(paste -sd' ' paths)" '/x /x?from=42' 'from that number'
answer /x '[{"id":3,"at":"2026-01-03T00:00:00Z"},{"id":2,"at":"2026-01-02T00:00:00Z"},{"id":1,"at":"2026-01-01T00:00:00Z"}]'
goes_on 'descending' descending ',"look_back":"1h"'
is "$(written | paste -sd' ')" '{"id":3,"at":"2026-01-03T00:00:00Z"}' 'ends where the last run began'
jq -c '.streams[0].request.parameters.from = "{since|%Y%m%d}"' on.json > format.json
: > requests
status 0 'a format' own --since 2026-01-02 ./format.json
is "$(jq -r .url requests)" '/x?from=20260102' 'is that of strftime'

# --- what statuses mean
for meaning in empty gone blocked disabled forbidden; do
    answer /x '{}' 418
    describe meant "$x,$id,\"statuses\":{\"418\":\"$meaning\"}"
    status 0 "a status that means $meaning: status 0" own ./meant.json
    is "$(written | jq -r '"\(.stream) \(.status) \(.http_status)"')" \
        "$([ $meaning = empty ] || echo "all $meaning 418")" "$meaning: is told"
done
describe meant "$x,$id"
status 4 'one without a meaning: status 4' own ./meant.json
like "$(cat err)" '^fetch: all: http.*/x: 418' 'it says so'
answer /x '{}' 404
describe meant "$x,$id,\"statuses\":{\"404\":\"error\"}"
status 4 'one that is made an error: status 4' own ./meant.json
done_testing
