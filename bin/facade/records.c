#include "records.h"

#include <stdio.h>
#include <stdlib.h>

#include "fields.h"
#include "json.h"
#include "memory.h"
#include "path_texts.h"
#include "text.h"
#include "text_parts.h"
#include "trailers.h"
#include "tree_entries.h"

enum { MOST_WARNINGS = 8 }; /* a part of a window */

struct record_writer {
    char *repository;
    const struct mailmap *mailmap;
    struct text_converter *converter;
    struct trailers trailers;
    struct path_texts paths;
    struct buffer text, name, email, subject; /* used again and again */
};

struct record_writer *record_writer_new(const char *repository, const struct mailmap *mailmap)
{
    struct record_writer *writer = memory_new(1, sizeof *writer);

    writer->repository = memory_format("%s", repository);
    writer->mailmap = mailmap;
    writer->converter = text_converter_new();
    return writer;
}

void record_writer_free(struct record_writer *writer)
{
    if (!writer)
        return;
    free(writer->repository);
    text_converter_free(writer->converter);
    trailers_free(&writer->trailers);
    path_texts_free(&writer->paths);
    buffer_free(&writer->text);
    buffer_free(&writer->name);
    buffer_free(&writer->email);
    buffer_free(&writer->subject);
    free(writer);
}

static void start_record(struct record_writer *writer, struct buffer *buffer, const char *stream)
{
    buffer_append_text(buffer, "{\"type\":\"RECORD\",\"stream\":\"");
    buffer_append_text(buffer, stream);
    buffer_append_text(buffer, "\",\"record\":{\"repository\":");
    json_append_string(buffer, slice_text(writer->repository));
}

/* A text; `utf8` gets it converted. */
static void append_text(struct record_writer *writer, struct buffer *buffer, const char *prefix,
                        const char *name, struct slice bytes, struct slice encoding,
                        struct buffer *utf8)
{
    bool intact;

    utf8->length = 0;
    intact = text_append(writer->converter, utf8, bytes, encoding);
    field_name(buffer, prefix, name);
    json_append_string(buffer, buffer_slice(utf8));
    if (!intact)
        field_original(buffer, prefix, name, bytes);
}

/* Name, address and time of a signature, then who the mailmap says it is. */
static void append_person(struct record_writer *writer, struct buffer *buffer, const char *prefix,
                          const struct signature_line *person, struct slice encoding)
{
    struct slice name, email;

    append_text(writer, buffer, prefix, "_name", person->name, encoding, &writer->name);
    append_text(writer, buffer, prefix, "_email", person->email, encoding, &writer->email);
    field_time(buffer, prefix, person->time);
    name = buffer_slice(&writer->name);
    email = buffer_slice(&writer->email);
    mailmap_apply(writer->mailmap, &name, &email);
    field_name(buffer, prefix, "_mapped_name");
    json_append_string(buffer, name);
    field_name(buffer, prefix, "_mapped_email");
    json_append_string(buffer, email);
}

static void append_parents(struct buffer *buffer, const struct commit *commit)
{
    field_name(buffer, "", "parents");
    buffer_append_byte(buffer, '[');
    for (size_t i = 0; i < commit->parent_count; i++) {
        struct object_id parent;

        commit_parent(commit, i, &parent);
        buffer_reserve(buffer, OBJECT_ID_HEX + 3);
        buffer_append_text(buffer, i > 0 ? ",\"" : "\"");
        object_id_hex(&parent, buffer->data + buffer->length);
        buffer->length += OBJECT_ID_HEX;
        buffer_append_byte(buffer, '"');
    }
    buffer_append_byte(buffer, ']');
}

/* Takes the subject off a message: the lines of the first paragraph, joined by spaces. */
static void take_subject(struct slice *message, struct buffer *subject)
{
    bool started = false;

    subject->length = 0;
    while (message->length > 0) {
        struct slice rest = *message, line = text_take_line(&rest);

        if (text_is_blank(line)) {
            if (started)
                break;
        } else {
            while (text_is_space(line.data[line.length - 1]))
                line.length--;
            if (started)
                buffer_append_byte(subject, ' ');
            buffer_append_slice(subject, line);
            started = true;
        }
        *message = rest;
    }
}

/* The body: what follows the subject, without empty lines around it. */
static struct slice trim_body(struct slice text)
{
    while (text.length > 0) {
        struct slice rest = text;

        if (!text_is_blank(text_take_line(&rest)))
            break;
        text = rest;
    }
    while (text.length > 0 && text.data[text.length - 1] == '\n')
        text.length--;
    return text;
}

