#!/bin/sh
# Descriptions that are wrong: refused with the file, the place and the reason, and nothing is asked.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"

cat > good.json << 'END'
{"name": "good", "base_url": "https://api.example", "subjects": ["{owner}/{repo}"],
 "parameters": {"owner": "an account"}, "headers": {"Accept": "application/json"},
 "authentication": {"header": "X-Key: {token}", "environment": ["GOOD_KEY"]},
 "limits": {"core": {"remaining": "x-left", "reset": "x-reset", "reset_in": "seconds", "per_minute": 60}},
 "statuses": {"409": "empty"}, "graphql": {"path": "/graphql", "nodes": 100},
 "pagination": {"type": "page", "size": 10}, "fields": {"source": "string"},
 "shapes": {"user": {"id": "integer", "login": "string"}},
 "probe": {"path": "/{owner}/{repo}", "id": "id", "subject": "{full_name}"},
 "streams": [
  {"name": "items", "key": ["id"], "request": {"path": "/items", "parameters": {"since": "{since}"}},
   "incremental": {"field": "at", "order": "ascending", "look_back": "5m"},
   "fields": {"id": "integer", "at": "date-time", "by": "user", "tags": ["string"]}},
  {"name": "parts", "key": ["item", "n"], "parent": "items", "parent_key": {"item": "id"}, "member": "parts",
   "fields": {"n": "integer"}}]}
END
status 0 'a good one' "$LEAT" fetch --list ./good.json

# refuses NAME FILTER PATTERN: with one thing changed, it is wrong; the message has file, place, reason.
refuses() {
    jq -c "$2" good.json > wrong.json
    status 3 "$1: status 3" "$LEAT" fetch --list ./wrong.json
    like "$(cat err)" "^fetch: \./wrong\.json: $3" "$1: file, place and reason"
    is "$(wc -l < err)" 1 "$1: in one line"
}

# --- members
refuses 'an unknown member' '.colour = 1' "description: 'colour' is not known here \(known: name "
refuses 'one of a stream' '.streams[0].kye = ["id"]' "stream items: 'kye' is not known here"
refuses 'one of a request' '.streams[0].request.methd = "x"' "stream items\.request: 'methd' is not known"
refuses 'one of pagination' '.pagination.sise = 1' "pagination: 'sise' is not known"
refuses 'one of incremental' '.streams[0].incremental.feild = "x"' "stream items\.incremental: 'feild' is not known"
refuses 'one of a limit' '.limits.core.hourly = 1' "limits: 'hourly' is not known"
refuses 'one of authentication' '.authentication.password = "x"' "authentication: 'password' is not known"
refuses 'no name' 'del(.name)' "description: 'name' is missing"
refuses 'a name that is no text' '.name = 7' "description: 'name' must be a text"
refuses 'no streams' '.streams = []' 'streams: must be an array of streams'
refuses 'streams that are none' '.streams = {}' 'streams: must be an array of streams'
refuses 'a stream that is none' '.streams[0] = "items"' 'stream without a name: must be an object'
refuses 'a stream without a name' 'del(.streams[0].name)' "stream without a name: 'name' is missing"
refuses 'two of one name' '.streams[1].name = "items"' '.*items: there are two streams of this name'
refuses 'a stream without a request' 'del(.streams[0].request)' "stream items: needs a 'request'"
refuses 'a flag that is none' '.streams[0].default = "no"' "stream items: 'default' must be true or false"
refuses 'a key that is none' '.streams[0].key = {"id": 1}' "stream items: 'key' must be an array of texts"
refuses 'a base URL that is none' '.base_url = "ftp://x"' "description: 'base_url' must be an http or https URL"

