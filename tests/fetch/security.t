#!/bin/sh
# What fetch keeps to itself, whom it speaks to, and what it lets through: tokens, hosts, TLS, hostile names and texts.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/lib.sh"
. "$here/canned.sh"
forge_start --repo o/mill:issues=12,pulls=3 --latency 50
canned_start
own() {
    "$LEAT" fetch --url "$CANNED_URL" --no-cache --back-off 10 "$@"
}
# describe NAME STREAM-MEMBERS: a description of one stream, all, that sends a token.
describe() {
    printf '{"name":"own","base_url":"http://127.0.0.1","subjects":["{a}"],"streams":[{"name":"all","key":["id"],%s}],
        "authentication":{"header":"X-Key: {token}","environment":["OWN_KEY"]}}\n' "$2" > "$1.json"
}
export OWN_KEY=ownsecret

# --- tokens are nowhere but in the request
secret=ghp_Sh0uldNeverBeSeen
(umask 077 && echo $secret > $WORK/token)
for way in environment file command; do
    rm -rf trace
    mkdir trace
    case $way in
    environment) set -- env "GITHUB_TOKEN=$secret" ;;
    *) set -- env ;;
    esac
    set -- "$@" "$LEAT" fetch --url "$FORGE_URL" -v --stats --state trace/state --cache trace/cache --archive trace/archive \
        --budget trace/budget github o/mill
    case $way in
    file) set -- "$@" --token-file "$WORK/token" ;;
    command) set -- "$@" --token-command "cat '$WORK/token'" ;;
    esac
    faults '[{"match":"releases","times":1,"kind":"5xx"},{"match":"contributors","kind":"403-secondary","times":1,"retry_after":1}]'
    forget
    "$@" > trace/out 2> trace/err &
    pid=$!
    wait_for trace/out
    tr '\0' '\n' < /proc/$pid/cmdline > trace/cmdline
    wait $pid && got=0 || got=$?
    is "$got" 0 "a token by $way"
    is "$(counted ".by_token[\"$secret\"] > 5")" true 'is what is asked with'
    [ -s trace/err ] && [ -s trace/budget ] && [ -s trace/cmdline ] &&
        [ "$(find trace/cache trace/archive -type f | wc -l)" -gt 10 ]
    ok $? 'there is much to look through'
    is "$(grep -rlaF -e $secret -e "$(printf %s $secret | base64)" trace)" '' 'it is in no file, argument or message'
done
status 4 'a token that is not accepted' env GITHUB_TOKEN=bad_$secret "$LEAT" fetch --url "$FORGE_URL" --no-cache -v github o/mill releases
is "$(grep -cF $secret err)" 0 'is not named'
echo "$secret with blanks" > token
status 3 'a token that is none' "$LEAT" fetch --url "$FORGE_URL" --no-cache --token-file token github o/mill releases
is "$(grep -cF $secret err)" 0 'is not shown'

# --- http only to this machine
for url in http://192.0.2.1 http://127.0.0.1.example.com http://localhost.example \
    http://0x7f000001.example http://[2001:db8::1]; do
    begin=$(date +%s)
    status 2 "$url: refused" "$LEAT" fetch --url "$url" --no-cache github o/mill releases
    like "$(cat err)" 'not asked without TLS.*--insecure-http' 'it says why'
    [ $(($(date +%s) - begin)) -le 2 ]
    ok $? 'at once'
done
sed "s,http://127.0.0.1,http://192.0.2.1," > remote.json << 'END'
{"name":"remote","base_url":"http://127.0.0.1","streams":[{"name":"all","key":["id"],"request":{"path":"/x"}}]}
END
status 2 'a base_url with http: refused' "$LEAT" fetch --no-cache ./remote.json
mapped=$(echo "$FORGE_URL" | sed 's,127.0.0.1,[::ffff:127.0.0.1],')
if curl -sg -o out "$mapped/_forge/counts"; then
    status 2 'an address that is not literally this machine: refused' "$LEAT" fetch --url "$mapped" --no-cache github o/mill releases
    status 0 '--insecure-http' env GITHUB_TOKEN=t "$LEAT" fetch --insecure-http --url "$mapped" --no-cache github o/mill releases
else
    skip 'no IPv6'
