#include "output.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "pipe.h"
#include "signals.h"
#include "status.h"

void output_open(struct output *output, int fd)
{
    *output = (struct output){.fd = fd};
    pipe_widen(fd);
    buffer_reserve(&output->buffer, 2 * OUTPUT_BLOCK);
}

static void die_of_closed_pipe(void)
{
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
    _exit(128 + SIGPIPE);
}

bool output_flush(struct output *output)
{
    const char *at = output->buffer.data;
    size_t left = output->buffer.length;

    output->buffer.length = 0;
    while (left > 0 && output->error == 0) {
        ssize_t written = write(output->fd, at, left);

        if (written >= 0) {
            at += written;
            left -= (size_t)written;
            output->bytes += (uint64_t)written;
        } else if (errno == EPIPE) {
            die_of_closed_pipe();
        } else if (errno == EAGAIN) {
            signals_wait(output->fd, POLLOUT, 1000);
        } else if (errno != EINTR) {
            output->error = errno;
        }
    }
    return output->error == 0;
}

bool output_close(struct output *output)
{
    bool done = output_flush(output);

    buffer_free(&output->buffer);
    return done;
}

int output_failure(const struct output *output)
{
    log_error("standard output: %s (what was written so far is incomplete; run again)",
              strerror(output->error));
    return STATUS_INTERNAL;
}
