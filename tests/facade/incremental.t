#!/bin/sh
# facade: --state. A run emits what is new and nothing else; killed anywhere, the next goes on.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/repository.sh"

# run REPOSITORY ARGUMENTS...: with the state in $WORK/state, which it replaces.
run() {
    facade --state state "$@" > out
    grep '"type":"STATE"' out | tail -1 > state.new
    mv state.new state
}
emitted() { records commits .subject < out | tr -d '"' | tr '\n' ' '; }

git init -q -b main r
for i in 1 2 3; do
    echo $i > r/f
    commit r -m "c$i"
done

# --- nothing new, something new
run r
is "$(emitted)" 'c1 c2 c3 ' 'a state file that is not there: everything, oldest first'
cp state first
run r
is "$(emitted)$(records refs < out)$(records repositories < out)" '' 'nothing new: no records'
same state first 'and the same STATE'
is "$(grep -c '"type":"STATE"' out)" 2 'which is emitted all the same, at the start and at the end'
run r
echo 4 > r/f
commit r -m c4
run r
is "$(emitted)" 'c4 ' 'a new commit alone'
is "$(records commit_files '[.added, .removed]' < out)" '[1,1]' 'with its files'
is "$(records repositories < out | wc -l) $(records refs .name < out)" '1 "refs/heads/main"' 'and the refs, behind the row of the repository'
git -C r branch same
run r
is "$(emitted)$(records refs .name < out | tr '\n' ' ')" '"refs/heads/main" "refs/heads/same" ' 'a new ref: all refs, no commit'
git -C r checkout -q -b old HEAD~3
echo x > r/x
commit r -m side
run r
is "$(emitted)" 'side ' 'a branch off an old commit'
git -C r checkout -q main
git -C r merge -q -m merge old > /dev/null
run r
is "$(emitted)" 'merge ' 'a merge of what is known'

# --- moved and deleted branches
git -C r reset -q --hard HEAD~1
echo forced > r/f
commit r -m forced
run r
is "$(emitted)" 'forced ' 'a forced push: the new commit'
like "$(cat err)" 'refs/heads/main was at [0-9a-f]{12}, which no ref leads to any more' 'is said'
run r
is "$(cat err)" '' 'once'
git -C r checkout -q --detach
git -C r branch -q -D old
run r
is "$(emitted)" '' 'a deleted branch: no commit'
like "$(cat err)" 'refs/heads/old was at|1 refs less' 'is said'
is "$(records refs .name < out | tr '\n' ' ')" '"refs/heads/main" "refs/heads/same" ' 'and the refs that are left are sent'
git -C r checkout -q main
git -C r reflog expire --expire=now --all
git -C r gc -q --prune=now
echo again > r/f
commit r -m again
run r
is "$(emitted) $(cat err)" 'again  ' 'old tips whose commits are gone do no harm'
git -C r branch back "$(git -C r rev-parse main~2)"
run r
is "$(emitted)" '' 'a branch on a known commit'

# --- the mailmap
cat > r/.mailmap <<'END'
Renamed <author@example.org>
END
commit r -m mapped
git -C r log --all --format=%s | grep -vc '^merge$' > old_count
run r
is "$(records commits .author_mapped_name < out | sort -u)" '"Renamed"' 'a changed mailmap: new names'
is "$(records commits .hash < out | sort -u | wc -l)" "$(git -C r rev-list --all --count)" 'for all commits it changes'
like "$(cat err)" '.mailmap changed: [0-9]+ commits are emitted again' 'which is said'
echo 'Someone <nobody@example.org>' >> r/.mailmap
commit r -m 'mapped again'
run r
is "$(emitted)" 'mapped again ' 'a change that concerns nobody: nothing again'
git -C r rm -q .mailmap
commit r -m unmapped
run r
is "$(records commits .author_mapped_name < out | sort -u)" '"A U Thor"' 'a mailmap taken away: the old names'

# --- depth
git clone -q --depth 2 "file://$WORK/r" deepened 2> /dev/null
run deepened
shallow_count=$(records commits < out | wc -l)
git -C deepened fetch -q --unshallow
run deepened
is "$((shallow_count < $(records commits < out | wc -l)))" 1 'a clone made deeper is emitted again'
like "$(cat err)" 'depth, replacements or grafts changed' 'which is said'
run deepened
is "$(emitted)" '' 'once'

