#!/bin/sh
# flatten --model: records of GitHub, GitLab and git as rows of the warehouse's tables, at their
# edges, and models that are wrong.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
models=$(cd "$here/../../common/models" && pwd)

# record STREAM JSON [MORE]: a message.
record() {
    printf '{"type":"RECORD","stream":"%s","record":%s%s}\n' "$1" "$2" "${3-}"
}

# rows MODEL [OPTION...]: what a model makes of the messages, without SCHEMA and provenance.
rows() {
    model=$1
    shift
    "$LEAT" flatten --model "$model" --set repo_id=7 "$@" 2> err | grep -v '"type":"SCHEMA"' |
        sed -E 's/,"tool_source":"leat","tool_version":"[^"]*","data_source":"[^"]*","data_collection_date":"[^"]*Z"//'
}

# into DATABASE MODEL [OPTION...]
into() {
    database=$1 model=$2
    shift 2
    "$LEAT" flatten --model "$model" --set repo_id=7 "$@" 2> err |
        "$LEAT" load "sqlite:$database" > /dev/null 2> load.err
}

ask() {
    sqlite3 "$1" "$2"
}

issue() {
    printf '{"repository":"o/r","id":%s,"node_id":"I_1","number":5,"title":"%s","body":"%s","user":%s,"state":"%s","labels":%s,"assignees":[],"milestone":null,"comments":0,"created_at":"2024-01-02T03:04:05Z","updated_at":"2024-01-02T03:04:05Z","closed_at":%s}' \
        "$1" "${2-t}" "${3-b}" "${4-null}" "${5-open}" "${6-[]}" "${7-null}"
}

ada='{"login":"ada","id":12345,"node_id":"U_1","avatar_url":"https://a/1","html_url":"https://github.com/ada","type":"User"}'
ghost='{"login":"ghost","id":10137,"node_id":"MDQ6VXNlcjEwMTM3","avatar_url":null,"html_url":null,"type":"User"}'
bot='{"login":"stale[bot]","id":26384082,"node_id":"B","avatar_url":null,"html_url":null,"type":"Bot"}'

# ---- keys and people

record issues "$(issue 1800000021 t b "$ada")" | rows github > got
like "$(cat got)" '"issues","record":\{"issue_id":1800000021011,"repo_id":7,"platform_issue_id":1800000021,"issue_number":5' \
    'the key of an issue is made of its id, the platform and the kind'
like "$(cat got)" '"reporter_id":"01000030-3900-0000-0000-000000000000"' 'a person is the UUID of an account'
is "$(grep -c '"stream":"contributors"' got)/$(head -1 got | grep -c contributors)" 1/1 'the person comes before the issue'
{ record issues "$(issue 1 t b "$ada")"; record issues "$(issue 2 t b "$ada")"; } | rows github > got
is "$(grep -c '"stream":"contributors"' got)" 1 'and comes once'
record issues "$(issue 1 t b '{"login":"x","id":4294967296}')" | rows github > got
like "$(cat got)" '"reporter_id":"01000000-0001-' 'an id of more than 32 bits'
record issues "$(issue '"1800000021"' t b null)" | rows github > got
like "$(cat got)" '"issue_id":1800000021011,"repo_id":7,"platform_issue_id":1800000021,' 'an id that is written as a string is the same'
record issues "$(issue 9007199254740 t b "$ada")" | rows github > got
like "$(cat got err)" 'issues.issue_id: the id is too large' 'an id too large for a key is rejected'
is "$(grep -c contributors got)" 0 'and nothing of the record is left'
{ record issues "$(issue 9007199254740 t b "$ada")"; record issues "$(issue 1 t b "$ada")"; } | rows github > got
is "$(grep -c contributors got)" 1 'a person who was first met there comes with the next record'
record issues "$(issue 1 t b "$ada")" | rows github --set platform_id=3 > got
like "$(cat got)" '"issue_id":1031,.*"reporter_id":"03000030-' 'an instance of its own has a platform number of its own'

{
    record issues "$(issue 1 t b "$ghost")"
    record issues "$(issue 2 t b "$bot")"
} | into people.db github
is "$(ask people.db 'SELECT cntrb_login, cntrb_deleted, gh_type FROM contributors ORDER BY 1')" 'ghost|1|User
stale[bot]|0|Bot' 'a deleted account is marked, a bot says that it is one'
gl_issue='{"id":9,"iid":1,"title":"t","description":null,"state":"opened","author":null,"assignees":[],"labels":[{"name":"a"},{"name":"b"}],"milestone":{"due_date":"2026-02-03"},"due_date":null,"created_at":"2024-01-02T03:04:05.678Z","updated_at":"2024-01-02T03:04:05.678Z","closed_at":null,"closed_by":null,"user_notes_count":0,"web_url":"https://gitlab.com/o/r/-/issues/1"}'
record issues "$gl_issue" | rows gitlab > got
like "$(cat got)" '"issue_id":9021,.*"issue_state":"open".*"due_on":"2026-02-03T00:00:00Z"' 'GitLab: opened is open, a day is a time'
is "$(grep -c 'reporter_id' got)/$(grep -c '"issue_labels"' got)" 0/2 'a person GitLab says nothing of is nobody'

