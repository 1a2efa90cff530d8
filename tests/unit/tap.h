/* The Test Anything Protocol, for unit tests: each check is a line that prove(1) counts. */
#ifndef LEAT_TESTS_TAP_H
#define LEAT_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 2, 3))) static inline bool ok(bool passed, const char *format, ...)
{
    va_list arguments;

    printf("%sok %d - ", passed ? "" : "not ", ++tap_count);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    tap_failed += !passed;
    return passed;
}

static inline int done_testing(void)
{
    printf("1..%d\n", tap_count);
    return tap_failed > 0;
}

#endif
