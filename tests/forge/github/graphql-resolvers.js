'use strict';
// What each field of GitHub's schema is. A field without a resolver is the property of that name;
// where there is none either, asking for it is an error, never a null.

const { GraphQLError } = require('graphql');
const { connection, counted } = require('./graphql-connection');
const lists = require('./graphql-lists');
const { findRepository } = require('./find');
const { HTML, notFound, small, page } = require('./graphql-common');
const { REPOSITORY, tree } = require('./graphql-repository');
const { EVENT, ITEMS } = require('./graphql-items');

const ACTOR = {
    databaseId: (user) => small(user.databaseId),
    avatarUrl: (user) => `https://avatars.githubusercontent.com/u/${user.databaseId}?v=4`,
    ...page((user) => `/${user.__typename === 'Bot' ? 'apps/' : ''}${user.login}`),
};

const OWNER = {
    ...ACTOR,
    repositories: (owner, args, { world }) =>
        connection(
            [...world.repositories.values()].filter(
                (one) =>
                    one.owner === owner && (args.isFork === undefined || args.isFork === one.isFork)
            ),
            args
        ),
    repository: (owner, { name }, { world }) => world.find(`${owner.login}/${name}`) || null,
    email: (user) => user.email || (user.__typename === 'User' ? '' : null),
    description: (owner) => owner.bio,
    followers: (user) => counted(user.followersCount),
    following: (user) => counted(user.followingCount),
    bioHTML: (user) => user.bio || '',
    isHireable: () => false,
    isBountyHunter: () => false,
    isSiteAdmin: () => false,
    isVerified: () => false,
};

const RESOLVERS = {
    Query: {
        repository(_, { owner, name, followRenames }, { world }) {
            const found = findRepository(world, owner, name);
            if (found.refused && found.refused.status === 451) {
                throw Object.assign(new GraphQLError('Repository access blocked'), {
                    type: 'FORBIDDEN',
                });
            }
            const repository = found.repository || (followRenames === false ? null : found.renamed);
            if (!repository) {
                throw notFound(
                    `Could not resolve to a Repository with the name '${owner}/${name}'.`
                );
            }
            return repository;
        },
        node: (_, { id }, { world }) => node(world, id),
        nodes: (_, { ids }, { world }) =>
            ids.map((id) => {
                try {
                    return node(world, id);
                } catch (error) {
                    return error;
                }
            }),
        user: (_, { login }, { world }) => account(world, login, ['User'], 'a User'),
        organization: (_, { login }, { world }) =>
            account(world, login, ['Organization'], 'an Organization'),
        repositoryOwner: (_, { login }, { world }) =>
            world.people.byLogin.get(login.toLowerCase()) || null,
        viewer: (_, args, { world }) => world.people.users[0],
        rateLimit: (_, args, { limits }) => limits,
        search: (_, args, { world }) => searchUsers(world, args),
    },
    Repository: REPOSITORY,
    ...ITEMS,
    Commit: {
        ...page((commit) => `/${commit.repository.nameWithOwner}/commit/${commit.oid}`),
        commitUrl: (commit) => `${HTML}/${commit.repository.nameWithOwner}/commit/${commit.oid}`,
        abbreviatedOid: (commit) => commit.oid.slice(0, 7),
        authoredDate: (commit) => commit.author.date,
        committedDate: (commit) => commit.committer.date,
        pushedDate: () => null,
        authoredByCommitter: (commit) => commit.author.email === commit.committer.email,
        committedViaWeb: (commit) => commit.committer.name === 'GitHub',
        changedFilesIfAvailable: (commit) => commit.changedFiles,
        messageHeadline: (commit) => commit.message.split('\n')[0],
        messageBody: (commit) => commit.message.split('\n').slice(2).join('\n'),
        authors: (commit, args) => connection([commit.author], args, () => [0]),
        parents: (commit, args) =>
            connection(
                commit.parents.map((oid) => commit.repository.commitByOid.get(oid)),
                args,
                (one) => [one.oid]
            ),
        history: (commit, args) => lists.history(commit, args),
        tree: (commit) => tree(commit.repository, ''),
        signature: () => null,
        status: () => null,
        statusCheckRollup: () => null,
        associatedPullRequests: (commit, args) =>
            connection(
                commit.repository
                    .list('pulls')
                    .filter(
                        (pull) =>
                            pull.mergeCommitOid === commit.oid || pull.commits.includes(commit)
                    ),
                args
            ),
    },
    // A bot is no User: the actor has no account then.
    GitActor: {
        user: (actor) => (actor.user && actor.user.__typename === 'User' ? actor.user : null),
        avatarUrl: () => 'https://avatars.githubusercontent.com/u/0?v=4',
    },
    Label: {
        ...page(
            (label) => `/${label.repository.nameWithOwner}/labels/${encodeURIComponent(label.name)}`
        ),
        issues: (label) =>
            counted(
                label.repository.list('issues').filter((one) => one.labels.includes(label)).length
            ),
        pullRequests: (label) =>
            counted(
                label.repository.list('pulls').filter((one) => one.labels.includes(label)).length
            ),
    },
    Milestone: {
        ...page((one) => `/${one.repository.nameWithOwner}/milestone/${one.number}`),
        closed: (one) => one.state === 'CLOSED',
        progressPercentage: () => 50,
        issues: (one, args) => counted(milestoneItems(one, 'issues', args).length),
        pullRequests: (one, args) => counted(milestoneItems(one, 'pulls', args).length),
    },
    Release: {
        ...page((one) => `/${one.repository.nameWithOwner}/releases/tag/${one.tagName}`),
        databaseId: (one) => small(one.databaseId),
        author: (one) => (one.author && one.author.__typename === 'User' ? one.author : null),
        descriptionHTML: (one) => one.description,
        isLatest: (one) => REPOSITORY.latestRelease(one.repository) === one,
        tag: (one) => one.repository.tags.find((ref) => ref.name === one.tagName) || null,
        tagCommit: (one) => one.commit,
        releaseAssets: (one, args) => connection(one.assets, args),
    },
    ReleaseAsset: {
        databaseId: (one) => small(one.databaseId),
        digest: () => null,
    },
    Ref: {
        target: (ref) => ref.commit,
        associatedPullRequests: (ref) =>
            counted(
                ref.repository.list('pulls').filter((one) => one.baseRefName === ref.name).length
            ),
    },
    User: { ...OWNER, pronouns: () => null, organizations: () => counted(0) },
    Organization: OWNER,
    Bot: ACTOR,
    Mannequin: ACTOR,
    Team: {
        databaseId: (team) => small(team.databaseId),
        combinedSlug: (team) => `${team.organization.login}/${team.slug}`,
        ...page((team) => `/orgs/${team.organization.login}/teams/${team.slug}`),
        members: () => counted(2),
    },
    License: {
        body: () => '',
        conditions: () => [],
        permissions: () => [],
        limitations: () => [],
        description: () => null,
        featured: () => true,
        hidden: () => false,
        pseudoLicense: () => false,
        nickname: () => null,
    },
    Blob: { abbreviatedOid: (one) => one.oid.slice(0, 7) },
    Tree: { abbreviatedOid: (one) => one.oid.slice(0, 7) },
    MentionedEvent: EVENT,
};

