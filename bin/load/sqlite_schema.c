#include "sqlite_schema.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "memory.h"
#include "sql.h"
#include "sqlite_ddl.h"

/* Prepares a query whose only parameter is a text. */
static struct sqlite_statement *query(struct sqlite *sqlite, const char *sql, const char *text)
{
    struct sqlite_statement *statement = sqlite_prepare(sqlite, sql);

    if (statement != NULL)
        sqlite_bind_text(statement, 1, slice_text(text));
    return statement;
}

/* Ends a query that was stepped through; true unless it failed. */
static bool done(struct sqlite_statement *statement, enum sqlite_step step)
{
    sqlite_finish(statement);
    return step == SQLITE_STEP_DONE;
}

static bool is_key(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->key_count; i++) {
        if (strcasecmp(table->keys[i], name) == 0)
            return true;
    }
    return false;
}

/* Whether the names a query gives are the table's keys, all of them and nothing else. */
static bool are_keys(struct sqlite *sqlite, const struct table *table, const char *sql,
                     const char *text)
{
    struct sqlite_statement *statement = query(sqlite, sql, text);
    size_t count = 0;
    bool all = statement != NULL;

    while (all && sqlite_step(statement) == SQLITE_STEP_ROW) {
        all = is_key(table, sqlite_text(statement, 0));
        count++;
    }
    sqlite_finish(statement);
    return all && count > 0 && count == table->key_count;
}

static bool describe_indexes(struct sqlite *sqlite, struct table *table)
{
    struct sqlite_statement *indexes;
    struct buffer parent = {0};
    enum sqlite_step step;

    table->unique_index =
        are_keys(sqlite, table, "SELECT name FROM pragma_table_info(?) WHERE pk > 0", table->name);
    indexes = query(sqlite, "SELECT name, \"unique\" AND NOT partial FROM pragma_index_list(?)",
                    table->name);
    if (indexes == NULL)
        return false;
    sql_parent_index_name(&parent, table->name);
    buffer_text(&parent)[parent.length - 1] = '\0';
    while ((step = sqlite_step(indexes)) == SQLITE_STEP_ROW) {
        const char *name = sqlite_text(indexes, 0);

        if (strcasecmp(name, parent.data + 1) == 0)
            table->parent_index = true;
        if (sqlite_integer(indexes, 1) &&
            are_keys(sqlite, table, "SELECT name FROM pragma_index_info(?)", name))
            table->unique_index = true;
    }
    buffer_free(&parent);
    return done(indexes, step);
}

bool sqlite_schema_describe(struct sqlite *sqlite, struct table *table)
{
    /* columns that are computed (hidden) cannot be written */
    struct sqlite_statement *columns =
        query(sqlite, "SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden = 0", table->name);
    enum sqlite_step step;

    if (columns == NULL)
        return false;
    while ((step = sqlite_step(columns)) == SQLITE_STEP_ROW) {
        char *name = memory_text(sqlite_text(columns, 0), strlen(sqlite_text(columns, 0)));

        table_found_column(table, name, sqlite_text(columns, 1));
        table->exists = true;
        free(name);
    }
    if (!done(columns, step))
        return false;
    return !table->exists || describe_indexes(sqlite, table);
}

/* A query on the schema of `folder` whose only parameter is the table's name. */
static struct sqlite_statement *schema_query(struct sqlite *sqlite, const char *folder,
                                             const char *condition, const char *name)
{
    char *sql = memory_format("SELECT sql FROM %s.sqlite_schema WHERE sql IS NOT NULL AND %s "
                              "= ? COLLATE NOCASE",
                              folder, condition);
    struct sqlite_statement *statement = query(sqlite, sql, name);

    free(sql);
    return statement;
}

/* The text of the table's CREATE statement; NULL when there is none. Free it. */
static char *create_text(struct sqlite *sqlite, const char *folder, const char *name)
{
    struct sqlite_statement *statement =
        schema_query(sqlite, folder, "type = 'table' AND name", name);
    char *text = NULL;

    if (statement && sqlite_step(statement) == SQLITE_STEP_ROW)
        text = memory_text(sqlite_text(statement, 0), strlen(sqlite_text(statement, 0)));
    sqlite_finish(statement);
    return text;
}

/* Indexes and triggers go with the table: appends the statements that make them again. */
static bool save_dependents(struct sqlite *sqlite, const char *folder, const char *name,
                            struct buffer *sql)
{
    struct sqlite_statement *statement =
        schema_query(sqlite, folder, "type IN ('index', 'trigger') AND tbl_name", name);
    enum sqlite_step step;

    if (statement == NULL)
        return false;
    while ((step = sqlite_step(statement)) == SQLITE_STEP_ROW) {
        buffer_append_text(sql, sqlite_text(statement, 0));
        buffer_append_text(sql, ";\n");
    }
    return done(statement, step);
}

