#!/bin/sh
# facade: what the records hold.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/repository.sh"

# raw_commit DIR: writes the commit on stdin as it is, and puts main on it.
raw_commit() {
    git -C "$1" update-ref refs/heads/main "$(git -C "$1" hash-object -t commit -w --stdin --literally)"
}
# last FILTER: of the newest commit of the repository `raw`.
last() { facade raw | records commits "$1" | tail -1; }

# --- the messages
git init -q -b main plain
printf 'one\n' > plain/a
commit plain -m 'add a'
facade plain > out
is "$(jq -rc '.type + " " + (.stream // "")' out | tr '\n' ,)" \
    'SCHEMA repositories,SCHEMA refs,SCHEMA commits,SCHEMA commit_files,STATE ,RECORD repositories,RECORD refs,RECORD commits,RECORD commit_files,STATE ,' \
    'schemas, the STATE it starts from, then the repository with its refs, commits with their files, STATE'
is "$(jq -rc 'select(.type == "SCHEMA") | [.stream, .key_properties, .write_disposition, .parent]' out)" \
    '["repositories",["repository"],"upsert",null]
["refs",["repository","name"],"upsert",{"stream":"repositories","key":{"repository":"repository"}}]
["commits",["repository","hash"],"upsert",null]
["commit_files",["repository","hash","path"],"upsert",{"stream":"commits","key":{"repository":"repository","hash":"hash"}}]' \
    'keys, disposition and parents are declared'
jq -rc 'select(.type == "SCHEMA") | .stream as $s | .schema.properties | keys[] | $s + "." + .' out | sort > declared
jq -rc 'select(.type == "RECORD") | .stream as $s | .record | keys[] | $s + "." + .' out | sort -u > used
same used declared 'each column is declared, and each declared one is there'
hash=$(git -C plain rev-parse HEAD)
is "$(records commits < out)" "$(jq -nc --arg h "$hash" --arg t "$(git -C plain rev-parse 'HEAD^{tree}')" \
    '{repository: "plain", hash: $h, tree: $t, parents: [], author_name: "A U Thor",
      author_email: "author@example.org", author_time: "2020-09-13T15:26:40+02:00",
      author_mapped_name: "A U Thor", author_mapped_email: "author@example.org",
      committer_name: "C O Mitter", committer_email: "committer@example.org",
      committer_time: "2020-09-13T09:56:40-03:30", committer_mapped_name: "C O Mitter",
      committer_mapped_email: "committer@example.org", subject: "add a", body: "", trailers: [],
      signed: false, encoding: null, files: 1, added: 1, removed: 0}')" 'a commit'
is "$(records commit_files < out)" "{\"repository\":\"plain\",\"hash\":\"$hash\",\"path\":\"a\",\"old_path\":null,\"change\":\"A\",\"added\":1,\"removed\":0,\"binary\":false,\"mode\":\"100644\"}" 'a file'
is "$(records repositories < out)" "{\"repository\":\"plain\",\"head\":\"refs/heads/main\",\"head_hash\":\"$hash\",\"detached\":false,\"bare\":false,\"shallow\":false,\"object_format\":\"sha1\"}" 'a repository'

# --- changes
git -C plain mv a b
chmod +x plain/b
ln -s b plain/link
commit plain -m 'move'
rm plain/link
echo text > plain/link
commit plain -m 'retype'
is "$(facade plain | records commit_files '[.change, .path, .mode]' | sed 1d)" \
    '["D","a","100644"]
["A","b","100755"]
["A","link","120000"]
["T","link","100644"]' 'kinds of change and modes'

# --- refs
git -C plain tag -a -m 'the tag

with a body' v1
git -C plain tag light HEAD~1
git -C plain tag blob HEAD:b
git -C plain symbolic-ref refs/heads/alias refs/heads/main
git -C plain update-ref refs/remotes/origin/x HEAD
git -C plain notes add -m note
git -C plain checkout -q --detach
facade plain > out
is "$(records refs '[.name, .type, .target_type, .annotated, .symbolic_target]' < out)" \
    '["refs/heads/alias","branch","commit",false,"refs/heads/main"]
["refs/heads/main","branch","commit",false,null]
["refs/notes/commits","note","commit",false,null]
["refs/remotes/origin/x","remote","commit",false,null]
["refs/tags/blob","tag","blob",false,null]
["refs/tags/light","tag","commit",false,null]
["refs/tags/v1","tag","commit",true,null]' 'refs of all kinds'
is "$(records refs 'select(.annotated) | [.hash, .target, .tagger_name, .tagger_email, .message, .signed]' < out)" \
    "[\"$(git -C plain rev-parse v1)\",\"$(git -C plain rev-parse 'v1^{}')\",\"C O Mitter\",\"committer@example.org\",\"the tag\\n\\nwith a body\",false]" 'an annotated tag'
