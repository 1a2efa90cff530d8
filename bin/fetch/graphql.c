#include "graphql.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "view.h"

enum { DEEPEST_SELECTION = 100, LONGEST_WEIGHING = 100000 };

enum token_kind {
    TOKEN_END,
    TOKEN_NAME,
    TOKEN_VARIABLE,
    TOKEN_SPREAD,
    TOKEN_NUMBER,
    TOKEN_TEXT,
    TOKEN_MARK
};

struct token {
    enum token_kind kind;
    struct slice text; /* a variable without its "$", a mark is one byte */
};

struct fragment {
    struct slice name;
    size_t body, end; /* tokens of its selection set, braces included */
    size_t start;     /* the token "fragment" */
};

struct query {
    char *text; /* the file; tokens point into it */
    struct token *tokens;
    size_t token_count;
    struct query_variable *variables;
    size_t variable_count;
    size_t definitions, definitions_end; /* between the parentheses */
    size_t top, top_end;                 /* the top-level field, without the braces around it */
    char *top_name;
    struct fragment *fragments;
    size_t fragment_count;
    bool fragments_use_variables;
};

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static size_t name_length(const char *at)
{
    size_t length = 0;

    while (is_name_byte(at[length]))
        length++;
    return length;
}

/* `at` is on a quote: the length of the string with its quotes, 0 when it has no end. */
static size_t text_length(const char *at)
{
    const char *end;

    if (strncmp(at, "\"\"\"", 3) == 0) {
        for (end = strstr(at + 3, "\"\"\""); end && end[-1] == '\\';)
            end = strstr(end + 3, "\"\"\"");
        return end ? (size_t)(end + 3 - at) : 0;
    }
    for (end = at + 1; *end != '"'; end++) {
        if (*end == '\0' || *end == '\n')
            return 0;
        if (*end == '\\' && end[1])
            end++;
    }
    return (size_t)(end + 1 - at);
}

static const char *skip_ignored(const char *at)
{
    for (;;) {
        at += strspn(at, " \t\r\n,");
        if (*at != '#')
            return at;
        at += strcspn(at, "\n");
    }
}

/* Takes the next token; false when there is none that could be. */
static bool take_token(const char **at, struct token *token)
{
    const char *start = skip_ignored(*at);
    size_t length = 1;

    token->kind = TOKEN_MARK;
    if (*start == '\0') {
        token->kind = TOKEN_END;
        length = 0;
    } else if (strncmp(start, "...", 3) == 0) {
        token->kind = TOKEN_SPREAD;
        length = 3;
    } else if (*start == '$') {
        token->kind = TOKEN_VARIABLE;
        length = 1 + name_length(start + 1);
    } else if (*start == '"') {
        token->kind = TOKEN_TEXT;
        length = text_length(start);
    } else if ((*start >= '0' && *start <= '9') || *start == '-') {
        token->kind = TOKEN_NUMBER;
        length = 1 + strspn(start + 1, "0123456789.eE+-");
    } else if (is_name_byte(*start)) {
        token->kind = TOKEN_NAME;
        length = name_length(start);
    } else if (!strchr("!(){}[]:=@|&", *start)) {
        return false;
    }
    *at = start + length;
    token->text = slice_of(start, length);
    if (token->kind == TOKEN_VARIABLE)
        token->text = slice_of(start + 1, length - 1);
    return token->kind == TOKEN_END || token->text.length > 0;
}

static bool is_mark(const struct token *token, char mark)
{
    return token->kind == TOKEN_MARK && token->text.data[0] == mark;
}

static bool is_word(const struct token *token, const char *word)
{
    return token->kind == TOKEN_NAME && slice_is(token->text, word);
}

static bool tokenize(struct query *query)
{
    const char *at = query->text;
    size_t capacity = 0;

    for (;;) {
        if (query->token_count == capacity) {
            capacity = capacity ? 2 * capacity : 256;
            query->tokens = memory_resize(query->tokens, capacity, sizeof *query->tokens);
        }
        if (!take_token(&at, &query->tokens[query->token_count]))
            return false;
        if (query->tokens[query->token_count].kind == TOKEN_END)
            return true;
        query->token_count++;
    }
}

