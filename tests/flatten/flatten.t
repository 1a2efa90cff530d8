#!/bin/sh
# flatten: every rule and option of its manual.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"

flatten() { "$LEAT" flatten "$@" 2> err; }
# the rows alone, as STREAM RECORD
rows() { flatten "$@" | jq -rc 'select(.type == "RECORD") | .stream + " " + (.record | tojson)'; }
# the same without computed keys
unkeyed() { rows "$@" | sed -E 's/"_(parent__)?key":"[0-9a-f-]{36}",?//g'; }

# --- names
is "$(echo '{"a":{"b":{"c":1}},"d":"x"}' | rows)" 'records {"a__b__c":1,"d":"x"}' 'objects become parent__child'
is "$(echo '{"createdAt":1,"HTMLUrl":2,"@type":3,"9x":4,"a b-c":5,"ID":6,"iOS":7}' | rows)" \
    'records {"created_at":1,"html_url":2,"_type":3,"_9x":4,"a_b_c":5,"id":6,"i_os":7}' 'names become snake_case'
is "$(echo '{"createdAt":{"X y":1}}' | rows --names keep)" 'records {"createdAt__X y":1}' '--names keep keeps them'
is "$(echo '{"":1}' | rows)" 'records {"_":1}' 'an empty name is a name'
is "$(echo '{"a":{"b":1},"a__b":2}' | rows | sed -E 's/_[0-9a-f]{8}"/_H"/g')" \
    'records {"a__b_H":1,"a__b_H":2}' 'two paths that meet both get a hash' 2> /dev/null
echo '{"createdAt":1,"created_at":2}' | rows | tr , '\n' | sort > one
printf '{"created_at":2,"createdAt":1}\n' | rows | tr , '\n' | sort > two
is "$(tr -d '{} ' < one | sed s/records// | sort)" "$(tr -d '{} ' < two | sed s/records// | sort)" 'in any order the same'
is "$(echo '{"n\u00e9":1}' | rows | sed -E 's/_[0-9a-f]{8}"/_H"/')" 'records {"n__H":1}' 'lost characters leave a hash'
long=$(printf '%0100d' 0 | tr 0 x)
is "$(echo "{\"$long\":1}" | rows | sed -E 's/.*"(x+)_[0-9a-f]{8}".*/\1/' | tr -d '\n' | wc -c)" 54 'a long name is cut to 63 bytes with a hash'
is "$(echo "{\"$long\":1}" | rows --max-name 20 | sed -E 's/.*"(x+)_[0-9a-f]{8}".*/\1/' | tr -d '\n' | wc -c)" 11 '--max-name sets the length'
is "$(echo '{"labels":[{"_key":1,"_index":2,"_parent_x":3}]}' | unkeyed | grep -c '_key_[0-9a-f]\{8\}.*_index_[0-9a-f]\{8\}.*_parent_x_[0-9a-f]\{8\}')" 1 'names of key columns are taken'

# --- rows
is "$(echo '{"id":1,"l":[{"n":"a"},{"n":"b"}]}' | unkeyed --stream s)" 's {"id":1,}
s__l {"_index":0,"n":"a"}
s__l {"_index":1,"n":"b"}' 'an array becomes a child stream, rows behind their parent'
is "$(echo '{"t":["a",null,1,{},[],{"x":2},[3]]}' | unkeyed | sed 's/,}/}/')" 'records {}
records__t {"_index":0,"value":"a"}
records__t {"_index":2,"value":1}
records__t {"_index":5,"x":2}
records__t {"_index":6}
records__t__value {"_index":0,"value":3}' 'mixed arrays; nothing for null and empty; positions stay'
is "$(echo '{"a":{},"b":[],"c":null}' | rows)" 'records {"c":null}' 'empty things give nothing, null gives null'
is "$(printf '{"u":{"x":1}}\n{"u":null}\n' | rows | tail -1)" 'records {"u__x":null}' 'the null of an object is null in its columns'
is "$(printf '%s\n' '{"type":"SCHEMA","stream":"r","schema":{"properties":{"id":{"type":"integer"},"m":{"type":["object","null"],"properties":{"t":{"type":"string"},"o":{"type":"object","properties":{"n":{"type":"integer"}}}}}}},"key_properties":["id"]}' '{"type":"RECORD","stream":"r","record":{"id":1,"m":null}}' | "$LEAT" flatten | jq -c 'select(.type=="RECORD").record')" '{"id":1,"m__t":null,"m__o__n":null}' 'of an object that a SCHEMA declares too'
is "$(echo '{"a":[{"b":[{"c":1}]}]}' | unkeyed | tail -1)" 'records__a__b {"_index":0,"c":1}' 'arrays in objects in arrays'

