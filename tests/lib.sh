# Shared by the tests of tools: the Test Anything Protocol, and a folder that goes at the end.
# shellcheck shell=sh
# $here is the folder of the test. BUILD is the build folder, absolute (build/ by default);
# $LEAT is the front command in it.

BUILD=${BUILD:-$(cd "$here/../../build" && pwd)}

LEAT=$BUILD/leat
GENERATE=$BUILD/tests/tools/generate
WORK=$(mktemp -d "${TMPDIR:-/tmp}/leat-test.XXXXXX")
export LEAT GENERATE WORK
trap 'rm -rf "$WORK"' EXIT
trap 'exit 1' INT TERM
cd "$WORK" || exit 1

tests=0

# ok STATUS NAME: passes when STATUS is 0.
ok() {
    tests=$((tests + 1))
    if [ "$1" -eq 0 ]; then
        printf 'ok %s - %s\n' "$tests" "$2"
    else
        printf 'not ok %s - %s\n' "$tests" "$2"
    fi
}

# is GOT EXPECTED NAME
is() {
    if [ "$1" = "$2" ]; then
        ok 0 "$3"
    else
        ok 1 "$3"
        printf '%s\n' "got:      $1" "expected: $2" | sed 's/^/# /'
    fi
}

# same FILE FILE NAME
same() {
    if cmp -s "$1" "$2"; then
        ok 0 "$3"
    else
        ok 1 "$3"
        diff "$1" "$2" | head -20 | sed 's/^/# /'
    fi
}

# like GOT PATTERN NAME: GOT contains what grep -E PATTERN matches.
like() {
    if printf '%s\n' "$1" | grep -qE -e "$2"; then
        ok 0 "$3"
    else
        ok 1 "$3"
        printf '%s\n' "got: $1" "no match for: $2" | sed 's/^/# /'
    fi
}

# status EXPECTED NAME COMMAND...: runs it, output thrown away, stderr in $WORK/err.
status() {
    expected=$1 name=$2
    shift 2
    got=0
    "$@" > "$WORK/out" 2> "$WORK/err" || got=$?
    is "$got" "$expected" "$name"
}

# wait_for FILE: until it has something in it; gives up after half a minute.
wait_for() {
    for _ in $(seq 300); do
        [ ! -s "$1" ] || return 0
        sleep 0.1
    done
    return 1
}

skip() {
    tests=$((tests + 1))
    echo "ok $tests - # SKIP $1"
}

done_testing() {
    echo "1..$tests"
}