/* `at` is on an opening mark: the token behind the one that closes it; 0 when none does, or what
 * is between does not match. */
static size_t behind_closing(const struct query *query, size_t at)
{
    static const char opening[] = "({[", closing[] = ")}]";
    char expected[DEEPEST_SELECTION];
    size_t depth = 0;

    for (; at < query->token_count; at++) {
        const struct token *token = &query->tokens[at];
        const char *mark;

        if (token->kind != TOKEN_MARK)
            continue;
        mark = strchr(opening, token->text.data[0]);
        if (mark) {
            if (depth == DEEPEST_SELECTION)
                return 0;
            expected[depth++] = closing[mark - opening];
        } else if (strchr(closing, token->text.data[0])) {
            if (depth == 0 || expected[--depth] != token->text.data[0])
                return 0;
            if (depth == 0)
                return at + 1;
        }
    }
    return 0;
}

/* The variables between the parentheses: "$name: [Type!]! = default". */
static void take_definitions(struct query *query)
{
    for (size_t at = query->definitions; at < query->definitions_end; at++) {
        const struct token *token = &query->tokens[at];
        struct query_variable *last =
            query->variable_count ? &query->variables[query->variable_count - 1] : NULL;

        if (token->kind == TOKEN_VARIABLE) {
            query->variables = memory_resize(query->variables, query->variable_count + 1,
                                             sizeof *query->variables);
            query->variables[query->variable_count++] =
                (struct query_variable){.name = memory_text(token->text.data, token->text.length)};
        } else if (last) {
            last->list |= is_mark(token, '[');
            last->integer |= is_word(token, "Int");
            if (is_mark(token, '=') || is_mark(token, ']'))
                last->required = false;
            else if (is_mark(token, '!'))
                last->required = true;
        }
    }
}

/* "query Name($a: A) { field... }" at token `at`: the token behind it, 0 when it is not that. */
static size_t take_operation(struct query *query, size_t at)
{
    size_t end;

    at++;
    if (at < query->token_count && query->tokens[at].kind == TOKEN_NAME)
        at++;
    if (at < query->token_count && is_mark(&query->tokens[at], '(')) {
        end = behind_closing(query, at);
        query->definitions = at + 1;
        query->definitions_end = end ? end - 1 : at + 1;
        at = end;
        take_definitions(query);
    }
    if (at == 0 || at >= query->token_count || !is_mark(&query->tokens[at], '{'))
        return 0;
    end = behind_closing(query, at);
    if (end == 0 || end - at < 3 || query->tokens[at + 1].kind != TOKEN_NAME)
        return 0;
    query->top = at + 1;
    query->top_end = end - 1;
    query->top_name =
        memory_text(query->tokens[at + 1].text.data, query->tokens[at + 1].text.length);
    return end;
}

/* "fragment Name on Type { ... }" */
static size_t take_fragment(struct query *query, size_t at)
{
    struct fragment fragment = {.start = at};

    if (at + 4 >= query->token_count || query->tokens[at + 1].kind != TOKEN_NAME)
        return 0;
    fragment.name = query->tokens[at + 1].text;
    for (at += 2; at < query->token_count && !is_mark(&query->tokens[at], '{');)
        at++;
    fragment.body = at;
    fragment.end = behind_closing(query, at);
    if (fragment.end == 0)
        return 0;
    for (size_t i = fragment.body; i < fragment.end; i++)
        query->fragments_use_variables |= query->tokens[i].kind == TOKEN_VARIABLE;
    query->fragments =
        memory_resize(query->fragments, query->fragment_count + 1, sizeof *query->fragments);
    query->fragments[query->fragment_count++] = fragment;
    return fragment.end;
}

/* Behind a field's name (or alias): the token behind the whole field. */
static size_t field_end(const struct query *query, size_t at)
{
    at++;
    if (is_mark(&query->tokens[at], ':'))
        at += 2;
    if (is_mark(&query->tokens[at], '('))
        at = behind_closing(query, at);
    while (at && is_mark(&query->tokens[at], '@')) {
        at += 2;
        if (is_mark(&query->tokens[at], '('))
            at = behind_closing(query, at);
    }
    if (at && is_mark(&query->tokens[at], '{'))
        at = behind_closing(query, at);
    return at;
}