# --- values keep their text
echo '{"a":1.10,"b":9007199254740993,"c":"\u00e9\/","d":1E400,"e":-0}' > in
is "$(flatten --plain < in)" "$(cat in)" 'values pass byte for byte'

# --- keys
echo '{"id":7,"l":[1,2]}' > in
is "$(flatten --key records=id < in | jq -rc 'select(.stream=="records__l" and .type=="RECORD").record|[._parent_id,._index]')" '[7,0]
[7,1]' 'a child row carries its parent key and position'
flatten < in > first
flatten < in > second
same first second 'the same record gives the same keys'
is "$(printf '{"l":[1],"id":7}\n' | flatten --key records=id | jq -r 'select(.stream=="records__l" and .type=="RECORD").record._key')" \
    "$(printf '{"id":7,"l":[1]}\n' | flatten --key records=id | jq -r 'select(.stream=="records__l" and .type=="RECORD").record._key')" 'a key behind the array counts as one before it'
own='{"id":1,"l":[{"id":"a","n":1},{"id":"b","n":2}]}'
swapped='{"id":1,"l":[{"n":2,"id":"b"},{"id":"a","n":1}]}'
keys() { flatten --key records=id --key records__l=id | jq -rc 'select(.stream=="records__l" and .type=="RECORD").record|[.id,._key]' | sort; }
is "$(echo "$own" | keys)" "$(echo "$swapped" | keys)" 'a declared own id makes the key, not the position'
is "$(echo '{"id":1,"l":[{"m":[{"x":1}],"id":"a"}]}' | flatten --key records__l=id | jq -rc 'select(.type=="RECORD").record|._key, ._parent__key' | sort | uniq -c | awk '$1==2' | wc -l)" 2 'grandchildren refer to it, wherever it stands'
status 1 'a record with arrays without its key property is rejected' sh -c "echo '{\"l\":[1]}' | $LEAT flatten --key records=id"
like "$(cat err)" 'key properties' 'and the reason says so'
is "$(echo '{"a":1}' | flatten | jq -c 'select(.type=="SCHEMA")|.schema.properties|keys')" '["a"]' 'no _key where there are no children'
[ "$(printf '{"a":1,"l":[2]}' | flatten | jq -r 'select(.stream=="records" and .type=="RECORD").record._key')" = "$(printf '{"type":"RECORD","stream":"records","record": {"a":1,"l":[2]} }\n' | flatten | jq -r 'select(.stream=="records" and .type=="RECORD").record._key')" ]
ok $? 'the key of a record is the same in an envelope'

# --- selection
echo '{"id":1,"u":{"a":1,"b":{"c":2}},"l":[{"x":1,"y":2}],"z":3}' > in
is "$(rows --drop /u/b --drop l --drop /z < in)" 'records {"id":1,"u__a":1}' '--drop'
is "$(rows --keep /u/b < in)" 'records {"u__b__c":2}' '--keep'
is "$(rows --keep /u --drop /u/a < in)" 'records {"u__b__c":2}' '--drop wins over --keep'
is "$(unkeyed --key records=id --keep '/l/*/x' < in)" 'records {"id":1}
records__l {"_parent_id":1,"_index":0,"x":1}' '--keep inside arrays, with the keys'
is "$(rows --max-depth 1 < in | head -1 | jq -Rc 'ltrimstr("records ")|fromjson|.u__b')" '{"c":2}' '--max-depth keeps deeper objects as JSON'
is "$(rows --max-depth 0 < in)" 'records {"id":1,"u":{"a":1,"b":{"c":2}},"l":[{"x":1,"y":2}],"z":3}' '--max-depth 0 flattens nothing'
is "$(flatten --plain < in)" '{"id":1,"u__a":1,"u__b__c":2,"l":[{"x":1,"y":2}],"z":3}' '--plain writes one bare table'

