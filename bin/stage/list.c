#include "list.h"

#include <inttypes.h>

static bool print(void *context, const struct pg_rows *row)
{
    struct output *output = context;

    buffer_append_slice(&output->buffer, pg_value_slice(row, 0, 0));
    buffer_append_byte(&output->buffer, '\n');
    return output_line_end(output);
}

enum status list_run(int64_t repository, struct staging *staging, struct output *output)
{
    struct buffer sql = {0};
    bool done;

    buffer_format(&sql,
                  "SELECT '{\"repo_id\":' || repo_id || ',\"entity_type\":' || "
                  "pg_catalog.to_json(entity_type) || ',\"staged\":' || sum(staged) || "
                  "',\"rejected\":' || sum(1 - staged) || '}' FROM (SELECT repo_id, entity_type, "
                  "1 AS staged FROM leat_ops.staging UNION ALL SELECT repo_id, entity_type, 0 "
                  "FROM leat_ops.staging_rejects) r WHERE %" PRId64 " IN (0, repo_id) "
                  "GROUP BY repo_id, entity_type ORDER BY repo_id, entity_type",
                  repository);
    done = pg_each(staging->pg, buffer_text(&sql), 0, NULL, print, output);
    buffer_free(&sql);
    return done ? STATUS_OK : staging_fail(staging, "read what is staged");
}
