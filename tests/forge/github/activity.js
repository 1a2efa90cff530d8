'use strict';
// What a user did lately, as /users/LOGIN/events tells it: the newest 300.

const { iso } = require('./records');

const MOST = 300;

function collect(world) {
    const found = [];
    for (const repository of world.repositories.values()) {
        for (const item of repository.items) {
            found.push({
                user: item.author,
                time: item.createdAt,
                id: item.issueId,
                repository,
                item,
                type: item.isPull ? 'PullRequestEvent' : 'IssuesEvent',
            });
            item.comments.forEach((comment) =>
                found.push({
                    user: comment.author,
                    repository,
                    item,
                    comment,
                    time: comment.createdAt,
                    id: comment.databaseId,
                    type: 'IssueCommentEvent',
                })
            );
        }
        repository.commits.forEach((commit, at) =>
            found.push({
                user: commit.author.user,
                repository,
                commit,
                time: commit.author.date,
                id: repository.databaseId + at,
                type: 'PushEvent',
            })
        );
    }
    return found;
}

function byUser(world) {
    if (!world.activity || world.activity.version !== world.version) {
        const users = new Map();
        collect(world)
            .filter((one) => one.user)
            .sort((a, b) => b.time - a.time || b.id - a.id)
            .forEach((one) => {
                users.set(one.user, [...(users.get(one.user) || []), one].slice(0, MOST));
            });
        world.activity = { version: world.version, users };
    }
    return world.activity.users;
}

function userEvents(world, user) {
    return byUser(world).get(user) || [];
}

function minimalPull(records, pull) {
    const { id, number, url, head, base } = records.simplePull(pull);
    const side = ({ ref, sha, repo }) => ({
        ref,
        sha,
        repo: repo && { id: repo.id, url: repo.url, name: repo.name },
    });
    return { id, number, url, head: side(head), base: side(base) };
}

function payload(records, one) {
    switch (one.type) {
        case 'PushEvent':
            return {
                repository_id: one.repository.databaseId,
                push_id: one.id,
                size: 1,
                distinct_size: 1,
                ref: `refs/heads/${one.repository.defaultBranch}`,
                head: one.commit.oid,
                before: one.commit.parents[0] || one.commit.oid,
                commits: [],
            };
        case 'PullRequestEvent':
            return {
                action: 'opened',
                number: one.item.number,
                pull_request: minimalPull(records, one.item),
            };
        case 'IssuesEvent':
            return { action: 'opened', issue: records.issue(one.item) };
        default:
            return {
                action: 'created',
                issue: records.issue(one.item),
                comment: records.comment(one.comment),
            };
    }
}

function eventRecord(records, one) {
    const actor = records.user(one.user);
    const repository = one.repository;
    return {
        id: String(40000000000 + one.id),
        type: one.type,
        actor: {
            id: actor.id,
            login: actor.login,
            display_login: actor.login,
            gravatar_id: '',
            url: actor.url,
            avatar_url: actor.avatar_url,
        },
        repo: {
            id: repository.databaseId,
            name: repository.nameWithOwner,
            url: records.repositoryUrl(repository),
        },
        payload: payload(records, one),
        public: true,
        created_at: iso(one.time),
    };
}

module.exports = { userEvents, eventRecord };
