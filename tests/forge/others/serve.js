'use strict';
// What the smaller platforms share: who may ask, a budget, JSON out.

function json(status, value, headers) {
    return {
        status,
        headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
        body: Buffer.from(JSON.stringify(value)),
    };
}

// routes: web/routes.js; handlers return {status, headers, body}. failed(status) is the platform's
// own way to refuse.
function serve(forge, platform, prefix, routes, failed) {
    return (request) => {
        if (!request.path.startsWith(`${prefix}/`)) {
            return null;
        }
        const found =
            request.method === 'GET' ? routes.match(request.path.slice(prefix.length)) : null;
        const finish = (made) => ({
            ...made,
            resource: platform,
            route: `${platform} GET ${found ? found.route.pattern : '?'}`,
        });
        if (!forge.budgets.take(request.token, platform, 1)) {
            const { reset } = forge.budgets.book(request.token, platform);
            const wait = Math.max(1, reset - Math.floor(Date.now() / 1000));
            return {
                ...finish(failed(429)),
                overLimit: true,
                headers: { 'content-type': 'application/json', 'retry-after': String(wait) },
            };
        }
        if (!found) {
            return finish(failed(404));
        }
        return finish(
            found.route.handler({
                request,
                query: request.query,
                params: found.params,
                world: forge.world,
                forge,
            })
        );
    };
}

module.exports = { json, serve };
