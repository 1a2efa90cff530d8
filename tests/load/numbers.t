#!/bin/sh
# Numbers and moments sent in binary are those PostgreSQL reads from their text; SQLite's are
# the same numbers, or text.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/load/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/postgresql.sh
. "$here/../postgresql.sh"
trap 'postgresql_stop; rm -rf "$WORK"' EXIT

# Numbers of every length and exponent, as JSON has them; each also as a string.
awk 'BEGIN {
    srand(7)
    for (i = 0; i < 20000; i++) {
        n = rand() < 0.5 ? "-" : ""
        n = n (rand() < 0.3 ? "0" : digits(1 + int(rand() * 30)))
        if (rand() < 0.7)
            n = n "." any(1 + int(rand() * 25))
        if (rand() < 0.4)
            n = n (rand() < 0.5 ? "e" : "E") (rand() < 0.3 ? "+" : rand() < 0.5 ? "-" : "") int(rand() * 40)
        printf "{\"n\":%s,\"s\":\"n%s\"", n, n
        m = sprintf("%04d-%02d-%02dT%02d:%02d:%02d", 1 + int(rand() * 9999), 1 + int(rand() * 12),
            1 + int(rand() * 28), int(rand() * 24), int(rand() * 60), int(rand() * 60))
        if (rand() < 0.5)
            m = m "." any(1 + int(rand() * 6))
        z = rand() < 0.3 ? "Z" : sprintf("%s%02d:%02d", rand() < 0.5 ? "+" : "-", int(rand() * 16), int(rand() * 60))
        printf ",\"l\":\"%s\",\"t\":\"%s%s\",\"m\":\"at %s%s\"}\n", m, m, z, m, z
    }
}
function digits(count) { return (1 + int(rand() * 9)) any(count - 1) }
function any(count, text) {
    while (count-- > 0)
        text = text (rand() < 0.3 ? 0 : int(rand() * 10))
    return text
}' > numbers

TARGET=sqlite:t.db
load --stream x < numbers
is "$got" 0 'SQLite takes all'
sql "SELECT CASE typeof(n) WHEN 'real' THEN printf('%!.17g', n) ELSE n END, substr(s, 2), typeof(n) FROM x" > pairs
is "$(awk -F '|' '$3 == "text" && $1 != $2' pairs | wc -l)" 0 'text keeps the digits'

if postgresql_start "$WORK"; then
    TARGET=host=$PGHOST
    load --stream x < numbers
    is "$got/$(pg 'SELECT count(*) FROM x')" 0/20000 'PostgreSQL takes all'
    is "$(pg 'SELECT n, s FROM x WHERE n::text <> substr(s, 2)::numeric::text LIMIT 5')" '' \
        'numeric: the same digits and scale'
    is "$(pg 'SELECT t, m FROM x WHERE t <> substr(m, 4)::timestamptz LIMIT 5')" '' \
        'timestamp with time zone'
    is "$(pg "SELECT l, m FROM x WHERE l <> substr(m, 4, length(m) - 3 - CASE WHEN m LIKE '%Z' THEN 1 ELSE 6 END)::timestamp LIMIT 5")" \
        '' 'timestamp without time zone'
    pg 'CREATE TABLE pairs (got text, wanted numeric, kind text)' \
        "\\copy pairs FROM pairs WITH (DELIMITER '|')"
    is "$(pg "SELECT got, wanted FROM pairs WHERE kind = 'integer' AND got::numeric <> wanted LIMIT 5")" \
        '' 'INTEGER in SQLite: the very number'
    is "$(pg "SELECT got, wanted FROM pairs WHERE kind = 'real' AND got::float8 <> wanted::float8 LIMIT 5")" \
        '' 'REAL in SQLite: the double next to it'
    is "$(pg "SELECT wanted FROM pairs WHERE kind = 'real' AND abs(wanted) < 1e15
        AND wanted <> wanted::float8::text::numeric LIMIT 5")" \
        '' 'and only where that is the very number'
    is "$(pg "SELECT wanted FROM pairs WHERE kind = 'text' AND wanted = wanted::float8::text::numeric LIMIT 5")" \
        '' 'text only where it is not'
else
    ok 1 'a private PostgreSQL server'
fi
done_testing
