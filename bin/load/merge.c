#include "merge.h"

#include <stdio.h>

void merge_stage_name(struct buffer *sql, enum sql_dialect dialect, const struct table *table)
{
    buffer_format(sql, dialect == SQL_POSTGRESQL ? "pg_temp.leat_stage_%zu" : "temp.leat_keys_%zu",
                  table->number);
}

static void append_table(struct buffer *sql, enum sql_dialect dialect, const char *folder,
                         const struct table *table)
{
    sql_qualified_name(sql, dialect == SQL_POSTGRESQL ? folder : "main", table->name);
}

static void prefixed(struct buffer *sql, const char *prefix, const char *name)
{
    buffer_append_text(sql, prefix);
    sql_name(sql, name);
}

void merge_columns(struct buffer *sql, const struct layout *layout, const char *prefix)
{
    for (size_t i = 0; i < layout->count; i++) {
        if (i > 0)
            buffer_append_text(sql, ", ");
        prefixed(sql, prefix, layout->columns[i].name);
    }
}

/* "(k1, k2)" of a table. */
static void append_keys(struct buffer *sql, const struct table *table, const char *prefix)
{
    for (size_t i = 0; i < table->key_count; i++) {
        buffer_append_text(sql, i ? ", " : "(");
        prefixed(sql, prefix, table->keys[i]);
    }
    buffer_append_byte(sql, ')');
}

/* "a.k1 = b.k1 AND ..." */
static void append_same_keys(struct buffer *sql, const struct table *table, const char *a,
                             const char *b)
{
    for (size_t i = 0; i < table->key_count; i++) {
        buffer_append_text(sql, i ? " AND " : "");
        prefixed(sql, a, table->keys[i]);
        buffer_append_text(sql, " = ");
        prefixed(sql, b, table->keys[i]);
    }
}

static void append_link(struct buffer *sql, const struct table *child, const char *c, const char *p)
{
    for (size_t i = 0; i < child->link_count; i++) {
        buffer_append_text(sql, i ? " AND " : " ON ");
        prefixed(sql, c, child->links[i].child);
        buffer_append_text(sql, " = ");
        prefixed(sql, p, child->links[i].parent);
    }
}

void merge_delete_gone(struct buffer *sql, enum sql_dialect dialect, const char *folder,
                       const struct table *table, const struct table *gone)
{
    const struct table *at = table;
    char here[24] = "t0.", above[24];

    buffer_append_text(sql, "DELETE FROM ");
    append_table(sql, dialect, folder, table);
    buffer_append_text(sql, " WHERE ");
    append_keys(sql, table, "");
    buffer_append_text(sql, " IN (SELECT ");
    for (size_t i = 0; i < table->key_count; i++)
        prefixed(sql, i ? ", t0." : "t0.", table->keys[i]);
    buffer_append_text(sql, " FROM ");
    append_table(sql, dialect, folder, table);
    buffer_append_text(sql, " t0");
    for (int depth = 1; at != gone; depth++, at = at->parent) {
        snprintf(above, sizeof above, "t%d.", depth);
        buffer_append_text(sql, " JOIN ");
        append_table(sql, dialect, folder, at->parent);
        buffer_format(sql, " t%d", depth);
        append_link(sql, at, here, above);
        snprintf(here, sizeof here, "%s", above);
    }
    buffer_append_text(sql, " JOIN ");
    merge_stage_name(sql, dialect, gone->parent);
    buffer_append_text(sql, " s");
    append_link(sql, gone, here, "s.");
    buffer_append_text(sql, " WHERE NOT EXISTS (SELECT 1 FROM ");
    merge_stage_name(sql, dialect, gone);
    buffer_append_text(sql, " x WHERE ");
    append_same_keys(sql, gone, "x.", here);
    buffer_append_text(sql, "))");
}

static bool is_key(const struct layout *layout, size_t place)
{
    for (size_t i = 0; i < layout->key_count; i++) {
        if (layout->keys[i] == place)
            return true;
    }
    return false;
}

static bool has_only_keys(const struct layout *layout)
{
    for (size_t i = 0; i < layout->count; i++) {
        if (!is_key(layout, i))
            return false;
    }
    return true;
}

/*
 * For each key that is staged more than once, the place of the last row, and for each column
 * that of the last row where it is not null. Values are fetched by these places: any type has
 * them, and no group need be sorted.
 */
static void append_places(struct buffer *sql, const struct table *table,
                          const struct layout *layout)
{
    buffer_append_text(sql, "SELECT max(ctid) AS leat_last");
    for (size_t i = 0; i < layout->count; i++) {
        if (is_key(layout, i))
            continue;
        buffer_append_text(sql, ", max(ctid) FILTER (WHERE ");
        sql_name(sql, layout->columns[i].name);
        buffer_format(sql, " IS NOT NULL) AS leat_%zu", i);
    }
    for (size_t i = 0; i < table->key_count; i++)
        prefixed(sql, ", ", table->keys[i]);
    buffer_append_text(sql, " FROM ");
    merge_stage_name(sql, SQL_POSTGRESQL, table);
    for (size_t i = 0; i < table->key_count; i++)
        prefixed(sql, i ? ", " : " GROUP BY ", table->keys[i]);
    buffer_append_text(sql, " HAVING count(*) > 1");
}

