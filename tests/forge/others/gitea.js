'use strict';
// A little of Gitea's API: a repository, its issues with their comments, releases, labels.

const { Routes } = require('../web/routes');
const { pageOf, linkHeader } = require('../web/paging');
const { iso } = require('../github/records');
const { json, serve } = require('./serve');

const PREFIX = '/api/v1';
const HTML = 'https://gitea.com';
const NAMES = { size: 'limit', page: 'page', byDefault: 30, most: 50 };

const failed = (status) =>
    json(status, {
        message: {
            401: 'invalid username, password or token',
            404: "The target couldn't be found.",
            429: 'Too many requests',
        }[status],
        url: `${HTML}/api/swagger`,
    });

function user(account) {
    const one = account || { databaseId: -1, login: 'Ghost', name: 'Ghost', email: '' };
    return {
        id: one.databaseId,
        login: one.login,
        username: one.login,
        full_name: one.name || '',
        email: `${one.login}@noreply.gitea.com`,
        avatar_url: `${HTML}/avatars/${one.databaseId}`,
        is_admin: false,
    };
}

const label = (one) => ({
    id: one.databaseId,
    name: one.name,
    color: one.color,
    description: one.description || '',
    exclusive: false,
    is_archived: false,
    url: `${HTML}${PREFIX}/labels/${one.databaseId}`,
});

function issue(item) {
    const { repository } = item;
    return {
        id: item.issueId,
        url: `${HTML}${PREFIX}/repos/${repository.nameWithOwner}/issues/${item.number}`,
        html_url: `${HTML}/${repository.nameWithOwner}/issues/${item.number}`,
        number: item.number,
        user: user(item.author),
        title: item.title,
        body: item.body || '',
        labels: item.labels.map(label),
        milestone: item.milestone && { id: item.milestone.databaseId, title: item.milestone.title },
        assignee: item.assignees.length > 0 ? user(item.assignees[0]) : null,
        assignees: item.assignees.length > 0 ? item.assignees.map(user) : null,
        state: item.state === 'OPEN' ? 'open' : 'closed',
        is_locked: item.locked,
        comments: item.comments.length,
        created_at: iso(item.createdAt),
        updated_at: iso(item.updatedAt),
        closed_at: iso(item.closedAt),
        due_date: null,
        pull_request: item.isPull
            ? { merged: item.mergedAt !== null, merged_at: iso(item.mergedAt), draft: item.isDraft }
            : null,
        repository: {
            id: repository.databaseId,
            name: repository.name,
            owner: repository.owner.login,
            full_name: repository.nameWithOwner,
        },
    };
}

function comment(one) {
    const { item } = one;
    const html = `${HTML}/${item.repository.nameWithOwner}/issues/${item.number}`;
    return {
        id: one.databaseId,
        html_url: `${html}#issuecomment-${one.databaseId}`,
        pull_request_url: item.isPull ? html.replace('/issues/', '/pulls/') : '',
        issue_url: item.isPull ? '' : html,
        user: user(one.author),
        body: one.body,
        created_at: iso(one.createdAt),
        updated_at: iso(one.updatedAt),
    };
}

const release = (one) => ({
    id: one.databaseId,
    tag_name: one.tagName,
    target_commitish: one.repository.defaultBranch,
    name: one.name || '',
    body: one.description || '',
    draft: one.isDraft,
    prerelease: one.isPrerelease,
    created_at: iso(one.createdAt),
    published_at: iso(one.publishedAt),
    author: user(one.author),
    assets: [],
});

const repositoryRecord = (repository) => ({
    id: repository.databaseId,
    owner: user(repository.owner),
    name: repository.name,
    full_name: repository.nameWithOwner,
    description: repository.description,
    empty: false,
    private: false,
    fork: repository.isFork,
    mirror: false,
    size: repository.diskUsage,
    language: 'C',
    html_url: `${HTML}/${repository.nameWithOwner}`,
    stars_count: repository.stargazerCount,
    forks_count: repository.forkCount,
    watchers_count: repository.watcherCount,
    default_branch: 'main',
    archived: repository.isArchived,
    created_at: iso(repository.createdAt),
    updated_at: iso(repository.updatedAt),
});

function listed(request, list, record) {
    const page = pageOf(list, request.query, NAMES);
    const { number, last } = page;
    const headers = { 'x-total-count': String(list.length) };
    if (last > 1) {
        const inside = number < last;
        headers.link = linkHeader(request.origin + request.path, request.query, page, [
            ['next', inside ? number + 1 : null],
            ['last', inside ? last : null],
            ['first', number > 1 ? 1 : null],
            ['prev', number > 1 ? number - 1 : null],
        ]);
    }
    return json(200, page.part.map(record), headers);
}

function issues(repository, query) {
    const state = query.get('state') || 'open';
    const since = Date.parse(query.get('since') || '') || 0;
    const type = query.get('type');
    return repository.items
        .filter(
            (item) =>
                (state === 'all' || (item.state === 'OPEN') === (state === 'open')) &&
                item.updatedAt >= since &&
                (!type || item.isPull === (type === 'pulls'))
        )
        .reverse();
}

const inRepository = (make) => (context) => {
    if (context.forge.refuses(context.request.token)) {
        return failed(401);
    }
    const repository = context.world.find(`${context.params.owner}/${context.params.repo}`);
    return repository ? make(repository, context) : failed(404);
};

function gitea(forge) {
    const routes = new Routes();
    const add = (path, make) => routes.add(`/repos/:owner/:repo${path}`, inRepository(make));
    add('', (repository) => json(200, repositoryRecord(repository)));
    add('/issues', (repository, { request }) =>
        listed(request, issues(repository, request.query), issue)
    );
    add('/issues/comments', (repository, { request, query }) =>
        listed(
            request,
            repository
                .list('comments')
                .filter((one) => one.updatedAt >= (Date.parse(query.get('since') || '') || 0)),
            comment
        )
    );
    add('/releases', (repository, { request }) =>
        listed(request, repository.releases.slice().reverse(), release)
    );
    add('/labels', (repository, { request }) => listed(request, repository.labels, label));
    return serve(forge, 'gitea', PREFIX, routes, failed);
}

module.exports = { gitea };
