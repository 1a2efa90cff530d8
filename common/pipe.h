/* Pipes opened wide: with 1 MiB of room, stages over pipes run as fast as in one process. */
#ifndef LEAT_PIPE_H
#define LEAT_PIPE_H

/* Asks the kernel for 1 MiB if fd is a pipe; a refusal changes nothing but speed. */
void pipe_widen(int fd);

#endif
