#include "tokens.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "memory.h"
#include "signals.h"
#include "slice.h"
#include "status.h"

enum { MOST_TOKEN = 4096, MOST_OUTPUT = 1 << 20, ASK_CHILD_EVERY = 20 /* milliseconds */ };

static bool is_blank(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* --- memory for secrets: pages of its own, so that it can be kept out of swap and dumps */

static char *secret_new(size_t size)
{
    void *secret = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (secret == MAP_FAILED) {
        log_error("out of memory");
        exit(STATUS_INTERNAL);
    }
    madvise(secret, size, MADV_DONTDUMP);
    /* there is a limit to what may be locked: then it is not */
    (void)mlock(secret, size);
    return secret;
}

static void secret_free(char *secret, size_t size)
{
    explicit_bzero(secret, size);
    munmap(secret, size);
}

/* --- the pool */

static bool is_token(struct slice text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] <= ' ' || text.data[i] > '~')
            return false;
    return text.length > 0 && text.length <= MOST_TOKEN;
}

static void add(struct tokens *tokens, struct slice token)
{
    for (size_t i = 0; i < tokens->count; i++)
        if (slice_is(token, tokens->values[i]))
            return;
    tokens->values = memory_resize(tokens->values, tokens->count + 1, sizeof *tokens->values);
    tokens->values[tokens->count] = secret_new(MOST_TOKEN + 1);
    memcpy(tokens->values[tokens->count++], token.data, token.length);
}

void tokens_free(struct tokens *tokens)
{
    for (size_t i = 0; i < tokens->count; i++)
        secret_free(tokens->values[i], MOST_TOKEN + 1);
    free(tokens->values);
    *tokens = (struct tokens){0};
}

static char *no_token(const char *source, size_t number)
{
    return memory_format("%s:%zu: not a token (%d visible ASCII characters at most)", source,
                         number, MOST_TOKEN);
}

static struct slice trim(struct slice text)
{
    while (text.length > 0 && is_blank(text.data[text.length - 1]))
        text.length--;
    while (text.length > 0 && is_blank(*text.data)) {
        text.data++;
        text.length--;
    }
    return text;
}

/* One a line; `comment` starts lines that are passed over, '\0': none does. */
static bool add_lines(struct tokens *tokens, const char *source, struct slice text, char comment,
                      char **error)
{
    const char *at = text.data, *end = at + text.length;
    size_t number = 0, found = 0;

    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at)), *stop = newline ? newline : end;
        struct slice token = trim(slice_of(at, (size_t)(stop - at)));

        number++;
        at = stop + 1;
        if (token.length == 0 || (comment != '\0' && *token.data == comment))
            continue;
        if (!is_token(token)) {
            *error = no_token(source, number);
            return false;
        }
        add(tokens, token);
        found++;
    }
    if (found == 0)
        *error = memory_format("%s: no token in it", source);
    return found > 0;
}

/* --- the sources */

bool tokens_from_environment(struct tokens *tokens, const char *variable, char **error)
{
    const char *at = getenv(variable);
    size_t number = 0;

    while (at && *at != '\0') {
        size_t between = strspn(at, ", \t\r\n\v\f");
        struct slice token = slice_of(at + between, strcspn(at + between, ", \t\r\n\v\f"));

        at = token.data + token.length;
        if (token.length == 0)
            break;
        number++;
        if (!is_token(token)) {
            *error = no_token(variable, number);
            return false;
        }
        add(tokens, token);
    }
    return true;
}

/* Why the file is not to be trusted; NULL when it is. */
static const char *objection(const struct stat *status)
{
    if (!S_ISREG(status->st_mode))
        return "not a regular file";
    if (status->st_uid != geteuid())
        return "it belongs to another user";
    if ((status->st_mode & 0177) != 0)
        return "others have access (chmod 600 it)";
    return NULL;
}

enum fill { FILL_WHOLE, FILL_FAILED, FILL_TOO_LONG, FILL_STOPPED };

