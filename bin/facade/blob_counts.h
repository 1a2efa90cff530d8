/* Lines added and removed by one change, from the blobs on its two sides. One a thread. */
#ifndef LEAT_FACADE_BLOB_COUNTS_H
#define LEAT_FACADE_BLOB_COUNTS_H

#include "changes.h"

struct blob_counter;

struct blob_counter *blob_counter_new(struct repository *repository);
void blob_counter_free(struct blob_counter *counter);

/* Sets counted, added and removed of the change. Keeps the last few blobs for the next ones. */
void blob_counter_count(struct blob_counter *counter, struct file_change *change);
void blob_counter_forget(struct blob_counter *counter);

#endif
