#include "doc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "json.h"
#include "memory.h"

/* struct doc is cJSON's node, under a name of our own. */
static struct doc *wrap(const cJSON *node)
{
    return (struct doc *)node;
}

static cJSON *tree(const struct doc *doc)
{
    return (cJSON *)doc;
}

static struct doc *made(cJSON *node)
{
    if (node == NULL)
        return memory_resize(NULL, (size_t)-1, 2); /* ends the process: out of memory */
    return wrap(node);
}

struct doc *doc_parse(struct slice text, const char **error)
{
    struct json json = {.max_nesting = JSON_DEFAULT_NESTING};
    struct buffer padded = {0};
    cJSON *node = NULL;

    /* cJSON is lenient; the scanner is not, and wants a sentinel and padding */
    buffer_append_slice(&padded, text);
    memset(buffer_reserve(&padded, JSON_PADDING), '\n', JSON_PADDING);
    if (json_valid(&json, buffer_slice(&padded))) {
        node = cJSON_ParseWithLength(padded.data, padded.length);
        json.error = "not readable as a document";
    }
    buffer_free(&padded);
    if (node == NULL)
        *error = json.error;
    return wrap(node);
}

static bool read_all(int fd, struct buffer *buffer)
{
    ssize_t got;

    while ((got = read(fd, buffer_reserve(buffer, 64 << 10), 64 << 10)) != 0) {
        if (got > 0)
            buffer->length += (size_t)got;
        else if (errno != EINTR)
            return false;
    }
    return true;
}

struct doc *doc_read(const char *path, char **error)
{
    struct buffer text = {0};
    const char *why = NULL;
    struct doc *doc = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || !read_all(fd, &text))
        why = strerror(errno);
    else
        doc = doc_parse(buffer_slice(&text), &why);
    if (fd >= 0)
        close(fd);
    buffer_free(&text);
    if (doc == NULL)
        *error = memory_format("%s: %s", path, why);
    return doc;
}

void doc_free(struct doc *doc)
{
    cJSON_Delete(tree(doc));
}

struct doc *doc_object(void)
{
    return made(cJSON_CreateObject());
}

struct doc *doc_array(void)
{
    return made(cJSON_CreateArray());
}

struct doc *doc_text(const char *text)
{
    return made(cJSON_CreateString(text));
}

struct doc *doc_number(double number)
{
    return made(cJSON_CreateNumber(number));
}

struct doc *doc_boolean(bool value)
{
    return made(cJSON_CreateBool(value));
}

struct doc *doc_raw(const char *json)
{
    return made(cJSON_CreateRaw(json));
}

struct doc *doc_copy(const struct doc *doc)
{
    return made(cJSON_Duplicate(tree(doc), true));
}

struct doc *doc_get(const struct doc *doc, const char *name)
{
    return wrap(cJSON_GetObjectItemCaseSensitive(tree(doc), name));
}

void doc_set(struct doc *object, const char *name, struct doc *value)
{
    if (doc_get(object, name) != NULL)
        cJSON_ReplaceItemInObjectCaseSensitive(tree(object), name, tree(value));
    else
        doc_add_member(object, name, value);
}

void doc_add_member(struct doc *object, const char *name, struct doc *value)
{
    cJSON_AddItemToObject(tree(object), name, tree(value));
}

void doc_remove(struct doc *object, const char *name)
{
    cJSON_DeleteItemFromObjectCaseSensitive(tree(object), name);
}

void doc_add(struct doc *array, struct doc *value)
{
    cJSON_AddItemToArray(tree(array), tree(value));
}

struct doc *doc_first(const struct doc *doc)
{
    return doc && (cJSON_IsArray(tree(doc)) || cJSON_IsObject(tree(doc))) ? wrap(tree(doc)->child)
                                                                          : NULL;
}

struct doc *doc_next(const struct doc *doc)
{
    return wrap(tree(doc)->next);
}

size_t doc_count(const struct doc *doc)
{
    size_t count = 0;

    for (const struct doc *d = doc_first(doc); d; d = doc_next(d))
        count++;
    return count;
}

const char *doc_name(const struct doc *doc)
{
    return tree(doc)->string;
}

const char *doc_string(const struct doc *doc)
{
    return cJSON_IsString(tree(doc)) ? tree(doc)->valuestring : NULL;
}

double doc_double(const struct doc *doc, double otherwise)
{
    return cJSON_IsNumber(tree(doc)) ? tree(doc)->valuedouble : otherwise;
}

bool doc_is_true(const struct doc *doc)
{
    return cJSON_IsTrue(tree(doc));
}

bool doc_is_object(const struct doc *doc)
{
    return cJSON_IsObject(tree(doc));
}

bool doc_is_array(const struct doc *doc)
{
    return cJSON_IsArray(tree(doc));
}

void doc_print(const struct doc *doc, struct buffer *buffer)
{
    char *text = cJSON_PrintUnformatted(tree(doc));

    if (text == NULL)
        made(NULL);
    else
        buffer_append_text(buffer, text);
    free(text);
}