static const char *take_document(struct query *query)
{
    for (size_t at = 0; at < query->token_count;) {
        if (is_word(&query->tokens[at], "query")) {
            if (query->top_name)
                return "it has more than one operation";
            at = take_operation(query, at);
        } else if (is_word(&query->tokens[at], "fragment")) {
            at = take_fragment(query, at);
        } else {
            return "expected 'query' or 'fragment'";
        }
        if (at == 0)
            return "braces or parentheses do not match";
    }
    if (!query->top_name)
        return "it has no query";
    if (is_mark(&query->tokens[query->top + 1], ':'))
        return "its top-level field has an alias";
    if (field_end(query, query->top) != query->top_end)
        return "it has more than one top-level field";
    return NULL;
}

struct query *query_parse(const char *name, struct slice text, char **error)
{
    struct query *query = memory_new(1, sizeof *query);
    const char *why;

    query->text = memory_text(text.data, text.length);
    why = tokenize(query) ? take_document(query) : "it has a character that GraphQL does not know";
    if (why == NULL)
        return query;
    *error = memory_format("%s: %s", name, why);
    query_free(query);
    return NULL;
}

void query_free(struct query *query)
{
    if (query == NULL)
        return;
    for (size_t i = 0; i < query->variable_count; i++)
        free(query->variables[i].name);
    free(query->variables);
    free(query->fragments);
    free(query->tokens);
    free(query->top_name);
    free(query->text);
    free(query);
}

const struct query_variable *query_variables(const struct query *query, size_t *count)
{
    *count = query->variable_count;
    return query->variables;
}

struct slice query_text(const struct query *query)
{
    return slice_text(query->text);
}

const char *query_top_field(const struct query *query)
{
    return query->top_name;
}

/* The value of "first" or "last" among arguments; 0 when there is none. */
static uint64_t page_of(const struct query *query, size_t at, size_t end, uint64_t page_size)
{
    for (; at + 2 < end; at++) {
        const struct token *value = &query->tokens[at + 2];

        if ((is_word(&query->tokens[at], "first") || is_word(&query->tokens[at], "last")) &&
            is_mark(&query->tokens[at + 1], ':'))
            return value->kind == TOKEN_NUMBER ? strtoull(value->text.data, NULL, 10) : page_size;
    }
    return 0;
}

/* A walk over selections. Fragments may spread each other without end: depth and steps (tokens
 * looked at) are bounded. */
struct weighing {
    const struct query *query;
    uint64_t page_size;
    struct query_weight weight;
    unsigned depth, steps;
};

static void weigh_selection(struct weighing *at_work, size_t at, size_t end, uint64_t times);

/* The token behind what opens at `at`, which is looked through: that counts as steps. */
static size_t skip_closing(struct weighing *at_work, size_t at)
{
    size_t behind = behind_closing(at_work->query, at);

    at_work->steps -= behind - at < at_work->steps ? (unsigned)(behind - at) : at_work->steps;
    return behind;
}

/* The fragment that a spread names, where it stands. */
static void weigh_fragment(struct weighing *at_work, struct slice name, uint64_t times)
{
    const struct query *query = at_work->query;

    for (size_t i = 0; i < query->fragment_count; i++) {
        if (slice_equal(query->fragments[i].name, name))
            weigh_selection(at_work, query->fragments[i].body + 1, query->fragments[i].end - 1,
                            times);
    }
}

static void weigh_selection(struct weighing *at_work, size_t at, size_t end, uint64_t times)
{
    const struct query *query = at_work->query;
    uint64_t below = times;

    if (at_work->depth >= DEEPEST_SELECTION)
        return;
    at_work->depth++;
    for (; at < end && at_work->steps > 0; at++) {
        const struct token *token = &query->tokens[at];

        at_work->steps--;
        if (token->kind == TOKEN_SPREAD && query->tokens[at + 1].kind == TOKEN_NAME &&
            !is_word(&query->tokens[at + 1], "on")) {
            weigh_fragment(at_work, query->tokens[++at].text, times);
        } else if (is_mark(token, '(')) {
            size_t behind = skip_closing(at_work, at);
            uint64_t page = page_of(query, at, behind, at_work->page_size);

            at_work->weight.connections += page ? times : 0;
            at_work->weight.nodes += page * times;
            below = page ? page * times : times;
            at = behind - 1;
        } else if (is_mark(token, '{')) {
            size_t behind = skip_closing(at_work, at);

            weigh_selection(at_work, at + 1, behind - 1, below);
            below = times;
            at = behind - 1;
        } else if (token->kind == TOKEN_NAME) {
            below = times;
        }
    }
    at_work->depth--;
}

