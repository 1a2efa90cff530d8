'use strict';
// The lists of GitHub's REST API: which of a repository's things, in which order.

function timeOf(text) {
    const time = Date.parse(text || '');
    return Number.isNaN(time) ? null : time;
}

// Sorted by a key and then by id; kept for the version of the repository.
function ordered(repository, what, key, descending) {
    const read = {
        created: (one) => one.createdAt,
        updated: (one) => one.updatedAt,
        id: (one) => one.databaseId,
        comments: (one) => one.comments.length,
    }[key];
    return repository.once(`${what}/${key}/${descending}`, () => {
        const sign = descending ? -1 : 1;
        return repository
            .list(what)
            .slice()
            .sort((a, b) => sign * (read(a) - read(b) || a.databaseId - b.databaseId));
    });
}

function byState(items, state) {
    return state === 'all'
        ? items
        : items.filter((item) => (item.state === 'OPEN') === (state === 'open'));
}

function issues(repository, query) {
    const sort = { updated: 'updated', comments: 'comments' }[query.get('sort')] || 'created';
    const since = timeOf(query.get('since'));
    let found = byState(
        repository.once(`items/${sort}/${query.get('direction')}`, () => {
            const sign = query.get('direction') === 'asc' ? 1 : -1;
            const read = {
                created: (one) => one.createdAt,
                updated: (one) => one.updatedAt,
                comments: (one) => one.comments.length,
            }[sort];
            return repository.items
                .slice()
                .sort((a, b) => sign * (read(a) - read(b) || a.number - b.number));
        }),
        query.get('state') || 'open'
    );
    if (since !== null) {
        found = found.filter((item) => item.updatedAt >= since);
    }
    if (query.get('labels')) {
        const names = query.get('labels').split(',');
        found = found.filter((item) =>
            names.every((name) => item.labels.some((label) => label.name === name))
        );
    }
    if (query.get('milestone')) {
        found = found.filter(
            (item) => item.milestone && String(item.milestone.number) === query.get('milestone')
        );
    }
    return found;
}

function pulls(repository, query) {
    const sort = query.get('sort') === 'updated' ? 'updated' : 'created';
    const direction = query.get('direction') || (sort === 'created' ? 'desc' : 'asc');
    const found = byState(
        ordered(repository, 'pulls', sort, direction === 'desc'),
        query.get('state') || 'open'
    );
    return query.get('base')
        ? found.filter((pull) => pull.baseRefName === query.get('base'))
        : found;
}

function comments(repository, what, query) {
    const sort = query.get('sort');
    const since = timeOf(query.get('since'));
    const found = ordered(
        repository,
        what,
        sort === 'updated' || sort === 'created' ? sort : 'id',
        Boolean(sort) && query.get('direction') === 'desc'
    );
    return since === null ? found : found.filter((comment) => comment.updatedAt >= since);
}

// Newest first, from a branch or a commit; null where there is no such thing.
function commits(repository, query) {
    const name = query.get('sha');
    const since = timeOf(query.get('since'));
    const until = timeOf(query.get('until'));
    const ref = [...repository.branches, ...repository.tags].find((one) => one.name === name);
    const newest = repository.once('commits/desc', () => repository.commits.slice().reverse());
    const start = name
        ? newest.findIndex((commit) => commit.oid === (ref ? ref.commit.oid : name))
        : 0;
    if (start < 0) {
        return null;
    }
    return newest
        .slice(start)
        .filter(
            ({ committer: { date } }) =>
                (since === null || date >= since) && (until === null || date <= until)
        );
}

function milestones(repository, query) {
    return repository.milestones.filter(
        (one) =>
            (query.get('state') || 'open') === 'all' ||
            one.state.toLowerCase() === (query.get('state') || 'open')
    );
}

module.exports = { issues, pulls, comments, commits, milestones, ordered, timeOf };
