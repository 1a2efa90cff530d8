#include "link.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http.h"
#include "memory.h"

/* Where a link's parameters end: at a comma that stands in no quotes. */
static size_t parameters_length(struct slice text)
{
    bool quoted = false;
    size_t i;

    for (i = 0; i < text.length; i++) {
        if (text.data[i] == '"')
            quoted = !quoted;
        else if (text.data[i] == '\\' && quoted && i + 1 < text.length)
            i++;
        else if (text.data[i] == ',' && !quoted)
            break;
    }
    return i;
}

/* Whether `rel` among the parameters has the word "next". */
static bool is_next(struct slice parameters)
{
    char *copy = memory_text(parameters.data, parameters.length), *rest = copy, *one;
    bool found = false;

    while (!found && (one = strsep(&rest, ";")) != NULL) {
        one += strspn(one, " \t");
        if (strncasecmp(one, "rel", 3) != 0)
            continue;
        one += 3 + strspn(one + 3, " \t=\"");
        for (char *word = one; *word && !found; word += strspn(word, " ")) {
            size_t length = strcspn(word, " \"\t");

            found = length == 4 && strncasecmp(word, "next", 4) == 0;
            if (length == 0)
                break;
            word += length;
        }
    }
    free(copy);
    return found;
}

char *link_next(struct slice header, const char *base)
{
    const char *end, *at = header.data;

    if (header.length == 0)
        return NULL;
    end = header.data + header.length;
    while (at < end && (at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        const char *close = memchr(at, '>', (size_t)(end - at));
        size_t length;

        if (close == NULL)
            return NULL;
        length = parameters_length(slice_of(close + 1, (size_t)(end - close - 1)));
        if (is_next(slice_of(close + 1, length))) {
            char *target = memory_text(at + 1, (size_t)(close - at - 1));
            char *url = http_resolve(base, target);

            free(target);
            return url;
        }
        at = close + 1 + length;
    }
    return NULL;
}
