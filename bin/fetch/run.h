/*
 * A run: the wanted streams of one subject after the other, many asked for at once, given out
 * in order: subject by subject, stream by stream, page by page, with a STATE behind the pages.
 *
 * The STATE's value has the bookmarks (scan.h), and under unfinished.SOURCE.SUBJECT when a run
 * began that has not got to the end of the subject: within the hour the next run goes on with
 * that one, and passes over the streams it has done.
 */
#ifndef FETCH_RUN_H
#define FETCH_RUN_H

#include "client.h"
#include "doc.h"
#include "lines.h"
#include "listing.h"
#include "scan.h"
#include "statistics.h"
#include "status.h"

struct run_options {
    const struct source *source;
    struct client *client;
    const char *base_url;
    const char *subject;          /* the operand, or NULL */
    struct parameters parameters; /* of the operands */
    struct lines *each;           /* lines of further parameters, one subject each, or NULL */
    struct selection selection;
    struct scan_options scan;
    struct doc *state; /* the value; changed as the run goes */
    struct output *output;
    struct rejects *rejects;
    struct statistics *statistics;
    unsigned jobs;
};

enum status run(const struct run_options *options);

/* Whether a stream's request can be made with these parameters; otherwise *why (free it). */
bool run_can_ask(const struct source *source, const char *base_url, const struct stream *stream,
                 const struct parameters *parameters, char **why);

/* Prints the first requests of the wanted streams, and what else would be asked. */
void run_print_requests(const struct run_options *options);

/* Asks what the subject is now and prints one record. */
enum status run_probe(const struct run_options *options);

#endif
