/*
 * The budget book: what it grants step by step, then many processes against a counter that
 * stands for the server and tells whether they asked too much; some are killed at any moment.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "budget.h"
#include "tap.h"

enum { LIMIT = 1000, WINDOW = 1000, TOKENS = 3, WORKERS = 8, WINDOWS = 3, WARM_UP = 1 };

static char folder[] = "/tmp/leat-budget.XXXXXX";
static char book[64];

static int64_t now_milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct budget *open_book(void)
{
    char *error = NULL;
    struct budget *budget = budget_open(book, &error);

    if (!budget)
        printf("# %s\n", error);
    free(error);
    return budget;
}

/* A new account for each call, so that no test finds what another one left. */
static struct budget_account new_account(void)
{
    static int count;
    struct budget_account account;
    char token[32];

    snprintf(token, sizeof token, "token %d", count++);
    budget_account(&account, "api.example:443", "core", token);
    return account;
}

static struct budget_report told(uint64_t limit, uint64_t remaining, int64_t reset_at)
{
    return (struct budget_report){
        .known = true, .limit = limit, .remaining = remaining, .reset_at = reset_at};
}

/* Makes an account known. */
static struct budget_account known_account(struct budget *budget, uint64_t limit,
                                           uint64_t remaining, int64_t reset_at)
{
    struct budget_account account = new_account();
    struct budget_report report = told(limit, remaining, reset_at);
    int64_t ready_at;

    budget_reserve(budget, &account, 1, 1, &ready_at);
    budget_settle(budget, &account, 1, &report);
    return account;
}

static bool grants(struct budget *budget, const struct budget_account *account, uint32_t cost)
{
    int64_t ready_at;

    return budget_reserve(budget, account, 1, cost, &ready_at) == 0;
}

static int64_t refused_until(struct budget *budget, const struct budget_account *account,
                             uint32_t cost)
{
    int64_t ready_at = -2;

    return budget_reserve(budget, account, 1, cost, &ready_at) == BUDGET_NONE ? ready_at : -2;
}

static bool soon(int64_t time)
{
    int64_t now = now_milliseconds();

    return time > now - 1000 && time <= now + 60000;
}

static void check_unknown(struct budget *mine, struct budget *theirs)
{
    struct budget_account account = new_account();
    struct budget_report broken = {.spent = true}, silent = {0};
    struct budget_report report = told(100, 90, now_milliseconds() + 60000);

    ok(grants(mine, &account, 1), "an account nobody knows grants one request");
    ok(refused_until(mine, &account, 1) == 0, "and the next when that is settled");
    ok(soon(refused_until(theirs, &account, 1)), "as others find by asking again");
    ok(budget_available(mine, &account, 1) == UINT64_MAX, "what is available is not known");
    budget_settle(mine, &account, 1, &broken);
    ok(grants(theirs, &account, 1) && !grants(mine, &account, 1), "no answer tells nothing");
    budget_settle(theirs, &account, 1, &report);
    ok(budget_available(mine, &account, 1) == 89,
       "an answer tells all processes; but not of the request without one");
    account = new_account();
    ok(grants(mine, &account, 1), "another");
    budget_settle(mine, &account, 1, &silent);
    ok(grants(mine, &account, 1) && grants(mine, &account, 5) && grants(theirs, &account, 1),
       "a server that does not count has no bound");
}

static void check_order(struct budget *mine, struct budget *theirs)
{
    int64_t end = now_milliseconds() + 60000;
    struct budget_account account = known_account(mine, 100, 10, end);
    struct budget_report report = told(100, 6, end), broken = {.spent = true};

    ok(grants(mine, &account, 1) && grants(theirs, &account, 3), "two requests");
    ok(budget_available(mine, &account, 1) == 6, "are reserved");
    budget_settle(theirs, &account, 3, &report);
    ok(budget_available(mine, &account, 1) == 5, "the later one's answer comes first");
    report = told(100, 9, end);
    budget_settle(mine, &account, 1, &report);
    ok(budget_available(mine, &account, 1) == 6, "the earlier one's does not raise what is left");
    ok(grants(mine, &account, 2), "a request without an answer");
    budget_settle(mine, &account, 2, &broken);
    ok(budget_available(mine, &account, 1) == 4, "is spent");
    ok(!grants(mine, &account, 5) && grants(mine, &account, 4), "to the last one");
    ok(refused_until(mine, &account, 1) == 0, "then it hangs on what is under way");
    report = told(100, 0, end);
    budget_settle(mine, &account, 4, &report);
    ok(refused_until(mine, &account, 1) == end, "and after that on the window's end");
}

