#include "sqlite_ddl.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

struct token {
    enum { TOKEN_END, TOKEN_WORD, TOKEN_QUOTED, TOKEN_OTHER } kind;
    const char *begin, *end;
};

static const char *after_space(const char *at)
{
    for (;;) {
        if (isspace((unsigned char)*at)) {
            at++;
        } else if (at[0] == '-' && at[1] == '-') {
            at += strcspn(at, "\n");
        } else if (at[0] == '/' && at[1] == '*') {
            const char *end = strstr(at + 2, "*/");

            at = end ? end + 2 : at + strlen(at);
        } else {
            return at;
        }
    }
}

static const char *after_quoted(const char *at)
{
    char quote = *at == '[' ? ']' : *at;

    for (at++; *at; at++) {
        if (*at != quote)
            continue;
        if (quote == ']' || at[1] != quote)
            return at + 1;
        at++;
    }
    return at;
}

static struct token next_token(const char *at)
{
    struct token token = {.begin = after_space(at)};
    unsigned char first = (unsigned char)*token.begin;

    token.end = token.begin;
    if (first == '\0') {
        token.kind = TOKEN_END;
    } else if (strchr("\"`['", first)) {
        token.kind = TOKEN_QUOTED;
        token.end = after_quoted(token.begin);
    } else if (isalnum(first) || first == '_' || first >= 0x80) {
        token.kind = TOKEN_WORD;
        while (isalnum((unsigned char)*token.end) || *token.end == '_' || *token.end == '$' ||
               (unsigned char)*token.end >= 0x80)
            token.end++;
    } else {
        token.kind = TOKEN_OTHER;
        token.end++;
    }
    return token;
}

static bool is(struct token token, const char *text)
{
    return token.kind != TOKEN_QUOTED && (size_t)(token.end - token.begin) == strlen(text) &&
           strncasecmp(token.begin, text, strlen(text)) == 0;
}

/* Whether a token, quoted or not, is that name; SQLite's names know no case. */
static bool is_name(struct token token, const char *name)
{
    const char *at = token.begin, *end = token.end;
    char quote = 0;

    if (token.kind == TOKEN_QUOTED) {
        quote = *at == '[' ? ']' : *at;
        at++;
        end--;
    }
    for (; at < end && *name; at++, name++) {
        if (tolower((unsigned char)*at) != tolower((unsigned char)*name))
            return false;
        if (*at == quote && at + 1 < end)
            at++;
    }
    return at == end && *name == '\0';
}

static bool is_any(struct token token, const char *const *words)
{
    for (; *words; words++) {
        if (is(token, *words))
            return true;
    }
    return false;
}

/* From "(" to behind its ")". */
static const char *after_parentheses(const char *at)
{
    int depth = 0;

    for (;;) {
        struct token token = next_token(at);

        if (token.kind == TOKEN_END)
            return token.end;
        depth += is(token, "(") - is(token, ")");
        at = token.end;
        if (depth == 0)
            return at;
    }
}

/* Behind the words that make up a column's type. */
static const char *after_type(const char *at)
{
    static const char *const ends[] = {
        "constraint", "primary",    "not",       "null", "unique", "check", "default",
        "collate",    "references", "generated", "as",   ",",      ")",     NULL};

    for (;;) {
        struct token token = next_token(at);

        if (token.kind == TOKEN_END || is_any(token, ends))
            return at;
        at = is(token, "(") ? after_parentheses(token.begin) : token.end;
    }
}

/* To the "," or ")" that ends a definition. */
static const char *definition_end(const char *at)
{
    for (;;) {
        struct token token = next_token(at);

        if (token.kind == TOKEN_END || is(token, ",") || is(token, ")"))
            return token.begin;
        at = is(token, "(") ? after_parentheses(token.begin) : token.end;
    }
}

static bool retype(struct buffer *out, const char *at, const char *column, const char *type)
{
    static const char *const constraints[] = {"constraint", "primary", "unique",
                                              "check",      "foreign", NULL};
    const char *begin = at;

    for (;;) {
        struct token name = next_token(at);

        if (name.kind == TOKEN_END || is_any(name, constraints))
            return false;
        if (is_name(name, column)) {
            buffer_append(out, begin, (size_t)(name.end - begin));
            buffer_append_byte(out, ' ');
            buffer_append_text(out, type);
            buffer_append_byte(out, ' ');
            buffer_append_text(out, after_type(name.end));
            return true;
        }
        at = definition_end(name.end);
        if (*at != ',')
            return false;
        at++;
    }
}

bool sqlite_ddl_edit(struct buffer *out, const char *sql, const char *name, const char *column,
                     const char *type)
{
    struct token token = next_token(sql);

    if (!is(token, "create"))
        return false;
    token = next_token(token.end);
    if (!is(token, "table"))
        return false;
    token = next_token(token.end); /* the name: SQLite keeps it without its schema */
    token = next_token(token.end);
    if (!is(token, "("))
        return false;
    buffer_format(out, "CREATE TABLE %s (", name);
    if (column != NULL)
        return retype(out, token.end, column, type);
    buffer_append_text(out, token.end);
    return true;
}
