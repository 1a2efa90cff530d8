'use strict';
// What a test asks of the forge itself. Not counted, never faulty.
//
//   GET    /_forge/counts            what was asked so far; POST /_forge/counts/reset begins anew
//   POST   /_forge/faults            a fault or a list of them (see faults.js); DELETE clears
//   POST   /_forge/mutate            a day passes, or with do: one change (see data/mutate.js)
//   POST   /_forge/rename            {repo, to, taken}
//   POST   /_forge/revoke            {token}: 401 from now on
//   POST   /_forge/budget            {resource, limit, remaining, window_seconds, token}
//   POST   /_forge/secondary         {per_minute, concurrent}
//   GET    /_forge/truth             ?platform=&repo=&stream= NDJSON {"stream", "row"}

const github = require('../truth/github');
const gitlab = require('../truth/gitlab');

function reply(status, body, type = 'application/json') {
    return { status, headers: { 'content-type': type }, body: Buffer.from(body) };
}

class Control {
    constructor(forge) {
        this.forge = forge;
        this.truths = { github: github.truth, gitlab: gitlab.truth };
        this.actions = {
            'GET /_forge/counts': () => ({
                ...forge.counts.toJSON(),
                validation_failures: forge.validationFailures,
            }),
            'POST /_forge/counts/reset': () => forge.counts.reset(),
            'GET /_forge/faults': () => forge.faults.list,
            'POST /_forge/faults': (given) =>
                forge.faults.add(Array.isArray(given) ? given : [given]),
            'DELETE /_forge/faults': () => forge.faults.clear(),
            'POST /_forge/mutate': (given) => forge.mutate(given),
            'POST /_forge/revoke': ({ token }) => void forge.revoked.add(token),
            'POST /_forge/rename': (given) => forge.mutator.rename(given),
            'POST /_forge/budget': (given) => forge.budgets.set(given),
            'POST /_forge/secondary': (given) => Object.assign(forge.budgets.secondary, given),
        };
    }

    handle(request) {
        if (request.path === '/_forge/truth') {
            return this.truth(request.query);
        }
        const action = this.actions[`${request.method} ${request.path}`];
        if (!action) {
            return reply(404, '{"error":"no such control"}\n');
        }
        try {
            const result = action(request.body ? JSON.parse(request.body) : {});
            return reply(200, `${JSON.stringify(result === undefined ? {} : result)}\n`);
        } catch (error) {
            return reply(400, `${JSON.stringify({ error: error.message })}\n`);
        }
    }

    truth(query) {
        const make = this.truths[query.get('platform') || 'github'];
        const repository = this.forge.world.find(query.get('repo') || '');
        if (!make || !repository) {
            return reply(404, '{"error":"platform or repo unknown"}\n');
        }
        const lines = [];
        for (const [stream, row] of make(repository, this.forge.world)) {
            if (query.get('stream') && query.get('stream') !== stream) {
                continue;
            }
            lines.push(`${JSON.stringify({ stream, row })}\n`);
        }
        return reply(200, lines.join(''), 'application/x-ndjson');
    }
}

module.exports = { Control };
