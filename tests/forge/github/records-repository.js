'use strict';
// A repository and what it has besides issues and pull requests, as GitHub's REST API writes them.

const { PeopleRecords, HTML, iso, lower } = require('./records-people');

const REPOSITORY_URLS = [
    ['archive', '/{archive_format}{/ref}'],
    ['assignees', '/assignees{/user}'],
    ['blobs', '/git/blobs{/sha}'],
    ['branches', '/branches{/branch}'],
    ['collaborators', '/collaborators{/collaborator}'],
    ['comments', '/comments{/number}'],
    ['commits', '/commits{/sha}'],
    ['compare', '/compare/{base}...{head}'],
    ['contents', '/contents/{+path}'],
    ['contributors', '/contributors'],
    ['deployments', '/deployments'],
    ['downloads', '/downloads'],
    ['events', '/events'],
    ['forks', '/forks'],
    ['git_commits', '/git/commits{/sha}'],
    ['git_refs', '/git/refs{/sha}'],
    ['git_tags', '/git/tags{/sha}'],
    ['hooks', '/hooks'],
    ['issue_comment', '/issues/comments{/number}'],
    ['issue_events', '/issues/events{/number}'],
    ['issues', '/issues{/number}'],
    ['keys', '/keys{/key_id}'],
    ['labels', '/labels{/name}'],
    ['languages', '/languages'],
    ['merges', '/merges'],
    ['milestones', '/milestones{/number}'],
    ['notifications', '/notifications{?since,all,participating}'],
    ['pulls', '/pulls{/number}'],
    ['releases', '/releases{/id}'],
    ['stargazers', '/stargazers'],
    ['statuses', '/statuses/{sha}'],
    ['subscribers', '/subscribers'],
    ['subscription', '/subscription'],
    ['tags', '/tags'],
    ['teams', '/teams'],
    ['trees', '/git/trees{/sha}'],
];

class RepositoryRecords extends PeopleRecords {
    license(license) {
        return (
            license && {
                key: license.key,
                name: license.name,
                spdx_id: license.spdxId,
                url: license.url,
                node_id: license.id,
            }
        );
    }

    minimalRepository(repository) {
        const url = this.repositoryUrl(repository);
        const html = `${HTML}/${repository.nameWithOwner}`;
        const record = {
            id: repository.databaseId,
            node_id: repository.id,
            name: repository.name,
            full_name: repository.nameWithOwner,
            private: false,
            owner: this.user(repository.owner),
            html_url: html,
            description: repository.description,
            fork: repository.isFork,
            url,
        };
        REPOSITORY_URLS.forEach(([name, path]) => {
            record[`${name}_url`] = url + path;
        });
        const open = repository.items.filter((item) => item.state === 'OPEN').length;
        return Object.assign(record, {
            created_at: iso(repository.createdAt),
            updated_at: iso(repository.updatedAt),
            pushed_at: iso(repository.pushedAt),
            git_url: `git://github.com/${repository.nameWithOwner}.git`,
            ssh_url: `git@github.com:${repository.nameWithOwner}.git`,
            clone_url: `${html}.git`,
            svn_url: html,
            homepage: repository.homepageUrl,
            size: repository.diskUsage,
            stargazers_count: repository.stargazerCount,
            watchers_count: repository.stargazerCount,
            language: repository.languages.length > 0 ? repository.languages[0].name : null,
            has_issues: repository.hasIssues,
            has_projects: true,
            has_downloads: true,
            has_wiki: true,
            has_pages: false,
            has_discussions: false,
            forks_count: repository.forkCount,
            mirror_url: null,
            archived: repository.isArchived,
            disabled: false,
            open_issues_count: open,
            license: this.license(repository.license),
            allow_forking: true,
            is_template: false,
            web_commit_signoff_required: false,
            topics: repository.topics,
            visibility: 'public',
            forks: repository.forkCount,
            open_issues: open,
            watchers: repository.stargazerCount,
            default_branch: repository.defaultBranch,
            permissions: { admin: false, maintain: false, push: false, triage: false, pull: true },
        });
    }

    repository(repository) {
        const record = this.minimalRepository(repository);
        Object.assign(record, {
            temp_clone_token: null,
            network_count: repository.forkCount,
            subscribers_count: repository.watcherCount,
        });
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
        return {
            id: label.databaseId,
            node_id: label.id,
            url: `${url}/labels/${encodeURIComponent(label.name)}`,
            name: label.name,
            color: label.color,
            default: label.isDefault,
            description: label.description,
        };
    }