fi
for url in ftp://127.0.0.1 file:///etc/passwd gopher://127.0.0.1 127.0.0.1; do
    status 2 "$url: refused" "$LEAT" fetch --url "$url" --no-cache github o/mill releases
done
for url in http://ann:opensesame@127.0.0.1:1 https://opensesame@example.com http://127.0.0.1@192.0.2.1:80/x; do
    status 2 "a user name in $url: refused" "$LEAT" fetch --url "$url" --no-cache github o/mill releases
    like "$(cat err)" 'has a user name in it' 'it says so'
    is "$(grep -c opensesame err)" 0 'and shows no password'
done

# --- nobody else gets what is ours
forget
describe away '"request":{"path":"/x","pagination":{"type":"link"}},"fields":{"id":"integer"}'
answer /x '' 302 "{\"location\":\"$FORGE_URL/repos/o/mill\"}"
status 4 'a redirect to another port' own ./away.json
like "$(cat err)" 'all: .*/x: redirected to another host \(302\): not followed' 'is not followed'
answer /x '' 307 '{"location":"//localhost:1/x"}'
status 4 'one to another name' own ./away.json
like "$(cat err)" 'redirected to another host' 'is not followed'
for location in 'file:///etc/passwd' 'ftp://127.0.0.1/' ''; do
    answer /x '' 301 "{\"location\":\"$location\"}"
    status 4 "one to '$location'" own ./away.json
    like "$(cat err)" 'redirected to (nowhere|another host)' 'is not followed'
done
answer /x '' 301 '{"location":"/x"}'
: > requests
status 4 'one to itself' own ./away.json
like "$(cat err)" 'redirected too often' 'is not followed for ever'
is "$(wc -l < requests)" 6 'but five times'
answer /x '[{"id":1}]' 200 "{\"link\":\"<$FORGE_URL/repos/o/mill/issues>; rel=\\\"next\\\"\"}"
status 4 'a next page on another port' own ./away.json
like "$(cat err)" 'all: the next page is on another host: not followed' 'is not followed'
describe cursor '"request":{"path":"/x","records":"a","pagination":{"type":"cursor","next":"next"}},"fields":{"id":"integer"}'
for next in "$FORGE_URL/x" 'http://localhost/x' 'http://127.0.0.1@192.0.2.1/' 'https://example.com/'; do
    answer /x "{\"a\":[{\"id\":1}],\"next\":\"$next\"}"
    status 4 "the cursor '$next'" own ./cursor.json
    like "$(cat err)" 'next page is on another host' 'is not followed'
done
echo "{\"bookmarks\":{\"own\":{\"\":{\"all\":{\"resume\":{\"position\":{\"type\":\"link\",\"url\":\"$FORGE_URL/x\"}}}}}}}" > place
answer /x '[{"id":1}]'
own --state place ./away.json > out 2> err || :
is "$(counted .requests)" 0 'nothing was asked of the other, by the STATE neither'
echo 'query { a { id } }' > q.graphql
describe elsewhere '"request":{"query":"q.graphql"},"fields":{"id":"integer"}'
for path in https://example.com/graphql //localhost/graphql "$FORGE_URL/graphql"; do
    sed "s|\"streams\"|\"graphql\":{\"path\":\"$path\"},&|" elsewhere.json > graphql.json
    status 3 "GraphQL at $path: status 3" own ./graphql.json
    like "$(cat err)" "graphql: the path '.*' leaves the host of $CANNED_URL" 'it leaves the host'
done
is "$(counted .requests)" 0 'the other was not asked'

# --- nobody keeps us for ever
: > requests
answer /x '[{"id":1}]' 200 '{"link":"<ORIGIN/x?page=2>; rel=\"next\""}'
answer '/x?page=2' '[{"id":2}]' 200 '{"link":"<ORIGIN/x?page=3>; rel=\"next\""}'
answer '/x?page=3' '[{"id":3}]' 200 '{"link":"<ORIGIN/x?page=2>; rel=\"next\""}'
status 4 'pages in a circle' timeout 20 "$LEAT" fetch --url "$CANNED_URL" --no-cache ./away.json
like "$(cat err)" 'all: the server gives the same page again' 'are left'
[ "$(wc -l < requests)" -lt 20 ]
ok $? "after $(wc -l < requests) requests"
answer /x '{"a":[{"id":1}],"next":"c"}'
status 4 'a cursor that does not move' timeout 20 "$LEAT" fetch --url "$CANNED_URL" --no-cache ./cursor.json
like "$(cat err)" 'same page again' 'is left'
describe numbers '"request":{"path":"/n","pagination":{"type":"page","size":1}},"fields":{"id":"integer"}'
answer /n '[{"id":1}]'
status 4 'a number that is not heeded' timeout 20 "$LEAT" fetch --url "$CANNED_URL" --no-cache ./numbers.json
like "$(cat err)" 'same page again' 'is left'

