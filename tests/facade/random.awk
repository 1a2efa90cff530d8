# A history for git fast-import that is hard on line counts: few different lines in some texts,
# many in others, often blank ones, blocks moved, shuffled and rewritten, last lines without a
# newline, carriage returns, binary files, files that come and go.
#
# awk -v seed=1 -v commits=500 -f random.awk

function random(limit) { # Park and Miller's generator: exact in doubles
    state = (state * 16807) % 2147483647
    return state % limit
}

function line(    kind) {
    kind = random(100)
    if (kind < blank)
        return random(3) ? "" : "}"
    if (kind < blank + 10)
        return "common " random(6)
    return "line " random(kinds)
}

function sizes(    kind) {
    kind = random(10)
    return kind == 0 ? 0 : kind < 3 ? 1 + random(4) : kind < 6 ? random(60) : kind < 9 ? random(400) : random(3000)
}

# text[f, 1..count[f]] are the lines of file f.
function new_file(f,    i) {
    count[f] = sizes()
    for (i = 1; i <= count[f]; i++)
        text[f, i] = line()
}

function splice(f, at, gone, fresh,    i, shift) {
    if (at + gone > count[f] + 1)
        gone = count[f] + 1 - at
    shift = fresh - gone
    if (shift > 0)
        for (i = count[f]; i >= at + gone; i--)
            text[f, i + shift] = text[f, i]
    else if (shift < 0)
        for (i = at + gone; i <= count[f]; i++)
            text[f, i + shift] = text[f, i]
    count[f] += shift
    for (i = at; i < at + fresh; i++)
        text[f, i] = line()
}

function edit(f,    places, kind, at, size, i, j, kept) {
    for (places = 1 + random(random(3) ? 3 : 12); places > 0; places--) {
        kind = random(20)
        at = 1 + random(count[f] + 1)
        size = random(4) ? 1 + random(6) : 1 + random(60)
        if (kind < 6) {
            splice(f, at, 0, size)
        } else if (kind < 10) {
            splice(f, at, size, 0)
        } else if (kind < 17) {
            splice(f, at, size, size + random(5))
        } else if (kind < 19) { # a rotation: a block changes places with what follows
            for (i = 1; i <= size && at + size + i <= count[f]; i++) {
                kept = text[f, at + i]
                text[f, at + i] = text[f, at + size + i]
                text[f, at + size + i] = kept
            }
        } else if (!random(4)) {
            for (i = count[f]; i > 1; i--) {
                j = 1 + random(i)
                kept = text[f, i]
                text[f, i] = text[f, j]
                text[f, j] = kept
            }
        }
    }
}

function put(f,    out, i, ending) {
    ending = random(12) ? "\n" : "\r\n"
    out = ""
    for (i = 1; i <= count[f]; i++)
        out = out text[f, i] (i < count[f] || random(8) ? ending : "")
    printf "M 100%s inline dir%d/file%d\n", random(30) ? "644" : "755", f % 3, f
    if (random(40)) {
        printf "data %d\n%s\n", length(out), out
    } else {
        printf "data %d\n%s%c\n", length(out) + 1, out, 0
    }
}

BEGIN {
    state = seed * 7919 + 17
    for (done = 1; done <= commits; done++) {
        blank = random(3) * 15
        kinds = random(3) ? 1000000 : 20
        printf "commit refs/heads/main\nmark :%d\ncommitter A <a@b> %d +0000\ndata 2\nm\n", done, 1600000000 + done
        if (done > 1)
            printf "from :%d\n", done - 1
        for (n = 1 + random(3); n > 0; n--) {
            f = random(14)
            if (!(f in count) || !random(40)) {
                new_file(f)
            } else if (!random(40)) {
                delete count[f]
                printf "D dir%d/file%d\n", f % 3, f
                continue
            } else {
                edit(f)
            }
            put(f)
        }
        print ""
    }
}
