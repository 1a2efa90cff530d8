#include "names.h"

#include "hash.h"

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether a word starts at a capital: createdAt, HTMLUrl (before "Url"). */
static bool starts_word(struct slice name, size_t at)
{
    char before, after;

    if (at == 0)
        return false;
    before = name.data[at - 1];
    after = at + 1 < name.length ? name.data[at + 1] : '\0';
    return is_lower(before) || is_digit(before) || (is_upper(before) && is_lower(after));
}

static bool append_snake(struct buffer *out, struct slice name)
{
    bool lost = false, in_gap = false;

    if (name.length == 0 || is_digit(name.data[0]))
        buffer_append_byte(out, '_');
    for (size_t at = 0; at < name.length; at++) {
        char c = name.data[at];

        if (is_lower(c) || is_digit(c) || c == '_') {
            buffer_append_byte(out, c);
        } else if (is_upper(c)) {
            if (starts_word(name, at))
                buffer_append_byte(out, '_');
            buffer_append_byte(out, (char)(c | 0x20));
        } else {
            /* a run of anything else becomes one underscore */
            if (!in_gap)
                buffer_append_byte(out, '_');
            in_gap = true;
            lost = lost || (unsigned char)c >= 0x80;
            continue;
        }
        in_gap = false;
    }
    return lost;
}

bool names_append(struct buffer *out, enum names_rule rule, struct slice name)
{
    if (rule == NAMES_SNAKE)
        return append_snake(out, name);
    buffer_append_slice(out, name);
    return name.length == 0;
}

void names_add_hash(struct buffer *name, size_t longest, struct slice source)
{
    enum { DIGITS = 8 };
    size_t room = longest > DIGITS + 1 ? longest - DIGITS - 1 : 0;

    if (name->length > room) {
        name->length = room;
        /* not in the middle of a character */
        while (name->length > 0 && ((unsigned char)name->data[name->length] & 0xC0) == 0x80)
            name->length--;
    }
    buffer_append_byte(name, '_');
    hash_short(source, buffer_reserve(name, DIGITS), DIGITS);
    name->length += DIGITS;
}

void names_fit(struct buffer *name, size_t longest, struct slice source)
{
    if (name->length > longest)
        names_add_hash(name, longest, source);
}
