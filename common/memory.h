/*
 * Allocation that cannot fail: out of memory ends the process with a message and status 70.
 * Every tool may die at any instruction and be run again, so this is the one exit below main.
 */
#ifndef LEAT_MEMORY_H
#define LEAT_MEMORY_H

#include <stddef.h>

/* Zeroed memory for `count` things of `size` bytes; free() it. */
void *memory_new(size_t count, size_t size);

/* As realloc() for `count` things of `size` bytes; new bytes are not zeroed. */
void *memory_resize(void *old, size_t count, size_t size);

/* As memory_resize() for an array that only grows, from `before` things; new ones are zeroed. */
void *memory_extend(void *old, size_t before, size_t count, size_t size);

/* A NUL-ended copy; free() it. */
char *memory_text(const char *data, size_t length);

/* A formatted NUL-ended string; free() it. */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Peak resident size of this process in bytes, as the kernel counts it. */
size_t memory_peak(void);

#endif
