#!/bin/sh
# The front command, in the build tree and installed.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
top=$(cd "$here/../.." && pwd)

# without the backspaces that make letters bold
plain() { sed "s/.$(printf '\b')//g"; }

check_front() { # COMMAND WHERE
    leat=$1
    is "$("$leat" --version)" "leat $(sed -n 's/^VERSION = //p' "$top/Makefile")" "$2: --version"
    [ -x "$("$leat" --exec-path)/flatten" ]
    ok $? "$2: --exec-path"
    for tool in facade fetch flatten load schema-infer; do
        like "$("$leat")" "^  $tool  +[a-zA-Z]" "$2: leat alone lists $tool"
    done
    is "$(echo '{"a":{"b":1}}' | "$leat" flatten --plain)" '{"a__b":1}' "$2: runs a tool"
    like "$("$leat" fetch --list)" '^github ' "$2: fetch finds the sources"
    status 2 "$2: no such tool" "$leat" nope
    status 2 "$2: no such option" "$leat" --nope
    status 2 "$2: no path for a tool" "$leat" ../leat/flatten
    status 2 "$2: no such manual" "$leat" help nope
    for page in leat leat-model leat-source leat-stream leat-warehouse fetch flatten queue stage; do
        like "$(PAGER=cat MANPAGER=cat "$leat" help $page 2> /dev/null < /dev/null | plain)" NAME "$2: help $page"
    done
}

check_front "$LEAT" 'build tree'
make -s -C "$top" BUILD="$BUILD" DESTDIR="$WORK/root" PREFIX=/usr install > /dev/null
ok $? 'make install'
is "$(cd root/usr && find bin -type f)" bin/leat 'one public command'
is "$(ls root/usr/libexec/leat)" "$(ls "$("$LEAT" --exec-path)")" 'the tools in a folder of their own'
is "$(cd root/usr/share/leat && find . -type f | sort)" \
    "$(cd "$top/common" && find ./examples ./models ./sources ./sql -type f | sort)" 'what they read'
sed -i "s|=/usr/|=$WORK/root/usr/|; s|:-/usr/|:-$WORK/root/usr/|" root/usr/bin/leat
check_front "$WORK/root/usr/bin/leat" installed
make -s -C "$top" BUILD="$BUILD" DESTDIR="$WORK/root" PREFIX=/usr uninstall > /dev/null
is "$(find root -type f | wc -l)" 0 'make uninstall leaves nothing'
done_testing