static void gather_repeated(struct buffer *sql, const struct table *table,
                            const struct layout *layout)
{
    const char *between = " SET ";

    buffer_append_text(sql, "WITH g AS MATERIALIZED (");
    append_places(sql, table, layout);
    buffer_append_text(sql, "), gone AS (DELETE FROM ");
    merge_stage_name(sql, SQL_POSTGRESQL, table);
    buffer_append_text(sql, " a USING g WHERE ");
    append_same_keys(sql, table, "a.", "g.");
    buffer_append_text(sql, " AND a.ctid <> g.leat_last) UPDATE ");
    merge_stage_name(sql, SQL_POSTGRESQL, table);
    buffer_append_text(sql, " a");
    for (size_t i = 0; i < layout->count; i++) {
        if (is_key(layout, i))
            continue;
        prefixed(sql, between, layout->columns[i].name);
        prefixed(sql, " = (SELECT x.", layout->columns[i].name);
        buffer_append_text(sql, " FROM ");
        merge_stage_name(sql, SQL_POSTGRESQL, table);
        buffer_format(sql, " x WHERE x.ctid = g.leat_%zu)", i);
        between = ", ";
    }
    buffer_append_text(sql, " FROM g WHERE a.ctid = g.leat_last");
}

void merge_drop_repeated(struct buffer *sql, const struct table *table, const struct layout *layout)
{
    if (table->keep_nulls && !has_only_keys(layout)) {
        gather_repeated(sql, table, layout);
        return;
    }
    buffer_append_text(sql, "DELETE FROM ");
    merge_stage_name(sql, SQL_POSTGRESQL, table);
    buffer_append_text(sql, " a USING ");
    merge_stage_name(sql, SQL_POSTGRESQL, table);
    buffer_append_text(sql, " b WHERE ");
    append_same_keys(sql, table, "a.", "b.");
    buffer_append_text(sql, " AND a.ctid < b.ctid");
}

/* The value a column gets: the new one, or where nulls keep and it is null, the old one. */
static void append_value(struct buffer *sql, const struct table *table, const char *name,
                         const char *old, const char *new)
{
    if (!table->keep_nulls) {
        prefixed(sql, new, name);
        return;
    }
    buffer_append_text(sql, "coalesce(");
    prefixed(sql, new, name);
    buffer_append_text(sql, ", ");
    prefixed(sql, old, name);
    buffer_append_byte(sql, ')');
}

/* "SET c = s.c, ..." of the columns that are no keys. */
static void append_set(struct buffer *sql, const struct table *table, const struct layout *layout,
                       const char *new)
{
    const char *between = " SET ";

    for (size_t i = 0; i < layout->count; i++) {
        if (is_key(layout, i))
            continue;
        prefixed(sql, between, layout->columns[i].name);
        buffer_append_text(sql, " = ");
        append_value(sql, table, layout->columns[i].name, "t.", new);
        between = ", ";
    }
}

static bool is_compared(const struct layout *layout, size_t place)
{
    return !is_key(layout, place) && !layout->columns[place].provenance;
}

/* Whether a row with a known key can have news. */
static bool has_compared(const struct layout *layout)
{
    for (size_t i = 0; i < layout->count; i++) {
        if (is_compared(layout, i))
            return true;
    }
    return false;
}

/* "t.c IS DISTINCT FROM s.c OR ..." Types of others may know no equality, their text does. */
static void append_differs(struct buffer *sql, enum sql_dialect dialect, const struct table *table,
                           const struct layout *layout, const char *new)
{
    const char *between = "(";

    for (size_t i = 0; i < layout->count; i++) {
        const struct layout_column *column = &layout->columns[i];
        const char *cast = dialect == SQL_POSTGRESQL && !column->ours ? "::text" : "";

        if (!is_compared(layout, i))
            continue;
        buffer_append_text(sql, between);
        prefixed(sql, "t.", column->name);
        buffer_append_text(sql, cast);
        buffer_append_text(sql, dialect == SQL_POSTGRESQL ? " IS DISTINCT FROM " : " IS NOT ");
        append_value(sql, table, column->name, "t.", new);
        buffer_append_text(sql, cast);
        between = " OR ";
    }
    buffer_append_byte(sql, ')');
}

/* "(SELECT * FROM stage ORDER BY keys) s" */
static void append_sorted_stage(struct buffer *sql, const struct table *table)
{
    buffer_append_text(sql, "(SELECT * FROM ");
    merge_stage_name(sql, SQL_POSTGRESQL, table);
    buffer_append_text(sql, " ORDER BY ");
    for (size_t i = 0; i < table->key_count; i++)
        prefixed(sql, i ? ", " : "", table->keys[i]);
    buffer_append_text(sql, ") s");
}

