/*
 * What the parts of the loader (loader.h) share: loader.c has the reading, loader_declare.c what
 * SCHEMA messages say, loader_plan.c a batch's plan, loader_commit.c its way to the writer,
 * loader_version.c the versions of tables that are replaced, loader_unstage.c staged rows.
 */
#ifndef LEAT_LOAD_LOADER_PARTS_H
#define LEAT_LOAD_LOADER_PARTS_H

#include "loader.h"

/* -- loader.c -------------------------------------------------------------------------- */

bool loader_failed(const struct loader *loader);
/* Says why and ends the load; returns false. */
bool loader_fail(struct loader *loader, const struct failure *failure);
void loader_worsen(struct loader *loader, enum status status);
void loader_reject_row(struct loader *loader, const struct batch *batch, const struct table *table,
                       const struct batch_row *row, const char *reason);
/* Rejects the line that was read. */
void loader_reject_line(struct loader *loader, const char *reason);

/* -- loader_declare.c ------------------------------------------------------------------ */

/* The table of a stream; NULL, after a message, when there cannot be one. */
struct table *loader_table(struct loader *loader, struct slice name);
void loader_take_schema(struct loader *loader, const struct message *message);

/* -- loader_plan.c --------------------------------------------------------------------- */

/* Encodes what is not, and finds the changes of tables that the batch needs. */
bool loader_plan(struct loader *loader, struct batch *batch, bool final);
/* The database says its tables are not what we took them for: looks again. */
bool loader_replan(struct loader *loader, struct batch *batch);

/* -- loader_commit.c ------------------------------------------------------------------- */

/* Waits until the writer is done, and does what its success allows. */
bool loader_settle(struct loader *loader);
/* Hands the batch to the writer, which goes on while we read the next. `continues`: the next one
 * belongs to the same transaction; `final`: it is the last. */
bool loader_hand_over(struct loader *loader, bool continues, bool final);
/* Whether the rows up to here may be committed: those of staged rows only behind a STATE. */
bool loader_may_commit(const struct loader *loader);
/* For what can only be done while the writer rests, between two batches. */
bool loader_rest(struct loader *loader);

/* -- loader_version.c ------------------------------------------------------------------ */

/* The staged rows replace the table's with this batch. */
void loader_activate(struct loader *loader, struct table *table);
void loader_take_version(struct loader *loader, const struct message *message);
/* Sees to it that a record's version is that of the staged rows. False when the load failed;
 * *anew is whether the record must be read again. */
bool loader_note_version(struct loader *loader, struct table *table, const struct message *message,
                         bool *anew);

/* -- loader_unstage.c ------------------------------------------------------------------ */

/* The line that was read is rejected: its staged row is set aside, if it names one. */
void loader_note_refusal(struct loader *loader, const char *reason);
/* What came so far, by a STATE of the drain. */
bool loader_note_drained(struct loader *loader, struct slice value);
/* The batch takes the staged rows behind those of the batch before. */
void loader_choose_span(struct loader *loader, struct batch *batch);
/* Commits up to the STATE, and keeps what came behind it for the next batch. */
bool loader_cut_at_state(struct loader *loader);
/* What comes behind a STATE of the drain is one family, until the next. */
void loader_open_staged_family(struct loader *loader);
/* Records that say why a staged row could not be used. */
bool loader_is_staging_reject(const struct loader *loader, const struct message *message);
void loader_take_staging_reject(struct loader *loader, const struct message *message);
/* False, after a message, when a line was rejected that names no staged row. */
bool loader_is_accounted(struct loader *loader);

#endif