static void check_windows(struct budget *budget)
{
    int64_t end = now_milliseconds() + 100;
    struct budget_account account = known_account(budget, 50, 1, end);
    struct budget_report report = told(50, 0, end);

    ok(grants(budget, &account, 1) && !grants(budget, &account, 1), "a window's last");
    usleep(150000);
    ok(budget_available(budget, &account, 1) == 49, "its end gives all back but what is reserved");
    budget_settle(budget, &account, 1, &report);
    ok(budget_available(budget, &account, 1) == 50, "a late answer of the old window is no news");
    ok(grants(budget, &account, 1), "a request in the new window");
    report = told(50, 20, end + 60000);
    budget_settle(budget, &account, 1, &report);
    ok(budget_available(budget, &account, 1) == 20, "its answer is");
    ok(grants(budget, &account, 1), "a request");
    report = told(50, 49, end + 120000);
    budget_settle(budget, &account, 1, &report);
    ok(budget_available(budget, &account, 1) == 49, "a window the server began early counts");
}

static void check_bounds(struct budget *mine, struct budget *theirs)
{
    struct budget_account account = known_account(mine, 100, 100, now_milliseconds() + 60000);
    struct budget_report report = {.spent = true};
    int64_t until;

    account.concurrent = 2;
    ok(grants(mine, &account, 1) && grants(theirs, &account, 1), "as many at once as may be");
    ok(refused_until(mine, &account, 1) != -2, "not one more");
    budget_settle(theirs, &account, 1, &report);
    ok(grants(mine, &account, 1), "one for one");
    account = known_account(mine, 100, 100, now_milliseconds() + 60000);
    account.per_minute = 20;
    ok(grants(mine, &account, 9) && grants(theirs, &account, 10), "as much in a minute as may be");
    until = refused_until(mine, &account, 1);
    ok(until > now_milliseconds() + 58000 && until <= now_milliseconds() + 61000,
       "the rest a minute later");
    account = known_account(mine, 100, 100, now_milliseconds() + 60000);
    report = (struct budget_report){.spent = true, .not_before = now_milliseconds() + 200};
    ok(grants(mine, &account, 1), "a request");
    budget_settle(mine, &account, 1, &report);
    ok(refused_until(theirs, &account, 1) == report.not_before, "a pause is for all processes");
    usleep(250000);
    ok(grants(theirs, &account, 1), "and ends");
}

static void check_choice(struct budget *mine, struct budget *theirs)
{
    int64_t end = now_milliseconds() + 60000, ready_at;
    struct budget_account accounts[3] = {known_account(mine, 100, 10, end),
                                         known_account(mine, 100, 30, end),
                                         known_account(mine, 100, 30, end)};
    struct budget_report refused = {.spent = true, .retire = true};
    struct budget_report silent = {0};

    ok(budget_reserve(mine, accounts, 3, 1, &ready_at) == 1, "the one with most is taken");
    ok(budget_reserve(mine, accounts, 3, 1, &ready_at) == 2, "then the one that has more now");
    ok(budget_available(mine, accounts, 3) == 68, "what is available of all");
    budget_settle(mine, &accounts[1], 1, &refused);
    budget_settle(mine, &accounts[2], 1, &refused);
    ok(budget_reserve(mine, accounts, 3, 1, &ready_at) == 0, "retired ones are passed over");
    ok(budget_reserve(theirs, accounts, 3, 1, &ready_at) != 0, "by this process alone");
    budget_settle(mine, &accounts[0], 1, &refused);
    ok(budget_reserve(mine, accounts, 3, 1, &ready_at) == BUDGET_NONE && ready_at == -1,
       "when all are, there is no use in waiting");
    accounts[0] = known_account(mine, 10, 0, end + 5000);
    accounts[1] = known_account(mine, 10, 0, end);
    ok(budget_reserve(mine, accounts, 2, 1, &ready_at) == BUDGET_NONE && ready_at == end,
       "of several ends the first");
    for (int i = 0; i < 2; i++) {
        accounts[i] = new_account();
        grants(mine, &accounts[i], 1);
        budget_settle(mine, &accounts[i], 1, &silent);
    }
    ok(budget_reserve(mine, accounts, 2, 1, &ready_at) == 0 &&
           budget_reserve(mine, accounts, 2, 1, &ready_at) == 1,
       "of equal ones the idler");
}

