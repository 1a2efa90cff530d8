'use strict';
// Pull requests: an item with commits, files, reviews and threads of review comments.

const { DAY, seconds, someTime, reactions, writer, makeItem, addComments } = require('./items');
const { makeCommit } = require('./commits');
const texts = require('./texts');

function addCommits(context, pull, count, span) {
    const { random, repository } = context;
    for (let at = 0; at < count; at++) {
        const time = seconds(pull.createdAt + (span * at) / count);
        pull.commits.push(
            makeCommit(
                context,
                random.favour(repository.identities),
                time,
                at === 0 ? [repository.root] : [pull.commits[at - 1].oid]
            )
        );
    }
    pull.headOid = pull.commits[count - 1].oid;
}

function addFiles(context, pull, count) {
    const { random } = context;
    for (let at = 0; at < count; at++) {
        const changeType = random.pick([
            'ADDED',
            'MODIFIED',
            'MODIFIED',
            'MODIFIED',
            'DELETED',
            'RENAMED',
        ]);
        const folder = `${random.pick(texts.WORDS)}/${random.pick(texts.WORDS)}`;
        const path = `${folder}/${String(at).padStart(4, '0')}${random.chance(0.05) ? ' ü' : ''}.c`;
        pull.files.push({
            path,
            changeType,
            viewerViewedState: 'UNVIEWED',
            previousPath: changeType === 'RENAMED' ? `old/${path}` : null,
            additions: changeType === 'DELETED' ? 0 : random.lognormal(8, 100),
            deletions: changeType === 'ADDED' ? 0 : random.lognormal(4, 60),
        });
    }
    pull.files.sort((a, b) => (a.path < b.path ? -1 : 1));
    pull.files.forEach((file) => {
        pull.additions += file.additions;
        pull.deletions += file.deletions;
    });
}

function makeReview(context, pull, time) {
    const { random } = context;
    return {
        __typename: 'PullRequestReview',
        pull,
        author: writer(context),
        body: random.chance(0.4) ? texts.body(random) : '',
        createdAt: time,
        submittedAt: time,
        updatedAt: time,
        commitOid: random.pick(pull.commits).oid,
        comments: [],
        state: random.pick([
            'APPROVED',
            'APPROVED',
            'COMMENTED',
            'COMMENTED',
            'CHANGES_REQUESTED',
            'DISMISSED',
        ]),
        reactions: reactions(random),
        databaseId: 0,
        id: null,
    };
}

function makeReviewComment(context, pull, review, thread, time) {
    const { random } = context;
    const first = thread.comments[0];
    const comment = {
        __typename: 'PullRequestReviewComment',
        pull,
        review,
        thread,
        author: writer(context),
        body: texts.body(random),
        createdAt: time,
        updatedAt: time,
        path: thread.path,
        line: thread.line,
        side: 'RIGHT',
        commitOid: review.commitOid,
        originalCommitOid: review.commitOid,
        position: thread.line % 40,
        diffHunk: `@@ -${thread.line},6 +${thread.line},7 @@ int main(void)\n+    return "${thread.path}";`,
        replyTo: first || null,
        reactions: reactions(random),
        databaseId: 0,
        id: null,
    };
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
            pull.threads.push({
                __typename: 'PullRequestReviewThread',
                pull,
                comments: [],
                id: null,
                path: random.pick(pull.files).path,
                line: random.int(1, 400),
                isResolved: random.chance(0.5),
                isOutdated: random.chance(0.2),
            });
        }
        const review = random.pick(pull.reviews);
        makeReviewComment(
            context,
            pull,
            review,
            random.pick(pull.threads),
            someTime(context, review.submittedAt, DAY)
        );
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
    pull.isCrossRepository =
        pull.author !== null && pull.author.__typename === 'User' && random.chance(0.7);
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
    Object.assign(pull, {
        isDraft: random.chance(0.1),
        mergedAt: null,
        mergedBy: null,
        mergeCommitOid: null,
        baseRefName: repository.defaultBranch,
        baseOid: repository.root,
        additions: 0,
        deletions: 0,
        commits: [],
        files: [],
        reviews: [],
        threads: [],
        reviewComments: [],
        requestedReviewers: [],
        maintainerCanModify: random.chance(0.5),
    });
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

module.exports = { makePull, makeReview, makeReviewComment };
