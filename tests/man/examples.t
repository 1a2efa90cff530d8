#!/bin/sh
# The examples in the manuals that show output, run: they must print just that.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"

mkdir bin
ln -s "$LEAT" bin/leat
sed "s|\$(dirname \"\$0\")/libexec/leat|$BUILD/libexec/leat|" "$LEAT" > leat.front
chmod +x leat.front
ln -sf "$WORK/leat.front" bin/leat
PATH=$WORK/bin:$PATH

# An example is "$ command", lines that go on while one ends in | or && or \, then its output.
for page in "$here"/../../man/*; do
    rm -f example.*
    awk '
        /^\.Bd -literal/ { inside = 1; next }
        /^\.Ed/ { inside = 0; next }
        !inside { next }
        { gsub(/\\e/, "\\") ; gsub(/\\-/, "-") }
        /^\$ / { n++; sub(/^\$ /, ""); print > ("example." n ".command"); going = /(\||&&|\\)$/; next }
        going { print > ("example." n ".command"); going = /(\||&&|\\)$/; next }
        n { print > ("example." n ".output") }
    ' "$page"
    for output in example.*.output; do
        [ -f "$output" ] || continue
        command=${output%.output}.command
        sh "$command" > got 2>&1
        same got "$output" "$(basename "$page"): $(head -1 "$command")"
    done
done
[ "${tests:-0}" -gt 3 ]
ok $? 'there are examples'
done_testing
