/* A record and its children, as one part of a page. */
#include <stdlib.h>
#include <string.h>

#include "listing_parts.h"
#include "memory.h"
#include "view.h"

static void reject_record(struct page *page, const struct stream *stream, const struct scope *scope,
                          const char *reason)
{
    struct reject reject = {.stream = slice_text(stream->name),
                            .reason = reason,
                            .original = scope->record,
                            .length = scope->record.length};

    rejects_add(page->listing->all->rejects, &reject);
}

/* The listing of a child stream behind the record of `scope`. */
static void start_child(struct page *page, const struct stream *stream,
                        const struct request *request, const struct scope *scope, char *after)
{
    struct listing *child = memory_new(1, sizeof *child);
    const struct listing *above = page->listing;

    page_text(page); /* makes a piece that is free for a list */
    child->all = above->all;
    child->stream = stream;
    child->request = request;
    child->scope = *scope;
    child->subject = above->subject;
    child->identity = above->identity;
    child->priority = above->priority;
    child->cache = above->cache;
    child->owner = page;
    position_start(&child->position, &request->pagination, false);
    child->position.cursor = after;
    page->pieces[page->piece_count - 1].list = child;
    page->pending++;
    listing_ask(child);
}

/* The children that stand inside the parent's record. False when the record has no such
 * member. */
static bool take_member(struct page *page, const struct stream *stream, const struct scope *scope)
{
    struct slice member = scope_expanded_path(scope, stream->member), list, one;
    struct scope inside = {.up = scope,
                           .parameters = scope->parameters,
                           .each = scope->each,
                           .base_url = scope->base_url};
    const char *at = NULL;

    if (member.data == NULL)
        return false;
    list = view_list(member);
    if (list.data == NULL) {
        inside.record = member;
        if (view_kind(member) == JSON_OBJECT)
            page_add_record(page, stream, &inside);
        return true;
    }
    while (view_next(list, &at, &one)) {
        inside.record = one;
        if (!view_is_null(one))
            page_add_record(page, stream, &inside);
    }
    if (stream->follow && view_holds(view_path(member, "pageInfo.hasNextPage"))) {
        struct buffer cursor = {0};

        view_append_text(&cursor, view_path(member, "pageInfo.endCursor"));
        start_child(page, stream, stream->follow, scope, buffer_text(&cursor));
    }
    return true;
}

static void process_children(struct page *page, const struct stream *stream,
                             const struct scope *scope)
{
    const struct selection *selection = &page->listing->all->selection;

    for (const struct stream *child = stream->first_child; child; child = child->next_sibling) {
        if (!selection->walked[child->number] ||
            !scope_holds_all(scope, child->when.items, child->when.count))
            continue;
        for (size_t i = 0; i < (child->each_count ? child->each_count : 1); i++) {
            struct scope each = *scope;
            const struct scope *kept;

            each.each = child->each_count ? &child->each[i] : scope->each;
            kept = page_keep_scope(page, &each);
            if ((!child->member || !take_member(page, child, kept)) && child->request)
                start_child(page, child, child->request, kept, NULL);
        }
    }
}

static void see_identity(struct listing *listing, const struct stream *stream,
                         const struct scope *scope)
{
    struct identity_seen *seen = listing->identity;

    if (!stream->identity.id || !seen || seen->subject.length > 0)
        return;
    if (scope_expand(scope, stream->identity.subject, false, &seen->subject))
        view_append_text(&seen->id, scope_path(scope, stream->identity.id));
}

void page_add_record(struct page *page, const struct stream *stream, const struct scope *scope)
{
    struct listings *all = page->listing->all;

    if (!scope_holds_all(scope, stream->only.items, stream->only.count) ||
        scope_holds_any(scope, stream->leave_out.items, stream->leave_out.count))
        return;
    if (!stream->fields && view_kind(scope->record) != JSON_OBJECT) {
        reject_record(page, stream, scope, "no object, and the stream has no fields");
        return;
    }
    if (all->selection.wanted[stream->number] && !stream->hidden) {
        if (!append_record(all->source, stream, scope, page_text(page))) {
            reject_record(page, stream, scope, "a key that stands twice in an object");
            return;
        }
        page->records++;
    }
    see_identity(page->listing, stream, scope);
    if (stream->first_child)
        process_children(page, stream, scope);
}
