#include "split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "view.h"

static char *text_of(struct slice value, const char *otherwise)
{
    struct buffer text = {0};

    if (view_kind(value) != JSON_STRING)
        return memory_format("%s", otherwise);
    view_append_text(&text, value);
    return buffer_text(&text);
}

/* The number of the query an error belongs to, from its path ["r3", ...]; -1: of all. *deep is
 * whether it is about something below the query's top-level field. */
static long owner_of(struct slice error, bool *deep)
{
    struct slice path = view_member(error, slice_text("path")), first;
    const char *at = NULL;
    char *end;
    long owner;

    *deep = false;
    if (!view_next(path, &at, &first) || view_kind(first) != JSON_STRING || first.data[1] != 'r')
        return -1;
    owner = strtol(first.data + 2, &end, 10);
    if (*end != '"')
        return -1;
    *deep = view_next(path, &at, &first);
    return owner;
}

/* A status for an error that says what is wrong with the thing asked for; 0 for others. */
static int status_of(struct slice type)
{
    if (view_is_text(type, "NOT_FOUND"))
        return 404;
    if (view_is_text(type, "FORBIDDEN") || view_is_text(type, "INSUFFICIENT_SCOPES"))
        return 403;
    return 0;
}

/* An error in the query itself has a code of the validator, and no data come with it. */
static bool is_refusal(struct slice error, bool has_data)
{
    struct slice code = view_path(error, "extensions.code");

    return !has_data && (view_kind(code) == JSON_STRING ||
                         (view_is_null(view_member(error, slice_text("type"))) &&
                          !view_is_null(view_member(error, slice_text("locations")))));
}

static void blame(struct answer *answer, enum answer_kind kind, int status, char *reason)
{
    if (answer->kind == ANSWER_BODY || answer->reason == NULL) {
        answer->kind = kind;
        answer->status = status;
        free(answer->reason);
        answer->reason = reason;
    } else {
        free(reason);
    }
}

static void take_error(struct slice error, struct answer *answers, size_t count)
{
    struct slice message = view_member(error, slice_text("message"));
    int status = status_of(view_member(error, slice_text("type")));
    bool deep;
    long owner = owner_of(error, &deep);

    for (size_t i = 0; i < count; i++) {
        if (owner >= 0 && (size_t)owner != i)
            continue;
        if (status && deep)
            continue; /* one thing below is gone: the rest counts */
        blame(&answers[i], status ? ANSWER_STATUS : ANSWER_TOO_RICH, status,
              text_of(message, "an error without a message"));
    }
}

static enum split_outcome take_errors(struct slice errors, bool has_data, struct answer *answers,
                                      size_t count, char **reason)
{
    struct slice error;
    const char *at = NULL;

    while (view_next(errors, &at, &error)) {
        struct slice message = view_member(error, slice_text("message"));

        if (view_is_text(view_member(error, slice_text("type")), "RATE_LIMITED"))
            return SPLIT_LIMITED;
        if (is_refusal(error, has_data)) {
            *reason = text_of(message, "the query is not accepted");
            return SPLIT_REFUSED;
        }
        take_error(error, answers, count);
    }
    return SPLIT_ANSWERS;
}

static void take_data(struct slice data, struct answer *answers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char alias[32];
        struct slice value;

        snprintf(alias, sizeof alias, "r%zu", i);
        value = view_member(data, slice_text(alias));
        answers[i].status = 200;
        if (!view_is_null(value)) {
            answer_set_body(&answers[i], value);
        } else if (value.data) {
            answers[i].kind = ANSWER_STATUS;
            answers[i].status = 404;
        } else {
            answers[i].kind = ANSWER_TOO_RICH;
        }
    }
}

enum split_outcome split_response(struct slice body, struct answer *answers, size_t count,
                                  char **reason)
{
    struct slice data = view_member(body, slice_text("data"));
    struct slice errors = view_member(body, slice_text("errors"));
    bool has_data = view_kind(data) == JSON_OBJECT;

    if (!has_data && view_kind(errors) != JSON_ARRAY) {
        *reason = memory_format("neither data nor errors in the answer");
        return SPLIT_MALFORMED;
    }
    take_data(data, answers, count);
    return take_errors(errors, has_data, answers, count, reason);
}
