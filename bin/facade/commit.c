#include "commit.h"

#include "text_parts.h"

enum { PARENT_LINE = 7 + OBJECT_ID_HEX + 1 };

/* The last '<' or '>' before `length`, or NULL. */
static const char *last_of(struct slice text, char byte)
{
    return text.length > 0 ? memrchr(text.data, byte, text.length) : NULL;
}

static const struct signature_line nobody = {{"", 0}, {"", 0}, {"", 0}};

/*
 * "NAME <EMAIL> SECONDS OFFSET". As git reads broken ones: the address starts at the first '<'
 * and ends at the next '>', the time stands behind the last '>'.
 */
static struct signature_line parse_signature(struct slice line)
{
    struct signature_line signature = {line, {line.data, 0}, {line.data, 0}};
    const char *end = line.data + line.length, *open, *close, *last;

    open = line.length > 0 ? memchr(line.data, '<', line.length) : NULL;
    close = open ? memchr(open, '>', (size_t)(end - open)) : NULL;
    if (!close) {
        signature.name = text_trim(line);
        return signature;
    }
    signature.name = text_trim(slice_of(line.data, (size_t)(open - line.data)));
    signature.email = text_trim(slice_of(open + 1, (size_t)(close - open - 1)));
    last = last_of(line, '>');
    signature.time = text_trim(slice_of(last + 1, (size_t)(end - last - 1)));
    return signature;
}

/* The header lines behind the parents; stops behind the empty line before the message. */
static void parse_headers(struct slice *content, struct commit *commit)
{
    bool have_author = false, have_committer = false, have_encoding = false;

    while (content->length > 0) {
        struct slice line = text_take_line(content), rest;

        if (line.length == 0)
            return;
        if (!have_author && text_starts(line, "author ", &rest)) {
            commit->author = parse_signature(rest);
            have_author = true;
        } else if (!have_committer && text_starts(line, "committer ", &rest)) {
            commit->committer = parse_signature(rest);
            have_committer = true;
        } else if (!have_encoding && text_starts(line, "encoding ", &rest)) {
            commit->encoding = text_trim(rest);
            have_encoding = true;
        } else if (text_starts(line, "gpgsig ", &rest) ||
                   text_starts(line, "gpgsig-sha256 ", &rest)) {
            commit->is_signed = true;
        }
    }
}

bool commit_parse(struct slice content, struct commit *commit)
{
    struct slice line, rest;
    struct object_id parent;

    *commit = (struct commit){.author = nobody, .committer = nobody};
    line = text_take_line(&content);
    if (!text_starts(line, "tree ", &rest) || !object_id_parse(rest, &commit->tree))
        return false;
    commit->parents = slice_of(content.data, 0);
    while (text_starts(content, "parent ", &rest)) {
        line = text_take_line(&content);
        if (line.length != PARENT_LINE - 1 ||
            !object_id_parse(slice_of(line.data + 7, OBJECT_ID_HEX), &parent))
            return false;
        commit->parents.length += PARENT_LINE;
        commit->parent_count++;
    }
    parse_headers(&content, commit);
    commit->message = content;
    return true;
}

void commit_parent(const struct commit *commit, size_t index, struct object_id *parent)
{
    (void)object_id_parse(slice_of(commit->parents.data + index * PARENT_LINE + 7, OBJECT_ID_HEX),
                          parent);
}

bool tag_parse(struct slice content, struct tag *tag)
{
    struct slice line, rest, start = content;

    *tag = (struct tag){0};
    line = text_take_line(&content);
    if (!text_starts(line, "object ", &rest) || !object_id_parse(rest, &tag->target))
        return false;
    line = text_take_line(&content);
    if (!text_starts(line, "type ", &tag->target_type))
        return false;
    while (content.length > 0 && (line = text_take_line(&content)).length > 0)
        if (text_starts(line, "tagger ", &rest))
            tag->tagger = parse_signature(rest);
    tag->message = content;
    tag->is_signed = memmem(start.data, start.length, "\n-----BEGIN ", 12) != NULL;
    return true;
}

int64_t signature_seconds(const struct signature_line *signature)
{
    int64_t seconds = 0;

    for (size_t i = 0; i < signature->time.length; i++) {
        char c = signature->time.data[i];

        if (c < '0' || c > '9' || seconds > (INT64_MAX - 9) / 10)
            return c == ' ' || c == '\t' ? seconds : 0;
        seconds = seconds * 10 + (c - '0');
    }
    return seconds;
}