static void check_deaths(struct budget *budget)
{
    struct budget_account unknown = new_account();
    struct budget_account known = known_account(budget, 100, 50, now_milliseconds() + 60000);
    struct budget *other = open_book();
    pid_t child;

    ok(grants(other, &known, 7), "another process reserves");
    budget_close(other);
    ok(budget_available(budget, &known, 1) == 43, "what it closes with is spent");
    child = fork();
    if (child == 0) {
        other = open_book();
        grants(other, &unknown, 1);
        grants(other, &known, 3);
        kill(getpid(), SIGKILL);
    }
    waitpid(child, NULL, 0);
    ok(budget_available(budget, &known, 1) == 40, "so is what one dies with");
    ok(grants(budget, &unknown, 1), "whom nobody waits for");
    other = open_book();
    ok(budget_available(budget, &known, 1) == 40, "its place is another's");
    budget_close(other);
}

static void check_file(struct budget *budget)
{
    struct budget_account first = known_account(budget, 100, 50, now_milliseconds() + 60000);
    struct budget_account kept = known_account(budget, 100, 49, now_milliseconds() + 60000);
    struct budget *others[100];
    struct stat status;
    char *error = NULL, path[80];
    int count = 0;

    ok(stat(book, &status) == 0 && (status.st_mode & 0777) == 0600, "the book is nobody else's");
    snprintf(path, sizeof path, "%s/new", folder);
    ok(stat(path, &status) == 0 && (status.st_mode & 0777) == 0700, "nor its folder");
    for (int i = 0; i < 1100; i++) {
        usleep(i < 2 ? 2000 : 0);
        known_account(budget, 1, 1, now_milliseconds() + 60000);
        budget_available(budget, &kept, 1);
    }
    ok(budget_available(budget, &kept, 1) == 49, "an account in use is kept");
    ok(budget_available(budget, &first, 1) == UINT64_MAX, "the oldest is forgotten");
    while (count < 100 && (others[count] = budget_open(book, &error)) != NULL)
        count++;
    ok(error && count >= 60 && count < 64, "64 processes, not more: %s", error);
    free(error);
    while (count > 0)
        budget_close(others[--count]);
}

/* Cut short, or something else. */
static void check_damaged(const char *content)
{
    struct budget_account account = new_account();
    FILE *file = fopen(book, content ? "we" : "r+e");
    struct budget *budget;

    if (content)
        fputs(content, file);
    else
        ok(ftruncate(fileno(file), 1000) == 0, "cut short");
    fclose(file);
    chmod(book, 0644);
    budget = open_book();
    ok(budget && grants(budget, &account, 1), "'%s' is begun anew", content ? content : "a part");
    budget_close(budget);
}

/* --- many processes */

/* The server: windows that begin with the first request after the last, as GitHub's do. */
static struct server {
    pthread_mutex_t mutex;
    struct {
        int64_t reset_at;
        uint64_t used;
    } tokens[TOKENS];
    int64_t begun;
    uint64_t over, windows, used_in_windows;
} * server;

static void server_begin(void)
{
    pthread_mutexattr_t attributes;

    memset(server, 0, sizeof *server);
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&server->mutex, &attributes);
    server->begun = now_milliseconds();
}

static struct budget_report serve(int token)
{
    struct budget_report report = {.known = true, .limit = LIMIT};
    int64_t now;

    if (pthread_mutex_lock(&server->mutex) == EOWNERDEAD)
        pthread_mutex_consistent(&server->mutex);
    now = now_milliseconds();
    if (now >= server->tokens[token].reset_at) {
        if (server->tokens[token].reset_at >= server->begun + (1 + WARM_UP) * WINDOW) {
            server->windows++;
            server->used_in_windows += server->tokens[token].used;
        }
        server->tokens[token].reset_at = now + WINDOW;
        server->tokens[token].used = 0;
    }
    if (server->tokens[token].used == LIMIT)
        server->over++;
    else
        server->tokens[token].used++;
    report.remaining = LIMIT - server->tokens[token].used;
    report.reset_at = server->tokens[token].reset_at;
    pthread_mutex_unlock(&server->mutex);
    return report;
}

