'use strict';
// The data set as GitLab's API writes it: issues and pull requests (merge requests) have their
// number as iid, reviews appear as approvals, review comments as positioned notes.

const HTML = 'https://gitlab.com';

function iso(time) {
    return time === null || time === undefined ? null : new Date(time).toISOString();
}

function day(time) {
    return time === null ? null : iso(time).slice(0, 10);
}

function hash(text) {
    return text.slice(0, 40);
}

// What GitLab tells of changes in notes rather than in resource events.
const NOTED = { assigned: (event) => `assigned to @${event.assignee.login}`,
    renamed: (event) => `changed title from **${event.previousTitle}** to **${event.currentTitle}**`,
    referenced: (event) => `mentioned in commit ${event.commitOid}` };

class Records {
    constructor(world, api) {
        this.world = world;
        this.api = api;
    }

    projectUrl(repository) {
        return `${this.api}/projects/${repository.databaseId}`;
    }

    html(repository) {
        return `${HTML}/${repository.nameWithOwner}`;
    }

    user(account) {
        const user = account || this.world.people.ghost;
        return { id: user.databaseId, username: user.login, name: user.name || user.login, state: 'active',
            locked: false, avatar_url: `${HTML}/uploads/-/avatar/${user.databaseId}.png`,
            web_url: `${HTML}/${user.login}` };
    }

    maybe(account) {
        return account ? this.user(account) : null;
    }

    profile(user) {
        return { ...this.user(user), created_at: iso(user.createdAt), bio: user.bio || '', location: user.location || '',
            public_email: user.email, skype: '', linkedin: '', twitter: user.twitterUsername || '', discord: '',
            website_url: user.websiteUrl || '', github: '', organization: user.company || '', job_title: '', pronouns: null,
            bot: user.__typename === 'Bot', work_information: null, followers: user.followersCount,
            following: user.followingCount, is_followed: false, local_time: null };
    }

    member(user, at) {
        return { ...this.user(user), access_level: at === 0 ? 50 : 30, created_at: iso(user.createdAt),
            expires_at: null, membership_state: 'active' };
    }

    project(repository, { statistics, license }) {
        const [path] = repository.nameWithOwner.split('/').slice(1);
        const html = this.html(repository);
        const record = { id: repository.databaseId, description: repository.description, name: repository.name,
            name_with_namespace: repository.nameWithOwner.replace('/', ' / '), path,
            path_with_namespace: repository.nameWithOwner, created_at: iso(repository.createdAt),
            default_branch: repository.commits.length > 0 ? repository.defaultBranch : null, tag_list: repository.topics,
            topics: repository.topics, ssh_url_to_repo: `git@gitlab.com:${repository.nameWithOwner}.git`,
            http_url_to_repo: `${html}.git`, web_url: html, readme_url: repository.files.includes('README.md') ?
                `${html}/-/blob/main/README.md` : null, forks_count: repository.forkCount,
            avatar_url: null, star_count: repository.stargazerCount, last_activity_at: iso(repository.updatedAt),
            visibility: 'public', namespace: { id: repository.owner.databaseId, name: repository.owner.login,
                path: repository.owner.login, kind: repository.owner.__typename === 'Organization' ? 'group' : 'user',
                full_path: repository.owner.login, parent_id: null, avatar_url: null, web_url: `${HTML}/${repository.owner.login}` },
            empty_repo: repository.commits.length === 0, archived: repository.isArchived,
            issues_enabled: repository.hasIssues, merge_requests_enabled: true, wiki_enabled: true,
            open_issues_count: repository.list('issues').filter((one) => one.state === 'OPEN').length,
            creator_id: repository.owner.databaseId, updated_at: iso(repository.updatedAt),
            _links: { self: this.projectUrl(repository), issues: `${this.projectUrl(repository)}/issues`,
                merge_requests: `${this.projectUrl(repository)}/merge_requests` } };
        if (repository.parent) {
            record.forked_from_project = { id: repository.parent.databaseId,
                path_with_namespace: repository.parent.nameWithOwner, name: repository.parent.name };
        }
        if (license) {
            record.license_url = `${html}/-/blob/main/LICENSE`;
            record.license = repository.license && { key: repository.license.key, name: repository.license.name,
                nickname: null, html_url: 'http://choosealicense.com/licenses/mit/', source_url: null };
        }
        if (statistics) {
            record.statistics = { commit_count: repository.commits.length, storage_size: repository.diskUsage * 2048,
                repository_size: repository.diskUsage * 1024, wiki_size: 0, lfs_objects_size: 0,
                job_artifacts_size: 0, pipeline_artifacts_size: 0, packages_size: 0, snippets_size: 0, uploads_size: 0 };
        }
        return record;
    }

