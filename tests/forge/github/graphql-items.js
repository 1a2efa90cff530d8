'use strict';
// The fields of issues, pull requests and what belongs to them in GitHub's schema.

const { connection, counted } = require('./graphql-connection');
const lists = require('./graphql-lists');
const { REACTIONS } = require('../data/items');
const { HTML, small, page, itemPath } = require('./graphql-common');

const GHOSTLESS = (user) => user || null;

function sum(counts) {
    return Object.values(counts).reduce((total, count) => total + count, 0);
}

// What has an author and a body.
const WRITTEN = {
    databaseId: (one) => small(one.databaseId),
    fullDatabaseId: (one) => one.databaseId,
    bodyText: (one) => one.body || '',
    bodyHTML: (one) => `<p>${one.body || ''}</p>`,
    body: (one) => one.body || '',
    editor: () => null,
    includesCreatedEdit: () => false,
    createdViaEmail: () => false,
    lastEditedAt: (one) => (one.updatedAt > one.createdAt ? one.updatedAt : null),
    publishedAt: (one) => one.createdAt,
    reactions: (one) => counted(sum(one.reactions)),
    reactionGroups: (one) =>
        REACTIONS.map((content) => ({
            content,
            subject: one,
            createdAt: null,
            viewerHasReacted: false,
            reactors: counted(one.reactions[content] || 0),
            users: counted(one.reactions[content] || 0),
        })),
    isMinimized: () => false,
    minimizedReason: () => null,
};

function byId(list) {
    return list.slice().sort((a, b) => a.databaseId - b.databaseId);
}

const ITEM = {
    ...WRITTEN,
    ...page(itemPath),
    authorAssociation: (one) => one.repository.association(one.author),
    assignees: (item, args) => connection(byId(item.assignees), args),
    labels: (item, args) =>
        connection(
            byId(item.labels),
            args
        ),
    comments: (item, args) => lists.comments(item.comments, args),
    closed: (item) => item.closedAt !== null,
    timelineItems: (item, args) => lists.timeline(item, args),
    participants: (item) =>
        counted(
            new Set([item.author, ...item.comments.map((one) => one.author)].filter(GHOSTLESS)).size
        ),
    titleHTML: (item) => item.title,
};

const REVIEWED = {
    ...WRITTEN,
    repository: (one) => one.pull.repository,
    pullRequest: (one) => one.pull,
    authorAssociation: (one) => one.pull.repository.association(one.author),
    commit: (one) => one.pull.repository.commitByOid.get(one.commitOid),
};

const EVENT = {
    commit: (event) => event.item.repository.commitByOid.get(event.commitOid) || null,
    labelable: (event) => event.item,
    assignable: (event) => event.item,
    user: (event) => (event.assignee.__typename === 'User' ? event.assignee : null),
    subject: (event) => event.item,
    closable: (event) => event.item,
    closer: () => null,
    stateReason: (event) => event.item.stateReason,
    subscribable: (event) => event.item,
    lockable: (event) => event.item,
    lockReason: (event) => event.item.activeLockReason,
    pullRequest: (event) => event.item,
    mergeRefName: (event) => event.item.baseRefName,
    headRefName: (event) => event.item.headRefName,
    headRef: () => null,
    commitRepository: (event) => event.item.repository,
    isCrossRepository: () => false,
    isDirectReference: () => true,
    databaseId: (event) => small(event.databaseId),
    ...page((event) => `${itemPath(event.item)}#event-${event.databaseId}`),
};

