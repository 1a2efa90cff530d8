'use strict';
// GitLab: the lists add up to the truth.

const { is, ok, rows, without } = require('./tap');

const P = '/api/v4/projects/o%2Fmill';
const id = (row) => row.id;
const name = (row) => row.name;

async function projectLists(client, truth) {
    const plain = [
        ['labels', '/labels', id],
        ['milestones', '/milestones', id],
        ['releases', '/releases', (row) => row.tag_name],
        ['branches', '/repository/branches', name],
        ['tags', '/repository/tags', name],
        ['contributors', '/repository/contributors', (row) => row.email],
        ['members', '/members/all', id],
        ['commit_authors', '/repository/commits', id],
        ['issues', '/issues?scope=all', id],
        ['pull_requests', '/merge_requests?scope=all', id],
    ];
    for (const [stream, path, key] of plain) {
        const list = await client.all(`${P}${path}${path.includes('?') ? '&' : '?'}per_page=30`);
        rows(list, truth[stream], key, `GitLab ${stream}`);
    }
    rows([(await client.get(P)).data], truth.repository, id, 'the project');
    ok(
        (await client.get(`${P}?statistics=true`)).data.statistics === undefined,
        'statistics are for members'
    );
    const asMember = { authorization: '', 'private-token': 'member-1' };
    is(
        (await client.get(`${P}?statistics=true&license=true`, asMember)).data.statistics
            .commit_count,
        truth.commit_authors.length,
        'who see them'
    );
    is(
        (await client.get(`${P}/issues_statistics`)).data.statistics.counts.all,
        truth.issues.length,
        'issue statistics'
    );
    ok((await client.get(`${P}/languages`)).data.C > 50, 'languages in percent');
    ok(
        (await client.all(`${P}/repository/tree?recursive=true`)).some(
            (row) => row.path === 'docs/index.md'
        ),
        'the tree'
    );
}

const lines = (text, sign) => text.split('\n').filter((line) => line.startsWith(sign)).length;

async function children(client, truth, kind) {
    const isMerge = kind === 'merge_requests';
    const prefix = isMerge ? 'pull_request' : 'issue';
    const parents = truth[isMerge ? 'pull_requests' : 'issues'];
    const found = {
        notes: [],
        events: [],
        approvals: [],
        reviewers: [],
        commits: [],
        files: [],
        discussions: [],
    };
    for (const { iid } of parents) {
        const parent = isMerge ? { merge_request_iid: iid } : { issue_iid: iid };
        const list = async (path) =>
            (await client.all(`${P}/${kind}/${iid}${path}?per_page=100`)).map((row) => ({
                ...row,
                ...parent,
            }));
        found.notes.push(...(await list('/notes')));
        for (const resource of ['label', 'state', 'milestone']) {
            found.events.push(
                ...(await list(`/resource_${resource}_events`)).map((row) => ({
                    ...row,
                    kind: resource,
                }))
            );
        }
        if (isMerge) {
            const { data } = await client.get(`${P}/${kind}/${iid}/approvals`);
            found.approvals.push(
                ...data.approved_by.map(({ user }) => ({ ...parent, user, state: 'APPROVED' }))
            );
            found.reviewers.push(
                ...(await list('/reviewers')).map((row) => ({ ...row, ...row.user }))
            );
            found.commits.push(...(await list('/commits')));
            found.discussions.push(...(await list('/discussions')));
            found.files.push(
                ...(await list('/diffs')).map(({ diff, ...row }) => ({
                    ...row,
                    additions: lines(diff, '+'),
                    deletions: lines(diff, '-'),
                }))
            );
        }
    }
    const both = (key) => (row) =>
        `${row.issue_iid || row.merge_request_iid} ${row.kind || ''} ${key(row)}`;
    rows(
        found.notes.filter((row) => !row.system && row.type !== 'DiffNote'),
        truth[`${prefix}_comments`],
        both(id),
        `${prefix} notes`
    );
    rows(
        found.notes.filter((row) => row.system),
        truth[`${prefix}_system_notes`],
        both(id),
        `${prefix} system notes`
    );
    rows(
        found.events
            .map((row) => ({ action: null, state: null, label: null, ...row }))
            .map((row) => (row.kind === 'milestone' ? { ...row, state: null } : row)),
        truth[`${prefix}_events`],
        both(id),
        `${prefix} resource events`
    );
    return { found, both };
}