    milestone(milestone) {
        const { repository, number } = milestone;
        const url = `${this.repositoryUrl(repository)}/milestones/${number}`;
        const inside = repository.items.filter((item) => item.milestone === milestone);
        const open = inside.filter((item) => item.state === 'OPEN').length;
        return {
            url,
            html_url: `${HTML}/${repository.nameWithOwner}/milestone/${number}`,
            labels_url: `${url}/labels`,
            id: milestone.databaseId,
            node_id: milestone.id,
            number,
            title: milestone.title,
            description: milestone.description,
            creator: this.user(milestone.creator),
            open_issues: open,
            closed_issues: inside.length - open,
            state: lower(milestone.state),
            created_at: iso(milestone.createdAt),
            updated_at: iso(milestone.updatedAt),
            due_on: iso(milestone.dueOn),
            closed_at: iso(milestone.closedAt),
        };
    }

    milestoneOnce(milestone) {
        return (
            milestone &&
            milestone.repository.once(`milestone/${this.api}/${milestone.number}`, () =>
                this.milestone(milestone)
            )
        );
    }

    release(release) {
        const repository = this.repositoryUrl(release.repository);
        const url = `${repository}/releases/${release.databaseId}`;
        const html = `${HTML}/${release.repository.nameWithOwner}`;
        return {
            url,
            assets_url: `${url}/assets`,
            upload_url:
                `https://uploads.github.com/repos/${release.repository.nameWithOwner}` +
                `/releases/${release.databaseId}/assets{?name,label}`,
            html_url: `${html}/releases/tag/${release.tagName}`,
            id: release.databaseId,
            author: this.user(release.author),
            node_id: release.id,
            tag_name: release.tagName,
            target_commitish: release.repository.defaultBranch,
            name: release.name,
            draft: release.isDraft,
            immutable: false,
            prerelease: release.isPrerelease,
            created_at: iso(release.createdAt),
            updated_at: iso(release.updatedAt),
            published_at: iso(release.publishedAt),
            assets: release.assets.map((asset) => this.asset(repository, html, release, asset)),
            tarball_url: `${repository}/tarball/${release.tagName}`,
            zipball_url: `${repository}/zipball/${release.tagName}`,
            body: release.description,
        };
    }

    asset(repository, html, release, asset) {
        return {
            url: `${repository}/releases/assets/${asset.databaseId}`,
            id: asset.databaseId,
            node_id: asset.id,
            name: asset.name,
            label: '',
            uploader: this.user(asset.uploadedBy),
            content_type: asset.contentType,
            state: 'uploaded',
            size: asset.size,
            digest: null,
            download_count: asset.downloadCount,
            created_at: iso(asset.createdAt),
            updated_at: iso(asset.updatedAt),
            browser_download_url: `${html}/releases/download/${release.tagName}/${asset.name}`,
        };
    }

    branch(ref) {
        return { name: ref.name, commit: this.target(ref), protected: ref.name === 'main' };
    }

    tag(ref) {
        const url = this.repositoryUrl(ref.repository);
        return {
            name: ref.name,
            zipball_url: `${url}/zipball/${ref.prefix}${ref.name}`,
            tarball_url: `${url}/tarball/${ref.prefix}${ref.name}`,
            commit: this.target(ref),
            node_id: ref.id,
        };
    }

    target(ref) {
        return {
            sha: ref.commit.oid,
            url: `${this.repositoryUrl(ref.repository)}/commits/${ref.commit.oid}`,
        };
    }

    contributor(entry) {
        if (entry.user) {
            return { ...this.user(entry.user), contributions: entry.contributions };
        }
        return {
            email: entry.email,
            name: entry.name,
            type: 'Anonymous',
            contributions: entry.contributions,
        };
    }

    community(repository) {
        const url = this.repositoryUrl(repository);
        const file = (path) =>
            repository.files.includes(path)
                ? {
                      url: `${url}/contents/${path}`,
                      html_url: `${HTML}/${repository.nameWithOwner}/blob/${repository.defaultBranch}/${path}`,
                  }
                : null;
        const conduct = repository.codeOfConduct
            ? {
                  key: 'contributor_covenant',
                  name: 'Contributor Covenant',
                  url: `${this.api}/codes_of_conduct/contributor_covenant`,
                  html_url: `${HTML}/${repository.nameWithOwner}/blob/main/CODE_OF_CONDUCT.md`,
              }
            : null;
        return {
            health_percentage: repository.files.length > 0 ? 85 : 0,
            description: repository.description,
            documentation: repository.homepageUrl,
            files: {
                code_of_conduct: conduct,
                code_of_conduct_file: file('CODE_OF_CONDUCT.md'),
                contributing: file('CONTRIBUTING.md'),
                issue_template: file('.github/ISSUE_TEMPLATE.md'),
                pull_request_template: file('.github/PULL_REQUEST_TEMPLATE.md'),
                license: repository.license && {
                    ...this.license(repository.license),
                    html_url: `${HTML}/${repository.nameWithOwner}/blob/main/LICENSE`,
                },
                readme: file('README.md'),
            },
            updated_at: iso(repository.updatedAt),
            content_reports_enabled: false,
        };
    }
}

module.exports = { RepositoryRecords };