function milestoneItems(milestone, what, args) {
    return milestone.repository
        .list(what)
        .filter(
            (one) =>
                one.milestone === milestone && (!args.states || args.states.includes(one.state))
        );
}

function node(world, id) {
    const found = world.nodes.get(id);
    if (!found) {
        throw notFound(`Could not resolve to a node with the global id of '${id}'.`);
    }
    return found;
}

function account(world, login, types, what) {
    const found = world.people.byLogin.get(login.toLowerCase());
    if (!found || !types.includes(found.__typename) || found === world.people.ghost) {
        throw notFound(`Could not resolve to ${what} with the login of '${login}'.`);
    }
    return found;
}

function searchUsers(world, args) {
    if (args.type !== 'USER') {
        throw new GraphQLError(`forge: search of type ${args.type} is not served`);
    }
    const word = args.query
        .split(/\s+/)
        .filter((term) => !/^\w+:/.test(term))
        .join(' ')
        .toLowerCase();
    const inEmail = args.query.includes('in:email');
    const found = world.people.users.filter((user) =>
        inEmail
            ? (user.email || '').toLowerCase() === word
            : user.login.toLowerCase().includes(word)
    );
    return Object.assign(connection(found, args), {
        userCount: found.length,
        issueCount: 0,
        repositoryCount: 0,
        codeCount: 0,
        discussionCount: 0,
        wikiCount: 0,
    });
}

function resolve(source, args, context, info) {
    const type = info.parentType.name;
    const resolvers = RESOLVERS[type] || (type.endsWith('Event') ? EVENT : {});
    const resolver = resolvers[info.fieldName];
    if (resolver) {
        return resolver(source, args, context, info);
    }
    if (source && info.fieldName in source) {
        return source[info.fieldName];
    }
    const message = `forge: ${type}.${info.fieldName} is not served`;
    process.stderr.write(`${message}\n`);
    throw new GraphQLError(message);
}

module.exports = { resolve };
