#include "http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "memory.h"
#include "signals.h"

enum {
    MOST_HEADERS = 256 << 10, /* bytes of header lines in one request, 1xx answers included */
    MOST_STREAMS = 100        /* under way to one host that speaks HTTP/2 */
};

struct transfer {
    struct http *http;
    struct host *host;
    struct transfer *next; /* that waits for the same host */
    CURL *easy;
    struct curl_slist *headers;
    http_done *done;
    void *context;
    struct http_response response;
    char error[CURL_ERROR_SIZE];
    int64_t started;      /* when libcurl was given it */
    int64_t moved;        /* when bytes last went or came; 0: not yet connected */
    curl_off_t moved_sum; /* of bytes, then */
    size_t header_bytes;
    bool headers_over; /* what comes now are trailers */
    bool too_large;
    bool malformed; /* the request is none: never sent */
};

/*
 * Requests wait here until their host has a connection for them: libcurl would count that
 * wait as time to connect.
 */
struct host {
    struct host *next;
    char *authority;
    struct transfer *first, *last; /* that wait */
    unsigned running;
    bool multiplexed; /* it answered last by HTTP/2 */
};

struct http {
    struct http_options options;
    CURLM *multi;
    struct host *hosts;
    struct transfer **running;
    size_t running_count, running_capacity;
    size_t active;
};

static int64_t clock_milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct http *http_open(const struct http_options *options)
{
    static bool started;
    struct http *http;
    CURLM *multi;

    if (!started && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return NULL;
    started = true;
    multi = curl_multi_init();
    if (!multi)
        return NULL;
    http = memory_new(1, sizeof *http);
    http->options = *options;
    if (options->connections == 0)
        http->options.connections = 1;
    http->options.user_agent = memory_format("%s", options->user_agent);
    http->multi = multi;
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)http->options.connections);
    curl_multi_setopt(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, (long)MOST_STREAMS);
    return http;
}

static void transfer_free(struct transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    buffer_free(&transfer->response.headers);
    buffer_free(&transfer->response.body);
    free(transfer);
}

static void host_free(struct host *host)
{
    while (host->first) {
        struct transfer *transfer = host->first;

        host->first = transfer->next;
        transfer_free(transfer);
    }
    free(host->authority);
    free(host);
}

void http_close(struct http *http)
{
    if (!http)
        return;
    for (size_t i = 0; i < http->running_count; i++) {
        curl_multi_remove_handle(http->multi, http->running[i]->easy);
        transfer_free(http->running[i]);
    }
    while (http->hosts) {
        struct host *host = http->hosts;

        http->hosts = host->next;
        host_free(host);
    }
    curl_multi_cleanup(http->multi);
    free(http->running);
    free((char *)http->options.user_agent);
    free(http);
}

/* --- what comes in */

/* Appends "name: value\n", or to the line before when the server folded it. */
static void keep_header(struct buffer *headers, struct slice line)
{
    bool folded = line.data[0] == ' ' || line.data[0] == '\t';
    const char *colon = memchr(line.data, ':', line.length), *end = line.data + line.length;
    const char *value = folded ? line.data : colon + 1;

    if (folded ? headers->length == 0 : colon == NULL)
        return;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    if (folded) {
        headers->data[headers->length - 1] = ' ';
    } else {
        for (const char *at = line.data; at < colon; at++)
            buffer_append_byte(headers, (char)tolower((unsigned char)*at));
        buffer_append_text(headers, ": ");
    }
    buffer_append(headers, value, (size_t)(end - value));
    buffer_append_byte(headers, '\n');
}

