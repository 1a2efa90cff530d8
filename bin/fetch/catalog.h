/* What a source has: as a table for people, as a Singer catalog for programs. */
#ifndef FETCH_CATALOG_H
#define FETCH_CATALOG_H

#include "source.h"
#include "status.h"

/* Prints the sources in the folders of descriptions. */
enum status catalog_list_sources(void);
/* Prints the streams with their keys and cursors. */
void catalog_list(const struct source *source);
/* Prints the catalog of the Singer specification. */
void catalog_print(const struct source *source);

#endif
