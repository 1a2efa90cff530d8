'use strict';
// What was asked and how it was answered. The control requests themselves do not count.

class Counts {
    constructor() {
        this.now = 0;
        this.reset();
    }

    reset() {
        Object.assign(this, {
            requests: 0,
            byResource: {},
            byStatus: {},
            byRoute: {},
            byToken: {},
            byHost: {},
            byFault: {},
            overLimit: 0,
            notModified: 0,
            points: 0,
            pointsByToken: {},
            bytes: 0,
            maxConcurrent: this.now,
        });
    }

    begin(request) {
        this.requests++;
        this.now++;
        this.maxConcurrent = Math.max(this.maxConcurrent, this.now);
        const host = (this.byHost[request.host] = this.byHost[request.host] || {
            requests: 0,
            with_credentials: 0,
        });
        host.requests++;
        host.with_credentials += request.token || request.headers['authorization'] ? 1 : 0;
    }

    end(request, answer) {
        const add = (table, key) => {
            table[key] = (table[key] || 0) + 1;
        };
        this.now--;
        add(this.byStatus, answer.status);
        add(this.byResource, answer.resource || 'none');
        add(this.byRoute, answer.route || `${request.method} ?`);
        add(this.byToken, request.token || '');
        this.overLimit += answer.overLimit ? 1 : 0;
        this.notModified += answer.status === 304 ? 1 : 0;
        this.bytes += answer.body ? answer.body.length : 0;
    }

    charge(token, points) {
        this.points += points;
        this.pointsByToken[token] = (this.pointsByToken[token] || 0) + points;
    }

    fault(kind) {
        this.byFault[kind] = (this.byFault[kind] || 0) + 1;
    }

    toJSON() {
        return {
            requests: this.requests,
            by_resource: this.byResource,
            by_status: this.byStatus,
            by_route: this.byRoute,
            by_token: this.byToken,
            by_host: this.byHost,
            by_fault: this.byFault,
            over_limit: this.overLimit,
            not_modified: this.notModified,
            max_concurrent: this.maxConcurrent,
            graphql_points: this.points,
            graphql_points_by_token: this.pointsByToken,
            body_bytes: this.bytes,
        };
    }
}

module.exports = { Counts };
