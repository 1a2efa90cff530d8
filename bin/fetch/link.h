/* The Link header (RFC 8288). */
#ifndef FETCH_LINK_H
#define FETCH_LINK_H

#include "slice.h"

/* The target of the first link with rel="next", resolved against `base`; free() it. NULL when
 * there is none. */
char *link_next(struct slice header, const char *base);

#endif
