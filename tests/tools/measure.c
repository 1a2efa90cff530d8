/*
 * measure [-n RUNS] NAME OURS [PEER] [KEY=NUMBER]...
 *
 * Runs two shell commands in turn, RUNS times each after one warm-up (default 5), and prints
 * one line of JSON: medians in seconds, their ratio (above 1: ours is faster), and the peak
 * memory of the largest single process of ours. Numbers given as KEY=NUMBER are added; of
 * KEY=NUMBER with a KEY that ends in _a_second, the number is divided by our median.
 * Output of the commands is thrown away; one that fails ends the measurement.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_RUNS = 101 };

struct run {
    double seconds;
    long peak_kib;
};

static struct run run_once(const char *command)
{
    struct timespec begin, end;
    struct rusage usage;
    int status;
    pid_t pid;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    pid = fork();
    if (pid == 0) {
        if (freopen("/dev/null", "w", stdout) == NULL)
            _exit(126);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) < 0 || !WIFEXITED(status) ||
        WEXITSTATUS(status) != 0) {
        fprintf(stderr, "measure: failed: %s\n", command);
        exit(1);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (struct run){(double)(end.tv_sec - begin.tv_sec) +
                            (double)(end.tv_nsec - begin.tv_nsec) / 1e9,
                        usage.ru_maxrss};
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static void print_numbers(char **pairs, double seconds)
{
    for (; *pairs; pairs++) {
        char *value = strchr(*pairs, '=');
        size_t length = value ? (size_t)(value - *pairs) : 0;
        double number = value ? strtod(value + 1, NULL) : 0;

        if (length > 9 && strncmp(*pairs + length - 9, "_a_second", 9) == 0)
            number /= seconds;
        if (length > 0)
            printf(",\"%.*s\":%.0f", (int)length, *pairs, number);
    }
}

int main(int argc, char **argv)
{
    double ours[MOST_RUNS], peer[MOST_RUNS], ratios[MOST_RUNS], seconds;
    const char *other = NULL;
    int runs = 5;
    long peak = 0;

    if (argc > 2 && strcmp(argv[1], "-n") == 0) {
        runs = atoi(argv[2]);
        argv += 2;
        argc -= 2;
    }
    if (argc < 3 || runs < 1 || runs > MOST_RUNS)
        return 2;
    if (argc > 3 && (strchr(argv[3], '=') == NULL || strchr(argv[3], ' ') != NULL))
        other = argv[3];
    run_once(argv[2]);
    if (other)
        run_once(other);
    for (int i = 0; i < runs; i++) {
        struct run run = run_once(argv[2]);

        ours[i] = run.seconds;
        peak = run.peak_kib > peak ? run.peak_kib : peak;
        peer[i] = other ? run_once(other).seconds : 0;
        ratios[i] = peer[i] / ours[i];
    }
    seconds = median(ours, runs);
    printf("{\"name\":\"%s\"", argv[1]);
    if (other)
        printf(",\"ratio\":%.2f", median(ratios, runs));
    printf(",\"ours_seconds\":%.4f", seconds);
    if (other)
        printf(",\"peer_seconds\":%.4f", median(peer, runs));
    printf(",\"peak_bytes\":%ld", peak * 1024);
    print_numbers(argv + (other ? 4 : 3), seconds);
    puts("}");
    return 0;
}
