#include "bookmark.h"

#include <stdlib.h>

#include "json.h"
#include "memory.h"
#include "state.h"

static char *copy_text(const struct doc *doc)
{
    const char *text = doc_string(doc);

    return memory_format("%s", text ? text : "");
}

void bookmark_add_tip(struct bookmark *bookmark, const struct object_id *id, const char *name)
{
    size_t before = bookmark->tips.count;

    id_set_add(&bookmark->tips, id);
    if (bookmark->tips.count == before)
        return;
    bookmark->names =
        memory_resize(bookmark->names, bookmark->tips.capacity, sizeof *bookmark->names);
    bookmark->names[before] = name ? memory_format("%s", name) : NULL;
}

void bookmark_clear_tips(struct bookmark *bookmark)
{
    for (size_t i = 0; i < bookmark->tips.count; i++)
        free(bookmark->names[i]);
    free(bookmark->names);
    bookmark->names = NULL;
    id_set_free(&bookmark->tips);
}

void bookmark_load(struct bookmark *bookmark, const struct doc *value, const char *repository)
{
    const struct doc *ours = doc_get(doc_get(doc_get(value, "bookmarks"), "facade"), repository);
    const struct doc *refs = doc_get(ours, "refs");
    const char *mailmap = doc_string(doc_get(ours, "mailmap"));
    struct object_id id;

    *bookmark = (struct bookmark){.known = doc_is_object(ours)};
    for (const struct doc *tip = doc_first(doc_get(ours, "tips")); tip; tip = doc_next(tip))
        if (doc_name(tip) && object_id_parse(slice_text(doc_name(tip)), &id))
            bookmark_add_tip(bookmark, &id, doc_string(tip));
    for (const struct doc *lost = doc_first(doc_get(ours, "lost")); lost; lost = doc_next(lost))
        if (doc_string(lost) && object_id_parse(slice_text(doc_string(lost)), &id))
            id_set_add(&bookmark->lost, &id);
    bookmark->refs_digest = copy_text(doc_get(refs, "digest"));
    bookmark->refs_count = (uint64_t)doc_double(doc_get(refs, "count"), 0);
    bookmark->view = copy_text(doc_get(ours, "view"));
    bookmark->has_mailmap = mailmap && object_id_parse(slice_text(mailmap), &bookmark->mailmap);
}

void bookmark_free(struct bookmark *bookmark)
{
    bookmark_clear_tips(bookmark);
    id_set_free(&bookmark->lost);
    free(bookmark->refs_digest);
    free(bookmark->view);
    *bookmark = (struct bookmark){0};
}

static struct doc *hash_text(const struct object_id *id)
{
    char hex[OBJECT_ID_HEX + 1];

    object_id_hex(id, hex);
    hex[OBJECT_ID_HEX] = '\0';
    return doc_text(hex);
}

/* As JSON text, because there may be many thousands and a document's members are a list. */
static void append_tips(struct buffer *json, const struct bookmark *bookmark)
{
    buffer_append_byte(json, '{');
    for (size_t i = 0; i < bookmark->tips.count; i++) {
        char hex[OBJECT_ID_HEX];

        object_id_hex(&bookmark->tips.ids[i], hex);
        buffer_append_text(json, i > 0 ? ",\"" : "\"");
        buffer_append(json, hex, sizeof hex);
        buffer_append_text(json, "\":");
        if (bookmark->names[i])
            json_append_string(json, slice_text(bookmark->names[i]));
        else
            buffer_append_text(json, "null");
    }
    buffer_append_byte(json, '}');
}

void bookmark_store(const struct bookmark *bookmark, struct doc *value, const char *repository)
{
    struct doc *all = state_object(state_object(value, "bookmarks"), "facade");
    struct doc *ours = doc_object(), *refs = doc_object(), *lost = doc_array();
    struct buffer tips = {0};

    append_tips(&tips, bookmark);
    doc_set(ours, "tips", doc_raw(buffer_text(&tips)));
    buffer_free(&tips);
    for (size_t i = 0; i < bookmark->lost.count; i++)
        doc_add(lost, hash_text(&bookmark->lost.ids[i]));
    doc_set(ours, "lost", lost);
    doc_set(refs, "count", doc_number((double)bookmark->refs_count));
    doc_set(refs, "digest", doc_text(bookmark->refs_digest));
    doc_set(ours, "refs", refs);
    doc_set(ours, "view", doc_text(bookmark->view));
    doc_set(ours, "mailmap",
            bookmark->has_mailmap ? hash_text(&bookmark->mailmap) : doc_raw("null"));
    doc_set(all, repository, ours);
}
