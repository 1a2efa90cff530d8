# Shared by the tests of fetch: a forge to ask, and tables to compare. To be sourced after
# tests/lib.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154 # of the test
. "$here/../forge/start.sh"
sources=$(cd "$here/../../common/sources" && pwd)
unset GITHUB_TOKENS GITHUB_TOKEN GH_TOKEN GITLAB_TOKENS GITLAB_TOKEN
export XDG_CACHE_HOME="$WORK/cache" XDG_STATE_HOME="$WORK/local-state"

# patient NAME: a copy of a source that rests a second where the platform names no time.
patient() {
    mkdir -p "$WORK/sources"
    cp "$sources"/*.graphql "$WORK/sources/"
    jq '.limits |= map_values(. + {secondary_wait: "1s"})' "$sources/$1.json" > "$WORK/sources/$1.json"
}

# fetch ARGUMENTS...: from the forge, with short waits. More options in $fetch_options.
fetch() {
    # shellcheck disable=SC2086 # a list of options
    "$LEAT" fetch --url "$FORGE_URL" --back-off 10 ${fetch_options-} "$@"
}

# into DATABASE ARGUMENTS...: what fetch gives, loaded; the STATE in DATABASE.state, where the next
# call goes on. The status is fetch's.
into() {
    database=$1
    shift
    {
        fetch --state "$database.state" "$@" 2> "$database.err"
        echo $? > "$database.status"
    } | "$LEAT" flatten | "$LEAT" load "sqlite:$database" 2> "$database.load.err" > "$database.new"
    if [ -s "$database.new" ]; then
        tail -1 "$database.new" > "$database.state"
    fi
    cat "$database.err" >&2
    return "$(cat "$database.status")"
}

# rows DATABASE [TABLE...]: every table's rows, sorted, but for the notices of fetch's own, and
# but for TABLE...
rows() {
    rows_of=$1
    shift
    sqlite3 "$rows_of" "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name" | while read -r table; do
        case " renames status leat_loads $* " in
        *" $table "*) ;;
        *) sqlite3 -header "$rows_of" "SELECT '$table', * FROM \"$table\"" | sort ;;
        esac
    done
}

# counted FILTER: of the forge's counts.
counted() {
    forge_control GET counts | jq -r "$1"
}

faults() {
    forge_control DELETE faults > /dev/null
    forge_control POST faults "$1" > /dev/null
}

forget() {
    forge_control POST counts/reset > /dev/null
}

# records FILE: how many of each stream, "stream=count " after "stream=count ".
records() {
    grep -o '^{"type":"RECORD","stream":"[a-z_]*' "$1" | sed 's/.*"//' | sort | uniq -c | awk '{printf "%s=%s ", $2, $1}'
}

# timeless FILE: without the times of notices.
timeless() {
    sed -E 's/"seen_at":"[^"]*"//' "$1"
}