is "$(records repositories '[.head, .detached]' < out)" '[null,true]' 'a detached HEAD'

# --- messages and trailers
commit plain -m "a subject
over two lines

body

  indented

Signed-off-by: Some One <one@example.org>
Co-authored-by:  Two Words
  Folded <two@example.org>
Fixes: #12"
commit plain -m 'Subject: not a trailer'
commit plain -m 'subject

Key: value
but this is text
and this'
commit plain -m 'subject

Merged by hand.

some text
Signed-off-by: A <a@b>
(cherry picked from commit 0123456789012345678901234567890123456789)
Acked-by: B <b@c>'
facade plain > out
is "$(records commits 'select(.subject == "a subject over two lines") | [.body, .trailers]' < out)" \
    '["body\n\n  indented\n\nSigned-off-by: Some One <one@example.org>\nCo-authored-by:  Two Words\n  Folded <two@example.org>\nFixes: #12",[{"key":"Signed-off-by","value":"Some One <one@example.org>","name":"Some One","email":"one@example.org"},{"key":"Co-authored-by","value":"Two Words Folded <two@example.org>","name":"Two Words Folded","email":"two@example.org"},{"key":"Fixes","value":"#12","name":null,"email":null}]]' \
    'subject, body and trailers'
is "$(records commits '.trailers | map(.key)' < out | tail -3)" '[]
[]
["Signed-off-by","Acked-by"]' 'no trailers in subjects and text; some text among trailers'
git -C plain log --all --format='%H %s' | sort > expected
records commits '.hash + " " + .subject' < out | jq -r . | sort > got
same got expected 'subjects as git has them'
git -C plain log --all --format='%H%n%(trailers:only,unfold)' | sed '/^$/d' > expected
git -C plain log --all --format=%H > hashes
while read -r h; do
    echo "$h"
    records commits "select(.hash == \"$h\") | .trailers[] | .key + \": \" + .value" < out | jq -r .
done < hashes > got
same got expected 'trailers as git has them'

# --- mailmap, from HEAD's tree and nowhere else
git init -q -b main mapped
echo 1 > mapped/a
commit mapped -m 1
cat > mapped/.mailmap <<'END'
# a comment
Proper Name <author@example.org>
Other Proper <other@example.org> c o mitter <COMMITTER@example.org>
<lost@example.org>
Not <> This
END
commit mapped -m 2
git -C mapped log --format='%H %aN <%aE> %cN <%cE>' > expected
facade mapped | records commits '.hash + " " + .author_mapped_name + " <" + .author_mapped_email + "> " + .committer_mapped_name + " <" + .committer_mapped_email + ">"' | jq -r . | tac > got
same got expected 'names mapped as git maps them'
like "$(cat got)" 'Proper Name <author@example.org> Other Proper <other@example.org>' 'and mapped they are'
is "$(facade mapped | records commits .author_name | sort -u)" '"A U Thor"' 'the name as written stays'
echo 'Someone Else <author@example.org>' > mapped/.mailmap
is "$(facade mapped | records commits .author_mapped_name | sort -u)" '"Proper Name"' 'a mailmap that is only in the working tree does not count'
git -C mapped config mailmap.file "$WORK/mapped/.mailmap"
is "$(facade mapped | records commits .author_mapped_name | sort -u)" '"Proper Name"' 'nor does one from the configuration'

# --- encodings
git init -q -b main raw
tree=$(git -C raw hash-object -t tree -w /dev/null)
printf 'tree %s\nauthor J\366rg <j\366rg@x> 1600000000 +0000\ncommitter C <c@x> 1600000000 +0000\nencoding ISO-8859-1\n\nSch\366n\n\nG\344hn\n' "$tree" | raw_commit raw
is "$(last '[.author_name, .author_email, .subject, .body, .encoding, .message_base64]')" \
    '["Jörg","jörg@x","Schön","Gähn","ISO-8859-1",null]' 'a declared encoding'
printf 'tree %s\nauthor J\366rg <j@x> 1600000000 +0000\ncommitter C <c@x> 1600000000 +0000\n\nSch\366n\n' "$tree" | raw_commit raw
is "$(last '[.author_name, .author_name_base64, .author_mapped_name, .subject, .message_base64]')" \
    "[\"J�rg\",\"$(printf 'J\366rg' | base64)\",\"J�rg\",\"Sch�n\",\"$(printf 'Sch\366n\n' | base64)\"]" 'bytes that fit nothing'
