#!/bin/sh
# The tasks that come again: one worker at a time, when they are due, and what they bring.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/queue/lib.sh
. "$here/../queue/lib.sh"
# shellcheck source=tests/collect/lib.sh
. "$here/../collect/lib.sh"
forge_start --repo o/mill:issues=3,pulls=1
trap 'forge_stop; postgresql_stop; rm -rf "$WORK"' EXIT
warehouse_start || {
    ok 1 'a warehouse'
    done_testing
    exit
}
both_platforms

# --- organisations
is "$(queue add --org https://github.com/o gitlab.com/o 2>&1 | grep -c 'added of')" 2 'an organisation and a group'
is "$(queue --json | jq -r .url | grep -c '/o/mill$')" 2 'their repositories are in the queue'
is "$(pg "SELECT DISTINCT g.name, rg_name FROM leat_ops.user_repos JOIN leat_ops.user_groups g USING (group_id)
    JOIN leat_data.repos USING (repo_id) JOIN leat_data.repo_groups USING (repo_group_id)")" 'o|o' 'in a group of theirs'
status 4 'one that is not there' "$LEAT" queue add --org https://github.com/nobody-is-called-so
pg "DELETE FROM leat_ops.user_org_requests WHERE org_name <> 'o'"
queue remove github.com/o/mill
queue set interval 1d
pg "UPDATE leat_ops.collection_queue SET due_at = now() + interval '1 day'"
task() {
    "$LEAT" dispatch --quiet --task "$1" 2> err
}
task refresh-orgs
is "$?/$(queue --json | jq -r .url | grep -c 'github.com/o/mill')" 0/1 'looked up again: what is new is added'

# --- people
people() {
    pg "SELECT count(*) FROM leat_data.contributors WHERE $1"
}
"$LEAT" fetch --url "$FORGE_URL" github o/mill issues 2> err | "$LEAT" flatten --model github --set repo_id=1 |
    "$LEAT" load --schema-name leat_data "$LEAT_TARGET" 2> err > state
is "$(people 'cntrb_created_at IS NOT NULL')" 0 'people of issues have no profile'
task profiles
is "$?/$(people 'cntrb_created_at IS NULL AND cntrb_last_enriched_at IS NULL')" 0/0 'their profiles are asked for'
is "$(people 'cntrb_created_at IS NOT NULL') > 0" "$(people 'cntrb_created_at IS NOT NULL AND cntrb_full_name IS NOT NULL') > 0" \
    'and come'
forget
task profiles
is "$?/$(asked)" 0/0 'once a month'
task activities
is "$?/$(pg 'SELECT count(*) > 0 FROM leat_data.contributor_repo')" 0/t 'what they did elsewhere'
forget
task activities
is "$?/$(asked)" 0/0 'once a week'

# --- who does them, and when
pg "UPDATE leat_ops.periodic_tasks SET locked_by = 'other.host/1.1/1/1', heartbeat_at = now() WHERE task = 'profiles'"
like "$("$LEAT" dispatch --task profiles 2>&1)" 'another worker is at it' 'one at a time'
pg 'UPDATE leat_ops.periodic_tasks SET locked_by = NULL, last_finished = NULL' \
    "UPDATE leat_ops.collection_queue SET due_at = now() + interval '1 day'"
status 0 'a dispatcher does those that are due' "$LEAT" dispatch --quiet
is "$(pg 'SELECT count(*) FROM leat_ops.periodic_tasks WHERE last_finished IS NULL OR locked_by IS NOT NULL')" 0 'all of them'
queue set profiles 12h
pg "UPDATE leat_ops.periodic_tasks SET last_finished = now() - interval '11 hours'"
is "$(pg 'SELECT leat_ops.due_tasks()')" '' 'not before their time'
pg "UPDATE leat_ops.periodic_tasks SET last_finished = now() - interval '13 hours'"
is "$(pg 'SELECT leat_ops.due_tasks()')" profiles 'but then'
forge_stop
pg 'UPDATE leat_data.contributors SET cntrb_last_enriched_at = NULL'
task profiles
is "$?/$(pg "SELECT last_error ~ '^fetch: ', locked_by IS NULL FROM leat_ops.periodic_tasks WHERE task = 'profiles'")" \
    '4/t|t' 'a task that fails says why'
is "$(pg 'SELECT leat_ops.due_tasks()')" '' 'and waits for a while'
done_testing
