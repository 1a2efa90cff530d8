/* Which commits show other people when the mailmap changes. */
#ifndef LEAT_FACADE_REMAPPED_H
#define LEAT_FACADE_REMAPPED_H

#include "bookmark.h"
#include "history.h"
#include "mailmap.h"

/*
 * Of the commits the bookmark's tips lead to, those whose author or committer is another under
 * `now` (may be NULL) than under the bookmark's mailmap; all of them when that one cannot be
 * read any more. False when a signal asked to stop.
 */
bool remapped_find(struct repository *repository, const struct bookmark *bookmark,
                   const struct mailmap *now, struct history *history);

#endif
