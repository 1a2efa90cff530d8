#include "line_counts.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "memory.h"

/* Of git's rule for setting lines aside; see set_aside(). */
enum { MOST_OCCURRENCES = 1024, NEIGHBOURS = 100, ASIDE_SHARE = 4 };

/* More than this is not kept for the next texts; see line_counter_trim(). */
enum { CLASSES_KEPT = 1 << 17 };

/* A class: all lines of the same content. */
struct line_class {
    const char *data;
    uint32_t length;
    uint32_t next; /* in its chain of the hash table, 0 at the end */
    uint64_t hash;
    uint32_t in_middle[2]; /* how often in the old and the new middle */
    uint32_t outside;      /* how often in what both texts share at start and end */
};

enum { OLD, NEW };

struct line_counter {
    uint32_t *lines[2]; /* the middle of each text: the class of each line */
    size_t capacity[2];
    size_t count[2];
    struct line_class *classes; /* [0] stands for all others */
    size_t class_count, class_capacity;
    uint64_t lengths; /* bit min(n, 63) is set when there is a class of n bytes */
    uint32_t *table;  /* heads of chains */
    size_t table_size;
    unsigned char *marks; /* see set_aside() */
    size_t mark_capacity;
    int32_t *reach; /* see common_subsequence() */
};

struct line_counter *line_counter_new(void)
{
    struct line_counter *counter = memory_new(1, sizeof *counter);

    counter->reach = memory_new(2 * LINE_COUNTS_EDITS + 4, sizeof *counter->reach);
    return counter;
}

void line_counter_trim(struct line_counter *counter)
{
    if (counter->class_capacity <= CLASSES_KEPT)
        return;
    for (int side = OLD; side <= NEW; side++) {
        free(counter->lines[side]);
        counter->lines[side] = NULL;
        counter->capacity[side] = 0;
    }
    free(counter->classes);
    free(counter->table);
    free(counter->marks);
    counter->classes = NULL;
    counter->table = NULL;
    counter->marks = NULL;
    counter->class_capacity = counter->table_size = counter->mark_capacity = 0;
}

void line_counter_free(struct line_counter *counter)
{
    if (!counter)
        return;
    free(counter->lines[OLD]);
    free(counter->lines[NEW]);
    free(counter->classes);
    free(counter->table);
    free(counter->marks);
    free(counter->reach);
    free(counter);
}

/* The byte behind the line that starts at `at`. */
static const char *line_end(const char *at, const char *end)
{
    const char *newline = memchr(at, '\n', (size_t)(end - at));

    return newline ? newline + 1 : end;
}

uint64_t line_total(struct slice text)
{
    enum { BLOCK = 128 }; /* small enough for a sum in a byte, and of fixed size to be vectorized */
    const char *at = text.data, *end = text.data + text.length;
    uint64_t lines = 0;

    for (; end - at >= BLOCK; at += BLOCK) {
        unsigned char some = 0;

        for (int i = 0; i < BLOCK; i++)
            some = (unsigned char)(some + (at[i] == '\n'));
        lines += some;
    }
    for (; at < end; at++)
        lines += *at == '\n';
    return lines + (text.length > 0 && end[-1] != '\n');
}

