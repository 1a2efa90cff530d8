#include "target.h"

struct target *target_open_postgresql(const char *conninfo, const struct target_options *options,
                                      struct failure *failure)
{
    (void)conninfo, (void)options;
    failure_set(failure, STATUS_REMOTE, "not yet");
    return NULL;
}