/* Reads `fd` to its end into MOST_OUTPUT bytes. */
static enum fill fill(int fd, char *data, size_t *length)
{
    *length = 0;
    while (*length < MOST_OUTPUT) {
        ssize_t got;

        if (!signals_wait(fd, POLLIN, -1))
            return FILL_STOPPED;
        got = read(fd, data + *length, MOST_OUTPUT - *length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0 ? FILL_WHOLE : FILL_FAILED;
        *length += (size_t)got;
    }
    return FILL_TOO_LONG;
}

static char *fill_error(const char *source, enum fill filled)
{
    const char *why = filled == FILL_FAILED     ? strerror(errno)
                      : filled == FILL_TOO_LONG ? "too long for a list of tokens"
                                                : "stopped by a signal";

    return memory_format("%s: %s", source, why);
}

bool tokens_from_file(struct tokens *tokens, const char *path, char **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    const char *why = NULL;
    struct stat status;
    char *data;
    size_t length;
    enum fill filled;
    bool added = false;

    if (fd < 0 || fstat(fd, &status) != 0)
        why = strerror(errno);
    else
        why = objection(&status);
    if (why) {
        *error = memory_format("%s: %s", path, why);
        if (fd >= 0)
            close(fd);
        return false;
    }
    data = secret_new(MOST_OUTPUT);
    filled = fill(fd, data, &length);
    if (filled == FILL_WHOLE)
        added = add_lines(tokens, path, slice_of(data, length), '#', error);
    else
        *error = fill_error(path, filled);
    secret_free(data, MOST_OUTPUT);
    close(fd);
    return added;
}

/* --- a command */

/* Starts sh with its output at *output; its errors are seen by the user, its input is empty. */
static pid_t start(const char *command, int *output)
{
    int ends[2] = {-1, -1}, empty = open("/dev/null", O_RDONLY | O_CLOEXEC);
    pid_t child = -1;

    if (empty >= 0 && pipe2(ends, O_CLOEXEC) == 0)
        child = fork();
    if (child == 0) {
        signal(SIGPIPE, SIG_DFL);
        if (dup2(empty, STDIN_FILENO) >= 0 && dup2(ends[1], STDOUT_FILENO) >= 0)
            execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (empty >= 0)
        close(empty);
    if (ends[1] >= 0)
        close(ends[1]);
    if (child < 0 && ends[0] >= 0)
        close(ends[0]);
    *output = ends[0];
    return child;
}

/* Its wait status. It is asked to end when we are, or when `end` is set. */
static int wait_for(pid_t child, bool end)
{
    int status = 0;

    for (;;) {
        if (end || signals_stopped()) {
            kill(child, SIGTERM);
            end = false;
        }
        if (waitpid(child, &status, signals_stopped() ? 0 : WNOHANG) == child)
            return status;
        signals_wait(-1, 0, ASK_CHILD_EVERY);
    }
}

static char *status_error(const char *source, int status)
{
    if (WIFSIGNALED(status))
        return memory_format("%s: ended by signal %d", source, WTERMSIG(status));
    return memory_format("%s: exit status %d", source, WEXITSTATUS(status));
}

bool tokens_from_command(struct tokens *tokens, const char *command, char **error)
{
    static const char source[] = "the token command";
    int output, status;
    pid_t child = start(command, &output);
    char *data;
    size_t length;
    enum fill filled;
    bool added = false;

    if (child < 0) {
        *error = memory_format("%s: %s", source, strerror(errno));
        return false;
    }
    data = secret_new(MOST_OUTPUT);
    filled = fill(output, data, &length);
    close(output);
    status = wait_for(child, filled != FILL_WHOLE);
    if (filled != FILL_WHOLE)
        *error = fill_error(source, filled);
    else if (status != 0)
        *error = status_error(source, status);
    else
        added = add_lines(tokens, source, slice_of(data, length), '\0', error);
    secret_free(data, MOST_OUTPUT);
    return added;
}
