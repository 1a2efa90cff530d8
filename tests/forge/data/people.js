'use strict';
// Accounts: people, bots, organizations, teams. An account that was deleted is null wherever it
// would stand.

const { nodeId } = require('./ids');
const { sentence } = require('./texts');

const FIRST = (
    'Ada Bo Chen Dana Emeka Fatima Goran Hana Ivo Jun Kofi Lena Mika Nadia Omar Priya ' +
    'Quinn Rosa Søren Tomás Uma Vera Wei Xenia Yusuf Zoë'
).split(' ');
const LAST = (
    'Miller Weir Brook Okafor Haddad Novák Tanaka Silva Ivanova Larsen Moreau Singh ' +
    'Costa Reyes Kim Fischer'
).split(' ');
const START = Date.UTC(2012, 0, 1);

function account(type, id, login, name) {
    const prefix = { User: 'U', Bot: 'BOT', Organization: 'O', Mannequin: 'M' }[type];
    return {
        __typename: type,
        id: nodeId(prefix, id),
        databaseId: id,
        login,
        name,
        email: null,
        company: null,
        location: null,
        bio: null,
        websiteUrl: null,
        twitterUsername: null,
        followersCount: 0,
        followingCount: 0,
        createdAt: START + (id % 100000) * 4000000,
        updatedAt: Date.UTC(2025, 6, 1) + (id % 10000) * 1000,
        emails: [],
    };
}

function person(random, number) {
    const name = `${random.pick(FIRST)} ${random.pick(LAST)}`;
    const login = `${name
        .split(' ')[0]
        .toLowerCase()
        .replace(/[^a-z]/g, 'x')}-${number}`;
    // Below 2^31, as all on GitHub: its GraphQL could not tell a larger one.
    const id = number % 40 === 7 ? 2147480000 + number : 1000 + number * 7919;
    const user = account('User', id, login, name);
    user.emails = [`${id}+${login}@users.noreply.github.com`, `${login}@mill.example`];
    if (random.chance(0.3)) {
        user.emails.push(`${login}@home.example`);
    }
    user.email = random.chance(0.6) ? user.emails[1] : null;
    user.company = random.chance(0.5)
        ? random.pick(['@leat', 'Mill & Sons', 'Überwasser GmbH'])
        : null;
    user.location = random.chance(0.5)
        ? random.pick(['Berlin', 'São Paulo', 'Lagos', '東京'])
        : null;
    user.bio = random.chance(0.4) ? sentence(random, 3, 8) : null;
    user.websiteUrl = random.chance(0.3) ? `https://${login}.example/` : null;
    user.twitterUsername = random.chance(0.2) ? login.replace('-', '_') : null;
    user.followersCount = random.lognormal(4, 90);
    user.followingCount = random.lognormal(3, 40);
    return user;
}

// GraphQL calls a bot by its slug, REST and commits by slug[bot].
function bot(id, slug) {
    const user = account('Bot', id, slug, null);
    user.emails = [`${id}+${slug}[bot]@users.noreply.github.com`];
    return user;
}

class People {
    constructor(random, count) {
        this.users = [];
        for (let number = 1; number <= count; number++) {
            this.users.push(person(random, number));
        }
        this.bots = [
            bot(49699333, 'dependabot'),
            bot(41898282, 'github-actions'),
            bot(26384082, 'stale'),
        ];
        // What an import made of somebody: it writes, but has no profile.
        this.mannequin = account('Mannequin', 88000001, 'imported-ana', 'Ana');
        this.owners = new Map();
        this.byLogin = new Map();
        [...this.users, ...this.bots].forEach((user) => this.add(user));
        // They exist as people do, but their profile is gone.
        this.ghost = account('User', 10137, 'ghost', 'Deleted user');
        this.ghost.id = 'MDQ6VXNlcjEwMTM3'; // as GitHub has it: of the old form
        this.byLogin.set('ghost', this.ghost);
    }

    add(user) {
        const login = user.__typename === 'Bot' ? `${user.login}[bot]` : user.login;
        this.byLogin.set(login.toLowerCase(), user);
    }

    organization(login) {
        if (!this.owners.has(login)) {
            const owner = account(
                'Organization',
                70000000 + this.owners.size * 101,
                login,
                `The ${login} people`
            );
            owner.teams = ['millers', 'masons'].map((slug, at) => ({
                __typename: 'Team',
                slug,
                id: nodeId('T', owner.databaseId, 3000 + at),
                databaseId: 3000 + at,
                name: slug[0].toUpperCase() + slug.slice(1),
                organization: owner,
                description: at === 0 ? null : 'They lay the stones',
                privacy: 'VISIBLE',
            }));
            this.owners.set(login, owner);
            this.add(owner);
        }
        return this.owners.get(login);
    }
}

module.exports = { People };
