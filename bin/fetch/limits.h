/* What an answer says about rate limits: by the headers a description names, and by Retry-After
 * (RFC 9110, 10.2.3). */
#ifndef FETCH_LIMITS_H
#define FETCH_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "budget.h"
#include "http.h"
#include "source.h"

/* Milliseconds to wait by Retry-After; -1 when the answer has none. */
int64_t limits_retry_after(const struct http_response *response);

/* Whether the answer is a refusal for asking too much, rather than for good. */
bool limits_refused(const struct limit *limit, const struct http_response *response);

/* What the answer tells of the account. `refusals` counts those in a row before this one. */
void limits_report(const struct limit *limit, const struct http_response *response, bool refused,
                   unsigned refusals, struct budget_report *report);

#endif
