#include "book.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folders.h"
#include "memory.h"

enum { BOOT_LENGTH = 36 };

static const char format[8] = "leatbud1";

/* Apart from the accounts, so that looking for one reads little. */
struct entry {
    unsigned char digest[DIGEST_LENGTH];
    int64_t used_at; /* 0: free */
};

struct file {
    char format[8]; /* set last: a book without it was never finished */
    char boot[BOOT_LENGTH];
    uint32_t size;
    struct entry entries[BOOK_ACCOUNTS];
    struct book_account accounts[BOOK_ACCOUNTS];
};

/* The bytes of the file that are locked: no matter what they hold. */
enum { LOCK_BOOK, LOCK_SLOTS };

struct book {
    int fd;
    unsigned slot;
    struct file *file;
};

/* A lock is the open file's, not the process's, so that none is lost by closing another
 * descriptor; false when somebody else has it. */
static bool lock_byte(int fd, int command, short type, off_t byte)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    int failed;

    do {
        failed = fcntl(fd, command, &lock);
    } while (failed && errno == EINTR);
    return !failed && (command != F_OFD_GETLK || lock.l_type == F_UNLCK);
}

void book_lock(struct book *book)
{
    lock_byte(book->fd, F_OFD_SETLKW, F_WRLCK, LOCK_BOOK);
}

void book_unlock(struct book *book)
{
    book_step();
    lock_byte(book->fd, F_OFD_SETLK, F_UNLCK, LOCK_BOOK);
}

unsigned book_slot(const struct book *book)
{
    return book->slot;
}

bool book_lives(const struct book *book, unsigned slot)
{
    return slot == book->slot || !lock_byte(book->fd, F_OFD_GETLK, F_WRLCK, LOCK_SLOTS + slot);
}

/* --- opening */

static void read_boot(char boot[BOOT_LENGTH])
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

    memset(boot, '-', BOOT_LENGTH);
    if (fd >= 0 && read(fd, boot, BOOT_LENGTH) < 0)
        memset(boot, '-', BOOT_LENGTH);
    if (fd >= 0)
        close(fd);
}

/* Another process may have put the file aside while we waited for its lock. */
static bool is_still(const char *path, const struct stat *opened)
{
    struct stat now;

    return stat(path, &now) == 0 && now.st_dev == opened->st_dev && now.st_ino == opened->st_ino;
}

/* Gives an empty file its size; on disk, too: a full one must be noticed here. */
static bool lay_out(int fd)
{
    struct {
        char boot[BOOT_LENGTH];
        uint32_t size;
    } head = {.size = sizeof(struct file)};

    errno = posix_fallocate(fd, 0, sizeof(struct file));
    if (errno != 0)
        return false;
    read_boot(head.boot);
    return pwrite(fd, &head, sizeof head, offsetof(struct file, boot)) == sizeof head &&
           pwrite(fd, format, sizeof format, offsetof(struct file, format)) == sizeof format;
}

static bool is_book(int fd, const struct stat *status)
{
    char boot[BOOT_LENGTH];
    struct {
        char format[sizeof format];
        char boot[BOOT_LENGTH];
        uint32_t size;
    } head;

    read_boot(boot);
    return status->st_size == sizeof(struct file) &&
           pread(fd, &head, sizeof head, 0) == sizeof head &&
           memcmp(head.format, format, sizeof format) == 0 && head.size == sizeof(struct file) &&
           memcmp(head.boot, boot, BOOT_LENGTH) == 0;
}

enum opened { OPENED, OPEN_AGAIN, OPEN_FAILED };

/* Makes what was just opened and locked a book. */
static enum opened settle_file(int fd, const char *path)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return OPEN_FAILED;
    if (!is_still(path, &status))
        return OPEN_AGAIN;
    if (!S_ISREG(status.st_mode) || status.st_uid != geteuid()) {
        errno = EPERM;
        return OPEN_FAILED;
    }
    if ((status.st_mode & 0077) != 0 && fchmod(fd, 0600) != 0)
        return OPEN_FAILED;
    if (status.st_size == 0)
        return lay_out(fd) ? OPENED : OPEN_FAILED;
    if (is_book(fd, &status))
        return OPENED;
    return unlink(path) == 0 ? OPEN_AGAIN : OPEN_FAILED;
}

