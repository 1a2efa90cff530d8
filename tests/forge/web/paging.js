'use strict';
// Lists by page number, and the Link header that leads through them.

function wholeNumber(text, otherwise) {
    return /^\d+$/.test(text || '') ? Number(text) : otherwise;
}

// names: {size, page, byDefault, most}. Returns the part of the list and where it lies.
function pageOf(list, query, names) {
    const size = Math.min(
        names.most,
        wholeNumber(query.get(names.size), names.byDefault) || names.byDefault
    );
    const number = Math.max(1, wholeNumber(query.get(names.page), 1));
    const last = Math.max(1, Math.ceil(list.length / size));
    return {
        size,
        number,
        last,
        total: list.length,
        names,
        part: list.slice((number - 1) * size, number * size),
    };
}

function address(base, query, changes) {
    const changed = new URLSearchParams(query);
    Object.entries(changes).forEach(([name, value]) => changed.set(name, value));
    return `${base}?${changed}`;
}

// relations: [[name, page number]], those that are null left out.
function linkHeader(base, query, page, relations) {
    return relations
        .filter(([, number]) => number !== null)
        .map(
            ([name, number]) =>
                `<${address(base, query, { [page.names.page]: number })}>; rel="${name}"`
        )
        .join(', ');
}

// GitHub's: nothing at all where there is one page.
function githubLinks(base, query, page) {
    const { number, last } = page;
    if (last === 1 && number === 1) {
        return '';
    }
    const inside = number < last;
    return linkHeader(base, query, page, [
        ['prev', number > 1 ? Math.min(number - 1, last) : null],
        ['next', inside ? number + 1 : null],
        ['last', inside ? last : null],
        ['first', number > 1 ? 1 : null],
    ]);
}

module.exports = { pageOf, address, linkHeader, githubLinks, wholeNumber };
