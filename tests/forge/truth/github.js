'use strict';
// What a complete collection of a repository from GitHub contains: core fields under the names of
// GitHub's REST records, made from the data without the code that serves it. Children name their
// parent by issue_number or pull_number. A deleted account is null, though REST says ghost; a body
// that is null comes as "" over GraphQL.

const time = (at) => (at === null ? null : new Date(at).toISOString().replace('.000Z', 'Z'));
const low = (text) => (text === null ? null : text.toLowerCase());
const who = (user) =>
    user && {
        login: user.__typename === 'Bot' ? `${user.login}[bot]` : user.login,
        id: user.databaseId,
    };
const key = (one) => ({ id: one.databaseId, node_id: one.id });
const written = (one) => ({
    user: who(one.author),
    body: one.body,
    created_at: time(one.createdAt),
    updated_at: time(one.updatedAt),
});

function itemRow(item) {
    return {
        ...key(item),
        number: item.number,
        title: item.title,
        ...written(item),
        state: item.state === 'OPEN' ? 'open' : 'closed',
        closed_at: time(item.closedAt),
        locked: item.locked,
        milestone: item.milestone && { number: item.milestone.number, title: item.milestone.title },
        comments: item.comments.length,
    };
}

function pullRow(pull) {
    return {
        ...itemRow(pull),
        draft: pull.isDraft,
        merged_at: time(pull.mergedAt),
        merged_by: who(pull.mergedBy),
        merge_commit_sha: pull.mergeCommitOid,
        review_comments: pull.reviewComments.length,
        commits: pull.commits.length,
        additions: pull.additions,
        deletions: pull.deletions,
        changed_files: pull.files.length,
    };
}

function* itemChildren(item) {
    const kind = item.isPull ? 'pull_request' : 'issue';
    const parent = item.isPull ? { pull_number: item.number } : { issue_number: item.number };
    for (const label of item.labels) {
        yield [`${kind}_labels`, { ...parent, ...key(label), name: label.name }];
    }
    for (const user of item.assignees) {
        yield [`${kind}_assignees`, { ...parent, ...who(user) }];
    }
    for (const comment of item.comments) {
        yield [`${kind}_comments`, { ...parent, ...key(comment), ...written(comment) }];
    }
    for (const event of item.events) {
        yield [
            `${kind}_events`,
            {
                ...parent,
                ...key(event),
                event: event.event,
                actor: who(event.actor),
                created_at: time(event.createdAt),
                commit_id: event.commitOid || null,
                label: event.label ? { name: event.label.name } : null,
                assignee: event.assignee ? who(event.assignee) : null,
            },
        ];
    }
}

function* sides(pull) {
    const parent = { pull_number: pull.number };
    const { repository } = pull;
    const head = {
        ref: pull.headRefName,
        sha: pull.headOid,
        repo: pull.headRepository,
        user: pull.isCrossRepository ? pull.author : repository.owner,
    };
    const base = {
        ref: pull.baseRefName,
        sha: pull.baseOid,
        repo: repository,
        user: repository.owner,
    };
    for (const [side, { ref, sha, repo, user }] of Object.entries({ head, base })) {
        yield [
            'pull_request_meta',
            { ...parent, side, ref, sha, user: who(user), repo: repo && { id: repo.databaseId } },
        ];
        if (repo) {
            yield [
                'pull_request_repos',
                { ...parent, side, ...key(repo), full_name: repo.nameWithOwner },
            ];
        }
    }
}

function* pullChildren(pull) {
    const parent = { pull_number: pull.number };
    yield* sides(pull);
    for (const review of pull.reviews) {
        yield [
            'pull_request_reviews',
            {
                ...parent,
                ...key(review),
                user: who(review.author),
                body: review.body,
                state: review.state,
                submitted_at: time(review.submittedAt),
                commit_id: review.commitOid,
            },
        ];
    }
    for (const reviewer of pull.requestedReviewers) {
        yield [
            'pull_request_reviewers',
            {
                ...parent,
                ...key(reviewer),
                ...(reviewer.__typename === 'Team'
                    ? { type: 'Team', slug: reviewer.slug }
                    : { type: 'User', login: reviewer.login }),
            },
        ];
    }
    for (const commit of pull.commits) {
        yield ['pull_request_commits', { ...parent, ...commitRow(commit) }];
    }
    for (const file of pull.files) {
        yield [
            'pull_request_files',
            {
                ...parent,
                filename: file.path,
                status: file.changeType === 'DELETED' ? 'removed' : low(file.changeType),
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
                ...key(comment),
                pull_request_review_id: comment.review.databaseId,
                ...written(comment),
                path: comment.path,
                diff_hunk: comment.diffHunk,
                line: comment.line,
                position: comment.position,
                commit_id: comment.commitOid,
                original_commit_id: comment.originalCommitOid,
                in_reply_to_id: comment.replyTo ? comment.replyTo.databaseId : null,
            },
        ];
    }
}

