'use strict';
// The data set as GitHub's REST API writes it. The shapes are those of its OpenAPI description.

const HTML = 'https://github.com';

const REPOSITORY_URLS = [['archive', '/{archive_format}{/ref}'], ['assignees', '/assignees{/user}'],
    ['blobs', '/git/blobs{/sha}'], ['branches', '/branches{/branch}'],
    ['collaborators', '/collaborators{/collaborator}'], ['comments', '/comments{/number}'],
    ['commits', '/commits{/sha}'], ['compare', '/compare/{base}...{head}'],
    ['contents', '/contents/{+path}'], ['contributors', '/contributors'],
    ['deployments', '/deployments'], ['downloads', '/downloads'], ['events', '/events'],
    ['forks', '/forks'], ['git_commits', '/git/commits{/sha}'], ['git_refs', '/git/refs{/sha}'],
    ['git_tags', '/git/tags{/sha}'], ['hooks', '/hooks'], ['issue_comment', '/issues/comments{/number}'],
    ['issue_events', '/issues/events{/number}'], ['issues', '/issues{/number}'],
    ['keys', '/keys{/key_id}'], ['labels', '/labels{/name}'], ['languages', '/languages'],
    ['merges', '/merges'], ['milestones', '/milestones{/number}'],
    ['notifications', '/notifications{?since,all,participating}'], ['pulls', '/pulls{/number}'],
    ['releases', '/releases{/id}'], ['stargazers', '/stargazers'], ['statuses', '/statuses/{sha}'],
    ['subscribers', '/subscribers'], ['subscription', '/subscription'], ['tags', '/tags'],
    ['teams', '/teams'], ['trees', '/git/trees{/sha}']];

const USER_URLS = [['followers', '/followers'], ['following', '/following{/other_user}'],
    ['gists', '/gists{/gist_id}'], ['starred', '/starred{/owner}{/repo}'],
    ['subscriptions', '/subscriptions'], ['organizations', '/orgs'], ['repos', '/repos'],
    ['events', '/events{/privacy}'], ['received_events', '/received_events']];

const ROLLUP = [['+1', 'THUMBS_UP'], ['-1', 'THUMBS_DOWN'], ['laugh', 'LAUGH'], ['hooray', 'HOORAY'],
    ['confused', 'CONFUSED'], ['heart', 'HEART'], ['rocket', 'ROCKET'], ['eyes', 'EYES']];

function iso(time) {
    return time === null || time === undefined ? null : `${new Date(time).toISOString().slice(0, 19)}Z`;
}

function lower(text) {
    return text === null ? null : text.toLowerCase();
}

class Records {
    constructor(world, api) {
        this.world = world;
        this.api = api;
        this.kept = new WeakMap();
    }

    repositoryUrl(repository) {
        return `${this.api}/repos/${repository.nameWithOwner}`;
    }

    login(user) {
        return user.__typename === 'Bot' ? `${user.login}[bot]` : user.login;
    }

    // Deleted accounts appear as the user ghost.
    user(account) {
        const user = account || this.world.people.ghost;
        if (!this.kept.has(user)) {
            this.kept.set(user, this.makeUser(user));
        }
        return this.kept.get(user);
    }

    makeUser(user) {
        const login = this.login(user);
        const url = `${this.api}/users/${encodeURIComponent(login)}`;
        const bot = user.__typename === 'Bot';
        const record = { login, id: user.databaseId, node_id: user.id,
            avatar_url: `https://avatars.githubusercontent.com/u/${user.databaseId}?v=4`,
            gravatar_id: '', url, html_url: `${HTML}/${bot ? 'apps/' : ''}${user.login}` };
        USER_URLS.forEach(([name, path]) => {
            record[`${name}_url`] = url + path;
        });
        return Object.assign(record, { type: user.__typename, user_view_type: 'public', site_admin: false });
    }

    maybe(user) {
        return user ? this.user(user) : null;
    }

    profile(user) {
        return { ...this.user(user), name: user.name, company: user.company, blog: user.websiteUrl || '',
            location: user.location, email: user.email, hireable: null, bio: user.bio,
            twitter_username: user.twitterUsername, public_repos: 3, public_gists: 0,
            followers: user.followersCount, following: user.followingCount,
            created_at: iso(user.createdAt), updated_at: iso(user.updatedAt) };
    }

