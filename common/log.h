/*
 * Messages for people: one line on stderr, "tool: message", written by one write(2) so that
 * the tools of a pipeline do not cut each other's lines. Control characters that came from
 * outside (names, server messages) are made visible, so nothing can forge a line or move
 * a terminal's cursor.
 *
 * Wording: what happened: why (what to do). No capital, no full stop.
 */
#ifndef LEAT_LOG_H
#define LEAT_LOG_H

enum log_level {
    LOG_ERROR,   /* always shown */
    LOG_WARNING, /* shown unless -q */
    LOG_NOTE,    /* shown unless -q */
    LOG_DETAIL   /* shown with -v */
};

/* The name before every message; the text must outlive the process's messages. */
void log_set_tool(const char *name);
const char *log_tool(void);

/* -q sets LOG_ERROR, -v sets LOG_DETAIL; LOG_NOTE is the default. */
void log_set_level(enum log_level level);
enum log_level log_level(void);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_detail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
