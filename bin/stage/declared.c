#include "declared.h"

#include <stdlib.h>

#include "log.h"
#include "memory.h"
#include "run.h"

static char *copy(const char *text)
{
    return text ? memory_text(text, strlen(text)) : NULL;
}

static bool take_first(void *context, const struct pg_rows *row)
{
    struct declared *declared = context;

    declared->platform = copy(pg_value(row, 0, 0));
    declared->names = copy(pg_value(row, 0, 1));
    return true;
}

static bool take_schema(void *context, const struct pg_rows *row)
{
    struct declared *declared = context;
    const char *error;

    if (streams_declare(&declared->streams, pg_value_slice(row, 0, 0), &error) == NULL)
        log_warning("a staged SCHEMA is unusable: %s", error);
    return true;
}

static bool read_schemas(struct declared *declared, struct staging *staging, const char *repository)
{
    const char *const values[] = {repository, declared->platform, declared->names};

    return pg_each(staging->pg,
                   "SELECT message FROM leat_ops.staging_schemas WHERE platform_id = $2 AND "
                   "entity_type = ANY (coalesce($3::text[], ARRAY(SELECT DISTINCT s.entity_type "
                   "FROM leat_ops.staging s " RUN_OF_ROW " "
                   "WHERE s.repo_id = $1 AND s.platform_id = $2 AND r.run_id IS NULL))) "
                   "ORDER BY entity_type",
                   sizeof values / sizeof *values, values, take_schema, declared);
}

bool declared_read(struct declared *declared, struct staging *staging, const char *repository)
{
    declared_free(declared);
    return pg_each(staging->pg,
                   "SELECT s.platform_id, r.streams FROM leat_ops.staging s " RUN_OF_ROW
                   " WHERE s.repo_id = $1 "
                   "ORDER BY s.staging_id LIMIT 1",
                   1, &repository, take_first, declared) &&
           (declared->platform == NULL || read_schemas(declared, staging, repository));
}

void declared_print(const struct declared *declared, struct buffer *out)
{
    for (int children = 0; children < 2; children++) {
        for (size_t i = 0; i < declared->streams.count; i++) {
            const struct stream *stream = declared->streams.items[i];

            if ((stream->parent != NULL) != children || stream->schema.length == 0)
                continue;
            buffer_append_slice(out, buffer_slice(&stream->schema));
            buffer_append_byte(out, '\n');
        }
    }
}

void declared_free(struct declared *declared)
{
    free(declared->platform);
    free(declared->names);
    streams_free(&declared->streams);
    *declared = (struct declared){0};
}
