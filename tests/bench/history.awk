# A made-up but realistic git history for git fast-import: some hundred files of 50 to 2000
# lines that look like code, edited in several places, with side branches that are merged,
# renames and binary files. The same numbers give the same history everywhere.
#
# awk -v commits=30000 -f history.awk | git fast-import

function random(limit) { # Park and Miller's generator: exact in doubles
    seed = (seed * 16807) % 2147483647
    return seed % limit
}

function line(    kind, i, text) {
    kind = random(100)
    if (kind < 12)
        return ""
    if (kind < 20)
        return substr("            ", 1, 4 * random(3)) "}"
    if (kind < 26)
        return "    return " word[random(40)] ";"
    text = substr("                ", 1, 4 * (1 + random(4)))
    for (i = 2 + random(6); i > 0; i--)
        text = text word[random(words)] (random(4) ? " " : "(")
    return text random(1000) ";"
}

function new_text(lines,    text, i) {
    for (i = 0; i < lines; i++)
        text = text line() "\n"
    return text
}

# Changes a text in one to five places: lines replaced, added or removed.
function edit(text,    lines, count, places, at, i, size, out, fresh, j) {
    count = split(text, lines, "\n") - 1
    places = 1 + random(random(4) ? 2 : 5)
    split("", fresh)
    split("", size)
    for (i = 0; i < places; i++) {
        at = 1 + random(count + 1)
        size[at] = random(6)
        fresh[at] = ""
        for (j = random(6); j > 0; j--)
            fresh[at] = fresh[at] line() "\n"
    }
    out = ""
    for (i = 1; i <= count; i++) {
        if (i in fresh)
            out = out fresh[i]
        if (i in size && size[i] > 0) {
            if (size[i] > 1)
                size[i + 1] = size[i] - 1
            continue
        }
        out = out lines[i] "\n"
    }
    if (length(out) < 400)
        out = out new_text(50)
    return out
}

function put_blob(text) {
    printf "blob\nmark :%d\ndata %d\n%s\n", ++mark, length(text), text
    return mark
}

# Bytes with a NUL among the first, told apart by a number.
function put_binary(number) {
    printf "blob\nmark :%d\ndata 1008\n", ++mark
    printf "\211BIN%c", 0
    printf "%01003d\n", number
    return mark
}

function start_commit(branch, parent, other, message) {
    printf "commit refs/heads/%s\nmark :%d\n", branch, ++mark
    printf "author %s %d +0%d00\n", person[random(people)], date += 60 + random(7200), random(10)
    printf "committer Keeper <keeper@example.org> %d +0000\n", date
    printf "data %d\n%s\n", length(message), message
    if (parent)
        printf "from :%d\n", parent
    if (other)
        printf "merge :%d\n", other
    return mark
}

# A commit that edits some files of one kind: those of side branches, or the others.
function change_files(branch, parent, side,    n, i, f, blob, commit, path) {
    n = 1 + random(random(5) ? 2 : 6)
    split("", blob)
    while (n-- > 0) {
        f = random(files / 10) * 10 + (side ? 0 : 1 + random(9))
        if (f in blob)
            continue
        text[f] = edit(text[f])
        blob[f] = put_blob(text[f])
    }
    commit = start_commit(branch, parent, 0, "Change " word[random(words)] "\n\nFor " random(9999))
    for (f in blob) {
        print "M 100644 :" blob[f] " " name[f]
        if (side)
            touched[f] = blob[f]
    }
    return commit
}

BEGIN {
    seed = 20240229
    files = 400
    words = 600
    people = 60
    date = 1000000000
    letters = "etaoinshrdlu"
    for (i = 0; i < words; i++) {
        word[i] = ""
        for (j = 3 + random(8); j > 0; j--)
            word[i] = word[i] substr(letters, 1 + random(12), 1)
    }
    for (i = 0; i < people; i++)
        person[i] = "Person " i " <person" i "@example.org>"

    for (f = 0; f < files; f++) {
        name[f] = "src/" word[f % 23] "/" word[f % 7] "/file" f ".c"
        text[f] = new_text(random(20) ? 50 + random(400) : 400 + random(1600))
        first[f] = put_blob(text[f])
    }
    head = start_commit("main", 0, 0, "First")
    for (f = 0; f < files; f++)
        print "M 100644 :" first[f] " " name[f]

    for (done = 1; done < commits; done++) {
        if (done % 40 == 0) { # a side branch of a few commits, merged
            tip = head
            split("", touched)
            for (i = 2 + random(4); i > 0; i--) {
                tip = change_files("side", tip, 1)
                done++
            }
            head = change_files("main", head, 0)
            head = start_commit("main", head, tip, "Merge side")
            for (f in touched)
                print "M 100644 :" touched[f] " " name[f]
            done++
        } else if (done % 97 == 0) {
            f = random(files)
            fresh_name = "src/" word[random(words)] "/file" f ".c"
            if (fresh_name != name[f]) {
                head = start_commit("main", head, 0, "Rename")
                print "R " name[f] " " fresh_name
                name[f] = fresh_name
            }
        } else if (done % 150 == 0) {
            b = put_binary(done)
            head = start_commit("main", head, 0, "Picture")
            print "M 100644 :" b " img/picture" random(20) ".bin"
        } else {
            head = change_files("main", head, 0)
        }
    }
    print "done"
}
