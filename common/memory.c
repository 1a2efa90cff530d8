#include "memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "log.h"
#include "status.h"

static void *or_exit(void *memory)
{
    if (memory == NULL) {
        log_error("out of memory");
        exit(STATUS_INTERNAL);
    }
    return memory;
}

void *memory_new(size_t count, size_t size)
{
    return or_exit(calloc(count ? count : 1, size ? size : 1));
}

void *memory_resize(void *old, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        return or_exit(NULL);
    return or_exit(realloc(old, bytes ? bytes : 1));
}

void *memory_extend(void *old, size_t before, size_t count, size_t size)
{
    char *memory = memory_resize(old, count, size);

    memset(memory + before * size, 0, (count - before) * size);
    return memory;
}

char *memory_text(const char *data, size_t length)
{
    char *copy = or_exit(malloc(length + 1));

    if (length > 0)
        memcpy(copy, data, length);
    copy[length] = '\0';
    return copy;
}

char *memory_format(const char *format, ...)
{
    va_list arguments;
    char *text = NULL;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    return or_exit(text);
}

size_t memory_peak(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    return (size_t)usage.ru_maxrss * 1024;
}
