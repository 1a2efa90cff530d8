#include "pg_state_key.h"

#include <stdlib.h>

#include "memory.h"

bool pg_state_key_write(struct pg *pg, const char *key, struct slice value)
{
    char *text = memory_text(value.data, value.length);
    struct pg_rows *rows = pg_query(pg,
                                    "INSERT INTO leat_ops.state (state_key, value) VALUES ($1, $2) "
                                    "ON CONFLICT (state_key) DO UPDATE SET value = excluded.value, "
                                    "updated_at = pg_catalog.now()",
                                    2, (const char *const[]){key, text});
    bool written = rows != NULL;

    pg_rows_free(rows);
    free(text);
    return written;
}
