/*
 * HTTP against a server of this test's own, a process that speaks each kind of broken answer
 * over real connections. What it is to say is the path that it is asked for.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "http.h"
#include "json.h"
#include "signals.h"
#include "tap.h"

enum { BIG = 64 << 20, MOST_BODY = 1 << 20, STALL = 300 };

/* What the server's process tells this one. */
static struct tally {
    atomic_int connections, at_once, most_at_once;
} * tally;

static struct buffer zipped, bomb, cut_zip;
static unsigned port;

/* --- the server */

static void pause_for(unsigned milliseconds)
{
    usleep(milliseconds * 1000);
}

static bool say(int fd, const void *data, size_t length)
{
    return send(fd, data, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static bool say_text(int fd, const char *text)
{
    return say(fd, text, strlen(text));
}

static void say_body(int fd, const char *headers, struct slice body)
{
    struct buffer answer = {0};

    buffer_format(&answer, "HTTP/1.1 200 OK\r\n%sContent-Length: %zu\r\n\r\n", headers,
                  body.length);
    buffer_append_slice(&answer, body);
    say(fd, answer.data, answer.length);
    buffer_free(&answer);
}

static void say_endlessly(int fd, const char *start, const char *more)
{
    say_text(fd, start);
    for (size_t said = 0; said < BIG && say_text(fd, more); said += strlen(more))
        continue;
}

static void reset(int fd)
{
    struct linger now = {1, 0};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void drip(int fd, unsigned count)
{
    char start[64];

    snprintf(start, sizeof start, "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", count);
    say_text(fd, start);
    while (count-- > 0 && say_text(fd, "."))
        pause_for(STALL / 5);
}

static void hold(int fd)
{
    int now = ++tally->at_once, most = tally->most_at_once;

    while (now > most && !atomic_compare_exchange_weak(&tally->most_at_once, &most, now))
        continue;
    pause_for(50);
    say_body(fd, "", slice_text("held"));
    tally->at_once--;
}

/* Those whose whole answer is a text, after which the connection is closed. */
static const char *const canned[][2] = {
    {"/short", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"},
    {"/silence", ""},
    {"/chunk-cut", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n5\r\ncu"},
    {"/chunk-end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n"},
    {"/chunk-bad", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\nzz\r\nmore"},
    {"/not-zip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip"},
    {"/garbage", "no HTTP at all\r\n\r\nreally"},
    {"/headers-cut", "HTTP/1.1 200 OK\r\nContent-Len"},
    {"/hints-only", "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"},
    {"/hints", "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 201 Created\r\nX-Late: 2\r\n"
               "Content-Length: 2\r\n\r\nok"},
    {"/trailers",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Limit: 5\r\n\r\n2\r\nok\r\n0\r\n"
     "X-Limit: 6\r\n\r\n"},
    {"/odd-headers", "HTTP/1.1 200 OK\r\nX-MiXed:\t padded value \t\r\nX-Twice: 1\r\nX-Twice: 2\r\n"
                     "X-Empty:\r\nX-Folded: a\r\n  b\r\nContent-Length: 0\r\n\r\n"},
    {"/none", "HTTP/1.1 204 No Content\r\n\r\n"},
    {"/unchanged", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 100\r\n\r\n"},
    {"/moved", "HTTP/1.1 301 Moved\r\nLocation: /fine\r\nContent-Length: 0\r\n\r\n"},
    {"/refused", "HTTP/1.1 403 Forbidden\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nwait"},
};

/* True when the connection stays open. */
static bool answer(int fd, const char *path, struct slice request)
{
    for (size_t i = 0; i < sizeof canned / sizeof *canned; i++)
        if (strcmp(canned[i][0], path) == 0)
            return say_text(fd, canned[i][1]) && false;
    if (strcmp(path, "/fine") == 0)
        say_body(fd, "", slice_text("fine"));
    else if (strcmp(path, "/echo") == 0)
        say_body(fd, "", request);
    else if (strcmp(path, "/zip") == 0)
        say_body(fd, "Content-Encoding: gzip\r\n", buffer_slice(&zipped));
    else if (strcmp(path, "/bomb") == 0)
        say_body(fd, "Content-Encoding: gzip\r\n", buffer_slice(&bomb));
    else if (strcmp(path, "/zip-bad") == 0)
        say_body(fd, "Content-Encoding: gzip\r\n", buffer_slice(&cut_zip));
    else if (strcmp(path, "/big") == 0)
        say_endlessly(fd, "HTTP/1.1 200 OK\r\n\r\n", "a line of very many\n");
    else if (strcmp(path, "/many-headers") == 0)
        say_endlessly(fd, "HTTP/1.1 200 OK\r\n", "X-Header: one of very many\r\n");
    else if (strcmp(path, "/many-hints") == 0)
        say_endlessly(fd, "", "HTTP/1.1 103 Early Hints\r\nX-Header: one of very many\r\n\r\n");
    else if (strcmp(path, "/drip") == 0)
        drip(fd, 8);
    else if (strcmp(path, "/hold") == 0)
        hold(fd);
    else if (strcmp(path, "/stall") == 0)
        pause_for((unsigned)say_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") *
                  60000);
    else
        reset(fd);
    return strcmp(path, "/fine") == 0 || strcmp(path, "/hold") == 0;
}

/* Reads one request with its body into `request`, its path into `path`. */
static bool hear(int fd, struct buffer *request, char *path)
{
    const char *end = NULL, *length = NULL;
    size_t wanted = SIZE_MAX;

    request->length = 0;
    while (request->length < wanted) {
        ssize_t got = recv(fd, buffer_reserve(request, 4096), 4095, 0);

        if (got <= 0)
            return false;
        request->length += (size_t)got;
        end = strstr(buffer_text(request), "\r\n\r\n");
        length = strstr(request->data, "Content-Length: ");
        if (end)
            wanted =
                (size_t)(end + 4 - request->data) + (length ? strtoul(length + 16, NULL, 10) : 0);
    }
    return sscanf(request->data, "%*s %63s", path) == 1;
}

static void *serve_connection(void *argument)
{
    int fd = (int)(intptr_t)argument;
    struct buffer request = {0};
    char path[64];

    while (hear(fd, &request, path) && answer(fd, path, buffer_slice(&request)))
        continue;
    buffer_free(&request);
    close(fd);
    return NULL;
}

static pid_t serve(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    pid_t child;

    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 64) != 0)
        exit(1);
    getsockname(listener, (struct sockaddr *)&address, &size);
    port = ntohs(address.sin_port);
    child = fork();
    if (child != 0) {
        close(listener);
        return child;
    }
    for (;;) {
        pthread_t thread;
        int fd = accept(listener, NULL, NULL);

        tally->connections++;
        if (fd < 0 || pthread_create(&thread, NULL, serve_connection, (void *)(intptr_t)fd) != 0)
            _exit(1);
        pthread_detach(thread);
    }
}

/* --- the client */

struct answer {
    enum http_outcome outcome;
    int status, calls;
    struct http_response response; /* with headers and body of our own */
};

static void on_done(void *context, struct http_response *response)
{
    struct answer *got = context;

    got->outcome = response->outcome;
    got->status = response->status;
    got->calls++;
    got->response = *response;
    response->body = (struct buffer){0};
    response->headers = (struct buffer){0};
}

static void answer_free(struct answer *got)
{
    buffer_free(&got->response.headers);
    buffer_free(&got->response.body);
}

static struct http *client(unsigned connections, unsigned total)
{
    return http_open(&(struct http_options){.user_agent = "leat-test",
                                            .connections = connections,
                                            .max_body = MOST_BODY,
                                            .connect_timeout = 2000,
                                            .stall_timeout = STALL,
                                            .total_timeout = total});
}

static struct answer ask(struct http *http, struct http_request request)
{
    struct answer got = {0};
    char url[256];

    if (!request.method)
        request.method = "GET";
    if (request.url[0] == '/') {
        snprintf(url, sizeof url, "http://127.0.0.1:%u%s", port, request.url);
        request.url = url;
    }
    http_start(http, &request, on_done, &got);
    while (http_active(http) > 0)
        http_wait(http, -1);
    return got;
}

static void expect(struct http *http, const char *url, enum http_outcome outcome, int status,
                   const char *body)
{
    struct answer got = ask(http, (struct http_request){.url = url});
    bool same = !body || slice_is(buffer_slice(&got.response.body), body);

    if (!ok(got.calls == 1 && got.outcome == outcome && same &&
                (outcome != HTTP_ANSWERED || got.status == status) &&
                (outcome == HTTP_ANSWERED) == (got.response.error[0] == '\0'),
            "%s: outcome %d", url, (int)outcome))
        printf("# outcome %d, status %d, error '%s', %zu bytes\n", (int)got.outcome, got.status,
               got.response.error, got.response.body.length);
    answer_free(&got);
}

static void check_answers(struct http *http)
{
    expect(http, "/fine", HTTP_ANSWERED, 200, "fine");
    expect(http, "/zip", HTTP_ANSWERED, 200, "[1,2,3]");
    expect(http, "/none", HTTP_ANSWERED, 204, "");
    expect(http, "/unchanged", HTTP_ANSWERED, 304, "");
    expect(http, "/refused", HTTP_ANSWERED, 403, "wait");
    expect(http, "/hints", HTTP_ANSWERED, 201, "ok");
    expect(http, "/trailers", HTTP_ANSWERED, 200, "ok");
    expect(http, "/drip", HTTP_ANSWERED, 200, "........");
}

static void check_faults(struct http *http)
{
    expect(http, "/short", HTTP_INTERRUPTED, 0, NULL);
    expect(http, "/silence", HTTP_INTERRUPTED, 0, NULL);
    expect(http, "/chunk-cut", HTTP_INTERRUPTED, 0, NULL);
    expect(http, "/chunk-end", HTTP_INTERRUPTED, 0, NULL);
    expect(http, "/chunk-bad", HTTP_INTERRUPTED, 0, NULL);
    expect(http, "/not-zip", HTTP_INTERRUPTED, 0, NULL);
    expect(http, "/zip-bad", HTTP_INTERRUPTED, 0, NULL);
    expect(http, "/garbage", HTTP_INTERRUPTED, 0, NULL);
    expect(http, "/headers-cut", HTTP_INTERRUPTED, 0, NULL);
    expect(http, "/hints-only", HTTP_INTERRUPTED, 0, NULL);
    expect(http, "/reset", HTTP_INTERRUPTED, 0, NULL);
    expect(http, "/stall", HTTP_TIMED_OUT, 0, NULL);
    expect(http, "/big", HTTP_TOO_LARGE, 0, NULL);
    expect(http, "/bomb", HTTP_TOO_LARGE, 0, NULL);
    expect(http, "/many-headers", HTTP_TOO_LARGE, 0, NULL);
    expect(http, "/many-hints", HTTP_TOO_LARGE, 0, NULL);
    expect(http, "http://127.0.0.1:1/", HTTP_UNREACHABLE, 0, NULL);
    expect(http, "http://nowhere.invalid/", HTTP_UNREACHABLE, 0, NULL);
    expect(http, "file:///etc/passwd", HTTP_UNUSABLE, 0, "");
    expect(http, "ftp://127.0.0.1/", HTTP_UNUSABLE, 0, NULL);
    expect(http, "http://user:word@127.0.0.1/", HTTP_UNUSABLE, 0, NULL);
    expect(http, "http://", HTTP_UNUSABLE, 0, NULL);
    expect(http, "nonsense is none", HTTP_UNUSABLE, 0, NULL);
}

static bool header_is(const struct answer *got, const char *name, const char *value)
{
    struct slice found = http_header(&got->response, name);

    return value ? found.data && slice_is(found, value) : found.data == NULL;
}

static void check_headers(struct http *http)
{
    struct answer got = ask(http, (struct http_request){.url = "/odd-headers"});

    ok(header_is(&got, "x-mixed", "padded value"), "a name in lower case, a value trimmed");
    ok(header_is(&got, "x-twice", "2"), "the last of two");
    ok(header_is(&got, "x-empty", ""), "an empty value");
    ok(header_is(&got, "x-folded", "a b"), "a folded value is one line");
    ok(header_is(&got, "x-mixe", NULL) && header_is(&got, "mixed", NULL), "none of another name");
    answer_free(&got);
    got = ask(http, (struct http_request){.url = "/hints"});
    ok(header_is(&got, "x-early", NULL) && header_is(&got, "x-late", "2"),
       "headers of the last answer");
    answer_free(&got);
    got = ask(http, (struct http_request){.url = "/trailers"});
    ok(header_is(&got, "x-limit", "5"), "a trailer is no header");
    answer_free(&got);
    got = ask(http, (struct http_request){.url = "http://127.0.0.1:1/"});
    ok(header_is(&got, "x-limit", NULL), "where there is no answer there are no headers");
    answer_free(&got);
    got = ask(http, (struct http_request){.url = "/moved"});
    ok(got.status == 301 && header_is(&got, "location", "/fine"), "a redirect is not followed");
    answer_free(&got);
    got = ask(http, (struct http_request){.url = "/fine"});
    ok(got.response.body.capacity > 4 + JSON_PADDING && got.response.body.data[4] == '\n',
       "a body can be scanned as JSON");
    answer_free(&got);
}

static bool contains(const struct answer *got, const char *text)
{
    struct slice body = buffer_slice(&got->response.body);

    return body.length > 0 && memmem(body.data, body.length, text, strlen(text)) != NULL;
}

static void check_requests(struct http *http)
{
    static const char *const headers[] = {"X-One: 1", "Accept: text/plain"};
    static const char *const two_lines[] = {"X-One: 1\r\nX-Two: 2"};
    struct answer got = ask(http, (struct http_request){.method = "POST",
                                                        .url = "/echo",
                                                        .headers = headers,
                                                        .header_count = 2,
                                                        .body = {"a\0b", 3}});

    ok(contains(&got, "POST /echo HTTP/1.1\r\n") && contains(&got, "\r\nX-One: 1\r\n") &&
           contains(&got, "\r\nAccept: text/plain\r\n"),
       "method and headers are sent");
    ok(contains(&got, "\r\nUser-Agent: leat-test\r\n") && contains(&got, "gzip"),
       "so are the agent's name and what it can decompress");
    ok(got.response.body.length > 3 &&
           memcmp(got.response.body.data + got.response.body.length - 3, "a\0b", 3) == 0,
       "and every byte of the body");
    answer_free(&got);
    got = ask(http, (struct http_request){.method = "DELETE", .url = "/echo"});
    ok(contains(&got, "DELETE /echo"), "another method");
    answer_free(&got);
    got = ask(http, (struct http_request){.url = "/echo", .headers = two_lines, .header_count = 1});
    ok(got.outcome == HTTP_UNUSABLE, "a header of two lines is not sent");
    answer_free(&got);
    got = ask(http, (struct http_request){.method = "GET / HTTP/1.1\r\nX: 1\r\n", .url = "/echo"});
    ok(got.outcome == HTTP_UNUSABLE, "nor is a method that is none");
    answer_free(&got);
}

static void check_connections(void)
{
    struct http *http = client(4, 0);
    struct answer got[40] = {0};
    char url[64];
    int before = tally->connections, whole = 0;

    snprintf(url, sizeof url, "http://127.0.0.1:%u/hold", port);
    for (int i = 0; i < 40; i++)
        http_start(http, &(struct http_request){.method = "GET", .url = url}, on_done, &got[i]);
    ok(http_active(http) == 40 && got[0].calls == 0, "starting calls nobody back");
    while (http_active(http) > 0)
        http_wait(http, -1);
    for (int i = 0; i < 40; i++) {
        whole += got[i].calls == 1 && got[i].outcome == HTTP_ANSWERED;
        answer_free(&got[i]);
    }
    ok(whole == 40, "forty requests, each answered once");
    ok(tally->connections - before == 4, "over four connections that are kept");
    ok(tally->most_at_once == 4, "which are used at once");
    http_start(http, &(struct http_request){.method = "GET", .url = url}, on_done, &got[0]);
    ok(http_wait(http, 0) && http_active(http) == 1 && got[0].calls == 1, "a wait may be none");
    http_close(http);
    ok(got[0].calls == 1, "closing drops what is under way");
}

/* A chain: each answer starts the next request. */
struct chain {
    struct http *http;
    char url[64];
    int left, answered;
};

static void on_link(void *context, struct http_response *response)
{
    struct chain *chain = context;

    chain->answered += response->outcome == HTTP_ANSWERED;
    if (--chain->left > 0)
        http_start(chain->http, &(struct http_request){.method = "GET", .url = chain->url}, on_link,
                   chain);
}

static void check_chain(struct http *http)
{
    struct chain chain = {.http = http, .left = 100};
    int before = tally->connections;

    snprintf(chain.url, sizeof chain.url, "http://127.0.0.1:%u/fine", port);
    http_start(http, &(struct http_request){.method = "GET", .url = chain.url}, on_link, &chain);
    while (http_active(http) > 0)
        http_wait(http, -1);
    ok(chain.answered == 100 && tally->connections - before <= 1,
       "a hundred requests started by answers, over one connection");
}

static void check_timeouts(void)
{
    struct http *http = client(1, STALL);
    char url[64];
    int silent = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;

    expect(http, "/drip", HTTP_TIMED_OUT, 0, NULL);
    http_close(http);
    http = client(1, 0);
    bind(silent, (struct sockaddr *)&address, sizeof address);
    listen(silent, 1);
    getsockname(silent, (struct sockaddr *)&address, &size);
    snprintf(url, sizeof url, "https://127.0.0.1:%u/", ntohs(address.sin_port));
    expect(http, url, HTTP_TIMED_OUT, 0, NULL);
    close(silent);
    http_close(http);
}

/* Last: once asked to stop, nothing is waited for any more. */
static void check_signal(struct http *http)
{
    struct answer got = {0};
    char url[64];
    pid_t parent = getpid(), child;

    snprintf(url, sizeof url, "http://127.0.0.1:%u/stall", port);
    signals_install();
    child = fork();
    if (child == 0) {
        pause_for(100);
        kill(parent, SIGTERM);
        _exit(0);
    }
    http_start(http, &(struct http_request){.method = "GET", .url = url}, on_done, &got);
    ok(!http_wait(http, -1) && got.calls == 0, "a signal ends the wait");
    ok(!http_wait(http, -1), "and every later one");
    waitpid(child, NULL, 0);
}

/* --- URLs */

static void resolves(const char *base, const char *reference, const char *expected)
{
    char *got = http_resolve(base, reference);

    if (!ok(expected ? got && strcmp(got, expected) == 0 : got == NULL, "%s + %s", base, reference))
        printf("# got %s\n", got ? got : "none");
    free(got);
}

static void authority(const char *url, const char *expected)
{
    char *got = http_authority(url);

    if (!ok(expected ? got && strcmp(got, expected) == 0 : got == NULL, "the authority of %s", url))
        printf("# got %s\n", got ? got : "none");
    free(got);
}

static void check_urls(void)
{
    struct buffer text = {0};

    resolves("https://a.example/x/y?q=1", "/z?p=2", "https://a.example/z?p=2");
    resolves("https://a.example/x/y?q=1", "z", "https://a.example/x/z");
    resolves("https://a.example/x/y?q=1", "?p=2", "https://a.example/x/y?p=2");
    resolves("https://a.example/x/y", "https://b.example/", "https://b.example/");
    resolves("https://a.example/x/y", "//b.example/z", "https://b.example/z");
    resolves("https://a.example/", "file:///etc/passwd", NULL);
    resolves("no URL", "/x", NULL);
    authority("https://API.Example/x", "api.example:443");
    authority("http://user@a.example:8080?x", "a.example:8080");
    authority("http://[::1]/", "[::1]:80");
    authority("ftp://a.example/", NULL);
    authority("a.example/x", NULL);
    ok(http_is_https("HTTPS://a.example/") && !http_is_https("http://a.example/"),
       "which is https");
    ok(http_is_loopback("http://localhost:1/") && http_is_loopback("http://127.8.0.1/") &&
           http_is_loopback("http://[::1]:8080/x"),
       "this machine");
    ok(!http_is_loopback("http://localhost.example/") && !http_is_loopback("http://128.0.0.1/") &&
           !http_is_loopback("http://127.0.0.1.example/") && !http_is_loopback("http://[::2]/") &&
           !http_is_loopback("http://127.0.0.1@a.example/") && !http_is_loopback("localhost"),
       "others");
    http_append_encoded(&text, slice_of("aZ9-._~ /?&=+%\xC3\xA9\0", 17));
    ok(slice_is(buffer_slice(&text), "aZ9-._~%20%2F%3F%26%3D%2B%25%C3%A9%00"), "percent-encoded");
    buffer_free(&text);
}

static void output_of(const char *command, struct buffer *output)
{
    FILE *pipe = popen(command, "re");
    size_t got;

    while (pipe && (got = fread(buffer_reserve(output, 65536), 1, 65536, pipe)) > 0)
        output->length += got;
    if (pipe)
        pclose(pipe);
}

int main(void)
{
    struct http *http;
    pid_t server;

    unsetenv("http_proxy");
    output_of("printf '[1,2,3]' | gzip", &zipped);
    output_of("head -c 33554432 /dev/zero | gzip", &bomb);
    buffer_append_slice(&cut_zip, buffer_slice(&zipped));
    if (cut_zip.length > 12)
        cut_zip.data[12] ^= 0x55; /* behind the header: the compressed bytes */
    tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    server = serve();
    http = client(2, 0);
    check_answers(http);
    check_headers(http);
    check_requests(http);
    check_faults(http);
    check_chain(http);
    check_connections();
    check_timeouts();
    check_urls();
    check_signal(http);
    http_close(http);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    buffer_free(&zipped);
    buffer_free(&bomb);
    buffer_free(&cut_zip);
    return done_testing();
}
