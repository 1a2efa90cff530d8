# A private PostgreSQL for tests, on a unix socket in a temporary folder. To be sourced.
#
#   postgresql_start FOLDER   makes a cluster in FOLDER and starts it; sets PGHOST, PGUSER,
#                             PGDATABASE for libpq
#   postgresql_crash          ends it as a power cut would
#   postgresql_again          starts it after that
#   postgresql_stop           ends it for good
#
# PostgreSQL refuses to run as root: then it runs as the user postgres.
# shellcheck shell=sh

postgresql_bin() {
    for postgresql_folder in "$(pg_config --bindir 2>/dev/null)" /usr/lib/postgresql/*/bin; do
        if [ -x "$postgresql_folder/postgres" ]; then
            echo "$postgresql_folder"
            return
        fi
    done
    return 1
}

postgresql_run() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && setpriv --reuid=postgres --regid=postgres --clear-groups "$@")
    else
        "$@"
    fi
}

postgresql_again() {
    postgresql_run "$(postgresql_bin)/pg_ctl" -s -w -t 60 -D "$PGHOST/data" \
        -l "$PGHOST/log" -o "-c listen_addresses= -c unix_socket_directories=$PGHOST \
            -c fsync=off -c max_connections=30 $POSTGRESQL_SETTINGS" start >/dev/null
}

postgresql_start() {
    PGHOST=$1/pg
    PGUSER=tester
    PGDATABASE=postgres
    POSTGRESQL_SETTINGS=${POSTGRESQL_SETTINGS-}
    export PGHOST PGUSER PGDATABASE
    unset PGPORT PGSERVICE PGPASSWORD PGOPTIONS
    mkdir "$PGHOST"
    if [ "$(id -u)" -eq 0 ]; then
        chmod 755 "$1"
        chown postgres "$PGHOST"
    fi
    postgresql_run "$(postgresql_bin)/initdb" -D "$PGHOST/data" -U tester -A trust -N \
        -E UTF8 --locale=C.UTF-8 >/dev/null && postgresql_again
}

postgresql_crash() {
    postgresql_run "$(postgresql_bin)/pg_ctl" -s -w -D "$PGHOST/data" -m immediate stop
}

postgresql_stop() {
    if [ -d "${PGHOST-/nowhere}/data" ]; then
        postgresql_run "$(postgresql_bin)/pg_ctl" -s -w -D "$PGHOST/data" -m immediate stop \
            2>/dev/null || :
    fi
}