# ---- what is known is kept; what has gone, goes

{
    record users '{"id":12345,"login":"ada","name":"Ada","company":"Mill","email":null,"created_at":"2020-01-01T00:00:00Z"}'
    record issues "$(issue 1 t b "$ada")"
} | into kept.db github
record issues "$(issue 2 t b "${ada%\}},\"company\":null}")" | into kept.db github
is "$(ask kept.db 'SELECT cntrb_full_name, cntrb_company, gh_type FROM contributors')" 'Ada|Mill|User' \
    'a profile outlives records that know less'
labels='[{"name":"bug","color":"f00"},{"name":"ui","color":"0f0"}]'
record issues "$(issue 1 t b "$ada" closed "$labels" '"2024-02-03T00:00:00Z"')" | into gone.db github
record issues "$(issue 1 t b "$ada" open '[{"name":"ui","color":"0f0"}]')" | into gone.db github
is "$(ask gone.db 'SELECT issue_state, closed_at IS NULL FROM issues; SELECT label_text FROM issue_labels')" 'open|1
ui' 'an issue opened again is not closed, a label taken off is gone'
record issues "$(issue 1 t b "$ada" open '[]')" | "$LEAT" flatten --model github --set repo_id=8 |
    "$LEAT" load sqlite:gone.db > /dev/null
is "$(ask gone.db 'SELECT issue_id, repo_id FROM issues')" '1011|8' 'an issue that moved to another repository is there, once'

# ---- text

long=$(head -c 65000 /dev/zero | tr '\0' x)
record issues "$(issue 1 "$long" 'a\u0000b \ud83d\udca9 💩 \ud83d!' "$ada")" | into text.db github
is "$(ask text.db 'SELECT length(issue_title), issue_body FROM issues')" '65000|a�b 💩 💩 �!' \
    'long texts, NUL, emoji and half of one'

# ---- git

commit='{"repository":"r","hash":"c1","parents":["p1","p2"],"author_name":"Ada","author_email":"ada@x","author_time":"2024-03-01T00:30:00+02:00","author_mapped_name":"Ada L","author_mapped_email":"ada@y","committer_name":"Bob","committer_email":"bob@x","committer_time":"2024-03-01T00:30:00+02:00","committer_mapped_name":"Bob","committer_mapped_email":"bob@x","subject":"s","body":"%s","files":%s}'
# shellcheck disable=SC2059 # the format is above
{
    record commits "$(printf "$commit" b1 2)"
    record commit_files '{"repository":"r","hash":"c1","path":"a","added":1,"removed":null}'
    record commit_files '{"repository":"r","hash":"c1","path":"b","added":null,"removed":2}'
    record commits "$(printf "$commit" '' 0 | sed s/c1/c2/)"
    record commit_files '{"repository":"r","hash":"c1","path":"z","added":1,"removed":1}'
} | into git.db git
is "$(ask git.db 'SELECT cmt_commit_hash, cmt_filename, cmt_author_email, cmt_author_raw_email, cmt_author_date, cmt_author_timestamp, cmt_added, cmt_removed FROM commits ORDER BY 1, 2')" \
    'c1|a|ada@y|ada@x|2024-03-01|2024-03-01T00:30:00+02:00|1|0
c1|b|ada@y|ada@x|2024-03-01|2024-03-01T00:30:00+02:00|0|2
c2||ada@y|ada@x|2024-03-01|2024-03-01T00:30:00+02:00|0|0' \
    'a row for each file with what its commit says; one for a commit without files; the author'"'"'s own day'
is "$(ask git.db "SELECT cmt_hash, replace(cmt_msg, char(10), '/') FROM commit_messages; SELECT count(*) FROM commit_parents")" 'c1|s//b1
c2|s
4' 'messages and parents'
like "$(cat err)" 'commits that it belongs to did not come before it' 'a file without its commit is rejected'

# ---- rows that are filled from several records

project='{"id":5,"name":"R","path":"r","path_with_namespace":"o/r","namespace":{"full_path":"o"},"web_url":"https://gitlab.com/o/r","open_issues_count":4,"star_count":1}'
family() {
    record repository "$project"
    record languages '{"repository_id":5,"name":"C","percentage":90}'
    record languages '{"repository_id":5,"name":"Shell","percentage":10}'
    record labels '{"repository_id":5,"id":1,"name":"x"}'
    record community_profile '{"repository_id":5,"path":"LICENSE.md","name":"LICENSE.md","type":"blob"}'
}
{ family; record issues "$gl_issue"; } | rows gitlab > got
is "$(grep -o '"repo_info","record".*' got | grep -o '"license_file":.*')" '"license_file":"LICENSE.md"}}' \
    'a row waits for what child streams have to say'
