#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "memory.h"
#include "status.h"

#ifndef LEAT_VERSION
#define LEAT_VERSION "unknown"
#endif

/* Every tool's own options, added behind the tool's table. */
enum { HELP, QUIET, VERBOSE, VERSION, STANDARD_COUNT };

static const struct option_entry standard[STANDARD_COUNT] = {
    [HELP] = {.letter = 'h', .name = "help", .help = "print this and exit"},
    [QUIET] = {.letter = 'q', .name = "quiet", .help = "print errors only"},
    [VERBOSE] = {.letter = 'v', .name = "verbose", .help = "print details"},
    [VERSION] = {.name = "version", .help = "print the version and exit"},
};

/* getopt_long's value of an entry: above every letter. */
enum { ENTRY_BASE = 256 };

static const struct option_entry *entry_at(const struct tool *tool, size_t index)
{
    return index < tool->option_count ? &tool->options[index]
                                      : &standard[index - tool->option_count];
}

static void print_entry(const struct option_entry *entry)
{
    char left[80];

    snprintf(left, sizeof left, "%c%c%s--%s%s%s", entry->letter ? '-' : ' ',
             entry->letter ? entry->letter : ' ', entry->letter ? ", " : "  ", entry->name,
             entry->argument ? " " : "", entry->argument ? entry->argument : "");
    printf("  %-28s %s", left, entry->help);
    if (entry->kind == OPTION_CHOICE) {
        fputs(": ", stdout);
        for (size_t i = 0; entry->choices[i]; i++)
            printf("%s%s", i ? ", " : "", entry->choices[i]);
    }
    putchar('\n');
}

static void print_help(const struct tool *tool)
{
    printf("usage: leat %s [OPTION]...%s%s\n%s\n\n", tool->name, *tool->operands ? " " : "",
           tool->operands, tool->summary);
    for (size_t i = 0; i < tool->option_count + STANDARD_COUNT; i++)
        print_entry(entry_at(tool, i));
    printf("\nManual: leat help %s\n", tool->name);
}

int options_misuse(const char *format, ...)
{
    char text[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    log_error("%s (see leat %s --help)", text, log_tool());
    return STATUS_USAGE;
}

static unsigned size_shift(const char *suffix)
{
    switch (toupper((unsigned char)*suffix)) {
    case 'K':
        return 10;
    case 'M':
        return 20;
    case 'G':
        return 30;
    default:
        return 0;
    }
}

static bool parse_number(const struct option_entry *entry, const char *text)
{
    uint64_t value;
    char *rest;
    unsigned shift;

    errno = 0;
    value = strtoull(text, &rest, 10);
    if (!isdigit((unsigned char)*text) || errno != 0)
        goto wrong;
    shift = entry->kind == OPTION_SIZE ? size_shift(rest) : 0;
    if (shift > 0)
        rest++;
    if (*rest != '\0' || (value << shift) >> shift != value)
        goto wrong;
    value <<= shift;
    if (value < entry->minimum || (entry->maximum > 0 && value > entry->maximum)) {
        options_misuse("--%s %s: out of range (%llu to %llu)", entry->name, text,
                       (unsigned long long)entry->minimum,
                       (unsigned long long)(entry->maximum ? entry->maximum : UINT64_MAX));
        return false;
    }
    *(uint64_t *)entry->target = value;
    return true;
wrong:
    options_misuse("--%s %s: not a %s", entry->name, text,
                   entry->kind == OPTION_SIZE ? "size such as 64K, 256M or 1G" : "whole number");
    return false;
}

static bool parse_choice(const struct option_entry *entry, const char *text)
{
    for (int i = 0; entry->choices[i]; i++) {
        if (strcmp(entry->choices[i], text) == 0) {
            *(int *)entry->target = i;
            return true;
        }
    }
    options_misuse("--%s %s: no such choice", entry->name, text);
    return false;
}

static bool store(const struct option_entry *entry, const char *argument)
{
    struct option_list *list;

    switch (entry->kind) {
    case OPTION_FLAG:
        *(bool *)entry->target = true;
        return true;
    case OPTION_TEXT:
        *(const char **)entry->target = argument;
        return true;
    case OPTION_LIST:
        list = entry->target;
        list->items = memory_resize(list->items, list->count + 1, sizeof *list->items);
        list->items[list->count++] = argument;
        return true;
    case OPTION_COUNT:
    case OPTION_SIZE:
        return parse_number(entry, argument);
    case OPTION_CHOICE:
        return parse_choice(entry, argument);
    }
    return false;
}

static enum options_outcome standard_option(const struct tool *tool, size_t which)
{
    switch (which) {
    case HELP:
        print_help(tool);
        return OPTIONS_SHOWN;
    case VERSION:
        printf("leat %s %s\n", tool->name, LEAT_VERSION);
        return OPTIONS_SHOWN;
    case QUIET:
        log_set_level(LOG_ERROR);
        return OPTIONS_RUN;
    default:
        log_set_level(LOG_DETAIL);
        return OPTIONS_RUN;
    }
}

/* What getopt_long wants: its array of long options, and the string of letters. */
static struct option *getopt_tables(const struct tool *tool, char *letters)
{
    size_t count = tool->option_count + STANDARD_COUNT;
    struct option *options = memory_new(count + 1, sizeof *options);

    *letters++ = ':';
    for (size_t i = 0; i < count; i++) {
        const struct option_entry *entry = entry_at(tool, i);

        options[i].name = entry->name;
        options[i].has_arg = entry->argument ? required_argument : no_argument;
        options[i].val = ENTRY_BASE + (int)i;
        if (entry->letter) {
            *letters++ = entry->letter;
            if (entry->argument)
                *letters++ = ':';
        }
    }
    *letters = '\0';
    return options;
}

static size_t entry_of(const struct tool *tool, int value)
{
    size_t i = 0;

    if (value >= ENTRY_BASE)
        return (size_t)(value - ENTRY_BASE);
    while (entry_at(tool, i)->letter != value)
        i++;
    return i;
}

enum options_outcome options_parse(const struct tool *tool, int argc, char **argv,
                                   int *first_operand)
{
    enum options_outcome outcome = OPTIONS_RUN;
    char letters[128];
    struct option *options;
    int value;

    log_set_tool(tool->name);
    options = getopt_tables(tool, letters);
    opterr = 0;
    while (outcome == OPTIONS_RUN &&
           (value = getopt_long(argc, argv, letters, options, NULL)) != -1) {
        if (value == '?' || value == ':') {
            options_misuse("%s: %s", argv[optind - 1],
                           value == ':' ? "needs an argument" : "no such option");
            outcome = OPTIONS_WRONG;
            break;
        }
        size_t which = entry_of(tool, value);

        if (which >= tool->option_count)
            outcome = standard_option(tool, which - tool->option_count);
        else if (!store(&tool->options[which], optarg))
            outcome = OPTIONS_WRONG;
    }
    free(options);
    *first_operand = optind;
    return outcome;
}
