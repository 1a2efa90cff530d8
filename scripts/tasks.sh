# The tasks that come again and again. To be sourced, after phases.sh. One that fails returns not 0
# and says why in task_reason; what it did before that stays.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # of the script

task_reason=''

# ask_people DUE STREAM NOTE: asks each platform about the accounts that the function DUE names. The
# statement NOTE then notes of all of them that they were asked, also of those that are gone.
ask_people() {
    task_result=0 repo_id=0
    echo "SELECT platform_id, source, coalesce(api_url, '-') FROM leat_data.platforms
        WHERE source IN ('github', 'gitlab') ORDER BY 1;" | sql > "$work/platforms" || return 4
    while read -r platform_id source api; do
        [ "$api" != - ] || api=''
        echo "SELECT cntrb_id, json_build_object('login', login) FROM leat_ops.$1(:platform::smallint);" |
            sql -v platform="$platform_id" > "$work/people" || return 4
        [ -s "$work/people" ] || continue
        cut -f2 "$work/people" > "$work/logins"
        pipe_begin
        pipe_through fetch "$here/fetch" --quiet ${api:+--url "$api"} \
            --parameters "$work/logins" "$source" "$2"
        through_model "$source"
        into_tables /dev/null
        pipe_wait
        [ -z "$stopped" ] || return 4
        if [ "$pipe_status" -gt 1 ]; then
            task_reason=$pipe_reason task_result=4
            continue
        fi
        {
            echo 'CREATE TEMPORARY TABLE asked (cntrb_id uuid);'
            echo 'COPY asked FROM STDIN;'
            cut -f1 "$work/people"
            printf '\\.\n%s\n' "$3"
        } | sql || return 4
    done < "$work/platforms"
    return $task_result
}

# What accounts say of themselves, for those never asked or long ago.
task_profiles() {
    ask_people profiles_due users 'UPDATE leat_data.contributors c SET cntrb_last_enriched_at = now()
        FROM asked WHERE c.cntrb_id = asked.cntrb_id
            AND (c.cntrb_last_enriched_at > now() - interval '\''1 day'\'') IS NOT TRUE;'
}

# What accounts did in other repositories.
task_activities() {
    ask_people activities_due user_events 'INSERT INTO leat_ops.activities_asked
        SELECT cntrb_id, now() FROM asked
        ON CONFLICT (cntrb_id) DO UPDATE SET asked_at = excluded.asked_at;'
}

task_refresh_orgs() {
    pipe_begin
    pipe_end /dev/null queue "$here/queue" ${quiet:+--quiet} --to "$target" refresh-orgs
    pipe_wait
    task_reason=$pipe_reason
    return "$pipe_status"
}