    milestone(milestone) {
        const { repository } = milestone;
        return { id: milestone.databaseId, iid: milestone.number, project_id: repository.databaseId,
            title: milestone.title, description: milestone.description || '',
            state: milestone.state === 'OPEN' ? 'active' : 'closed', created_at: iso(milestone.createdAt),
            updated_at: iso(milestone.updatedAt), due_date: day(milestone.dueOn), start_date: null, expired: false,
            web_url: `${this.html(repository)}/-/milestones/${milestone.number}` };
    }

    // What issues and merge requests have in common.
    item(item) {
        const kind = item.isPull ? 'merge_requests' : 'issues';
        const sign = item.isPull ? '!' : '#';
        const { repository } = item;
        const full = `${repository.nameWithOwner}${sign}${item.number}`;
        return { id: item.databaseId, iid: item.number, project_id: repository.databaseId, title: item.title,
            description: item.body, created_at: iso(item.createdAt), updated_at: iso(item.updatedAt),
            closed_by: item.mergedAt ? null : this.maybe(item.closedBy),
            closed_at: item.mergedAt ? null : iso(item.closedAt), labels: item.labels.map((label) => label.name),
            milestone: item.milestone && this.milestone(item.milestone), author: this.user(item.author),
            assignees: item.assignees.map((user) => this.user(user)), assignee: this.maybe(item.assignees[0]),
            user_notes_count: item.comments.length + (item.reviewComments || []).length,
            upvotes: item.reactions.THUMBS_UP || 0, downvotes: item.reactions.THUMBS_DOWN || 0,
            discussion_locked: item.locked || null, imported: false, imported_from: 'none',
            web_url: `${this.html(repository)}/-/${kind}/${item.number}`,
            references: { short: sign + item.number, relative: sign + item.number, full },
            time_stats: { time_estimate: 0, total_time_spent: 0, human_time_estimate: null, human_total_time_spent: null },
            task_completion_status: { count: 0, completed_count: 0 } };
    }

    issue(item) {
        const url = `${this.projectUrl(item.repository)}/issues/${item.number}`;
        return { ...this.item(item), state: item.state === 'OPEN' ? 'opened' : 'closed', type: 'ISSUE',
            issue_type: 'issue', due_date: null, confidential: false, merge_requests_count: 0, has_tasks: false,
            severity: 'UNKNOWN', moved_to_id: null, service_desk_reply_to: null,
            _links: { self: url, notes: `${url}/notes`, award_emoji: `${url}/award_emoji`,
                project: this.projectUrl(item.repository), closed_as_duplicate_of: null } };
    }

    mergeRequest(pull) {
        const reviewers = pull.requestedReviewers.filter((who) => who.__typename === 'User');
        const merger = pull.mergedAt ? this.maybe(pull.mergedBy) : null;
        return { ...this.item(pull), state: { OPEN: 'opened', CLOSED: 'closed', MERGED: 'merged' }[pull.state],
            merged_by: merger, merge_user: merger, merged_at: iso(pull.mergedAt), target_branch: pull.baseRefName,
            source_branch: pull.headRefName, draft: pull.isDraft, work_in_progress: pull.isDraft,
            reviewers: reviewers.map((user) => this.user(user)),
            source_project_id: pull.headRepository ? pull.headRepository.databaseId : null,
            target_project_id: pull.repository.databaseId, merge_when_pipeline_succeeds: false,
            merge_status: 'can_be_merged', detailed_merge_status: pull.mergedAt ? 'not_open' : 'mergeable',
            sha: pull.headOid, merge_commit_sha: pull.mergeCommitOid, squash_commit_sha: null,
            should_remove_source_branch: null, force_remove_source_branch: null, prepared_at: iso(pull.createdAt),
            reference: `!${pull.number}`, squash: false, squash_on_merge: false, has_conflicts: false,
            blocking_discussions_resolved: true, approvals_before_merge: null, allow_collaboration: pull.maintainerCanModify };
    }

