/* What facade reads of a repository: commits, tags, trees, mailmaps, messages, times, texts, and
 * pairs of files to count lines in. The first byte chooses. */
#include <stdlib.h>

#include "../../bin/facade/commit.h"
#include "../../bin/facade/line_counts.h"
#include "../../bin/facade/mailmap.h"
#include "../../bin/facade/text.h"
#include "../../bin/facade/times.h"
#include "../../bin/facade/trailers.h"
#include "../../bin/facade/tree_entries.h"
#include "memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
    if (!held)
        abort();
}

/* Every slice a parser hands out must be within what it was given. */
static void require_within(struct slice part, struct slice whole)
{
    require(part.length == 0 ||
            (part.data >= whole.data && part.data + part.length <= whole.data + whole.length));
}

static void read_commit(struct slice content)
{
    struct commit commit;
    struct object_id parent;
    struct tag tag;

    if (commit_parse(content, &commit)) {
        require_within(commit.message, content);
        require_within(commit.author.name, content);
        require_within(commit.author.email, content);
        require_within(commit.committer.time, content);
        require_within(commit.encoding, content);
        for (size_t i = 0; i < commit.parent_count; i++)
            commit_parent(&commit, i, &parent);
        require(signature_seconds(&commit.committer) >= 0);
    }
    if (tag_parse(content, &tag)) {
        require_within(tag.message, content);
        require_within(tag.tagger.name, content);
    }
}

static void read_tree(struct slice content)
{
    struct tree_cursor cursor = tree_cursor_of(content);
    struct tree_entry last = {0};

    while (tree_cursor_next(&cursor) && cursor.entry.mode != MODE_NONE) {
        require_within(cursor.entry.name, content);
        require(cursor.entry.name.length > 0);
        if (last.mode != MODE_NONE)
            require((tree_entry_compare(&last, &cursor.entry) < 0) ==
                    (tree_entry_compare(&cursor.entry, &last) > 0));
        last = cursor.entry;
    }
}

static void read_mailmap(struct slice content)
{
    struct mailmap *mailmap = mailmap_parse(content);
    struct slice half = slice_of(content.data, content.length / 2);
    struct slice name = half, email = half;

    mailmap_apply(mailmap, &name, &email);
    name = slice_of("A U Thor", 8);
    email = slice_of("a@x", 3);
    mailmap_apply(mailmap, &name, &email);
    mailmap_free(mailmap);
}

static void read_message(struct slice content)
{
    struct trailers trailers = {0};

    trailers_find(&trailers, content);
    for (size_t i = 0; i < trailers.count; i++) {
        require_within(trailers.items[i].key, content);
        require_within(trailers.items[i].value, buffer_slice(&trailers.joined));
    }
    trailers_free(&trailers);
}

static void read_text(struct slice content)
{
    static const char *const encodings[] = {"",       "ISO-8859-1", "UTF-16", "Shift_JIS",
                                            "EUC-KR", "UTF-7",      "BIG5",   "ISO-2022-JP"};
    struct text_converter *converter = text_converter_new();
    struct buffer buffer = {0};

    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
        buffer.length = 0;
        text_append(converter, &buffer, content, slice_text(encodings[i]));
        require(text_is_utf8(buffer_slice(&buffer)));
    }
    buffer.length = 0;
    if (time_append(&buffer, content) != TIME_NONE)
        require(buffer.length == 20 || buffer.length == 25);
    else
        require(buffer.length == 0);
    buffer_free(&buffer);
    text_converter_free(converter);
}

/* The two texts stand behind each other, cut where the first byte 0xFF is. */
static void count_lines(struct slice content)
{
    struct line_counter *counter = line_counter_new();
    const char *cut = content.length > 0 ? memchr(content.data, 0xFF, content.length) : NULL;
    size_t first = cut ? (size_t)(cut - content.data) : content.length / 2;
    struct slice old_text = slice_of(content.data, first);
    struct slice new_text = slice_of(content.data + first, content.length - first);
    uint64_t added, removed, added_back, removed_back;

    if (line_counts(counter, old_text, new_text, &added, &removed)) {
        require(added <= line_total(new_text) && removed <= line_total(old_text));
        require(line_total(old_text) - removed == line_total(new_text) - added);
        /* the lines git sets aside are found on each side by the same rule */
        require(line_counts(counter, new_text, old_text, &added_back, &removed_back));
        require(added_back == removed && removed_back == added);
    }
    line_counter_free(counter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(struct slice) = {read_commit,  read_tree, read_mailmap,
                                                    read_message, read_text, count_lines};
    struct slice content;
    char *copy;

    if (size == 0)
        return 0;
    copy = memory_resize(NULL, size, 1); /* of the exact size, for the sanitizer to watch */
    memcpy(copy, data + 1, size - 1);
    content = slice_of(copy, size - 1);
    readers[data[0] % (sizeof readers / sizeof *readers)](content);
    free(copy);
    return 0;
}
