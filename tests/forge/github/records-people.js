'use strict';
// Accounts and teams as GitHub's REST API writes them, and what all records need.

const HTML = 'https://github.com';

const USER_URLS = [
    ['followers', '/followers'],
    ['following', '/following{/other_user}'],
    ['gists', '/gists{/gist_id}'],
    ['starred', '/starred{/owner}{/repo}'],
    ['subscriptions', '/subscriptions'],
    ['organizations', '/orgs'],
    ['repos', '/repos'],
    ['events', '/events{/privacy}'],
    ['received_events', '/received_events'],
];

function iso(time) {
    return time === null || time === undefined
        ? null
        : `${new Date(time).toISOString().slice(0, 19)}Z`;
}

function lower(text) {
    return text === null ? null : text.toLowerCase();
}

class PeopleRecords {
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
        const record = {
            login,
            id: user.databaseId,
            node_id: user.id,
            avatar_url: `https://avatars.githubusercontent.com/u/${user.databaseId}?v=4`,
            gravatar_id: '',
            url,
            html_url: `${HTML}/${bot ? 'apps/' : ''}${user.login}`,
        };
        USER_URLS.forEach(([name, path]) => {
            record[`${name}_url`] = url + path;
        });
        return Object.assign(record, {
            type: user.__typename,
            user_view_type: 'public',
            site_admin: false,
        });
    }

    maybe(user) {
        return user ? this.user(user) : null;
    }

    profile(user) {
        return {
            ...this.user(user),
            name: user.name,
            company: user.company,
            blog: user.websiteUrl || '',
            location: user.location,
            email: user.email,
            hireable: null,
            bio: user.bio,
            twitter_username: user.twitterUsername,
            public_repos: 3,
            public_gists: 0,
            followers: user.followersCount,
            following: user.followingCount,
            created_at: iso(user.createdAt),
            updated_at: iso(user.updatedAt),
        };
    }

    team(team) {
        const url = `${this.api}/organizations/${team.organization.databaseId}/team/${team.databaseId}`;
        return {
            id: team.databaseId,
            node_id: team.id,
            name: team.name,
            slug: team.slug,
            description: team.description,
            privacy: 'closed',
            url,
            html_url: `${HTML}/orgs/${team.organization.login}/teams/${team.slug}`,
            members_url: `${url}/members{/member}`,
            repositories_url: `${url}/repos`,
            permission: 'pull',
            notification_setting: 'notifications_enabled',
            parent: null,
            type: 'organization',
            organization_id: team.organization.databaseId,
        };
    }
}

module.exports = { PeopleRecords, HTML, iso, lower };
