#!/bin/sh
# schema-infer: types, growth, options.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"

infer() { "$LEAT" schema-infer "$@" 2> err; }
# the last SCHEMA's properties: [type without null..., format, nullable]
final() { infer --final | jq -c '.schema.properties|map_values([(.type//[]|map(select(.!="null"))|join("+")), .format, (.type//["null"]|index("null")!=null)])'; }
# the type of values given as a JSON array
type_of() { echo "$1" | jq -c '.[]|{v:.}' | final | jq -r '.v|.[0]+"/"+(.[1]//"")+(if .[2] then "?" else "" end)'; }

# --- types and widening (tests/unit/types has every value)
is "$(type_of '[true,false]')" 'boolean/' 'boolean'
is "$(type_of '[1,null]')" 'integer/?' 'a null makes a column nullable'
is "$(type_of '[1,2.5]')" 'number/' 'integer widens to number'
is "$(printf '{"v":1}\n{"v":9223372036854775808}\n' | final | jq -r '.v[0]')" number 'an integer beyond 64 bits is a number'
is "$(type_of '["2024-01-01","2024-01-01T00:00:00Z"]')" 'string/date-time' 'date widens to date-time'
is "$(type_of '["2024-01-01","2024-01-01T00:00:00"]')" 'string/date-time-local' 'date widens to timestamp'
is "$(type_of '["2024-01-01T00:00:00Z","2024-01-01T00:00:00"]')" 'string/' 'mixed zones are a string'
is "$(type_of '["0188d4c2-7b1a-7c3e-8f00-0123456789ab"]')" 'string/uuid' 'uuid'
is "$(type_of '["12"]')" 'string/' 'a string that looks like a number is a string'
is "$(type_of '[1,"x"]')" 'string/' 'number and string are a string'
is "$(type_of '[true,1]')" 'string/' 'boolean and number are a string'
is "$(type_of '[null]')" 'string/?' 'only null is a string in the end'
is "$(type_of '[1,{"a":1}]')" 'object+integer/' 'scalar and object are both'
is "$(printf '{"a":1}\n{}\n' | final)" '{"a":["integer",null,true]}' 'a missing column is nullable'
is "$(printf '{}\n{"a":1}\n' | final)" '{"a":["integer",null,true]}' 'also when it comes late'
is "$(printf '{"u":null,"u__x":1}\n' | final)" '{"u":["",null,true],"u__x":["integer",null,false]}' 'the null of a flattened object is no column'
is "$(echo '{"o":{"a":1},"l":[{"b":"x"},{"c":2}]}' | infer --final | jq -c '[.schema.properties.o.properties.a.type,.schema.properties.l.items.properties.b.type,.schema.properties.l.items.properties.c.type]')" '[["integer"],["null","string"],["null","integer"]]' 'nested records have nested schemas'

# --- the stream
printf '{"a":1}\n{"a":2}\n{"a":"x"}\n{"a":3}\n' > in
infer < in > out
is "$(jq -r .type out | tr '\n' ' ')" 'SCHEMA RECORD RECORD SCHEMA RECORD RECORD ' 'a SCHEMA comes first, and again when it grows'
echo '{"a": 1.10 ,"b":9007199254740993,"c":"\u00e9"}' > exact
is "$(infer < exact | tail -1)" "{\"type\":\"RECORD\",\"stream\":\"records\",\"record\":$(cat exact)}" 'records pass byte for byte'
"$GENERATE" random 500 > random
infer < random | jq -cS 'select(.type=="RECORD").record' > passed
jq -cS . random > given
same passed given '500 random records pass'
"$GENERATE" random 500 | sort -R --random-source=random > shuffled
infer --final < random | jq -S . > one
infer --final < shuffled | jq -S . > two
same one two 'the order of records makes no difference to the schema'

