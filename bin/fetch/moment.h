/* Times of an API: read to milliseconds since 1970, written as RFC 3339 or as strftime has it. */
#ifndef FETCH_MOMENT_H
#define FETCH_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "slice.h"

/* Milliseconds since 1970, UTC, by this machine's clock. */
int64_t moment_now(void);

/* RFC 3339, or a date alone; a zone may lack its colon ("+0200"), as some APIs write it. */
bool moment_parse(struct slice text, int64_t *milliseconds);
/* Appends as RFC 3339 in UTC: seconds, and milliseconds unless they are zero. */
void moment_append(struct buffer *buffer, int64_t milliseconds);
/* Appends by strftime(3) in UTC. */
void moment_append_format(struct buffer *buffer, int64_t milliseconds, const char *format);

/* "90s", "5m", "1h", "30d": to milliseconds. */
bool moment_parse_duration(const char *text, int64_t *milliseconds);

/* The date of an HTTP header (RFC 9110, 5.6.7, the preferred form). */
bool moment_parse_http(struct slice text, int64_t *milliseconds);

#endif
