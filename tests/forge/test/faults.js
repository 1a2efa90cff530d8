'use strict';
// Budgets, conditional requests, faults, changes.

const zlib = require('zlib');
const { is, ok } = require('./tap');

const LABELS = '/repos/o/mill/labels';

async function conditional(client) {
    await client.control('POST', 'budget', { resource: 'core', limit: 100, token: 'token-1' });
    const first = await client.get(LABELS);
    is(first.headers.get('x-ratelimit-remaining'), '99', 'a request costs one');
    const again = await client.get(LABELS, { 'if-none-match': first.headers.get('etag') });
    is(
        [again.status, again.text, again.headers.get('x-ratelimit-remaining')],
        [304, '', '99'],
        'an unchanged answer nothing'
    );
    const whole = await client.get('/repos/o/mill');
    const unchanged = await client.get('/repos/o/mill', {
        'if-modified-since': whole.headers.get('last-modified'),
    });
    is(unchanged.status, 304, 'by time as well');
    await client.control('POST', 'mutate', { repo: 'o/mill', issues: 1 });
    is(
        (await client.get('/repos/o/mill', { 'if-none-match': whole.headers.get('etag') })).status,
        200,
        'until it changes'
    );
}

async function budget(client) {
    await client.control('POST', 'counts/reset');
    await client.control('POST', 'budget', { resource: 'core', limit: 3, window_seconds: 1 });
    const statuses = [];
    let last;
    for (let times = 0; times < 5; times++) {
        last = await client.get(LABELS);
        statuses.push(last.status);
    }
    is(statuses, [200, 200, 200, 403, 403], 'a budget is used up');
    is(last.headers.get('x-ratelimit-remaining'), '0', 'and says so');
    is(
        (await client.get(LABELS, { authorization: 'Bearer token-2' })).status,
        200,
        'each token has its own'
    );
    is((await client.control('GET', 'counts')).over_limit, 2, 'what was refused is counted');
    await new Promise((resolve) =>
        setTimeout(resolve, 1000 * Number(last.headers.get('x-ratelimit-reset')) - Date.now() + 20)
    );
    is((await client.get(LABELS)).status, 200, 'and it comes back');
    await client.control('POST', 'budget', { resource: 'graphql', limit: 1 });
    const points = [await client.query('{viewer {login}}'), await client.query('{viewer {login}}')];
    is(
        [points[0].errors, points[1].errors[0].type, points[1].status],
        [undefined, 'RATE_LIMITED', 200],
        'points as well'
    );
    for (const resource of ['core', 'graphql']) {
        await client.control('POST', 'budget', { resource, limit: 100000, window_seconds: 3600 });
    }
    is((await client.get(LABELS, { authorization: 'Bearer bad-1' })).status, 401, 'a bad token');
    await client.control('POST', 'revoke', { token: 'token-3' });
    const revoked = await client.get(LABELS, { authorization: 'Bearer token-3' });
    is(revoked.status, 401, 'a revoked one');
    is(
        (await client.get(LABELS, { authorization: '' })).headers.get('x-ratelimit-limit'),
        '60',
        'no token'
    );
}

async function secondary(client) {
    await client.control('POST', 'secondary', { concurrent: 2 });
    await client.control('POST', 'faults', {
        match: 'labels',
        kind: 'delay',
        seconds: 0.2,
        times: 2,
    });
    await client.control('POST', 'counts/reset');
    const answers = await Promise.all([1, 2, 3].map(() => client.get(LABELS)));
    is(answers.map((answer) => answer.status).sort(), [200, 200, 403], 'so many at once');
    is((await client.control('GET', 'counts')).max_concurrent, 3, 'and how many there were');
    await client.control('POST', 'secondary', { concurrent: null });
    await client.control('DELETE', 'faults');
}

// How one request fares under one fault: a status, or the name of what went wrong.
async function under(client, fault, address = LABELS) {
    await client.control('POST', 'faults', {
        match: 'GET /repos|POST /graphql',
        times: 1,
        ...fault,
    });
    try {
        return await client.get(address, { 'accept-encoding': 'identity' });
    } catch (error) {
        return { status: 'broken', data: undefined, cause: error };
    }
}

