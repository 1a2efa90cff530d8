/*
 * .mailmap: what name and address a person wants to be known by. Read as gitmailmap(5) has it:
 *     Proper Name <commit@email>
 *     <proper@email> <commit@email>
 *     Proper Name <proper@email> <commit@email>
 *     Proper Name <proper@email> Commit Name <commit@email>
 * Names and addresses are found whatever their case. Later lines win over earlier ones.
 */
#ifndef LEAT_FACADE_MAILMAP_H
#define LEAT_FACADE_MAILMAP_H

#include "slice.h"

struct mailmap;

/* Copies what it needs of the text. */
struct mailmap *mailmap_parse(struct slice text);
void mailmap_free(struct mailmap *mailmap);

/* Replaces name and address where the mailmap (which may be NULL) says so; the new ones live as
 * long as it. Safe from several threads. */
void mailmap_apply(const struct mailmap *mailmap, struct slice *name, struct slice *email);

#endif
