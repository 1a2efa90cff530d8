#include "target.h"

#include <stdarg.h>
#include <stdio.h>

bool failure_set(struct failure *failure, enum status status, const char *format, ...)
{
    char text[2048];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    failure->status = status;
    failure->text.length = 0;
    buffer_append_text(&failure->text, text);
    buffer_text(&failure->text);
    return false;
}

void change_describe(struct buffer *buffer, const struct table *table, const struct change *change)
{
    switch (change->kind) {
    case CHANGE_CREATE:
        buffer_format(buffer, "make the table %s", table->name);
        break;
    case CHANGE_ADD:
        buffer_format(buffer, "add the column %s (%s) to %s", change->column,
                      types_name(change->to), table->name);
        break;
    case CHANGE_WIDEN:
        buffer_format(buffer, "widen the column %s of %s from %s to %s", change->column,
                      table->name, types_name(change->from), types_name(change->to));
        break;
    case CHANGE_UNIQUE_INDEX:
        buffer_format(buffer, "make a unique index on the keys of %s", table->name);
        break;
    case CHANGE_PARENT_INDEX:
        buffer_format(buffer, "make an index on the parent's key of %s", table->name);
        break;
    }
}
