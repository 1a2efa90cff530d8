/* Page sizes: halved by failures, grown by successes, and what tells richness from bad luck. */
#include "page_size.h"

#include <stdbool.h>

#include "tap.h"

/* A server that serves pages of up to `limit`: the largest size of the last `rounds`. */
static uint32_t settle(struct page_size *known, uint32_t *size, uint32_t limit, unsigned rounds,
                       unsigned *failures)
{
    uint32_t largest = 0;

    *failures = 0;
    while (rounds-- > 0) {
        if (*size <= limit) {
            largest = *size > largest ? *size : largest;
            *size = page_size_after_good(known, *size, 100);
        } else {
            ++*failures;
            *size = page_size_after_bad(known, *size);
        }
    }
    return largest;
}

int main(void)
{
    struct page_size known = {0};
    uint32_t size = 40, largest;
    unsigned failures;

    size = page_size_after_bad(&known, size);
    ok(size == 20, "a size never served that fails is halved");
    size = page_size_after_good(&known, size, 100);
    ok(size > 20 && size < 40, "it grows back, below what was refused: %u", size);

    known = (struct page_size){0};
    size = page_size_after_good(&known, 40, 40);
    ok(size == 40, "no more than the most");
    ok(page_size_after_bad(&known, 40) == 40, "a size that was served is tried once more");
    ok(page_size_after_bad(&known, 40) == 20, "and halved when it fails again");
    ok(known.strikes == 2, "failures in a row are counted");
    page_size_after_good(&known, 20, 40);
    ok(known.strikes == 0, "until a page comes");

    known = (struct page_size){0};
    size = 64;
    for (int i = 0; i < 20; i++)
        size = page_size_after_bad(&known, size);
    ok(size == 1, "it never gets to nothing");

    known = (struct page_size){0};
    for (int i = 0; i < 20; i++)
        size = page_size_after_good(&known, size, 100);
    ok(size == 100, "without failures it grows to the most");

    known = (struct page_size){0};
    size = 100;
    largest = settle(&known, &size, 30, 60, &failures);
    ok(largest > 20 && largest <= 30, "it comes close to what is served: %u of 30", largest);
    ok(failures < 30, "by few failures: %u of 60", failures);
    settle(&known, &size, 100, 60, &failures);
    ok(size == 100 && failures == 0, "and grows when more is served again");
    largest = settle(&known, &size, 3, 60, &failures);
    ok(largest <= 3 && failures < 45, "or falls when less is: %u failures of 60", failures);
    return done_testing();
}