static uint64_t load_8(const char *at)
{
    uint64_t bytes;

    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/* Length of what both share at the start, in whole lines. */
static size_t common_head(struct slice a, struct slice b)
{
    size_t most = a.length < b.length ? a.length : b.length, i = 0;
    const char *newline;

    while (i + 8 <= most && load_8(a.data + i) == load_8(b.data + i))
        i += 8;
    while (i < most && a.data[i] == b.data[i])
        i++;
    if (i == a.length && i == b.length)
        return i;
    newline = i > 0 ? memrchr(a.data, '\n', i) : NULL;
    return newline ? (size_t)(newline + 1 - a.data) : 0;
}

/* Whether a line starts `length` bytes before the end. */
static bool starts_line(struct slice text, size_t length)
{
    return length == text.length || text.data[text.length - length - 1] == '\n';
}

/* Length of what both share at the end, in whole lines. */
static size_t common_tail(struct slice a, struct slice b)
{
    size_t most = a.length < b.length ? a.length : b.length, i = 0;
    const char *a_end = a.data + a.length, *b_end = b.data + b.length, *newline;

    while (i + 8 <= most && load_8(a_end - i - 8) == load_8(b_end - i - 8))
        i += 8;
    while (i < most && a_end[-1 - (ptrdiff_t)i] == b_end[-1 - (ptrdiff_t)i])
        i++;
    if (i == 0 || (starts_line(a, i) && starts_line(b, i)))
        return i;
    newline = memchr(a_end - i, '\n', i);
    return newline ? (size_t)(a_end - newline - 1) : 0;
}

static uint64_t hash_line(const char *data, size_t length)
{
    return hash_64(slice_of(data, length));
}

static uint64_t length_bit(uint32_t length)
{
    return (uint64_t)1 << (length < 63 ? length : 63);
}

static uint32_t find_class(const struct line_counter *counter, const char *data, uint32_t length,
                           uint64_t hash)
{
    uint32_t found = counter->table[hash & (counter->table_size - 1)];

    while (found > 0) {
        const struct line_class *class = &counter->classes[found];

        if (class->hash == hash && class->length == length &&
            memcmp(class->data, data, length) == 0)
            return found;
        found = class->next;
    }
    return 0;
}

static uint32_t add_class(struct line_counter *counter, const char *data, uint32_t length,
                          uint64_t hash)
{
    uint32_t *head = &counter->table[hash & (counter->table_size - 1)];
    uint32_t added = (uint32_t)counter->class_count++;

    counter->classes[added] =
        (struct line_class){.data = data, .length = length, .next = *head, .hash = hash};
    *head = added;
    counter->lengths |= length_bit(length);
    return added;
}

/* Room for as many classes as the two middles can have lines; forgets the last texts. */
static void start_classes(struct line_counter *counter, size_t lines)
{
    size_t size = 64;

    while (size < lines)
        size *= 2;
    if (size > counter->table_size || size * 16 < counter->table_size) {
        free(counter->table);
        counter->table = memory_new(size, sizeof *counter->table);
        counter->table_size = size;
    } else {
        memset(counter->table, 0, counter->table_size * sizeof *counter->table);
    }
    if (counter->class_capacity < lines + 1) {
        counter->class_capacity = (lines + 1) * 3 / 2;
        counter->classes =
            memory_resize(counter->classes, counter->class_capacity, sizeof *counter->classes);
    }
    counter->class_count = 1;
    counter->lengths = 0;
}

/* Gives each line of a middle its class. */
static void classify(struct line_counter *counter, int side, struct slice middle)
{
    const char *at = middle.data, *end = middle.data + middle.length;
    uint32_t *lines = counter->lines[side];

    while (at < end) {
        const char *next = line_end(at, end);
        uint32_t length = (uint32_t)(next - at);
        uint64_t hash = hash_line(at, length);
        uint32_t class = find_class(counter, at, length, hash);

        if (class == 0)
            class = add_class(counter, at, length, hash);
        counter->classes[class].in_middle[side]++;
        *lines++ = class;
        at = next;
    }
}

static void reserve_lines(struct line_counter *counter, int side, size_t count)
{
    counter->count[side] = count;
    if (counter->capacity[side] >= count)
        return;
    counter->capacity[side] = count * 3 / 2;
    counter->lines[side] =
        memory_resize(counter->lines[side], counter->capacity[side], sizeof(uint32_t));
}

/* Whether the two middles have a line in common. */
static bool share_lines(const struct line_counter *counter)
{
    for (size_t i = 1; i < counter->class_count; i++)
        if (counter->classes[i].in_middle[OLD] && counter->classes[i].in_middle[NEW])
            return true;
    return false;
}

/*
 * Whether a line of one side that has a counterpart in the other middle stands between lines
 * that have none: only such a line can be set aside to any effect.
 */
static bool may_set_aside(const struct line_counter *counter, int side)
{
    const uint32_t *lines = counter->lines[side];
    bool unmatched_before = false, matched_between = false;

    for (size_t i = 0; i < counter->count[side]; i++) {
        if (counter->classes[lines[i]].in_middle[!side] > 0)
            matched_between |= unmatched_before;
        else if (matched_between)
            return true;
        else
            unmatched_before = true;
    }
    return false;
}

/* Counts how often the classes occur in a part both texts share; returns its lines. */
static uint64_t count_outside(struct line_counter *counter, const char *at, const char *end)
{
    uint64_t lines = 0;

    while (at < end) {
        const char *next = line_end(at, end);
        uint32_t length = (uint32_t)(next - at);

        if (counter->lengths & length_bit(length))
            counter->classes[find_class(counter, at, length, hash_line(at, length))].outside++;
        lines++;
        at = next;
    }
    return lines;
}

/* Git's rough square root: a power of two. */
static uint64_t rough_root(uint64_t number)
{
    uint64_t root = 1;

    for (; number > 0; number >>= 2)
        root <<= 1;
    return root;
}

enum { ABSENT, PRESENT, FREQUENT };

/*
 * Looks from line `i` in one direction, as far as lines are absent from the other text or
 * frequent in it, and counts both kinds. `i` itself counts as frequent.
 */
static void look_around(const unsigned char *marks, size_t count, size_t i, int direction,
                        uint64_t *absent, uint64_t *frequent)
{
    size_t room = direction < 0 ? i : count - 1 - i;

    *absent = 0;
    *frequent = 1;
    if (room > NEIGHBOURS)
        room = NEIGHBOURS;
    for (size_t step = 1; step <= room; step++) {
        unsigned char mark = direction < 0 ? marks[i - step] : marks[i + step];

        if (mark == PRESENT)
            break;
        ++*(mark == ABSENT ? absent : frequent);
    }
}

/* Whether git sets the frequent line `i` aside: absent lines on both sides, and many of them. */
static bool is_set_aside(const unsigned char *marks, size_t count, size_t i)
{
    uint64_t absent_before, absent_behind, frequent_before, frequent_behind;

    look_around(marks, count, i, -1, &absent_before, &frequent_before);
    if (absent_before == 0)
        return false;
    look_around(marks, count, i, 1, &absent_behind, &frequent_behind);
    if (absent_behind == 0)
        return false;
    return (frequent_before + frequent_behind) * ASIDE_SHARE <
           frequent_before + frequent_behind + absent_before + absent_behind;
}

/*
 * Reduces the lines of one side to those git compares: not those absent from the other text,
 * nor frequent ones among them. `total` is how many lines the whole text has.
 */
static void set_aside(struct line_counter *counter, int side, uint64_t total)
{
    uint64_t limit = rough_root(total);
    size_t count = counter->count[side], kept = 0;
    uint32_t *lines = counter->lines[side];

    if (limit > MOST_OCCURRENCES)
        limit = MOST_OCCURRENCES;
    if (counter->mark_capacity < count) {
        counter->mark_capacity = count * 3 / 2;
        counter->marks = memory_resize(counter->marks, counter->mark_capacity, 1);
    }
    for (size_t i = 0; i < count; i++) {
        const struct line_class *class = &counter->classes[lines[i]];
        uint64_t occurrences = (uint64_t) class->in_middle[!side] + class->outside;

        counter->marks[i] = occurrences == 0 ? ABSENT : occurrences < limit ? PRESENT : FREQUENT;
    }
    for (size_t i = 0; i < count; i++)
        if (counter->marks[i] == PRESENT ||
            (counter->marks[i] == FREQUENT && !is_set_aside(counter->marks, count, i)))
            lines[kept++] = lines[i];
    counter->count[side] = kept;
}

/* Of the lines git compares, those that have no counterpart in the other middle cost an edit
 * each; takes them out and returns how many there were. */
static size_t drop_unmatched(struct line_counter *counter, int side)
{
    size_t kept = 0, count = counter->count[side];
    uint32_t *lines = counter->lines[side];

    for (size_t i = 0; i < count; i++)
        if (counter->classes[lines[i]].in_middle[!side] > 0)
            lines[kept++] = lines[i];
    counter->count[side] = kept;
    return count - kept;
}

/*
 * Length of the longest common subsequence of the two sides by Myers's greedy search, or -1
 * when more than `most` edits would be needed. reach[k] is the farthest position in the old
 * side on diagonal k (old position minus new position).
 */
static int64_t common_subsequence(struct line_counter *counter, size_t most)
{
    const uint32_t *a = counter->lines[OLD], *b = counter->lines[NEW];
    int32_t n = (int32_t)counter->count[OLD], m = (int32_t)counter->count[NEW];
    int32_t *reach = counter->reach + LINE_COUNTS_EDITS + 1;

    reach[1] = 0;
    for (int32_t edits = 0; edits <= (int32_t)most; edits++) {
        for (int32_t k = -edits; k <= edits; k += 2) {
            int32_t x, y;

            if (k < -m || k > n)
                continue;
            if (edits == 0)
                x = 0;
            else if (k == -edits || k == -m ||
                     (k != edits && k != n && reach[k - 1] < reach[k + 1]))
                x = reach[k + 1];
            else
                x = reach[k - 1] + 1;
            y = x - k;
            while (x < n && y < m && a[x] == b[y])
                x++, y++;
            reach[k] = x;
            if (x >= n && y >= m)
                return ((int64_t)n + m - edits) / 2;
        }
    }
    return -1;
}

/* The middles share lines: finds how many git keeps. */
static bool count_shared(struct line_counter *counter, struct slice head, struct slice tail,
                         uint64_t *added, uint64_t *removed)
{
    uint64_t old_lines = counter->count[OLD], new_lines = counter->count[NEW];
    size_t edits;
    int64_t kept;

    if (may_set_aside(counter, OLD) || may_set_aside(counter, NEW)) {
        uint64_t outside = count_outside(counter, head.data, head.data + head.length) +
                           count_outside(counter, tail.data, tail.data + tail.length);

        set_aside(counter, OLD, old_lines + outside);
        set_aside(counter, NEW, new_lines + outside);
    }
    edits = drop_unmatched(counter, OLD) + drop_unmatched(counter, NEW);
    if (edits > LINE_COUNTS_EDITS)
        return false;
    kept = common_subsequence(counter, LINE_COUNTS_EDITS - edits);
    if (kept < 0)
        return false;
    *removed = old_lines - (uint64_t)kept;
    *added = new_lines - (uint64_t)kept;
    return true;
}

bool line_counts(struct line_counter *counter, struct slice old_text, struct slice new_text,
                 uint64_t *added, uint64_t *removed)
{
    size_t head = common_head(old_text, new_text), tail;
    struct slice old_middle, new_middle;

    old_middle = slice_of(old_text.data + head, old_text.length - head);
    new_middle = slice_of(new_text.data + head, new_text.length - head);
    tail = common_tail(old_middle, new_middle);
    old_middle.length -= tail;
    new_middle.length -= tail;
    *removed = line_total(old_middle);
    *added = line_total(new_middle);
    if (*removed == 0 || *added == 0)
        return true;
    if (*removed + *added > INT32_MAX / 2)
        return false;
    reserve_lines(counter, OLD, *removed);
    reserve_lines(counter, NEW, *added);
    start_classes(counter, *removed + *added);
    classify(counter, OLD, old_middle);
    classify(counter, NEW, new_middle);
    if (!share_lines(counter))
        return true;
    return count_shared(counter, slice_of(old_text.data, head),
                        slice_of(old_text.data + old_text.length - tail, tail), added, removed);
}