is "$(grep -n -e '"repo_info"' -e '"issues"' got | cut -d: -f1 | tr '\n' ' ')" '2 3 ' 'and comes before what follows'
like "$(cat got)" '"primary_language":"C"' 'of several languages the first'
{ family; echo '{"type":"STATE","value":1}'; } | rows gitlab > got
is "$(tail -1 got)" '{"type":"STATE","value":1}' 'it comes before a STATE'
family | rows gitlab > got
is "$(wc -l < got)" 2 'and at the end'
{ echo '{"type":"STATE","value":0}'; family; } | rows gitlab > got
is "$(wc -l < got)" 1 'but not where the source was cut off'

# ---- records that cannot be mapped

{
    record issues '{"id":1,"number":"five"}' ',"staged":77'
    record issues '{"id":1,"id":2}' ',"staged":78'
    record issues "$(issue 3)" ',"staged":79'
} > staged
rows github --rejects rejects < staged > got
is "$(grep staging_rejects got | tr '\n' ' ')" '{"type":"RECORD","stream":"staging_rejects","record":{"reason":"issues.issue_number: not a whole number of 64 bits"},"staged":77} {"type":"RECORD","stream":"staging_rejects","record":{"reason":"an object names a key twice"},"staged":78} ' \
    'a staged record that cannot be mapped says so in the stream'
is "$(wc -l < rejects)" 2 'and among the rejects'
like "$(grep '"issues"' got)" '"staged":79}$' 'rows say which staged record they are of'
"$LEAT" flatten --model github --set repo_id=7 < staged > /dev/null 2>&1
is "$?" 1 'the exit status tells'
record issues '{"id":1,"number":1,"created_at":"yesterday"}' | rows github > got
like "$(cat err)" 'issues.created_at: not a time with a zone' 'what is no time is not written as one'
record issues '{"id":1,"number":1,"labels":{"a":1}}' | rows github > got
like "$(cat err)" 'what it is for each of is no array' 'nor an object for an array'
{ record nonsense '{}'; record nonsense '{}'; record tags '{}'; } | rows github -v > got
is "$(grep -c 'nonsense: the model has no such stream' err)/$(grep -c '3 records of streams that the model leaves out' err)" 1/1 \
    'a stream without a place is named once; those left out on purpose are counted'
: | "$LEAT" flatten --model github --set repo_id=7 > got
is "$?/$(wc -l < got)" 0/0 'no input'

is "$("$LEAT" flatten --model git --set repo_id=1 --streams | tr '\n' ' ')" 'commits commit_files ' 'the streams a model takes'
is "$("$LEAT" flatten --model gitlab --set repo_id=1 --streams | grep -c -e '^users$' -e '^tags$' -e '^issues$')" 1 \
    'without those it leaves out, and those that are asked for by hand'
status 2 'the streams of no model' "$LEAT" flatten --streams

# ---- models that are wrong

status 3 'a parameter is missing' "$LEAT" flatten --model github
like "$(cat err)" 'needs --set repo_id=VALUE' 'and named'
status 3 'a parameter there is not' "$LEAT" flatten --model github --set repo_id=1 --set x=1
status 3 'no such model' "$LEAT" flatten --model nowhere
status 2 'options that contradict a model' "$LEAT" flatten --model github --set repo_id=1 --plain
status 2 'parameters without a model' "$LEAT" flatten --set repo_id=1
cp "$models/warehouse.json" .
# wrong JSON PATTERN NAME: a model with this row is refused with a message like PATTERN.
wrong() {
    printf '{"tables":"warehouse.json","platform":1,"streams":{"s":{"rows":[%s]}}}' "$1" > wrong.json
    "$LEAT" flatten --model ./wrong.json < /dev/null 2> err
    is "$?" 3 "$3"
    like "$(cat err)" "$2" "$3: says why"
}
wrong '{"table":"nothing","columns":{}}' "no table 'nothing'" 'an unknown table'
wrong '{"table":"issues","columns":{"nothing":1}}' 'issues.nothing: the table has no such column' 'an unknown column'
wrong '{"table":"issues","columns":{"issue_title":"t"}}' 'does not fill issue_id, which is of the key' 'a row without its key'
wrong '{"table":"issues","columns":{"issue_id":{"key":"cat","id":"id"}}}' "'cat' is no kind" 'an unknown kind'
wrong '{"table":"issues","columns":{"issue_id":{"guess":"id"}}}' 'no verb that is known' 'an unknown verb'
wrong '{"table":"issues","columns":{"issue_id":"^id"}}' 'nothing so far up' 'a path that leads above all'
wrong '{"table":"issues","colums":{}}' "no member 'colums'" 'a slip of the pen'
wrong '{"table":"issues","columns":{"issue_id":"id","reporter_id":{"contributor":"user"}}}' "needs 'contributor'" 'a person without a form'
printf '{' > wrong.json
status 3 'a model that is no JSON' "$LEAT" flatten --model ./wrong.json
done_testing
