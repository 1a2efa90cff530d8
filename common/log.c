#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *tool = "leat";
static enum log_level shown = LOG_NOTE;

void log_set_tool(const char *name)
{
    tool = name;
}

const char *log_tool(void)
{
    return tool;
}

void log_set_level(enum log_level level)
{
    shown = level;
}

enum log_level log_level(void)
{
    return shown;
}

/* What a terminal may take as a command: control characters, those of U+0080 to U+009F too. */
static void make_visible(char *text)
{
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text, next = (unsigned char)text[1];

        if (byte < 0x20 || byte == 0x7f)
            *text = '?';
        else if (byte == 0xc2 && next >= 0x80 && next < 0xa0)
            text[0] = text[1] = '?';
    }
}

static void log_line(enum log_level level, const char *format, va_list arguments)
{
    char line[4096];
    int prefix, length;

    if (level > shown)
        return;
    prefix = snprintf(line, sizeof line, "%s: ", tool);
    length = vsnprintf(line + prefix, sizeof line - (size_t)prefix - 1, format, arguments);
    if (length < 0)
        return;
    make_visible(line + prefix);
    length = (int)strlen(line);
    line[length] = '\n';
    if (write(STDERR_FILENO, line, (size_t)length + 1) < 0)
        return; /* there is nobody left to tell */
}

#define LOG_FUNCTION(name, level)                                                                  \
    void name(const char *format, ...)                                                             \
    {                                                                                              \
        va_list arguments;                                                                         \
        va_start(arguments, format);                                                               \
        log_line(level, format, arguments);                                                        \
        va_end(arguments);                                                                         \
    }

LOG_FUNCTION(log_error, LOG_ERROR)
LOG_FUNCTION(log_warning, LOG_WARNING)
LOG_FUNCTION(log_note, LOG_NOTE)
LOG_FUNCTION(log_detail, LOG_DETAIL)