printf 'tree %s\nauthor A <a@x> 1600000000 +0000\ncommitter C <c@x> 1600000000 +0000\nencoding no-such-thing\n\nplain \303\266\n' "$tree" | raw_commit raw
is "$(last '[.subject, .encoding]')" '["plain ö","no-such-thing"]' 'an encoding nobody knows is UTF-8'
printf 'tree %s\nauthor A <a@x> 1600000000 +0000\ncommitter C <c@x> 1600000000 +0000\nencoding UTF-16LE\n\na\000\n\000b\000' "$tree" | raw_commit raw
is "$(last .subject)" '"a b"' 'a message in UTF-16'
printf 'tree %s\nauthor A <a@x> 1600000000 +0000\ncommitter C <c@x> 1600000000 +0000\n\nnul \000 here\n' "$tree" | raw_commit raw
is "$(last .subject)" '"nul \u0000 here"' 'a NUL in a message stays'
printf 'tree %s\nauthor A <a@x> 1600000000 +0000\ncommitter C <c@x> 1600000000 +0000\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n\nsigned\n' "$tree" | raw_commit raw
is "$(last '[.subject, .signed]')" '["signed",true]' 'a signature'

# --- times and broken lines
# timed TEXT: time and raw time of an author line that ends so.
timed() {
    printf 'tree %s\nauthor A <a@x>%s\ncommitter C <c@x> 1600000000 +0000\n\nm\n' "$tree" "$1" | raw_commit raw
    last '[.author_time, .author_time_raw]'
}
is "$(timed ' 0 +0000')" '["1970-01-01T00:00:00+00:00",null]' 'the epoch'
is "$(timed ' 951782399 +0545')" '["2000-02-29T05:44:59+05:45",null]' 'a leap day, an odd offset'
is "$(timed ' 1600000000 -0000')" '["2020-09-13T12:26:40-00:00",null]' 'an unknown offset'
is "$(timed ' 1600000000 +5130')" '["2020-09-13T12:26:40Z","1600000000 +5130"]' 'an absurd offset'
is "$(timed ' 1600000000 +0099')" '["2020-09-13T12:26:40Z","1600000000 +0099"]' 'minutes beyond an hour'
is "$(timed ' 1600000000')" '["2020-09-13T12:26:40Z","1600000000"]' 'no offset'
is "$(timed ' 99999999999999999999 +0000')" '[null,"99999999999999999999 +0000"]' 'beyond the year 9999'
is "$(timed ' 253402300799 +0100')" '["9999-12-31T23:59:59Z","253402300799 +0100"]' 'beyond it by the offset'
is "$(timed ' -5 +0000')" '[null,"-5 +0000"]' 'before the epoch'
is "$(timed '')" '[null,""]' 'no time'
printf 'tree %s\nauthor nobody at all\ncommitter <> 1600000000 +0000\n\nm\n' "$tree" | raw_commit raw
is "$(last '[.author_name, .author_email, .author_time, .committer_name, .committer_email]')" \
    '["nobody at all","",null,"",""]' 'lines out of form'
printf 'tree %s\n\n' "$tree" | raw_commit raw
is "$(last '[.author_name, .author_time, .subject, .body, .files]')" '["",null,"","",0]' 'a commit of nothing but a tree'

# --- paths
# path_commit NAME...: a tree with these (printf-escaped) names.
path_commit() {
    : > list
    for name in "$@"; do
        blob=$(printf 'x\n' | git -C raw hash-object -w --stdin)
        printf '100644 blob %s\t'"$name"'\0' "$blob" >> list
    done
    printf 'tree %s\nauthor A <a@x> 1 +0000\ncommitter C <c@x> 1 +0000\n%s\nm\n' \
        "$(git -C raw mktree -z < list)" "${declared:+encoding $declared
}" | raw_commit raw
    facade raw | records commit_files '[.path, .path_base64]'
}
declared=
is "$(path_commit 'a b' 'q"\\t' 'n\nl')" '["a b",null]
["n\nl",null]
["q\"\\t",null]' 'odd but valid names' 2> /dev/null
is "$(path_commit 'caf\351')" "[\"caf�\",\"$(printf 'caf\351' | base64)\"]" 'a name of bytes that fit nothing'
is "$(path_commit 'caf\351' 'caf\352' | sed 's/~[0-9a-f]\{8\}/~H/')" \
    "[\"caf�~H\",\"$(printf 'caf\351' | base64)\"]
[\"caf�~H\",\"$(printf 'caf\352' | base64)\"]" 'two that would read the same are told apart'
declared=ISO-8859-1
is "$(path_commit 'caf\351' 'sch\303\266n')" '["café",null]
["schön",null]' 'the encoding of the commit counts for names that are no UTF-8'

done_testing
