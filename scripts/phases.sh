# The pipes of a collection: each from a source of records to the database. To be sourced, after
# pipes.sh. What they work on: $target, $repo_id, $platform_id, $source, $subject, $api (where the
# platform's API is, or nothing), $git_url, and the options $full, $jobs, $mirrors, $quiet,
# $state_folder. Each sets pipe_status and pipe_reason.
# shellcheck shell=sh
# shellcheck disable=SC2154 # of the script

# What a target has of its own below XDG_STATE_HOME.
target_folder() {
    printf '%s/leat/collect-%s' "${XDG_STATE_HOME:-${HOME:-/tmp}/.local/state}" \
        "$(printf '%s' "$target" | cksum | tr ' ' -)"
}

# get_state NAME: where the last run came to, into $state_file. The file has the same path each
# time, for by it fetch knows the responses it has kept; what counts is what is put into it here.
get_state() {
    state_key=repo/$repo_id/$1 state_file=$(target_folder)
    (umask 077 && mkdir -p "$state_file") 2> /dev/null || state_file=$work
    state_file=$state_file/repo-$repo_id.$1
    : > "$state_file"
    if [ -n "$state_folder" ]; then
        [ ! -f "$state_folder/repo-$repo_id.$1" ] || cp "$state_folder/repo-$repo_id.$1" "$state_file"
        return
    fi
    case $target in
    sqlite:*)
        [ -s "${target#sqlite:}" ] || return 0
        sqlite3 -readonly "${target#sqlite:}" "SELECT value FROM leat_state
            WHERE state_key = '$state_key'" > "$state_file" 2> /dev/null || : > "$state_file"
        ;;
    *) echo "SELECT value FROM leat_ops.state WHERE state_key = :'key';" |
        sql -v key="$state_key" > "$state_file" || fail 4 'the state could not be read' ;;
    esac
}

# keep_state NAME: in a folder, what the last stage printed; in a database it is kept already.
keep_state() {
    if [ -n "$state_folder" ] && [ -s "$work/$1.out" ]; then
        tail -n 1 "$work/$1.out" > "$state_folder/repo-$repo_id.$1.new"
        mv "$state_folder/repo-$repo_id.$1.new" "$state_folder/repo-$repo_id.$1"
    fi
}

# through_model NAME: rows of the warehouse's tables.
through_model() {
    pipe_through flatten "$here/flatten" --model "$1" --set "repo_id=$repo_id" \
        --set "platform_id=$platform_id"
}

# into_tables FILE OPTION...: the last stage of a pipe of rows. The warehouse's tables are never changed
# by what comes.
into_tables() {
    into_file=$1
    shift
    case $target in
    sqlite:*) ;;
    *) set -- "$@" --schema-name leat_data --contract freeze ;;
    esac
    pipe_end "$into_file" load "$here/load" "$@" "$target"
}

# load_rows NAME OPTION...: the last stage of a pipe whose STATE is kept under NAME.
load_rows() {
    name=$1
    shift
    [ -n "$state_folder" ] || set -- "$@" --state-key "$state_key"
    into_tables "$work/$name.out" "$@"
}

# Of the streams those that become rows.
start_fetch() {
    get_state api
    streams=$("$here/flatten" --model "$source" --set "repo_id=$repo_id" --streams)
    set -- --state "$state_file"
    [ -z "$api" ] || set -- "$@" --url "$api"
    [ -z "$full" ] || set -- "$@" --full-refresh
    [ -z "$jobs" ] || set -- "$@" --jobs "$jobs"
    [ -z "$quiet" ] || set -- "$@" --quiet
    pipe_begin
    # shellcheck disable=SC2086 # names
    pipe_through fetch "$here/fetch" "$@" "$source" "$subject" $streams
}

# What the platform has, as it comes, into staging.
fetch_and_stage() {
    start_fetch
    set -- --repo-id "$repo_id" --platform-id "$platform_id"
    [ -n "$state_folder" ] || set -- "$@" --state-key "$state_key"
    pipe_end "$work/api.out" stage "$here/stage" "$@" "$target"
    pipe_wait
    keep_state api
}

drain_once() {
    pipe_begin
    pipe_through stage "$here/stage" --quiet --drain --repo-id "$repo_id" "$target"
    through_model "$source"
    into_tables "$work/drain.out" --unstage
    pipe_wait
}

# What is staged, as rows; it leaves staging when they are in. What runs with other streams have
# staged takes a drain of its own.
drain_and_load() {
    drained=0
    for _ in $(seq 100); do
        drain_once
        [ "$pipe_status" -ne 1 ] || drained=1
        [ "$pipe_status" -le 1 ] && [ -z "${stopped-}" ] || return 0
        pipe_status=$drained
        left=$(echo 'SELECT EXISTS (SELECT FROM leat_ops.staging WHERE repo_id = :repo_id);' |
            sql -v repo_id="$repo_id") || fail 4 'the database did not answer'
        [ "$left" = t ] || return 0
    done
}

# What the platform has, as rows, without staging.
fetch_and_load() {
    start_fetch
    through_model "$source"
    load_rows api
    pipe_wait
    keep_state api
}

# The git history, as rows.
collect_git() {
    get_state git
    [ -z "$full" ] || : > "$state_file"
    set -- --repository "$repository" --state "$state_file"
    [ -z "$jobs" ] || set -- "$@" --jobs "$jobs"
    [ -z "$mirrors" ] || set -- "$@" --mirror "$mirrors"
    [ -z "$quiet" ] || set -- "$@" --quiet
    pipe_begin
    pipe_through facade "$here/facade" "$@" "$git_url"
    through_model git
    load_rows git
    pipe_wait
    keep_state git
}
