/*
 * The messages facade emits, as lines of JSON: facade(1) documents the streams and their
 * columns. One writer a thread.
 */
#ifndef LEAT_FACADE_RECORDS_H
#define LEAT_FACADE_RECORDS_H

#include "buffer.h"
#include "git.h"
#include "mailmap.h"
#include "window.h"

/* What happened to some commits while they were written. */
struct record_tally {
    size_t lines;
    size_t uncounted;       /* files whose blobs are missing or broken */
    size_t incomplete;      /* commits of which not all is known, or that are lost */
    struct buffer warnings; /* the first few, a line each */
};

struct record_writer;

/* The name stands in the `repository` column. The mailmap may be NULL. */
struct record_writer *record_writer_new(const char *repository, const struct mailmap *mailmap);
void record_writer_free(struct record_writer *writer);

/* SCHEMA messages of all streams. */
void records_append_schemas(struct buffer *buffer);
enum { SCHEMA_COUNT = 4 };

/* A commit and, right behind it, its files. */
void records_append_commit(struct record_writer *writer, struct buffer *buffer,
                           const struct window_commit *commit, struct record_tally *tally);

struct repository_facts {
    const struct repository_head *head;
    bool bare, shallow;
};
void records_append_repository(struct record_writer *writer, struct buffer *buffer,
                               const struct repository_facts *facts);

/* A ref; `content` is the tag object it names, or NULL. */
struct ref_facts {
    const struct repository_ref *ref;
    const struct tag *tag;        /* the annotated tag it names, or NULL */
    enum object_kind target_kind; /* of what is behind all tags; OBJECT_OTHER when unreadable */
    struct object_id target;
};
void records_append_ref(struct record_writer *writer, struct buffer *buffer,
                        const struct ref_facts *facts);

#endif