# --- hostile names
describe named '"request":{"path":"/of/{a}/x","parameters":{"q":"{a}"}},"fields":{"id":"integer"}'
# named NAME EXPECTED: how a name goes into path and parameters.
named() {
    : > requests
    printf '{"a":"%s"}\n' "$1" > names
    own --parameters names ./named.json all > out 2>&1 || :
    is "$(jq -r .url requests)" "/of/$2/x?q=$2" "the name '$1' is encoded"
}
named '../../admin' '..%2F..%2Fadmin'
named '%2e%2e%2f' '%252e%252e%252f'
named 'a b?c=d&e#f' 'a%20b%3Fc%3Dd%26e%23f'
named '\u00e9\ud83d\ude80' '%C3%A9%F0%9F%9A%80'
named 'a\r\nX-Evil: 1\n' 'a%0D%0AX-Evil%3A%201%0A'
named '{a}{token}' '%7Ba%7D%7Btoken%7D'
named '$(touch owned)`touch owned`;|' '%24%28touch%20owned%29%60touch%20owned%60%3B%7C'
named "\\\\\\\"'<>" '%5C%22%27%3C%3E'
status 1 'nothing is run' test -e owned
: > requests
status 2 'a name that is a step upwards: refused' own ./named.json .. all
like "$(cat err)" "all: a name in '/of/\{a\}/x' has no value" 'it says so'
is "$(jq -r .url requests)" '' 'nothing is asked'

# --- what the server says
describe said '"request":{"path":"/x"},"fields":{"id":"integer"}'
answer /x '{"message":"no \u001b[2J\u0007\u009b31m\r\nfetch: all is well"}' 418
status 4 'an error with control characters' own ./said.json
LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" err
is "$?" 1 'none reaches the terminal'
LC_ALL=C grep -q "$(printf '\302\233')" err
is "$?" 1 'nor one of the upper ones'
is "$(wc -l < err)" 1 'it is one line'
answer /x '[{"id":1,"message":"\u001b[2J"}]'
describe said '"request":{"path":"/x"}'
status 0 'a record with control characters' own ./said.json
is "$(grep -c '"message":"\\u001b\[2J"' out)" 1 'keeps them, escaped'

# --- TLS
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost 2> err
NODE_DEBUG=http2 forge_start --repo o/mill:issues=12,pulls=3 --tls cert.pem key.pem
named=$(echo "$FORGE_URL" | sed 's/127.0.0.1/localhost/')
# over_tls ARGUMENTS...
over_tls() {
    "$LEAT" fetch --no-cache --attempts 2 --back-off 10 "$@" github o/mill releases
}
export GITHUB_TOKEN=tok1
forget
status 4 'a certificate that nobody vouches for' over_tls --url "$named"
like "$(cat err)" 'releases: .*certificate' 'is refused'
is "$(wc -l < err)" 1 'and not tried again'
status 4 'a certificate for another name' env SSL_CERT_FILE="$WORK/cert.pem" "$LEAT" fetch --no-cache --url "$FORGE_URL" \
    github o/mill releases
like "$(cat err)" 'releases: .*(certificate|subject|name)' 'is refused'
is "$(counted .requests)" 0 'nothing was sent to either'
status 4 'http where TLS is spoken: status 4' over_tls --url "$(echo "$FORGE_URL" | sed 's/^https/http/')"
export SSL_CERT_FILE="$WORK/cert.pem"
sessions=$(cat forge.*.err | grep -c 'Http2Session server')
status 0 'SSL_CERT_FILE' over_tls --url "$named"
is "$(records out)" 'releases=12 ' 'all is there'
[ "$(cat forge.*.err | grep -c 'Http2Session server')" -gt "$sessions" ]
ok $? 'by HTTP/2'
done_testing
