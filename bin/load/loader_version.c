#include "loader_parts.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "memory.h"

/* The version in a message: what stands behind "version":, or an empty slice. */
static struct slice version_in(struct slice text)
{
    static const char name[] = "\"version\"";
    const char *at = text.length ? memmem(text.data, text.length, name, sizeof name - 1) : NULL;
    const char *begin, *end;

    if (at == NULL)
        return (struct slice){0};
    end = text.data + text.length;
    for (at += sizeof name - 1; at < end && (*at == ':' || *at == ' '); at++)
        ;
    for (begin = at; at < end && *at != ',' && *at != '}' && *at != ' '; at++)
        ;
    return slice_of(begin, (size_t)(at - begin));
}

void loader_activate(struct loader *loader, struct table *table)
{
    struct batch_table *rows = batch_table(loader->reading, table);

    rows->activate = true;
    rows->extend = table->activated.data && slice_equal(table->activated, table->version);
}

/* The rows of a version are complete: they replace the table's. */
void loader_take_version(struct loader *loader, const struct message *message)
{
    struct table *table = loader_table(loader, message->stream);

    if (table == NULL)
        return;
    if (table->disposition != DISPOSITION_REPLACE) {
        log_detail("%s: ACTIVATE_VERSION means nothing to a table that is not replaced",
                   table->name);
        return;
    }
    /* some taps send one ahead of the rows: a table is never replaced by nothing that way */
    if (!loader_settle(loader) ||
        (table->staged == 0 && batch_table(loader->reading, table)->count == 0))
        return;
    loader_activate(loader, table);
    loader_rest(loader);
}

/* Rows of another version came: those staged were never activated, and never will be. */
bool loader_note_version(struct loader *loader, struct table *table, const struct message *message,
                         bool *anew)
{
    struct slice version = version_in(message->rest);

    *anew = version.length > 0 && !slice_equal(version, table->version);
    if (!*anew)
        return true;
    if (table->version.length > 0) {
        if (!loader_rest(loader))
            return false;
        if (table->staged > 0)
            batch_table(loader->reading, table)->discard_staged = true;
        table->staged = 0;
    }
    free((char *)table->version.data);
    table->version = slice_of(memory_text(version.data, version.length), version.length);
    return true;
}
