# Shared by the tests of queue, collect and dispatch: a warehouse on a private server. To be sourced
# after tests/lib.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154 # of the test
. "$here/../postgresql.sh"
# A server that the user has is none of ours, not even to stop.
unset PGHOST

# pg QUERY...: rows, fields separated by "|".
pg() {
    for pg_query in "$@"; do
        psql -XqAt -v ON_ERROR_STOP=1 -c "$pg_query"
    done
}

queue() {
    "$LEAT" queue "$@"
}

# Makes the warehouse; sets LEAT_TARGET.
warehouse_start() {
    postgresql_start "$WORK" || return 1
    LEAT_TARGET=host=$PGHOST
    export LEAT_TARGET
    "$LEAT" migrate --quiet
}