    team(team) {
        const url = `${this.api}/organizations/${team.organization.databaseId}/team/${team.databaseId}`;
        return { id: team.databaseId, node_id: team.id, name: team.name, slug: team.slug,
            description: team.description, privacy: 'closed', url,
            html_url: `${HTML}/orgs/${team.organization.login}/teams/${team.slug}`,
            members_url: `${url}/members{/member}`, repositories_url: `${url}/repos`,
            permission: 'pull', notification_setting: 'notifications_enabled', parent: null,
            type: 'organization', organization_id: team.organization.databaseId };
    }

    reactions(url, counts) {
        const record = { url: `${url}/reactions`, total_count: 0 };
        ROLLUP.forEach(([name, content]) => {
            record[name] = counts[content] || 0;
            record.total_count += record[name];
        });
        return record;
    }

    license(license) {
        return license && { key: license.key, name: license.name, spdx_id: license.spdxId,
            url: license.url, node_id: license.id };
    }

    minimalRepository(repository) {
        const url = this.repositoryUrl(repository);
        const html = `${HTML}/${repository.nameWithOwner}`;
        const record = { id: repository.databaseId, node_id: repository.id, name: repository.name,
            full_name: repository.nameWithOwner, private: false, owner: this.user(repository.owner),
            html_url: html, description: repository.description, fork: repository.parent !== null, url };
        REPOSITORY_URLS.forEach(([name, path]) => {
            record[`${name}_url`] = url + path;
        });
        const open = repository.items.filter((item) => item.state === 'OPEN').length;
        return Object.assign(record, { created_at: iso(repository.createdAt),
            updated_at: iso(repository.updatedAt), pushed_at: iso(repository.pushedAt),
            git_url: `git://github.com/${repository.nameWithOwner}.git`,
            ssh_url: `git@github.com:${repository.nameWithOwner}.git`, clone_url: `${html}.git`,
            svn_url: html, homepage: repository.homepageUrl, size: repository.diskUsage,
            stargazers_count: repository.stargazerCount, watchers_count: repository.stargazerCount,
            language: repository.languages.length > 0 ? repository.languages[0].name : null,
            has_issues: repository.hasIssues, has_projects: true, has_downloads: true, has_wiki: true,
            has_pages: false, has_discussions: false, forks_count: repository.forkCount,
            mirror_url: null, archived: repository.isArchived, disabled: false, open_issues_count: open,
            license: this.license(repository.license), allow_forking: true, is_template: false,
            web_commit_signoff_required: false, topics: repository.topics, visibility: 'public',
            forks: repository.forkCount, open_issues: open, watchers: repository.stargazerCount,
            default_branch: repository.defaultBranch,
            permissions: { admin: false, maintain: false, push: false, triage: false, pull: true } });
    }

    repository(repository) {
        const record = this.minimalRepository(repository);
        Object.assign(record, { temp_clone_token: null, network_count: repository.forkCount,
            subscribers_count: repository.watcherCount });
        if (repository.owner.__typename === 'Organization') {
            record.organization = this.user(repository.owner);
        }
        if (repository.parent) {
            record.parent = this.minimalRepository(repository.parent);
            record.source = record.parent;
        }
        return record;
    }

    label(label) {
        const url = this.repositoryUrl(label.repository);
        return { id: label.databaseId, node_id: label.id,
            url: `${url}/labels/${encodeURIComponent(label.name)}`, name: label.name,
            color: label.color, default: label.isDefault, description: label.description };
    }

    milestone(milestone) {
        const { repository, number } = milestone;
        const url = `${this.repositoryUrl(repository)}/milestones/${number}`;
        const inside = repository.items.filter((item) => item.milestone === milestone);
        const open = inside.filter((item) => item.state === 'OPEN').length;
        return { url, html_url: `${HTML}/${repository.nameWithOwner}/milestone/${number}`,
            labels_url: `${url}/labels`, id: milestone.databaseId, node_id: milestone.id, number,
            title: milestone.title, description: milestone.description,
            creator: this.user(milestone.creator), open_issues: open,
            closed_issues: inside.length - open, state: lower(milestone.state),
            created_at: iso(milestone.createdAt), updated_at: iso(milestone.updatedAt),
            due_on: iso(milestone.dueOn), closed_at: iso(milestone.closedAt) };
    }

