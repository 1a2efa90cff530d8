#include "page_size.h"

enum { CALM_BEFORE_MORE = 5 };

uint32_t page_size_after_good(struct page_size *known, uint32_t size, uint32_t most)
{
    uint32_t next = size + size / 2 + 1;

    known->strikes = 0;
    known->calm++;
    if (size > known->served)
        known->served = size;
    if (known->refused > 0 && known->calm >= CALM_BEFORE_MORE) {
        known->refused = 0;
        known->calm = 0;
    }
    if (known->refused > 0 && next >= known->refused)
        next = known->refused > size + 1 ? known->refused - 1 : size;
    return next < most ? next : most;
}

uint32_t page_size_after_bad(struct page_size *known, uint32_t size)
{
    known->strikes++;
    if (size <= known->served && known->strikes < 2)
        return size;
    known->calm = 0;
    known->refused = size;
    if (known->served >= size)
        known->served = size / 2;
    return size > 1 ? size / 2 : 1;
}
