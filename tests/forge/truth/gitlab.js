'use strict';
// What a complete collection of a project from GitLab contains: core fields under the names of
// GitLab's records, made from the data without the code that serves it. Children name their parent
// by issue_iid or merge_request_iid; the streams have the names they have for GitHub. A deleted
// account is the user ghost.

const time = (at) => (at === null ? null : new Date(at).toISOString());
const SYSTEM = ['assigned', 'renamed', 'referenced'];
const EVENTS = {
    labeled: 'label',
    unlabeled: 'label',
    closed: 'state',
    reopened: 'state',
    merged: 'state',
    milestoned: 'milestone',
    demilestoned: 'milestone',
};
const ACTIONS = { labeled: 'add', unlabeled: 'remove', milestoned: 'add', demilestoned: 'remove' };

const who = (user) =>
    user ? { id: user.databaseId, username: user.login } : { id: 10137, username: 'ghost' };
const maybe = (user) => (user ? who(user) : null);

function itemRow(item) {
    return {
        id: item.databaseId,
        iid: item.number,
        title: item.title,
        description: item.body,
        created_at: time(item.createdAt),
        updated_at: time(item.updatedAt),
        author: who(item.author),
        closed_at: item.mergedAt ? null : time(item.closedAt),
        labels: item.labels.map((label) => label.name),
        assignees: item.assignees.map(who),
        milestone: item.milestone && { iid: item.milestone.number },
        user_notes_count: item.comments.length + (item.isPull ? item.reviewComments.length : 0),
    };
}

function* itemChildren(item) {
    const kind = item.isPull ? 'pull_request' : 'issue';
    const parent = item.isPull ? { merge_request_iid: item.number } : { issue_iid: item.number };
    for (const label of item.labels) {
        yield [`${kind}_labels`, { ...parent, name: label.name }];
    }
    for (const user of item.assignees) {
        yield [`${kind}_assignees`, { ...parent, ...who(user) }];
    }
    for (const comment of item.comments) {
        yield [
            `${kind}_comments`,
            {
                ...parent,
                id: comment.databaseId,
                body: comment.body,
                author: who(comment.author),
                system: false,
                created_at: time(comment.createdAt),
                updated_at: time(comment.updatedAt),
            },
        ];
    }
    for (const event of item.events) {
        if (SYSTEM.includes(event.event)) {
            yield [
                `${kind}_system_notes`,
                {
                    ...parent,
                    id: event.databaseId,
                    author: who(event.actor),
                    system: true,
                    created_at: time(event.createdAt),
                },
            ];
        } else if (event.event in EVENTS && !(event.event === 'closed' && item.mergedAt)) {
            yield [
                `${kind}_events`,
                {
                    ...parent,
                    kind: EVENTS[event.event],
                    id: event.databaseId,
                    user: who(event.actor),
                    created_at: time(event.createdAt),
                    action: ACTIONS[event.event] || null,
                    state: EVENTS[event.event] === 'state' ? event.event : null,
                    label: event.label ? { name: event.label.name } : null,
                },
            ];
        }
    }
}

function* mergeChildren(pull) {
    const parent = { merge_request_iid: pull.number };
    const approvers = new Set(
        pull.reviews
            .filter((one) => one.state === 'APPROVED' && one.author)
            .map((one) => one.author)
    );
    for (const user of approvers) {
        yield ['pull_request_reviews', { ...parent, user: who(user), state: 'APPROVED' }];
    }
    for (const user of pull.requestedReviewers.filter((one) => one.__typename === 'User')) {
        yield ['pull_request_reviewers', { ...parent, ...who(user) }];
    }
    for (const commit of pull.commits) {
        yield ['pull_request_commits', { ...parent, ...commitRow(commit) }];
    }
    for (const file of pull.files) {
        yield [
            'pull_request_files',
            {
                ...parent,
                new_path: file.path,
                old_path: file.previousPath || file.path,
                additions: file.additions,
                deletions: file.deletions,
            },
        ];
    }
    for (const comment of pull.reviewComments) {
        yield [
            'review_comments',
            {
                ...parent,
                id: comment.databaseId,
                body: comment.body,
                author: who(comment.author),
                created_at: time(comment.createdAt),
                updated_at: time(comment.updatedAt),
                position: { new_path: comment.path, new_line: comment.line },
            },
        ];
    }
}

function commitRow(commit) {
    return {
        id: commit.oid,
        message: commit.message,
        author_name: commit.author.name,
        author_email: commit.author.email,
        authored_date: time(commit.author.date),
        committer_name: commit.committer.name,
        committer_email: commit.committer.email,
        committed_date: time(commit.committer.date),
        parent_ids: commit.parents,
    };
}

function* contributors(repository) {
    const counts = new Map();
    for (const { author } of repository.commits) {
        counts.set(author.email, {
            name: author.name,
            commits: (counts.get(author.email) || { commits: 0 }).commits + 1,
        });
    }
    for (const [email, { name, commits }] of counts) {
        yield ['contributors', { name, email, commits }];
    }
    for (const user of repository.members) {
        yield ['members', who(user)];
    }
}

function* surroundings(repository) {
    yield [
        'repository',
        {
            id: repository.databaseId,
            name: repository.name,
            path_with_namespace: repository.nameWithOwner,
            description: repository.description,
            default_branch: repository.defaultBranch,
            star_count: repository.stargazerCount,
            forks_count: repository.forkCount,
            archived: repository.isArchived,
            created_at: time(repository.createdAt),
            topics: repository.topics,
        },
    ];
    for (const { name } of repository.languages) {
        yield ['languages', { name }];
    }
    for (const label of repository.labels) {
        yield [
            'labels',
            {
                id: label.databaseId,
                name: label.name,
                color: `#${label.color}`,
                description: label.description,
            },
        ];
    }
    for (const one of repository.milestones) {
        yield [
            'milestones',
            {
                id: one.databaseId,
                iid: one.number,
                title: one.title,
                state: one.state === 'OPEN' ? 'active' : 'closed',
                created_at: time(one.createdAt),
            },
        ];
    }
    for (const one of repository.releases) {
        yield [
            'releases',
            {
                tag_name: one.tagName,
                description: one.description,
                author: who(one.author),
                created_at: time(one.createdAt),
                released_at: time(one.publishedAt),
            },
        ];
    }
    for (const [stream, refs] of [
        ['branches', repository.branches],
        ['tags', repository.tags],
    ]) {
        for (const ref of refs) {
            yield [stream, { name: ref.name, commit: { id: ref.commit.oid } }];
        }
    }
}

function* truth(repository) {
    yield* surroundings(repository);
    yield* contributors(repository);
    for (const commit of repository.commits) {
        yield ['commit_authors', commitRow(commit)];
    }
    for (const item of repository.items) {
        const state = { OPEN: 'opened', CLOSED: 'closed', MERGED: 'merged' }[item.state];
        yield item.isPull
            ? [
                  'pull_requests',
                  {
                      ...itemRow(item),
                      state,
                      draft: item.isDraft,
                      merged_at: time(item.mergedAt),
                      merge_user: item.mergedAt ? maybe(item.mergedBy) : null,
                      source_branch: item.headRefName,
                      target_branch: item.baseRefName,
                      sha: item.headOid,
                      merge_commit_sha: item.mergeCommitOid,
                      source_project_id: item.headRepository
                          ? item.headRepository.databaseId
                          : null,
                  },
              ]
            : ['issues', { ...itemRow(item), state }];
        yield* itemChildren(item);
        if (item.isPull) {
            yield* mergeChildren(item);
        }
    }
}

module.exports = { truth };
