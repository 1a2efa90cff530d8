'use strict';
// The data set as GitHub's REST API writes it: issues, pull requests and what belongs to them. The
// shapes are those of its OpenAPI description.

const { HTML, iso, lower } = require('./records-people');
const { RepositoryRecords } = require('./records-repository');

const ROLLUP = [
    ['+1', 'THUMBS_UP'],
    ['-1', 'THUMBS_DOWN'],
    ['laugh', 'LAUGH'],
    ['hooray', 'HOORAY'],
    ['confused', 'CONFUSED'],
    ['heart', 'HEART'],
    ['rocket', 'ROCKET'],
    ['eyes', 'EYES'],
];

class Records extends RepositoryRecords {
    reactions(url, counts) {
        const record = { url: `${url}/reactions`, total_count: 0 };
        ROLLUP.forEach(([name, content]) => {
            record[name] = counts[content] || 0;
            record.total_count += record[name];
        });
        return record;
    }

    // What issues and pull requests have in common.
    item(item) {
        const url = this.repositoryUrl(item.repository);
        return {
            node_id: item.id,
            number: item.number,
            title: item.title,
            user: this.user(item.author),
            labels: item.labels.map((label) => this.label(label)),
            state: item.state === 'OPEN' ? 'open' : 'closed',
            locked: item.locked,
            assignee: this.maybe(item.assignees[0]),
            assignees: item.assignees.map((user) => this.user(user)),
            milestone: this.milestoneOnce(item.milestone),
            created_at: iso(item.createdAt),
            updated_at: iso(item.updatedAt),
            closed_at: iso(item.closedAt),
            comments_url: `${url}/issues/${item.number}/comments`,
            author_association: item.repository.association(item.author),
            active_lock_reason: lower(item.activeLockReason),
            body: item.body,
        };
    }

    issue(item) {
        const repository = this.repositoryUrl(item.repository);
        const url = `${repository}/issues/${item.number}`;
        const html = `${HTML}/${item.repository.nameWithOwner}/${item.isPull ? 'pull' : 'issues'}/${item.number}`;
        const record = {
            url,
            repository_url: repository,
            labels_url: `${url}/labels{/name}`,
            events_url: `${url}/events`,
            html_url: html,
            id: item.issueId,
            ...this.item(item),
            comments: item.comments.length,
            closed_by: this.maybe(item.closedBy),
            reactions: this.reactions(url, item.reactions),
            timeline_url: `${url}/timeline`,
            performed_via_github_app: null,
            state_reason: lower(item.stateReason),
        };
        if (item.isPull) {
            record.draft = item.isDraft;
            record.pull_request = {
                url: `${repository}/pulls/${item.number}`,
                html_url: html,
                diff_url: `${html}.diff`,
                patch_url: `${html}.patch`,
                merged_at: iso(item.mergedAt),
            };
        } else {
            record.sub_issues_summary = { total: 0, completed: 0, percent_completed: 0 };
        }
        return record;
    }

    side(repository, owner, ref, sha) {
        return {
            label: `${this.user(owner).login}:${ref}`,
            ref,
            sha,
            user: this.user(owner),
            repo:
                repository &&
                repository.once(`side/${this.api}`, () => this.minimalRepository(repository)),
        };
    }

