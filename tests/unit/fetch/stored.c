/* Responses on disk: what is written is read again, or nothing is. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "stored.h"
#include "tap.h"

static char folder[] = "/tmp/leat-stored.XXXXXX";
static char path[64];

static const struct stored example = {
    .method = "POST",
    .url = "https://api.example/graphql?a=\"b\"",
    .request = {"{\"query\":\"{\\n}\"}", 15},
    .status = 203,
    .headers = {"etag: \"x\\y\"\nset-cookie: secret=1\nSet-Cookie: secret=2\ndate: t\n", 62},
    .body = {"a\0b\n\xFF\"}\n", 8},
};

static bool is_example(const struct stored_read *got)
{
    return got->status == 203 && strcmp(got->method, "POST") == 0 &&
           strcmp(got->url, example.url) == 0 &&
           slice_equal(buffer_slice(&got->request), example.request) &&
           slice_is(buffer_slice(&got->headers), "etag: \"x\\y\"\ndate: t\n") &&
           slice_equal(buffer_slice(&got->body), example.body);
}

static mode_t mode_of(const char *name)
{
    struct stat status;

    return stat(name, &status) == 0 ? status.st_mode & 0777 : 0;
}

static size_t file_count(void)
{
    char command[96];
    unsigned long count = 0;
    FILE *pipe;

    snprintf(command, sizeof command, "find %s -type f | wc -l", folder);
    pipe = popen(command, "re");
    if (!pipe || fscanf(pipe, "%lu", &count) != 1)
        count = 999;
    if (pipe)
        pclose(pipe);
    return count;
}

static void check_round_trip(void)
{
    struct stored plain = {.method = "GET", .url = "http://a.example/", .status = 200};
    struct stored_read got;
    char parent[64];

    ok(!stored_read(path, &got), "what was not written is not there");
    ok(stored_write(path, &example), "an answer is written");
    ok(stored_read(path, &got) && is_example(&got), "and read again, without cookies");
    ok(got.age >= 0 && got.age < 60, "its age is known");
    ok(got.body.data[8] == '\n' && got.body.capacity >= 8 + 1 + JSON_PADDING,
       "its body can be scanned as JSON");
    stored_free(&got);
    snprintf(parent, sizeof parent, "%s/one", folder);
    ok(mode_of(path) == 0600 && mode_of(parent) == 0700, "nobody else can read it");
    ok(stored_write(path, &plain) && stored_read(path, &got), "another one in its place");
    ok(got.body.length == 0 && got.request.length == 0 && got.headers.length == 0 &&
           got.body.data[0] == '\n',
       "with nothing in it");
    stored_free(&got);
    ok(file_count() == 1, "no other file is left behind");
    ok(!stored_write("/proc/nowhere/x.response", &plain) && errno != 0, "what can't be is told");
}

static size_t read_file(char *data, size_t size)
{
    FILE *file = fopen(path, "re");
    size_t length = fread(data, 1, size, file);

    fclose(file);
    return length;
}

static void write_file(const char *data, size_t length)
{
    FILE *file = fopen(path, "we");

    fwrite(data, 1, length, file);
    fclose(file);
}

/* Every way to cut it, and every byte changed. */
static void check_damage(void)
{
    char whole[1024];
    struct stored_read got;
    size_t length, believed = 0;

    stored_write(path, &example);
    length = read_file(whole, sizeof whole);
    for (size_t cut = 0; cut < length; cut++) {
        write_file(whole, cut);
        believed += stored_read(path, &got);
    }
    ok(believed == 0, "no part of it is read");
    for (size_t at = 0; at < length; at++) {
        whole[at] ^= 4;
        write_file(whole, length);
        whole[at] ^= 4;
        believed += stored_read(path, &got);
    }
    ok(believed == 0, "nor is it with any byte changed");
    whole[length] = '\n';
    write_file(whole, length + 1);
    ok(!stored_read(path, &got), "nor with one more");
    write_file(whole, length);
    ok(stored_read(path, &got) && is_example(&got), "but as it was");
    stored_free(&got);
    ok(!stored_read(folder, &got), "a folder is none");
}

static void set_time(const char *name, time_t seconds)
{
    struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};

    utimensat(AT_FDCWD, name, times, 0);
}

static void check_prune(void)
{
    static const char *const names[] = {"old.response", "new.response", "touched.response",
                                        "old.other", "response"};
    static const bool stay[] = {false, true, true, true, true};
    time_t now = time(NULL);
    char name[96], one[64];
    bool right = true;

    snprintf(one, sizeof one, "%s/prune", folder);
    for (size_t i = 0; i < 5; i++) {
        snprintf(name, sizeof name, "%s/%s", one, names[i]);
        right = stored_write(name, &example) && right;
        set_time(name, strcmp(names[i], "new.response") == 0 ? now : now - 1000);
        if (strcmp(names[i], "touched.response") == 0)
            stored_touch(name);
    }
    ok(right && file_count() == 6, "some answers");
    stored_prune(one, now - 500);
    for (size_t i = 0; i < 5; i++) {
        snprintf(name, sizeof name, "%s/%s", one, names[i]);
        right = right && (access(name, F_OK) == 0) == stay[i];
    }
    ok(right, "old ones go, what was used or is no answer stays");
    snprintf(name, sizeof name, "%s/touched.response", one);
    stored_prune("/nowhere/at/all", now);
    stored_prune(one, now + 1000);
    ok(file_count() == 3, "all go in the end");
}

int main(void)
{
    char command[64];

    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/one/two/a.response", folder);
    check_round_trip();
    check_damage();
    check_prune();
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) != 0 || done_testing();
}
