#include "model_value.h"

#include <fnmatch.h>
#include <stdlib.h>

#include "identity.h"

static const struct slice nothing;

/* What stands between the quotes of a string; of another scalar all of it. */
static struct slice content(struct slice value)
{
    if (value.length >= 2 && *value.data == '"')
        return slice_of(value.data + 1, value.length - 2);
    return value;
}

static struct slice done(struct buffer *text)
{
    buffer_reserve(text, JSON_PADDING); /* copied in steps */
    return buffer_slice(text);
}

bool model_integer(struct slice value, uint64_t *number)
{
    struct slice digits = content(value);

    *number = 0;
    if (digits.length == 0 || digits.length > 18 || (digits.length > 1 && *digits.data == '0'))
        return false;
    for (size_t i = 0; i < digits.length; i++) {
        if ((unsigned)(digits.data[i] - '0') > 9)
            return false;
        *number = *number * 10 + (uint64_t)(digits.data[i] - '0');
    }
    return true;
}

static struct slice template_value(const struct model_value *value, struct buffer *out)
{
    out->length = 0;
    buffer_append_byte(out, '"');
    for (size_t i = 0; i < value->part_count; i++) {
        const struct model_value *part = &value->parts[i];
        struct slice text =
            part->verb == MODEL_CONSTANT ? part->text : content(reference_value(part->from));

        if (text.data == NULL)
            return nothing;
        buffer_append_slice(out, text);
    }
    buffer_append_byte(out, '"');
    return done(out);
}

static struct slice key_value(const struct model *model, const struct model_value *value,
                              struct buffer *out, const char **error)
{
    struct slice id = reference_value(value->from);
    uint64_t number, key;

    if (id.data == NULL)
        return nothing;
    if (!model_integer(id, &number))
        *error = "the id is no whole number";
    else if (!identity_key(model->platform, value->kind, number, &key))
        *error = "the id is too large for a key below 2^53";
    if (*error)
        return nothing;
    out->length = 0;
    buffer_append_number(out, key);
    return done(out);
}

/* A day is its first moment, in UTC. */
static struct slice time_value(struct slice value, struct buffer *out)
{
    struct slice text = content(value);

    if (text.length == 0)
        return nothing;
    if (types_of_string(text) != TYPE_DATE)
        return value;
    out->length = 0;
    buffer_append_byte(out, '"');
    buffer_append_slice(out, text);
    buffer_append_text(out, "T00:00:00Z\"");
    return done(out);
}

static struct slice date_value(struct slice value, struct buffer *out, const char **error)
{
    struct slice text = content(value);

    if (text.length == 0)
        return nothing;
    if (text.length < 10 || types_of_string(slice_of(text.data, 10)) != TYPE_DATE) {
        *error = "not a time";
        return nothing;
    }
    out->length = 0;
    buffer_append_byte(out, '"');
    buffer_append(out, text.data, 10);
    buffer_append_byte(out, '"');
    return done(out);
}

static struct slice map_value(const struct model_value *value)
{
    struct slice given = reference_value(value->from), text = content(given), found = given;

    if (value->has_otherwise && given.data)
        found = value->parts[value->part_count - 1].text;
    for (size_t i = 0; given.data && i < value->word_count; i++) {
        if (slice_is(text, value->words[i]))
            found = value->parts[i].text;
    }
    return found.data && *found.data == 'n' ? nothing : found;
}

static void join_one(const struct model_value *value, struct slice one, struct buffer *out)
{
    struct slice text = content(one);

    if (text.data == NULL || text.length == 0)
        return;
    if (out->length > 1)
        buffer_append_slice(out, value->text);
    buffer_append_slice(out, text);
}

/* Calls `take` for each element of an array that was scanned before; stops when it returns false.
 */
