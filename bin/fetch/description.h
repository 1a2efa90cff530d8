/*
 * Reading a description's JSON: members by name and type, and one error, which names the file
 * and the place. After the first error everything reads as absent.
 */
#ifndef FETCH_DESCRIPTION_H
#define FETCH_DESCRIPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "doc.h"
#include "source.h"

struct description {
    const char *file;
    char *error; /* the first; NULL: none */
};

void description_fail(struct description *at, const char *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Fails on a member that is not among `known` (words separated by blanks) or "comment". */
void description_check(struct description *at, const struct doc *object, const char *place,
                       const char *known);

const char *description_text(struct description *at, const struct doc *object, const char *name,
                             const char *place);
bool description_flag(struct description *at, const struct doc *object, const char *name,
                      const char *place, bool otherwise);
uint32_t description_count(struct description *at, const struct doc *object, const char *name,
                           const char *place, uint32_t otherwise);
int64_t description_duration(struct description *at, const struct doc *object, const char *name,
                             const char *place, int64_t otherwise);
/* The place of a word in a list that NULL ends; `otherwise` when there is no such member. */
int description_word(struct description *at, const struct doc *object, const char *name,
                     const char *place, const char *const *words, int otherwise);
/* A text, or an array of texts. */
struct texts description_texts(struct description *at, const struct doc *object, const char *name,
                               const char *place);
/* An object of texts; their templates are checked if so asked. */
struct parameters description_pairs(struct description *at, const struct doc *object,
                                    const char *place, bool templates);
const char *description_template(struct description *at, const struct doc *object, const char *name,
                                 const char *place);

#endif