# --- messages
cat > singer <<'END'
{"type":"SCHEMA","stream":"issues","schema":{"type":"object","properties":{"id":{"type":"integer"},"userName":{"type":["null","string"]},"at":{"type":["null","object"],"properties":{"t":{"type":"string","format":"date-time"}}},"labels":{"type":"array","items":{"type":"object","properties":{"n":{"type":"string"}}}}}},"key_properties":["id"],"write_disposition":"upsert","x":1}
{"type":"RECORD","stream":"issues","record":{"id":5,"userName":"u","at":{"t":"2024-01-01T00:00:00Z"},"labels":[{"n":"a"}]},"version":3,"time_extracted":"2024-01-01T00:00:00Z"}
{"type": "STATE", "value": {"b": 12345678901234567890}}
{"type":"ACTIVATE_VERSION","stream":"issues","version":3}
{"version":4,"record":{"id":6},"stream":"issues","type":"RECORD"}
END
flatten < singer > out
is "$(jq -c 'select(.type=="SCHEMA" and .stream=="issues")|[.schema.properties.user_name.type,.schema.properties.at__t.format,.key_properties,.write_disposition,.x]' out)" '[["null","string"],"date-time",["id"],"upsert",1]' 'SCHEMA is flattened, its other members kept'
is "$(jq -c 'select(.type=="SCHEMA" and .stream=="issues__labels")|[.parent,.key_properties,.write_disposition,.schema.properties.n,.schema.properties._parent_id.type]' out)" '[{"stream":"issues","key":{"_parent_id":"id"}},["_key"],"upsert",{"type":"string","x-source":"/labels/*/n"},"integer"]' 'and gives child streams theirs'
is "$(grep -c STATE out)$(grep STATE out)" "1$(grep STATE singer)" 'STATE passes byte for byte'
is "$(jq -c 'select(.type=="RECORD")|[.stream,.version,.time_extracted]' out)" '["issues",3,"2024-01-01T00:00:00Z"]
["issues__labels",3,"2024-01-01T00:00:00Z"]
["issues",4,null]' 'further members of the envelope go with every row'
is "$(jq -c 'select(.type=="ACTIVATE_VERSION")|[.stream,.version]' out)" '["issues",3]
["issues__labels",3]' 'ACTIVATE_VERSION reaches the child streams'
is "$(jq -c '[.type,.stream]' out | head -5 | tail -2)" '["RECORD","issues__labels"]
["STATE",null]' 'messages keep their order'
is "$(flatten < out | jq -c 'select(.type=="RECORD")')" "$(jq -c 'select(.type=="RECORD")' out)" 'flat rows pass a second time unchanged'
flatten < out | jq -cS 'select(.type=="SCHEMA")|[.stream,.key_properties,.parent]' > twice
jq -cS 'select(.type=="SCHEMA")|[.stream,.key_properties,.parent]' out > once
same twice once 'with their keys and parents'
is "$(printf '{"a":1}\n{"b":2}\n' | flatten | jq -c '[.type,(.schema.properties//{}|keys)]')" '["SCHEMA",["a"]]
["RECORD",[]]
["SCHEMA",["a","b"]]
["RECORD",[]]' 'a new name extends the SCHEMA before its row'