static void append_trailers(struct record_writer *writer, struct buffer *buffer)
{
    field_name(buffer, "", "trailers");
    buffer_append_byte(buffer, '[');
    for (size_t i = 0; i < writer->trailers.count; i++) {
        const struct trailer *trailer = &writer->trailers.items[i];

        buffer_append_text(buffer, i > 0 ? ",{\"key\":" : "{\"key\":");
        json_append_string(buffer, trailer->key);
        field_name(buffer, "", "value");
        json_append_string(buffer, trailer->value);
        if (trailer->email.data) {
            field_name(buffer, "", "name");
            json_append_string(buffer, trailer->name);
            field_name(buffer, "", "email");
            json_append_string(buffer, trailer->email);
        } else {
            field_null(buffer, "name");
            field_null(buffer, "email");
        }
        buffer_append_byte(buffer, '}');
    }
    buffer_append_byte(buffer, ']');
}

/* The message is converted as a whole and then taken apart, since a multibyte encoding may
 * use the bytes of line ends for something else. */
static void append_message(struct record_writer *writer, struct buffer *buffer,
                           const struct commit *commit)
{
    struct slice rest;
    bool intact;

    writer->text.length = 0;
    intact = text_append(writer->converter, &writer->text, commit->message, commit->encoding);
    rest = buffer_slice(&writer->text);
    take_subject(&rest, &writer->subject);
    field_name(buffer, "", "subject");
    json_append_string(buffer, buffer_slice(&writer->subject));
    field_name(buffer, "", "body");
    json_append_string(buffer, trim_body(rest));
    if (!intact)
        field_original(buffer, "", "message", commit->message);
    trailers_find(&writer->trailers, buffer_slice(&writer->text));
    append_trailers(writer, buffer);
}

static void append_totals(struct buffer *buffer, const struct window_commit *commit)
{
    uint64_t added = 0, removed = 0;
    bool all_counted = commit->outcome == COMMIT_READ;

    if (commit->outcome == COMMIT_READ)
        field_number(buffer, "files", commit->change_count);
    else
        field_null(buffer, "files");
    for (size_t i = 0; i < commit->change_count; i++) {
        const struct file_change *change = &commit->changes[i];

        all_counted &= change->counted == COUNTED || change->counted == COUNTED_BINARY;
        if (change->counted == COUNTED) {
            added += change->added;
            removed += change->removed;
        }
    }
    if (all_counted) {
        field_number(buffer, "added", added);
        field_number(buffer, "removed", removed);
    } else {
        field_null(buffer, "added");
        field_null(buffer, "removed");
    }
}

static void append_commit(struct record_writer *writer, struct buffer *buffer,
                          const struct window_commit *entry)
{
    const struct commit *commit = &entry->commit;

    start_record(writer, buffer, "commits");
    field_id(buffer, "hash", &entry->id);
    field_id(buffer, "tree", &commit->tree);
    append_parents(buffer, commit);
    append_person(writer, buffer, "author", &commit->author, commit->encoding);
    append_person(writer, buffer, "committer", &commit->committer, commit->encoding);
    append_message(writer, buffer, commit);
    field_boolean(buffer, "signed", commit->is_signed);
    field_name(buffer, "", "encoding");
    if (commit->encoding.length > 0)
        json_append_string(buffer, commit->encoding);
    else
        buffer_append_text(buffer, "null");
    append_totals(buffer, entry);
    buffer_append_text(buffer, "}}\n");
}

static const char *change_letter(const struct file_change *change)
{
    if (change->old_path.length > 0)
        return "R";
    if (change->old_mode == MODE_NONE)
        return "A";
    if (change->new_mode == MODE_NONE)
        return "D";
    return (change->old_mode & 0170000) == (change->new_mode & 0170000) ? "M" : "T";
}

static void append_counts(struct buffer *buffer, const struct file_change *change)
{
    if (change->counted == COUNTED) {
        field_number(buffer, "added", change->added);
        field_number(buffer, "removed", change->removed);
        field_boolean(buffer, "binary", false);
        return;
    }
    field_null(buffer, "added");
    field_null(buffer, "removed");
    if (change->counted == COUNTED_BINARY)
        field_boolean(buffer, "binary", true);
    else
        field_null(buffer, "binary");
}

static void append_file(struct record_writer *writer, struct buffer *buffer,
                        const struct window_commit *commit, size_t index)
{
    const struct file_change *change = &commit->changes[index];
    struct slice encoding = commit->commit.encoding;
    uint32_t mode = change->new_mode ? change->new_mode : change->old_mode;
    char octal[8];

    start_record(writer, buffer, "commit_files");
    field_id(buffer, "hash", &commit->id);
    field_name(buffer, "", "path");
    json_append_string(buffer, path_texts_get(&writer->paths, index));
    if (path_texts_lossy(&writer->paths, index))
        field_original(buffer, "", "path", change->path);
    field_name(buffer, "", "old_path");
    if (change->old_path.length > 0) {
        writer->text.length = 0;
        if (!text_append_path(writer->converter, &writer->text, change->old_path, encoding)) {
            json_append_string(buffer, buffer_slice(&writer->text));
            field_original(buffer, "", "old_path", change->old_path);
        } else {
            json_append_string(buffer, buffer_slice(&writer->text));
        }
    } else {
        buffer_append_text(buffer, "null");
    }
    field_constant(buffer, "change", change_letter(change));
    append_counts(buffer, change);
    snprintf(octal, sizeof octal, "%06o", (unsigned)mode);
    field_constant(buffer, "mode", octal);
    buffer_append_text(buffer, "}}\n");
}