static void for_elements(struct slice array, bool (*take)(void *context, struct slice element),
                         void *context)
{
    struct json json = {.max_nesting = JSON_MOST_NESTING};
    const char *at;

    if (array.data == NULL || *array.data != '[')
        return;
    json.end = array.data + array.length;
    at = json_space(&json, array.data + 1);
    for (bool more = *at != ']'; more;) {
        const char *end = json_value_end(&json, at, 0);

        if (end == NULL || !take(context, slice_of(at, (size_t)(end - at))))
            return;
        at = json_after_value(&json, end, ']', &more);
        if (at == NULL)
            return;
    }
}

struct joining {
    const struct model_value *value;
    struct buffer *out;
};

static bool join_element(void *context, struct slice element)
{
    const struct joining *joining = context;

    if (json_kind_of(*element.data) < JSON_ARRAY && *element.data != 'n')
        join_one(joining->value, element, joining->out);
    return true;
}

static struct slice join_value(const struct model *model, const struct model_value *value,
                               struct model_scratch *scratch, const char **error)
{
    struct buffer *out = &scratch->joined;
    struct joining joining = {value, out};

    out->length = 0;
    buffer_append_byte(out, '"');
    if (value->from.scope)
        for_elements(reference_value(value->from), join_element, &joining);
    for (size_t i = 0; i < value->part_count; i++)
        join_one(value, model_value(model, &value->parts[i], scratch, error), out);
    buffer_append_byte(out, '"');
    return out->length > 2 ? done(out) : nothing;
}

static bool is_like(const struct model_value *value, struct slice text, struct buffer *scratch)
{
    scratch->length = 0;
    json_decode(scratch, content(text), 0xFFFD);
    for (size_t i = 0; i < value->word_count; i++) {
        if (fnmatch(value->words[i], buffer_text(scratch), FNM_CASEFOLD) == 0)
            return true;
    }
    return false;
}

struct finding {
    const struct model_value *value;
    struct buffer *scratch;
    struct slice found;
};

/* The member of an object that was scanned before. */
static struct slice member_of(struct slice object, struct slice name)
{
    struct json json = {.end = object.data + object.length, .max_nesting = JSON_MOST_NESTING};
    const char *at = json_space(&json, object.data + 1);

    for (bool more = *object.data == '{' && *at != '}'; more;) {
        struct json_key key;
        const char *begin = json_key(&json, at, &key);
        const char *end = begin ? json_value_end(&json, begin, 0) : NULL;

        if (end && slice_equal(key.text, name))
            return slice_of(begin, (size_t)(end - begin));
        at = end ? json_after_value(&json, end, '}', &more) : NULL;
        if (at == NULL)
            break;
    }
    return nothing;
}

static bool find_element(void *context, struct slice element)
{
    struct finding *finding = context;
    struct slice member = member_of(element, finding->value->text);

    if (member.data == NULL || *member.data != '"' ||
        !is_like(finding->value, member, finding->scratch))
        return true;
    finding->found = member;
    return false;
}

static struct slice find_value(const struct model_value *value, struct buffer *scratch)
{
    struct finding finding = {value, scratch, nothing};

    for_elements(reference_value(value->from), find_element, &finding);
    return finding.found;
}

/* How many lines of a text begin with a character; its line ends are the escape \n. */
static struct slice lines_value(const struct model_value *value, struct buffer *out)
{
    struct slice text = reference_value(value->from);
    struct slice unless = value->unless.scope ? reference_value(value->unless) : nothing;
    uint64_t count = 0;
    bool begins = true;

    if (text.data == NULL || *text.data != '"' || (unless.data && *unless.data == 't'))
        return nothing;
    for (size_t i = 1; i + 1 < text.length; i++) {
        count += begins && text.data[i] == (char)value->kind;
        begins = false;
        if (text.data[i] == '\\')
            begins = text.data[++i] == 'n';
    }
    out->length = 0;
    buffer_append_number(out, count);
    return done(out);
}