// author: the account the platform links to the commit (REST; GraphQL links no bots).
function commitRow(commit) {
    const signature = ({ name, email, date }) => ({ name, email, date: time(date) });
    return {
        sha: commit.oid,
        node_id: commit.id,
        commit: {
            message: commit.message,
            author: signature(commit.author),
            committer: signature(commit.committer),
        },
        author: who(commit.author.user),
        committer: who(commit.committer.user),
    };
}

function* accounts(repository) {
    const seen = new Set();
    const see = (...users) =>
        users.forEach((user) => user && user.__typename !== 'Team' && seen.add(user));
    see(
        repository.owner,
        ...repository.commits.flatMap((one) => [one.author.user, one.committer.user])
    );
    see(
        ...repository.milestones.map((one) => one.creator),
        ...repository.releases.map((one) => one.author)
    );
    for (const item of repository.items) {
        see(
            item.author,
            item.closedBy,
            item.mergedBy,
            ...item.assignees,
            ...(item.requestedReviewers || [])
        );
        for (const child of [
            ...item.comments,
            ...(item.reviews || []),
            ...(item.reviewComments || []),
        ]) {
            see(child.author);
        }
        item.events.forEach((event) => see(event.actor, event.assignee, event.requestedReviewer));
        (item.commits || []).forEach((one) => see(one.author.user, one.committer.user));
    }
    for (const user of [...seen].filter((one) => one.__typename !== 'Mannequin')) {
        yield [
            'users',
            {
                ...key(user),
                ...who(user),
                type: user.__typename,
                name: user.name,
                email: user.email,
                company: user.company,
                location: user.location,
                bio: user.bio,
                followers: user.followersCount,
                following: user.followingCount,
                created_at: time(user.createdAt),
                updated_at: time(user.updatedAt),
            },
        ];
    }
}

function* surroundings(repository) {
    const open = repository.items.filter((item) => item.state === 'OPEN').length;
    yield [
        'repository',
        {
            ...key(repository),
            name: repository.name,
            full_name: repository.nameWithOwner,
            owner: who(repository.owner),
            description: repository.description,
            homepage: repository.homepageUrl,
            fork: repository.isFork,
            archived: repository.isArchived,
            default_branch: repository.defaultBranch,
            stargazers_count: repository.stargazerCount,
            subscribers_count: repository.watcherCount,
            forks_count: repository.forkCount,
            size: repository.diskUsage,
            open_issues_count: open,
            license: repository.license && {
                key: repository.license.key,
                spdx_id: repository.license.spdxId,
            },
            topics: repository.topics,
            created_at: time(repository.createdAt),
            updated_at: time(repository.updatedAt),
            pushed_at: time(repository.pushedAt),
        },
    ];
    for (const { name, size } of repository.languages) {
        yield ['languages', { name, bytes: size }];
    }
    for (const { user, name, email, contributions } of repository.contributors()) {
        yield [
            'contributors',
            user
                ? { ...who(user), type: user.__typename, contributions }
                : { type: 'Anonymous', name, email, contributions },
        ];
    }
    for (const label of repository.labels) {
        yield [
            'labels',
            {
                ...key(label),
                name: label.name,
                color: label.color,
                description: label.description,
                default: label.isDefault,
            },
        ];
    }
    for (const one of repository.milestones) {
        yield [
            'milestones',
            {
                ...key(one),
                number: one.number,
                title: one.title,
                description: one.description,
                state: low(one.state),
                creator: who(one.creator),
                created_at: time(one.createdAt),
                updated_at: time(one.updatedAt),
                due_on: time(one.dueOn),
                closed_at: time(one.closedAt),
            },
        ];
    }
    for (const one of repository.releases) {
        yield [
            'releases',
            {
                ...key(one),
                tag_name: one.tagName,
                name: one.name,
                body: one.description,
                author: who(one.author),
                draft: one.isDraft,
                prerelease: one.isPrerelease,
                created_at: time(one.createdAt),
                published_at: time(one.publishedAt),
            },
        ];
    }
    for (const [stream, refs] of [
        ['branches', repository.branches],
        ['tags', repository.tags],
    ]) {
        for (const ref of refs) {
            yield [stream, { name: ref.name, commit: { sha: ref.commit.oid } }];
        }
    }
}

function* truth(repository) {
    yield* surroundings(repository);
    for (const commit of repository.commits) {
        yield ['commit_authors', commitRow(commit)];
    }
    for (const item of repository.items) {
        yield item.isPull
            ? ['pull_requests', pullRow(item)]
            : ['issues', { ...itemRow(item), state_reason: low(item.stateReason) }];
        yield* itemChildren(item);
        if (item.isPull) {
            yield* pullChildren(item);
        }
    }
    yield* accounts(repository);
}

module.exports = { truth };
