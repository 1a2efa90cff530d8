'use strict';
// Random numbers from a seed: the same seed gives the same data on every machine.

const crypto = require('crypto');

class Random {
    constructor(...seed) {
        this.state = crypto.createHash('sha256').update(seed.join('/')).digest().readUInt32LE(0);
    }

    // Mulberry32: 0 <= x < 1.
    next() {
        this.state = (this.state + 0x6d2b79f5) | 0;
        let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    }

    // From low to high, both included.
    int(low, high) {
        return low + Math.floor(this.next() * (high - low + 1));
    }

    chance(p) {
        return this.next() < p;
    }

    pick(list) {
        return list[Math.floor(this.next() * list.length)];
    }

    // As pick, but the front of the list comes up more often.
    favour(list) {
        return list[Math.floor(this.next() ** 2.5 * list.length)];
    }

    some(list, count) {
        const left = list.slice();
        const taken = [];
        while (taken.length < count && left.length > 0) {
            taken.push(...left.splice(Math.floor(this.next() * left.length), 1));
        }
        return taken;
    }

    normal() {
        return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
    }

    exponential(mean) {
        return -Math.log(1 - this.next()) * mean;
    }

    // A count whose median and 90th percentile are given, and whose tail is long.
    lognormal(median, p90) {
        const sigma = Math.log(p90 / median) / 1.2816;
        return Math.round(Math.exp(Math.log(median) + sigma * this.normal()));
    }
}

module.exports = { Random };
