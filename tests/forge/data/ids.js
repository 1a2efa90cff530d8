'use strict';
// Identifiers: database ids from a counter for each kind, node ids from kind, repository and id.

// Where each kind begins. Comments begin just below 2^31 and grow past it.
const FIRST = {
    issue: 1800000000,
    pull: 1400000000,
    comment: 2147483000,
    event: 9000000000,
    review: 2147482500,
    reviewComment: 1900000000,
    release: 90000000,
    asset: 80000000,
    label: 5000000000,
    milestone: 7000000,
    repository: 600000000,
    push: 40000000000,
};

class Ids {
    constructor() {
        this.last = { ...FIRST };
    }

    next(kind) {
        this.last[kind] += this.last[kind] > 8000000000 ? 37 : 7;
        return this.last[kind];
    }
}

function packed(value) {
    if (typeof value === 'string') {
        const text = Buffer.from(value);
        return Buffer.concat([Buffer.from([0xd9, text.length]), text]);
    }
    const bytes = Buffer.alloc(value < 2 ** 32 ? 5 : 9);
    if (value < 2 ** 32) {
        bytes[0] = 0xce;
        bytes.writeUInt32BE(value, 1);
    } else {
        bytes[0] = 0xcf;
        bytes.writeBigUInt64BE(BigInt(value), 1);
    }
    return bytes;
}

// GitHub's form: a prefix for the kind, then a MessagePack array [0, repository id, id].
function nodeId(prefix, ...parts) {
    const array = [Buffer.from([0x91 + parts.length, 0]), ...parts.map(packed)];
    return `${prefix}_${Buffer.concat(array).toString('base64url')}`;
}

module.exports = { Ids, nodeId };
