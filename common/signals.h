/*
 * SIGTERM and SIGINT ask a tool to finish the batch in flight, emit the STATE it earned and
 * exit with status 4; a second one ends it at once. SIGPIPE is ignored here (a library's
 * socket must not kill us): output.h turns a closed stdout back into a death by SIGPIPE.
 */
#ifndef LEAT_SIGNALS_H
#define LEAT_SIGNALS_H

#include <stdbool.h>

void signals_install(void);

/* Whether a signal has asked us to stop. */
bool signals_stopped(void);

/* Becomes readable, and stays so, when a signal has: for loops that poll by themselves. It is
 * not to be read; -1 when nothing was installed. */
int signals_fd(void);

/*
 * Waits until `fd` (-1 for none) has one of poll(2)'s `events`, a stop signal came, or
 * `milliseconds` passed (-1: no limit). Returns true when fd is ready; false otherwise.
 */
bool signals_wait(int fd, short events, int milliseconds);

#endif
