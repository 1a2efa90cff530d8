/* Where tokens come from, and what is refused without being told. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "signals.h"
#include "tap.h"
#include "tokens.h"

static char folder[] = "/tmp/leat-tokens.XXXXXX";

typedef bool source(struct tokens *tokens, const char *name, char **error);

/* Whether the source gives these tokens, joined by "|". */
static void gives(source *from, const char *name, const char *expected, const char *what)
{
    struct tokens tokens = {0};
    char *error = NULL, got[9000] = "";
    bool done = from(&tokens, name, &error);

    for (size_t i = 0; i < tokens.count; i++) {
        strcat(got, i > 0 ? "|" : "");
        strcat(got, tokens.values[i]);
    }
    if (!ok(done && !error && strcmp(got, expected) == 0, "%s", what))
        printf("# got %s, error %s\n", got, error ? error : "none");
    free(error);
    tokens_free(&tokens);
}

/* Whether the source is refused with these words, and without "secret". */
static void refuses(source *from, const char *name, const char *words, const char *what)
{
    struct tokens tokens = {0};
    char *error = NULL;
    bool done = from(&tokens, name, &error);

    if (!ok(!done && error && strstr(error, words) && !strstr(error, "secret"), "%s", what))
        printf("# error %s\n", error ? error : "none");
    free(error);
    tokens_free(&tokens);
}

static const char *file_of(const char *content, size_t length, mode_t mode)
{
    static char path[64];
    FILE *file;

    snprintf(path, sizeof path, "%s/tokens", folder);
    unlink(path);
    file = fopen(path, "we");
    fwrite(content, 1, length, file);
    fclose(file);
    chmod(path, mode);
    return path;
}

static const char *text_file(const char *content)
{
    return file_of(content, strlen(content), 0600);
}

static void check_environment(void)
{
    unsetenv("TOKENS");
    gives(tokens_from_environment, "TOKENS", "", "a variable that is not set has none");
    setenv("TOKENS", " , ", 1);
    gives(tokens_from_environment, "TOKENS", "", "nor has one of blanks");
    setenv("TOKENS", "one,two three\n\tfour,,one", 1);
    gives(tokens_from_environment, "TOKENS", "one|two|three|four", "a variable, each token once");
    setenv("TOKENS", "one,secret\xC3\xA9", 1);
    refuses(tokens_from_environment, "TOKENS", "TOKENS:2: not a token", "only visible ASCII");
}

static void check_file(void)
{
    char longest[4099], link[64], name[64];

    gives(tokens_from_file, text_file("# ours\none\r\n\n  two \n#secret\none\nlast"),
          "one|two|last", "a file, with comments and blanks");
    refuses(tokens_from_file, text_file("one\nsecret two\n"), ":2: not a token", "one a line");
    refuses(tokens_from_file, file_of("secret\0more\n", 12, 0600), ":1: not a token", "no NUL");
    refuses(tokens_from_file, text_file("# none\n\n"), "no token", "none");
    memset(longest, 'a', sizeof longest);
    longest[4096] = '\0';
    gives(tokens_from_file, text_file(longest), longest, "one of 4096 characters");
    longest[4096] = 'a';
    longest[4097] = '\0';
    refuses(tokens_from_file, text_file(longest), "not a token", "not of 4097");
    gives(tokens_from_file, file_of("one", 3, 0400), "one", "readable by the owner alone");
    refuses(tokens_from_file, file_of("secret", 6, 0640), "chmod 600", "the group has access");
    refuses(tokens_from_file, file_of("secret", 6, 0602), "chmod 600", "others have access");
    refuses(tokens_from_file, file_of("secret", 6, 0700), "chmod 600", "a program");
    refuses(tokens_from_file, folder, "not a regular file", "a folder");
    refuses(tokens_from_file, "/nowhere/at/all", "No such file", "a file that is not there");
    snprintf(link, sizeof link, "%s/link", folder);
    snprintf(name, sizeof name, "%s/pipe", folder);
    ok(symlink(text_file("one"), link) == 0 && mkfifo(name, 0600) == 0, "a link and a pipe");
    gives(tokens_from_file, link, "one", "a link is what it leads to");
    refuses(tokens_from_file, name, "not a regular file", "nobody waits for a pipe");
    file_of("secret", 6, 0644);
    refuses(tokens_from_file, link, "chmod 600", "a link to what others have access to");
    if (geteuid() == 0) {
        ok(chown(text_file("secret"), 12345, 12345) == 0, "given away");
        refuses(tokens_from_file, link, "another user", "a file of another user");
    }
    text_file("");
    ok(truncate(link, 2 << 20) == 0, "a large file");
    refuses(tokens_from_file, link, "too long", "is too long");
}

static void check_command(void)
{
    gives(tokens_from_command, "echo one; printf ' two \\n\\none\\n'", "one|two", "a command");
    gives(tokens_from_command, "cat; echo '#one'", "#one", "with nothing to read");
    refuses(tokens_from_command, "echo secret; exit 3", "exit status 3", "that fails");
    refuses(tokens_from_command, "echo secret; kill -9 $$", "signal 9", "that is killed");
    refuses(tokens_from_command, "exec 2>&-; no-such-command", "exit status 127", "that is none");
    refuses(tokens_from_command, "true", "no token", "that says nothing");
    refuses(tokens_from_command, "while :; do echo secret; done", "too long", "that never ends");
    refuses(tokens_from_command, "echo one; echo secret two", ":2: not a token", "no list");
}

/* The flags of the mapping that a token is in, from the kernel. */
static bool has_flag(const char *token, const char *flag)
{
    FILE *maps = fopen("/proc/self/smaps", "re");
    unsigned long start, end;
    bool inside = false, found = false;
    char line[512];

    while (maps && fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
            inside = start <= (uintptr_t)token && (uintptr_t)token < end;
        else if (inside && strncmp(line, "VmFlags:", 8) == 0)
            found = strstr(line, flag) != NULL;
    }
    if (maps)
        fclose(maps);
    return found;
}

static void check_memory(void)
{
    struct tokens tokens = {0};
    char *error = NULL;

    setenv("TOKENS", "one", 1);
    tokens_from_environment(&tokens, "TOKENS", &error);
    ok(tokens.count == 1 && has_flag(tokens.values[0], " dd"), "a token is not dumped");
    tokens_free(&tokens);
    ok(tokens.count == 0 && tokens.values == NULL, "none is left");
}

/* Last: a signal stops this process. */
static void check_signal(void)
{
    pid_t parent = getpid(), child;

    signals_install();
    child = fork();
    if (child == 0) {
        usleep(100000);
        kill(parent, SIGTERM);
        _exit(0);
    }
    refuses(tokens_from_command, "echo secret; exec sleep 60", "stopped", "a signal ends the wait");
    waitpid(child, NULL, 0);
}

int main(void)
{
    char command[64];

    if (!mkdtemp(folder))
        return 1;
    check_environment();
    check_file();
    check_command();
    check_memory();
    check_signal();
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) != 0 || done_testing();
}
