#!/bin/sh
# facade: lines are counted as git log --all --numstat --no-renames counts them.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/repository.sh"

# --- every kind of change
git init -q -b main odd
seq 1 100 > odd/a
printf 'no newline' > odd/end
printf 'x\r\ny\r\n' > odd/crlf
: > odd/empty
mkdir odd/deep odd/deep/er
echo 1 > odd/deep/er/file
printf 'bin\0ary' > odd/bin
commit odd -m 'add'
commit odd -m 'nothing'
seq 1 100 | sed 's/^5$/five/;s/7/seven/' > odd/a
printf 'no newline\n' > odd/end
printf 'x\ny\n' > odd/crlf
echo > odd/empty
printf 'bin\0ary 2' > odd/bin
commit odd -m 'modify'
chmod +x odd/bin odd/a
commit odd -m 'modes'
rm odd/a
ln -s end odd/a
commit odd -m 'file to link'
rm odd/a
mkdir odd/a
echo 1 > odd/a/f
echo 2 > odd/a-b
echo 3 > odd/a.c
commit odd -m 'link to folder'
rm -r odd/a
seq 1 9 > odd/a
commit odd -m 'folder to file'
printf 'text' > odd/bin
commit odd -m 'binary to text'
rm -r odd/deep
commit odd -m 'removed folder'
agrees odd 'every kind of change'

# --- merges, submodules, detached HEAD, refs of all kinds
git -C odd checkout -q -b one HEAD~3
echo one > odd/one
commit odd -m 'one'
git -C odd checkout -q -b two HEAD~2
echo two > odd/two
commit odd -m 'two'
git -C odd checkout -q main
git -C odd merge -q -m 'octopus' one two > /dev/null
git -C odd update-index --add --cacheinfo 160000,1111111111111111111111111111111111111111,sub
git -C odd commit -q -m 'submodule'
git -C odd update-index --add --cacheinfo 160000,2222222222222222222222222222222222222222,sub
git -C odd commit -q -m 'submodule moved'
git -C odd update-index --add --cacheinfo "100644,$(git -C odd rev-parse HEAD:a),sub"
git -C odd commit -q -m 'submodule to file'
git -C odd tag -a -m 'a tag' annotated HEAD~1
git -C odd tag -a -m 'a tag of a tag' twice annotated 2> /dev/null
git -C odd tag tree 'HEAD^{tree}'
git -C odd update-ref refs/other/place HEAD~1
git -C odd checkout -q --orphan orphan
echo o > odd/orphan
commit odd -m 'orphan'
git -C odd branch -q -f gone
git -C odd checkout -q --detach main
echo d > odd/detached
commit odd -m 'only HEAD leads here'
echo stash >> odd/a
git -C odd stash -q
git -C odd worktree add -q --detach ../linked HEAD~1
echo w > linked/w
commit linked -m 'only a linked working tree leads here'
agrees odd 'merges, submodules, orphans, stash, HEADs'
agrees linked 'a linked working tree'
agrees odd/.git 'the folder .git itself'
git -C odd gc -q
agrees odd 'packed'
agrees odd 'a window of one commit' --window 1
agrees odd 'three threads' -j 3

# --- what changes the view of history
git clone -q --depth 3 "file://$WORK/odd" shallow 2> /dev/null
agrees shallow 'a shallow clone'
git clone -q --bare odd replaced
original=$(git -C replaced rev-parse main~3) other=$(git -C replaced rev-parse main~2)
git -C replaced replace "$original" "$other"
agrees replaced 'a replaced commit'
git -C replaced replace -d "$original" > /dev/null
git -C replaced replace --graft main~1 one two
agrees replaced 'a replaced commit with other parents'
blob=$(git -C replaced rev-parse main:a)
git -C replaced replace "$blob" "$(echo replaced | git -C replaced hash-object -w --stdin)"
agrees replaced 'a replaced blob'
git clone -q --bare odd circle
tip=$(git -C circle rev-parse main)
first=$(git -C circle rev-parse main~4)
git -C circle replace "$first" "$(git -C circle commit-tree -p "$tip" -m circle "$tip^{tree}")"
agrees circle 'a history that replacements make a circle'
git clone -q --bare odd grafted
{
    git -C grafted rev-parse main~2
    echo "$(git -C grafted rev-parse main~1) $(git -C grafted rev-parse orphan)"
} > grafts
mv grafts grafted/info/grafts
git -C grafted config advice.graftFileDeprecated false
agrees grafted 'grafts'

# --- size
yes 'the same line' | head -200000 > odd/big
commit odd -m 'big'
{ yes 'the same line' | head -150000; seq 1 60000; } > odd/big
commit odd -m 'big, changed'
seq 1 3 180000 > odd/big
commit odd -m 'big, rewritten'
{ seq 90001 3 180000; seq 2 3 90000; } > odd/big
commit odd -m 'big, half moved'
yes 'a line that goes on and on' | head -400000 | tr -d '\n' > odd/long
commit odd -m 'a line of ten megabytes'
agrees odd 'large files and lines'

# --- random histories
for seed in 1 2 3 4; do
    git init -q --bare "random$seed"
    awk -v seed=$seed -v commits=600 -f "$here/random.awk" | git -C "random$seed" fast-import --quiet
    agrees "random$seed" "random history $seed" -j 2
done

done_testing
