'use strict';
// The data set as GitLab's API writes it: issues and pull requests (merge requests) have their
// number as iid, reviews appear as approvals, review comments as positioned notes.

const { ProjectRecords, iso } = require('./records-project');

// What GitLab tells of changes in notes rather than in resource events.
const NOTED = {
    assigned: (event) => `assigned to @${event.assignee.login}`,
    renamed: (event) =>
        `changed title from **${event.previousTitle}** to **${event.currentTitle}**`,
    referenced: (event) => `mentioned in commit ${event.commitOid}`,
};

class Records extends ProjectRecords {
    // What issues and merge requests have in common.
    item(item) {
        const kind = item.isPull ? 'merge_requests' : 'issues';
        const sign = item.isPull ? '!' : '#';
        const { repository } = item;
        const full = `${repository.nameWithOwner}${sign}${item.number}`;
        return {
            id: item.databaseId,
            iid: item.number,
            project_id: repository.databaseId,
            title: item.title,
            description: item.body,
            created_at: iso(item.createdAt),
            updated_at: iso(item.updatedAt),
            closed_by: item.mergedAt ? null : this.maybe(item.closedBy),
            closed_at: item.mergedAt ? null : iso(item.closedAt),
            labels: item.labels.map((label) => label.name),
            milestone: item.milestone && this.milestone(item.milestone),
            author: this.user(item.author),
            assignees: item.assignees.map((user) => this.user(user)),
            assignee: this.maybe(item.assignees[0]),
            user_notes_count: item.comments.length + (item.reviewComments || []).length,
            upvotes: item.reactions.THUMBS_UP || 0,
            downvotes: item.reactions.THUMBS_DOWN || 0,
            discussion_locked: item.locked || null,
            imported: false,
            imported_from: 'none',
            web_url: `${this.html(repository)}/-/${kind}/${item.number}`,
            references: { short: sign + item.number, relative: sign + item.number, full },
            time_stats: {
                time_estimate: 0,
                total_time_spent: 0,
                human_time_estimate: null,
                human_total_time_spent: null,
            },
            task_completion_status: { count: 0, completed_count: 0 },
        };
    }

    // Lists tell more of labels when they are asked to.
    withLabels(record, item, details) {
        const labels = details ? item.labels.map((label) => this.label(label)) : record.labels;
        return { ...record, labels };
    }

    issue(item) {
        const url = `${this.projectUrl(item.repository)}/issues/${item.number}`;
        return {
            ...this.item(item),
            state: item.state === 'OPEN' ? 'opened' : 'closed',
            type: 'ISSUE',
            issue_type: 'issue',
            due_date: null,
            confidential: false,
            merge_requests_count: 0,
            has_tasks: false,
            severity: 'UNKNOWN',
            moved_to_id: null,
            service_desk_reply_to: null,
            _links: {
                self: url,
                notes: `${url}/notes`,
                award_emoji: `${url}/award_emoji`,
                project: this.projectUrl(item.repository),
                closed_as_duplicate_of: null,
            },
        };
    }

    mergeRequest(pull) {
        const reviewers = pull.requestedReviewers.filter((who) => who.__typename === 'User');
        const merger = pull.mergedAt ? this.maybe(pull.mergedBy) : null;
        return {
            ...this.item(pull),
            state: { OPEN: 'opened', CLOSED: 'closed', MERGED: 'merged' }[pull.state],
            merged_by: merger,
            merge_user: merger,
            merged_at: iso(pull.mergedAt),
            target_branch: pull.baseRefName,
            source_branch: pull.headRefName,
            draft: pull.isDraft,
            work_in_progress: pull.isDraft,
            reviewers: reviewers.map((user) => this.user(user)),
            source_project_id: pull.headRepository ? pull.headRepository.databaseId : null,
            target_project_id: pull.repository.databaseId,
            merge_when_pipeline_succeeds: false,
            merge_status: 'can_be_merged',
            detailed_merge_status: pull.mergedAt ? 'not_open' : 'mergeable',
            sha: pull.headOid,
            merge_commit_sha: pull.mergeCommitOid,
            squash_commit_sha: null,
            should_remove_source_branch: null,
            force_remove_source_branch: null,
            prepared_at: iso(pull.createdAt),
            reference: `!${pull.number}`,
            squash: false,
            squash_on_merge: false,
            has_conflicts: false,
            blocking_discussions_resolved: true,
            approvals_before_merge: null,
            allow_collaboration: pull.maintainerCanModify,
        };
    }

    oneMergeRequest(pull) {
        return {
            ...this.mergeRequest(pull),
            changes_count: String(pull.files.length),
            subscribed: false,
            diff_refs: { base_sha: pull.baseOid, head_sha: pull.headOid, start_sha: pull.baseOid },
            first_contribution: false,
            merge_error: null,
            user: { can_merge: false },
        };
    }

    note(item, fields) {
        return {
            type: null,
            attachment: null,
            noteable_id: item.databaseId,
            noteable_iid: item.number,
            noteable_type: item.isPull ? 'MergeRequest' : 'Issue',
            project_id: item.repository.databaseId,
            resolvable: false,
            confidential: false,
            internal: false,
            imported: false,
            imported_from: 'none',
            commands_changes: {},
            ...fields,
        };
    }

    comment(comment) {
        return this.note(comment.item, {
            id: comment.databaseId,
            body: comment.body,
            system: false,
            author: this.user(comment.author),
            created_at: iso(comment.createdAt),
            updated_at: iso(comment.updatedAt),
        });
    }

