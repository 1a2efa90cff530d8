#!/bin/sh
# How much a dispatcher does at a time, in which phases, and where it keeps what.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/queue/lib.sh
. "$here/../queue/lib.sh"
# shellcheck source=tests/collect/lib.sh
. "$here/../collect/lib.sh"
forge_start --repo o/mill:issues=3,pulls=1,commits=2 --repo o/grist:issues=3,pulls=1,commits=2
trap 'forge_stop; postgresql_stop; rm -rf "$WORK"' EXIT
warehouse_start || {
    ok 1 'a warehouse'
    done_testing
    exit
}
queue platform GitHub github github.com "$FORGE_URL" "file://$WORK/git/"
history o/mill 2
history o/grist 2
queue add --quiet github.com/o/mill github.com/o/grist
dispatch() {
    "$LEAT" dispatch --quiet --no-tasks "$@" 2> err
}
collected() {
    pg 'SELECT count(*) FROM leat_ops.collection_queue WHERE last_collected IS NOT NULL'
}

mkdir state mirrors
dispatch --once -j 1 --phase fetch --state state
is "$?/$(collected)" 0/1 'once, one at a time: one is fetched'
dispatch --phase fetch --state state
is "$?/$(collected)" 0/2 'else all that are due'
is "$(pg 'SELECT count(*) FROM leat_data.issues')/$(find state -type f | wc -l)" 0/2 \
    'into staging only, with state in a folder'
dispatch --phase load --state state
is "$?/$(pg 'SELECT count(*) FROM leat_data.issues')" 0/6 'loaded later'
dispatch --phase git --mirrors mirrors
is "$?/$(pg 'SELECT count(*) FROM leat_data.commit_messages')" 0/4 'and the histories'
is "$(find mirrors -name HEAD | wc -l)" 2 'from clones that are kept'
is "$(pg 'SELECT leat_ops.due(phase) FROM unnest($${all,fetch,load,git}$$::text[]) AS phase')" '' 'then nothing is due'
rm -r git/o/grist
pg 'UPDATE leat_ops.collection_queue SET due_at = now()' \
    "UPDATE leat_data.platforms SET git_url = '$WORK/git/'"
dispatch
is $? 1 'one that fails is told by the status'
is "$(pg 'SELECT count(*) FROM leat_ops.collection_queue WHERE attempts = 1')" 1 'and is for later'
is "$(pg 'SELECT count(*) FROM leat_ops.periodic_tasks WHERE last_started IS NOT NULL')" 0 'no tasks, when so told'
status 2 'a phase that is none' "$LEAT" dispatch --phase some
status 2 'no places' "$LEAT" dispatch -j 0
status 4 'no database' "$LEAT" dispatch --lock "$WORK/x.lock" --to dbname=nowhere
done_testing
