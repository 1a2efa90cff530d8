#!/bin/sh
# The warehouse is made once, whoever makes it and however often; what was interrupted is taken up.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/postgresql.sh
. "$here/../postgresql.sh"
trap 'postgresql_stop; rm -rf "$WORK"' EXIT
postgresql_start "$WORK" || {
    ok 1 'a private PostgreSQL server'
    done_testing
    exit
}
migrations=$(cd "$here/../../common/sql" && pwd)

# pg DATABASE QUERY: as the superuser.
pg() {
    psql -XqAt -v ON_ERROR_STOP=1 -d "$1" -c "$2"
}

# What a database consists of, without what differs from one to the next.
shape() {
    pg_dump -s -U tester "$1" | grep -v '^\\\(un\)\?restrict' > "$2"
}

pg postgres 'CREATE ROLE owner LOGIN' > /dev/null
for database in first twins cut; do
    pg postgres "CREATE DATABASE $database OWNER owner" > /dev/null
done

# --- once and twice, by the database's owner, who is no superuser
status 0 'made by a user without superuser' "$LEAT" migrate --to 'dbname=first user=owner'
is "$(grep -c ': applied$' err)" "$(find "$migrations" -name '*.sql' | wc -l)" 'every migration is applied'
is "$(pg first "SELECT count(*) FROM information_schema.tables
    WHERE table_schema = 'leat_data' AND table_type = 'BASE TABLE'")" 88 'every table of leat_data is there'
shape first before
pg first 'SELECT * FROM leat_ops.schema_migrations' > applied
status 0 'again' "$LEAT" migrate --to 'dbname=first user=owner'
is "$(cat err)" '' 'says nothing: there is nothing to do'
pg first 'SELECT * FROM leat_ops.schema_migrations' > applied.again
same applied.again applied 'and has done nothing'
is "$("$LEAT" migrate --status --to dbname=first | awk '{ print $3 }' | sort -u)" applied 'the status says so'
is "$("$LEAT" migrate --status --to dbname=twins | awk '{ print $3 }' | sort -u)" pending 'of an empty database, too'

# --- every file may be applied again
pg first "UPDATE leat_ops.schema_migrations SET checksum = 'another'"
is "$("$LEAT" migrate --status --to dbname=first | awk '{ print $3 }' | sort -u)" changed 'changed files are seen'
pg first "INSERT INTO leat_data.repos (repo_id, platform_id, repo_git, repo_name, repo_owner)
    VALUES (7, 1, 'https://github.com/o/r', 'r', 'o')"
status 0 'they are applied again' "$LEAT" migrate --to 'dbname=first user=owner'
like "$(cat err)" '0001 tables: changed since, applied again' 'and named'
shape first after
same after before 'to the same database'
is "$(pg first 'SELECT repo_git FROM leat_data.repos')" https://github.com/o/r 'its rows stay'

# --- two at once
"$LEAT" migrate --to 'dbname=twins user=owner' 2> one &
"$LEAT" migrate --to 'dbname=twins user=owner' 2> two
other=$?
wait $!
is "$?/$other" 0/0 'two at once: both come through'
is "$(cat one two | grep -c ': applied$')" "$(find "$migrations" -name '*.sql' | wc -l)" 'each migration by one of them'
shape twins got
same got before 'the database is the same'

# --- a migration that fails leaves nothing of itself, and is taken up when it is mended
mkdir sql
cp "$migrations"/*.sql sql/
printf 'CREATE TABLE leat_data.half (a int);\nSELECT 1 / 0;\n' > sql/9000_broken.sql
echo 'CREATE TABLE leat_data.behind (a int);' > sql/9001_behind.sql
LEAT_SQL=$WORK/sql
export LEAT_SQL
status 4 'a migration fails' "$LEAT" migrate --to 'dbname=cut user=owner'
like "$(cat err)" '9000_broken.sql:2: ERROR: *division by zero' 'it says where'
is "$(pg cut "SELECT to_regclass('leat_data.half') IS NULL, to_regclass('leat_data.behind') IS NULL,
    to_regclass('leat_data.repos') IS NULL")" 't|t|f' 'nothing of it stands, nor of those behind; those before do'
echo 'CREATE TABLE IF NOT EXISTS leat_data.half (a int);' > sql/9000_broken.sql
status 0 'mended' "$LEAT" migrate --to 'dbname=cut user=owner'
is "$(sed 's/.*migrate: //' err | paste -sd,)" '9000 broken: applied,9001 behind: applied' 'it goes on there'

# --- killed while another holds the lock
printf 'SELECT pg_advisory_lock(hashtext($$leat migrate$$));\n\\! touch locked\nSELECT pg_sleep(20);\n' |
    psql -Xq -d cut > hold.out &
holder=$!
for _ in $(seq 100); do
    [ ! -e locked ] || break
    sleep 0.1
done
echo 'CREATE TABLE IF NOT EXISTS leat_data.late (a int);' > sql/9002_late.sql
"$LEAT" migrate --to dbname=cut 2> waiting &
waiter=$!
sleep 0.5
is "$(pg cut "SELECT to_regclass('leat_data.late') IS NULL")" t 'while another migrates it waits'
kill -9 $waiter
kill $holder
pg cut "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()" > terminated
wait 2> /dev/null
status 0 'after a kill' "$LEAT" migrate --to dbname=cut
is "$(pg cut "SELECT to_regclass('leat_data.late') IS NULL")" f 'the next one finishes'

# --- targets
status 2 'no target' "$LEAT" migrate
status 2 'a password is refused' "$LEAT" migrate --to 'dbname=first password=secret'
status 2 'in an address, too' "$LEAT" migrate --to postgresql://u:secret@localhost/first
is "$(grep -c secret err)" 0 'and not repeated'
status 2 'SQLite is refused' "$LEAT" migrate --to sqlite:x.db
status 4 'a database that is not there' "$LEAT" migrate --to dbname=nowhere
LEAT_TARGET=dbname=first
export LEAT_TARGET
LEAT_SQL=$migrations
status 0 'the target is taken from the environment' "$LEAT" migrate
done_testing
