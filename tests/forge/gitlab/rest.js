'use strict';
// GitLab's API: the paths, and for each the list or record behind it.

const { Routes } = require('../web/routes');
const events = require('./events');
const jobs = require('./jobs');

const refused = (status, message) => ({ refused: { status, message } });

function since(query, name) {
    return Date.parse(query.get(name) || '') || null;
}

// What the lists of issues and merge requests can be narrowed and sorted by.
function items(list, query) {
    const after = since(query, 'updated_after');
    const before = since(query, 'updated_before');
    const created = since(query, 'created_after');
    const state = query.get('state') || 'all';
    const states = { opened: 'OPEN', closed: 'CLOSED', merged: 'MERGED' };
    const wanted = query.get('labels') ? query.get('labels').split(',') : [];
    const found = list.filter(
        (item) =>
            (state === 'all' || item.state === states[state]) &&
            (after === null || item.updatedAt >= after) &&
            (before === null || item.updatedAt <= before) &&
            (created === null || item.createdAt >= created) &&
            wanted.every((name) => item.labels.some((label) => label.name === name))
    );
    const read =
        query.get('order_by') === 'updated_at'
            ? (item) => item.updatedAt
            : (item) => item.createdAt;
    const sign = query.get('sort') === 'asc' ? 1 : -1;
    return found.sort((a, b) => sign * (read(a) - read(b) || a.number - b.number));
}

function notes(list, query) {
    const read =
        query.get('order_by') === 'updated_at' ? (note) => note.updated : (note) => note.time;
    const sign = query.get('sort') === 'asc' ? 1 : -1;
    return list.sort((a, b) => sign * (read(a) - read(b) || a.id - b.id));
}

function itemHandler(isPull, find) {
    return (context) => {
        const item = context.repository.byNumber.get(Number(context.params.iid));
        return item && item.isPull === isPull ? find(item, context) : refused(404, '404 Not found');
    };
}

const made = (one) => one.make();

// Below issues and merge requests alike.
function itemRoutes(isPull) {
    const kind = isPull ? 'merge_requests' : 'issues';
    const of = (find) => itemHandler(isPull, find);
    const resource = (names, fields) =>
        of((item, { records }) => ({
            list: item.events.filter(
                (event) =>
                    names.includes(event.event) && !(event.event === 'closed' && item.mergedAt)
            ),
            record: (event) => records.resourceEvent(event, fields(event, records, item)),
        }));
    return [
        [
            `/${kind}`,
            ({ repository, query, records }) => ({
                list: items(repository.list(isPull ? 'pulls' : 'issues').slice(), query),
                record: (item) =>
                    records.withLabels(
                        isPull ? records.mergeRequest(item) : records.issue(item),
                        item,
                        query.get('with_labels_details') === 'true'
                    ),
            }),
            { issues: !isPull },
        ],
        [
            `/${kind}/:iid`,
            of((item, { records }) => ({
                value: isPull ? records.oneMergeRequest(item) : records.issue(item),
            })),
        ],
        [
            `/${kind}/:iid/notes`,
            of((item, { records, query }) => ({
                list: notes(records.notesOf(item), query),
                record: made,
            })),
        ],
        [
            `/${kind}/:iid/discussions`,
            of((item, { records }) => ({ list: records.discussionsOf(item), record: made })),
        ],
        [
            `/${kind}/:iid/resource_label_events`,
            resource(['labeled', 'unlabeled'], (event, records) => ({
                label: records.label(event.label),
                action: event.event === 'labeled' ? 'add' : 'remove',
            })),
        ],
        [
            `/${kind}/:iid/resource_state_events`,
            resource(['closed', 'reopened', 'merged'], (event) => ({
                state: event.event,
                source_commit: null,
                source_merge_request: null,
            })),
        ],
        [
            `/${kind}/:iid/resource_milestone_events`,
            resource(['milestoned', 'demilestoned'], (event, records, item) => ({
                milestone: records.milestone(
                    item.repository.milestones.find((one) => one.title === event.milestoneTitle)
                ),
                action: event.event === 'milestoned' ? 'add' : 'remove',
                state: item.state === 'OPEN' ? 'opened' : 'closed',
            })),
        ],
    ];
}

