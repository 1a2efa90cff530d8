'use strict';
// GitLab's API: from request to answer. Authorization, budget by the minute, renames, pages, ETags.

const { makeRoutes } = require('./rest');
const { Records } = require('./records');
const { pageOf, linkHeader } = require('../web/paging');
const { etagOf, unchanged } = require('../web/conditional');
const { Kept, Once } = require('../web/kept');
const { findRepository } = require('../github/find');

const PREFIX = '/api/v4';
const NAMES = { size: 'per_page', page: 'page', byDefault: 20, most: 100 };
// Longer lists do not say how long they are.
const MOST_COUNTED = 10000;

function limitHeaders({ limit, used, reset }) {
    return {
        'ratelimit-limit': String(limit),
        'ratelimit-name': 'throttle_authenticated_api',
        'ratelimit-observed': String(used),
        'ratelimit-remaining': String(Math.max(0, limit - used)),
        'ratelimit-reset': String(reset),
    };
}

function failure(status, message) {
    return {
        status,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify({ message })),
    };
}

function pageHeaders(base, query, page, unknownTotal) {
    const { number, size, last, total } = page;
    const counted = !unknownTotal && total <= MOST_COUNTED;
    const next = number < last ? number + 1 : null;
    const previous = number > 1 ? number - 1 : null;
    const withSize = new URLSearchParams(query);
    withSize.set('per_page', size);
    const headers = {
        link: linkHeader(base, withSize, page, [
            ['prev', previous],
            ['next', next],
            ['first', 1],
            ['last', counted ? last : null],
        ]),
        'x-page': String(number),
        'x-per-page': String(size),
        'x-next-page': next === null ? '' : String(next),
        'x-prev-page': previous === null ? '' : String(previous),
    };
    if (counted) {
        headers['x-total'] = String(total);
        headers['x-total-pages'] = String(last);
    }
    return headers;
}

class GitLab {
    constructor(forge) {
        this.forge = forge;
        this.routes = makeRoutes();
        this.kept = new Kept();
        this.records = new Once((api) => new Records(forge.world, api));
    }

    handle(request) {
        if (!request.path.startsWith(`${PREFIX}/`)) {
            return null;
        }
        const { budgets } = this.forge;
        const found = this.routes.match(request.path.slice(PREFIX.length));
        const route = `gitlab GET ${found ? found.route.pattern : '?'}`;
        const finish = (made) => ({
            status: made.status,
            body: made.body,
            resource: 'gitlab',
            route,
            kept: made,
            headers: {
                ...made.headers,
                ...limitHeaders(budgets.book(request.token, 'gitlab')),
                vary: 'Origin',
            },
        });
        if (this.forge.refuses(request.token)) {
            return finish(failure(401, '401 Unauthorized'));
        }
        if (!budgets.take(request.token, 'gitlab', 1)) {
            const wait = Math.max(
                1,
                budgets.book(request.token, 'gitlab').reset - Math.floor(Date.now() / 1000)
            );
            return {
                ...finish({
                    status: 429,
                    headers: { 'content-type': 'text/plain', 'retry-after': String(wait) },
                    body: Buffer.from('Retry later\n'),
                }),
                overLimit: true,
            };
        }
        const method = request.method === 'HEAD' ? 'GET' : request.method;
        if (!found || method !== (found.route.method || 'GET')) {
            return finish(failure(404, '404 Not Found'));
        }
        if (method === 'POST') {
            return finish(this.make(request, found));
        }
        const made = this.page(request, found);
        if (made.status === 200 && unchanged(request.headers, made.headers.etag, null)) {
            return finish({ ...made, status: 304, body: null });
        }
        return finish(made);
    }

    page(request, found) {
        const key = `${request.origin}${request.url} ${/^(push|member)/.test(request.token || '')}`;
        return this.kept.get(key, this.forge.world.version, () => this.make(request, found));
    }

    // By id, or by path with the slash encoded.
    project(id) {
        const { world } = this.forge;
        if (/^\d+$/.test(id)) {
            return { repository: world.byId.get(Number(id)) };
        }
        const [owner, name] = id.split('/');
        return findRepository(world, owner, name || '');
    }

    make(request, { route, params }) {
        const { world, options } = this.forge;
        const api = request.origin + PREFIX;
        const context = {
            request,
            query: request.query,
            params,
            world,
            options,
            records: this.records.get(api),
        };
        if (route.inProject) {
            const where = this.project(params.project);
            if (where.renamed) {
                const rest = request.url.slice(`${PREFIX}/projects/`.length).replace(/^[^/?]+/, '');
                const location = `${api}/projects/${where.renamed.databaseId}${rest}`;
                return {
                    ...failure(301, 'Moved Permanently'),
                    headers: { location, 'content-type': 'application/json' },
                };
            }
            if (!where.repository) {
                return where.refused && where.refused.status === 451
                    ? failure(403, '403 Forbidden')
                    : failure(404, '404 Project Not Found');
            }
            if (route.issues && !where.repository.hasIssues) {
                return failure(403, '403 Forbidden');
            }
            context.repository = where.repository;
        }
        return this.represent(request, route.handler(context));
    }

    represent(request, result) {
        if (result.refused) {
            return failure(result.refused.status, result.refused.message);
        }
        let headers = {
            'content-type': 'application/json',
            'cache-control': 'max-age=0, private, must-revalidate',
        };
        let { value } = result;
        if (result.list) {
            const page = pageOf(result.list, request.query, NAMES);
            headers = {
                ...headers,
                ...pageHeaders(
                    request.origin + request.path,
                    request.query,
                    page,
                    result.unknownTotal
                ),
            };
            value = page.part.map(result.record);
        }
        const body = Buffer.from(JSON.stringify(value));
        headers.etag = etagOf(body, true);
        return { status: result.status || 200, headers, body };
    }
}

module.exports = { GitLab };