static void warn(struct record_tally *tally, size_t before, const struct object_id *id,
                 const char *what, struct slice name)
{
    char hex[OBJECT_ID_HEX];

    if (before >= MOST_WARNINGS)
        return;
    object_id_hex(id, hex);
    buffer_format(&tally->warnings, "commit %.*s: %s%.*s\n", OBJECT_ID_HEX, hex, what,
                  (int)(name.length < 4096 ? name.length : 4096), name.data ? name.data : "");
}

static void check_counts(const struct window_commit *commit, struct record_tally *tally)
{
    for (size_t i = 0; i < commit->change_count; i++) {
        const struct file_change *change = &commit->changes[i];

        if (change->counted == COUNTED || change->counted == COUNTED_BINARY)
            continue;
        warn(tally, tally->uncounted++, &commit->id,
             change->counted == COUNTED_MISSING ? "lines not counted: blob missing: "
                                                : "lines not counted: blob unreadable: ",
             change->path);
    }
}

void records_append_commit(struct record_writer *writer, struct buffer *buffer,
                           const struct window_commit *commit, struct record_tally *tally)
{
    if (commit->outcome != COMMIT_READ)
        warn(tally, tally->incomplete++, &commit->id,
             commit->outcome == COMMIT_LOST ? "left out: " : "changes not all known: ",
             slice_text(commit->error));
    if (commit->outcome == COMMIT_LOST)
        return;
    check_counts(commit, tally);
    append_commit(writer, buffer, commit);
    path_texts_make(&writer->paths, writer->converter, commit);
    for (size_t i = 0; i < commit->change_count; i++)
        append_file(writer, buffer, commit, i);
    tally->lines += 1 + commit->change_count;
}

void records_append_repository(struct record_writer *writer, struct buffer *buffer,
                               const struct repository_facts *facts)
{
    const struct repository_head *head = facts->head;

    start_record(writer, buffer, "repositories");
    field_name(buffer, "", "head");
    if (head->symbolic)
        json_append_string(buffer, slice_text(head->symbolic));
    else
        buffer_append_text(buffer, "null");
    if (head->born)
        field_id(buffer, "head_hash", &head->target);
    else
        field_null(buffer, "head_hash");
    field_boolean(buffer, "detached", !head->symbolic && head->born);
    field_boolean(buffer, "bare", facts->bare);
    field_boolean(buffer, "shallow", facts->shallow);
    field_constant(buffer, "object_format", "sha1");
    buffer_append_text(buffer, "}}\n");
}

static const char *ref_type(const char *name)
{
    static const char *const types[][2] = {{"refs/heads/", "branch"},
                                           {"refs/tags/", "tag"},
                                           {"refs/remotes/", "remote"},
                                           {"refs/notes/", "note"}};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strncmp(name, types[i][0], strlen(types[i][0])) == 0)
            return types[i][1];
    return "other";
}

static const char *kind_name(enum object_kind kind)
{
    static const char *const names[] = {NULL, "commit", "tree", "blob", "tag"};

    return names[kind];
}

static void append_tag(struct record_writer *writer, struct buffer *buffer, const struct tag *tag)
{
    struct slice none = slice_of(NULL, 0);

    field_boolean(buffer, "annotated", tag != NULL);
    if (tag && tag->tagger.time.data) {
        append_person(writer, buffer, "tagger", &tag->tagger, none);
    } else {
        field_null(buffer, "tagger_name");
        field_null(buffer, "tagger_email");
        field_null(buffer, "tagger_time");
        field_null(buffer, "tagger_mapped_name");
        field_null(buffer, "tagger_mapped_email");
    }
    if (tag) {
        append_text(writer, buffer, "", "message", trim_body(tag->message), none, &writer->text);
        field_boolean(buffer, "signed", tag->is_signed);
    } else {
        field_null(buffer, "message");
        field_null(buffer, "signed");
    }
}

void records_append_ref(struct record_writer *writer, struct buffer *buffer,
                        const struct ref_facts *facts)
{
    const struct repository_ref *ref = facts->ref;

    start_record(writer, buffer, "refs");
    append_text(writer, buffer, "", "name", slice_text(ref->name), slice_of(NULL, 0),
                &writer->text);
    field_constant(buffer, "type", ref_type(ref->name));
    field_id(buffer, "hash", &ref->target);
    field_id(buffer, "target", &facts->target);
    field_constant(buffer, "target_type", kind_name(facts->target_kind));
    field_name(buffer, "", "symbolic_target");
    if (ref->symbolic)
        json_append_string(buffer, slice_text(ref->symbolic));
    else
        buffer_append_text(buffer, "null");
    append_tag(writer, buffer, facts->tag);
    buffer_append_text(buffer, "}}\n");
}