const merge = (find) => itemHandler(true, find);

function commits({ repository, query, records }) {
    const name = query.get('ref_name');
    const ref = [...repository.branches, ...repository.tags].find((one) => one.name === name);
    const [after, before] = [since(query, 'since'), since(query, 'until')];
    const newest = repository.commits.slice().reverse();
    const from = name && ref ? newest.indexOf(ref.commit) : 0;
    if (name && !ref) {
        return { list: [], record: String };
    }
    return {
        list: newest
            .slice(from)
            .filter(
                ({ committer: { date } }) =>
                    (after === null || date >= after) && (before === null || date <= before)
            ),
        unknownTotal: true,
        record: (one) =>
            query.get('with_stats') === 'true' ? records.withStats(one) : records.commit(one),
    };
}

function tree({ repository, query }) {
    const folder = query.get('path') ? `${query.get('path').replace(/\/$/, '')}/` : '';
    const inside = repository.files.filter((path) => path.startsWith(folder));
    if (inside.length === 0) {
        return refused(404, '404 Tree Not Found');
    }
    const names = new Map();
    inside.forEach((path) => {
        const parts = path.slice(folder.length).split('/');
        const depth = query.get('recursive') === 'true' ? parts.length : 1;
        for (let at = 1; at <= depth; at++) {
            names.set(folder + parts.slice(0, at).join('/'), at < parts.length ? 'tree' : 'blob');
        }
    });
    return {
        list: [...names],
        record: ([path, type]) => ({
            id: repository.oid(`${type}/${path}`),
            name: path.split('/').pop(),
            type,
            path,
            mode: type === 'tree' ? '040000' : '100644',
        }),
    };
}

function contributors({ repository }) {
    const found = new Map();
    repository.commits.forEach(({ author, additions, deletions }) => {
        const one = found.get(author.email) || {
            name: author.name,
            email: author.email,
            commits: 0,
            additions: 0,
            deletions: 0,
        };
        one.commits++;
        one.additions += additions;
        one.deletions += deletions;
        found.set(author.email, one);
    });
    return {
        list: [...found.values()].sort(
            (a, b) => b.commits - a.commits || (a.email < b.email ? -1 : 1)
        ),
        record: (one) => one,
    };
}

function languages({ repository }) {
    const total = repository.languages.reduce((sum, one) => sum + one.size, 0);
    return {
        value: Object.fromEntries(
            repository.languages.map(({ name, size }) => [
                name,
                Math.round((10000 * size) / total) / 100,
            ])
        ),
    };
}

function statistics({ repository }) {
    const all = repository.list('issues');
    const opened = all.filter((one) => one.state === 'OPEN').length;
    return {
        value: { statistics: { counts: { all: all.length, closed: all.length - opened, opened } } },
    };
}

function labels({ repository, records, query }) {
    const count = (label, what, state) =>
        repository
            .list(what)
            .filter(
                (one) => one.labels.includes(label) && (one.state === 'OPEN') === (state === 'OPEN')
            ).length;
    return {
        list: repository.labels,
        record: (label) =>
            records.projectLabel(
                label,
                query.get('with_counts') === 'true'
                    ? {
                          open_issues_count: count(label, 'issues', 'OPEN'),
                          closed_issues_count: count(label, 'issues', 'CLOSED'),
                          open_merge_requests_count: count(label, 'pulls', 'OPEN'),
                      }
                    : {}
            ),
    };
}

