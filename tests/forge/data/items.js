'use strict';
// Issues, and what pull requests have in common with them: comments, events. Shapes are those of
// GitHub's GraphQL types where they have a field of the name; times are milliseconds, whole seconds.

const { makeEvent } = require('./events');
const texts = require('./texts');

const DAY = 86400000;
const REACTIONS = [
    'THUMBS_UP',
    'THUMBS_DOWN',
    'LAUGH',
    'HOORAY',
    'CONFUSED',
    'HEART',
    'ROCKET',
    'EYES',
];

function seconds(time) {
    return Math.floor(time / 1000) * 1000;
}

function reactions(random) {
    const counts = {};
    if (random.chance(0.15)) {
        random.some(REACTIONS, random.int(1, 3)).forEach((name) => {
            counts[name] = random.int(1, 9);
        });
    }
    return counts;
}

// Who writes: mostly the same few, now and then a bot, sometimes someone who is gone.
function writer({ random, repository }) {
    if (random.chance(0.02)) {
        return null;
    }
    if (random.chance(0.005)) {
        return repository.mannequin;
    }
    return random.chance(0.06) ? random.pick(repository.bots) : random.favour(repository.people);
}

function someTime({ random, end }, from, span) {
    return seconds(Math.min(end, from + random.next() * span));
}

function makeComment(context, item, createdAt) {
    const { random, end } = context;
    const edited = random.chance(0.1);
    return {
        __typename: 'IssueComment',
        item,
        author: writer(context),
        body: texts.body(random),
        createdAt,
        updatedAt: edited
            ? someTime(context, createdAt, Math.min(end - createdAt, DAY))
            : createdAt,
        reactions: reactions(random),
        databaseId: 0,
        id: null,
    };
}

function addComments(context, item, count, span) {
    for (let left = count; left > 0; left--) {
        item.comments.push(makeComment(context, item, someTime(context, item.createdAt, span)));
    }
}

// Those that follow from what the item is now.
function addEvents(context, item, span) {
    const { random } = context;
    const happen = (event, details, time, actor) => {
        item.events.push(
            makeEvent(
                item,
                event,
                actor === undefined ? writer(context) : actor,
                time || someTime(context, item.createdAt, span),
                details
            )
        );
    };
    item.labels.forEach((label) => happen('labeled', { label }));
    item.assignees.forEach((assignee) => happen('assigned', { assignee }));
    (item.requestedReviewers || []).forEach((requestedReviewer) =>
        happen('review_requested', { requestedReviewer })
    );
    if (item.milestone) {
        happen('milestoned', { milestoneTitle: item.milestone.title });
    }
    if (item.mergedAt) {
        happen('merged', { commitOid: item.mergeCommitOid }, item.mergedAt, item.mergedBy);
    }
    if (item.closedAt) {
        happen('closed', { commitOid: null }, item.closedAt, item.closedBy);
    }
    if (item.mergedAt && random.chance(0.6)) {
        happen('head_ref_deleted', {}, item.mergedAt, item.mergedBy);
    }
    const wanted = item.isPull ? random.lognormal(6.5, 20) : random.lognormal(3.5, 13);
    while (item.events.length < wanted) {
        addSideEvents(context, item, happen);
    }
}

// Those that leave no mark on the item. Some come in pairs at one time.
function addSideEvents(context, item, happen) {
    const { random, repository } = context;
    const time = someTime(context, item.createdAt, 30 * DAY);
    const who = random.favour(repository.people);
    const roll = random.next();
    if (roll < 0.5) {
        happen('mentioned', {}, time, who);
        happen('subscribed', {}, time, who);
    } else if (roll < 0.7) {
        happen('referenced', { commitOid: random.pick(repository.commits).oid }, time, who);
    } else if (roll < 0.85) {
        const label = random.pick(repository.labels);
        if (!item.labels.includes(label)) {
            happen('labeled', { label }, time, who);
            happen('unlabeled', { label }, time, who);
        }
    } else {
        happen(
            'renamed',
            { previousTitle: texts.title(random), currentTitle: item.title },
            time,
            who
        );
    }
}

function makeItem(context, number, createdAt, isPull, position) {
    const { random, repository, end } = context;
    const item = {
        __typename: isPull ? 'PullRequest' : 'Issue',
        isPull,
        repository,
        number,
        title: texts.title(random),
        body: texts.itemBody(random, position),
        author: writer(context),
        createdAt,
        updatedAt: createdAt,
        closedAt: null,
        closedBy: null,
        stateReason: null,
        state: 'OPEN',
        locked: random.chance(0.02),
        activeLockReason: null,
        labels: random.some(repository.labels, Math.min(6, random.lognormal(1, 3))),
        assignees: (random.chance(0.35)
            ? random.some(repository.members, random.int(1, 2))
            : []
        ).sort((a, b) => a.databaseId - b.databaseId),
        milestone: random.chance(0.25) ? random.pick(repository.milestones) || null : null,
        reactions: reactions(random),
        comments: [],
        events: [],
        databaseId: 0,
        issueId: 0,
        id: null,
    };
    if (item.locked) {
        item.activeLockReason = random.pick(['RESOLVED', 'OFF_TOPIC', null]);
    }
    const span = Math.min(end - createdAt, Math.max(3600000, random.exponential(25 * DAY)));
    if (random.chance(0.7)) {
        item.state = 'CLOSED';
        item.closedAt = seconds(createdAt + span);
        item.closedBy = random.chance(0.03) ? null : random.favour(repository.members);
        item.stateReason = isPull ? null : random.pick(['COMPLETED', 'COMPLETED', 'NOT_PLANNED']);
    }
    return { item, span };
}

function makeIssue(context, number, createdAt, position, comments) {
    const { item, span } = makeItem(context, number, createdAt, false, position);
    addComments(context, item, comments, span);
    return { item, span };
}

module.exports = {
    DAY,
    REACTIONS,
    seconds,
    someTime,
    reactions,
    writer,
    makeComment,
    addComments,
    addEvents,
    makeItem,
    makeIssue,
};