    milestoneOnce(milestone) {
        return milestone && milestone.repository.once(`milestone/${this.api}/${milestone.number}`,
            () => this.milestone(milestone));
    }

    // What issues and pull requests have in common.
    item(item) {
        const url = this.repositoryUrl(item.repository);
        return { node_id: item.id, number: item.number, title: item.title,
            user: this.user(item.author), labels: item.labels.map((label) => this.label(label)),
            state: item.state === 'OPEN' ? 'open' : 'closed', locked: item.locked,
            assignee: this.maybe(item.assignees[0]),
            assignees: item.assignees.map((user) => this.user(user)),
            milestone: this.milestoneOnce(item.milestone), created_at: iso(item.createdAt),
            updated_at: iso(item.updatedAt), closed_at: iso(item.closedAt),
            comments_url: `${url}/issues/${item.number}/comments`,
            author_association: item.repository.association(item.author),
            active_lock_reason: lower(item.activeLockReason), body: item.body };
    }

    issue(item) {
        const repository = this.repositoryUrl(item.repository);
        const url = `${repository}/issues/${item.number}`;
        const html = `${HTML}/${item.repository.nameWithOwner}/${item.isPull ? 'pull' : 'issues'}/${item.number}`;
        const record = { url, repository_url: repository, labels_url: `${url}/labels{/name}`,
            events_url: `${url}/events`, html_url: html, id: item.issueId, ...this.item(item),
            comments: item.comments.length, closed_by: this.maybe(item.closedBy),
            reactions: this.reactions(url, item.reactions), timeline_url: `${url}/timeline`,
            performed_via_github_app: null, state_reason: lower(item.stateReason) };
        if (item.isPull) {
            record.draft = item.isDraft;
            record.pull_request = { url: `${repository}/pulls/${item.number}`, html_url: html,
                diff_url: `${html}.diff`, patch_url: `${html}.patch`, merged_at: iso(item.mergedAt) };
        } else {
            record.sub_issues_summary = { total: 0, completed: 0, percent_completed: 0 };
        }
        return record;
    }

    side(repository, owner, ref, sha) {
        return { label: `${this.user(owner).login}:${ref}`, ref, sha, user: this.user(owner),
            repo: repository && repository.once(`side/${this.api}`, () => this.minimalRepository(repository)) };
    }

    simplePull(pull) {
        const repository = this.repositoryUrl(pull.repository);
        const url = `${repository}/pulls/${pull.number}`;
        const html = `${HTML}/${pull.repository.nameWithOwner}/pull/${pull.number}`;
        const headOwner = pull.isCrossRepository ? pull.author : pull.repository.owner;
        const hrefs = { self: url, html, issue: `${repository}/issues/${pull.number}`,
            comments: `${repository}/issues/${pull.number}/comments`, review_comments: `${url}/comments`,
            review_comment: `${repository}/pulls/comments{/number}`, commits: `${url}/commits`,
            statuses: `${repository}/statuses/${pull.headOid}` };
        const people = pull.requestedReviewers;
        return { url, id: pull.databaseId, html_url: html, diff_url: `${html}.diff`,
            patch_url: `${html}.patch`, issue_url: hrefs.issue, ...this.item(pull),
            merged_at: iso(pull.mergedAt), merge_commit_sha: pull.mergeCommitOid,
            requested_reviewers: people.filter((who) => who.__typename !== 'Team').map((who) => this.user(who)),
            requested_teams: people.filter((who) => who.__typename === 'Team').map((who) => this.team(who)),
            draft: pull.isDraft, commits_url: hrefs.commits, review_comments_url: hrefs.review_comments,
            review_comment_url: hrefs.review_comment, statuses_url: hrefs.statuses,
            head: this.side(pull.headRepository, headOwner, pull.headRefName, pull.headOid),
            base: this.side(pull.repository, pull.repository.owner, pull.baseRefName, pull.baseOid),
            _links: Object.fromEntries(Object.entries(hrefs).map(([name, href]) => [name, { href }])),
            auto_merge: null };
    }

    pull(pull) {
        return { ...this.simplePull(pull), merged: pull.mergedAt !== null, mergeable: null,
            rebaseable: null, mergeable_state: 'unknown', merged_by: this.maybe(pull.mergedBy),
            comments: pull.comments.length, review_comments: pull.reviewComments.length,
            maintainer_can_modify: pull.maintainerCanModify, commits: pull.commits.length,
            additions: pull.additions, deletions: pull.deletions, changed_files: pull.files.length };
    }

