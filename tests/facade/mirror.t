#!/bin/sh
# facade: repositories by URL, through mirrors.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/repository.sh"

git init -q -b main origin
for i in 1 2 3; do
    echo $i > origin/f
    commit origin -m "c$i"
done
git -C origin tag -a -m t v1
git -C origin update-ref refs/pull/1/head HEAD~1
url=file://$WORK/origin

# --- clone, fetch
facade --mirror m/deep "$url" > out
is "$(records commits .subject < out | tr '\n' ' ')" '"c1" "c2" "c3" ' 'cloned'
is "$(records refs .name < out | tr '\n' ' ')" '"refs/heads/main" "refs/pull/1/head" "refs/tags/v1" ' 'with all refs'
is "$(records repositories '[.repository, .head, .bare]' < out)" "[\"$url\",\"refs/heads/main\",true]" 'under its URL, bare, HEAD as there'
is "$(find m/deep -maxdepth 1 -name '*.git' | wc -l)" 1 'one mirror'
mirror=$(find "$WORK/m/deep" -maxdepth 1 -name '*.git')
is "$(grep -c origin "$mirror/config")" 0 'in which the URL is not stored'
tail -1 out > state
facade --mirror m/deep --state state "$url" > out
is "$(grep -c RECORD out)" 0 'nothing new'
echo 4 > origin/f
commit origin -m c4
git -C origin tag -d v1 > /dev/null
git -C origin branch -m main trunk
facade --mirror m/deep --state state "$url" > out
is "$(records commits .subject < out)" '"c4"' 'fetched'
is "$(records refs .name < out | tr '\n' ' ')" '"refs/heads/trunk" "refs/pull/1/head" ' 'refs that are gone there are gone here'
is "$(records repositories .head < out)" '"refs/heads/trunk"' 'HEAD follows'
git -C origin tag tree 'HEAD^{tree}'
git -C origin checkout -q --detach HEAD~1
echo d > origin/d
commit origin -m detached
for i in 1 2; do
    facade --mirror m/deep "$url" > out
    is "$? $(records commits < out | wc -l) $(records repositories .detached < out)" '0 5 true' "a detached HEAD and a tag of a tree ($i)"
done
git -C origin checkout -q trunk
facade "$url" > out
is "$(find "$XDG_CACHE_HOME/leat/mirrors" -name '*.git' | wc -l)" 1 'without --mirror: in the cache folder'
facade --repository name "$url" | records repositories .repository > got
is "$(cat got)" '"name"' '--repository names it'
git init -q --bare nothing
facade --mirror m "file://$WORK/nothing" > out
is "$? $(records repositories < out | wc -l)" '0 1' 'an empty repository'

# --- names of mirrors stay within their folder
rm -rf m
for odd in 'file:///../../../../etc' 'file://..' 'file:///a/../..//b' "file:///$(printf '%0300d' 0)" 'x:../../y' '..:z' 'file:///%2e%2e/x' "file:///a
b"; do
    facade --mirror m/in "$odd" > /dev/null
done
is "$(find m -mindepth 1 -maxdepth 1)" 'm/in' 'odd URLs make nothing outside'
is "$(find m/in -mindepth 1 | grep -cvE '^m/in/[A-Za-z0-9_.-]+\.lock$')" 0 'and failed ones leave nothing but a lock'
is "$(find m/in -name '.*' | wc -l)" 0 'nothing hidden'

# --- a server that fails
status 4 'no such repository: status 4' "$LEAT" facade --mirror m "file://$WORK/nowhere"
status 4 'no server: status 4' "$LEAT" facade --mirror m git://127.0.0.1:1/x
status 4 'no server, https: status 4' "$LEAT" facade --mirror m https://user:secret@127.0.0.1:1/x
is "$(grep -c secret err)" 0 'the password is not told'
like "$(cat err)" 'https://127.0.0.1:1/x: cannot clone' 'the rest of the URL is'
: > file
got=0
facade --mirror file/m "$url" > /dev/null || got=$?
is "$got" 70 'a mirror folder that cannot be made: status 70'
got=0
facade --mirror m git://127.0.0.1:1/x "$url" > out || got=$?
is "$got $(records commits < out | wc -l)" '4 4' 'one that fails does not stop the others'
got=0
HOME='' XDG_CACHE_HOME='' facade "$url" > /dev/null || got=$?
is "$got" 70 'no home and no --mirror: status 70'