static void work(const struct budget_account *accounts, unsigned latency, unsigned seed)
{
    struct budget *budget = open_book();
    unsigned random = seed;

    if (!budget)
        _exit(1);
    for (;;) {
        int64_t ready_at;
        int token = budget_reserve(budget, accounts, TOKENS, 1, &ready_at);
        struct budget_report report;

        if (token == BUDGET_NONE) {
            int64_t wait = ready_at - now_milliseconds();

            usleep(wait > 0 ? (useconds_t)wait * 1000 : 1000);
            continue;
        }
        if (latency > 0)
            usleep((unsigned)rand_r(&random) % latency);
        report = serve(token);
        if (latency > 0)
            usleep((unsigned)rand_r(&random) % latency);
        budget_settle(budget, &accounts[token], 1, &report);
    }
}

static pid_t start_worker(const struct budget_account *accounts, unsigned latency)
{
    static unsigned seed = 1;
    pid_t child;

    seed++;
    child = fork();
    if (child == 0)
        work(accounts, latency, seed);
    return child;
}

/* How much of the complete windows was used; kills a worker every `kill_after` milliseconds. */
static double run_workers(unsigned latency, unsigned kill_after)
{
    struct budget_account accounts[TOKENS];
    pid_t workers[WORKERS];
    int64_t end = now_milliseconds() + (WINDOWS + WARM_UP) * (WINDOW + 100) + WINDOW;
    unsigned random = 7;
    int killed = 0;

    server_begin();
    for (int i = 0; i < TOKENS; i++)
        accounts[i] = new_account();
    for (int i = 0; i < WORKERS; i++)
        workers[i] = start_worker(accounts, latency);
    while (now_milliseconds() < end) {
        int victim = rand_r(&random) % WORKERS;

        usleep((kill_after > 0 ? (unsigned)rand_r(&random) % (2 * kill_after) : 50) * 1000);
        if (kill_after == 0)
            continue;
        kill(workers[victim], SIGKILL);
        waitpid(workers[victim], NULL, 0);
        workers[victim] = start_worker(accounts, latency);
        killed++;
    }
    for (int i = 0; i < WORKERS; i++) {
        kill(workers[i], SIGKILL);
        waitpid(workers[i], NULL, 0);
    }
    printf("# %d killed; %llu windows, %llu of %llu used, %llu too many\n", killed,
           (unsigned long long)server->windows, (unsigned long long)server->used_in_windows,
           (unsigned long long)(server->windows * LIMIT), (unsigned long long)server->over);
    return server->windows == 0 ? 0
                                : (double)server->used_in_windows / (double)server->windows / LIMIT;
}

static void check_many(void)
{
    double used;

    server = mmap(NULL, sizeof *server, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    used = run_workers(2000, 0);
    ok(server->windows >= TOKENS && server->over == 0, "eight processes never ask too much");
    ok(used >= 0.99, "and leave nothing unused: %.4f", used);
    used = run_workers(2000, 10);
    ok(server->windows >= TOKENS && server->over == 0, "nor if they are killed while they ask");
    ok(used >= 0.80, "and the others go on: %.4f", used);
    used = run_workers(0, 5);
    ok(server->windows >= TOKENS && server->over == 0, "nor while they write in the book");
    munmap(server, sizeof *server);
}

int main(void)
{
    struct budget *mine, *theirs;
    char command[64];

    if (!mkdtemp(folder))
        return 1;
    snprintf(book, sizeof book, "%s/new/er/book", folder);
    mine = open_book();
    theirs = open_book(); /* a process, as far as the book can tell */
    check_unknown(mine, theirs);
    check_order(mine, theirs);
    check_windows(mine);
    check_bounds(mine, theirs);
    check_choice(mine, theirs);
    check_deaths(mine);
    check_many();
    budget_close(theirs);
    check_file(mine);
    budget_close(mine);
    check_damaged(NULL);
    check_damaged("");
    check_damaged("no book");
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) != 0 || done_testing();
}
