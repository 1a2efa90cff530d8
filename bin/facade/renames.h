/*
 * Renames, found as git log -M finds them: a deleted and an added file of a commit belong
 * together when their contents are the same or at least half alike. Likeness is git's: the bytes
 * in lines (or pieces of 64 bytes) that both have, of the bytes of the larger. Beyond git's
 * default limit of a thousand by a thousand candidates only equal contents are paired.
 */
#ifndef LEAT_FACADE_RENAMES_H
#define LEAT_FACADE_RENAMES_H

#include "changes.h"

/* Pairs among the changes of one commit. A pair becomes one change, in the place of the added
 * file; returns how many changes are left. */
size_t renames_pair(struct repository *repository, struct file_change *changes, size_t count);

#endif
