#!/bin/sh
# The warehouse: a model against plain flatten, staging, and staged records into their tables
# against row-by-row upserts of the same rows. One line of JSON a figure. Environment: BUILD; ISSUES
# (default 2000), a third as many pull requests.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/postgresql.sh
. "$here/../postgresql.sh"
leat=$BUILD/leat
measure=$BUILD/tests/tools/measure
issues=${ISSUES:-2000}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/leat-bench.XXXXXX")
# shellcheck source=tests/forge/start.sh
. "$here/../forge/start.sh"
trap 'forge_stop; postgresql_stop; rm -rf "$WORK"' EXIT
trap 'exit 1' INT TERM
cd "$WORK"

# Issues and merge requests with all their children, as GitLab gives them: of the two platforms the
# one whose limits let a local forge be asked fast.
export GITLAB_TOKENS=member
# shellcheck disable=SC2034 # of start.sh: the trap above does it
forge_trapped=yes
forge_start --repo "o/mill:issues=$issues,pulls=$((issues / 3))"
"$leat" fetch --quiet --no-cache --url "$FORGE_URL/api/v4" gitlab o/mill issues issue_comments pull_requests \
    pull_request_reviews pull_request_reviewers pull_request_commits pull_request_files \
    pull_request_labels pull_request_assignees pull_request_comments pull_request_meta \
    pull_request_repos review_comments > records
forge_stop
flatten="$leat flatten --model gitlab --set repo_id=7"
for _ in 1 2 3 4; do grep '"RECORD"' records; done > several
"$measure" 'flatten: records of GitLab to the warehouse, against flatten without a model' \
    "$flatten < several > /dev/null" "$leat flatten < several > /dev/null" \
    bytes_a_second="$(wc -c < several)"
rm several

postgresql_start "$WORK"
LEAT_TARGET=host=$PGHOST
export LEAT_TARGET
"$leat" migrate --quiet
pg() {
    psql -XqAt -v ON_ERROR_STOP=1 -c "$1"
}
stage="$leat stage --quiet --repo-id 7 --platform-id 2 $LEAT_TARGET"
"$measure" -n 3 'stage: records into staging' "psql -Xqc 'TRUNCATE leat_ops.staging' && $stage < records > /dev/null" \
    bytes_a_second="$(wc -c < records)" rows_a_second="$(grep -c '"RECORD"' records)"

$flatten < records > rows
count=$(grep -c '"RECORD"' rows)

# What one would write oneself: each row an INSERT that updates where the key is there, a thousand
# in a transaction.
node -e '
    const keys = {}, text = (v) => v === null ? "NULL" : typeof v === "object" ? text(JSON.stringify(v))
        : typeof v === "string" ? "$q$" + v.replace(/\0/g, "\ufffd") + "$q$" : String(v);
    let rows = 0;
    console.log("BEGIN;");
    require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
        const { type, stream, record, key_properties: key } = JSON.parse(line);
        if (type === "SCHEMA") keys[stream] = key;
        if (type !== "RECORD") return;
        const columns = Object.keys(record), rest = columns.filter((c) => !keys[stream].includes(c));
        console.log(`INSERT INTO leat_data.${stream} (${columns}) VALUES (${columns.map((c) => text(record[c]))}) ` +
            `ON CONFLICT (${keys[stream]}) DO UPDATE SET ${rest.map((c) => `${c} = excluded.${c}`)};`);
        if (++rows % 1000 === 0) console.log("COMMIT; BEGIN;");
    }).on("close", () => console.log("COMMIT;"));' < rows > rows.sql

tables=$(pg "SELECT string_agg('leat_data.' || table_name, ', ') FROM information_schema.tables
    WHERE table_schema = 'leat_data' AND table_type = 'BASE TABLE' AND table_name <> 'platforms'")
cat > ours << END
set -e
psql -Xqc 'TRUNCATE $tables'
psql -Xqc 'TRUNCATE leat_ops.staging'
psql -Xqc CHECKPOINT
$stage < records > /dev/null
END
# Only the drain is measured, not what comes before it.
seconds() {
    seconds_from=$(date +%s.%N)
    "$@" > /dev/null
    echo "$(date +%s.%N) $seconds_from" | awk '{ printf "%.4f\n", $1 - $2 }'
}
drain() {
    "$leat" stage --drain --repo-id 7 "$LEAT_TARGET" | $flatten |
        "$leat" load --unstage --quiet --stats --schema-name leat_data "$LEAT_TARGET" 2> stats
}
by_rows() {
    psql -Xq -v ON_ERROR_STOP=1 -f rows.sql
}
for _ in 1 2 3; do
    sh ours
    seconds drain >> drain.times
    [ "$(pg 'SELECT count(*) FROM leat_ops.staging')" = 0 ]
    ours=$(pg 'SELECT (SELECT count(*) FROM leat_data.issues), (SELECT count(*) FROM leat_data.messages),
        (SELECT count(*) FROM leat_data.pull_request_files)')
    psql -Xqc "TRUNCATE $tables" -c CHECKPOINT
    seconds by_rows >> rows.times
    [ "$ours" = "$(pg 'SELECT (SELECT count(*) FROM leat_data.issues), (SELECT count(*) FROM leat_data.messages),
        (SELECT count(*) FROM leat_data.pull_request_files)')" ]
done
median() {
    sort -n "$1" | sed -n 2p
}
jq -nc --arg name 'drain and load: staged issues and pull requests, against an upsert for each row' \
    --argjson ours "$(median drain.times)" --argjson peer "$(median rows.times)" \
    --argjson peak "$(jq .peak_bytes stats)" --argjson rows "$count" \
    '{$name, ratio: ($peer / $ours * 100 | round / 100), ours_seconds: $ours, peer_seconds: $peer,
      peak_bytes: $peak, rows_a_second: ($rows / $ours | round)}'
