'use strict';
// GitHub's REST API: the paths, and for each the list or record behind it.

const { Routes } = require('../web/routes');
const { Records } = require('./records');
const { userEvents, eventRecord } = require('./activity');
const lists = require('./lists');

// A handler returns {list, record} (a page of list is served), {value}, or {refused}.
const refused = (status, message) => ({ refused: { status, message } });
const missing = refused(404, 'Not Found');

function itemHandler(find) {
    return (context) => {
        const item = context.repository.byNumber.get(Number(context.params.number));
        return item ? find(item, context.records, context) : missing;
    };
}

// Of a pull request; what is only an issue is not found.
function pullHandler(find) {
    return itemHandler((item, records, context) =>
        item.isPull ? find(item, records, context) : missing
    );
}

function commitsOf({ repository, query, records }) {
    if (repository.commits.length === 0) {
        return refused(409, 'Git Repository is empty.');
    }
    const list = lists.commits(repository, query);
    return list
        ? { list, record: (commit) => records.commit(commit) }
        : refused(404, `No commit found for SHA: ${query.get('sha')}`);
}

function oneCommit({ repository, params, records }) {
    const commit = repository.commitByOid.get(params.sha);
    return commit
        ? {
              value: {
                  ...records.commit(commit),
                  stats: {
                      additions: commit.additions,
                      deletions: commit.deletions,
                      total: commit.additions + commit.deletions,
                  },
                  files: [],
              },
          }
        : refused(422, `No commit found for SHA: ${params.sha}`);
}

// Pages go only so deep.
function events({ repository, query, records, options }) {
    const size = Math.min(100, Number(query.get('per_page')) || 30);
    if ((Number(query.get('page')) || 1) * size > options.events) {
        return refused(
            422,
            'In order to keep the API fast for everyone, pagination is limited for this resource.'
        );
    }
    return {
        list: lists.ordered(repository, 'events', 'created', true).slice(0, options.events),
        record: (event) => records.event(event, true),
    };
}

function clones({ request }) {
    if (!/^push/.test(request.token || '')) {
        return refused(403, 'Must have push access to repository');
    }
    const days = Array.from({ length: 14 }, (_, day) => ({
        count: 10 + day,
        uniques: 3 + day,
        timestamp: `${new Date(Date.now() - (14 - day) * 86400000).toISOString().slice(0, 10)}T00:00:00Z`,
    }));
    const sum = (name) => days.reduce((total, day) => total + day[name], 0);
    return { value: { count: sum('count'), uniques: sum('uniques'), clones: days } };
}

function user({ world, params, records }) {
    const account = world.people.byLogin.get(params.login.toLowerCase());
    return account ? { value: records.profile(account), modified: account.updatedAt } : missing;
}

function activity({ world, params, records }) {
    const account = world.people.byLogin.get(params.login.toLowerCase());
    return account
        ? { list: userEvents(world, account), record: (one) => eventRecord(records, one) }
        : missing;
}

function repositoriesOf(type) {
    return ({ world, params, records }) => {
        const owner = world.people.byLogin.get(params.login.toLowerCase());
        if (!owner || (type === 'Organization' && owner.__typename !== type)) {
            return missing;
        }
        const list = [...world.repositories.values()].filter((one) => one.owner === owner);
        list.sort((a, b) => (a.nameWithOwner < b.nameWithOwner ? -1 : 1));
        return { list, record: (repository) => records.minimalRepository(repository) };
    };
}

function searchUsers({ world, query, records }) {
    const terms = (query.get('q') || '').split(/\s+/).filter((term) => term !== '');
    if (terms.length === 0) {
        return refused(422, 'Validation Failed');
    }
    const inEmail = terms.includes('in:email');
    const words = terms.filter((term) => !/^\w+:/.test(term)).map((term) => term.toLowerCase());
    const matches = (account) =>
        words.every((word) =>
            inEmail
                ? (account.email || '').toLowerCase() === word
                : account.login.toLowerCase().includes(word)
        );
    const list = world.people.users.filter(matches);
    return {
        list,
        record: (account) => ({ ...records.user(account), score: 1 }),
        wrap: (items) => ({ total_count: list.length, incomplete_results: false, items }),
    };
}

