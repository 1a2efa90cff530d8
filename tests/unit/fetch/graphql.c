/* GraphQL queries: what is one, what they weigh, and several in one request. */
#include "graphql.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "tap.h"

static const char issues[] =
    "# the issues of a repository\n"
    "query Issues($owner: String!, $first: Int! = 10, $ids: [ID!]) {\n"
    "  repository(owner: $owner, name: \"a } b\") {\n"
    "    issues(first: $first) { nodes { ...Item labels(first: 20) { nodes { name } } } }\n"
    "  }\n"
    "}\n"
    "fragment Item on Issue { title comments(last: 5) { nodes { body } } }\n";

static struct query *parse(const char *text, char **error)
{
    *error = NULL;
    return query_parse("q.graphql", slice_text(text), error);
}

static void refuses(const char *text, const char *expected, const char *name)
{
    char *error;
    struct query *query = parse(text, &error);

    ok(query == NULL && error && strstr(error, expected), "%s", name);
    if (error && !strstr(error, expected))
        printf("# "
               "%s"
               "\n",
               error);
    free(error);
    query_free(query);
}

static void test_variables(const struct query *query)
{
    size_t count;
    const struct query_variable *variables = query_variables(query, &count);

    ok(count == 3, "three variables");
    ok(variables[0].required && !variables[0].integer, "a text that is required");
    ok(!variables[1].required && variables[1].integer, "a number with a default is not");
    ok(variables[2].list && !variables[2].required, "a list of required ones is not required");
    ok(strcmp(query_top_field(query), "repository") == 0, "the top-level field");
}

static void test_weight(const struct query *query)
{
    struct query_weight weight = query_weigh(query, 100);

    /* 100 issues, 20 labels and 5 comments each; 1 + 100 + 100 connections */
    ok(weight.nodes == 100 + 100 * 20 + 100 * 5, "nodes: %llu", (unsigned long long)weight.nodes);
    ok(weight.connections == 201, "connections: %llu", (unsigned long long)weight.connections);
}

static void test_compose(const struct query *query)
{
    static const char one[] = "{\"owner\":\"a\",\"first\":1}                                  "
                              "                                                  ";
    static const char two[] = "{\"owner\":\"b\\\"\",\"first\":2}                               "
                              "                                                   ";
    struct query_item items[] = {{query, {one, 23}}, {query, {two, 25}}};
    struct buffer out = {0};
    struct json json = {.max_nesting = 100};

    query_compose(items, 2, "rateLimit { cost }", &out);
    memset(buffer_reserve(&out, JSON_PADDING), '\n', JSON_PADDING);
    json.end = out.data + out.length;
    ok(json_valid(&json, buffer_slice(&out)), "a request for two is JSON");
    buffer_text(&out);
    ok(strstr(out.data, "r0: repository") && strstr(out.data, "r1: repository"), "two aliases");
    ok(strstr(out.data, "$owner_0") && strstr(out.data, "$owner_1"), "variables apart");
    ok(strstr(out.data, "\"owner_1\":\"b\\\"\""), "values as they were");
    ok(strstr(out.data, "fragment Item_0 on") && !strstr(out.data, "fragment Item_1 on"),
       "one fragment serves both");
    ok(strstr(out.data, "...Item_0 ") && !strstr(out.data, "# the issues"), "spread by its name");
    ok(strstr(out.data, "rateLimit { cost } }"), "the cost is asked for");
    ok(strstr(out.data, "\\\"a } b\\\""), "strings are kept");
    buffer_free(&out);
}

int main(void)
{
    char *error;
    struct query *query = parse(issues, &error);

    ok(query != NULL, "a query with variables and a fragment");
    if (query) {
        test_variables(query);
        test_weight(query);
        test_compose(query);
    }
    query_free(query);
    refuses("", "no query", "nothing");
    refuses("mutation { a }", "expected 'query'", "a mutation");
    refuses("query { a b }", "more than one top-level", "two fields");
    refuses("query { x: a }", "alias", "an alias on top");
    refuses("query { a { b }", "do not match", "a brace too few");
    refuses("query { a { b(x: [1}) } }", "do not match", "brackets that cross");
    refuses("query A { a } query B { b }", "more than one operation", "two operations");
    refuses("query { a(x: \"no end) }", "does not know", "a string without an end");
    refuses("fragment F on T { a }", "no query", "only a fragment");
    return done_testing();
}
