# Shared by the scripts that work on the warehouse: where it is, and how it is asked. To be sourced.
# $tool is the name that messages begin with, $target the database.
# shellcheck shell=sh
# shellcheck disable=SC2154 # of the script

say() {
    echo "$tool: $*" >&2
}

# fail STATUS WHAT...
fail() {
    fail_status=$1
    shift
    say "$*"
    exit "$fail_status"
}

misuse() {
    fail 2 "$* (see leat $tool --help)"
}

# need_value "$@": the option in $1 has a value behind it.
need_value() {
    [ $# -ge 2 ] || misuse "$1 needs a value"
}

# Arguments can be seen by everybody, so a password must not be in them.
refuse_password() {
    case $1 in
    postgresql://* | postgres://*)
        user=${1#*://}
        user=${user%%/*}
        case $user in
        *:*@*) has_password=yes ;;
        *) has_password= ;;
        esac
        ;;
    *) has_password= ;;
    esac
    if [ -n "$has_password" ] || printf '%s\n' "$1" | grep -qE '(^|[^a-z])(ssl)?password *='; then
        fail 2 'a password in the target can be seen by everybody: put it into the file that PGPASSFILE names, or into a service file, and say service=NAME'
    fi
}

# What libpq takes, and nothing else.
check_target() {
    case $1 in
    '') fail 2 'no database: say --to TARGET, or set LEAT_TARGET' ;;
    sqlite:*) fail 2 'the warehouse and its queue need PostgreSQL' ;;
    postgresql://* | postgres://* | *=*)
        refuse_password "$1"
        command -v psql > /dev/null || fail 3 'psql is missing (of postgresql-client)'
        ;;
    *) fail 2 "'$1' is no connection string: it begins with postgresql:// or has a '=' in it" ;;
    esac
}

# sql OPTION...: runs the SQL on standard input, for which -v NAME=VALUE sets what it calls
# :'NAME'; prints rows, fields separated by tabs. What a user said goes in as such a value only.
# Status 4 when the database did not do it.
sql() {
    PGOPTIONS="${PGOPTIONS-} -c client_min_messages=warning" PGAPPNAME="leat $tool" \
        psql -XqAtw -F '	' -v ON_ERROR_STOP=1 "$@" -d "$target" || return 4
}
