#!/bin/sh
# The tools under valgrind: no invalid access, nothing uninitialized used, nothing lost.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/lib.sh"

case $BUILD in
*/sanitize)
    skip 'the sanitizers watch already'
    done_testing
    exit 0
    ;;
esac
tools=$("$LEAT" --exec-path)
checked() { # TOOL ARGUMENTS...
    tool=$1
    shift
    valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite \
        --errors-for-leak-kinds=definite "$tools/$tool" "$@" 2> "$tool.err"
}

history repo 60
"$GENERATE" issues 50 > issues
"$GENERATE" random 30 > random
printf '{"a":1,"a":2}\n{"b":\n[]\n\377\n' >> random

checked facade --repository r repo > records
ok $? 'facade'
checked facade -j 2 --renames --repository r repo > /dev/null
ok $? 'facade -j 2'
checked flatten < records > rows
ok $? 'flatten of messages'
checked flatten --key records=id < issues > issue.rows
ok $? 'flatten of issues'
checked flatten --rejects bad < random > random.rows
is $? 1 'flatten of random objects and rejects'
checked schema-infer < rows > inferred
ok $? 'schema-infer'
checked schema-infer --final --stats < issues > /dev/null
ok $? 'schema-infer --final --stats'
checked load sqlite:x.db < inferred > state
ok $? 'load'
checked load sqlite:x.db < rows > state
ok $? 'load once more'
checked load sqlite:y.db < issue.rows > state
ok $? 'load with inference'
cat ./*.err > err
[ ! -s err ] || grep -q rejected err
ok $? 'nothing is said'
grep '^==' ./*.err | head -20 | sed 's/^/# /'
done_testing
