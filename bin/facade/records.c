#include "records.h"

#include <stdio.h>
#include <stdlib.h>

#include "base64.h"
#include "json.h"
#include "memory.h"
#include "path_texts.h"
#include "text.h"
#include "text_parts.h"
#include "times.h"
#include "trailers.h"
#include "tree_diff.h"

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

static void append_name(struct buffer *buffer, const char *prefix, const char *name)
{
    buffer_append_text(buffer, ",\"");
    buffer_append_text(buffer, prefix);
    buffer_append_text(buffer, name);
    buffer_append_text(buffer, "\":");
}

static void append_constant(struct buffer *buffer, const char *name, const char *value)
{
    append_name(buffer, "", name);
    if (!value) {
        buffer_append_text(buffer, "null");
        return;
    }
    buffer_append_byte(buffer, '"');
    buffer_append_text(buffer, value);
    buffer_append_byte(buffer, '"');
}

static void append_boolean(struct buffer *buffer, const char *name, bool value)
{
    append_name(buffer, "", name);
    buffer_append_text(buffer, value ? "true" : "false");
}

static void append_number(struct buffer *buffer, const char *name, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;

    append_name(buffer, "", name);
    do
        digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    buffer_append(buffer, digits + at, sizeof digits - at);
}

static void append_null(struct buffer *buffer, const char *name)
{
    append_constant(buffer, name, NULL);
}

static void append_id(struct buffer *buffer, const char *name, const struct object_id *id)
{
    append_name(buffer, "", name);
    buffer_reserve(buffer, OBJECT_ID_HEX + 2);
    buffer_append_byte(buffer, '"');
    object_id_hex(id, buffer->data + buffer->length);
    buffer->length += OBJECT_ID_HEX;
    buffer_append_byte(buffer, '"');
}

/* The bytes as they were, beside a text that could not hold them. */
static void append_original(struct buffer *buffer, const char *prefix, const char *name,
                            struct slice bytes)
{
    append_name(buffer, prefix, name);
    buffer->length -= 2; /* `":` */
    buffer_append_text(buffer, "_base64\":\"");
    base64_append(buffer, bytes);
    buffer_append_byte(buffer, '"');
}

/* A text; `utf8` gets it converted. */
static void append_text(struct record_writer *writer, struct buffer *buffer, const char *prefix,
                        const char *name, struct slice bytes, struct slice encoding,
                        struct buffer *utf8)
{
    bool intact;

    utf8->length = 0;
    intact = text_append(writer->converter, utf8, bytes, encoding);
    append_name(buffer, prefix, name);
    json_append_string(buffer, buffer_slice(utf8));
    if (!intact)
        append_original(buffer, prefix, name, bytes);
}

static void append_time(struct buffer *buffer, const char *prefix, struct slice time)
{
    enum time_outcome outcome;

    append_name(buffer, prefix, "_time");
    buffer_append_byte(buffer, '"');
    outcome = time_append(buffer, time);
    if (outcome == TIME_NONE) {
        buffer->length--;
        buffer_append_text(buffer, "null");
    } else {
        buffer_append_byte(buffer, '"');
    }
    if (outcome != TIME_EXACT) {
        append_name(buffer, prefix, "_time_raw");
        json_append_string(buffer, time);
    }
}

/* Name, address and time of a signature, then who the mailmap says it is. */
static void append_person(struct record_writer *writer, struct buffer *buffer, const char *prefix,
                          const struct signature_line *person, struct slice encoding)
{
    struct slice name, email;

    append_text(writer, buffer, prefix, "_name", person->name, encoding, &writer->name);
    append_text(writer, buffer, prefix, "_email", person->email, encoding, &writer->email);
    append_time(buffer, prefix, person->time);
    name = buffer_slice(&writer->name);
    email = buffer_slice(&writer->email);
    mailmap_apply(writer->mailmap, &name, &email);
    append_name(buffer, prefix, "_mapped_name");
    json_append_string(buffer, name);
    append_name(buffer, prefix, "_mapped_email");
    json_append_string(buffer, email);
}

