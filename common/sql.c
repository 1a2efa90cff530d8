#include "sql.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "hash.h"

static void quoted(struct buffer *buffer, const char *text, char quote)
{
    buffer_append_byte(buffer, quote);
    for (; *text; text++) {
        if (*text == quote)
            buffer_append_byte(buffer, quote);
        buffer_append_byte(buffer, *text);
    }
    buffer_append_byte(buffer, quote);
}

void sql_name(struct buffer *buffer, const char *name)
{
    quoted(buffer, name, '"');
}

void sql_qualified_name(struct buffer *buffer, const char *folder, const char *name)
{
    if (folder) {
        sql_name(buffer, folder);
        buffer_append_byte(buffer, '.');
    }
    sql_name(buffer, name);
}

void sql_text(struct buffer *buffer, const char *text)
{
    /* standard_conforming_strings is on: load sees to it, and SQLite knows nothing else */
    quoted(buffer, text, '\'');
}

static const char *const type_names[2][TYPE_COUNT] = {
    [SQL_POSTGRESQL] =
        {
            [TYPE_UNKNOWN] = "text",
            [TYPE_BOOLEAN] = "boolean",
            [TYPE_INTEGER] = "bigint",
            [TYPE_NUMBER] = "numeric",
            [TYPE_DATE] = "date",
            [TYPE_DATE_TIME] = "timestamp with time zone",
            [TYPE_TIMESTAMP] = "timestamp without time zone",
            [TYPE_UUID] = "uuid",
            [TYPE_STRING] = "text",
            [TYPE_JSON] = "jsonb",
        },
    [SQL_SQLITE] =
        {
            [TYPE_UNKNOWN] = "TEXT",
            [TYPE_BOOLEAN] = "BOOLEAN",
            [TYPE_INTEGER] = "INTEGER",
            [TYPE_NUMBER] = "NUMERIC BLOB",
            [TYPE_DATE] = "DATE TEXT",
            [TYPE_DATE_TIME] = "DATETIME TEXT",
            [TYPE_TIMESTAMP] = "TIMESTAMP TEXT",
            [TYPE_UUID] = "UUID TEXT",
            [TYPE_STRING] = "TEXT",
            [TYPE_JSON] = "JSON TEXT",
        },
};

const char *sql_type(enum sql_dialect dialect, enum type type)
{
    return type_names[dialect][type];
}

/* Types that others' tables have. The first that the declared type starts with counts. */
static const struct {
    const char *start;
    enum type type;
} foreign_types[] = {
    {"bool", TYPE_BOOLEAN},        {"bigint", TYPE_INTEGER},     {"int8", TYPE_INTEGER},
    {"interval", TYPE_STRING},     {"int", TYPE_INTEGER},        {"smallint", TYPE_INTEGER},
    {"tinyint", TYPE_INTEGER},     {"mediumint", TYPE_INTEGER},  {"numeric", TYPE_NUMBER},
    {"decimal", TYPE_NUMBER},      {"real", TYPE_NUMBER},        {"double", TYPE_NUMBER},
    {"float", TYPE_NUMBER},        {"datetime", TYPE_DATE_TIME}, {"date", TYPE_DATE},
    {"timestamp", TYPE_DATE_TIME}, {"uuid", TYPE_UUID},          {"json", TYPE_JSON},
};

enum type sql_type_of(enum sql_dialect dialect, const char *declared, bool *ours)
{
    for (int type = TYPE_BOOLEAN; type < TYPE_COUNT; type++) {
        *ours = strcasecmp(declared, type_names[dialect][type]) == 0;
        if (*ours)
            return (enum type)type;
    }
    if (strncasecmp(declared, "timestamp", 9) == 0 && strcasestr(declared, "without"))
        return TYPE_TIMESTAMP;
    for (size_t i = 0; i < sizeof foreign_types / sizeof *foreign_types; i++) {
        if (strncasecmp(declared, foreign_types[i].start, strlen(foreign_types[i].start)) == 0)
            return foreign_types[i].type;
    }
    return TYPE_STRING;
}

void sql_column(struct buffer *buffer, enum sql_dialect dialect, const char *name, enum type type)
{
    sql_name(buffer, name);
    buffer_append_byte(buffer, ' ');
    buffer_append_text(buffer, sql_type(dialect, type));
}

enum disposition sql_disposition(const struct schema *schema)
{
    if (schema->disposition != DISPOSITION_DEFAULT)
        return schema->disposition;
    return schema->key_count > 0 ? DISPOSITION_UPSERT : DISPOSITION_APPEND;
}

bool sql_is_null_object(const struct schema *schema, const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < schema->column_count; i++) {
        const char *other = schema->columns[i].name;

        if (strncmp(other, name, length) == 0 && strncmp(other + length, "__", 2) == 0)
            return true;
    }
    return false;
}

/* A cut name ends in a hash of the whole. */
void sql_parent_index_name(struct buffer *buffer, const char *table)
{
    char name[SQL_NAME_LIMIT + 1], digits[8];
    size_t length = strlen(table);
    static const char suffix[] = "__parent";

    if (length + sizeof suffix - 1 > SQL_NAME_LIMIT) {
        hash_short(slice_text(table), digits, sizeof digits);
        length = SQL_NAME_LIMIT - (sizeof suffix - 1) - sizeof digits;
        memcpy(name, table, length);
        memcpy(name + length, digits, sizeof digits);
        length += sizeof digits;
    } else {
        memcpy(name, table, length);
    }
    memcpy(name + length, suffix, sizeof suffix);
    sql_name(buffer, name);
}

void sql_create_parent_index(struct buffer *buffer, enum sql_dialect dialect, const char *folder,
                             const struct schema *schema)
{
    buffer_append_text(buffer, "CREATE INDEX IF NOT EXISTS ");
    sql_parent_index_name(buffer, schema->stream);
    buffer_append_text(buffer, " ON ");
    sql_qualified_name(buffer, dialect == SQL_POSTGRESQL ? folder : NULL, schema->stream);
    for (size_t i = 0; i < schema->link_count; i++) {
        buffer_append_text(buffer, i ? ", " : " (");
        sql_name(buffer, schema->links[i].child);
    }
    buffer_append_text(buffer, ");\n");
}

void sql_create_table(struct buffer *buffer, enum sql_dialect dialect, const char *folder,
                      const struct schema *schema)
{
    const char *separator = " (\n    ";

    buffer_append_text(buffer, "CREATE TABLE ");
    sql_qualified_name(buffer, folder, schema->stream);
    for (size_t i = 0; i < schema->column_count; i++) {
        const struct schema_column *column = &schema->columns[i];

        if (column->type == TYPE_UNKNOWN && sql_is_null_object(schema, column->name))
            continue;
        buffer_append_text(buffer, separator);
        sql_column(buffer, dialect, column->name, column->type);
        separator = ",\n    ";
    }
    if (schema->key_count > 0 && sql_disposition(schema) != DISPOSITION_APPEND) {
        for (size_t i = 0; i < schema->key_count; i++) {
            buffer_append_text(buffer, i ? ", " : ",\n    PRIMARY KEY (");
            sql_name(buffer, schema->keys[i]);
        }
        buffer_append_byte(buffer, ')');
    }
    buffer_append_text(buffer, "\n);\n");
    if (schema->link_count > 0 && sql_disposition(schema) == DISPOSITION_UPSERT)
        sql_create_parent_index(buffer, dialect, folder, schema);
}