    comment(comment) {
        const { item } = comment;
        const repository = this.repositoryUrl(item.repository);
        const url = `${repository}/issues/comments/${comment.databaseId}`;
        return { url, html_url: `${HTML}/${item.repository.nameWithOwner}/${item.isPull ? 'pull' : 'issues'}` +
                `/${item.number}#issuecomment-${comment.databaseId}`,
            issue_url: `${repository}/issues/${item.number}`, id: comment.databaseId,
            node_id: comment.id, user: this.user(comment.author), created_at: iso(comment.createdAt),
            updated_at: iso(comment.updatedAt), body: comment.body,
            author_association: item.repository.association(comment.author),
            reactions: this.reactions(url, comment.reactions), performed_via_github_app: null };
    }

    review(review) {
        const { pull } = review;
        const url = `${this.repositoryUrl(pull.repository)}/pulls/${pull.number}`;
        const html = `${HTML}/${pull.repository.nameWithOwner}/pull/${pull.number}` +
            `#pullrequestreview-${review.databaseId}`;
        return { id: review.databaseId, node_id: review.id, user: this.user(review.author),
            body: review.body, state: review.state, html_url: html, pull_request_url: url,
            _links: { html: { href: html }, pull_request: { href: url } },
            submitted_at: iso(review.submittedAt), commit_id: review.commitOid,
            author_association: pull.repository.association(review.author) };
    }

    reviewComment(comment) {
        const { pull } = comment;
        const repository = this.repositoryUrl(pull.repository);
        const url = `${repository}/pulls/comments/${comment.databaseId}`;
        const html = `${HTML}/${pull.repository.nameWithOwner}/pull/${pull.number}#discussion_r${comment.databaseId}`;
        const parent = `${repository}/pulls/${pull.number}`;
        const record = { url, pull_request_review_id: comment.review.databaseId,
            id: comment.databaseId, node_id: comment.id, diff_hunk: comment.diffHunk,
            path: comment.path, position: comment.position, original_position: comment.position,
            commit_id: comment.commitOid, original_commit_id: comment.originalCommitOid,
            user: this.user(comment.author), body: comment.body, created_at: iso(comment.createdAt),
            updated_at: iso(comment.updatedAt), html_url: html, pull_request_url: parent,
            author_association: pull.repository.association(comment.author),
            _links: { self: { href: url }, html: { href: html }, pull_request: { href: parent } },
            reactions: this.reactions(url, comment.reactions), start_line: null,
            original_start_line: null, start_side: null, line: comment.line,
            original_line: comment.line, side: comment.side, subject_type: 'line' };
        if (comment.replyTo) {
            record.in_reply_to_id = comment.replyTo.databaseId;
        }
        return record;
    }

    // Alone, or in the list of its issue (which does not repeat the issue).
    event(event, withIssue) {
        const { item } = event;
        const repository = this.repositoryUrl(item.repository);
        const record = { id: event.databaseId, node_id: event.id,
            url: `${repository}/issues/events/${event.databaseId}`, actor: this.user(event.actor),
            event: event.event, commit_id: event.commitOid || null,
            commit_url: event.commitOid ? `${repository}/commits/${event.commitOid}` : null,
            created_at: iso(event.createdAt) };
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
        return { sha: commit.oid, node_id: commit.id,
            commit: { author: signature(commit.author), committer: signature(commit.committer),
                message: commit.message, url: git, comment_count: 0,
                tree: { sha: commit.treeOid, url: `${repository}/git/trees/${commit.treeOid}` },
                verification: { verified: false, reason: 'unsigned', signature: null, payload: null,
                    verified_at: null } },
            url, html_url: `${html}/${commit.oid}`, comments_url: `${url}/comments`,
            author: this.maybe(commit.author.user), committer: this.maybe(commit.committer.user),
            parents: commit.parents.map((sha) => ({ sha, url: `${repository}/commits/${sha}`,
                html_url: `${html}/${sha}` })) };
    }

