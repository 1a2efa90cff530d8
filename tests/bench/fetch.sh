#!/bin/sh
# fetch against a forge on this machine: requests for a repository, records a second, memory, and
# whose time it is. One line of JSON a figure. Environment: BUILD; RECORDS (default 1000000).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
data=$BUILD/bench
records=${RECORDS:-1000000}
mkdir -p "$data"
WORK=$(mktemp -d "${TMPDIR:-/tmp}/leat-bench.XXXXXX")
LEAT=$BUILD/leat
measure=$BUILD/tests/tools/measure
wait_for() {
    for _ in $(seq 300); do
        [ ! -s "$1" ] || return 0
        sleep 0.1
    done
    return 1
}
. "$here/../fetch/lib.sh"
# two: on one host the books of one token would be one
export GITHUB_TOKEN=token GITLAB_TOKEN=token2
trap 'forge_stop; rm -rf "$WORK"' EXIT

# Requests, for a first run and for a day with five changed items; a client that asks for each item
# apart makes one for every issue's comments, and five for every pull request's children.
requests() { # SOURCE URL
    name="fetch: 500 issues, 200 pull requests of $1"
    rm -f "$WORK/state"
    forge_control POST counts/reset > /dev/null
    apart=$((500 + 200 * 5 + 700 / 100 + 10))
    "$measure" -n 1 "$name, all" "rm -rf $WORK/cache; $LEAT fetch --url $2 --state $WORK/none $1 o/mill > $WORK/out" \
        > "$WORK/line"
    # the warm-up is a run too
    first=$(($(counted .requests) / 2))
    jq -c --argjson n "$first" --argjson apart "$apart" '. + {requests: $n, requests_one_by_one: $apart}' "$WORK/line"
    grep '"STATE"' "$WORK/out" | tail -1 > "$WORK/state"
    forge_control POST mutate '{"repo":"o/mill","issues":3,"pulls":2}' > /dev/null
    forge_control POST counts/reset > /dev/null
    "$measure" -n 1 "$name, a day later" "$LEAT fetch --no-cache --url $2 --state $WORK/state $1 o/mill > $WORK/out" \
        > "$WORK/line"
    jq -c --argjson n "$(($(counted .requests) / 2))" '. + {requests: $n}' "$WORK/line"
}
# (no limit to wait for: GitLab's minute would be measured)
forge_start --repo o/mill:issues=500,pulls=200 --limit gitlab=100000
requests github "$FORGE_URL"
requests gitlab "$FORGE_URL/api/v4"

# A list of many small records, with nothing to wait for: the peer is curl, which takes the same
# pages over one connection and throws them away.
cat > "$WORK/bulk.json" << 'END'
{"name": "bulk", "base_url": "http://127.0.0.1", "streams": [{"name": "items", "key": ["id"],
  "request": {"path": "/bulk/items", "parameters": {"total": "{total}"},
    "pagination": {"type": "page", "size_parameter": "per_page", "size": 1000}},
  "fields": {"id": "integer", "name": "string", "kind": "string", "value": "number", "tags": ["string"],
    "owner": {"id": "integer", "login": "string"}, "updated_at": "date-time"}}]}
END
pages=$((records / 1000))
ours="$LEAT fetch --url $FORGE_URL $WORK/bulk.json total=$records"
"$measure" -n 3 "fetch: $records small records, against curl" "$ours" \
    "curl -s '$FORGE_URL/bulk/items?total=$records&per_page=1000&page=[1-$pages]'" records_a_second="$records"
"$measure" -n 3 "fetch: $((records / 10)) of them, for the memory" "$LEAT fetch --url $FORGE_URL $WORK/bulk.json total=$((records / 10))" \
    records_a_second="$((records / 10))"

# Whose time it is: the processor's seconds of fetch and of the forge during one run.
forge_seconds() {
    awk -v tick="$(getconf CLK_TCK)" '{ print ($14 + $15) / tick }' "/proc/$FORGE_PID/stat"
}
whose() { # NAME COMMAND
    before=$(forge_seconds)
    sh -c "$2 > /dev/null; times" > "$WORK/times"
    spent=$(sed -n 2p "$WORK/times" | awk '{ split($1, u, "[ms]"); split($2, s, "[ms]"); print u[1] * 60 + u[2] + s[1] * 60 + s[2] }')
    jq -cn --arg name "fetch: processor seconds for $1, against the forge's" --argjson ours "$spent" \
        --argjson forge "$(forge_seconds)" --argjson before "$before" \
        '($forge - $before) as $theirs | {name: $name, ratio: ($theirs / $ours * 100 | round / 100), ours_seconds: $ours,
            peer_seconds: ($theirs * 100 | round / 100), peak_bytes: 0}'
}
whose 'the repository' "$LEAT fetch --no-cache --url $FORGE_URL github o/mill"
whose 'the small records, which it has ready' "$ours"