static size_t on_header(char *data, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    struct buffer *headers = &transfer->response.headers;
    size_t length = size * count, all = length;

    transfer->moved = clock_milliseconds();
    transfer->header_bytes += all;
    if (transfer->header_bytes > MOST_HEADERS) {
        transfer->too_large = true;
        return 0;
    }
    while (length > 0 && (data[length - 1] == '\n' || data[length - 1] == '\r'))
        length--;
    if (length == 0) {
        transfer->headers_over = true;
    } else if (length >= 5 && memcmp(data, "HTTP/", 5) == 0 &&
               transfer->response.body.length == 0) {
        /* the next answer, after a 1xx */
        headers->length = 0;
        transfer->headers_over = false;
    } else if (!transfer->headers_over) {
        keep_header(headers, slice_of(data, length));
    }
    return all;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t length = size * count;

    if (length > transfer->http->options.max_body - transfer->response.body.length) {
        transfer->too_large = true;
        return 0;
    }
    buffer_append(&transfer->response.body, data, length);
    return length;
}

static int on_connected(void *context, char *remote, char *local, int remote_port, int local_port)
{
    struct transfer *transfer = context;

    (void)remote, (void)local, (void)remote_port, (void)local_port;
    transfer->moved = clock_milliseconds();
    return CURL_PREREQFUNC_OK;
}

static int on_progress(void *context, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
                       curl_off_t up)
{
    struct transfer *transfer = context;

    (void)down_all, (void)up_all;
    if (down + up != transfer->moved_sum && transfer->moved != 0)
        transfer->moved = clock_milliseconds();
    transfer->moved_sum = down + up;
    return 0;
}

/* --- what goes out */

/* Nothing may end a header line early. */
static bool is_one_line(const char *text)
{
    for (; *text != '\0'; text++)
        if (iscntrl((unsigned char)*text) && *text != '\t')
            return false;
    return true;
}

static bool is_method(const char *text)
{
    const char *at = text;

    while (isalpha((unsigned char)*at) || *at == '-')
        at++;
    return at > text && *at == '\0';
}

static void set_headers(struct transfer *transfer, const struct http_request *request)
{
    for (size_t i = 0; i < request->header_count; i++) {
        transfer->malformed = transfer->malformed || !is_one_line(request->headers[i]);
        transfer->headers = curl_slist_append(transfer->headers, request->headers[i]);
    }
    /* no waiting for a "100 Continue" before a long body */
    transfer->headers = curl_slist_append(transfer->headers, "Expect:");
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
}

static void set_method(struct transfer *transfer, const struct http_request *request)
{
    CURL *easy = transfer->easy;

    if (request->body.length > 0 || strcmp(request->method, "POST") == 0) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS,
                         request->body.length > 0 ? request->body.data : "");
    } else if (strcmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    }
    transfer->malformed = transfer->malformed || !is_method(request->method);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

/* OpenSSL's own variables, which libcurl does not read. */
static void set_trust(CURL *easy)
{
    const char *file = getenv("SSL_CERT_FILE"), *folder = getenv("SSL_CERT_DIR");

    if (file && *file != '\0')
        curl_easy_setopt(easy, CURLOPT_CAINFO, file);
    if (folder && *folder != '\0')
        curl_easy_setopt(easy, CURLOPT_CAPATH, folder);
}

static void set_limits(struct transfer *transfer)
{
    const struct http_options *options = &transfer->http->options;
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_timeout);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)options->total_timeout);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
}

static void set_callbacks(struct transfer *transfer)
{
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, transfer);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
}

static struct host *host_of(struct http *http, const char *url)
{
    char *authority = http_authority(url);
    struct host *host;

    if (!authority)
        authority = memory_text("", 0);
    for (host = http->hosts; host; host = host->next) {
        if (strcmp(host->authority, authority) == 0) {
            free(authority);
            return host;
        }
    }
    host = memory_new(1, sizeof *host);
    host->authority = authority;
    host->next = http->hosts;
    http->hosts = host;
    return host;
}

static void await_host(struct transfer *transfer)
{
    struct host *host = transfer->host;

    if (host->first)
        host->last->next = transfer;
    else
        host->first = transfer;
    host->last = transfer;
}

