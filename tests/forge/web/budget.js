'use strict';
// How many requests (or points) each token has left, by resource, as the platforms count: so many
// in a window that begins with the first request in it. Tokens are told apart by their text.

const DEFAULTS = {
    core: { limit: 5000, window: 3600 },
    search: { limit: 30, window: 60 },
    graphql: { limit: 5000, window: 3600 },
    gitlab: { limit: 2000, window: 60 },
    gitea: { limit: 1000000, window: 60 },
    jira: { limit: 1000000, window: 60 },
    bulk: { limit: 1000000000, window: 3600 },
};
const ANONYMOUS = { core: 60, search: 10, graphql: 0, gitlab: 500 };

class Budgets {
    constructor() {
        this.settings = JSON.parse(JSON.stringify(DEFAULTS));
        this.books = new Map();
        this.secondary = { per_minute: null, concurrent: null };
        this.minutes = new Map();
        this.active = new Map();
    }

    // The book of a token for a resource, begun anew where its window is over.
    book(token, resource) {
        const key = `${resource} ${token || ''}`;
        const setting = this.settings[resource];
        let book = this.books.get(key);
        if (!book || Date.now() >= book.reset * 1000) {
            const limit =
                !token && resource in ANONYMOUS
                    ? Math.min(ANONYMOUS[resource], setting.limit)
                    : setting.limit;
            book = { limit, used: 0, reset: Math.ceil(Date.now() / 1000 + setting.window) };
            this.books.set(key, book);
        }
        return book;
    }

    // Takes points from the book; false, and nothing taken, where there are not enough.
    take(token, resource, points) {
        const book = this.book(token, resource);
        if (book.used + points > book.limit) {
            return false;
        }
        book.used += points;
        return true;
    }

    giveBack(token, resource, points) {
        const book = this.book(token, resource);
        book.used = Math.max(0, book.used - points);
    }

    set({ resource = 'core', limit, remaining, window_seconds: window, token }) {
        if (!(resource in this.settings)) {
            throw new Error(`no resource ${resource}`);
        }
        const setting = this.settings[resource];
        if (limit !== undefined) {
            setting.limit = limit;
        }
        if (window !== undefined) {
            setting.window = window;
        }
        for (const key of [...this.books.keys()]) {
            if (
                key.startsWith(`${resource} `) &&
                (token === undefined || key === `${resource} ${token}`)
            ) {
                this.books.delete(key);
                if (remaining !== undefined) {
                    const book = this.book(key.slice(resource.length + 1), resource);
                    book.used = book.limit - remaining;
                }
            }
        }
        if (token !== undefined && remaining !== undefined) {
            const book = this.book(token, resource);
            book.used = book.limit - remaining;
        }
    }

    // Secondary limits: seconds to wait, or 0.
    enter(token) {
        const active = (this.active.get(token) || 0) + 1;
        const minute = Math.floor(Date.now() / 60000);
        const key = `${minute} ${token}`;
        const points = (this.minutes.get(key) || 0) + 1;
        const { per_minute: perMinute, concurrent } = this.secondary;
        if (
            (concurrent !== null && active > concurrent) ||
            (perMinute !== null && points > perMinute)
        ) {
            return concurrent !== null && active > concurrent
                ? 1
                : 60 - (Math.floor(Date.now() / 1000) % 60);
        }
        this.active.set(token, active);
        this.minutes.set(key, points);
        return 0;
    }

    leave(token) {
        this.active.set(token, this.active.get(token) - 1);
    }
}

module.exports = { Budgets };