async function mergeRequests(client, truth) {
    const { found, both } = await children(client, truth, 'merge_requests');
    rows(
        found.notes.filter((row) => row.type === 'DiffNote'),
        truth.review_comments,
        both(id),
        'positioned notes'
    );
    const inThreads = found.discussions
        .filter((row) => !row.individual_note)
        .flatMap((row) => row.notes);
    rows(
        inThreads,
        truth.review_comments.map((row) => without(row, 'merge_request_iid')),
        id,
        'the same in discussions'
    );
    rows(
        found.approvals,
        truth.pull_request_reviews,
        both((row) => row.user.id),
        'approvals'
    );
    rows(found.reviewers, truth.pull_request_reviewers, both(id), 'reviewers');
    rows(found.commits, truth.pull_request_commits, both(id), 'commits of merge requests');
    rows(
        found.files,
        truth.pull_request_files,
        both((row) => row.new_path),
        'files of merge requests'
    );
}

async function limits(client) {
    const first = await client.get(`${P}/issues?per_page=10&page=2`);
    is(
        ['x-page', 'x-per-page', 'x-next-page', 'x-prev-page'].map((header) =>
            first.headers.get(header)
        ),
        ['2', '10', '3', '1'],
        'the headers of pages'
    );
    is(
        (
            await client.get(`${P}/issues?per_page=10&page=2`, {
                'if-none-match': first.headers.get('etag'),
            })
        ).status,
        304,
        'an unchanged page'
    );
    is((await client.get('/api/v4/projects/o%2Fgone')).status, 404, 'a project that is gone');
    is((await client.get('/api/v4/projects/o%2Frenamed')).status, 301, 'a renamed one');
    await client.control('POST', 'budget', { resource: 'gitlab', limit: 2, window_seconds: 30 });
    const answers = [];
    for (let times = 0; times < 3; times++) {
        answers.push(await client.get(`${P}/labels`));
    }
    is(
        answers.map((answer) => answer.status),
        [200, 200, 429],
        'so many requests a minute'
    );
    ok(Number(answers[2].headers.get('retry-after')) > 0, 'and when to come again');
    await client.control('POST', 'budget', {
        resource: 'gitlab',
        limit: 100000,
        window_seconds: 60,
    });
}

async function people(client, truth) {
    const [{ id: userId, username }] = truth.members;
    is(
        (await client.get(`/api/v4/users?username=${username}`)).data.map(id),
        [userId],
        'a user by name'
    );
    is((await client.get(`/api/v4/users/${userId}`)).data.username, username, 'by id');
    is(
        (await client.get(`/api/v4/search?scope=users&search=${username}`)).data[0].id,
        userId,
        'and by search'
    );
    ok((await client.all(`/api/v4/users/${userId}/events`)).length > 0, 'what a user did');
    is(
        (await client.get('/api/v4/groups/o/projects?include_subgroups=true')).data.length,
        5,
        'projects of a group'
    );
    const opened = (await client.all(`${P}/events?target_type=merge_request&per_page=100`)).filter(
        (row) => row.action_name === 'opened'
    );
    is(opened.length, truth.pull_requests.length, 'each merge request was opened once');
}

async function gitlabTests(client) {
    await client.control('POST', 'budget', { resource: 'gitlab', limit: 100000 });
    const truth = await client.truth('gitlab', 'o/mill');
    await projectLists(client, truth);
    await mergeRequests(client, truth);
    await children(client, truth, 'issues');
    await people(client, truth);
    await limits(client);
}

module.exports = { gitlabTests };