# --- rejects
printf '{"a":1}\n{"a":tru}\n{"b":1,"c":}\n[1]\n{"a":1,"a":2}\n\n{"\377":1}\n{"a":"\001"}\n{"a":3}' > in
status 1 'bad lines are told by the status' sh -c "$LEAT flatten --rejects rejects < in"
is "$(jq -c 'select(.type=="RECORD").record' out)" '{"a":1}
{"a":3}' 'and the good ones pass, a last one without its end too'
is "$(jq -c '[.tool,.line]' rejects | tr '\n' ' ')" '["flatten",2] ["flatten",3] ["flatten",4] ["flatten",5] ["flatten",7] ["flatten",8] ' 'each bad line is in the rejects with its number'
is "$(jq -r 'select(.line==7).original_base64' rejects | base64 -d | od -An -tx1 | tr -d ' \n')" '7b22ff223a317d' 'bytes that are no text stand there in base64'
is "$(jq -c 'select(.type=="SCHEMA")|.schema.properties|keys' out)" '["a"]' 'a rejected record brings no column'
is "$(stat -c %a rejects)" 600 'the rejects are private'
like "$(flatten < in > /dev/null; cat err)" 'flatten: line 2: rejected: ' 'without a file they are told on stderr'
is "$(printf '{"a":"%02000d"}\n{"a":1}\n' 0 | rows --max-line 1K)" 'records {"a":1}' 'a line over the limit is rejected alone'
deep=$(printf '%0600d' 0 | sed 's/0/{"a":/g')1$(printf '%0600d' 0 | tr 0 '}')
status 1 'nesting over the limit is rejected' sh -c "echo '$deep' | $LEAT flatten"
like "$(cat err)" 'nested too deep' 'and named'
status 0 '--max-nesting allows more' sh -c "echo '$deep' | $LEAT flatten --max-nesting 700"
status 1 'too many names are rejected' sh -c "echo '{\"a\":1,\"b\":2,\"c\":3}' | $LEAT flatten --max-names 2"

# --- exit statuses and options
status 0 'empty input is no error' "$LEAT" flatten < /dev/null
[ ! -s out ]
ok $? 'and gives nothing'
status 2 'an unknown option' "$LEAT" flatten --nope
status 2 'a bad choice' "$LEAT" flatten --names camel
status 2 'a bad number' "$LEAT" flatten --max-depth x
status 2 'an operand' "$LEAT" flatten file
status 2 'rejects that cannot be opened' "$LEAT" flatten --rejects /nonexistent/x < /dev/null
status 70 'a full disk' sh -c "echo '{}' | $LEAT flatten > /dev/full"
status 3 'input that cannot be read' "$LEAT" flatten < /
"$GENERATE" events 100000 | "$LEAT" flatten 2> err | head -1 > out
is "$(cat err)" '' 'a closed pipe ends it quietly'
mkfifo feed
"$LEAT" flatten < feed > out 2> err & pid=$!
exec 9> feed
echo '{"a":1}' >&9
wait_for out
kill -TERM $pid
wait $pid
is $? 4 'SIGTERM ends it with status 4'
exec 9>&-
is "$(grep -c RECORD out)" 1 'with what it had'
status 0 '--help' "$LEAT" flatten --help
like "$(cat out)" '--max-depth N' 'names the options'
status 0 '--version' "$LEAT" flatten --version
is "$("$GENERATE" events 10 | "$LEAT" flatten --stats 2>&1 > /dev/null | jq -c '[.tool,.records_in,.records_out,.records_rejected,.bytes_in > 1000,.peak_bytes > 1000]')" '["flatten",10,10,0,true,true]' '--stats'
mkfifo hold
(printf '{"a":1}\n'; cat hold) | "$LEAT" flatten | (read -r _; read -r line; echo "$line" > slow) &
wait_for slow
like "$(cat slow)" RECORD 'a slow stream is not held back'
: > hold
wait
printf '{"a":1}\n{\n' | "$LEAT" flatten -v > out 2> err
like "$(cat err)" '^flatten: 2 records read, 1 written, 1 rejected$' '-v says how much was done'
printf '{\n' | "$LEAT" flatten -q > out 2> err
is $? 1 '-q still tells of rejects by the status'
done_testing
