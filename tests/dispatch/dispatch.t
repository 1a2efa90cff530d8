#!/bin/sh
# Two dispatchers work off one queue while processes are killed at random: every repository is
# collected once, and what is in the warehouse is what an undisturbed collection brings.
# FORGE_REPOSITORIES (each on both platforms), AT_ONCE, KILLS and ISSUES set the size; soak sets more,
# and with COMPARE=no leaves out the undisturbed collection.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/queue/lib.sh
. "$here/../queue/lib.sh"
# shellcheck source=tests/collect/lib.sh
. "$here/../collect/lib.sh"
FORGE_REPOSITORIES=${FORGE_REPOSITORIES:-2}
AT_ONCE=${AT_ONCE:-2}
KILLS=${KILLS:-6}
ISSUES=${ISSUES:-6}
COMPARE=${COMPARE:-yes}

# Of mixed sizes: the first has most of everything.
repositories=$(seq "$FORGE_REPOSITORIES" | sed 's|^|o/r|')
# shellcheck disable=SC2046 # arguments without spaces
forge_start $(for number in $(seq "$FORGE_REPOSITORIES"); do
    echo "--repo o/r$number:issues=$((ISSUES / number + 1)),pulls=$((ISSUES / 3 / number + 1)),commits=5"
done)
trap 'forge_stop; postgresql_stop; rm -rf "$WORK"' EXIT
warehouse_start || {
    ok 1 'a warehouse'
    done_testing
    exit
}
both_platforms
for repository in $repositories; do
    history "$repository" 3
    queue add --quiet "github.com/$repository" "gitlab.com/$repository"
done
every=$((2 * FORGE_REPOSITORIES))
for setting in 'back_off 1s' 'back_off_most 2s' 'max_attempts 1000'; do
    # shellcheck disable=SC2086 # name and value
    queue set $setting
done
# How often each repository is done.
pg 'CREATE TABLE done (repo_id bigint)' \
    'CREATE FUNCTION note_done() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO done VALUES (NEW.repo_id); RETURN NULL; END $$' \
    'CREATE TRIGGER note_done AFTER UPDATE OF last_collected ON leat_ops.collection_queue FOR EACH ROW
        WHEN (NEW.last_collected IS DISTINCT FROM OLD.last_collected) EXECUTE FUNCTION note_done()'

# The number of a dispatcher is in $WORK/NAME.
dispatcher() {
    "$LEAT" dispatch --quiet --no-tasks --until-empty -j "$AT_ONCE" --lock "$WORK/$1.lock" \
        2>> "$WORK/$1.err" &
    echo $! > "$1"
}

# The process and those below it, a line each.
family() {
    echo "$1"
    for child in $(pgrep -P "$1"); do
        family "$child"
    done
}

# A number below $1.
random() {
    awk -v seed="$(od -An -N4 -tu4 /dev/urandom)" -v most="$1" 'BEGIN { srand(seed); print int(rand() * most) }'
}

# --- one dispatcher a lock file
forget
dispatcher one
dispatcher two
for _ in $(seq 100); do
    [ "$(queue --json --status collecting | wc -l)" -eq 0 ] || break
    sleep 0.1
done
is "$("$LEAT" dispatch --lock "$WORK/one.lock" 2>&1 | grep -c 'another has locked')" 1 'a second with the same lock ends'

# --- killing
killed=0
for _ in $(seq "$KILLS"); do
    sleep "0.$(random 9)"
    for name in one two; do
        kill -0 "$(cat $name)" 2> /dev/null || dispatcher $name
    done
    family "$(cat one)" > family
    family "$(cat two)" >> family
    victim=$(sed -n "$(($(random "$(wc -l < family)") + 1))p" family)
    ! kill -KILL "$victim" 2> /dev/null || killed=$((killed + 1))
done
for name in one two; do
    wait "$(cat $name)" 2> /dev/null
    dispatcher $name
done
for name in one two; do
    wait "$(cat $name)"
done
echo "# $killed killed, $(pg 'SELECT sum(attempts) FROM leat_ops.collection_queue') attempts failed"
is "$(pg 'SELECT count(*), count(DISTINCT repo_id) FROM done')" "$every|$every" 'every repository is collected, once'
is "$(pg "SELECT count(*) FROM leat_ops.collection_queue WHERE locked_by IS NOT NULL OR status <> 'waiting'")" 0 \
    'no lock is left'
is "$(pg 'SELECT (SELECT count(*) FROM leat_ops.staging), (SELECT count(*) FROM leat_ops.staging_rejects)')" '0|0' \
    'nothing is left in staging'
wrong=
for repository in $repositories; do
    for platform in github gitlab; do
        expected="$(truth $platform "$repository" issues)|$(truth $platform "$repository" pull_requests)|3"
        got=$(counts | grep "^https://$platform.com/$repository|" | cut -d'|' -f2,3,6)
        [ "$got" = "$expected" ] || wrong="$wrong $platform:$repository:$got:$expected"
    done
done
is "$wrong" '' 'issues, pull requests and commits are those of the forge'
first=$(asked)
due() {
    pg 'UPDATE leat_ops.collection_queue SET due_at = now()'
    forget
    "$LEAT" dispatch --quiet --no-tasks --until-empty -j "$AT_ONCE" --lock "$WORK/one.lock" 2> err
}

# --- the same again, undisturbed, from nothing
if [ "$COMPARE" = yes ]; then
    rows disturbed
    pg "SELECT leat_ops.erase_repo(repo_id) FROM leat_data.repos" > erased
    rm -rf cache local-state
    due
    is $? 0 'an undisturbed round'
    first=$(asked)
    rows undisturbed
    same disturbed undisturbed 'the rows are the same'
fi

# --- a second round
due
is $? 0 'a second round'
second=$(asked)
if [ "$COMPARE" = yes ]; then
    rows again
    same again undisturbed 'changes nothing'
fi
unmodified=$(forge_control GET counts | jq .not_modified)
percent=$(awk -v first="$first" -v second="$second" 'BEGIN { printf "%.1f", 100 * second / first }')
echo "# requests: $first in the first round, $second in the second ($percent%), of which $unmodified not modified"
[ "$second" -le $((every * 10)) ]
ok $? 'and asks few questions'

# --- stopping
pg 'UPDATE leat_ops.collection_queue SET due_at = now()'
dispatcher one
for _ in $(seq 100); do
    [ "$(queue --json --status collecting | wc -l)" -eq 0 ] || break
    sleep 0.1
done
kill -TERM "$(cat one)"
wait "$(cat one)"
is "$?/$(queue --json --status collecting | wc -l)" 4/0 'stopped: locks are given back'
is "$(pg 'SELECT max(attempts) FROM leat_ops.collection_queue')" 0 'and nothing counts as a failure'
done_testing
