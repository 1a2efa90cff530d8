/*
 * A summary of a column's values for a person to look at: how many, how many nulls, about how
 * many different ones (HyperLogLog, standard error 1.6%), the least, the greatest, the longest.
 * Numbers compare as numbers, everything else byte by byte.
 */
#ifndef LEAT_SCHEMA_INFER_SUMMARY_H
#define LEAT_SCHEMA_INFER_SUMMARY_H

#include <stdint.h>

#include "buffer.h"
#include "json.h"
#include "slice.h"

enum { SUMMARY_REGISTERS = 4096 };

struct summary {
    uint64_t count, nulls;
    size_t longest; /* bytes of a string without quotes, of anything else as written */
    bool numbers;   /* least and greatest are numbers */
    struct buffer least, greatest;
    unsigned char registers[SUMMARY_REGISTERS];
};

struct summary *summary_new(void);
void summary_free(struct summary *summary);
void summary_add(struct summary *summary, enum json_kind kind, struct slice value);
uint64_t summary_distinct(const struct summary *summary);

#endif