const REPOSITORY = [
    [
        '',
        ({ repository, records }) => ({
            value: records.repository(repository),
            modified: repository.updatedAt,
        }),
    ],
    [
        '/languages',
        ({ repository }) => ({
            value: Object.fromEntries(repository.languages.map(({ name, size }) => [name, size])),
        }),
    ],
    ['/topics', ({ repository }) => ({ value: { names: repository.topics } })],
    ['/community/profile', ({ repository, records }) => ({ value: records.community(repository) })],
    [
        '/contributors',
        ({ repository, query, records }) => ({
            record: (one) => records.contributor(one),
            list: repository
                .contributors()
                .filter((one) => one.user || /^(1|true)$/.test(query.get('anon'))),
            emptyStatus: 204,
        }),
    ],
    [
        '/issues',
        ({ repository, query, records }) => ({
            list: lists.issues(repository, query),
            record: (item) => records.issue(item),
        }),
        { issues: true },
    ],
    [
        '/issues/comments',
        ({ repository, query, records }) => ({
            list: lists.comments(repository, 'comments', query),
            record: (comment) => records.comment(comment),
        }),
    ],
    ['/issues/events', events],
    [
        '/issues/:number',
        itemHandler((item, records) => ({ value: records.issue(item), modified: item.updatedAt })),
    ],
    [
        '/issues/:number/comments',
        itemHandler((item, records, { query }) => ({
            list: item.comments.filter(
                (comment) => comment.updatedAt >= (lists.timeOf(query.get('since')) || 0)
            ),
            record: (comment) => records.comment(comment),
        })),
    ],
    [
        '/issues/:number/events',
        itemHandler((item, records) => ({
            list: item.events,
            record: (event) => records.event(event, false),
        })),
    ],
    [
        '/issues/:number/labels',
        itemHandler((item, records) => ({
            list: item.labels,
            record: (label) => records.label(label),
        })),
    ],
    [
        '/pulls',
        ({ repository, query, records }) => ({
            list: lists.pulls(repository, query),
            record: (pull) => records.simplePull(pull),
        }),
    ],
    [
        '/pulls/comments',
        ({ repository, query, records }) => ({
            list: lists.comments(repository, 'reviewComments', query),
            record: (comment) => records.reviewComment(comment),
        }),
    ],
    [
        '/pulls/:number',
        pullHandler((pull, records) => ({ value: records.pull(pull), modified: pull.updatedAt })),
    ],
    [
        '/pulls/:number/reviews',
        pullHandler((pull, records) => ({
            list: pull.reviews,
            record: (review) => records.review(review),
        })),
    ],
    [
        '/pulls/:number/requested_reviewers',
        pullHandler((pull, records) => {
            const { requested_reviewers: users, requested_teams: teams } = records.simplePull(pull);
            return { value: { users, teams } };
        }),
    ],
    [
        '/pulls/:number/commits',
        pullHandler((pull, records) => ({
            list: pull.commits.slice(0, 250),
            record: (commit) => records.commit(commit),
        })),
    ],
    [
        '/pulls/:number/files',
        pullHandler((pull, records) => ({
            list: pull.files.slice(0, 3000),
            record: (file) => records.file(pull, file),
        })),
    ],
    [
        '/pulls/:number/comments',
        pullHandler((pull, records, { query }) => ({
            list: pull.reviewComments.filter(
                (one) => one.updatedAt >= (lists.timeOf(query.get('since')) || 0)
            ),
            record: (comment) => records.reviewComment(comment),
        })),
    ],
    [
        '/releases',
        ({ repository, records }) => ({
            list: repository.releases.slice().reverse(),
            record: (release) => records.release(release),
        }),
    ],
    [
        '/milestones',
        ({ repository, query, records }) => ({
            list: lists.milestones(repository, query),
            record: (milestone) => records.milestone(milestone),
        }),
    ],
    [
        '/labels',
        ({ repository, records }) => ({
            list: repository.labels,
            record: (label) => records.label(label),
        }),
    ],
    [
        '/branches',
        ({ repository, records }) => ({
            list: repository.branches,
            record: (ref) => records.branch(ref),
        }),
    ],
    [
        '/tags',
        ({ repository, records }) => ({
            list: repository.tags.slice().reverse(),
            record: (ref) => records.tag(ref),
        }),
    ],
    ['/commits', commitsOf],
    ['/commits/:sha', oneCommit],
    ['/traffic/clones', clones],
];

function makeRoutes() {
    const routes = new Routes();
    REPOSITORY.forEach(([path, handler, options]) => {
        routes.add(`/repos/:owner/:repo${path}`, handler, { ...options, inRepository: true });
        routes.add(`/repositories/:repositoryId${path}`, handler, {
            ...options,
            inRepository: true,
        });
    });
    routes.add('/users/:login', user);
    routes.add('/users/:login/events', activity);
    routes.add('/users/:login/repos', repositoriesOf('User'));
    routes.add('/orgs/:login/repos', repositoriesOf('Organization'));
    routes.add('/search/users', searchUsers, { resource: 'search' });
    return routes;
}

module.exports = { makeRoutes, Records };
