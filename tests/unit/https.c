/* HTTPS and HTTP/2 against a server of Node.js, with a certificate made for the purpose. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "http.h"
#include "tap.h"

enum { STALL = 400, MANY = 60 };

static char folder[] = "/tmp/leat-https.XXXXXX";
static char key[64], certificate[64];
static unsigned port;

static pid_t serve(void)
{
    static char script[] = "tests/unit/https_server.js";
    char *arguments[] = {"node", script, key, certificate, NULL};
    char line[16] = "";
    int ends[2];
    pid_t child;

    if (pipe(ends) != 0)
        exit(1);
    child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execvp("node", arguments);
        _exit(127);
    }
    close(ends[1]);
    if (read(ends[0], line, sizeof line - 1) > 0)
        port = (unsigned)strtoul(line, NULL, 10);
    close(ends[0]);
    return child;
}

struct answer {
    enum http_outcome outcome;
    int status, calls;
    char body[32], name[16], error[256];
};

static void on_done(void *context, struct http_response *response)
{
    struct answer *got = context;
    struct slice name = http_header(response, "x-name");

    got->outcome = response->outcome;
    got->status = response->status;
    got->calls++;
    snprintf(got->body, sizeof got->body, "%.*s", SLICE_FORMAT(buffer_slice(&response->body)));
    snprintf(got->name, sizeof got->name, "%.*s", name.data ? (int)name.length : 0,
             name.data ? name.data : "");
    snprintf(got->error, sizeof got->error, "%s", response->error);
}

static struct http *client(void)
{
    return http_open(&(struct http_options){.user_agent = "leat-test",
                                            .connections = 4,
                                            .max_body = 1 << 20,
                                            .connect_timeout = 5000,
                                            .stall_timeout = STALL});
}

static void start(struct http *http, const char *host, const char *path, struct answer *got)
{
    char url[128];

    *got = (struct answer){0};
    snprintf(url, sizeof url, "https://%s:%u%s", host, port, path);
    http_start(http, &(struct http_request){.method = "GET", .url = url}, on_done, got);
}

static void finish(struct http *http)
{
    while (http_active(http) > 0)
        http_wait(http, -1);
}

static void check_trust(const char *file, const char *host, enum http_outcome outcome,
                        const char *name)
{
    struct http *http = client();
    struct answer got;

    if (file)
        setenv("SSL_CERT_FILE", file, 1);
    else
        unsetenv("SSL_CERT_FILE");
    start(http, host, "/fine", &got);
    finish(http);
    if (!ok(got.outcome == outcome && (outcome != HTTP_ANSWERED || got.status == 200), "%s", name))
        printf("# outcome %d, status %d, %s\n", (int)got.outcome, got.status, got.error);
    http_close(http);
}

static void check_many(struct http *http)
{
    struct answer got[MANY];
    int whole = 0;

    for (int i = 0; i < MANY; i++)
        start(http, "localhost", "/fine", &got[i]);
    finish(http);
    for (int i = 0; i < MANY; i++)
        whole += got[i].calls == 1 && got[i].outcome == HTTP_ANSWERED &&
                 strcmp(got[i].body, "fine") == 0 && strcmp(got[i].name, "value") == 0;
    ok(whole == MANY, "many requests at once are answered");
    start(http, "localhost", "/connections", &got[0]);
    finish(http);
    ok(strcmp(got[0].body, "1") == 0, "over one connection: %s", got[0].body);
}

/* What goes wrong with one stream is not the others' business. */
static void check_stream(struct http *http, const char *path, enum http_outcome outcome)
{
    struct answer broken, fine[3];
    int whole = 0;

    start(http, "localhost", path, &broken);
    for (int i = 0; i < 3; i++)
        start(http, "localhost", "/fine", &fine[i]);
    finish(http);
    for (int i = 0; i < 3; i++)
        whole += fine[i].outcome == HTTP_ANSWERED && strcmp(fine[i].body, "fine") == 0;
    ok(broken.outcome == outcome && broken.error[0] != '\0', "%s: %s", path, broken.error);
    ok(whole == 3, "the other streams go on");
}

static void check_streams(struct http *http)
{
    struct answer got;

    check_stream(http, "/reset", HTTP_INTERRUPTED);
    check_stream(http, "/refuse", HTTP_INTERRUPTED);
    check_stream(http, "/cut", HTTP_INTERRUPTED);
    check_stream(http, "/stall", HTTP_TIMED_OUT);
    start(http, "localhost", "/connections", &got);
    finish(http);
    ok(strcmp(got.body, "1") == 0, "all over the same connection");
    start(http, "localhost", "/break", &got);
    finish(http);
    ok(got.outcome == HTTP_INTERRUPTED, "a connection that breaks: %s", got.error);
    start(http, "localhost", "/connections", &got);
    finish(http);
    ok(strcmp(got.body, "2") == 0, "is made anew");
}

int main(void)
{
    struct http *http;
    char command[512];
    pid_t server;

    if (!mkdtemp(folder))
        return 1;
    unsetenv("https_proxy");
    unsetenv("HTTPS_PROXY");
    unsetenv("SSL_CERT_DIR");
    snprintf(key, sizeof key, "%s/key", folder);
    snprintf(certificate, sizeof certificate, "%s/certificate", folder);
    snprintf(command, sizeof command,
             "openssl req -x509 -newkey rsa:2048 -nodes -keyout %s -out %s -days 2"
             " -subj /CN=localhost -addext subjectAltName=DNS:localhost 2> /dev/null",
             key, certificate);
    ok(system(command) == 0, "a certificate");
    server = serve();
    ok(port != 0, "a server");
    check_trust(NULL, "localhost", HTTP_UNTRUSTED, "a certificate nobody knows is not trusted");
    check_trust("/nowhere", "localhost", HTTP_UNTRUSTED, "nor is one without any to compare");
    check_trust(certificate, "127.0.0.1", HTTP_UNTRUSTED, "nor one for another name");
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    server = serve();
    check_trust(certificate, "localhost", HTTP_ANSWERED, "one in SSL_CERT_FILE is");
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    server = serve();
    http = client();
    check_many(http);
    check_streams(http);
    http_close(http);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) != 0 || done_testing();
}
