#include "fields.h"

#include "base64.h"
#include "json.h"
#include "times.h"

void field_name(struct buffer *buffer, const char *prefix, const char *name)
{
    buffer_append_text(buffer, ",\"");
    buffer_append_text(buffer, prefix);
    buffer_append_text(buffer, name);
    buffer_append_text(buffer, "\":");
}

void field_constant(struct buffer *buffer, const char *name, const char *value)
{
    field_name(buffer, "", name);
    if (!value) {
        buffer_append_text(buffer, "null");
        return;
    }
    buffer_append_byte(buffer, '"');
    buffer_append_text(buffer, value);
    buffer_append_byte(buffer, '"');
}

void field_boolean(struct buffer *buffer, const char *name, bool value)
{
    field_name(buffer, "", name);
    buffer_append_text(buffer, value ? "true" : "false");
}

void field_number(struct buffer *buffer, const char *name, uint64_t number)
{
    field_name(buffer, "", name);
    buffer_append_number(buffer, number);
}

void field_null(struct buffer *buffer, const char *name)
{
    field_constant(buffer, name, NULL);
}

void field_id(struct buffer *buffer, const char *name, const struct object_id *id)
{
    field_name(buffer, "", name);
    buffer_reserve(buffer, OBJECT_ID_HEX + 2);
    buffer_append_byte(buffer, '"');
    object_id_hex(id, buffer->data + buffer->length);
    buffer->length += OBJECT_ID_HEX;
    buffer_append_byte(buffer, '"');
}

/* The bytes as they were, beside a text that could not hold them. */
void field_original(struct buffer *buffer, const char *prefix, const char *name, struct slice bytes)
{
    field_name(buffer, prefix, name);
    buffer->length -= 2; /* `":` */
    buffer_append_text(buffer, "_base64\":\"");
    base64_append(buffer, bytes);
    buffer_append_byte(buffer, '"');
}

void field_time(struct buffer *buffer, const char *prefix, struct slice time)
{
    enum time_outcome outcome;

    field_name(buffer, prefix, "_time");
    buffer_append_byte(buffer, '"');
    outcome = time_append(buffer, time);
    if (outcome == TIME_NONE) {
        buffer->length--;
        buffer_append_text(buffer, "null");
    } else {
        buffer_append_byte(buffer, '"');
    }
    if (outcome != TIME_EXACT) {
        field_name(buffer, prefix, "_time_raw");
        json_append_string(buffer, time);
    }
}
