#!/bin/sh
# The queue: a repository is one however it is written, has one worker at a time, comes back when
# it is due, later when it failed, and not at all when it keeps failing.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/queue/lib.sh
. "$here/lib.sh"
trap 'postgresql_stop; rm -rf "$WORK"' EXIT
warehouse_start || {
    ok 1 'a warehouse'
    done_testing
    exit
}

# --- addresses
while read -r written meant; do
    is "$(pg "SELECT coalesce(leat_ops.normalize_url('$written'), '-')")" "$meant" "$written"
done << 'URLS'
https://GitHub.com/Chaoss/augur/ https://github.com/Chaoss/augur
git@github.com:chaoss/augur.git https://github.com/chaoss/augur
ssh://git@github.com:22/o/r.git https://github.com/o/r
http://user:secret@h.example:8080/a/b https://h.example:8080/a/b
github.com/o/r https://github.com/o/r
https://gitlab.com/a/b/c/-/issues/3 https://gitlab.com/a/b/c
https://github.com:443/o//r?tab=x#y https://github.com/o/r
ftp://host/a -
nothing -
https://github.com -
https://host/../x -
URLS

# --- adding
status 1 'adding: good lines and bad ones' "$LEAT" queue add https://GitHub.com/Chaoss/augur/ \
    git@github.com:chaoss/augur.git github.com/chaoss/augur/tree/main github.com/chaoss \
    https://nowhere.example/a/b 'x'\''; DROP TABLE leat_data.repos; --'
is "$(grep -c 'queue: .*: no ' err)" 3 'each bad line is named'
is "$(pg 'SELECT repo_git, repo_owner, repo_name FROM leat_data.repos')" \
    'https://github.com/Chaoss/augur|Chaoss|augur' 'one repository, however it is written'
printf '%s\n' '# a list' '' 'https://gitlab.com/g/sub/p  # a project' '\.' 'github.com/o/r' > list
status 0 'a list' "$LEAT" queue add --priority 5 -f list
like "$(cat err)" '2 added, 0 known' 'with comments'
is "$(queue add -f - 2>&1 < list)" 'queue: 0 added, 2 known' 'again: they are known'
is "$(pg "SELECT platform_id, repo_owner, repo_name FROM leat_data.repos WHERE repo_id =
    leat_ops.find_repository('git@gitlab.com:g/sub/p')")" '2|g/sub|p' 'a project in a subgroup'
queue platform Own gitlab GIT.example https://git.example/api/v4
status 0 'an instance of somebody'\''s own' "$LEAT" queue add https://git.example/x/y
is "$(pg "SELECT platform_id FROM leat_data.repos WHERE repo_name = 'y'")" 3 'is a platform of its own'

# --- showing
is "$(queue --json | jq -r '[.url, .status, .priority] | join(" ")' | sed -n 1,2p | sort | paste -sd,)" \
    'https://github.com/o/r waiting 5,https://gitlab.com/g/sub/p waiting 5' 'NDJSON, in the order of claims'
like "$(queue)" '^ *[0-9]+ +\| https://github.com/Chaoss/augur +\| waiting' 'a table for a person'

# --- claiming
augur=$(pg "SELECT leat_ops.find_repository('github.com/chaoss/augur')")
queue prioritize https://github.com/chaoss/augur
is "$(queue --worker a claim)" "$augur" 'what is prioritised comes first'
is "$(queue --worker b claim "$augur")" '' 'what one has another does not get'
status 1 'nor may it finish it' "$LEAT" queue --worker b finish "$augur"
status 0 'the one that has it lives' "$LEAT" queue --worker a heartbeat "$augur"
status 0 'and finishes' "$LEAT" queue --worker a finish "$augur"
status 1 'once' "$LEAT" queue --worker a finish "$augur"
is "$(pg "SELECT status, attempts, due_at - last_collected FROM leat_ops.collection_queue
    WHERE repo_id = $augur")" 'waiting|0|1 day' 'it is due again in a day'
for worker in a b c d e f; do
    queue --worker $worker claim > claim.$worker &
done
wait
is "$(cat claim.? | sort -u | wc -l)/$(cat claim.? | wc -l)" 3/3 'six at once: each of the three that are due has one'
is "$(pg "SELECT leat_ops.release(repo_id, locked_by) FROM leat_ops.collection_queue
    WHERE locked_by IS NOT NULL" | sort -u)" t 'given back'
is "$(pg "SELECT sum(attempts), count(*) FROM leat_ops.collection_queue WHERE locked_by IS NULL")" '0|4' \
    'as if nothing had been tried'

# --- the interval
queue set interval 2h
is "$(pg "SELECT due_at - last_collected FROM leat_ops.collection_queue WHERE repo_id = $augur")" 02:00:00 \
    'another interval: due times change with it'
pg "UPDATE leat_ops.config SET value = '3 days' WHERE setting_name = 'interval'"
is "$(pg "SELECT due_at - last_collected FROM leat_ops.collection_queue WHERE repo_id = $augur")" '3 days' \
    'also when it is changed by SQL'
queue prioritize "$augur"
queue set interval 5d
is "$(pg "SELECT due_at <= now() FROM leat_ops.collection_queue WHERE repo_id = $augur")" t \
    'what was brought forward stays there'
status 4 'an interval that is none' "$LEAT" queue set interval soon
status 2 'a setting that is none' "$LEAT" queue set nothing 1
is "$(queue set | grep '^interval')" 'interval	5d' 'the settings are printed'

