#include "pipe.h"

#include <fcntl.h>

void pipe_widen(int fd)
{
    enum { WIDE = 1 << 20 };
    int size = fcntl(fd, F_GETPIPE_SZ);

    if (size >= 0 && size < WIDE)
        (void)fcntl(fd, F_SETPIPE_SZ, WIDE);
}
