'use strict';
// GitHub GraphQL: pages add up to the truth, with the ids of REST; limits and points are GitHub's.

const { is, ok, rows, without } = require('./tap');

const id = (row) => row.id;
const WHO =
    '{__typename login ... on User {databaseId} ... on Bot {databaseId} ... on Mannequin {databaseId}}';
const WRITTEN = `node_id: id fullDatabaseId body created_at: createdAt updated_at: updatedAt user: author ${WHO}`;
const MORE = 'totalCount pageInfo {hasNextPage endCursor}';

const ISSUES = `query($after: String) {
  rateLimit {cost nodeCount remaining used limit resetAt}
  repository(owner: "o", name: "mill") {
    issues(first: 7, after: $after, orderBy: {field: UPDATED_AT, direction: ASC}) {
      ${MORE}
      nodes {
        number title state ${WRITTEN} closed_at: closedAt locked state_reason: stateReason
        milestone {number title}
        labels(first: 20) {nodes {node_id: id name}}
        assignees(first: 10) {nodes {login databaseId}}
        comments(first: 100) {${MORE} nodes {${WRITTEN}}}
        timelineItems(first: 100) {${MORE} nodes {__typename ... on Node {id}}}
      }
    }
  }
}`;

const PULLS = `query($after: String) {
  repository(owner: "o", name: "mill") {
    pullRequests(first: 5, after: $after) {
      ${MORE}
      nodes {
        number ${WRITTEN} additions deletions changedFiles isDraft merged_at: mergedAt merged_by: mergedBy ${WHO}
        mergeCommit {oid} headRefOid baseRefOid headRepository {databaseId}
        reviewRequests(first: 10) {nodes {requestedReviewer {__typename ... on User {login} ... on Team {slug}}}}
        reviews(first: 100) {nodes {${WRITTEN} state submitted_at: submittedAt commit {oid}}}
        commits(first: 100) {${MORE} nodes {commit {oid author {name email date user {login}}}}}
        files(first: 100) {${MORE} nodes {filename: path additions deletions changeType}}
        reviewThreads(first: 100) {nodes {comments(first: 100) {nodes {${WRITTEN} path line replyTo {fullDatabaseId}}}}}
      }
    }
  }
}`;

// As REST has it: numbers for ids, the bot's own login.
function restLike(row) {
    const user = row.user && {
        login: row.user.__typename === 'Bot' ? `${row.user.login}[bot]` : row.user.login,
        id: row.user.databaseId,
    };
    return { ...row, id: Number(row.fullDatabaseId), user };
}

async function pages(client, query, connection) {
    const found = [];
    let after = null;
    do {
        const { data, errors } = await client.query(query, { after });
        if (errors) {
            throw new Error(JSON.stringify(errors));
        }
        const page = data.repository[connection];
        found.push(...page.nodes);
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after);
    return found;
}

// The rest of a child connection, by the node.
async function follow(client, type, node, connection, inside) {
    const nodes = [...node[connection].nodes];
    let { pageInfo } = node[connection];
    while (pageInfo.hasNextPage) {
        const { data } = await client.query(
            `query($id: ID!, $after: String) {node(id: $id) {... on ${type} {
            ${connection}(first: 100, after: $after) {${MORE} nodes {${inside}}}}}}`,
            { id: node.node_id, after: pageInfo.endCursor }
        );
        nodes.push(...data.node[connection].nodes);
        ({ pageInfo } = data.node[connection]);
    }
    return nodes;
}

const bodied = (row) => ({ ...row, body: row.body === null ? '' : row.body });

async function issues(client, truth) {
    const found = await pages(client, ISSUES, 'issues');
    rows(
        found.map(restLike).map((row) => ({
            ...row,
            state: row.state.toLowerCase(),
            state_reason: row.state_reason && row.state_reason.toLowerCase(),
        })),
        truth.issues.map(bodied).map((row) => without(row, 'comments')),
        id,
        'GraphQL issues are those of the truth'
    );
    const comments = [];
    const events = [];
    for (const issue of found) {
        comments.push(...(await follow(client, 'Issue', issue, 'comments', WRITTEN)));
        events.push(
            ...(await follow(
                client,
                'Issue',
                issue,
                'timelineItems',
                '__typename ... on Node {id}'
            ))
        );
    }
    rows(
        comments.map(restLike),
        truth.issue_comments.map((row) => without(row, 'issue_number')),
        id,
        'their comments'
    );
    rows(
        events
            .filter((row) => row.__typename !== 'IssueComment')
            .map((row) => ({ node_id: row.id })),
        truth.issue_events.map((row) => ({ node_id: row.node_id })),
        (row) => row.node_id,
        'their events'
    );
    is(found.flatMap((row) => row.labels.nodes).length, truth.issue_labels.length, 'their labels');
}

