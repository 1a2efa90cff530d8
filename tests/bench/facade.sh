#!/bin/sh
# facade against git log --all --numstat --no-renames: the same history, the same counts, output
# thrown away. One line of JSON a figure. Environment: BUILD; REPO for a history other than the
# made one; COMMITS (default 30100) for the size of that.
set -eu
here=$(dirname "$0")
facade=$BUILD/libexec/leat/facade
measure=$BUILD/tests/tools/measure
data=$BUILD/bench
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
mkdir -p "$data"
commits=${COMMITS:-30100}
if [ -n "${REPO:-}" ]; then
    history=$REPO
else
    # kept: it takes longer to make than to measure
    history=$data/history-$commits.git
    if [ ! -d "$history" ]; then
        rm -rf "$history.partial"
        git init -q --bare "$history.partial"
        awk -v commits="$commits" -f "$here/history.awk" |
            git -C "$history.partial" fast-import --done --quiet
        git -C "$history.partial" symbolic-ref HEAD refs/heads/main
        # packed as a server hands it out
        git -C "$history.partial" repack -adfq --depth=50 --window=10
        mv "$history.partial" "$history"
    fi
fi
count=$(git -C "$history" rev-list --all --count)
log="git -C $history log --all --numstat --no-renames"

# the figures mean nothing unless the counts are git's
git -C "$history" log --all --numstat --no-renames --format= |
    awk -F '\t' 'NF == 3 { rows++; added += $1; removed += $2 } END { print rows, added, removed }' \
        > "$data/facade.expected"
"$facade" -j 2 "$history" |
    awk 'index($0, "{\"type\":\"RECORD\",\"stream\":\"commit_files\",") == 1 {
            rows++
            if (match($0, /"added":[0-9]+,"removed":[0-9]+,"binary":false,"mode":"[0-7]+"}}$/)) {
                split(substr($0, RSTART), part, /[:,]/)
                added += part[2]
                removed += part[4]
            }
        } END { print rows + 0, added + 0, removed + 0 }' > "$data/facade.got"
cmp "$data/facade.expected" "$data/facade.got"

"$measure" -n 3 'facade: one core, against git log --numstat' \
    "taskset -c 0 $facade $history" "taskset -c 0 $log" "commits_a_second=$count"
"$measure" -n 3 'facade: two threads, against git log --numstat' \
    "$facade -j 2 $history" "$log" "commits_a_second=$count"
"$measure" -n 3 'facade: --renames, against git log -M' \
    "taskset -c 0 $facade --renames $history" \
    "taskset -c 0 git -C $history log --all --numstat -M" "commits_a_second=$count"