async function kinds(client) {
    const statuses = {};
    const good = await client.get(LABELS);
    for (const kind of [
        '429',
        '403-primary',
        '403-secondary',
        '5xx',
        'graphql-error',
        'html-200',
        'empty-body',
        'invalid-json',
        'redirect-elsewhere',
        'bad-encoding',
        'truncate',
        'close',
        'reset',
        'slow',
        'delay',
    ]) {
        const { status, data } = await under(client, {
            kind,
            retry_after: 3,
            status: 503,
            seconds: 0.1,
            bytes_per_second: 100000,
        });
        statuses[kind] = [
            status,
            data === undefined ? 'no JSON' : JSON.stringify(data) === good.text ? 'whole' : 'other',
        ];
    }
    is(
        statuses,
        {
            429: [429, 'other'],
            '403-primary': [403, 'other'],
            '403-secondary': [403, 'other'],
            '5xx': [503, 'other'],
            'graphql-error': [200, 'other'],
            'html-200': [200, 'no JSON'],
            'empty-body': [200, 'no JSON'],
            'invalid-json': [200, 'no JSON'],
            'redirect-elsewhere': [302, 'no JSON'],
            'bad-encoding': ['broken', 'no JSON'],
            truncate: ['broken', 'no JSON'],
            close: ['broken', 'no JSON'],
            reset: ['broken', 'no JSON'],
            slow: [200, 'whole'],
            delay: [200, 'whole'],
        },
        'each fault is what it says'
    );
    is(
        (await under(client, { kind: 'truncate', chunked: true })).status,
        'broken',
        'truncated without a length'
    );
    is(
        (await under(client, { kind: '429', retry_after: 3 })).headers.get('retry-after'),
        '3',
        'with a time to wait'
    );
    is((await under(client, { kind: '429' })).headers.get('retry-after'), null, 'or without');
    ok(
        (await under(client, { kind: 'huge-body', bytes: 3000000 })).text.length > 2900000,
        'a huge body'
    );
    ok(
        (await under(client, { kind: 'bad-encoding', utf8: true })).text.includes('\ufffd'),
        'bytes that are not UTF-8'
    );
    is((await client.get(LABELS)).text, good.text, 'then all is well again');
    is(
        (await client.control('POST', 'faults', { kind: 'nosuch' })).error.split(';')[0],
        'no fault of kind nosuch',
        'others are refused'
    );
}

async function choice(client) {
    await client.control('POST', 'faults', [
        { match: 'GET .*labels', kind: '5xx', skip: 1, times: 1 },
    ]);
    const statuses = [];
    for (let times = 0; times < 3; times++) {
        statuses.push((await client.get(LABELS)).status);
    }
    is(statuses, [200, 502, 200], 'a fault strikes when it is told to');
    await client.control('DELETE', 'faults');
    await client.control('POST', 'faults', { match: 'graphql', kind: 'graphql-partial', times: 1 });
    const { data, errors } = await client.query(
        '{repository(owner: "o", name: "mill") {labels(first: 3) {nodes {id}}}}'
    );
    is(
        [data.repository.labels.nodes[0], errors[0].path],
        [null, ['repository', 'labels', 'nodes', 0]],
        'a part may be missing'
    );
}

async function changes(client) {
    const before = await client.truth('github', 'o/mill');
    const changed = await client.control('POST', 'mutate', {
        repo: 'o/mill',
        issues: 3,
        pulls: 2,
        comments: 2,
        new_issues: 1,
        new_pulls: 1,
    });
    const after = await client.truth('github', 'o/mill');
    const since = before.issues
        .concat(before.pull_requests)
        .map((row) => row.updated_at)
        .sort()
        .pop();
    const newer = (await client.all(`/repos/o/mill/issues?state=all&since=${since}`)).filter(
        (row) => row.updated_at > since
    );
    is(
        newer.length,
        new Set(changed.map((change) => change.number)).size,
        'what changed is newer than all before'
    );
    is(after.issues.length, before.issues.length + 1, 'a new issue');
    is(after.pull_requests.length, before.pull_requests.length + 1, 'a new pull request');
    for (const [verb, what] of [
        ['update', 'comment'],
        ['delete', 'comment'],
        ['insert', 'event'],
        ['insert', 'review'],
        ['insert', 'commit'],
        ['insert', 'review_comment'],
        ['delete', 'event'],
        ['delete', 'pull'],
        ['update', 'pull'],
    ]) {
        const [change] = await client.control('POST', 'mutate', { repo: 'o/mill', do: verb, what });
        ok(change && change.id, `${verb} ${what}`);
    }
    await client.control('POST', 'faults', {
        match: 'labels',
        kind: 'mutate',
        times: 1,
        repo: 'o/archived',
        to: 'o/attic',
    });
    const moving = [];
    for (let times = 0; times < 2; times++) {
        moving.push((await client.get('/repos/o/archived/labels')).status);
    }
    is(moving, [200, 301], 'a repository moves between two requests');
    await client.control('POST', 'rename', { repo: 'o/mill', to: 'o/grist', taken: true });
    is(
        (await client.get('/repos/o/grist')).data.id ===
            (await client.get('/repos/o/mill')).data.id,
        false,
        'after a rename another repository may have the old name'
    );
}

async function encodings(client) {
    const plain = await client.get('/repos/o/mill/issues?state=all', {
        'accept-encoding': 'identity',
    });
    const packed = await fetch(`${client.url}/repos/o/mill/issues?state=all`, {
        headers: {
            'user-agent': 'test',
            authorization: 'Bearer token-1',
            'accept-encoding': 'gzip',
        },
    });
    is(
        [packed.headers.get('content-encoding'), (await packed.text()) === plain.text],
        ['gzip', true],
        'compressed where asked'
    );
    ok(zlib.gzipSync(plain.text).length < plain.text.length / 3, 'which is worth it');
}

async function faultTests(client) {
    await conditional(client);
    await budget(client);
    await secondary(client);
    await kinds(client);
    await choice(client);
    await encodings(client);
    await changes(client);
    ok(!/broken/.test(client.stderr), 'nothing broke');
}

module.exports = { faultTests };