static void append_parents(struct buffer *buffer, const struct commit *commit)
{
    append_name(buffer, "", "parents");
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
    append_name(buffer, "", "trailers");
    buffer_append_byte(buffer, '[');
    for (size_t i = 0; i < writer->trailers.count; i++) {
        const struct trailer *trailer = &writer->trailers.items[i];

        buffer_append_text(buffer, i > 0 ? ",{\"key\":" : "{\"key\":");
        json_append_string(buffer, trailer->key);
        append_name(buffer, "", "value");
        json_append_string(buffer, trailer->value);
        if (trailer->email.data) {
            append_name(buffer, "", "name");
            json_append_string(buffer, trailer->name);
            append_name(buffer, "", "email");
            json_append_string(buffer, trailer->email);
        } else {
            append_null(buffer, "name");
            append_null(buffer, "email");
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
    append_name(buffer, "", "subject");
    json_append_string(buffer, buffer_slice(&writer->subject));
    append_name(buffer, "", "body");
    json_append_string(buffer, trim_body(rest));
    if (!intact)
        append_original(buffer, "", "message", commit->message);
    trailers_find(&writer->trailers, buffer_slice(&writer->text));
    append_trailers(writer, buffer);
}

static void append_totals(struct buffer *buffer, const struct window_commit *commit)
{
    uint64_t added = 0, removed = 0;
    bool all_counted = commit->outcome == COMMIT_READ;

    if (commit->outcome == COMMIT_READ)
        append_number(buffer, "files", commit->change_count);
    else
        append_null(buffer, "files");
    for (size_t i = 0; i < commit->change_count; i++) {
        const struct file_change *change = &commit->changes[i];

        all_counted &= change->counted == COUNTED || change->counted == COUNTED_BINARY;
        if (change->counted == COUNTED) {
            added += change->added;
            removed += change->removed;
        }
    }
    if (all_counted) {
        append_number(buffer, "added", added);
        append_number(buffer, "removed", removed);
    } else {
        append_null(buffer, "added");
        append_null(buffer, "removed");
    }
}

static void append_commit(struct record_writer *writer, struct buffer *buffer,
                          const struct window_commit *entry)
{
    const struct commit *commit = &entry->commit;

    start_record(writer, buffer, "commits");
    append_id(buffer, "hash", &entry->id);
    append_id(buffer, "tree", &commit->tree);
    append_parents(buffer, commit);
    append_person(writer, buffer, "author", &commit->author, commit->encoding);
    append_person(writer, buffer, "committer", &commit->committer, commit->encoding);
    append_message(writer, buffer, commit);
    append_boolean(buffer, "signed", commit->is_signed);
    append_name(buffer, "", "encoding");
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
        append_number(buffer, "added", change->added);
        append_number(buffer, "removed", change->removed);
        append_boolean(buffer, "binary", false);
        return;
    }
    append_null(buffer, "added");
    append_null(buffer, "removed");
    if (change->counted == COUNTED_BINARY)
        append_boolean(buffer, "binary", true);
    else
        append_null(buffer, "binary");
}

static void append_file(struct record_writer *writer, struct buffer *buffer,
                        const struct window_commit *commit, size_t index)
{
    const struct file_change *change = &commit->changes[index];
    struct slice encoding = commit->commit.encoding;
    uint32_t mode = change->new_mode ? change->new_mode : change->old_mode;
    char octal[8];

    start_record(writer, buffer, "commit_files");
    append_id(buffer, "hash", &commit->id);
    append_name(buffer, "", "path");
    json_append_string(buffer, path_texts_get(&writer->paths, index));
    if (path_texts_lossy(&writer->paths, index))
        append_original(buffer, "", "path", change->path);
    append_name(buffer, "", "old_path");
    if (change->old_path.length > 0) {
        writer->text.length = 0;
        if (!text_append_path(writer->converter, &writer->text, change->old_path, encoding)) {
            json_append_string(buffer, buffer_slice(&writer->text));
            append_original(buffer, "", "old_path", change->old_path);
        } else {
            json_append_string(buffer, buffer_slice(&writer->text));
        }
    } else {
        buffer_append_text(buffer, "null");
    }
    append_constant(buffer, "change", change_letter(change));
    append_counts(buffer, change);
    snprintf(octal, sizeof octal, "%06o", (unsigned)mode);
    append_constant(buffer, "mode", octal);
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
    append_name(buffer, "", "head");
    if (head->symbolic)
        json_append_string(buffer, slice_text(head->symbolic));
    else
        buffer_append_text(buffer, "null");
    if (head->born)
        append_id(buffer, "head_hash", &head->target);
    else
        append_null(buffer, "head_hash");
    append_boolean(buffer, "detached", !head->symbolic && head->born);
    append_boolean(buffer, "bare", facts->bare);
    append_boolean(buffer, "shallow", facts->shallow);
    append_constant(buffer, "object_format", "sha1");
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

    append_boolean(buffer, "annotated", tag != NULL);
    if (tag && tag->tagger.time.data) {
        append_person(writer, buffer, "tagger", &tag->tagger, none);
    } else {
        append_null(buffer, "tagger_name");
        append_null(buffer, "tagger_email");
        append_null(buffer, "tagger_time");
        append_null(buffer, "tagger_mapped_name");
        append_null(buffer, "tagger_mapped_email");
    }
    if (tag) {
        append_text(writer, buffer, "", "message", trim_body(tag->message), none, &writer->text);
        append_boolean(buffer, "signed", tag->is_signed);
    } else {
        append_null(buffer, "message");
        append_null(buffer, "signed");
    }
}

void records_append_ref(struct record_writer *writer, struct buffer *buffer,
                        const struct ref_facts *facts)
{
    const struct repository_ref *ref = facts->ref;

    start_record(writer, buffer, "refs");
    append_text(writer, buffer, "", "name", slice_text(ref->name), slice_of(NULL, 0),
                &writer->text);
    append_constant(buffer, "type", ref_type(ref->name));
    append_id(buffer, "hash", &ref->target);
    append_id(buffer, "target", &facts->target);
    append_constant(buffer, "target_type", kind_name(facts->target_kind));
    append_name(buffer, "", "symbolic_target");
    if (ref->symbolic)
        json_append_string(buffer, slice_text(ref->symbolic));
    else
        buffer_append_text(buffer, "null");
    append_tag(writer, buffer, facts->tag);
    buffer_append_text(buffer, "}}\n");
}
