/* A STATE that is kept in the database, under a key: leat_ops.state, which migrate makes. */
#ifndef LEAT_PG_STATE_KEY_H
#define LEAT_PG_STATE_KEY_H

#include <stdbool.h>

#include "pg.h"

/* Writes the value of a STATE, in the open transaction if there is one. */
bool pg_state_key_write(struct pg *pg, const char *key, struct slice value);

#endif
