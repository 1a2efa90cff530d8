'use strict';
// Which handler a path belongs to. A pattern has :names for one segment and *names for the rest.

class Routes {
    constructor() {
        this.list = [];
    }

    add(pattern, handler, options) {
        const names = [];
        const source = pattern.replace(/[.]/g, '\\.').replace(/([:*])(\w+)/g, (_, kind, name) => {
            names.push(name);
            return kind === ':' ? '([^/]+)' : '(.+)';
        });
        this.list.push({
            pattern,
            handler,
            names,
            expression: new RegExp(`^${source}$`),
            ...options,
        });
        return this;
    }

    match(path) {
        for (const route of this.list) {
            const found = route.expression.exec(path);
            if (found) {
                const params = {};
                try {
                    route.names.forEach((name, at) => {
                        params[name] = decodeURIComponent(found[at + 1]);
                    });
                } catch {
                    return null;
                }
                return { route, params };
            }
        }
        return null;
    }
}

module.exports = { Routes };