/* What a value becomes when its column is widened: an expression on the column. */
static void append_converted(struct buffer *sql, const char *column, enum type from, enum type to)
{
    struct buffer name = {0};

    sql_name(&name, column);
    buffer_text(&name);
    if (to != TYPE_STRING || from > TYPE_NUMBER)
        buffer_append_slice(sql, buffer_slice(&name));
    else if (from == TYPE_BOOLEAN)
        buffer_format(sql, "CASE %s WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE %s END", name.data,
                      name.data);
    else /* 15 digits where they tell the number, else all 17 */
        buffer_format(sql,
                      "CASE WHEN typeof(%s) = 'real' AND CAST(CAST(%s AS TEXT) AS REAL) <> %s "
                      "THEN printf('%%!.17g', %s) ELSE CAST(%s AS TEXT) END",
                      name.data, name.data, name.data, name.data, name.data);
    buffer_free(&name);
}

/* "INSERT INTO new (a, b) SELECT a, b FROM old", the widened column converted. */
static bool append_copy(struct sqlite *sqlite, const char *folder, const char *table,
                        const struct change *change, struct buffer *sql)
{
    struct sqlite_statement *columns =
        query(sqlite, "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0", table);
    struct buffer values = {0};
    enum sqlite_step step;

    if (columns == NULL)
        return false;
    buffer_format(sql, "INSERT INTO %s.leat_new", folder);
    while ((step = sqlite_step(columns)) == SQLITE_STEP_ROW) {
        const char *name = sqlite_text(columns, 0);

        buffer_append_text(sql, values.length ? ", " : " (");
        sql_name(sql, name);
        buffer_append_text(&values, values.length ? ", " : ") SELECT ");
        if (strcasecmp(name, change->column) == 0)
            append_converted(&values, name, change->from, change->to);
        else
            sql_name(&values, name);
    }
    buffer_append_slice(sql, buffer_slice(&values));
    buffer_append_text(sql, " FROM ");
    sql_qualified_name(sql, folder, table);
    buffer_append_text(sql, ";\n");
    buffer_free(&values);
    return done(columns, step);
}

/* The procedure that SQLite's manual gives for changes ALTER TABLE does not know. */
static bool widen(struct sqlite *sqlite, const char *folder, const char *table,
                  const struct change *change)
{
    struct buffer sql = {0}, new = {0};
    char *old = create_text(sqlite, folder, table);
    bool changed;

    buffer_format(&new, "%s.leat_new", folder);
    changed = old != NULL && sqlite_ddl_edit(&sql, old, buffer_text(&new), change->column,
                                             sql_type(SQL_SQLITE, change->to));
    buffer_append_text(&sql, ";\n");
    changed = changed && append_copy(sqlite, folder, table, change, &sql);
    buffer_append_text(&sql, "DROP TABLE ");
    sql_qualified_name(&sql, folder, table);
    buffer_format(&sql, ";\nALTER TABLE %s.leat_new RENAME TO ", folder);
    sql_name(&sql, table);
    buffer_append_text(&sql, ";\n");
    changed = changed && save_dependents(sqlite, folder, table, &sql) &&
              sqlite_execute(sqlite, buffer_text(&sql));
    buffer_free(&sql);
    buffer_free(&new);
    free(old);
    return changed;
}

static void append_unique_index(struct buffer *sql, const char *folder, const char *name,
                                const struct table *table)
{
    char *index = memory_format("%s__key", name);

    buffer_append_text(sql, "CREATE UNIQUE INDEX ");
    sql_qualified_name(sql, folder, index);
    buffer_append_text(sql, " ON ");
    sql_name(sql, name);
    for (size_t i = 0; i < table->key_count; i++) {
        buffer_append_text(sql, i ? ", " : " (");
        sql_name(sql, table->keys[i]);
    }
    buffer_append_byte(sql, ')');
    free(index);
}

static void append_change(struct buffer *sql, const char *folder, const char *name,
                          const struct table *table, const struct change *change)
{
    struct schema schema = {
        .stream = table->name, .links = table->links, .link_count = table->link_count};

    switch (change->kind) {
    case CHANGE_CREATE:
        sql_create_table(sql, SQL_SQLITE, folder, change->schema);
        break;
    case CHANGE_ADD:
        buffer_append_text(sql, "ALTER TABLE ");
        sql_qualified_name(sql, folder, name);
        buffer_append_text(sql, " ADD COLUMN ");
        sql_column(sql, SQL_SQLITE, change->column, change->to);
        break;
    case CHANGE_UNIQUE_INDEX:
        append_unique_index(sql, folder, name, table);
        break;
    default:
        sql_create_parent_index(sql, SQL_SQLITE, NULL, &schema);
    }
}

bool sqlite_schema_change(struct sqlite *sqlite, const char *folder, const char *name,
                          const struct table *table, const struct change *change)
{
    struct buffer sql = {0};
    bool changed;

    if (change->kind == CHANGE_WIDEN)
        return widen(sqlite, folder, name, change);
    append_change(&sql, folder, name, table, change);
    changed = sqlite_execute(sqlite, buffer_text(&sql));
    buffer_free(&sql);
    return changed;
}

bool sqlite_schema_make_stage(struct sqlite *sqlite, const struct table *table)
{
    struct buffer sql = {0}, name = {0};
    char *text = create_text(sqlite, "main", table->name);
    bool made;

    buffer_format(&name, "temp.leat_rows_%zu", table->number);
    made = text != NULL && sqlite_ddl_edit(&sql, text, buffer_text(&name), NULL, NULL) &&
           sqlite_execute(sqlite, buffer_text(&sql));
    buffer_free(&sql);
    buffer_free(&name);
    free(text);
    return made;
}