# --- SCHEMA in, SCHEMA out
cat > singer <<'END'
{"type":"SCHEMA","stream":"s","schema":{"type":"object","properties":{"id":{"type":"integer","x-source":"/id"},"t":{"type":["null","string"],"format":"date-time"},"u":{}}},"key_properties":["id"],"write_disposition":"append"}
{"type":"RECORD","stream":"s","record":{"id":1,"t":null,"u":"2024-01-01"}}
{"type":"STATE","value":{"a": 1}}
{"type":"RECORD","stream":"s","record":{"id":"x","t":"soon"},"version":1}
{"type":"ACTIVATE_VERSION","stream":"s","version":1}
END
infer < singer > out
is "$(jq -c 'select(.type=="SCHEMA")|[.key_properties,.write_disposition,(.schema.properties|.id.type,.id["x-source"],.t.format,.u.format)]' out)" '[["id"],"append",["integer"],"/id","date-time",null]
[["id"],"append",["integer"],"/id","date-time","date"]
[["id"],"append",["string"],"/id",null,"date"]' 'a given SCHEMA is where it starts from'
is "$(grep -vc SCHEMA out)" 4 'all other messages pass'
is "$(grep -v SCHEMA out)" "$(grep -v SCHEMA singer)" 'byte for byte, in order'

# --- caching
infer --final < in > cached
infer --schema cached < in > out
is "$(grep -c SCHEMA out)" 1 'with a schema that fits there is no other'
like "$(head -1 out)" '"SCHEMA"' 'and it comes first'
echo '{"a":{"b":1}}' | infer --schema cached > out
is "$(grep -c SCHEMA out)" 2 'but it is not trusted'
status 3 'a schema file that is none' sh -c "echo x > bad; $LEAT schema-infer --schema bad < in"
like "$(cat err)" 'bad:1:' 'is named with the line'
status 3 'one that is not there' "$LEAT" schema-infer --schema nowhere < in

# --- for people
is "$(infer --sql sqlite < in | head -1)" 'CREATE TABLE "records" (' '--sql prints DDL for SQLite'
infer --sql sqlite < in | sqlite3 :memory:
ok $? 'which SQLite takes'
"$GENERATE" rows 5000 | "$LEAT" schema-infer --stats 2> err > /dev/null
like "$(cat err)" '^/id +integer +5000 +0 +(4[89]|5[01])[0-9]{2} +4  0 \.\. 4999$' '--stats: count, nulls, distinct, longest, least, greatest'
is "$(tail -1 err | jq -c '[.tool,.records_in,.records_out]')" '["schema-infer",5000,5000]' 'and the line for machines'
printf '{"a":5}\n{"a":10}\n{"a":-3.5}\n{"a":"\n' | "$LEAT" schema-infer --stats 2> err > /dev/null
like "$(cat err)" '^/a +number +3 +0 +3 +4  -3.5 \.\. 10$' 'numbers compare as numbers; rejected records do not count'

# --- rejects, statuses
printf '{"a":1}\n{"b":2,"b":3}\n{"c":tru}\n' > bad
status 1 'bad records are rejected' sh -c "$LEAT schema-infer --rejects rejects < bad"
is "$(jq -c 'select(.type=="SCHEMA").schema.properties|keys' out)" '["a"]' 'and teach nothing'
is "$(jq -c .line rejects | tr '\n' ' ')" '2 3 ' 'and stand in the file'
status 0 'empty input is no error' "$LEAT" schema-infer < /dev/null
status 2 'an operand' "$LEAT" schema-infer x
status 2 'a bad dialect' "$LEAT" schema-infer --sql oracle
status 70 'a full disk' sh -c "$LEAT schema-infer < in > /dev/full"
"$GENERATE" events 100000 | "$LEAT" schema-infer 2> err | head -1 > out
is "$(cat err)" '' 'a closed pipe ends it quietly'
status 1 'too many names' sh -c "echo '{\"a\":1,\"b\":2}' | $LEAT schema-infer --max-names 1"
status 1 'too deep' sh -c "echo '{\"a\":{\"b\":{}}}' | $LEAT schema-infer --max-nesting 2"
is "$(echo '{}' | infer --stream x | jq -r .stream | sort -u)" x '--stream names plain records'
status 1 'a line over the limit' sh -c "printf '{\"a\":\"%02000d\"}\n' 0 | $LEAT schema-infer --max-line 1K"
printf '{"a":1}\n{\n' | "$LEAT" schema-infer -v > out 2> err
like "$(cat err)" '^schema-infer: 2 records read, 1 written, 1 rejected$' '-v says how much was done'
printf '{\n' | "$LEAT" schema-infer -q > out 2> err
is $? 1 '-q still tells of rejects by the status'
done_testing
