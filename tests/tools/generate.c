/*
 * Data for tests and benchmarks, the same for the same seed:
 *
 *   generate events N [SEED]   small events, about 200 bytes each
 *   generate issues N [SEED]   API-like nested objects of 2 to 5 KB
 *   generate random N [SEED]   objects of any shape, valid JSON, hard on parsers
 *   generate rows N [SEED]     flat rows with an integer key
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

/* xorshift64*: good enough to vary data, and the same everywhere. */
static uint64_t next(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 2685821657736338717u;
}

static unsigned below(unsigned limit)
{
    return (unsigned)((next() >> 33) % limit);
}

static void event(uint64_t i)
{
    static const char *const types[] = {"PushEvent", "IssuesEvent", "WatchEvent", "ForkEvent"};
    static const char *const actions[] = {"opened", "closed", "started"};

    printf("{\"id\":%" PRIu64 ",\"type\":\"%s\",\"actor\":{\"id\":%u,\"login\":\"user%u\"},"
           "\"repo\":{\"id\":%u,\"name\":\"org%u/repo%u\"},\"payload\":{\"action\":\"%s\","
           "\"size\":%u},\"public\":true,\"created_at\":\"2024-%02u-%02uT%02u:%02u:%02uZ\"}\n",
           30000000000u + i, types[below(4)], below(10000000), below(1000000), below(100000000),
           below(1000), below(10000), actions[below(3)], below(100), 1 + below(12), 1 + below(28),
           below(24), below(60), below(60));
}

/* Prose as in issues: a line end every dozen words, now and then a quote or an accent. */
static void words(unsigned count)
{
    static const char *const some[] = {
        "when",   "the",     "server", "restarts", "and",    "a",       "client",    "is",
        "still",  "waiting", "for",    "its",      "answer", "the",     "request",   "fails",
        "with",   "timeout", "after",  "thirty",   "\\r\\n", "\\r\\n",  "\\r\\n",    "seconds",
        "please", "see",     "log",    "below",    "again",  "version", "2.4.1",     "on",
        "Debian", "which",   "I",      "think",    "should", "not",     "\\\"x\\\"", "caf\xC3\xA9",
    };

    for (unsigned i = 0; i < count; i++)
        printf("%s%s", i ? " " : "", some[below(40)]);
}

static void user(const char *name)
{
    unsigned id = below(1000000);

    printf("\"%s\":{\"login\":\"user%u\",\"id\":%u,\"node_id\":\"U_%u\",\"avatar_url\":"
           "\"https://avatars.example.org/u/%u?v=4\",\"html_url\":\"https://example.org/user%u\","
           "\"type\":\"User\",\"site_admin\":false}",
           name, id, id, id, id, id);
}

static void issue(uint64_t i)
{
    unsigned labels = below(4);

    printf("{\"id\":%" PRIu64 ",\"node_id\":\"I_%" PRIu64 "\",\"url\":\"https://api.example.org/"
           "repos/org/repo/issues/%" PRIu64 "\",\"number\":%" PRIu64 ",\"title\":\"",
           1000000 + i, i, i, i);
    words(4 + below(6));
    printf("\",");
    user("user");
    printf(",\"labels\":[");
    for (unsigned l = 0; l < labels; l++)
        printf("%s{\"id\":%u,\"name\":\"label%u\",\"color\":\"%06x\",\"default\":%s}", l ? "," : "",
               l + below(40) * 4, below(40), below(1 << 24), below(2) ? "true" : "false");
    printf("],\"state\":\"%s\",\"locked\":false,\"assignee\":", below(2) ? "open" : "closed");
    if (below(2)) {
        printf("{");
        user("account");
        printf("}");
    } else {
        printf("null");
    }
    printf(",\"comments\":%u,\"created_at\":\"2023-%02u-%02uT10:%02u:00Z\",\"closed_at\":%s,"
           "\"reactions\":{\"total_count\":%u,\"+1\":%u,\"-1\":0,\"laugh\":0},\"score\":%u.%02u,"
           "\"body\":\"",
           below(30), 1 + below(12), 1 + below(28), below(60),
           below(2) ? "null" : "\"2024-01-02T03:04:05Z\"", below(9), below(5), below(10),
           below(100));
    words(150 + below(450));
    printf("\"}\n");
}

