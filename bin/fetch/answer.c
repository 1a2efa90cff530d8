#include "answer.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"

void answer_free(struct answer *answer)
{
    buffer_free(&answer->body);
    free(answer->next_link);
    free(answer->moved_to);
    free(answer->reason);
    *answer = (struct answer){0};
}

void answer_set_body(struct answer *answer, struct slice text)
{
    answer->body.length = 0;
    buffer_append_slice(&answer->body, text);
    memset(buffer_reserve(&answer->body, JSON_PADDING + 1), '\n', JSON_PADDING + 1);
    answer->value = buffer_slice(&answer->body);
}