# --- parents
refuses 'a parent that stands behind' '.streams |= reverse' "parts: its parent 'items' does not stand before it"
refuses 'a parent that is not there' '.streams[1].parent = "nosuch"' "parts: its parent 'nosuch' does not stand"
refuses 'its own parent' '.streams[1].parent = "parts"' "parts: its parent 'parts' does not stand"
refuses 'a parent key that is no field' '.streams[1].parent_key.item = "uid"' "parts: parent_key: 'uid' is no field of 'items'"
refuses 'a member without a parent' '.streams[0].member = "x"' "stream items: 'member', 'follow' and 'parent_key' are for child"

# --- requests
refuses 'a path and a query' '.streams[0].request.query = "q.graphql"' "stream items\.request: .*'path'.*'query'"
refuses 'neither' '.streams[0].request = {}' "stream items\.request: .*'path'"
refuses 'a query that is not there' '.streams[0].request = {"query": "nosuch.graphql"}' \
    'stream items\.request: cannot read the query \./nosuch\.graphql: No such file'
refuses 'a query elsewhere' '.streams[0].request = {"query": "/etc/passwd"}' \
    "stream items\.request: the query '/etc/passwd' must stand beside the description"
refuses 'a query above' '.streams[0].request = {"query": "../q.graphql"}' "stream items\.request: the query .* must stand beside"
echo 'query { a { id } } query { b { id } }' > two.graphql
refuses 'two operations in a query' '.streams[0].request = {"query": "two.graphql"}' 'stream items\.request: two\.graphql'
echo 'query { a { id } b { id } }' > fields.graphql
refuses 'two top-level fields' '.streams[0].request = {"query": "fields.graphql"}' 'stream items\.request: fields\.graphql'
echo 'mutation { a { id } }' > mutation.graphql
refuses 'a mutation' '.streams[0].request = {"query": "mutation.graphql"}' 'stream items\.request: mutation\.graphql'
echo 'query { a { id }' > half.graphql
refuses 'a query that breaks off' '.streams[0].request = {"query": "half.graphql"}' 'stream items\.request: half\.graphql'
echo 'query { a { id } }' > a.graphql
refuses 'records elsewhere' '.streams[0].request = {"query": "a.graphql", "records": "b.nodes"}' \
    "stream items\.request: 'records' must begin with the query's top-level field 'a'"
refuses 'entries that are not two' '.streams[0].request.entries = ["a"]' "stream items\.request: 'entries' must be two names"
refuses 'a parameter that is no text' '.streams[0].request.parameters.n = 7' "stream items\.request: 'n' must be a text"

# --- templates
refuses 'a template that does not end' '.streams[0].request.path = "/a/{b"' "stream items\.request: 'path': '\{' without '\}'"
refuses 'one that does not begin' '.streams[0].request.path = "/a/b}"' "stream items\.request: 'path': '\}' without '\{'"
refuses 'one that names nothing' '.streams[0].request.parameters.q = "{}"' "stream items\.request: 'q': '\{\}' names nothing"
refuses 'a subject' '.subjects = ["{owner"]' "subjects: '\{' without '\}'"
refuses 'a field' '.streams[0].fields.id = {"$type": "integer", "$from": "={"}' "stream items: fields\.id: '=\{': "

# --- pages and times
refuses 'a way to page that is none' '.pagination.type = "pages"' "pagination: 'type': 'pages' is not known"
refuses 'pages without a size' 'del(.pagination.size)' "pagination: 'size' is missing"
refuses 'a size that is none' '.pagination.size = 1.5' "pagination: 'size' must be a whole number"
refuses 'a negative one' '.pagination.size = -1' "pagination: 'size' must be a whole number"
refuses 'cursors without next' '.pagination = {"type": "cursor"}' "pagination: 'next' is missing"
refuses 'keyset without a field' 'del(.streams[0].incremental) | .streams[0].request.pagination = {"type": "keyset", "size": 9}' \
    'stream items: keyset pagination needs an ascending incremental field'
refuses 'keyset, descending' '.streams[0].incremental.order = "descending" |
    .streams[0].request.pagination = {"type": "keyset", "size": 9}' 'stream items: keyset pagination needs an ascending'
