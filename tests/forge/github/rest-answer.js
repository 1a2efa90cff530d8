'use strict';
// GitHub's REST API: from request to answer. Authorization, budget, renames, pages, ETags.

const { makeRoutes, Records } = require('./rest');
const { findRepository } = require('./find');
const { pageOf, githubLinks } = require('../web/paging');
const { etagOf, unchanged } = require('../web/conditional');
const { Kept, Once } = require('../web/kept');
const { limitHeaders, requestId } = require('./headers');

const NAMES = { size: 'per_page', page: 'page', byDefault: 30, most: 100 };

function errorBody(refusal) {
    const { status, ...body } = refusal;
    return { ...body, documentation_url: 'https://docs.github.com/rest', status: String(status) };
}

class Rest {
    constructor(forge) {
        this.forge = forge;
        this.routes = makeRoutes();
        this.kept = new Kept();
        this.records = new Once((api) => new Records(forge.world, api));
    }

    finish(request, resource, made, route) {
        const headers = {
            'content-type': 'application/json; charset=utf-8',
            'x-github-media-type': 'github.v3; format=json',
            'x-github-request-id': requestId(),
            vary: 'Accept, Authorization, Cookie, Accept-Encoding',
            ...limitHeaders(this.forge.budgets, request.token, resource),
            ...made.headers,
        };
        return {
            status: made.status,
            headers,
            body: made.body,
            resource,
            kept: made,
            route: `github GET ${route.replace('/repositories/:repositoryId', '/repos/:owner/:repo')}`,
        };
    }

    refuse(request, resource, refusal, route, headers) {
        return this.finish(
            request,
            resource,
            {
                status: refusal.status,
                headers,
                body: Buffer.from(JSON.stringify(errorBody(refusal))),
            },
            route
        );
    }

    // What keeps a request from being looked at.
    barred(request, resource) {
        if (!request.headers['user-agent']) {
            return {
                status: 403,
                message:
                    'Request forbidden by administrative rules. ' +
                    'Please make sure your request has a User-Agent header',
            };
        }
        if (this.forge.refuses(request.token)) {
            return { status: 401, message: 'Bad credentials' };
        }
        if (!this.forge.budgets.take(request.token, resource, 1)) {
            return {
                status: 403,
                overLimit: true,
                message: `API rate limit exceeded for ${
                    request.token ? 'user ID 1' : '127.0.0.1'
                }.`,
            };
        }
        return null;
    }

    handle(request) {
        const prefix = request.path.startsWith('/api/v3/') ? '/api/v3' : '';
        const path = request.path.slice(prefix.length);
        if (path === '/rate_limit') {
            return this.rateLimit(request);
        }
        const found = this.routes.match(path);
        const resource = found && found.route.resource ? found.route.resource : 'core';
        const route = found ? found.route.pattern : '?';
        const bar = this.barred(request, resource);
        if (bar) {
            const { overLimit, ...refusal } = bar;
            return { ...this.refuse(request, resource, refusal, route), overLimit };
        }
        if (!found || (request.method !== 'GET' && request.method !== 'HEAD')) {
            return this.refuse(request, resource, { status: 404, message: 'Not Found' }, route);
        }
        return this.conditional(request, resource, this.page(request, prefix, found), route);
    }

    conditional(request, resource, made, route) {
        if (made.status === 200 && unchanged(request.headers, made.headers.etag, made.modified)) {
            this.forge.budgets.giveBack(request.token, resource, 1);
            return {
                ...this.finish(request, resource, { ...made, status: 304 }, route),
                body: null,
            };
        }
        return this.finish(request, resource, made, route);
    }

    // The answer, kept until the data change.
    page(request, prefix, found) {
        const key = `${request.origin}${request.url}${/^push/.test(request.token || '') ? ' push' : ''}`;
        return this.kept.get(key, this.forge.world.version, () =>
            this.make(request, prefix, found)
        );
    }

    make(request, prefix, { route, params }) {
        const { world, options } = this.forge;
        const api = request.origin + prefix;
        const context = {
            request,
            query: request.query,
            params,
            world,
            options,
            records: this.records.get(api),
        };
        let base = `${api}${request.path.slice(prefix.length)}`;
        if (route.inRepository) {
            const where = params.repositoryId
                ? { repository: world.byId.get(Number(params.repositoryId)) }
                : findRepository(world, params.owner, params.repo);
            if (where.renamed) {
                return this.moved(request, api, prefix, params, where.renamed);
            }
            context.repository = where.repository;
            const refusal =
                where.refused ||
                (!where.repository && { status: 404, message: 'Not Found' }) ||
                (route.issues &&
                    !where.repository.hasIssues && {
                        status: 410,
                        message: 'Issues are disabled for this repo',
                    });
            if (refusal) {
                return {
                    status: refusal.status,
                    headers: {},
                    body: Buffer.from(JSON.stringify(errorBody(refusal))),
                };
            }
            base = base.replace(
                /\/(repos\/[^/]+\/[^/]+|repositories\/\d+)/,
                `/repositories/${where.repository.databaseId}`
            );
        }
        return this.represent(request, route, route.handler(context), base);
    }

    moved(request, api, prefix, params, repository) {
        const rest = request.url.slice(`${prefix}/repos/`.length).replace(/^[^/]+\/[^/?]+/, '');
        const location = `${api}/repositories/${repository.databaseId}${rest}`;
        return {
            status: 301,
            headers: { location },
            body: Buffer.from(
                JSON.stringify({
                    message: 'Moved Permanently',
                    url: location,
                    documentation_url: 'https://docs.github.com/rest',
                })
            ),
        };
    }

    represent(request, route, result, base) {
        if (result.refused) {
            return {
                status: result.refused.status,
                headers: {},
                body: Buffer.from(JSON.stringify(errorBody(result.refused))),
            };
        }
        const headers = {};
        let { value } = result;
        if (result.list) {
            if (result.list.length === 0 && result.emptyStatus) {
                return { status: result.emptyStatus, headers, body: Buffer.alloc(0) };
            }
            const page = pageOf(result.list, request.query, NAMES);
            const link = githubLinks(base, request.query, page);
            if (link) {
                headers.link = link;
            }
            value = page.part.map(result.record);
            value = result.wrap ? result.wrap(value) : value;
        }
        this.forge.validate(route.pattern, value);
        const body = Buffer.from(JSON.stringify(value));
        headers.etag = etagOf(body, result.list !== undefined);
        headers['cache-control'] = 'private, max-age=60, s-maxage=60';
        if (result.modified) {
            headers['last-modified'] = new Date(result.modified).toUTCString();
        }
        return { status: 200, headers, body, modified: result.modified };
    }

    rateLimit(request) {
        const resources = {};
        for (const resource of ['core', 'search', 'graphql']) {
            const { limit, used, reset } = this.forge.budgets.book(request.token, resource);
            resources[resource] = { limit, used, remaining: limit - used, reset };
        }
        const value = { resources, rate: resources.core };
        this.forge.validate('/rate_limit', value);
        return this.finish(
            request,
            'core',
            { status: 200, headers: {}, body: Buffer.from(JSON.stringify(value)) },
            '/rate_limit'
        );
    }
}

module.exports = { Rest };