    reviewComment(comment) {
        const { pull } = comment;
        return this.note(pull, {
            id: comment.databaseId,
            type: 'DiffNote',
            body: comment.body,
            system: false,
            author: this.user(comment.author),
            created_at: iso(comment.createdAt),
            updated_at: iso(comment.updatedAt),
            commit_id: null,
            resolvable: true,
            resolved: comment.thread.isResolved,
            resolved_by: null,
            resolved_at: null,
            position: {
                base_sha: pull.baseOid,
                start_sha: pull.baseOid,
                head_sha: comment.commitOid,
                old_path: comment.path,
                new_path: comment.path,
                position_type: 'text',
                old_line: null,
                new_line: comment.line,
                line_range: null,
            },
        });
    }

    systemNote(event) {
        return this.note(event.item, {
            id: event.databaseId,
            body: NOTED[event.event](event),
            system: true,
            author: this.user(event.actor),
            created_at: iso(event.createdAt),
            updated_at: iso(event.createdAt),
        });
    }

    discussion(notes, id, individual) {
        return { id, individual_note: individual, notes };
    }

    // {time, make, id}: everything that is a note, oldest first.
    notesOf(item) {
        const notes = [
            ...item.comments.map((one) => ({
                time: one.createdAt,
                updated: one.updatedAt,
                id: one.databaseId,
                make: () => this.comment(one),
            })),
            ...item.events
                .filter((one) => one.event in NOTED)
                .map((one) => ({
                    time: one.createdAt,
                    updated: one.createdAt,
                    id: one.databaseId,
                    make: () => this.systemNote(one),
                })),
            ...(item.reviewComments || []).map((one) => ({
                time: one.createdAt,
                updated: one.updatedAt,
                id: one.databaseId,
                thread: one.thread,
                make: () => this.reviewComment(one),
            })),
        ];
        return notes.sort((a, b) => a.time - b.time || a.id - b.id);
    }

    // A thread is one discussion, any other note is alone in its own.
    discussionsOf(item) {
        const threads = (item.threads || []).map((thread) => ({
            time: thread.comments[0].createdAt,
            make: () =>
                this.discussion(
                    thread.comments.map((one) => this.reviewComment(one)),
                    item.repository.oid(`discussion/${thread.comments[0].databaseId}`),
                    false
                ),
        }));
        const alone = this.notesOf(item)
            .filter((note) => !note.thread)
            .map((note) => ({
                time: note.time,
                make: () =>
                    this.discussion(
                        [note.make()],
                        item.repository.oid(`discussion/${note.id}`),
                        true
                    ),
            }));
        return [...threads, ...alone].sort((a, b) => a.time - b.time);
    }

    approvals(pull) {
        const approvers = new Map();
        pull.reviews
            .filter((one) => one.state === 'APPROVED' && one.author)
            .forEach((one) =>
                approvers.set(one.author, {
                    user: this.user(one.author),
                    approved_at: iso(one.submittedAt),
                })
            );
        return {
            id: pull.databaseId,
            iid: pull.number,
            project_id: pull.repository.databaseId,
            title: pull.title,
            description: pull.body,
            state: this.mergeRequest(pull).state,
            created_at: iso(pull.createdAt),
            updated_at: iso(pull.updatedAt),
            merge_status: 'can_be_merged',
            approved: approvers.size > 0,
            approvals_required: 0,
            approvals_left: 0,
            require_password_to_approve: false,
            approved_by: [...approvers.values()],
            suggested_approvers: [],
            approvers: [],
            approver_groups: [],
            user_has_approved: false,
            user_can_approve: false,
        };
    }

    reviewer(pull, user) {
        const reviewed = pull.reviews.some((one) => one.author === user);
        return {
            user: this.user(user),
            state: reviewed ? 'reviewed' : 'unreviewed',
            created_at: iso(pull.createdAt),
        };
    }

    diff(file) {
        const fresh = file.changeType === 'ADDED';
        return {
            diff:
                `@@ -1,${file.deletions} +1,${file.additions} @@\n${'-old\n'.repeat(file.deletions)}` +
                '+new\n'.repeat(file.additions),
            new_path: file.path,
            old_path: file.previousPath || file.path,
            a_mode: fresh ? '0' : '100644',
            b_mode: file.changeType === 'DELETED' ? '0' : '100644',
            new_file: fresh,
            renamed_file: file.changeType === 'RENAMED',
            deleted_file: file.changeType === 'DELETED',
            generated_file: false,
            collapsed: false,
            too_large: false,
        };
    }

    resourceEvent(event, fields) {
        return {
            id: event.databaseId,
            user: this.user(event.actor),
            created_at: iso(event.createdAt),
            resource_type: event.item.isPull ? 'MergeRequest' : 'Issue',
            resource_id: event.item.databaseId,
            ...fields,
        };
    }

    event(one) {
        const { item } = one;
        return {
            id: one.id,
            project_id: item.repository.databaseId,
            action_name: one.action,
            target_id: one.comment ? one.comment.databaseId : item.databaseId,
            target_iid: item.number,
            target_type: one.comment ? 'Note' : item.isPull ? 'MergeRequest' : 'Issue',
            author_id: this.user(one.user).id,
            target_title: item.title,
            created_at: iso(one.time),
            author: this.user(one.user),
            author_username: this.user(one.user).username,
            imported: false,
            imported_from: 'none',
            ...(one.comment ? { note: this.comment(one.comment) } : {}),
        };
    }
}

module.exports = { Records };
