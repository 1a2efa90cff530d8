#include "pg_schema.h"

#include <stdlib.h>
#include <string.h>

#include "sql.h"

/* The table by its two names: never one of another schema that happens to be in the path. */
#define TABLE                                                                                      \
    "(SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "                     \
    "ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2)"

static struct pg_rows *query(struct pg *pg, const char *sql, const char *folder, const char *name)
{
    return pg_query(pg, sql, 2, (const char *const[]){folder, name});
}

static struct pg_rows *columns_of(struct pg *pg, const char *folder, const char *name)
{
    return query(pg,
                 "SELECT attname, pg_catalog.format_type(atttypid, atttypmod) "
                 "FROM pg_catalog.pg_attribute WHERE attrelid = " TABLE
                 " AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
                 folder, name);
}

static bool is_key(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->key_count; i++) {
        if (strcmp(table->keys[i], name) == 0)
            return true;
    }
    return false;
}

/* Each row is a column of a unique index: an index whose columns are all keys will do. */
static bool find_unique_index(struct pg *pg, const char *folder, struct table *table)
{
    struct pg_rows *rows = query(
        pg,
        "SELECT i.indexrelid, a.attname FROM pg_catalog.pg_index i, "
        "unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, place) "
        "JOIN pg_catalog.pg_attribute a ON a.attrelid = " TABLE " AND a.attnum = k.attnum "
        "WHERE i.indrelid = " TABLE " AND i.indisunique AND i.indisvalid AND i.indimmediate "
        "AND i.indpred IS NULL AND i.indexprs IS NULL AND k.place <= i.indnkeyatts ORDER BY 1",
        folder, table->name);
    size_t count = 0, matching = 0;

    if (rows == NULL)
        return false;
    for (int i = 0; i < pg_row_count(rows); i++) {
        count++;
        matching += is_key(table, pg_value(rows, i, 1));
        if (i + 1 < pg_row_count(rows) &&
            strcmp(pg_value(rows, i, 0), pg_value(rows, i + 1, 0)) == 0)
            continue;
        if (count == table->key_count && matching == count)
            table->unique_index = true;
        count = matching = 0;
    }
    pg_rows_free(rows);
    return true;
}

static bool find_parent_index(struct pg *pg, const char *folder, struct table *table)
{
    struct buffer name = {0};
    struct pg_rows *rows;

    sql_parent_index_name(&name, table->name);
    buffer_text(&name)[name.length - 1] = '\0';
    rows = query(pg, "SELECT 1 WHERE " TABLE " IS NOT NULL", folder, name.data + 1);
    table->parent_index = rows && pg_row_count(rows) > 0;
    buffer_free(&name);
    if (rows == NULL)
        return false;
    pg_rows_free(rows);
    return true;
}

bool pg_schema_describe(struct pg *pg, const char *folder, struct table *table)
{
    struct pg_rows *rows = columns_of(pg, folder, table->name);

    if (rows == NULL)
        return false;
    for (int i = 0; i < pg_row_count(rows); i++) {
        table_found_column(table, pg_value(rows, i, 0), pg_value(rows, i, 1));
        table->exists = true;
    }
    pg_rows_free(rows);
    return !table->exists ||
           (find_unique_index(pg, folder, table) && find_parent_index(pg, folder, table));
}

static bool column_matches(const struct pg_rows *rows, const struct layout_column *column)
{
    for (int i = 0; i < pg_row_count(rows); i++) {
        bool ours;

        if (strcmp(pg_value(rows, i, 0), column->name) == 0)
            return sql_type_of(SQL_POSTGRESQL, pg_value(rows, i, 1), &ours) == column->type &&
                   ours == column->ours;
    }
    return false;
}

bool pg_schema_matches(struct pg *pg, const char *folder, const struct table *table,
                       const struct layout *layout)
{
    struct pg_rows *rows = columns_of(pg, folder, table->name);
    bool matches = rows != NULL;

    for (size_t i = 0; matches && i < layout->count; i++)
        matches = column_matches(rows, &layout->columns[i]);
    pg_rows_free(rows);
    return matches;
}

/* ALTER COLUMN ... TYPE ... USING: the same values as far as the wider type has them. */
static void append_widening(struct buffer *sql, const struct change *change)
{
    struct buffer name = {0};
    const char *type = sql_type(SQL_POSTGRESQL, change->to);

    sql_name(&name, change->column);
    buffer_text(&name);
    buffer_format(sql, " ALTER COLUMN %s TYPE %s USING ", name.data, type);
    if (change->to == TYPE_STRING && change->from == TYPE_DATE_TIME)
        buffer_format(sql,
                      "pg_catalog.regexp_replace(pg_catalog.to_jsonb(%s) #>> '{}', "
                      "'\\+00:00$', 'Z')",
                      name.data);
    else if (change->to == TYPE_STRING)
        buffer_format(sql, "pg_catalog.to_jsonb(%s) #>> '{}'", name.data);
    else if (change->to == TYPE_DATE_TIME)
        buffer_format(sql, "%s::timestamp AT TIME ZONE 'UTC'", name.data);
    else
        buffer_format(sql, "%s::%s", name.data, type);
    buffer_free(&name);
}

static void append_unique_index(struct buffer *sql, const char *name, const struct table *table)
{
    buffer_format(sql, "CREATE UNIQUE INDEX ON %s", name);
    for (size_t i = 0; i < table->key_count; i++) {
        buffer_append_text(sql, i ? ", " : " (");
        sql_name(sql, table->keys[i]);
    }
    buffer_append_byte(sql, ')');
}

void pg_schema_change(struct buffer *sql, const char *folder, const char *name,
                      const struct table *table, const struct change *change)
{
    struct schema schema = {
        .stream = table->name, .links = table->links, .link_count = table->link_count};

    switch (change->kind) {
    case CHANGE_CREATE:
        sql_create_table(sql, SQL_POSTGRESQL, folder, change->schema);
        break;
    case CHANGE_ADD:
        buffer_format(sql, "ALTER TABLE %s ADD COLUMN ", name);
        sql_column(sql, SQL_POSTGRESQL, change->column, change->to);
        break;
    case CHANGE_WIDEN:
        buffer_format(sql, "ALTER TABLE %s", name);
        append_widening(sql, change);
        break;
    case CHANGE_UNIQUE_INDEX:
        append_unique_index(sql, name, table);
        break;
    case CHANGE_PARENT_INDEX:
        sql_create_parent_index(sql, SQL_POSTGRESQL, folder, &schema);
        break;
    }
}