async function pulls(client, truth) {
    const found = await pages(client, PULLS, 'pullRequests');
    rows(
        found.map(restLike),
        truth.pull_requests
            .map(bodied)
            .map(({ id: number, node_id, additions, deletions, user }) => ({
                id: number,
                node_id,
                additions,
                deletions,
                user,
            })),
        id,
        'GraphQL pull requests'
    );
    rows(
        found.flatMap((row) => row.reviews.nodes).map(restLike),
        truth.pull_request_reviews.map((row) => ({
            id: row.id,
            node_id: row.node_id,
            state: row.state,
            submitted_at: row.submitted_at,
            user: row.user,
            body: row.body,
        })),
        id,
        'their reviews'
    );
    const threads = found.flatMap((row) =>
        row.reviewThreads.nodes.flatMap((thread) => thread.comments.nodes)
    );
    rows(
        threads.map(restLike),
        truth.review_comments.map((row) => ({
            id: row.id,
            node_id: row.node_id,
            body: row.body,
            path: row.path,
            line: row.line,
            user: row.user,
        })),
        id,
        'their review comments, by threads'
    );
    const files = [];
    const commits = [];
    for (const pull of found) {
        files.push(...(await follow(client, 'PullRequest', pull, 'files', 'path')));
        commits.push(...(await follow(client, 'PullRequest', pull, 'commits', 'commit {oid}')));
    }
    is(
        [files.length, commits.length],
        [truth.pull_request_files.length, truth.pull_request_commits.length],
        'their files and commits'
    );
    is(
        found.flatMap((row) => row.reviewRequests.nodes).length,
        truth.pull_request_reviewers.length,
        'their reviewers'
    );
}

const inMill = (fields) =>
    `{rateLimit {cost nodeCount} repository(owner: "o", name: "mill") {${fields}}}`;

// The figures are those of GitHub's own formula: requests to fill every connection / 100.
async function costs(client) {
    const cost = async (fields) => (await client.query(inMill(fields))).data.rateLimit;
    is(
        await cost(
            'issues(first: 100) {nodes {comments(first: 100) {nodes {id}} labels(first: 10) {nodes {id}}}}'
        ),
        { cost: 2, nodeCount: 11100 },
        'one request and twice a hundred: two points'
    );
    is(await cost('stargazers {totalCount} id'), { cost: 1, nodeCount: 0 }, 'never less than one');
    const refused = async (fields) => (await client.query(inMill(fields))).errors[0].type;
    is(await refused('issues {nodes {id}}'), 'MISSING_PAGINATION_BOUNDARIES', 'a page has a size');
    is(
        await refused('issues(first: 101) {nodes {id}}'),
        'EXCESSIVE_PAGINATION',
        'of a hundred at the most'
    );
    is(
        await refused(
            'issues(first: 100) {nodes {comments(first: 100) {nodes {reactions(first: 51) {nodes {id}}}}}}'
        ),
        'MAX_NODE_LIMIT_EXCEEDED',
        'half a million nodes at the most'
    );
    is(
        (await client.query(inMill('issues(first: 1) {nodes {nosuch}}'))).errors.length,
        1,
        "the schema is GitHub's"
    );
    is(
        (await client.query(inMill('deployments(first: 1) {nodes {id}}'))).errors[0].message,
        'forge: Repository.deployments is not served',
        'what is not served is an error'
    );
}