refuses 'no field to go on by' 'del(.streams[0].incremental.field)' "stream items\.incremental: 'field' is missing"
refuses 'an order that is none' '.streams[0].incremental.order = "up"' "stream items\.incremental: 'order': 'up' is not known"
for duration in 5 m 5w -5m 1.5h '5 m' ''; do
    refuses "the duration '$duration'" ".streams[0].incremental.look_back = \"$duration\"" \
        "stream items\.incremental: 'look_back': '$duration' is no duration \(such as 90s"
done

# --- statuses, tokens, limits
for status in 99 600 40x '' 4.4; do
    refuses "the status '$status'" ".statuses = {\"$status\": \"gone\"}" "description: 'statuses' are by numbers"
done
refuses 'a meaning that is none' '.streams[0].statuses = {"404": "lost"}' "stream items: '404': 'lost' is not known"
refuses 'a header without a token' '.authentication.header = "X-Key: secret"' "authentication: 'header' must be such as"
refuses 'a header that is none' '.authentication.header = "{token}"' "authentication: 'header' must be such as"
refuses 'a reset that is none' '.limits.core.reset_in = "hours"' "limits: 'reset_in': 'hours' is not known"
refuses 'graphql without a path' 'del(.graphql.path)' "graphql: 'path' is missing"
refuses 'a probe without id' 'del(.probe.id)' "probe: an identity needs 'id' and 'subject'"

# --- fields
refuses 'a type that is none' '.streams[0].fields.id = "int"' "stream items: fields\.id: there is no type or shape 'int'"
refuses 'one inside' '.streams[0].fields.o = {"a": [{"b": "what"}]}' "stream items: fields\.o\.a\.b: there is no type or shape"
refuses 'a shape in itself' '.shapes.user.friend = "user"' 'stream items: fields\.by\.friend.*nested too deep'
refuses 'an array of two types' '.streams[0].fields.tags = ["string", "integer"]' 'stream items: fields\.tags: must be a type'
refuses 'a number as a type' '.streams[0].fields.id = 7' 'stream items: fields\.id: must be a type'
refuses 'an unknown $' '.streams[0].fields.id = {"$type": "integer", "$form": "x"}' "stream items: fields\.id: '\\\$form' is not known"
refuses '$from that is no path' '.streams[0].fields.id = {"$type": "integer", "$from": [1]}' 'stream items: fields\.id: \$from must be'
refuses '$map of numbers' '.streams[0].fields.id = {"$type": "any", "$map": {"a": 1}}' 'stream items: fields\.id: \$map must be'
refuses 'fields that are none' '.streams[0].fields = ["id"]' 'stream items: fields: must be an object'

# --- no JSON
for text in '' '{' '{"name": "x",}' 'null' '[]' '{"name": "x", "name": "y"}'; do
    printf '%s' "$text" > wrong.json
    status 3 "the file '$text': status 3" "$LEAT" fetch --list ./wrong.json
    like "$(cat err)" '^fetch: (cannot read )?\./wrong\.json: .' 'the message names it'
done
status 3 'no file: status 3' "$LEAT" fetch --list ./nosuch.json
like "$(cat err)" '\./nosuch\.json: No such file' 'the message says so'

# --- the page
mandoc -Tutf8 "$here/../../man/leat-source.5" | col -b |
    awk '/A complete description of an API/ {on = 1; next} on && /^[ \t]*leat fetch/ {exit} on' > shop.json
status 0 'the example of leat-source(5)' "$LEAT" fetch --list ./shop.json
like "$(cat out)" '^orders +id +by changed' 'is a description'
status 0 'it asks as the page says' "$LEAT" fetch --dry-run ./shop.json --since 2026-01-31
is "$(cat out)" 'GET https://shop.example/api/orders?changed_since=2026-01-31T00%3A00%3A00Z&sort=changed&limit=200&page=1' \
    'from the day on, in pages'
done_testing