void http_start(struct http *http, const struct http_request *request, http_done *done,
                void *context)
{
    struct transfer *transfer = memory_new(1, sizeof *transfer);
    CURL *easy = curl_easy_init();

    transfer->http = http;
    transfer->host = host_of(http, request->url);
    transfer->easy = easy;
    transfer->done = done;
    transfer->context = context;
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, http->options.user_agent);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    /* Sharing a connection beats opening a second one; in the clear there is none to share. */
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, (long)http_is_https(request->url));
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    set_method(transfer, request);
    set_headers(transfer, request);
    set_trust(easy);
    set_limits(transfer);
    set_callbacks(transfer);
    await_host(transfer);
    http->active++;
}

size_t http_active(const struct http *http)
{
    return http->active;
}

/* --- the end of a request */

static enum http_outcome outcome_of(struct transfer *transfer, CURLcode code)
{
    long sent = 0;

    if (transfer->too_large)
        return HTTP_TOO_LARGE;
    switch (code) {
    case CURLE_OK:
        return HTTP_ANSWERED;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PROXY:
        return HTTP_UNREACHABLE;
    case CURLE_OPERATION_TIMEDOUT:
        return HTTP_TIMED_OUT;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return HTTP_UNTRUSTED;
    case CURLE_URL_MALFORMAT:
    case CURLE_LOGIN_DENIED: /* the URL holds a user name */
        return HTTP_UNUSABLE;
    default:
        break;
    }
    /* "unsupported protocol" may be the URL's or what the server answered */
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent);
    if (sent > 0)
        return HTTP_INTERRUPTED;
    return code == CURLE_UNSUPPORTED_PROTOCOL ? HTTP_UNUSABLE : HTTP_UNREACHABLE;
}

/* A sentinel and padding behind the body, for json.h. */
static void pad(struct buffer *body)
{
    char *end = buffer_reserve(body, 1 + JSON_PADDING);

    end[0] = '\n';
    memset(end + 1, 0, JSON_PADDING);
}

/* Calls back and forgets the transfer, which libcurl does not hold any more. */
static void finish(struct transfer *transfer, enum http_outcome outcome, const char *error)
{
    struct http_response *response = &transfer->response;
    long status = 0, version = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
    if (version != 0)
        transfer->host->multiplexed = version >= CURL_HTTP_VERSION_2_0;
    response->outcome = outcome;
    response->status = (int)status;
    if (outcome != HTTP_ANSWERED)
        snprintf(response->error, sizeof response->error, "%s", error);
    response->seconds = (double)(clock_milliseconds() - transfer->started) / 1000;
    pad(&response->body);
    transfer->http->active--;
    transfer->done(transfer->context, response);
    transfer_free(transfer);
}

/* Takes a transfer back from libcurl. */
static void withdraw(struct http *http, struct transfer *transfer)
{
    size_t i = 0;

    curl_multi_remove_handle(http->multi, transfer->easy);
    while (http->running[i] != transfer)
        i++;
    http->running[i] = http->running[--http->running_count];
    transfer->host->running--;
}

static bool is_whole(const struct transfer *transfer)
{
    long status = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return transfer->headers_over && status >= 200;
}

static void finish_by_code(struct transfer *transfer, CURLcode code)
{
    enum http_outcome outcome = outcome_of(transfer, code);
    const char *error = transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(code);

    /* libcurl takes headers that end with the connection, and a 1xx before it, for an answer */
    if (outcome == HTTP_ANSWERED && !is_whole(transfer)) {
        outcome = HTTP_INTERRUPTED;
        error = "the connection ended within the headers";
    }
    if (outcome == HTTP_TOO_LARGE)
        error =
            transfer->header_bytes > MOST_HEADERS ? "too many headers" : "the body is too large";
    finish(transfer, outcome, error);
}

static size_t finish_done(struct http *http)
{
    CURLMsg *message;
    size_t finished = 0;
    int left;

    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        struct transfer *transfer;
        CURLcode code = message->data.result;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        withdraw(http, transfer);
        finish_by_code(transfer, code);
        finished++;
    }
    return finished;
}