static struct slice first_value(const struct model *model, const struct model_value *value,
                                struct model_scratch *scratch, const char **error)
{
    for (size_t i = 0; i < value->part_count; i++) {
        struct slice one = model_value(model, &value->parts[i], scratch, error);

        if (one.data)
            return one;
    }
    return nothing;
}

struct slice model_value(const struct model *model, const struct model_value *value,
                         struct model_scratch *scratch, const char **error)
{
    struct slice given;

    switch (value->verb) {
    case MODEL_PATH:
        return reference_value(value->from);
    case MODEL_CONSTANT:
        return *value->text.data == 'n' ? nothing : value->text;
    case MODEL_TEMPLATE:
        return template_value(value, &scratch->text);
    case MODEL_KEY:
        return key_value(model, value, &scratch->text, error);
    case MODEL_TIME:
        return time_value(reference_value(value->from), &scratch->text);
    case MODEL_DATE:
        return date_value(reference_value(value->from), &scratch->text, error);
    case MODEL_FIRST:
        return first_value(model, value, scratch, error);
    case MODEL_MAP:
        return map_value(value);
    case MODEL_JOIN:
        return join_value(model, value, scratch, error);
    case MODEL_LIKE:
        given = reference_value(value->from);
        return given.data && is_like(value, given, &scratch->text) ? given : nothing;
    case MODEL_FIND:
        return find_value(value, &scratch->text);
    case MODEL_LINES:
        return lines_value(value, &scratch->text);
    case MODEL_CONTRIBUTOR:
        break;
    }
    return nothing;
}

/* ---- types ---- */

/* Copies short values without asking how short: both sides are padded. */
static void append(struct buffer *out, struct slice value)
{
    char *to = buffer_reserve(out, value.length + JSON_PADDING);

    if (__builtin_expect(value.length <= 32, 1)) {
        memcpy(to, value.data, 16);
        memcpy(to + 16, value.data + 16, 16);
    } else {
        memcpy(to, value.data, value.length);
    }
    out->length += value.length;
}

static const char *append_string(struct buffer *out, struct slice value)
{
    if (*value.data == '"') {
        append(out, value);
        return NULL;
    }
    if (json_kind_of(*value.data) >= JSON_ARRAY)
        return "not text but an object or array";
    buffer_append_byte(out, '"');
    append(out, value);
    buffer_append_byte(out, '"');
    return NULL;
}

static const char *append_integer(struct buffer *out, struct slice value)
{
    struct slice digits = content(value);
    uint64_t number;

    if (*value.data == 't' || *value.data == 'f') {
        buffer_append_byte(out, *value.data == 't' ? '1' : '0');
        return NULL;
    }
    if (!model_integer(value, &number) && (json_kind_of(*digits.data) != JSON_NUMBER ||
                                           types_of(JSON_NUMBER, digits) != TYPE_INTEGER))
        return "not a whole number of 64 bits";
    append(out, digits);
    return NULL;
}

/* A string that is of the type, or empty, which is null. */
static const char *append_text_of(struct buffer *out, enum type type, struct slice value)
{
    if (*value.data != '"' || types_of_string(content(value)) != type)
        return type == TYPE_DATE_TIME ? "not a time with a zone" : "not of the column's type";
    append(out, value);
    return NULL;
}

const char *model_append_typed(struct buffer *out, enum type type, struct slice value)
{
    switch (type) {
    case TYPE_STRING:
        return append_string(out, value);
    case TYPE_INTEGER:
        return append_integer(out, value);
    case TYPE_NUMBER:
        if (*value.data == '"' || json_kind_of(*value.data) != JSON_NUMBER)
            return "not a number";
        append(out, value);
        return NULL;
    case TYPE_BOOLEAN:
        if (*value.data != 't' && *value.data != 'f')
            return "neither true nor false";
        append(out, value);
        return NULL;
    case TYPE_JSON:
        append(out, value);
        return NULL;
    default:
        return append_text_of(out, type, value);
    }
}
