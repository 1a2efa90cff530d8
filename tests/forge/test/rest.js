'use strict';
// GitHub REST: the lists add up to the truth, and every answer fits GitHub's description.

const { is, ok, rows, without } = require('./tap');

const R = '/repos/o/mill';
const id = (row) => row.id;
const name = (row) => row.name;

// REST shows a deleted account as ghost, the truth as null.
function ghostly(row) {
    return Object.fromEntries(
        Object.entries(row).map(([field, value]) => [
            field,
            ['user', 'actor', 'author'].includes(field) && value === null
                ? { login: 'ghost', id: 10137 }
                : value,
        ])
    );
}

async function repositoryLists(client, truth) {
    const plain = [
        ['labels', '/labels', id],
        ['milestones', '/milestones?state=all', id],
        ['releases', '/releases', id],
        ['branches', '/branches', name],
        ['tags', '/tags', name],
        ['contributors', '/contributors?anon=1', (row) => row.login || row.email],
    ];
    for (const [stream, path, key] of plain) {
        const join = path.includes('?') ? '&' : '?';
        rows(
            await client.all(`${R}${path}${join}per_page=7`),
            truth[stream],
            key,
            `${stream}, by sevens`
        );
    }
    const commits = await client.all(`${R}/commits?per_page=100`);
    rows(commits, truth.commit_authors, (row) => row.sha, 'commits of the default branch');
    const { data } = await client.get(R);
    const [{ topics, ...expected }] = truth.repository;
    rows([data], [{ ...expected, topics }], id, 'the repository');
    rows(
        Object.entries((await client.get(`${R}/languages`)).data).map(([language, bytes]) => ({
            name: language,
            bytes,
        })),
        truth.languages,
        name,
        'languages'
    );
    ok((await client.get(`${R}/community/profile`)).data.files.readme, 'the community profile');
    is((await client.get(`${R}/topics`)).data.names, topics, 'topics');
    is((await client.get(`${R}/traffic/clones`)).status, 403, 'clones are for those who may push');
    is(
        (await client.get(`${R}/traffic/clones`, { authorization: 'token push-1' })).data.clones
            .length,
        14,
        'who see fourteen days'
    );
}

async function itemLists(client, truth) {
    const items = await client.all(`${R}/issues?state=all&per_page=100&sort=updated&direction=asc`);
    rows(
        items.filter((item) => !item.pull_request),
        truth.issues.map(ghostly),
        id,
        'issues'
    );
    ok(
        items.every((item, at) => at === 0 || items[at - 1].updated_at <= item.updated_at),
        'in the order of their updates'
    );
    const pulls = await client.all(`${R}/pulls?state=all&per_page=100`);
    is(pulls.length, truth.pull_requests.length, 'as many pull requests');
    const comments = await client.all(`${R}/issues/comments?per_page=100`);
    rows(
        comments,
        [...truth.issue_comments, ...truth.pull_request_comments].map((row) =>
            ghostly(without(row, 'issue_number', 'pull_number'))
        ),
        id,
        'comments of both kinds'
    );
    const events = await client.all(`${R}/issues/events?per_page=100`);
    rows(
        events,
        [...truth.issue_events, ...truth.pull_request_events].map((row) =>
            ghostly(without(row, 'issue_number', 'pull_number', 'label', 'assignee'))
        ),
        id,
        'events of both kinds'
    );
    const reviewComments = await client.all(`${R}/pulls/comments?per_page=100`);
    rows(
        reviewComments.map((row) => ({ in_reply_to_id: null, ...row })),
        truth.review_comments.map((row) => ghostly(without(row, 'pull_number'))),
        id,
        'review comments'
    );
    return pulls;
}

const CHILDREN = [
    ['pull_request_reviews', '/reviews', id],
    ['pull_request_commits', '/commits', (row) => row.sha],
    ['pull_request_files', '/files', (row) => row.filename],
];

async function pullChildren(client, truth, pulls) {
    const whole = [];
    const found = {
        pull_request_reviews: [],
        pull_request_commits: [],
        pull_request_files: [],
        pull_request_reviewers: [],
    };
    for (const { number } of pulls) {
        whole.push((await client.get(`${R}/pulls/${number}`)).data);
        for (const [stream, path] of CHILDREN) {
            const list = await client.all(`${R}/pulls/${number}${path}?per_page=100`);
            found[stream].push(...list.map((row) => ({ ...row, pull_number: number })));
        }
        const { users, teams } = (await client.get(`${R}/pulls/${number}/requested_reviewers`))
            .data;
        found.pull_request_reviewers.push(
            ...[...users, ...teams].map((row) => ({
                ...row,
                pull_number: number,
                type: row.slug ? 'Team' : row.type,
            }))
        );
    }
    rows(whole, truth.pull_requests.map(ghostly), id, 'pull requests, one by one');
    for (const [stream, , key] of [...CHILDREN, ['pull_request_reviewers', '', id]]) {
        rows(
            found[stream],
            truth[stream].map(stream.endsWith('commits') ? (row) => row : ghostly),
            (row) => `${row.pull_number} ${key(row)}`,
            stream
        );
    }
}