const PullRequest = {
    ...ITEM,
    additions: (pull) => pull.additions,
    changedFiles: (pull) => pull.files.length,
    merged: (pull) => pull.mergedAt !== null,
    mergeable: () => 'UNKNOWN',
    mergeStateStatus: () => 'UNKNOWN',
    mergeCommit: (pull) => pull.repository.commitByOid.get(pull.mergeCommitOid) || null,
    permalink: (pull) => HTML + itemPath(pull),
    baseRef: (pull) =>
        pull.repository.branches.find((one) => one.name === pull.baseRefName) || null,
    headRef: (pull) =>
        pull.state === 'OPEN' && pull.headRepository
            ? {
                  __typename: 'Ref',
                  name: pull.headRefName,
                  prefix: 'refs/heads/',
                  repository: pull.headRepository,
                  id: `REF_${pull.databaseId}`,
                  commit: pull.repository.commitByOid.get(pull.headOid),
              }
            : null,
    baseRefOid: (pull) => pull.baseOid,
    headRefOid: (pull) => pull.headOid,
    baseRepository: (pull) => pull.repository,
    headRepositoryOwner: (pull) => (pull.isCrossRepository ? pull.author : pull.repository.owner),
    reviewRequests: (pull, args) =>
        connection(
            pull.requestedReviewers.map((requestedReviewer, position) => ({
                __typename: 'ReviewRequest',
                id: `RR_${pull.databaseId}_${position}`,
                databaseId: null,
                position,
                asCodeOwner: false,
                pull,
                requestedReviewer,
            })),
            args,
            (one) => [one.position]
        ),
    reviews: (pull, args) =>
        connection(
            pull.reviews.filter(
                (one) =>
                    (!args.states || args.states.includes(one.state)) &&
                    (!args.author || (one.author && one.author.login === args.author))
            ),
            args
        ),
    reviewThreads: (pull, args) =>
        connection(pull.threads, args, (one) => [one.comments[0].databaseId]),
    commits: (pull, args) => connection(lists.pullCommits(pull), args, (one) => [one.position]),
    files: (pull, args) => connection(pull.files, args, (one) => [one.path]),
    reviewDecision: () => null,
    totalCommentsCount: (pull) => pull.comments.length + pull.reviewComments.length,
    autoMergeRequest: () => null,
    closingIssuesReferences: () => counted(0),
    suggestedReviewers: () => [],
};

const Issue = {
    ...ITEM,
    parent: () => null,
    isPinned: () => false,
    trackedIssuesCount: () => 0,
    subIssuesSummary: () => ({ total: 0, completed: 0, percentCompleted: 0 }),
    closedByPullRequestsReferences: () => counted(0),
};

const IssueComment = {
    ...WRITTEN,
    ...page((one) => `${itemPath(one.item)}#issuecomment-${one.databaseId}`),
    issue: (one) => one.item,
    pullRequest: (one) => (one.item.isPull ? one.item : null),
    repository: (one) => one.item.repository,
    authorAssociation: (one) => one.item.repository.association(one.author),
};

const PullRequestReview = {
    ...REVIEWED,
    ...page((one) => `${itemPath(one.pull)}#pullrequestreview-${one.databaseId}`),
    comments: (review, args) => connection(review.comments, args),
    authorCanPushToRepository: (review) => review.pull.repository.members.includes(review.author),
    onBehalfOf: () => counted(0),
};

const PullRequestReviewComment = {
    ...REVIEWED,
    ...page((one) => `${itemPath(one.pull)}#discussion_r${one.databaseId}`),
    originalCommit: (one) => one.pull.repository.commitByOid.get(one.originalCommitOid),
    originalPosition: (one) => one.position,
    originalLine: (one) => one.line,
    startLine: () => null,
    originalStartLine: () => null,
    outdated: (one) => one.thread.isOutdated,
    pullRequestReview: (one) => one.review,
    draftedAt: (one) => one.createdAt,
    state: () => 'SUBMITTED',
    subjectType: () => 'LINE',
};

const PullRequestReviewThread = {
    comments: (thread, args) => connection(thread.comments, args),
    pullRequest: (thread) => thread.pull,
    repository: (thread) => thread.pull.repository,
    isCollapsed: (thread) => thread.isResolved,
    resolvedBy: () => null,
    originalLine: (thread) => thread.line,
    startLine: () => null,
    originalStartLine: () => null,
    diffSide: () => 'RIGHT',
    startDiffSide: () => null,
    subjectType: () => 'LINE',
};

const PullRequestCommit = {
    pullRequest: (one) => one.pull,
    ...page((one) => `${itemPath(one.pull)}/commits/${one.commit.oid}`),
};

const ReviewRequest = { pullRequest: (one) => one.pull };

module.exports = {
    EVENT,
    ITEMS: {
        Issue,
        PullRequest,
        IssueComment,
        PullRequestReview,
        PullRequestReviewComment,
        PullRequestReviewThread,
        PullRequestCommit,
        ReviewRequest,
    },
};