static void random_string(void)
{
    static const char *const pieces[] = {"a",
                                         "B",
                                         "9",
                                         "_",
                                         " ",
                                         "\\\"",
                                         "\\\\",
                                         "\\n",
                                         "\\u00e9",
                                         "\xC3\xA9",
                                         "\xF0\x9F\x98\x80",
                                         "\\ud83d\\ude00",
                                         "/",
                                         "-",
                                         "\xE2\x82\xAC"};

    putchar('"');
    for (unsigned i = below(20); i > 0; i--)
        fputs(pieces[below(15)], stdout);
    putchar('"');
}

/* A name that is new in its object, so that the object has one meaning. */
static void random_name(unsigned place)
{
    static const char *const names[] = {"id",      "userName",  "a b", "x",
                                        "HTMLUrl", "n\xC3\xA9", "_",   "9"};

    printf("\"%s%u\"", names[below(8)], place);
}

static void space(void)
{
    if (below(8) == 0)
        putchar(" \t"[below(2)]);
}

static void random_value(unsigned depth)
{
    static const char *const numbers[] = {
        "0", "-1", "1.10", "9007199254740993", "1e3", "-0.5E-2", "123456789012345678901234567890"};
    unsigned kind = below(depth > 0 ? 9 : 6);

    if (kind == 0)
        fputs("null", stdout);
    else if (kind == 1)
        fputs(below(2) ? "true" : "false", stdout);
    else if (kind < 4)
        fputs(numbers[below(7)], stdout);
    else if (kind < 6)
        random_string();
    else {
        unsigned count = below(6);
        char open = kind == 6 ? '[' : '{', close = kind == 6 ? ']' : '}';

        putchar(open);
        for (unsigned i = 0; i < count; i++) {
            if (i)
                putchar(',');
            space();
            if (open == '{') {
                random_name(i);
                space();
                putchar(':');
                space();
            }
            random_value(depth - 1);
            space();
        }
        putchar(close);
    }
}

static void random_object(uint64_t i)
{
    unsigned count = 1 + below(8);

    printf("{\"key\":%" PRIu64, i);
    for (unsigned m = 0; m < count; m++) {
        putchar(',');
        space();
        random_name(m);
        putchar(':');
        random_value(5);
    }
    printf("}\n");
}

static void row(uint64_t i)
{
    printf("{\"id\":%" PRIu64 ",\"name\":\"name %u\",\"email\":\"user%u@example.org\",\"count\":%u,"
           "\"amount\":%u.%02u,\"active\":%s,\"created_at\":\"2024-%02u-%02uT%02u:%02u:%02uZ\"}\n",
           i, below(1000000), below(1000000), below(100000), below(10000), below(100),
           below(2) ? "true" : "false", 1 + below(12), 1 + below(28), below(24), below(60),
           below(60));
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*make)(uint64_t i);
    } kinds[] = {{"events", event}, {"issues", issue}, {"random", random_object}, {"rows", row}};
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;

    state = 88172645463325252u + (argc > 3 ? strtoull(argv[3], NULL, 10) : 0);
    for (size_t k = 0; argc > 2 && k < sizeof kinds / sizeof *kinds; k++) {
        if (strcmp(kinds[k].name, argv[1]) == 0) {
            for (uint64_t i = 0; i < count; i++)
                kinds[k].make(i);
            return fflush(stdout) != 0;
        }
    }
    fprintf(stderr, "usage: generate events|issues|random|rows N [SEED]\n");
    return 2;
}
