#include "run.h"

#include <inttypes.h>
#include <stdlib.h>

#include "memory.h"

bool run_number(struct staging *staging, int64_t *run)
{
    static const char sql[] = "SELECT pg_catalog.nextval(pg_catalog.pg_get_serial_sequence("
                              "'leat_ops.staging_runs', 'run_id'))";
    struct pg_rows *rows;
    unsigned attempt = 0;
    bool committed;

    while ((rows = pg_query(staging->pg, sql, 0, NULL)) == NULL) {
        if (pg_session_fault(&staging->session) != PG_FAULT_LOST) {
            staging_fail(staging, "number the run");
            return false;
        }
        if (!staging_return(staging, &attempt, &committed))
            return false;
    }
    *run = strtoll(pg_value(rows, 0, 0), NULL, 10);
    pg_rows_free(rows);
    return true;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void append_element(struct buffer *array, const char *text)
{
    buffer_append_text(array, array->length > 1 ? ",\"" : "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buffer_append_byte(array, '\\');
        buffer_append_byte(array, *text);
    }
    buffer_append_byte(array, '"');
}

/* The names of streams that have a SCHEMA as an array of PostgreSQL, in order: arrays of the same
 * streams are equal. */
static void append_names(struct buffer *array, const struct streams *streams)
{
    const char **names = memory_new(streams->count + 1, sizeof *names);
    size_t count = 0;

    for (size_t i = 0; i < streams->count; i++) {
        if (streams->items[i]->schema.length > 0)
            names[count++] = streams->items[i]->name;
    }
    qsort(names, count, sizeof *names, compare);
    buffer_append_byte(array, '{');
    for (size_t i = 0; i < count; i++)
        append_element(array, names[i]);
    buffer_append_byte(array, '}');
    free(names);
}

bool run_write(struct staging *staging, const struct portion *portion,
               const struct streams *streams)
{
    char *run = memory_format("%" PRId64, portion->run);
    char *repository = memory_format("%" PRId64, portion->repository);
    char *platform = memory_format("%d", portion->platform);
    struct buffer names = {0};
    struct pg_rows *rows;

    append_names(&names, streams);
    rows =
        pg_query(staging->pg,
                 "INSERT INTO leat_ops.staging_runs AS r (run_id, repo_id, platform_id, streams) "
                 "OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4) ON CONFLICT (run_id) DO "
                 "UPDATE SET streams = excluded.streams WHERE r.streams <> excluded.streams",
                 4, (const char *const[]){run, repository, platform, buffer_text(&names)});
    buffer_free(&names);
    free(run);
    free(repository);
    free(platform);
    pg_rows_free(rows);
    return rows != NULL;
}

bool run_sweep(struct staging *staging, int64_t repository)
{
    struct buffer sql = {0};
    bool done;

    buffer_format(&sql,
                  "DELETE FROM leat_ops.staging_runs r WHERE repo_id = %" PRId64 " AND NOT EXISTS ("
                  "SELECT 1 FROM leat_ops.staging s WHERE s.run_id = r.run_id) AND NOT EXISTS ("
                  "SELECT 1 FROM leat_ops.staging_rejects s WHERE s.run_id = r.run_id)",
                  repository);
    done = pg_execute(staging->pg, buffer_text(&sql));
    buffer_free(&sql);
    return done;
}