static int64_t stalled_at(const struct transfer *transfer)
{
    unsigned stall = transfer->http->options.stall_timeout;

    return stall == 0 || transfer->moved == 0 ? INT64_MAX : transfer->moved + stall;
}

static size_t finish_stalled(struct http *http)
{
    int64_t now = clock_milliseconds();
    size_t finished = 0;

    for (size_t i = 0; i < http->running_count;) {
        struct transfer *transfer = http->running[i];

        if (stalled_at(transfer) > now) {
            i++;
            continue;
        }
        withdraw(http, transfer);
        snprintf(transfer->error, sizeof transfer->error, "nothing came for %u ms",
                 http->options.stall_timeout);
        finish(transfer, HTTP_TIMED_OUT, transfer->error);
        finished++;
    }
    return finished;
}

/* --- the loop */

/* Gives libcurl a transfer; false when it does not take it, and then it is finished. */
static bool run(struct http *http, struct transfer *transfer)
{
    transfer->started = clock_milliseconds();
    if (transfer->malformed) {
        finish(transfer, HTTP_UNUSABLE, "the method or a header is malformed");
        return false;
    }
    if (curl_multi_add_handle(http->multi, transfer->easy) != CURLM_OK) {
        finish(transfer, HTTP_UNUSABLE, "libcurl refuses it");
        return false;
    }
    if (http->running_count == http->running_capacity) {
        http->running_capacity = http->running_capacity * 2 + 16;
        http->running = memory_resize(http->running, http->running_capacity, sizeof *http->running);
    }
    http->running[http->running_count++] = transfer;
    transfer->host->running++;
    return true;
}

/* Starts what its host has room for; the number that could not be. */
static size_t run_waiting(struct http *http)
{
    size_t failed = 0;

    for (struct host *host = http->hosts; host; host = host->next) {
        while (host->first &&
               host->running < (host->multiplexed ? MOST_STREAMS : http->options.connections)) {
            struct transfer *transfer = host->first;

            host->first = transfer->next;
            failed += !run(http, transfer);
        }
    }
    return failed;
}

/* How long nothing of ours is due, at most until `deadline`. */
static int idle_milliseconds(const struct http *http, int64_t deadline)
{
    int64_t left;

    for (size_t i = 0; i < http->running_count; i++)
        if (stalled_at(http->running[i]) < deadline)
            deadline = stalled_at(http->running[i]);
    left = deadline == INT64_MAX ? INT32_MAX : deadline - clock_milliseconds();
    if (left < 0)
        return 0;
    return left > INT32_MAX ? INT32_MAX : (int)left;
}

bool http_wait(struct http *http, int milliseconds)
{
    int64_t deadline = milliseconds < 0 ? INT64_MAX : clock_milliseconds() + milliseconds;
    struct curl_waitfd wake = {.fd = signals_fd(), .events = CURL_WAIT_POLLIN};

    while (!signals_stopped()) {
        size_t finished = run_waiting(http);
        int running;

        curl_multi_perform(http->multi, &running);
        finished += finish_done(http);
        finished += finish_stalled(http);
        if (finished > 0 || (http->active == 0 && milliseconds < 0) ||
            clock_milliseconds() >= deadline)
            return true;
        curl_multi_poll(http->multi, &wake, wake.fd >= 0 ? 1 : 0, idle_milliseconds(http, deadline),
                        NULL);
    }
    return false;
}

struct slice http_header(const struct http_response *response, const char *name)
{
    struct slice left = buffer_slice(&response->headers), value = {0};
    size_t length = strlen(name);

    while (left.length > 0) {
        const char *end = memchr(left.data, '\n', left.length);
        size_t line = (size_t)(end - left.data);

        if (line > length && left.data[length] == ':' && memcmp(left.data, name, length) == 0)
            value = slice_of(left.data + length + 2, line - length - 2);
        left.data += line + 1;
        left.length -= line + 1;
    }
    return value;
}
