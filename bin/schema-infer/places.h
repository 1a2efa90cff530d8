/*
 * What is known of the values of a stream: for each place (a member of an object, the elements
 * of an array) which types its values have had, and on request statistics about them.
 */
#ifndef LEAT_SCHEMA_INFER_PLACES_H
#define LEAT_SCHEMA_INFER_PLACES_H

#include <stdbool.h>
#include <stdint.h>

#include "doc.h"
#include "json.h"
#include "shape.h"
#include "summary.h"
#include "types.h"

struct place {
    enum type type; /* of its scalars; never TYPE_JSON */
    bool has_object, has_array;
    bool nullable;           /* null or missing in some object, or declared so */
    bool required;           /* stood in every object so far */
    bool declared;           /* stands in a given schema */
    bool unseen;             /* only in records that were rejected */
    unsigned required_count; /* of an object: how many of its members are required */
    bool object_seen;     /* of an object: one has been read, so a new member was missing in it */
    struct items *items;  /* of arrays; NULL until one with elements */
    struct doc *property; /* as given; its other members are passed on; owned */
    struct summary *summary;
};

struct items {
    struct shape shape; /* members of elements that are objects */
    struct place element;
};

/* What a record has changed, to be undone if it is rejected after all. */
struct change {
    struct place *place;
    struct place before;
};

struct journal {
    struct change *entries;
    size_t count, capacity;
};

struct stream {
    char *name;
    struct shape shape;
    struct place record;
    struct doc *message; /* the SCHEMA message given for it, or NULL; owned */
    uint32_t max_names;
    bool summarize; /* keep statistics of what is looked at */
    bool grown;     /* something is known that has not been announced */
    bool was_grown; /* before the record that is being looked at */
    struct journal journal;
};

struct stream *places_open(struct slice name, uint32_t max_names);
void places_close(struct stream *stream);

/* Takes a SCHEMA message over as what is known from the start. */
void places_take_schema(struct stream *stream, struct doc *message);

/* Looks at a record that starts at `at`; returns the byte behind it, or NULL with json->error. */
const char *places_look(struct stream *stream, struct json *json, const char *at, unsigned nesting);

/* After places_look(), when the record is rejected: what it taught is forgotten. */
void places_forget_record(struct stream *stream);

/* The SCHEMA message; free it. With `final`, what was only ever null becomes string. */
struct doc *places_message(const struct stream *stream, bool final);

#endif
