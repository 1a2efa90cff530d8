/*
 * How many records to ask for at a time when a server fails on pages that are too rich: half as
 * many, and slowly more again. A size that has been served before is tried once more first: the
 * failure may be of another kind.
 */
#ifndef FETCH_PAGE_SIZE_H
#define FETCH_PAGE_SIZE_H

#include <stdint.h>

struct page_size {
    uint32_t served;  /* the largest that was served */
    uint32_t refused; /* the smallest that was not; 0: none */
    unsigned strikes; /* failures since the last good page */
    unsigned calm;    /* good pages since the size was cut */
};

/* The size to go on with after a page of `size` that came, or did not. */
uint32_t page_size_after_good(struct page_size *known, uint32_t size, uint32_t most);
uint32_t page_size_after_bad(struct page_size *known, uint32_t size);

#endif
