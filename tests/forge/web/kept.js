'use strict';
// Answers that are made once and kept until the data change, as long as there is room.

const MOST_BYTES = 200000000;

class Kept {
    constructor() {
        this.entries = new Map();
        this.bytes = 0;
    }

    get(key, version, make) {
        const kept = this.entries.get(key);
        if (kept && kept.version === version) {
            return kept.answer;
        }
        const answer = make();
        const size = answer.body.length;
        this.bytes += size - (kept ? kept.answer.body.length : 0);
        if (this.bytes > MOST_BYTES) {
            this.entries.clear();
            this.bytes = size;
        }
        this.entries.set(key, { version, answer });
        return answer;
    }
}

// What make(key) makes, made once for each key.
class Once {
    constructor(make) {
        this.make = make;
        this.made = new Map();
    }

    get(key) {
        if (!this.made.has(key)) {
            this.made.set(key, this.make(key));
        }
        return this.made.get(key);
    }
}

module.exports = { Kept, Once };
