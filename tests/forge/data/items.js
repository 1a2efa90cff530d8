'use strict';
// Issues and pull requests with their comments, events, reviews. Shapes are those of GitHub's
// GraphQL types where they have a field of the name; times are milliseconds, whole seconds.

const { nodeId } = require('./ids');
const { makeEvent, nameEvent } = require('./events');
const { makeCommit } = require('./commits');
const texts = require('./texts');

const DAY = 86400000;
const REACTIONS = ['THUMBS_UP', 'THUMBS_DOWN', 'LAUGH', 'HOORAY', 'CONFUSED', 'HEART', 'ROCKET', 'EYES'];

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
    return random.chance(0.06) ? random.pick(repository.bots) : random.favour(repository.people);
}

function someTime({ random, end }, from, span) {
    return seconds(Math.min(end, from + random.next() * span));
}

function makeComment(context, item, createdAt) {
    const { random, end } = context;
    const edited = random.chance(0.1);
    return { __typename: 'IssueComment', item, author: writer(context), body: texts.body(random),
        createdAt, updatedAt: edited ? someTime(context, createdAt, Math.min(end - createdAt, DAY)) : createdAt,
        reactions: reactions(random), databaseId: 0, id: null };
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
        item.events.push(makeEvent(item, event, actor === undefined ? writer(context) : actor,
            time || someTime(context, item.createdAt, span), details));
    };
    item.labels.forEach((label) => happen('labeled', { label }));
    item.assignees.forEach((assignee) => happen('assigned', { assignee }));
    (item.requestedReviewers || []).forEach((requestedReviewer) =>
        happen('review_requested', { requestedReviewer }));
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
        happen('renamed', { previousTitle: texts.title(random), currentTitle: item.title }, time, who);
    }
}