    oneMergeRequest(pull) {
        return { ...this.mergeRequest(pull), changes_count: String(pull.files.length), subscribed: false,
            diff_refs: { base_sha: pull.baseOid, head_sha: pull.headOid, start_sha: pull.baseOid },
            first_contribution: false, merge_error: null, user: { can_merge: false } };
    }

    note(item, fields) {
        return { type: null, attachment: null, noteable_id: item.databaseId, noteable_iid: item.number,
            noteable_type: item.isPull ? 'MergeRequest' : 'Issue', project_id: item.repository.databaseId,
            resolvable: false, confidential: false, internal: false, imported: false, imported_from: 'none',
            commands_changes: {}, ...fields };
    }

    comment(comment) {
        return this.note(comment.item, { id: comment.databaseId, body: comment.body, system: false,
            author: this.user(comment.author), created_at: iso(comment.createdAt), updated_at: iso(comment.updatedAt) });
    }

    reviewComment(comment) {
        const { pull } = comment;
        return this.note(pull, { id: comment.databaseId, type: 'DiffNote', body: comment.body, system: false,
            author: this.user(comment.author), created_at: iso(comment.createdAt), updated_at: iso(comment.updatedAt),
            commit_id: null, resolvable: true, resolved: comment.thread.isResolved, resolved_by: null, resolved_at: null,
            position: { base_sha: pull.baseOid, start_sha: pull.baseOid, head_sha: comment.commitOid,
                old_path: comment.path, new_path: comment.path, position_type: 'text', old_line: null,
                new_line: comment.line, line_range: null } });
    }

    systemNote(event) {
        return this.note(event.item, { id: event.databaseId, body: NOTED[event.event](event), system: true,
            author: this.user(event.actor), created_at: iso(event.createdAt), updated_at: iso(event.createdAt) });
    }

    discussion(notes, id, individual) {
        return { id: hash(id), individual_note: individual, notes };
    }

    // {time, make, id}: everything that is a note, oldest first.
    notesOf(item) {
        const notes = [...item.comments.map((one) => ({ time: one.createdAt, updated: one.updatedAt, id: one.databaseId,
            make: () => this.comment(one) })),
        ...item.events.filter((one) => one.event in NOTED).map((one) => ({ time: one.createdAt,
            updated: one.createdAt, id: one.databaseId, make: () => this.systemNote(one) })),
        ...(item.reviewComments || []).map((one) => ({ time: one.createdAt, updated: one.updatedAt, id: one.databaseId,
            thread: one.thread, make: () => this.reviewComment(one) }))];
        return notes.sort((a, b) => a.time - b.time || a.id - b.id);
    }

    // A thread is one discussion, any other note is alone in its own.
    discussionsOf(item) {
        const threads = (item.threads || []).map((thread) => ({ time: thread.comments[0].createdAt,
            make: () => this.discussion(thread.comments.map((one) => this.reviewComment(one)),
                item.repository.oid(`discussion/${thread.comments[0].databaseId}`), false) }));
        const alone = this.notesOf(item).filter((note) => !note.thread).map((note) => ({ time: note.time,
            make: () => this.discussion([note.make()], item.repository.oid(`discussion/${note.id}`), true) }));
        return [...threads, ...alone].sort((a, b) => a.time - b.time);
    }

    approvals(pull) {
        const approvers = new Map();
        pull.reviews.filter((one) => one.state === 'APPROVED' && one.author).forEach((one) =>
            approvers.set(one.author, { user: this.user(one.author), approved_at: iso(one.submittedAt) }));
        return { id: pull.databaseId, iid: pull.number, project_id: pull.repository.databaseId, title: pull.title,
            description: pull.body, state: this.mergeRequest(pull).state, created_at: iso(pull.createdAt),
            updated_at: iso(pull.updatedAt), merge_status: 'can_be_merged', approved: approvers.size > 0,
            approvals_required: 0, approvals_left: 0, require_password_to_approve: false,
            approved_by: [...approvers.values()], suggested_approvers: [], approvers: [], approver_groups: [],
            user_has_approved: false, user_can_approve: false };
    }

    reviewer(pull, user) {
        const reviewed = pull.reviews.some((one) => one.author === user);
        return { user: this.user(user), state: reviewed ? 'reviewed' : 'unreviewed', created_at: iso(pull.createdAt) };
    }

