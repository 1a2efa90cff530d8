'use strict';
// Gitea, Jira, the bulk lists.

const { is, ok, rows } = require('./tap');

const id = (row) => row.id;

async function giteaTests(client, truth) {
    const path = '/api/v1/repos/o/mill';
    const found = await client.all(`${path}/issues?state=all&type=issues&limit=50`);
    rows(
        found,
        truth.issues.map(({ id: number, title, state, created_at, updated_at }) => ({
            id: number,
            title,
            state,
            created_at,
            updated_at,
        })),
        id,
        'Gitea issues'
    );
    is(
        (await client.all(`${path}/issues?state=all&type=pulls&limit=7`)).length,
        truth.pull_requests.length,
        'pull requests'
    );
    is(
        (await client.all(`${path}/issues/comments?limit=50`)).length,
        truth.issue_comments.length + truth.pull_request_comments.length,
        'comments'
    );
    is(
        (await client.get(`${path}/issues?state=all&limit=3`)).headers.get('x-total-count'),
        String(truth.issues.length + truth.pull_requests.length),
        'how many there are'
    );
    is(
        [
            (await client.all(`${path}/labels`)).length,
            (await client.all(`${path}/releases`)).length,
            (await client.get(path)).data.full_name,
        ],
        [truth.labels.length, truth.releases.length, 'o/mill'],
        'labels, releases, itself'
    );
    is((await client.get('/api/v1/repos/o/gone')).status, 404, 'one that is not there');
    const moment = truth.issues.map((row) => row.updated_at).sort()[30];
    is(
        (await client.all(`${path}/issues?state=all&type=issues&since=${moment}`)).length,
        truth.issues.filter((row) => row.updated_at >= moment).length,
        'since a moment'
    );
}

async function jiraTests(client, truth) {
    const basic = {
        authorization: `Basic ${Buffer.from('me@mill.example:secret').toString('base64')}`,
    };
    const moment = truth.issues.map((row) => row.updated_at).sort()[20];
    const jql = `project = MILL AND updated >= "${moment.slice(0, 16).replace('T', ' ')}" ORDER BY updated ASC`;
    const found = [];
    let token = '';
    do {
        const { data } = await client.get(
            `/rest/api/3/search/jql?maxResults=9&fields=summary,updated&jql=${encodeURIComponent(jql)}` +
                `${token && `&nextPageToken=${token}`}`,
            basic
        );
        found.push(...data.issues);
        token = data.isLast ? '' : data.nextPageToken;
    } while (token);
    const expected = truth.issues.filter((row) => row.updated_at >= `${moment.slice(0, 16)}:00Z`);
    rows(
        found,
        expected.map((row) => ({
            id: String(row.id),
            key: `MILL-${row.number}`,
            fields: { summary: row.title },
        })),
        id,
        'Jira issues by JQL'
    );
    ok(
        found.every((row, at) => at === 0 || found[at - 1].fields.updated <= row.fields.updated),
        'in order'
    );
    is(
        (await client.get('/rest/api/3/search/jql?jql=order+by+created', basic)).status,
        400,
        'not without a restriction'
    );
    is(
        (await client.get('/rest/api/3/search/jql?jql=project=MILL')).status,
        401,
        'nor without a password'
    );
    is(
        (await client.get('/rest/api/3/project/search', basic)).data.values
            .map((row) => row.key)
            .includes('MILL'),
        true,
        'projects'
    );
    const log = (
        await client.get(`/rest/api/3/issue/${found[0].key}/changelog?maxResults=2`, basic)
    ).data;
    ok(log.values.length <= 2 && log.isLast === log.total <= 2, 'a changelog');
}

async function bulkTests(client) {
    is(
        (await client.all('/bulk/items?total=2500&per_page=1000')).map(id),
        Array.from({ length: 2500 }, (_, at) => at + 1),
        'bulk by page'
    );
    const found = [];
    for (let cursor = '0'; cursor !== null;) {
        const { data } = await client.get(`/bulk/cursor?total=25&limit=10&cursor=${cursor}`);
        found.push(...data.items.map(id));
        cursor = data.next;
    }
    is(found.length, 25, 'by cursor');
    const { data } = await client.get('/bulk/offset?total=25&limit=10&offset=20');
    is([data.items.map(id), data.total], [[21, 22, 23, 24, 25], 25], 'by offset');
}

async function otherTests(client) {
    const truth = await client.truth('github', 'o/mill');
    await giteaTests(client, truth);
    await jiraTests(client, truth);
    await bulkTests(client);
}

module.exports = { otherTests };