function makeItem(context, number, createdAt, isPull, position) {
    const { random, repository, end } = context;
    const item = { __typename: isPull ? 'PullRequest' : 'Issue', isPull, repository, number,
        title: texts.title(random), body: texts.itemBody(random, position), author: writer(context),
        createdAt, updatedAt: createdAt, closedAt: null, closedBy: null, stateReason: null,
        state: 'OPEN', locked: random.chance(0.02), activeLockReason: null,
        labels: random.some(repository.labels, Math.min(6, random.lognormal(1, 3))),
        assignees: random.chance(0.35) ? random.some(repository.members, random.int(1, 2)) : [],
        milestone: random.chance(0.25) ? random.pick(repository.milestones) || null : null,
        reactions: reactions(random), comments: [], events: [], databaseId: 0, issueId: 0, id: null };
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

function addCommits(context, pull, count, span) {
    const { random, repository } = context;
    for (let at = 0; at < count; at++) {
        const time = seconds(pull.createdAt + (span * at) / count);
        pull.commits.push(makeCommit(context, random.favour(repository.identities), time,
            at === 0 ? [repository.root] : [pull.commits[at - 1].oid]));
    }
    pull.headOid = pull.commits[count - 1].oid;
}

function addFiles(context, pull, count) {
    const { random } = context;
    for (let at = 0; at < count; at++) {
        const changeType = random.pick(['ADDED', 'MODIFIED', 'MODIFIED', 'MODIFIED', 'DELETED', 'RENAMED']);
        const folder = `${random.pick(texts.WORDS)}/${random.pick(texts.WORDS)}`;
        const path = `${folder}/${String(at).padStart(4, '0')}${random.chance(0.05) ? ' ü' : ''}.c`;
        pull.files.push({ path, changeType, viewerViewedState: 'UNVIEWED',
            previousPath: changeType === 'RENAMED' ? `old/${path}` : null,
            additions: changeType === 'DELETED' ? 0 : random.lognormal(8, 100),
            deletions: changeType === 'ADDED' ? 0 : random.lognormal(4, 60) });
    }
    pull.files.sort((a, b) => (a.path < b.path ? -1 : 1));
    pull.files.forEach((file) => {
        pull.additions += file.additions;
        pull.deletions += file.deletions;
    });
}

function makeReview(context, pull, time) {
    const { random } = context;
    return { __typename: 'PullRequestReview', pull, author: writer(context),
        body: random.chance(0.4) ? texts.body(random) : '', createdAt: time, submittedAt: time,
        updatedAt: time, commitOid: random.pick(pull.commits).oid, comments: [],
        state: random.pick(['APPROVED', 'APPROVED', 'COMMENTED', 'COMMENTED', 'CHANGES_REQUESTED', 'DISMISSED']),
        reactions: reactions(random), databaseId: 0, id: null };
}

function makeReviewComment(context, pull, review, thread, time) {
    const { random } = context;
    const first = thread.comments[0];
    const comment = { __typename: 'PullRequestReviewComment', pull, review, thread,
        author: writer(context), body: texts.body(random), createdAt: time, updatedAt: time,
        path: thread.path, line: thread.line, side: 'RIGHT', commitOid: review.commitOid,
        originalCommitOid: review.commitOid, position: thread.line % 40,
        diffHunk: `@@ -${thread.line},6 +${thread.line},7 @@ int main(void)\n+    return "${thread.path}";`,
        replyTo: first || null, reactions: reactions(random), databaseId: 0, id: null };
    thread.comments.push(comment);
    review.comments.push(comment);
    pull.reviewComments.push(comment);
    return comment;
}

function addReviews(context, pull, span) {
    const { random } = context;
    const comments = Math.min(120, random.lognormal(4, 15));
    const count = Math.max(comments > 0 ? 1 : 0, Math.min(40, random.lognormal(2, 6)));
    for (let left = count; left > 0; left--) {
        pull.reviews.push(makeReview(context, pull, someTime(context, pull.createdAt, span)));
    }
    pull.reviews.sort((a, b) => a.submittedAt - b.submittedAt);
    for (let left = comments; left > 0; left--) {
        if (pull.threads.length === 0 || random.chance(0.6)) {
            pull.threads.push({ __typename: 'PullRequestReviewThread', pull, comments: [], id: null,
                path: random.pick(pull.files).path, line: random.int(1, 400),
                isResolved: random.chance(0.5), isOutdated: random.chance(0.2) });
        }
        const review = random.pick(pull.reviews);
        makeReviewComment(context, pull, review, random.pick(pull.threads),
            someTime(context, review.submittedAt, DAY));
    }
    pull.threads = pull.threads.filter((thread) => thread.comments.length > 0);
    pull.threads.forEach((thread) => {
        thread.comments.sort((a, b) => a.createdAt - b.createdAt);
        thread.comments.forEach((comment, at) => {
            comment.replyTo = at === 0 ? null : thread.comments[0];
        });
    });
}

function addMerge({ random, repository }, pull) {
    if (pull.closedAt && random.chance(0.75)) {
        pull.state = 'MERGED';
        pull.mergedAt = pull.closedAt;
        pull.mergedBy = random.chance(0.02) ? null : random.favour(repository.members);
        pull.closedBy = pull.mergedBy;
        pull.mergeCommitOid = repository.oid(`merge/${pull.number}`);
    }
}

function addHead({ random, repository, fork }, pull) {
    pull.isCrossRepository = pull.author !== null && pull.author.__typename === 'User' && random.chance(0.7);
    pull.headRepository = repository;
    if (pull.isCrossRepository) {
        pull.headRepository = random.chance(0.06) ? null : fork(repository, pull.author);
    }
    pull.headRefName = `${random.pick(texts.WORDS)}-${pull.number}${random.chance(0.05) ? '/ü' : ''}`;
}

function makePull(context, number, createdAt, position, { comments, commits, files }) {
    const { random, repository } = context;
    const { item: pull, span } = makeItem(context, number, createdAt, true, position);
    if (random.chance(0.15)) {
        [pull.author] = repository.bots;
    }
    Object.assign(pull, { isDraft: random.chance(0.1), mergedAt: null, mergedBy: null,
        mergeCommitOid: null, baseRefName: repository.defaultBranch, baseOid: repository.root,
        additions: 0, deletions: 0, commits: [], files: [], reviews: [], threads: [],
        reviewComments: [], requestedReviewers: [], maintainerCanModify: random.chance(0.5) });
    addMerge(context, pull);
    addHead(context, pull);
    if (random.chance(0.4)) {
        pull.requestedReviewers = random.some(repository.members, random.int(1, 2));
        if (random.chance(0.3)) {
            pull.requestedReviewers.push(random.pick(repository.owner.teams));
        }
    }
    addCommits(context, pull, commits, span);
    addFiles(context, pull, files);
    addReviews(context, pull, span);
    addComments(context, pull, comments, span);
    return { item: pull, span };
}

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

const CHILDREN = [['comments', 'comment', 'IC'], ['reviews', 'review', 'PRR'],
    ['reviewComments', 'reviewComment', 'PRRC']];

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
            nameChild(context, child, kind, prefix));
    }
    const events = items.flatMap((item) => item.events);
    events.sort((a, b) => a.createdAt - b.createdAt).forEach((event) => {
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

module.exports = { DAY, seconds, writer, addEvents, makeIssue, makePull, makeComment, makeReview, makeReviewComment,
    nameItems, nameChild, touch, order };