    file(pull, file) {
        const path = encodeURI(file.path);
        const html = `${HTML}/${pull.repository.nameWithOwner}`;
        const record = { sha: pull.repository.oid(`blob/${pull.number}/${file.path}`),
            filename: file.path, status: { DELETED: 'removed' }[file.changeType] || lower(file.changeType),
            additions: file.additions, deletions: file.deletions,
            changes: file.additions + file.deletions, blob_url: `${html}/blob/${pull.headOid}/${path}`,
            raw_url: `${html}/raw/${pull.headOid}/${path}`,
            contents_url: `${this.repositoryUrl(pull.repository)}/contents/${path}?ref=${pull.headOid}`,
            patch: `@@ -1,${file.deletions} +1,${file.additions} @@` };
        if (file.previousPath) {
            record.previous_filename = file.previousPath;
        }
        return record;
    }

    release(release) {
        const repository = this.repositoryUrl(release.repository);
        const url = `${repository}/releases/${release.databaseId}`;
        const html = `${HTML}/${release.repository.nameWithOwner}`;
        return { url, assets_url: `${url}/assets`,
            upload_url: `https://uploads.github.com/repos/${release.repository.nameWithOwner}` +
                `/releases/${release.databaseId}/assets{?name,label}`,
            html_url: `${html}/releases/tag/${release.tagName}`, id: release.databaseId,
            author: this.user(release.author), node_id: release.id, tag_name: release.tagName,
            target_commitish: release.repository.defaultBranch, name: release.name,
            draft: release.isDraft, immutable: false, prerelease: release.isPrerelease,
            created_at: iso(release.createdAt), updated_at: iso(release.updatedAt),
            published_at: iso(release.publishedAt),
            assets: release.assets.map((asset) => this.asset(repository, html, release, asset)),
            tarball_url: `${repository}/tarball/${release.tagName}`,
            zipball_url: `${repository}/zipball/${release.tagName}`, body: release.description };
    }

    asset(repository, html, release, asset) {
        return { url: `${repository}/releases/assets/${asset.databaseId}`, id: asset.databaseId,
            node_id: asset.id, name: asset.name, label: '', uploader: this.user(asset.uploadedBy),
            content_type: asset.contentType, state: 'uploaded', size: asset.size, digest: null,
            download_count: asset.downloadCount, created_at: iso(asset.createdAt),
            updated_at: iso(asset.updatedAt),
            browser_download_url: `${html}/releases/download/${release.tagName}/${asset.name}` };
    }

    branch(ref) {
        return { name: ref.name, commit: this.target(ref), protected: ref.name === 'main' };
    }

    tag(ref) {
        const url = this.repositoryUrl(ref.repository);
        return { name: ref.name, zipball_url: `${url}/zipball/${ref.prefix}${ref.name}`,
            tarball_url: `${url}/tarball/${ref.prefix}${ref.name}`, commit: this.target(ref),
            node_id: ref.id };
    }

    target(ref) {
        return { sha: ref.commit.oid, url: `${this.repositoryUrl(ref.repository)}/commits/${ref.commit.oid}` };
    }

    contributor(entry) {
        if (entry.user) {
            return { ...this.user(entry.user), contributions: entry.contributions };
        }
        return { email: entry.email, name: entry.name, type: 'Anonymous', contributions: entry.contributions };
    }

    community(repository) {
        const url = this.repositoryUrl(repository);
        const file = (path) => (repository.files.includes(path) ? { url: `${url}/contents/${path}`,
            html_url: `${HTML}/${repository.nameWithOwner}/blob/${repository.defaultBranch}/${path}` } : null);
        const conduct = repository.codeOfConduct ? { key: 'contributor_covenant',
            name: 'Contributor Covenant', url: `${this.api}/codes_of_conduct/contributor_covenant`,
            html_url: `${HTML}/${repository.nameWithOwner}/blob/main/CODE_OF_CONDUCT.md` } : null;
        return { health_percentage: repository.files.length > 0 ? 85 : 0,
            description: repository.description, documentation: repository.homepageUrl,
            files: { code_of_conduct: conduct, code_of_conduct_file: file('CODE_OF_CONDUCT.md'),
                contributing: file('CONTRIBUTING.md'), issue_template: file('.github/ISSUE_TEMPLATE.md'),
                pull_request_template: file('.github/PULL_REQUEST_TEMPLATE.md'),
                license: repository.license && { ...this.license(repository.license),
                    html_url: `${HTML}/${repository.nameWithOwner}/blob/main/LICENSE` },
                readme: file('README.md') },
            updated_at: iso(repository.updatedAt), content_reports_enabled: false };
    }
}

module.exports = { Records, iso };
