/* A commit or tag object taken apart. All slices point into its content. */
#ifndef LEAT_FACADE_COMMIT_H
#define LEAT_FACADE_COMMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "object_id.h"
#include "slice.h"

struct signature_line {
    struct slice name, email; /* as written, not yet mapped or converted */
    struct slice time;        /* "SECONDS OFFSET", or what stands in its place */
};

struct commit {
    struct object_id tree;
    struct slice parents; /* "parent HEX\n" lines */
    size_t parent_count;
    struct signature_line author, committer;
    struct slice encoding; /* empty: none declared */
    bool is_signed;
    struct slice message;
};

struct tag {
    struct object_id target;
    struct slice target_type;
    struct signature_line tagger; /* empty slices when there is none */
    bool is_signed;
    struct slice message;
};

/* False when the content is no commit git would read: no tree, or a parent out of form. */
bool commit_parse(struct slice content, struct commit *commit);
void commit_parent(const struct commit *commit, size_t index, struct object_id *parent);
bool tag_parse(struct slice content, struct tag *tag);

/* Seconds since the epoch of a signature; 0 when they cannot be read, as git has it. */
int64_t signature_seconds(const struct signature_line *signature);

#endif