struct query_weight query_weigh(const struct query *query, uint64_t page_size)
{
    struct weighing weighing = {query, page_size, {0}, 0, LONGEST_WEIGHING};

    weigh_selection(&weighing, query->top, query->top_end, 1);
    return weighing.weight;
}

/* Appends tokens, variables and fragments renamed by the numbers behind them. */
static void append_tokens(const struct query *query, size_t at, size_t end, size_t item,
                          size_t fragments, struct buffer *out)
{
    for (; at < end; at++) {
        const struct token *token = &query->tokens[at];
        bool fragment = token->kind == TOKEN_NAME && at > 0 &&
                        ((query->tokens[at - 1].kind == TOKEN_SPREAD && !is_word(token, "on")) ||
                         is_word(&query->tokens[at - 1], "fragment"));

        if (token->kind == TOKEN_VARIABLE)
            buffer_format(out, "$%.*s_%zu", SLICE_FORMAT(token->text), item);
        else
            buffer_append_slice(out, token->text);
        if (fragment)
            buffer_format(out, "_%zu", fragments);
        if (token->kind != TOKEN_SPREAD)
            buffer_append_byte(out, ' ');
    }
}

/* The first item with the same query: its fragments serve both, unless they use variables. */
static size_t fragments_of(const struct query_item *items, size_t item)
{
    for (size_t i = 0; i < item && !items[item].query->fragments_use_variables; i++) {
        if (items[i].query == items[item].query)
            return i;
    }
    return item;
}

static void append_document(const struct query_item *items, size_t count, const char *cost,
                            struct buffer *out)
{
    struct buffer definitions = {0};

    for (size_t i = 0; i < count; i++)
        append_tokens(items[i].query, items[i].query->definitions, items[i].query->definitions_end,
                      i, 0, &definitions);
    buffer_append_text(out, "query");
    if (definitions.length > 0)
        buffer_format(out, "(%.*s)", SLICE_FORMAT(buffer_slice(&definitions)));
    buffer_free(&definitions);
    buffer_append_text(out, " { ");
    for (size_t i = 0; i < count; i++) {
        buffer_format(out, "r%zu: ", i);
        append_tokens(items[i].query, items[i].query->top, items[i].query->top_end, i,
                      fragments_of(items, i), out);
    }
    if (cost)
        buffer_format(out, "%s ", cost);
    buffer_append_byte(out, '}');
    for (size_t i = 0; i < count; i++) {
        const struct query *query = items[i].query;

        for (size_t f = 0; f < query->fragment_count && fragments_of(items, i) == i; f++) {
            buffer_append_byte(out, ' ');
            append_tokens(query, query->fragments[f].start, query->fragments[f].end, i, i, out);
        }
    }
}

static void append_variables(const struct query_item *items, size_t count, struct buffer *out)
{
    bool comma = false;

    buffer_append_byte(out, '{');
    for (size_t i = 0; i < count; i++) {
        struct view_member member;
        const char *at = NULL;

        while (view_next_member(items[i].variables, &at, &member)) {
            buffer_format(out, "%s\"%.*s_%zu\":%.*s", comma ? "," : "", SLICE_FORMAT(member.name),
                          i, SLICE_FORMAT(member.value));
            comma = true;
        }
    }
    buffer_append_byte(out, '}');
}

void query_compose(const struct query_item *items, size_t count, const char *cost,
                   struct buffer *out)
{
    struct buffer document = {0};

    append_document(items, count, cost, &document);
    buffer_append_text(out, "{\"query\":");
    json_append_string(out, buffer_slice(&document));
    buffer_append_text(out, ",\"variables\":");
    append_variables(items, count, out);
    buffer_append_byte(out, '}');
    buffer_free(&document);
}
