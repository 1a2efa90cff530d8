#!/bin/sh
# Memory does not grow with the number of records.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/lib.sh"
forge_start
# freed memory is kept by the sanitizer to find its use
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1"

cat > bulk.json << 'END'
{"name": "bulk", "base_url": "http://127.0.0.1", "streams": [
  {"name": "pages", "key": ["id"], "request": {"path": "/bulk/items", "parameters": {"total": "{total}"},
    "pagination": {"type": "page", "size_parameter": "per_page", "size": 500}}},
  {"name": "cursors", "key": ["id"], "request": {"path": "/bulk/cursor", "parameters": {"total": "{total}"}, "records": "items",
    "pagination": {"type": "cursor", "size_parameter": "limit", "size": 500, "next": "next"}}}]}
END
# peak RECORDS STREAM...
peak() {
    records=$1
    shift
    fetch --stats --state none ./bulk.json "total=$records" "$@" 2> stats | wc -l > lines
    jq .peak_bytes < stats
}
for streams in pages cursors 'pages cursors'; do
    # shellcheck disable=SC2086 # a list of streams
    few=$(peak 20000 $streams)
    # shellcheck disable=SC2086
    many=$(peak 400000 $streams)
    [ "$(cat lines)" -ge 400000 ]
    ok $? "$streams: $(cat lines) lines"
    # what is asked for ahead is bounded, not nothing
    [ "$many" -le $((few + few / 2 + (96 << 20) * ($(echo "$streams" | wc -w) - 1))) ]
    ok $? "$streams: 20 thousand take $few bytes, 400 thousand $many"
done
done_testing
