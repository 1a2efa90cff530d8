/* From the JSON of a description to a struct source. */
#ifndef FETCH_PARSE_SOURCE_H
#define FETCH_PARSE_SOURCE_H

#include "source.h"

/* Takes file (its name, for errors and to find queries beside it) and doc; frees them with the
 * source. NULL with *error (free it) when the description is wrong. */
struct source *source_parse(char *file, struct doc *doc, char **error);

#endif
