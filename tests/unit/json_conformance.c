/* The scanner against the public conformance suite's table, at every alignment, in both forms. */
#include <stdlib.h>
#include <string.h>

#include "tap.h"

/* The scalar form of the scanner, under names of its own, beside the library's vector form. */
#define LEAT_SCALAR
#define json_kinds scalar_kinds
#define json_space_slow scalar_space_slow
#define json_short_escapes scalar_short_escapes
#define json_long_escape scalar_long_escape
#define json_value_end scalar_value_end
#define json_valid scalar_valid
#define json_decode scalar_decode
#define json_append_string scalar_append_string
#include "../../common/json.c"
#undef json_valid

bool json_valid(struct json *json, struct slice text);

#define TEXT(text) text, sizeof(text) - 1

static const struct {
    const char *name, *text;
    size_t length;
    bool accepted;
    size_t repeat; /* how often the text stands */
} cases[] = {
#include "json_conformance_table.h"
};

enum { ALIGNMENTS = 64 };

/* Whether both forms of the scanner judge so, wherever the text lies in memory. */
static bool judged(const char *text, size_t length, bool accepted)
{
    char *memory = malloc(length + ALIGNMENTS + JSON_PADDING);
    bool right = true;

    for (size_t offset = 0; offset < ALIGNMENTS; offset++) {
        struct json vector = {.max_nesting = JSON_DEFAULT_NESTING};
        struct json scalar = {.max_nesting = JSON_DEFAULT_NESTING};
        /* what lies behind the text must not matter: quotes and brackets would be tempting */
        char *at = memory + offset;

        memset(at + length, '"', JSON_PADDING);
        memcpy(at, text, length);
        at[length] = '\n';
        right = right && json_valid(&vector, slice_of(at, length)) == accepted &&
                scalar_valid(&scalar, slice_of(at, length)) == accepted &&
                (accepted ||
                 (vector.error_at == scalar.error_at && strcmp(vector.error, scalar.error) == 0));
    }
    free(memory);
    return right;
}

static bool judged_repeated(const char *text, size_t length, size_t repeat, bool accepted)
{
    char *all = malloc(length * repeat + 1);
    bool right;

    for (size_t i = 0; i < repeat; i++)
        memcpy(all + i * length, text, length);
    right = judged(all, length * repeat, accepted);
    free(all);
    return right;
}

/* `depth` arrays in each other, against the limit. */
static bool nested(size_t depth, bool accepted)
{
    char *text = malloc(2 * depth);
    bool right;

    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    right = judged(text, 2 * depth, accepted);
    free(text);
    return right;
}

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ok(judged_repeated(cases[i].text, cases[i].length, cases[i].repeat, cases[i].accepted),
           "%s is %s", cases[i].name, cases[i].accepted ? "accepted" : "rejected");
    ok(nested(500, true), "i_structure_500_nested_arrays is accepted");
    ok(nested(512, true), "nesting at the limit is accepted");
    ok(nested(513, false), "nesting over the limit is rejected");
    return done_testing();
}
