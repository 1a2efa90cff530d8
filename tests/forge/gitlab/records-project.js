'use strict';
// A project, its people, commits, labels, releases and refs as GitLab's API writes them.

const HTML = 'https://gitlab.com';

function iso(time) {
    return time === null || time === undefined ? null : new Date(time).toISOString();
}

function day(time) {
    return time === null ? null : iso(time).slice(0, 10);
}

class ProjectRecords {
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
        return {
            id: user.databaseId,
            username: user.login,
            name: user.name || user.login,
            state: 'active',
            locked: false,
            avatar_url: `${HTML}/uploads/-/avatar/${user.databaseId}.png`,
            web_url: `${HTML}/${user.login}`,
        };
    }

    maybe(account) {
        return account ? this.user(account) : null;
    }

    profile(user) {
        return {
            ...this.user(user),
            created_at: iso(user.createdAt),
            bio: user.bio || '',
            location: user.location || '',
            public_email: user.email,
            skype: '',
            linkedin: '',
            twitter: user.twitterUsername || '',
            discord: '',
            website_url: user.websiteUrl || '',
            github: '',
            organization: user.company || '',
            job_title: '',
            pronouns: null,
            bot: user.__typename === 'Bot',
            work_information: null,
            followers: user.followersCount,
            following: user.followingCount,
            is_followed: false,
            local_time: null,
        };
    }

    member(user, at) {
        return {
            ...this.user(user),
            access_level: at === 0 ? 50 : 30,
            created_at: iso(user.createdAt),
            expires_at: null,
            membership_state: 'active',
        };
    }

    project(repository, { statistics, license }) {
        const [path] = repository.nameWithOwner.split('/').slice(1);
        const html = this.html(repository);
        const record = {
            id: repository.databaseId,
            description: repository.description,
            name: repository.name,
            name_with_namespace: repository.nameWithOwner.replace('/', ' / '),
            path,
            path_with_namespace: repository.nameWithOwner,
            created_at: iso(repository.createdAt),
            default_branch: repository.commits.length > 0 ? repository.defaultBranch : null,
            tag_list: repository.topics,
            topics: repository.topics,
            ssh_url_to_repo: `git@gitlab.com:${repository.nameWithOwner}.git`,
            http_url_to_repo: `${html}.git`,
            web_url: html,
            readme_url: repository.files.includes('README.md')
                ? `${html}/-/blob/main/README.md`
                : null,
            forks_count: repository.forkCount,
            avatar_url: null,
            star_count: repository.stargazerCount,
            last_activity_at: iso(repository.updatedAt),
            visibility: 'public',
            namespace: {
                id: repository.owner.databaseId,
                name: repository.owner.login,
                path: repository.owner.login,
                kind: repository.owner.__typename === 'Organization' ? 'group' : 'user',
                full_path: repository.owner.login,
                parent_id: null,
                avatar_url: null,
                web_url: `${HTML}/${repository.owner.login}`,
            },
            empty_repo: repository.commits.length === 0,
            archived: repository.isArchived,
            issues_enabled: repository.hasIssues,
            merge_requests_enabled: true,
            wiki_enabled: true,
            open_issues_count: repository.list('issues').filter((one) => one.state === 'OPEN')
                .length,
            creator_id: repository.owner.databaseId,
            updated_at: iso(repository.updatedAt),
            _links: {
                self: this.projectUrl(repository),
                issues: `${this.projectUrl(repository)}/issues`,
                merge_requests: `${this.projectUrl(repository)}/merge_requests`,
            },
        };
        if (repository.parent) {
            record.forked_from_project = {
                id: repository.parent.databaseId,
                path_with_namespace: repository.parent.nameWithOwner,
                name: repository.parent.name,
            };
        }
        if (license) {
            record.license_url = `${html}/-/blob/main/LICENSE`;
            record.license = repository.license && {
                key: repository.license.key,
                name: repository.license.name,
                nickname: null,
                html_url: 'http://choosealicense.com/licenses/mit/',
                source_url: null,
            };
        }
        if (statistics) {
            record.statistics = {
                commit_count: repository.commits.length,
                storage_size: repository.diskUsage * 2048,
                repository_size: repository.diskUsage * 1024,
                wiki_size: 0,
                lfs_objects_size: 0,
                job_artifacts_size: 0,
                pipeline_artifacts_size: 0,
                packages_size: 0,
                snippets_size: 0,
                uploads_size: 0,
            };
        }
        return record;
    }

    milestone(milestone) {
        const { repository } = milestone;
        return {
            id: milestone.databaseId,
            iid: milestone.number,
            project_id: repository.databaseId,
            title: milestone.title,
            description: milestone.description || '',
            state: milestone.state === 'OPEN' ? 'active' : 'closed',
            created_at: iso(milestone.createdAt),
            updated_at: iso(milestone.updatedAt),
            due_date: day(milestone.dueOn),
            start_date: null,
            expired: false,
            web_url: `${this.html(repository)}/-/milestones/${milestone.number}`,
        };
    }

    commit(commit) {
        const lines = commit.message.split('\n');
        return {
            id: commit.oid,
            short_id: commit.oid.slice(0, 8),
            created_at: iso(commit.committer.date),
            parent_ids: commit.parents,
            title: lines[0],
            message: commit.message,
            author_name: commit.author.name,
            author_email: commit.author.email,
            authored_date: iso(commit.author.date),
            committer_name: commit.committer.name,
            committer_email: commit.committer.email,
            committed_date: iso(commit.committer.date),
            trailers: {},
            extended_trailers: {},
            web_url: `${this.html(commit.repository)}/-/commit/${commit.oid}`,
        };
    }

    withStats(commit) {
        return {
            ...this.commit(commit),
            stats: {
                additions: commit.additions,
                deletions: commit.deletions,
                total: commit.additions + commit.deletions,
            },
        };
    }

    label(label) {
        return {
            id: label.databaseId,
            name: label.name,
            color: `#${label.color}`,
            text_color: '#FFFFFF',
            description: label.description,
            description_html: label.description || '',
            archived: false,
        };
    }

    projectLabel(label, counts) {
        return {
            ...this.label(label),
            ...counts,
            subscribed: false,
            priority: null,
            is_project_label: true,
        };
    }

    release(release) {
        const html = this.html(release.repository);
        const sources = ['zip', 'tar.gz', 'tar.bz2', 'tar'].map((format) => ({
            format,
            url: `${html}/-/archive/${release.tagName}/mill-${release.tagName}.${format}`,
        }));
        const links = release.assets.map((asset) => ({
            id: asset.databaseId,
            name: asset.name,
            url: `${html}/files/${asset.name}`,
            direct_asset_url: `${html}/files/${asset.name}`,
            link_type: 'other',
        }));
        return {
            name: release.name || release.tagName,
            tag_name: release.tagName,
            description: release.description,
            created_at: iso(release.createdAt),
            released_at: iso(release.publishedAt),
            upcoming_release: false,
            author: this.user(release.author),
            commit: this.commit(release.commit),
            milestones: [],
            commit_path: `/${release.repository.nameWithOwner}/-/commit/${release.commit.oid}`,
            tag_path: `/${release.repository.nameWithOwner}/-/tags/${release.tagName}`,
            assets: { count: sources.length + links.length, sources, links },
            evidences: [],
            _links: { self: `${html}/-/releases/${release.tagName}` },
        };
    }

    branch(ref) {
        return {
            name: ref.name,
            commit: this.commit(ref.commit),
            merged: false,
            protected: ref.name === 'main',
            developers_can_push: false,
            developers_can_merge: false,
            can_push: false,
            default: ref.name === 'main',
            web_url: `${this.html(ref.repository)}/-/tree/${encodeURI(ref.name)}`,
        };
    }

    tag(ref) {
        const release = ref.repository.releases.find((one) => one.tagName === ref.name);
        return {
            name: ref.name,
            message: '',
            target: ref.commit.oid,
            commit: this.commit(ref.commit),
            release: release ? { tag_name: ref.name, description: release.description } : null,
            protected: false,
            created_at: null,
        };
    }
}

module.exports = { ProjectRecords, iso };
