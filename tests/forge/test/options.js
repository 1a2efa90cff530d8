'use strict';
// The command line: sizes, seeds, limits, queries that are too rich.

const { spawnSync } = require('child_process');
const path = require('path');
const { Client } = require('./client');
const { is, ok } = require('./tap');

const RICH =
    '{repository(owner: "a", name: "b") {issues(first: 100) {nodes {comments(first: 10) {nodes {id}}}}}}';

async function answer(client) {
    try {
        const { status, data, errors } = await client.query(RICH);
        return `${status} ${data ? 'data' : errors[0].message.split('.')[0]}`;
    } catch {
        return 'cut';
    }
}

async function limits() {
    const client = await Client.start(
        '--repo',
        'a/b:issues=12,pulls=3,commits=20,releases=1',
        '--seed',
        '3',
        '--limit',
        'core=7',
        '--window',
        '5',
        '--events',
        '60',
        '--secondary',
        'per_minute=40',
        '--graphql-node-timeout',
        '1000',
        '--latency',
        '20'
    );
    const begun = Date.now();
    const first = await client.get('/repos/a/b/issues?state=all');
    ok(Date.now() - begun >= 19, 'a latency');
    is(
        [first.data.length, first.headers.get('x-ratelimit-limit')],
        [15, '7'],
        'sizes and limits of the command line'
    );
    is(
        (await client.get('/repos/a/b/issues/events?per_page=30&page=3')).status,
        422,
        'events end somewhere'
    );
    const answers = [];
    for (let times = 0; times < 4; times++) {
        answers.push(await answer(client));
    }
    is(
        answers.sort(),
        [
            '200 Something went wrong while executing your query',
            '200 Timeout on validation of query',
            '502 Something went wrong while executing your query',
            'cut',
        ],
        'too rich a query fails as it is known to'
    );
    is(
        (await client.query('{repository(owner: "a", name: "b") {issues(first: 9) {nodes {id}}}}'))
            .errors,
        undefined,
        'a smaller one does not'
    );
    await client.stop();
}

async function seeds() {
    const text = async (seed) => {
        const client = await Client.start('--seed', seed, '--repo', 'a/b:issues=5,pulls=5');
        const truth = await client.get('/_forge/truth?repo=a/b');
        await client.stop();
        return truth.text;
    };
    const [one, again, other] = await Promise.all([text('1'), text('1'), text('2')]);
    ok(one === again && one.length > 10000, 'the same seed gives the same data');
    ok(one !== other, 'another seed other data');
}

async function optionTests() {
    await limits();
    await seeds();
    const wrong = spawnSync(process.execPath, [path.join(__dirname, '../forge.js'), '--nosuch']);
    is([wrong.status, String(wrong.stderr).includes('usage:')], [2, true], 'an unknown option');
}

module.exports = { optionTests };
