#!/bin/sh
# The README's examples, run in a clone of the repository: they print what the README says.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
top=$(cd "$here/../.." && pwd)

mkdir bin
printf '#!/bin/sh\nexec "%s" "$@"\n' "$LEAT" > bin/leat
chmod +x bin/leat
PATH=$WORK/bin:$PATH
git clone -q "$top" clone 2> /dev/null || cp -R "$top/.git" clone
cd clone || exit 1

awk '
    /^    \$ / { n++; sub(/^    \$ /, ""); print > ("example." n ".command"); inside = 1; next }
    /^    / && inside { sub(/^    /, ""); print > ("example." n ".output"); next }
    { inside = 0 }
' "$top/README"
for n in 1 2 3 4 5 6 7; do
    [ -f example.$n.output ] || : > example.$n.output
    sh ./example.$n.command > got 2>&1
    # the bookmark is not the point of the example
    grep -v '"STATE"' got > printed
    same printed example.$n.output "README: $(cat example.$n.command)"
done
[ ! -f example.8.command ]
ok $? 'that was all of them'

# the table of tools is what leat alone lists
for tool in $("$LEAT" | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p'); do
    grep -q "^    $tool  *$("$LEAT" "$tool" --help | sed -n 2p | cut -c1-20)" "$top/README"
    ok $? "README lists $tool"
    [ -f "$top/man/$tool.1" ]
    ok $? "$tool has a manual"
done
done_testing