const PROJECT = [
    [
        '',
        ({ repository, query, records, request }) => ({
            value: records.project(repository, {
                license: query.get('license') === 'true',
                statistics:
                    query.get('statistics') === 'true' &&
                    /^(push|member)/.test(request.token || ''),
            }),
        }),
    ],
    ['/languages', languages],
    ['/issues_statistics', statistics],
    [
        '/members/all',
        ({ repository, records }) => ({
            list: repository.members,
            record: (user) => records.member(user, repository.members.indexOf(user)),
        }),
    ],
    ...itemRoutes(false),
    ...itemRoutes(true),
    [
        '/merge_requests/:iid/approvals',
        merge((pull, { records }) => ({ value: records.approvals(pull) })),
    ],
    [
        '/merge_requests/:iid/commits',
        merge((pull, { records }) => ({
            list: pull.commits.slice().reverse(),
            record: (commit) => records.commit(commit),
        })),
    ],
    [
        '/merge_requests/:iid/diffs',
        merge((pull, { records }) => ({ list: pull.files, record: (file) => records.diff(file) })),
    ],
    [
        '/merge_requests/:iid/reviewers',
        merge((pull, { records }) => ({
            list: pull.requestedReviewers.filter((one) => one.__typename === 'User'),
            record: (user) => records.reviewer(pull, user),
        })),
    ],
    [
        '/events',
        ({ repository, query, records }) => ({
            list: events.between(
                events.ofTarget(events.projectEvents(repository), query.get('target_type')),
                query
            ),
            record: (one) => records.event(one),
        }),
    ],
    [
        '/releases',
        ({ repository, records }) => ({
            list: repository.releases.slice().reverse(),
            record: (one) => records.release(one),
        }),
    ],
    [
        '/milestones',
        ({ repository, query, records }) => ({
            list: repository.milestones.filter(
                (one) =>
                    !query.get('state') ||
                    (one.state === 'OPEN') === (query.get('state') === 'active')
            ),
            record: (one) => records.milestone(one),
        }),
    ],
    ['/labels', labels],
    ['/jobs', jobs.list],
    ['/jobs/:job/cancel', jobs.cancel, { method: 'POST' }],
    ['/repository/contributors', contributors],
    [
        '/repository/branches',
        ({ repository, records }) => ({
            list: repository.branches,
            record: (ref) => records.branch(ref),
        }),
    ],
    [
        '/repository/tags',
        ({ repository, records }) => ({
            list: repository.tags.slice().reverse(),
            record: (ref) => records.tag(ref),
        }),
    ],
    ['/repository/commits', commits],
    ['/repository/tree', tree],
];

function users({ world, query, records }) {
    const name = (query.get('username') || '').toLowerCase();
    const list = world.people.users.filter((one) => !name || one.login.toLowerCase() === name);
    return { list, record: (user) => records.user(user) };
}

function userById(find) {
    return (context) => {
        const { world, params } = context;
        const found = [
            ...world.people.users,
            ...world.people.bots,
            world.people.mannequin,
            world.people.ghost,
        ].find((one) => one.databaseId === Number(params.userId));
        return found ? find(found, context) : refused(404, '404 User Not Found');
    };
}

function searchUsers({ world, query, records }) {
    const word = (query.get('search') || '').toLowerCase();
    if (query.get('scope') !== 'users') {
        return refused(400, 'scope does not have a valid value');
    }
    return {
        list: world.people.users.filter(
            (user) =>
                user.login.includes(word) ||
                user.name.toLowerCase().includes(word) ||
                (user.email || '') === word
        ),
        record: (user) => records.user(user),
    };
}

function groupProjects({ world, params, records }) {
    const owner = [...world.people.owners.values()].find(
        (one) => one.login === params.group || String(one.databaseId) === params.group
    );
    return owner
        ? {
              list: [...world.repositories.values()].filter((one) => one.owner === owner),
              record: (one) => records.project(one, {}),
          }
        : refused(404, '404 Group Not Found');
}

function makeRoutes() {
    const routes = new Routes();
    PROJECT.forEach(([path, handler, options]) =>
        routes.add(`/projects/:project${path}`, handler, { ...options, inProject: true })
    );
    routes.add('/users', users);
    routes.add(
        '/users/:userId',
        userById((user, { records }) => ({ value: records.profile(user) }))
    );
    routes.add(
        '/users/:userId/events',
        userById((user, { world, records, query }) => ({
            list: events.between(events.userEvents(world, user), query),
            record: (one) => records.event(one),
        }))
    );
    routes.add('/search', searchUsers);
    routes.add('/groups/:group/projects', groupProjects);
    return routes;
}

module.exports = { makeRoutes };