/* The open book, locked; -1 with errno set. */
static int open_file(const char *path)
{
    for (;;) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
        enum opened opened = OPEN_FAILED;
        int saved;

        if (fd < 0)
            return -1;
        if (lock_byte(fd, F_OFD_SETLKW, F_WRLCK, LOCK_BOOK))
            opened = settle_file(fd, path);
        if (opened == OPENED)
            return fd;
        saved = errno;
        close(fd);
        errno = saved;
        if (opened == OPEN_FAILED)
            return -1;
    }
}

static bool take_slot(struct book *book)
{
    for (book->slot = 0; book->slot < BOOK_PROCESSES; book->slot++)
        if (lock_byte(book->fd, F_OFD_SETLK, F_WRLCK, LOCK_SLOTS + book->slot))
            return true;
    return false;
}

struct book *book_open(const char *path, char **error)
{
    struct book *book = memory_new(1, sizeof *book);
    void *memory = MAP_FAILED;

    book->fd = folders_make_for(path, 0700) ? open_file(path) : -1;
    if (book->fd >= 0)
        memory = mmap(NULL, sizeof *book->file, PROT_READ | PROT_WRITE, MAP_SHARED, book->fd, 0);
    if (memory == MAP_FAILED) {
        *error = memory_format("%s: %s", path, strerror(errno));
    } else {
        book->file = memory;
        if (take_slot(book)) {
            book_unlock(book);
            return book;
        }
        *error = memory_format("%s: in use by %d processes already", path, BOOK_PROCESSES);
    }
    book_close(book);
    return NULL;
}

void book_close(struct book *book)
{
    if (book->file)
        munmap(book->file, sizeof *book->file);
    if (book->fd >= 0)
        close(book->fd);
    free(book);
}

/* --- accounts */

static bool is_reserved(const struct book_account *account)
{
    for (unsigned slot = 0; slot < BOOK_PROCESSES; slot++)
        if (account->reserved[slot].requests > 0)
            return true;
    return false;
}

/* A free entry, or the one that was used longest ago; of two, the one nobody needs now. */
static size_t replaceable(const struct file *file)
{
    size_t oldest = BOOK_ACCOUNTS, oldest_idle = BOOK_ACCOUNTS;

    for (size_t i = 0; i < BOOK_ACCOUNTS; i++) {
        int64_t used_at = file->entries[i].used_at;

        if (used_at == 0)
            return i;
        if (oldest == BOOK_ACCOUNTS || used_at < file->entries[oldest].used_at)
            oldest = i;
        if ((oldest_idle == BOOK_ACCOUNTS || used_at < file->entries[oldest_idle].used_at) &&
            !is_reserved(&file->accounts[i]))
            oldest_idle = i;
    }
    return oldest_idle < BOOK_ACCOUNTS ? oldest_idle : oldest;
}

struct book_account *book_account(struct book *book, const unsigned char digest[DIGEST_LENGTH],
                                  int64_t now)
{
    struct file *file = book->file;
    size_t i = 0;

    while (i < BOOK_ACCOUNTS && (file->entries[i].used_at == 0 ||
                                 memcmp(file->entries[i].digest, digest, DIGEST_LENGTH) != 0))
        i++;
    if (i == BOOK_ACCOUNTS) {
        i = replaceable(file);
        file->entries[i].used_at = 0;
        book_step();
        memset(&file->accounts[i], 0, sizeof file->accounts[i]);
        memcpy(file->entries[i].digest, digest, DIGEST_LENGTH);
        book_step();
    }
    file->entries[i].used_at = now;
    return &file->accounts[i];
}

struct book_account *book_account_of(struct book *book, unsigned slot)
{
    for (size_t i = 0; i < BOOK_ACCOUNTS; i++)
        if (book->file->entries[i].used_at != 0 &&
            book->file->accounts[i].reserved[slot].requests > 0)
            return &book->file->accounts[i];
    return NULL;
}