async function names(client, truth) {
    const { data, errors } =
        await client.query(`{old: repository(owner: "o", name: "renamed") {nameWithOwner}
        gone: repository(owner: "o", name: "gone") {id}
        user(login: "${truth.users.find((row) => row.type === 'User').login}") {login}}`);
    is(
        [data.old.nameWithOwner, data.gone, errors[0].type, errors[0].path],
        ['o/mill', null, 'NOT_FOUND', ['gone']],
        'a new name is followed, a missing one is NOT_FOUND, the rest is served'
    );
    const {
        data: { nodes },
    } = await client.query('query($ids: [ID!]!) {nodes(ids: $ids) {id __typename}}', {
        ids: [truth.issues[0].node_id, 'nothing', truth.users[1].node_id],
    });
    is([nodes[0].__typename, nodes[1]], ['Issue', null], 'nodes by id');
    is(
        (await client.query('{viewer {login}}', {}, { authorization: '' })).status,
        401,
        'not without a token'
    );
    const long =
        await client.query(`{repository(owner: "o", name: "mill") {defaultBranchRef {target {... on Commit {
        history(first: 100) {totalCount nodes {oid author {email user {login}}}}}}}}}`);
    is(
        long.data.repository.defaultBranchRef.target.history.totalCount,
        truth.commit_authors.length,
        'history of a branch'
    );
}

// A part of a list, in an order, from either end.
async function choices(client, truth) {
    const moment = truth.issues.map((row) => row.updated_at).sort()[
        Math.floor(truth.issues.length * 0.8)
    ];
    const { data } = await client.query(`{repository(owner: "o", name: "mill") {
        newer: issues(first: 100, filterBy: {since: "${moment}"}) {totalCount}
        open: pullRequests(first: 100, states: [OPEN], orderBy: {field: UPDATED_AT, direction: DESC}) {
            nodes {state updatedAt}}
        some: issues(first: 5) {nodes {number} pageInfo {endCursor hasPreviousPage}}
        ends: issues(last: 5) {nodes {number} pageInfo {startCursor hasNextPage hasPreviousPage}}}}`);
    const { newer, open, some, ends } = data.repository;
    is(
        newer.totalCount,
        truth.issues.filter((row) => row.updated_at >= moment).length,
        'issues since a moment'
    );
    ok(
        open.nodes.every((row) => row.state === 'OPEN'),
        'pull requests by state'
    );
    ok(
        open.nodes.every((row, at) => at === 0 || open.nodes[at - 1].updatedAt >= row.updatedAt),
        'latest first'
    );
    is(
        [some.pageInfo.hasPreviousPage, ends.pageInfo.hasNextPage, ends.pageInfo.hasPreviousPage],
        [false, false, true],
        'both ends of a list'
    );
    const numbers = truth.issues.map((row) => row.number).sort((a, b) => a - b);
    is(
        [some, ends].map((page) => page.nodes.map((row) => row.number)),
        [numbers.slice(0, 5), numbers.slice(-5)],
        'and what is there'
    );
    const before = await client.query(`{repository(owner: "o", name: "mill") {
        issues(last: 2, before: "${ends.pageInfo.startCursor}") {nodes {number}}}}`);
    is(
        before.data.repository.issues.nodes.map((row) => row.number),
        numbers.slice(-7, -5),
        'backwards'
    );
}

// What is deleted or moved between two pages costs no other item its place.
async function moving(client) {
    const query = `query($after: String) {repository(owner: "o", name: "mill") {
        issues(first: 10, after: $after) {${MORE} nodes {number}}}}`;
    const before = (await pages(client, query, 'issues')).map((row) => row.number);
    await client.control('POST', 'faults', {
        match: 'POST /graphql',
        kind: 'mutate',
        times: 1,
        repo: 'o/mill',
        do: 'delete',
        what: 'issue',
        number: before[2],
    });
    const during = (await pages(client, query, 'issues')).map((row) => row.number);
    is(during, before, 'deleting an item behind skips none ahead');
}

async function graphqlTests(client) {
    await client.control('POST', 'budget', { resource: 'graphql', limit: 100000 });
    const truth = await client.truth('github', 'o/mill');
    await issues(client, truth);
    await pulls(client, truth);
    await costs(client);
    await names(client, truth);
    await choices(client, truth);
    await moving(client);
    ok(!/broken/.test(client.stderr), 'nothing broke');
}

module.exports = { graphqlTests };
