/*
 * HTTP requests, many at a time, by libcurl: HTTP/2 where the server has it, connections kept
 * and shared, compression undone, certificates verified. One thread: nothing happens but in
 * http_wait().
 *
 * What is not done here, because it is policy: following redirects, trying again, limits.
 * Nor is a compressed body that ends early inside whole framing noticed: libcurl gives what
 * there was, and what reads the body finds it cut.
 *
 * No message of this module holds a request header, so no credentials.
 */
#ifndef LEAT_HTTP_H
#define LEAT_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "slice.h"

struct http;

struct http_options {
    const char *user_agent;
    unsigned connections;     /* to one host at most (HTTP/1.1; over HTTP/2 they share one) */
    uint64_t max_body;        /* bytes, after decompression; larger answers are HTTP_TOO_LARGE */
    unsigned connect_timeout; /* milliseconds */
    unsigned stall_timeout;   /* milliseconds without a byte, once connected; 0: none */
    unsigned total_timeout;   /* milliseconds for one request, once it has its turn; 0: none */
};

struct http_request {
    const char *method;         /* "GET", "POST", ... */
    const char *url;            /* http or https; nothing else is ever spoken */
    const char *const *headers; /* "Name: value"; copied */
    size_t header_count;
    struct slice body; /* copied; empty for none */
};

enum http_outcome {
    HTTP_ANSWERED,    /* a whole answer: status, headers and body are set */
    HTTP_UNREACHABLE, /* no connection: name unknown, refused, no route */
    HTTP_INTERRUPTED, /* reset, truncated, an encoding or framing that is broken */
    HTTP_TIMED_OUT,
    HTTP_TOO_LARGE,
    HTTP_UNTRUSTED, /* the server's certificate did not verify */
    HTTP_UNUSABLE   /* the URL is none, holds a user name, or its protocol is not ours; or a
                       header is more than a line */
};

struct http_response {
    enum http_outcome outcome;
    int status;
    struct buffer
        headers; /* lines "name: value\n", of the last (not 1xx) answer; names in lower case */
    struct buffer body; /* followed by "\n" and JSON_PADDING bytes more that do not count */
    double seconds;     /* from its turn to its end */
    char error[256];    /* why, unless HTTP_ANSWERED; for people, without credentials */
};

/* The callback owns nothing: it may take response->body's memory by zeroing it. It may start
 * further requests. */
typedef void http_done(void *context, struct http_response *response);

/* NULL when libcurl cannot start. */
struct http *http_open(const struct http_options *options);
/* Drops what is still under way, without calling back. */
void http_close(struct http *http);

/* Never calls back by itself: what cannot even be tried is told by http_wait(), too. Requests
 * beyond options.connections wait for their turn, in order, without a timeout. */
void http_start(struct http *http, const struct http_request *request, http_done *done,
                void *context);

/* Requests under way. */
size_t http_active(const struct http *http);

/* Works until something was finished (its callback is run) or `milliseconds` passed (-1: no
 * limit): true; or a stop signal came (signals.h): false. Returns at once when nothing is under
 * way and milliseconds is -1. */
bool http_wait(struct http *http, int milliseconds);

/* The value of a header (name in lower case), without surrounding blanks; data NULL when there
 * is none. With several of the name, the last. */
struct slice http_header(const struct http_response *response, const char *name);

/* URLs (by libcurl's parser). Resolves `reference` against `base`; free() it; NULL when that is
 * no http(s) URL. */
char *http_resolve(const char *base, const char *reference);
/* "host:port" in lower case, port always given; NULL when it is no http(s) URL. free() it. */
char *http_authority(const char *url);
bool http_is_https(const char *url);
/* Whether both are http(s) URLs of one scheme, host and port (RFC 6454): what may be sent to the
 * one may be sent to the other. */
bool http_same_origin(const char *a, const char *b);
/* Whether the host is this machine by its literal name: localhost, 127.0.0.0/8, ::1. */
bool http_is_loopback(const char *url);
/* Appends text with everything but unreserved characters (RFC 3986) percent-encoded. */
void http_append_encoded(struct buffer *buffer, struct slice text);
/* Appends "?name=value", or "&name=value" behind a *question that was asked already. */
void http_append_parameter(struct buffer *url, bool *question, const char *name,
                           struct slice value);

#endif
