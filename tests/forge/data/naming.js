'use strict';
// What is only known once all items of a repository are made: ids, which grow with time, the order
// of lists, and when an item was last touched.

const { nodeId } = require('./ids');
const { nameEvent } = require('./events');

// Never older than anything it contains.
function touch(item) {
    const times = [item.createdAt, item.closedAt || 0];
    item.comments.forEach((comment) => times.push(comment.updatedAt));
    item.events.forEach((event) => times.push(event.createdAt));
    if (item.isPull) {
        item.reviews.forEach((review) => times.push(review.updatedAt));
        item.reviewComments.forEach((comment) => times.push(comment.updatedAt));
        item.commits.forEach((commit) => times.push(commit.committer.date));
    }
    item.updatedAt = times.reduce((latest, time) => Math.max(latest, time), item.updatedAt);
}

const CHILDREN = [
    ['comments', 'comment', 'IC'],
    ['reviews', 'review', 'PRR'],
    ['reviewComments', 'reviewComment', 'PRRC'],
];

// Ids grow with time, over all items of a repository.
function nameItems(context, items) {
    const { ids, repository, register } = context;
    items.forEach((item) => {
        item.issueId = ids.next('issue');
        item.databaseId = item.isPull ? ids.next('pull') : item.issueId;
        item.id = nodeId(item.isPull ? 'PR' : 'I', repository.databaseId, item.databaseId);
        register(item);
    });
    for (const [list, kind, prefix] of CHILDREN) {
        const all = items.flatMap((item) => item[list] || []);
        all.sort((a, b) => a.createdAt - b.createdAt).forEach((child) =>
            nameChild(context, child, kind, prefix)
        );
    }
    const events = items.flatMap((item) => item.events);
    events
        .sort((a, b) => a.createdAt - b.createdAt)
        .forEach((event) => {
            nameEvent(repository, event, ids.next('event'));
            register(event);
        });
    items.forEach(order);
}

function nameChild({ ids, repository, register }, child, kind, prefix) {
    child.databaseId = ids.next(kind);
    child.id = nodeId(prefix, repository.databaseId, child.databaseId);
    register(child);
    if (child.thread && child.thread.comments[0] === child) {
        child.thread.id = nodeId('PRRT', repository.databaseId, child.databaseId);
        register(child.thread);
    }
}

function order(item) {
    for (const list of ['comments', 'events', 'reviews', 'reviewComments']) {
        if (item[list]) {
            item[list].sort((a, b) => a.databaseId - b.databaseId);
        }
    }
}

module.exports = { touch, nameItems, nameChild };