    simplePull(pull) {
        const repository = this.repositoryUrl(pull.repository);
        const url = `${repository}/pulls/${pull.number}`;
        const html = `${HTML}/${pull.repository.nameWithOwner}/pull/${pull.number}`;
        const headOwner = pull.isCrossRepository ? pull.author : pull.repository.owner;
        const hrefs = {
            self: url,
            html,
            issue: `${repository}/issues/${pull.number}`,
            comments: `${repository}/issues/${pull.number}/comments`,
            review_comments: `${url}/comments`,
            review_comment: `${repository}/pulls/comments{/number}`,
            commits: `${url}/commits`,
            statuses: `${repository}/statuses/${pull.headOid}`,
        };
        const people = pull.requestedReviewers;
        return {
            url,
            id: pull.databaseId,
            html_url: html,
            diff_url: `${html}.diff`,
            patch_url: `${html}.patch`,
            issue_url: hrefs.issue,
            ...this.item(pull),
            merged_at: iso(pull.mergedAt),
            merge_commit_sha: pull.mergeCommitOid,
            requested_reviewers: people
                .filter((who) => who.__typename !== 'Team')
                .map((who) => this.user(who)),
            requested_teams: people
                .filter((who) => who.__typename === 'Team')
                .map((who) => this.team(who)),
            draft: pull.isDraft,
            commits_url: hrefs.commits,
            review_comments_url: hrefs.review_comments,
            review_comment_url: hrefs.review_comment,
            statuses_url: hrefs.statuses,
            head: this.side(pull.headRepository, headOwner, pull.headRefName, pull.headOid),
            base: this.side(pull.repository, pull.repository.owner, pull.baseRefName, pull.baseOid),
            _links: Object.fromEntries(
                Object.entries(hrefs).map(([name, href]) => [name, { href }])
            ),
            auto_merge: null,
        };
    }

    pull(pull) {
        return {
            ...this.simplePull(pull),
            merged: pull.mergedAt !== null,
            mergeable: null,
            rebaseable: null,
            mergeable_state: 'unknown',
            merged_by: this.maybe(pull.mergedBy),
            comments: pull.comments.length,
            review_comments: pull.reviewComments.length,
            maintainer_can_modify: pull.maintainerCanModify,
            commits: pull.commits.length,
            additions: pull.additions,
            deletions: pull.deletions,
            changed_files: pull.files.length,
        };
    }

    comment(comment) {
        const { item } = comment;
        const repository = this.repositoryUrl(item.repository);
        const url = `${repository}/issues/comments/${comment.databaseId}`;
        return {
            url,
            html_url:
                `${HTML}/${item.repository.nameWithOwner}/${item.isPull ? 'pull' : 'issues'}` +
                `/${item.number}#issuecomment-${comment.databaseId}`,
            issue_url: `${repository}/issues/${item.number}`,
            id: comment.databaseId,
            node_id: comment.id,
            user: this.user(comment.author),
            created_at: iso(comment.createdAt),
            updated_at: iso(comment.updatedAt),
            body: comment.body,
            author_association: item.repository.association(comment.author),
            reactions: this.reactions(url, comment.reactions),
            performed_via_github_app: null,
        };
    }

    review(review) {
        const { pull } = review;
        const url = `${this.repositoryUrl(pull.repository)}/pulls/${pull.number}`;
        const html =
            `${HTML}/${pull.repository.nameWithOwner}/pull/${pull.number}` +
            `#pullrequestreview-${review.databaseId}`;
        return {
            id: review.databaseId,
            node_id: review.id,
            user: this.user(review.author),
            body: review.body,
            state: review.state,
            html_url: html,
            pull_request_url: url,
            _links: { html: { href: html }, pull_request: { href: url } },
            submitted_at: iso(review.submittedAt),
            commit_id: review.commitOid,
            author_association: pull.repository.association(review.author),
        };
    }

    reviewComment(comment) {
        const { pull } = comment;
        const repository = this.repositoryUrl(pull.repository);
        const url = `${repository}/pulls/comments/${comment.databaseId}`;
        const html = `${HTML}/${pull.repository.nameWithOwner}/pull/${pull.number}#discussion_r${comment.databaseId}`;
        const parent = `${repository}/pulls/${pull.number}`;
        const record = {
            url,
            pull_request_review_id: comment.review.databaseId,
            id: comment.databaseId,
            node_id: comment.id,
            diff_hunk: comment.diffHunk,
            path: comment.path,
            position: comment.position,
            original_position: comment.position,
            commit_id: comment.commitOid,
            original_commit_id: comment.originalCommitOid,
            user: this.user(comment.author),
            body: comment.body,
            created_at: iso(comment.createdAt),
            updated_at: iso(comment.updatedAt),
            html_url: html,
            pull_request_url: parent,
            author_association: pull.repository.association(comment.author),
            _links: { self: { href: url }, html: { href: html }, pull_request: { href: parent } },
            reactions: this.reactions(url, comment.reactions),
            start_line: null,
            original_start_line: null,
            start_side: null,
            line: comment.line,
            original_line: comment.line,
            side: comment.side,
            subject_type: 'line',
        };
        if (comment.replyTo) {
            record.in_reply_to_id = comment.replyTo.databaseId;
        }
        return record;
    }

