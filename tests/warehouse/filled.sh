#!/bin/sh
# How many values each column has: reads TABLE SOURCE lines, prints TABLE SOURCE COLUMN COUNT.
# Rows of a source are told by data_source.
set -eu
while read -r table source; do
    case $source in
    github) name='GitHub API' ;;
    gitlab) name='GitLab API' ;;
    git) name='Git Log' ;;
    esac
    psql -XqAt -F ' ' -v ON_ERROR_STOP=1 -v table="$table" -v source="$source" -v name="$name" << 'SQL'
SELECT format('SELECT %L, %L, key, value FROM (SELECT %s FROM leat_data.%I WHERE data_source = %L) c, json_each_text(to_json(c))',
    :'table', :'source', string_agg(format('count(%I) AS %I', column_name, column_name), ', '),
    :'table', :'name')
FROM information_schema.columns
WHERE table_schema = 'leat_data' AND table_name = :'table'
HAVING bool_or(column_name = 'data_source') \gexec
SQL
done