# --- gone
queue prioritize "$augur"
queue --worker a claim "$augur" > claimed
pg "SELECT leat_ops.set_gone($augur, 'a', 'gone')" > out
queue set gone_interval 50d
is "$(pg "SELECT status, round(extract(epoch FROM due_at - now()) / 86400), repo_archived FROM leat_ops.collection_queue
    JOIN leat_data.repos USING (repo_id) WHERE repo_id = $augur")" 'gone|50|t' 'what is gone is looked for in 50 days, when so set'

# --- failing
queue set max_attempts 3
queue set back_off 10min
waits=
for attempt in 1 2 3; do
    queue --worker a claim "$augur" > claimed
    queue --worker a fail "$augur" "broken $attempt"
    waits="$waits $(pg "SELECT round(extract(epoch FROM due_at - now()) / 60) BETWEEN 7 * 2 ^ ($attempt - 1)
        AND 13 * 2 ^ ($attempt - 1) FROM leat_ops.collection_queue WHERE repo_id = $augur")"
done
is "$waits" ' t t t' 'each failure doubles the wait, by about'
is "$(pg "SELECT status, attempts, last_error, parked_reason FROM leat_ops.collection_queue
    WHERE repo_id = $augur")" 'parked|3|broken 3|failed 3 times in a row' 'the third parks it'
pg "UPDATE leat_ops.collection_queue SET due_at = now() WHERE repo_id = $augur"
is "$(pg "SELECT count(*) FROM leat_ops.due('all') AS due WHERE due = $augur")" 0 'parked, it is not due'
queue unpark "$augur"
is "$(pg "SELECT status, attempts FROM leat_ops.collection_queue WHERE repo_id = $augur")" 'waiting|0' 'unparked'
queue park --reason 'not ours' "$augur"
is "$(queue --json --status parked | jq -r '.parked_reason')" 'not ours' 'parked by hand'
status 1 'what is not there cannot be parked' "$LEAT" queue park 999
queue remove "$augur"
is "$(pg "SELECT count(*) FROM leat_data.repos WHERE repo_id = $augur")" 1 'removed, its data stay'
is "$(queue add github.com/chaoss/augur 2>&1)" 'queue: 1 added, 0 known' 'and it can be added again'

# --- workers that vanish
sh -c '"$LEAT" queue claim github.com/o/r; "$LEAT" queue recover --quiet; "$LEAT" queue --json --status collecting | jq .attempts' > lived
is "$(sed 1d lived)" 0 'a worker that lives keeps its lock'
like "$(queue recover 2>&1)" ': taken back from ' 'once it is dead it is taken back at once'
is "$(pg "SELECT status, attempts FROM leat_ops.collection_queue WHERE repo_id = $(sed -n 1p lived)")" \
    'waiting|1' 'and counts as a failure'
name=$(pg "SELECT substr(last_error, length('the worker ') + 1) FROM leat_ops.collection_queue
    WHERE last_error LIKE 'the worker % vanished'")
boot=${name#*/}
boot=${boot%%.*}
queue --worker "${name%%/*}/00000000.1/1/1" claim github.com/o/r > claimed
queue recover --quiet
is "$(queue --json --status collecting | wc -l)" 0 'of this machine before it was started again, too'
queue --worker "${name%%/*}/$boot.1/1/1" claim github.com/o/r > claimed
queue recover --quiet
is "$(queue --json --status collecting | wc -l)" 1 'of a container on it nobody knows'
pg "UPDATE leat_ops.collection_queue SET locked_by = NULL, status = 'waiting'"
queue --worker other.host/1.1/1/1 claim github.com/o/r > claimed
queue recover
is "$(queue --json --status collecting | wc -l)" 1 'nor of a worker elsewhere'
pg "UPDATE leat_ops.collection_queue SET heartbeat_at = now() - interval '11 minutes'
    WHERE locked_by IS NOT NULL"
queue recover --quiet
is "$(queue --json --status collecting | wc -l)" 0 'until it has been silent for too long'
queue --worker w claim github.com/o/r > claimed
sleep 30 &
sleeper=$!
"$LEAT" queue --worker w --every 1 --signal $sleeper heartbeat github.com/o/r 2> heart &
queue remove github.com/o/r
wait $sleeper 2> out
is $? 143 'a worker that has lost its lock is told'

# --- moving
pg "SELECT leat_ops.add_repositories('{github.com/m/a,github.com/m/b,github.com/m/c}')" > added
a=$(pg "SELECT leat_ops.find_repository('github.com/m/a')")
b=$(pg "SELECT leat_ops.find_repository('github.com/m/b')")
c=$(pg "SELECT leat_ops.find_repository('github.com/m/c')")
is "$(pg "SELECT leat_ops.follow($a, 'm/a', '10')" "SELECT leat_ops.follow($a, 'n/new', '10')" | paste -sd,)" \
    'same,renamed' 'a repository is renamed'
is "$(pg "SELECT repo_git, repo_owner, repo_name, git_url FROM leat_data.repos JOIN leat_data.historical_repo_urls
    USING (repo_id) WHERE repo_id = $a")" 'https://github.com/n/new|n|new|https://github.com/m/a' 'the row follows'
is "$(pg "SELECT leat_ops.follow($a, 'm/stranger', '11')")" stranger 'another behind the same address'
is "$(pg "SELECT leat_ops.follow($b, 'n/new', '10')" "SELECT count(*) FROM leat_ops.collection_queue
    WHERE repo_id = $b" "SELECT count(*) FROM leat_data.repos WHERE repo_id = $b" | paste -sd,)" duplicate,0,1 \
    'one that is known under its new name leaves the queue'
is "$(pg "SELECT leat_ops.follow($c, 'm/c', '12')" "SELECT leat_ops.follow($a, 'm/c', '10')" | paste -sd,)" \
    same,taken 'a name that another still has here'
done_testing
