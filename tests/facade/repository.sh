# Shared by facade's tests: repositories to read, and git's own answer to compare with.
# shellcheck shell=sh
GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME='A U Thor'
GIT_AUTHOR_EMAIL=author@example.org GIT_COMMITTER_NAME='C O Mitter'
GIT_COMMITTER_EMAIL=committer@example.org GIT_TERMINAL_PROMPT=0 HOME=$WORK/home
XDG_CACHE_HOME=$WORK/cache
export GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME
export GIT_COMMITTER_EMAIL GIT_TERMINAL_PROMPT HOME XDG_CACHE_HOME
# in a build with sanitizers: a leak that is not ours; $here is set by the test
# shellcheck disable=SC2154
LSAN_OPTIONS=suppressions=$here/leaks.supp:print_suppressions=0
export LSAN_OPTIONS
mkdir -p "$HOME"

facade() { "$LEAT" facade "$@" 2> "$WORK/err"; }

now=1600000000
# commit DIR ARGUMENTS...: everything in the working tree, an hour after the last one.
commit() {
    now=$((now + 3600))
    (
        cd "$1" || exit 1
        shift
        git add -A .
        GIT_AUTHOR_DATE="$now +0200" GIT_COMMITTER_DATE="$now -0330" git commit -q --allow-empty "$@"
    )
}

# records STREAM [FILTER]: of the messages on stdin, the records of a stream.
records() {
    jq -c --arg stream "$1" "select(.type == \"RECORD\" and .stream == \$stream) | .record | ${2:-.}"
}

# facade_counts ARGUMENTS...: HASH ADDED REMOVED PATH, sorted.
facade_counts() {
    facade "$@" | jq -r 'select(.type == "RECORD" and .stream == "commit_files") | .record
        | [.hash, if .binary then "-" else .added end, if .binary then "-" else .removed end, .path]
        | @tsv' | sort
}

# git_counts REPOSITORY: the same by git.
git_counts() {
    git -C "$1" -c core.quotePath=false log --all --numstat --no-renames --format='commit %H' |
        awk '/^commit [0-9a-f]+$/ { hash = $2; next } NF { print hash "\t" $0 }' | sort
}

# agrees REPOSITORY NAME [ARGUMENTS...]: commits and counts are git's.
agrees() {
    repository=$1 name=$2
    shift 2
    git_counts "$repository" > "$WORK/expected"
    facade_counts "$@" "$repository" > "$WORK/got"
    same "$WORK/got" "$WORK/expected" "$name: counts"
    git -C "$repository" log --all --format=%H | sort > "$WORK/expected"
    facade "$@" "$repository" | records commits .hash | tr -d '"' | sort > "$WORK/got"
    same "$WORK/got" "$WORK/expected" "$name: commits"
}

# without DIR HASH: takes a loose object away.
without() {
    rest=${2#??}
    rm -f "$1/objects/${2%"$rest"}/$rest"
}

# loosen DIR: a bare repository's packs become loose objects.
loosen() {
    (
        cd "$1" || exit 1
        mkdir -p "$WORK/packs"
        mv objects/pack/*.pack "$WORK/packs" 2> /dev/null
        rm -f objects/pack/*
        for pack in "$WORK"/packs/*.pack; do
            [ -f "$pack" ] && git unpack-objects -q < "$pack"
        done
        rm -rf "$WORK/packs"
    )
}
