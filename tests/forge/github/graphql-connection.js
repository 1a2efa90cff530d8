'use strict';
// A page of a sorted list by cursors. A cursor holds the sort key of the item, not its place, so
// that what is inserted or deleted elsewhere between two pages neither skips nor repeats an item.

const { GraphQLError } = require('graphql');

const MARK = 'cursor:v2:';

function encode(key) {
    return Buffer.from(MARK + JSON.stringify(key)).toString('base64');
}

function decode(cursor) {
    const text = Buffer.from(cursor, 'base64').toString();
    try {
        return JSON.parse(text.slice(MARK.length));
    } catch {
        throw new GraphQLError(`\`${cursor}\` does not appear to be a valid cursor.`);
    }
}

function compare(a, b) {
    for (let at = 0; at < a.length; at++) {
        if (a[at] !== b[at]) {
            return a[at] < b[at] ? -1 : 1;
        }
    }
    return 0;
}

// The first place whose key comes after the given one (or, with orAt, is it).
function place(list, keyOf, sign, key, orAt) {
    let low = 0;
    let high = list.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        const order = sign * compare(keyOf(list[middle]), key);
        if (order > 0 || (orAt && order === 0)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

class Connection {
    // list is sorted by keyOf(item), an array of numbers and strings; or against it, descending.
    constructor(list, args, keyOf, descending) {
        const sign = descending ? -1 : 1;
        const low = args.after ? place(list, keyOf, sign, decode(args.after), false) : 0;
        const high = args.before
            ? place(list, keyOf, sign, decode(args.before), true)
            : list.length;
        let from = low;
        let to = Math.max(low, high);
        if (typeof args.first === 'number') {
            to = Math.min(to, from + args.first);
        }
        if (typeof args.last === 'number') {
            from = Math.max(from, to - args.last);
        }
        this.totalCount = list.length;
        this.nodes = list.slice(from, to);
        this.keyOf = keyOf;
        this.list = list;
        this.pageInfo = {
            hasNextPage: to < high,
            hasPreviousPage: from > 0,
            startCursor: to > from ? encode(keyOf(list[from])) : null,
            endCursor: to > from ? encode(keyOf(list[to - 1])) : null,
        };
    }

    get edges() {
        return this.nodes.map((node) => ({ node, cursor: encode(this.keyOf(node)) }));
    }
}

const byId = (one) => [one.databaseId];

// A list whose items have database ids that grow.
function connection(list, args, keyOf = byId, descending = false) {
    return new Connection(list, args, keyOf, descending);
}

// A list of which the forge knows no more than how long it is.
function counted(totalCount) {
    return { totalCount };
}

module.exports = { connection, counted };