static void append_update(struct buffer *sql, const char *folder, const struct table *table,
                          const struct layout *layout)
{
    buffer_append_text(sql, "UPDATE ");
    append_table(sql, SQL_POSTGRESQL, folder, table);
    buffer_append_text(sql, " t");
    append_set(sql, table, layout, "s.");
    buffer_append_text(sql, " FROM ");
    append_sorted_stage(sql, table);
    buffer_append_text(sql, " WHERE ");
    append_same_keys(sql, table, "t.", "s.");
    buffer_append_text(sql, " AND ");
    append_differs(sql, SQL_POSTGRESQL, table, layout, "s.");
    buffer_append_text(sql, ";\n");
}

/* What to do with a key that is there: it may have come from elsewhere a moment ago. */
static void append_conflict(struct buffer *sql, enum sql_dialect dialect, const struct table *table,
                            const struct layout *layout)
{
    buffer_append_text(sql, " ON CONFLICT ");
    append_keys(sql, table, "");
    if (!has_compared(layout)) {
        buffer_append_text(sql, " DO NOTHING");
        return;
    }
    buffer_append_text(sql, " DO UPDATE");
    append_set(sql, table, layout, "excluded.");
    buffer_append_text(sql, " WHERE ");
    append_differs(sql, dialect, table, layout, "excluded.");
}

static void append_insert(struct buffer *sql, const char *folder, const struct table *table,
                          const struct layout *layout)
{
    buffer_append_text(sql, "INSERT INTO ");
    append_table(sql, SQL_POSTGRESQL, folder, table);
    buffer_append_text(sql, " AS t (");
    merge_columns(sql, layout, "");
    buffer_append_text(sql, ") SELECT ");
    merge_columns(sql, layout, "s.");
    buffer_append_text(sql, " FROM ");
    append_sorted_stage(sql, table);
    buffer_append_text(sql, " WHERE NOT EXISTS (SELECT 1 FROM ");
    append_table(sql, SQL_POSTGRESQL, folder, table);
    buffer_append_text(sql, " o WHERE ");
    append_same_keys(sql, table, "o.", "s.");
    buffer_append_byte(sql, ')');
    append_conflict(sql, SQL_POSTGRESQL, table, layout);
    buffer_append_text(sql, ";\n");
}

static void append_merge(struct buffer *sql, const char *folder, const struct table *table,
                         const struct layout *layout)
{
    buffer_append_text(sql, "MERGE INTO ");
    append_table(sql, SQL_POSTGRESQL, folder, table);
    buffer_append_text(sql, " t USING ");
    append_sorted_stage(sql, table);
    buffer_append_text(sql, " ON ");
    append_same_keys(sql, table, "t.", "s.");
    if (has_compared(layout)) {
        buffer_append_text(sql, " WHEN MATCHED AND ");
        append_differs(sql, SQL_POSTGRESQL, table, layout, "s.");
        buffer_append_text(sql, " THEN UPDATE");
        append_set(sql, table, layout, "s.");
    }
    buffer_append_text(sql, " WHEN NOT MATCHED THEN INSERT (");
    merge_columns(sql, layout, "");
    buffer_append_text(sql, ") VALUES (");
    merge_columns(sql, layout, "s.");
    buffer_append_text(sql, ");\n");
}

void merge_pg(struct buffer *sql, const char *folder, const struct table *table,
              const struct layout *layout, bool has_merge)
{
    /* each row is looked up by the unique index, whatever the statistics say: nobody has
     * analyzed a table that we have only begun to fill */
    buffer_append_text(sql, "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; "
                            "SET LOCAL enable_seqscan = off;\n");
    if (has_merge && !table->keep_nulls) {
        append_merge(sql, folder, table, layout);
    } else {
        /* in this order: a row that comes from elsewhere between the two is seen by the second */
        append_insert(sql, folder, table, layout);
        if (has_compared(layout))
            append_update(sql, folder, table, layout);
    }
    buffer_append_text(sql, "SET LOCAL enable_hashjoin TO DEFAULT; SET LOCAL enable_mergejoin TO "
                            "DEFAULT; SET LOCAL enable_seqscan TO DEFAULT");
}

void merge_sqlite_insert(struct buffer *sql, const char *name, const struct table *table,
                         const struct layout *layout, bool upsert)
{
    buffer_format(sql, "INSERT INTO %s AS t (", name);
    merge_columns(sql, layout, "");
    buffer_append_text(sql, ") VALUES (");
    for (size_t i = 0; i < layout->count; i++)
        buffer_append_text(sql, i ? ", ?" : "?");
    buffer_append_byte(sql, ')');
    if (upsert)
        append_conflict(sql, SQL_SQLITE, table, layout);
}
