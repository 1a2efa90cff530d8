/*
 * Members of a JSON object, each appended with the comma before it. A name may come in two
 * parts ("author" and "_time").
 */
#ifndef LEAT_FACADE_FIELDS_H
#define LEAT_FACADE_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "object_id.h"

/* The name and the colon. */
void field_name(struct buffer *buffer, const char *prefix, const char *name);
/* A string that needs no escapes; NULL is null. */
void field_constant(struct buffer *buffer, const char *name, const char *value);
void field_null(struct buffer *buffer, const char *name);
void field_boolean(struct buffer *buffer, const char *name, bool value);
void field_number(struct buffer *buffer, const char *name, uint64_t number);
void field_id(struct buffer *buffer, const char *name, const struct object_id *id);
/* NAME_base64: bytes beside a text that could not hold them. */
void field_original(struct buffer *buffer, const char *prefix, const char *name,
                    struct slice bytes);
/* PREFIX_time of git's text, and PREFIX_time_raw where that cannot say it all. */
void field_time(struct buffer *buffer, const char *prefix, struct slice time);

#endif
