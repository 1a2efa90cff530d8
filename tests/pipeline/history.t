#!/bin/sh
# The main job: a git history through pipes into a database, twice.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/../postgresql.sh"
. "$here/lib.sh"
trap 'postgresql_stop; rm -rf "$WORK"' EXIT
git_rows() { git -C repo log --all --numstat --no-renames --format='%H'; }

history repo 400
collect() { # TARGET STATE
    "$LEAT" facade --state "$2" --repository r repo | "$LEAT" flatten | "$LEAT" load "$1" > "$2.new" && mv "$2.new" "$2"
}

# --- SQLite
collect sqlite:x.db s
ok $? 'facade | flatten | load into SQLite'
is "$(sqlite3 x.db 'SELECT count(*) FROM commits')" "$(git -C repo rev-list --all --count)" 'has every commit'
git_rows | awk 'NF == 1 { h = $1 } NF == 3 { print h "|" $3 "|" $1 "|" $2 }' | sort > git.rows
sqlite3 x.db 'SELECT hash, path, added, removed FROM commit_files' | sort > our.rows
same our.rows git.rows 'and every row of git log --numstat'
is "$(sqlite3 x.db "SELECT count(*) FROM commits__trailers WHERE key = 'Co-authored-by' AND email = 'cy@example.org'")" "$(git -C repo rev-list --all --count)" 'and the trailers'
is "$(sqlite3 x.db "SELECT name FROM refs ORDER BY name" | tr '\n' ' ')" 'refs/heads/main refs/heads/side refs/tags/v1 ' 'and the refs'
is "$(sqlite3 x.db 'SELECT sum(added) FROM commits')" "$(git_rows | awk 'NF == 3 { n += $1 } END { print n }')" 'totals of a commit are those of its files'
sqlite_dump x.db > first
is "$("$LEAT" facade --state s --repository r repo | grep -c RECORD)" 0 'a second run reads nothing'
collect sqlite:x.db s
sqlite_dump x.db > second
same second first 'and leaves the tables as they were'
rm s
collect sqlite:x.db s
sqlite_dump x.db > again
same again first 'so does a run without the bookmark'

# --- PostgreSQL
postgresql_start "$WORK"
collect postgresql:// p
ok $? 'the same into PostgreSQL'
psql -Atqc 'SELECT hash, path, added, removed FROM commit_files' | sort > pg.rows
same pg.rows git.rows 'has every row of git log --numstat'
psql -Atqc 'SELECT xmin, * FROM commits ORDER BY hash' > pg.first
postgresql_dump > pg.dump
collect postgresql:// p
rm p
collect postgresql:// p
psql -Atqc 'SELECT xmin, * FROM commits ORDER BY hash' > pg.second
postgresql_dump > pg.again
same pg.again pg.dump 'twice more gives identical tables'
same pg.second pg.first 'and no row is written anew'
is "$(psql -Atqc "SELECT author_time AT TIME ZONE 'UTC' FROM commits WHERE subject = 'commit 1'")" '2017-07-14 03:40:00' 'times are moments'
psql -Atqc 'SELECT hash FROM commits ORDER BY 1' > pg.hashes
sqlite3 x.db 'SELECT hash FROM commits ORDER BY 1' > sqlite.hashes
same pg.hashes sqlite.hashes 'both databases hold the same commits'

# --- history goes on
git clone -q repo work 2> /dev/null
git -C work -c user.name=X -c user.email=x@example.org commit -q --allow-empty -m 'one more'
git -C work push -q origin main
git -C repo update-ref -d refs/heads/side
collect sqlite:x.db s 2> err
is "$(sqlite3 x.db 'SELECT count(*) FROM commits')" "$(($(wc -l < sqlite.hashes) + 1))" 'a new commit comes'
is "$(sqlite3 x.db "SELECT count(*) FROM refs WHERE name = 'refs/heads/side'")" 0 'a deleted branch goes'
is "$(sqlite3 x.db "SELECT hash FROM refs WHERE name = 'refs/heads/main'")" "$(git -C repo rev-parse main)" 'a moved branch moves'
done_testing