    // Alone, or in the list of its issue (which does not repeat the issue).
    event(event, withIssue) {
        const { item } = event;
        const repository = this.repositoryUrl(item.repository);
        const record = {
            id: event.databaseId,
            node_id: event.id,
            url: `${repository}/issues/events/${event.databaseId}`,
            actor: this.user(event.actor),
            event: event.event,
            commit_id: event.commitOid || null,
            commit_url: event.commitOid ? `${repository}/commits/${event.commitOid}` : null,
            created_at: iso(event.createdAt),
        };
        this.eventDetails(event, record);
        if (withIssue) {
            record.issue = this.issue(item);
        }
        record.performed_via_github_app = null;
        return record;
    }

    eventDetails(event, record) {
        if (event.label) {
            record.label = { name: event.label.name, color: event.label.color };
        }
        if (event.assignee) {
            record.assignee = this.user(event.assignee);
            record.assigner = this.user(event.actor);
        }
        if (event.milestoneTitle) {
            record.milestone = { title: event.milestoneTitle };
        }
        if (event.previousTitle) {
            record.rename = { from: event.previousTitle, to: event.currentTitle };
        }
        if (event.requestedReviewer) {
            record.review_requester = this.user(event.actor);
            if (event.requestedReviewer.__typename === 'Team') {
                record.requested_team = this.team(event.requestedReviewer);
            } else {
                record.requested_reviewer = this.user(event.requestedReviewer);
            }
        }
        if (event.event === 'locked') {
            record.lock_reason = lower(event.item.activeLockReason);
        }
        if (event.event === 'closed') {
            record.state_reason = lower(event.item.stateReason);
        }
    }

    commit(commit) {
        const repository = this.repositoryUrl(commit.repository);
        const url = `${repository}/commits/${commit.oid}`;
        const html = `${HTML}/${commit.repository.nameWithOwner}/commit`;
        const git = `${repository}/git/commits/${commit.oid}`;
        const signature = ({ name, email, date }) => ({ name, email, date: iso(date) });
        return {
            sha: commit.oid,
            node_id: commit.id,
            commit: {
                author: signature(commit.author),
                committer: signature(commit.committer),
                message: commit.message,
                url: git,
                comment_count: 0,
                tree: { sha: commit.treeOid, url: `${repository}/git/trees/${commit.treeOid}` },
                verification: {
                    verified: false,
                    reason: 'unsigned',
                    signature: null,
                    payload: null,
                    verified_at: null,
                },
            },
            url,
            html_url: `${html}/${commit.oid}`,
            comments_url: `${url}/comments`,
            author: this.maybe(commit.author.user),
            committer: this.maybe(commit.committer.user),
            parents: commit.parents.map((sha) => ({
                sha,
                url: `${repository}/commits/${sha}`,
                html_url: `${html}/${sha}`,
            })),
        };
    }

    file(pull, file) {
        const path = encodeURI(file.path);
        const html = `${HTML}/${pull.repository.nameWithOwner}`;
        const record = {
            sha: pull.repository.oid(`blob/${pull.number}/${file.path}`),
            filename: file.path,
            status: { DELETED: 'removed' }[file.changeType] || lower(file.changeType),
            additions: file.additions,
            deletions: file.deletions,
            changes: file.additions + file.deletions,
            blob_url: `${html}/blob/${pull.headOid}/${path}`,
            raw_url: `${html}/raw/${pull.headOid}/${path}`,
            contents_url: `${this.repositoryUrl(pull.repository)}/contents/${path}?ref=${pull.headOid}`,
            patch: `@@ -1,${file.deletions} +1,${file.additions} @@`,
        };
        if (file.previousPath) {
            record.previous_filename = file.previousPath;
        }
        return record;
    }
}

module.exports = { Records, iso };