# --- several repositories and other bookmarks in one state
rm -f state
echo '{"type":"STATE","value":{"bookmarks":{"other":{"x":1}},"more":[1]}}' > state
run r deepened
is "$(jq -c '.value.bookmarks | [keys, (.facade | keys)]' state)" '[["facade","other"],["deepened","r"]]' 'bookmarks of others stay'
is "$(jq -c .value.more state)" '[1]' 'as does everything else'
echo new > r/f
commit r -m newest
run r deepened
is "$(emitted)" 'newest ' 'each repository goes on from its own'
jq -c .value state > bare
mv bare state
run r deepened
is "$(emitted)" '' 'a bare value is a state too'
{ cat first; cat state; } > many
mv many state
run r deepened
is "$(emitted)" '' 'of many lines the last counts'
printf '{"type":"STATE","value":{"bookm' >> state
run r deepened
is "$(emitted)" '' 'a last line cut off is passed over'
like "$(cat err)" 'the last line is no STATE' 'and said'
: > state
run deepened
is "$((0 < $(records commits < out | wc -l)))" 1 'an empty file is no state'

# --- a commit that was missing comes back
git clone -q --bare r lost
loosen lost
gone=$(git -C lost rev-parse main~2)
rest=${gone#??}
cp "lost/objects/${gone%"$rest"}/$rest" kept
without lost "$gone"
rm -f state
run lost
is "$(grep -c missing err)" 1 'a missing commit is said'
before=$(records commits < out | wc -l)
run lost
is "$(emitted)" '' 'not emitted later by itself'
cp kept "lost/objects/${gone%"$rest"}/$rest"
run lost
is "$((before < $(records commits < out | wc -l)))" 1 'when it is there, everything is'
git -C lost rev-list --all | sort > expected
records commits .hash < out | tr -d '"' | sort > got
same got expected 'and nothing is left out'

# --- every STATE in the middle is true
git init -q --bare long
awk -v seed=9 -v commits=300 -f "$here/random.awk" | git -C long fast-import --quiet
git clone -q --bare r branchy
git -C branchy fetch -q ../long main:long
git -C branchy branch merged "$(git -C branchy commit-tree -m joint -p main -p long 'main^{tree}')"
facade --window 20 branchy > whole
grep -n '"type":"STATE"' whole | cut -d : -f 1 > places
is "$(($(wc -l < places) > 10))" 1 'a long history has many STATEs'
git -C branchy rev-list --all | sort > expected
wrong=0
while read -r place; do
    head -n "$place" whole > before
    tail -n 1 before > state
    facade --state state branchy > after
    cat before after | records commits .hash | tr -d '"' | sort > got
    cmp -s got expected || wrong=$((wrong + 1))
done < places
is "$wrong" 0 'from each of them the next run emits the rest, and nothing twice'

# --- killed and stopped
mkfifo pipe
hashes() { grep -ao '^{"type":"RECORD","stream":"commits","record":{"repository":"branchy","hash":"[0-9a-f]*","tree.*}}$' "$@" -h | cut -d '"' -f 18; }
# killed after so many bytes of its output were read; what is left in the pipe counts too
wrong=0
for bytes in 0 1 3000 20000 100000 150000 200000 250000 300000; do
    "$LEAT" facade --window 5 branchy > pipe 2> err &
    process=$!
    exec 3< pipe
    head -c $bytes <&3 > killed
    kill -9 $process
    wait $process 2> /dev/null
    cat <&3 >> killed
    exec 3<&-
    facade --state killed branchy > after
    hashes killed after | sort -u > got
    cmp -s got expected || wrong=$((wrong + 1))
done 2> /dev/null
is "$wrong" 0 'killed: the next run has what is missing'
# a long name makes the output larger than a pipe, so that the signal comes in the middle
name=branchy$(printf '%04000d' 0)
"$LEAT" facade --window 1 --repository "$name" branchy > pipe 2> err &
process=$!
exec 3< pipe
head -c 100 <&3 > /dev/null
kill -TERM $process
cat <&3 > stopped
exec 3<&-
got=0
wait $process || got=$?
is "$got" 4 'SIGTERM: status 4'
is "$(tail -1 stopped | jq -r .type)" STATE 'and the last line is the STATE it earned'
facade --state stopped --repository "$name" branchy > after
is "$(($(records commits < after | wc -l) > 0))" 1 'from which the next run goes on'
sed 1d stopped | cat - after | records commits .hash | tr -d '"' | sort > got
same got expected 'emitting the rest and nothing twice'

done_testing
