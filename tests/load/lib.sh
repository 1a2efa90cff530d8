# Shared by the tests of load: queries, and small Singer streams. To be sourced behind lib.sh.
# shellcheck shell=sh

# sql QUERY...: the rows from t.db, fields separated by "|".
sql() {
    sqlite3 "$WORK/t.db" "$@"
}

# pg QUERY...: the same from the test's server.
pg() {
    for pg_query in "$@"; do
        psql -XqAt -v ON_ERROR_STOP=1 -c "$pg_query"
    done
}

# load OPTION...: into $TARGET; status in $got, messages in $WORK/err, STATE in $WORK/out.
load() {
    got=0 # for the test
    export got
    "$LEAT" load "$TARGET" "$@" > "$WORK/out" 2> "$WORK/err" || got=$?
}

# schema STREAM PROPERTIES KEYS [MORE]: a SCHEMA message.
schema() {
    printf '{"type":"SCHEMA","stream":"%s","schema":{"properties":{%s}},"key_properties":[%s]%s}\n' \
        "$1" "$2" "$3" "${4-}"
}

# record STREAM MEMBERS [MORE]
record() {
    printf '{"type":"RECORD","stream":"%s","record":{%s}%s}\n' "$1" "$2" "${3-}"
}

state() {
    printf '{"type":"STATE","value":%s}\n' "$1"
}
