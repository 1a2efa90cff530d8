#!/bin/sh
# facade: damaged and hostile repositories.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/repository.sh"

git init -q -b main source
for i in 1 2 3 4 5; do
    seq "$i" 50 > source/f
    echo "$i" > "source/g$i"
    commit source -m "c$i"
done
commit_of() { git -C source rev-parse "main~$((5 - $1))"; }
# damaged NAME: a fresh copy with loose objects.
damaged() {
    rm -rf "$1"
    git clone -q --no-local --bare source "$1"
    loosen "$1"
}
# read_it STATUS REPOSITORY NAME
read_it() {
    got=0
    facade "$2" > out || got=$?
    is "$got" "$1" "$3"
}

# --- what is missing costs its own rows
damaged d
without d "$(git -C source rev-parse main~2:f)"
read_it 1 d 'a missing blob: status 1'
is "$(records commit_files 'select(.added == null) | [.path, .added, .removed, .binary]' < out)" \
    '["f",null,null,null]
["f",null,null,null]' 'its changes have no counts'
is "$(records commits '[.files, .added, .removed]' < out | tr '\n' ' ')" '[2,51,0] [2,1,1] [2,null,null] [2,null,null] [2,1,1] ' 'nor do the totals of their commits'
is "$(grep -c 'blob missing: f' err)" 2 'which is said'
git -C source config uploadpack.allowFilter true
git clone -q --no-checkout --filter=blob:none "file://$WORK/source" partial 2> /dev/null
read_it 1 partial 'a partial clone: status 1'
is "$(records commits .subject < out | wc -l) $(records commit_files 'select(.added == null)' < out | wc -l)" '5 10' 'all commits, no counts'
damaged d
blob=$(git -C source rev-parse main~2:f)
rest=${blob#??}
chmod +w "d/objects/${blob%"$rest"}/$rest"
echo garbage > "d/objects/${blob%"$rest"}/$rest"
read_it 1 d 'a damaged blob: status 1'
like "$(cat err)" 'blob (unreadable|missing): f' 'is said'
damaged d
without d "$(git -C source rev-parse 'main~2^{tree}')"
read_it 1 d 'a missing tree: status 1'
is "$(records commits '[.subject, .files]' < out | tr '\n' ' ')" '["c1",2] ["c2",2] ["c3",null] ["c4",null] ["c5",2] ' 'the commits beside it are there, without totals'
like "$(cat err)" "changes not all known: tree $(git -C source rev-parse 'main~2^{tree}'): missing" 'which is said'
damaged d
without d "$(commit_of 3)"
read_it 1 d 'a missing commit: status 1'
is "$(records commits .subject < out | tr '\n' ' ')" '"c4" "c5" ' 'its descendants are there'
like "$(cat err)" "commit $(commit_of 3): missing or unreadable" 'which is said'
damaged d
without d "$(commit_of 5)"
read_it 1 d 'the newest commit missing: status 1'
is "$(records refs '[.name, .target_type]' < out)" '["refs/heads/main",null]' 'the ref is there'
damaged d
printf 'tree %s\nparent zzz\n' "$(git -C source rev-parse 'main^{tree}')" > malformed
git -C d update-ref refs/heads/bad "$(git -C d hash-object -t commit -w --literally "$WORK/malformed")" 2> /dev/null ||
    git -C d hash-object -t commit -w --literally "$WORK/malformed" > d/refs/heads/bad
read_it 1 d 'a malformed commit: status 1'
is "$(records commits .subject < out | tr '\n' ' ')" '"c1" "c2" "c3" "c4" "c5" ' 'the others are there'
damaged d
printf '100644 f' > malformed
bad=$(git -C d hash-object -t tree -w --literally "$WORK/malformed")
printf 'tree %s\nparent %s\nauthor A <a@x> 1 +0000\ncommitter C <c@x> 1 +0000\n\nbad tree\n' "$bad" "$(commit_of 5)" > malformed
git -C d hash-object -t commit -w --literally "$WORK/malformed" > d/refs/heads/bad
read_it 1 d 'a malformed tree: status 1'
is "$(records commits '[.subject, .files]' < out | tail -1)" '["bad tree",null]' 'its commit is there'
git clone -q --no-local --bare source pack
pack=$(echo pack/objects/pack/*.pack)
chmod +w "$pack"
printf garbage | dd of="$pack" bs=1 seek=600 conv=notrunc 2> /dev/null
read_it 1 pack 'a damaged pack: status 1'
like "$(cat err)" 'facade: pack: ' 'is said'
is "$(jq -r .type out | tail -1)" STATE 'and the end is reached'

damaged d
echo garbage > d/refs/heads/torn
: > d/refs/heads/blank
mkdir -p d/refs/heads/deep
echo 'ref: refs/heads/nothing' > d/refs/heads/deep/dangling
read_it 1 d 'damaged refs: status 1'
like "$(cat err)" '3 refs name nothing that can be read' 'is said'
damaged d
mkfifo d/shallow d/info/grafts 2> /dev/null || { mkdir -p d/info && mkfifo d/info/grafts; }
read_it 0 d 'pipes in the place of files do not stop it'

# --- trees that multiply
git init -q --bare bomb
id=$(echo x | git -C bomb hash-object -w --stdin)
mode=100644 kind=blob
for _ in 1 2 3 4 5 6 7 8; do
    id=$(for name in a b c d e f g h; do printf '%s %s %s\t%s\n' $mode $kind "$id" $name; done | git -C bomb mktree)
    mode=040000 kind=tree
done
printf 'tree %s\nauthor A <a@x> 1 +0000\ncommitter C <c@x> 1 +0000\n\nbomb\n' "$id" > malformed
git -C bomb update-ref refs/heads/main "$(git -C bomb hash-object -t commit -w "$WORK/malformed")"
read_it 1 bomb 'sixteen million files in a few trees: status 1'
like "$(cat err)" 'more than 1000000 files changed' 'with an end'

# --- nothing of a repository is executed or obeyed
git clone -q --no-local source hostile
ran=$WORK/ran
cat > evil <<END
#!/bin/sh
echo "\$0 \$*" >> "$ran"
cat
END
chmod +x evil
for hook in post-checkout post-update pre-receive update reference-transaction post-merge fsmonitor-watchman post-index-change; do
    cp evil "hostile/.git/hooks/$hook"
done
cat >> hostile/.git/config <<END
[core]
	fsmonitor = $WORK/evil
	hooksPath = $WORK/hostile/.git/hooks
	sshCommand = $WORK/evil
	pager = $WORK/evil
	attributesFile = $WORK/attributes
	gitProxy = $WORK/evil
[diff]
	external = $WORK/evil
	algorithm = minimal
	noprefix = true
	renames = copies
[diff "evil"]
	textconv = $WORK/evil
	command = $WORK/evil
	binary = true
[filter "evil"]
	clean = $WORK/evil
	smudge = $WORK/evil
	process = $WORK/evil
	required = true
[credential]
	helper = $WORK/evil
[gpg]
	program = $WORK/evil
[log]
	showSignature = true
[uploadpack]
	packObjectsHook = $WORK/evil
[include]
	path = $WORK/nowhere
END
echo '* filter=evil diff=evil binary' > hostile/.git/info/attributes
cp hostile/.git/info/attributes attributes
cp hostile/.git/info/attributes hostile/.gitattributes
git_counts source > expected
read_it 0 hostile 'a hostile configuration: status 0'
facade_counts --renames -j 2 hostile > got
same got expected 'counts are those of the plain repository'
HOME=$WORK/hostile/.git XDG_CONFIG_HOME=$WORK/hostile/.git facade --mirror mirrors "file://$WORK/hostile" > out
is "$(records commits < out | wc -l)" 5 'cloned'
cp hostile/.git/config "$HOME/.gitconfig"
facade hostile > /dev/null
facade --mirror mirrors "file://$WORK/hostile" > /dev/null
rm "$HOME/.gitconfig"
is "$(cat "$ran" 2> /dev/null)" '' 'and nothing was run'
"$WORK/evil" checks < /dev/null
is "$(wc -l < "$ran")" 1 '(which would have been noticed)'
if [ "$(id -u)" -eq 0 ]; then
    chown -R 12345 hostile
    read_it 0 hostile 'a repository of somebody else'
fi

# --- not a repository
mkdir empty
for what in empty nowhere err; do
    read_it 3 "$what" "no repository: $what"
done
like "$(cat err)" '^facade: err: not a git repository' 'is said'
git init -q --object-format=sha256 other 2> /dev/null && {
    read_it 3 other 'an object format that cannot be read'
    like "$(cat err)" '^facade: other: ' 'is said'
}
got=0
facade nowhere source > out || got=$?
is "$got $(records commits < out | wc -l)" '3 5' 'one that fails does not stop the others'
got=0
damaged d
without d "$(git -C source rev-parse main:f)"
facade d nowhere source > out || got=$?
is "$got" 3 'the worst status counts'
git init -q -b main fresh
read_it 0 fresh 'an empty repository: status 0'
is "$(records repositories '[.head, .head_hash, .detached]' < out)" '["refs/heads/main",null,false]' 'its row'
git clone -q --no-local --bare source unborn
git -C unborn symbolic-ref HEAD refs/heads/nothing
agrees unborn 'a HEAD without a commit'
echo garbage > unborn/HEAD
read_it 3 unborn 'a HEAD out of form'

done_testing