    commit(commit) {
        const lines = commit.message.split('\n');
        return { id: commit.oid, short_id: commit.oid.slice(0, 8), created_at: iso(commit.committer.date),
            parent_ids: commit.parents, title: lines[0], message: commit.message, author_name: commit.author.name,
            author_email: commit.author.email, authored_date: iso(commit.author.date),
            committer_name: commit.committer.name, committer_email: commit.committer.email,
            committed_date: iso(commit.committer.date), trailers: {}, extended_trailers: {},
            web_url: `${this.html(commit.repository)}/-/commit/${commit.oid}` };
    }

    withStats(commit) {
        return { ...this.commit(commit), stats: { additions: commit.additions, deletions: commit.deletions,
            total: commit.additions + commit.deletions } };
    }

    diff(file) {
        const fresh = file.changeType === 'ADDED';
        return { diff: `@@ -1,${file.deletions} +1,${file.additions} @@\n${'-old\n'.repeat(file.deletions)}` +
                '+new\n'.repeat(file.additions), new_path: file.path, old_path: file.previousPath || file.path,
            a_mode: fresh ? '0' : '100644', b_mode: file.changeType === 'DELETED' ? '0' : '100644', new_file: fresh,
            renamed_file: file.changeType === 'RENAMED', deleted_file: file.changeType === 'DELETED',
            generated_file: false, collapsed: false, too_large: false };
    }

    resourceEvent(event, fields) {
        return { id: event.databaseId, user: this.user(event.actor), created_at: iso(event.createdAt),
            resource_type: event.item.isPull ? 'MergeRequest' : 'Issue', resource_id: event.item.databaseId, ...fields };
    }

    label(label) {
        return { id: label.databaseId, name: label.name, color: `#${label.color}`, text_color: '#FFFFFF',
            description: label.description, description_html: label.description || '', archived: false };
    }

    projectLabel(label, counts) {
        return { ...this.label(label), ...counts, subscribed: false, priority: null, is_project_label: true };
    }

    release(release) {
        const html = this.html(release.repository);
        const sources = ['zip', 'tar.gz', 'tar.bz2', 'tar'].map((format) => ({ format,
            url: `${html}/-/archive/${release.tagName}/mill-${release.tagName}.${format}` }));
        const links = release.assets.map((asset) => ({ id: asset.databaseId, name: asset.name,
            url: `${html}/files/${asset.name}`, direct_asset_url: `${html}/files/${asset.name}`, link_type: 'other' }));
        return { name: release.name || release.tagName, tag_name: release.tagName, description: release.description,
            created_at: iso(release.createdAt), released_at: iso(release.publishedAt), upcoming_release: false,
            author: this.user(release.author), commit: this.commit(release.commit), milestones: [],
            commit_path: `/${release.repository.nameWithOwner}/-/commit/${release.commit.oid}`,
            tag_path: `/${release.repository.nameWithOwner}/-/tags/${release.tagName}`,
            assets: { count: sources.length + links.length, sources, links }, evidences: [],
            _links: { self: `${html}/-/releases/${release.tagName}` } };
    }

    branch(ref) {
        return { name: ref.name, commit: this.commit(ref.commit), merged: false, protected: ref.name === 'main',
            developers_can_push: false, developers_can_merge: false, can_push: false, default: ref.name === 'main',
            web_url: `${this.html(ref.repository)}/-/tree/${encodeURI(ref.name)}` };
    }

    tag(ref) {
        const release = ref.repository.releases.find((one) => one.tagName === ref.name);
        return { name: ref.name, message: '', target: ref.commit.oid, commit: this.commit(ref.commit),
            release: release ? { tag_name: ref.name, description: release.description } : null, protected: false,
            created_at: null };
    }

    event(one) {
        const { item } = one;
        return { id: one.id, project_id: item.repository.databaseId, action_name: one.action,
            target_id: one.comment ? one.comment.databaseId : item.databaseId, target_iid: item.number,
            target_type: one.comment ? 'Note' : (item.isPull ? 'MergeRequest' : 'Issue'),
            author_id: this.user(one.user).id, target_title: item.title, created_at: iso(one.time),
            author: this.user(one.user), author_username: this.user(one.user).username, imported: false,
            imported_from: 'none', ...(one.comment ? { note: this.comment(one.comment) } : {}) };
    }
}

module.exports = { Records, iso, NOTED };
