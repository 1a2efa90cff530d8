#!/bin/sh
# flatten against the same rules in jq, on objects of random shape.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"

# what our rows say without the keys and the hashes (where an object and an array at one place
# give two tables one name) that the jq program does not make
strip='select(.type == "RECORD") | {s: (.stream | gsub("_[0-9a-f]{8}(?=__|$)"; "")), r: (.record | with_entries(select(.value != null
    and (.key | test("^_(key|index|parent__key)$") | not))))}'

for seed in 1 2 3 4 5; do
    "$GENERATE" random 300 "$seed" > in
    "$LEAT" flatten --names keep --max-name 60000 < in > ours.raw 2> err
    jq -cS "$strip" < ours.raw | sort > ours
    jq -cS -f "$here/rows.jq" < in | sort > theirs
    same ours theirs "300 random objects become the rows that the rules say (seed $seed)"
    [ "$(wc -l < ours)" -gt 800 ]
    ok $? "and there are hundreds of them"
done
done_testing