async function itemChildren(client, truth) {
    const { number } = truth.issues.reduce((most, row) =>
        row.comments > most.comments ? row : most
    );
    is(
        (await client.all(`${R}/issues/${number}/comments?per_page=100`)).length,
        300,
        'an issue with 300 comments'
    );
    const events = await client.all(`${R}/issues/${number}/events?per_page=3`);
    rows(
        events,
        truth.issue_events
            .filter((row) => row.issue_number === number)
            .map((row) => ghostly(without(row, 'issue_number', 'label', 'assignee'))),
        id,
        'and its events'
    );
    is((await client.get(`${R}/pulls/${number}`)).status, 404, 'an issue is no pull request');
    is((await client.get(`${R}/issues/${number}/labels`)).status, 200, 'labels of an issue');
}

async function people(client, truth) {
    const user = truth.users.find((row) => row.email && row.type === 'User');
    rows([(await client.get(`/users/${user.login}`)).data], [user], id, 'a user');
    const search = (await client.get(`/search/users?q=${encodeURIComponent(user.email)}+in:email`))
        .data;
    is(
        search.items.map((row) => row.login),
        [user.login],
        'found by address'
    );
    is((await client.get('/users/nobody-here')).status, 404, 'a user who is not there');
    ok(
        (await client.all(`/users/${user.login}/events?per_page=100`)).length <= 300,
        'what a user did'
    );
    is(
        (await client.get('/orgs/o/repos')).data.map((row) => row.name),
        ['archived', 'empty', 'mill', 'no-issues', 'orphan'],
        'repositories of an organization'
    );
    ok((await client.get('/users/ghost/repos')).status === 200, 'and of a user');
}

async function since(client, truth) {
    const moment = truth.issues.map((row) => row.updated_at).sort()[
        Math.floor(truth.issues.length / 2)
    ];
    const newer = (await client.all(`${R}/issues?state=all&since=${moment}&per_page=100`)).filter(
        (row) => !row.pull_request
    );
    is(
        newer.length,
        truth.issues.filter((row) => row.updated_at >= moment).length,
        'issues since a moment, itself included'
    );
    const comments = [...truth.issue_comments, ...truth.pull_request_comments];
    is(
        (await client.all(`${R}/issues/comments?since=${moment}&per_page=100`)).length,
        comments.filter((row) => row.updated_at >= moment).length,
        'comments since then'
    );
    const commits = truth.commit_authors.filter((row) => row.commit.committer.date >= moment);
    is(
        (await client.all(`${R}/commits?since=${moment}&per_page=100`)).length,
        commits.length,
        'commits since then'
    );
    is((await client.get(`${R}/commits/${commits[0].sha}`)).data.sha, commits[0].sha, 'one commit');
    ok(
        (await client.all(`${R}/issues?state=open&labels=bug`)).every(
            (row) => row.state === 'open' && row.labels.some((label) => label.name === 'bug')
        ),
        'issues by state and label'
    );
}

async function specials(client) {
    const expected = [
        ['gone', '', 404],
        ['private', '', 404],
        ['blocked', '', 451],
        ['empty', '/commits', 409],
        ['empty', '/issues', 200],
        ['empty', '/contributors', 204],
        ['no-issues', '/issues', 410],
        ['no-issues', '/pulls', 200],
    ];
    for (const [repository, path, status] of expected) {
        is(
            (await client.get(`/repos/o/${repository}${path}`)).status,
            status,
            `${repository}${path} is ${status}`
        );
    }
    const [archived, orphan] = await Promise.all(
        ['archived', 'orphan'].map((repo) => client.get(`/repos/o/${repo}`))
    );
    is([archived.data.archived, archived.data.fork], [true, false], 'an archived repository');
    is([orphan.data.fork, orphan.data.parent], [true, undefined], 'a fork whose parent is gone');
    const moved = await client.get('/repos/o/renamed/issues?per_page=5');
    is(moved.status, 301, 'a renamed repository is elsewhere');
    is((await client.get(moved.headers.get('location'))).data.length, 5, 'and is found there');
    is(
        (await client.get(`/api/v3${R}`)).data.full_name,
        'o/mill',
        'the paths of an enterprise server'
    );
}

async function restTests(client) {
    await client.control('POST', 'budget', { limit: 1000000 });
    const truth = await client.truth('github', 'o/mill');
    await repositoryLists(client, truth);
    const pulls = await itemLists(client, truth);
    await pullChildren(client, truth, pulls);
    await itemChildren(client, truth);
    await people(client, truth);
    await since(client, truth);
    await specials(client);
    await client.get('/rate_limit');
    is(
        (await client.control('GET', 'counts')).validation_failures,
        0,
        'every answer fits the description'
    );
    is(client.stderr, '', 'and the forge complains of nothing');
}

module.exports = { restTests, ghostly };
