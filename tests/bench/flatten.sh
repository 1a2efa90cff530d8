#!/bin/sh
# The scanner and flatten against jq and Miller, on one core; a pipeline of three on two.
# One line of JSON a figure. Environment: BUILD; EVENTS (default 10000000) for the largest run.
set -eu
leat=$BUILD/libexec/leat
generate=$BUILD/tests/tools/generate
measure=$BUILD/tests/tools/measure
data=$BUILD/bench
most=${EVENTS:-10000000}
mkdir -p "$data"
one='taskset -c 0'

"$generate" events 100000 > "$data/events-100k"
"$generate" events 1000000 > "$data/events-1m"
"$generate" events "$most" > "$data/events-most"
"$generate" issues 100000 > "$data/issues-100k"
"$generate" issues 10000 > "$data/issues-10k"
bytes() { stat -c %s "$1"; }

cat > "$data/flatten.jq" << 'END'
reduce (paths(scalars) as $p | {k: ($p | map(tostring) | join("__")), v: getpath($p)}) as $e
    ({}; .[$e.k] = $e.v)
END

# the same work by others: nested objects to flat NDJSON
"$measure" -n 3 'flatten: 100 thousand events, against jq' \
    "$one $leat/flatten --plain < $data/events-100k" \
    "$one jq -c -f $data/flatten.jq $data/events-100k" events_a_second=100000
"$measure" -n 3 'flatten: 1 million events, against Miller' \
    "$one $leat/flatten --plain < $data/events-1m" \
    "$one mlr --ijsonl --ojsonl flatten -s __ $data/events-1m" events_a_second=1000000
"$measure" -n 3 'flatten: 10 thousand issues of 3 KB, against jq' \
    "$one $leat/flatten --plain < $data/issues-10k" \
    "$one jq -c -f $data/flatten.jq $data/issues-10k" "bytes_a_second=$(bytes "$data/issues-10k")"
"$measure" 'flatten: 100 thousand issues to flat lines' \
    "$one $leat/flatten --plain < $data/issues-100k" "bytes_a_second=$(bytes "$data/issues-100k")"
# and with envelopes, child tables and keys, as the pipelines use it
"$measure" 'flatten: 1 million events to messages' "$one $leat/flatten < $data/events-1m" \
    events_a_second=1000000 "bytes_a_second=$(bytes "$data/events-1m")"
"$measure" "flatten: $most events to messages" "$one $leat/flatten < $data/events-most" \
    "events_a_second=$most" "bytes_a_second=$(bytes "$data/events-most")"
"$measure" 'flatten: 100 thousand issues with child tables' "$one $leat/flatten < $data/issues-100k" \
    issues_a_second=100000 "bytes_a_second=$(bytes "$data/issues-100k")"
"$measure" 'schema-infer: 1 million events' "$one $leat/schema-infer < $data/events-1m" \
    events_a_second=1000000 "bytes_a_second=$(bytes "$data/events-1m")"
three="$leat/flatten | $leat/schema-infer | $leat/flatten --plain"
"$measure" -n 21 'three stages: 100 thousand events' "$three < $data/events-100k" events_a_second=100000
"$measure" -n 7 'three stages: 1 million events' "$three < $data/events-1m" events_a_second=1000000
"$measure" -n 3 "three stages: $most events" "$three < $data/events-most" "events_a_second=$most"
rm -f "$data"/events-* "$data"/issues-*
