/* The table of column statistics that --stats prints on stderr, for a person to look at. */
#ifndef LEAT_SCHEMA_INFER_REPORT_H
#define LEAT_SCHEMA_INFER_REPORT_H

#include "places.h"

void report_print(const struct stream *stream);

#endif
