'use strict';
// The connections of a repository and of an issue or pull request: what is in them, in which order.

const { GraphQLError } = require('graphql');
const { nodeId } = require('../data/ids');
const { connection } = require('./graphql-connection');

const ORDERS = {
    CREATED_AT: (one) => [one.createdAt, one.databaseId],
    UPDATED_AT: (one) => [one.updatedAt, one.databaseId],
    COMMENTS: (one) => [one.comments.length, one.databaseId],
};
const FILTERS = ['since', 'states', 'labels', 'milestoneNumber'];

function compareKeys(a, b) {
    const at = a.findIndex((part, index) => part !== b[index]);
    return at < 0 ? 0 : a[at] < b[at] ? -1 : 1;
}

// Sorted once for each version of the repository.
function sorted(repository, what, name, keyOf, descending) {
    return repository.once(`graphql/${what}/${name}/${descending}`, () => {
        const sign = descending ? -1 : 1;
        const keyed = repository.list(what).map((one) => [keyOf(one), one]);
        return keyed.sort((a, b) => sign * compareKeys(a[0], b[0])).map(([, one]) => one);
    });
}

function matching(list, args) {
    const filter = args.filterBy || {};
    // Those with a default of false come even when nobody asked.
    const unknown = Object.keys(filter).find((name) => filter[name] && !FILTERS.includes(name));
    if (unknown) {
        throw new GraphQLError(`forge: filterBy.${unknown} is not served`);
    }
    const states = args.states || filter.states;
    const labels = args.labels || filter.labels;
    const tests = [];
    if (states) {
        tests.push((one) => states.includes(one.state));
    }
    if (filter.since !== undefined && filter.since !== null) {
        tests.push((one) => one.updatedAt >= filter.since);
    }
    if (labels) {
        tests.push((one) => one.labels.some((label) => labels.includes(label.name)));
    }
    if (filter.milestoneNumber) {
        tests.push(
            (one) => one.milestone && String(one.milestone.number) === filter.milestoneNumber
        );
    }
    for (const name of ['baseRefName', 'headRefName']) {
        if (args[name]) {
            tests.push((one) => one[name] === args[name]);
        }
    }
    return tests.length === 0 ? list : list.filter((one) => tests.every((test) => test(one)));
}

function items(repository, what, args) {
    const order = args.orderBy || { field: 'CREATED_AT', direction: 'ASC' };
    const descending = order.direction === 'DESC';
    const keyOf = ORDERS[order.field];
    const list = matching(sorted(repository, what, order.field, keyOf, descending), args);
    return connection(list, args, keyOf, descending);
}

function comments(list, args) {
    if (!args.orderBy) {
        return connection(list, args);
    }
    const keyOf = ORDERS[args.orderBy.field];
    const descending = args.orderBy.direction === 'DESC';
    const found = list
        .slice()
        .sort((a, b) => (descending ? -1 : 1) * compareKeys(keyOf(a), keyOf(b)));
    return connection(found, args, keyOf, descending);
}

// A commit of a pull request is a thing of its own.
function pullCommits(pull) {
    return pull.repository.once(`pull commits/${pull.number}`, () =>
        pull.commits.map((commit, position) => ({
            __typename: 'PullRequestCommit',
            commit,
            pull,
            position,
            createdAt: commit.committer.date,
            id: nodeId(
                'PURC',
                pull.repository.databaseId,
                pull.databaseId,
                commit.oid.slice(0, 12)
            ),
        }))
    );
}

function enumName(type) {
    return type.replace(/[a-z](?=[A-Z])/g, '$&_').toUpperCase();
}

const timelineKey = (one) => [one.createdAt, one.__typename, one.databaseId || one.position || 0];

function timeline(item, args) {
    const all = item.repository.once(`timeline/${item.number}`, () =>
        [
            ...item.events,
            ...item.comments,
            ...(item.isPull ? [...item.reviews, ...pullCommits(item)] : []),
        ].sort((a, b) => compareKeys(timelineKey(a), timelineKey(b)))
    );
    let found = all;
    if (args.itemTypes) {
        found = found.filter((one) => args.itemTypes.includes(enumName(one.__typename)));
    }
    if (args.since !== undefined && args.since !== null) {
        found = found.filter((one) => one.createdAt >= args.since);
    }
    const page = connection(args.skip ? found.slice(args.skip) : found, args, timelineKey);
    return Object.assign(page, {
        filteredCount: found.length,
        pageCount: page.nodes.length,
        totalCount: all.length,
        updatedAt: item.updatedAt,
    });
}

function history(commit, args) {
    const { repository } = commit;
    const start = repository.commits.indexOf(commit);
    if (args.author || args.path) {
        throw new GraphQLError('forge: history by author or path is not served');
    }
    const list = repository.commits
        .slice(0, start + 1)
        .reverse()
        .filter(
            ({ committer: { date } }) =>
                (!args.since || date >= args.since) && (!args.until || date <= args.until)
        );
    return connection(list, args, (one) => [one.position], true);
}

function refs(repository, args) {
    const lists = { 'refs/heads/': repository.branches, 'refs/tags/': repository.tags };
    const list = lists[args.refPrefix];
    if (!list) {
        return null;
    }
    const byDate = args.orderBy && args.orderBy.field === 'TAG_COMMIT_DATE';
    const keyOf = byDate ? (ref) => [ref.commit.committer.date, ref.name] : (ref) => [ref.name];
    const descending = (args.orderBy ? args.orderBy.direction : args.direction) === 'DESC';
    const found = list.filter((ref) => !args.query || ref.name.includes(args.query));
    found.sort((a, b) => (descending ? -1 : 1) * compareKeys(keyOf(a), keyOf(b)));
    return connection(found, args, keyOf, descending);
}

function releases(repository, args) {
    const descending = !args.orderBy || args.orderBy.direction === 'DESC';
    const keyOf = (one) =>
        args.orderBy && args.orderBy.field === 'NAME'
            ? [one.tagName]
            : [one.createdAt, one.databaseId];
    const found = repository.releases
        .slice()
        .sort((a, b) => (descending ? -1 : 1) * compareKeys(keyOf(a), keyOf(b)));
    return connection(found, args, keyOf, descending);
}

module.exports = { items, comments, pullCommits, timeline, history, refs, releases };