# --- over the network
port=$((20000 + $$ % 20000))
git daemon --listen=127.0.0.1 --port=$port --base-path="$WORK" --export-all --reuseaddr "$WORK" 2> /dev/null &
daemon=$!
trap 'kill $daemon 2> /dev/null; rm -rf "$WORK"' EXIT
tries=0
until git ls-remote "git://127.0.0.1:$port/origin" > /dev/null 2>&1 || [ $tries -ge 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
url=git://127.0.0.1:$port/origin
git -C origin checkout -q --detach HEAD~1
echo e > origin/e
commit origin -m 'detached again'
facade --mirror net "$url" > out
is "$(records commits .subject < out | sort | tr '\n' ' ')" '"c1" "c2" "c3" "c4" "detached again" ' 'cloned, the commit only HEAD leads to as well'
is "$(records refs .name < out | grep -c leat)" 0 'no ref of ours is shown'
tail -1 out > state
git -C origin checkout -q trunk
echo 5 > origin/f
commit origin -m c5
git -C origin branch -f moved HEAD~1
facade --mirror net --state state "$url" > out
is "$(records commits .subject < out)" '"c5"' 'fetched'
tail -1 out > state
git -C origin branch -f moved HEAD~2
git -C origin reset -q --hard HEAD~1
facade --mirror net --state state "$url" > out
is "$? $(records commits < out | wc -l)" '0 0' 'a forced push'
like "$(cat err)" 'no ref leads to any more' 'is said'
got=0
facade --mirror net "git://127.0.0.1:$port/nowhere" > /dev/null || got=$?
is "$got" 4 'refused: status 4'

if command -v openssl > /dev/null; then
    openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost 2> /dev/null
    openssl s_server -accept 127.0.0.1:$((port + 1)) -cert cert.pem -key key.pem -www > /dev/null 2>&1 &
    server=$!
    trap 'kill $daemon $server 2> /dev/null; rm -rf "$WORK"' EXIT
    tries=0
    until openssl s_client -connect 127.0.0.1:$((port + 1)) < /dev/null > /dev/null 2>&1 || [ $tries -ge 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    secure=https://localhost:$((port + 1))/x
    status 4 'a certificate nobody trusts: status 4' "$LEAT" facade --mirror net "$secure"
    like "$(cat err)" '[Cc]ertificate' 'is said'
    SSL_CERT_FILE=$WORK/cert.pem facade --mirror net "$secure" > /dev/null
    is "$(grep -ci certificate err)" 0 'SSL_CERT_FILE makes it trusted'
    kill $server
else
    skip 'openssl is not there: certificates'
fi

# --- killed while cloning or fetching
git init -q --bare large
awk -v seed=5 -v commits=1500 -f "$here/random.awk" | git -C large fast-import --quiet
url=git://127.0.0.1:$port/large
git -C large rev-list --all | sort > expected
wrong=0
for delay in 0 0.01 0.03 0.05 0.1 0.2 0.3; do
    rm -rf killed
    "$LEAT" facade --mirror killed "$url" > /dev/null 2>&1 &
    process=$!
    sleep $delay
    kill -9 $process 2> /dev/null
    wait $process 2> /dev/null
    facade --mirror killed "$url" | records commits .hash | tr -d '"' | sort > got
    cmp -s got expected || wrong=$((wrong + 1))
    [ "$(find killed -mindepth 1 -maxdepth 1 ! -name '*.lock' | wc -l)" -eq 1 ] || wrong=$((wrong + 1))
done 2> /dev/null
is "$wrong" 0 'killed while cloning: the next run clones, and nothing half-made stays'
# two at once share a mirror
facade --mirror both "$url" > one &
other=$!
"$LEAT" facade --mirror both "$url" > two 2> /dev/null
wait $other
same one two 'two at once'

done_testing
