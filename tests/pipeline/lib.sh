# Shared by the pipeline tests: a history to read, and databases to compare.
# shellcheck shell=sh

# history FOLDER COMMITS: a bare repository, the same every time: branches, merges, renames,
# binary files, trailers, names outside ASCII.
history() {
    git init -q --bare -b main "$1"
    awk -v commits="$2" '
        function blob(n, i) {
            out = ""
            for (i = 0; i < 5 + n % 17; i++)
                out = out "line " (i * 7 + n % 5) " of " n % 11 "\n"
            return out
        }
        function data(text) { printf "data %d\n%s\n", length(text), text }
        BEGIN {
            for (n = 1; n <= commits; n++) {
                branch = n % 10 == 0 && n > 1 ? "refs/heads/side" : "refs/heads/main"
                printf "commit %s\nmark :%d\n", branch, n
                printf "author Ann %d <ann%d@example.org> %d +0130\n", n % 7, n % 7, 1500000000 + n * 3600
                printf "committer Bob <bob@example.org> %d -0700\n", 1500000000 + n * 3600
                data("commit " n "\n\nbody of " n "\n\nCo-authored-by: Cy <cy@example.org>\n")
                if (branch ~ /side/) printf "from :%d\n", n - 1
                else if (n % 10 == 1 && n > 10) printf "from :%d\nmerge :%d\n", n - 2, n - 1
                printf "M 100644 inline dir%d/file%d.txt\n", n % 5, n % 13
                data(blob(n))
                if (n % 3 == 0) { printf "M 100644 inline other%d\n", n % 29; data(blob(n + 3)) }
                if (n % 50 == 0) printf "D dir%d/file%d.txt\n", (n + 1) % 5, (n + 1) % 13
            }
            printf "reset refs/tags/v1\nfrom :%d\n\n", commits - 1
        }' | LC_ALL=C git -C "$1" fast-import --quiet
}

# sqlite_dump FILE: every row of every table, in an order of its own; the book of loads, which
# has times in it, left out.
sqlite_dump() {
    sqlite3 "$1" .dump | grep '^INSERT' | grep -v leat_loads | sort
}

postgresql_dump() {
    "$(postgresql_bin)/pg_dump" --data-only --inserts --no-comments | grep '^INSERT' | grep -v leat_loads | sort
}

postgresql_empty() {
    psql -qc 'DROP SCHEMA public CASCADE; CREATE SCHEMA public' 2> /dev/null
}
