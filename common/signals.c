#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;

/* The handler writes here, so that a signal between a check and a poll is not lost. */
static int wake[2] = {-1, -1};

static void on_stop(int number)
{
    int saved = errno;

    if (stopped) {
        signal(number, SIG_DFL);
        raise(number);
    }
    stopped = 1;
    if (wake[1] >= 0 && write(wake[1], "", 1) < 0)
        errno = saved;
    errno = saved;
}

void signals_install(void)
{
    struct sigaction action = {.sa_handler = on_stop};

    if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0)
        wake[0] = wake[1] = -1;
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

bool signals_stopped(void)
{
    return stopped != 0;
}

int signals_fd(void)
{
    return wake[0];
}

bool signals_wait(int fd, short events, int milliseconds)
{
    struct pollfd watched[2] = {{.fd = fd, .events = events}, {.fd = wake[0], .events = POLLIN}};
    int ready;

    if (stopped)
        return false;
    do {
        ready = poll(watched, 2, milliseconds);
    } while (ready < 0 && errno == EINTR && !stopped);
    return ready > 0 && !stopped && watched[0].revents != 0;
}
