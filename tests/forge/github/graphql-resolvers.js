'use strict';
// What each field of GitHub's schema is. A field without a resolver is the property of that name;
// where there is none either, asking for it is an error, never a null.

const { GraphQLError } = require('graphql');
const { connection, counted } = require('./graphql-connection');
const lists = require('./graphql-lists');
const { findRepository } = require('./find');

const HTML = 'https://github.com';
const REACTIONS = ['THUMBS_UP', 'THUMBS_DOWN', 'LAUGH', 'HOORAY', 'CONFUSED', 'HEART', 'ROCKET', 'EYES'];
const GHOSTLESS = (user) => user || null;

function notFound(message) {
    const error = new GraphQLError(message);
    error.type = 'NOT_FOUND';
    return error;
}

// GraphQL's Int has 32 bits.
function small(id) {
    return id < 2 ** 31 ? id : null;
}

function sum(counts) {
    return Object.values(counts).reduce((total, count) => total + count, 0);
}

function page(path) {
    return { url: (one, _, context) => HTML + path(one, context), resourcePath: (one, _, context) => path(one, context) };
}

const itemPath = (item) => `/${item.repository.nameWithOwner}/${item.isPull ? 'pull' : 'issues'}/${item.number}`;

// What has an author and a body.
const WRITTEN = {
    databaseId: (one) => small(one.databaseId),
    fullDatabaseId: (one) => one.databaseId,
    bodyText: (one) => one.body || '',
    bodyHTML: (one) => `<p>${one.body || ''}</p>`,
    body: (one) => one.body || '',
    editor: () => null,
    includesCreatedEdit: () => false,
    createdViaEmail: () => false,
    lastEditedAt: (one) => (one.updatedAt > one.createdAt ? one.updatedAt : null),
    publishedAt: (one) => one.createdAt,
    reactions: (one) => counted(sum(one.reactions)),
    reactionGroups: (one) => REACTIONS.map((content) => ({ content, subject: one, createdAt: null,
        viewerHasReacted: false, reactors: counted(one.reactions[content] || 0),
        users: counted(one.reactions[content] || 0) })),
    isMinimized: () => false,
    minimizedReason: () => null,
};

const ITEM = {
    ...WRITTEN,
    ...page(itemPath),
    authorAssociation: (one) => one.repository.association(one.author),
    assignees: (item, args) => connection(item.assignees, args),
    labels: (item, args) => connection(item.labels.slice().sort((a, b) => a.databaseId - b.databaseId), args),
    comments: (item, args) => lists.comments(item.comments, args),
    closed: (item) => item.closedAt !== null,
    timelineItems: (item, args) => lists.timeline(item, args),
    participants: (item) => counted(new Set([item.author, ...item.comments.map((one) => one.author)]
        .filter(GHOSTLESS)).size),
    titleHTML: (item) => item.title,
};

const REVIEWED = {
    ...WRITTEN,
    repository: (one) => one.pull.repository,
    pullRequest: (one) => one.pull,
    authorAssociation: (one) => one.pull.repository.association(one.author),
    commit: (one) => one.pull.repository.commitByOid.get(one.commitOid),
};

const EVENT = {
    commit: (event) => event.item.repository.commitByOid.get(event.commitOid) || null,
    labelable: (event) => event.item,
    assignable: (event) => event.item,
    user: (event) => (event.assignee.__typename === 'User' ? event.assignee : null),
    subject: (event) => event.item,
    closable: (event) => event.item,
    closer: () => null,
    stateReason: (event) => event.item.stateReason,
    subscribable: (event) => event.item,
    lockable: (event) => event.item,
    lockReason: (event) => event.item.activeLockReason,
    pullRequest: (event) => event.item,
    mergeRefName: (event) => event.item.baseRefName,
    headRefName: (event) => event.item.headRefName,
    headRef: () => null,
    commitRepository: (event) => event.item.repository,
    isCrossRepository: () => false,
    isDirectReference: () => true,
    databaseId: (event) => small(event.databaseId),
    ...page((event) => `${itemPath(event.item)}#event-${event.databaseId}`),
};

const ACTOR = {
    databaseId: (user) => small(user.databaseId),
    avatarUrl: (user) => `https://avatars.githubusercontent.com/u/${user.databaseId}?v=4`,
    ...page((user) => `/${user.__typename === 'Bot' ? 'apps/' : ''}${user.login}`),
};

const OWNER = {
    ...ACTOR,
    repositories: (owner, args, { world }) => connection([...world.repositories.values()]
        .filter((one) => one.owner === owner && (args.isFork === undefined || args.isFork === (one.parent !== null))), args),
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

const file = (repository, path) => repository.files.includes(path);
const blobPath = (repository, path) => `/${repository.nameWithOwner}/blob/${repository.defaultBranch}/${path}`;

function fileEntry(repository, path) {
    const text = `# ${path} of ${repository.name}\n`;
    return { __typename: 'Blob', repository, oid: repository.oid(`blob/${path}`), text, byteSize: text.length,
        id: `B_${repository.oid(`blob/${path}`)}`, isBinary: false, isTruncated: false };
}

function tree(repository, folder) {
    const prefix = folder ? `${folder}/` : '';
    const names = [...new Set(repository.files.filter((path) => path.startsWith(prefix))
        .map((path) => path.slice(prefix.length).split('/')[0]))];
    if (names.length === 0) {
        return null;
    }
    return { __typename: 'Tree', repository, oid: repository.oid(`tree/${folder}`), id: `T_${repository.oid(folder)}`,
        entries: names.map((name) => {
            const path = prefix + name;
            const object = file(repository, path) ? fileEntry(repository, path) : tree(repository, path);
            return { name, path, object, oid: object.oid, repository, size: object.byteSize || 0, mode: 33188,
                type: object.__typename.toLowerCase() };
        }) };
}

// An object by its oid or by an expression: a commit, a branch, REVISION:PATH.
function gitObject(repository, { oid, expression }) {
    const [revision, path] = (oid || expression || 'HEAD').split(/:(.*)/s);
    const ref = [...repository.branches, ...repository.tags].find((one) =>
        one.name === (revision === 'HEAD' ? repository.defaultBranch : revision) || one.prefix + one.name === revision);
    const commit = ref ? ref.commit : repository.commitByOid.get(revision);
    if (!commit || path === undefined) {
        return commit || null;
    }
    return file(repository, path) ? fileEntry(repository, path) : tree(repository, path);
}

const REPOSITORY = {
    ...page((repository) => `/${repository.nameWithOwner}`),
    databaseId: (repository) => small(repository.databaseId),
    isFork: (repository) => repository.parent !== null,
    isPrivate: () => false,
    isEmpty: (repository) => repository.commits.length === 0,
    isDisabled: () => false,
    isLocked: () => false,
    isMirror: () => false,
    isTemplate: () => false,
    isInOrganization: (repository) => repository.owner.__typename === 'Organization',
    archivedAt: (repository) => (repository.isArchived ? repository.updatedAt : null),
    visibility: () => 'PUBLIC',
    mirrorUrl: () => null,
    hasIssuesEnabled: (repository) => repository.hasIssues,
    hasWikiEnabled: () => true,
    hasProjectsEnabled: () => true,
    hasDiscussionsEnabled: () => false,
    hasVulnerabilityAlertsEnabled: () => false,
    forkingAllowed: () => true,
    webCommitSignoffRequired: () => false,
    descriptionHTML: (repository) => `<div>${repository.description || ''}</div>`,
    shortDescriptionHTML: (repository) => repository.description || '',
    sshUrl: (repository) => `git@github.com:${repository.nameWithOwner}.git`,
    openGraphImageUrl: (repository) => `https://opengraph.githubassets.com/1/${repository.nameWithOwner}`,
    projectsUrl: (repository) => `${HTML}/${repository.nameWithOwner}/projects`,
    licenseInfo: (repository) => repository.license,
    watchers: (repository) => counted(repository.watcherCount),
    stargazers: (repository) => counted(repository.stargazerCount),
    forks: (repository) => counted(repository.forkCount),
    primaryLanguage: (repository) => (repository.languages.length > 0 ?
        { ...repository.languages[0], id: `L_${repository.languages[0].name}` } : null),
    languages: (repository, args) => {
        if (args.orderBy && args.orderBy.direction === 'ASC') {
            throw new GraphQLError('forge: languages in ascending order are not served');
        }
        const found = connection(repository.languages, args, (one) => [-one.size]);
        return { totalCount: found.totalCount, pageInfo: found.pageInfo,
            totalSize: repository.languages.reduce((total, one) => total + one.size, 0),
            nodes: found.nodes.map((one) => ({ ...one, id: `L_${one.name}` })),
            edges: found.edges.map(({ node, cursor }) => ({ cursor, size: node.size, node: { ...node, id: `L_${node.name}` } })) };
    },
    repositoryTopics: (repository, args) => connection(repository.topics.map((name) => ({
        __typename: 'RepositoryTopic', id: `RT_${name}`, url: `${HTML}/topics/${name}`,
        topic: { id: `TO_${name}`, name } })), args, (one) => [one.topic.name]),
    labels: (repository, args) => connection(repository.labels, args),
    milestones: (repository, args) => connection(repository.milestones.filter((one) =>
        !args.states || args.states.includes(one.state)), args, (one) => [one.number]),
    releases: (repository, args) => lists.releases(repository, args),
    latestRelease: (repository) => repository.releases.filter((one) => !one.isPrerelease).pop() || null,
    refs: (repository, args) => lists.refs(repository, args),
    ref: (repository, { qualifiedName }) => [...repository.branches, ...repository.tags].find((one) =>
        one.prefix + one.name === qualifiedName || one.name === qualifiedName) || null,
    defaultBranchRef: (repository) => repository.branches.find((one) => one.name === repository.defaultBranch) || null,
    object: (repository, args) => gitObject(repository, args),
    issues: (repository, args) => lists.items(repository, 'issues', args),
    pullRequests: (repository, args) => lists.items(repository, 'pulls', args),
    issue: (repository, { number }) => byNumber(repository, number, false, 'an Issue'),
    pullRequest: (repository, { number }) => byNumber(repository, number, true, 'a PullRequest'),
    issueOrPullRequest: (repository, { number }) => byNumber(repository, number, null, 'an issue or pull request'),
    label: (repository, { name }) => repository.labels.find((one) => one.name === name) || null,
    milestone: (repository, { number }) => repository.milestones.find((one) => one.number === number) || null,
    codeOfConduct: (repository) => (repository.codeOfConduct ? { id: 'COC_1', key: 'contributor_covenant',
        name: 'Contributor Covenant', body: '', resourcePath: '/codes-of-conduct',
        url: HTML + blobPath(repository, 'CODE_OF_CONDUCT.md') } : null),
    contributingGuidelines: (repository) => (file(repository, 'CONTRIBUTING.md') ? { body: '',
        resourcePath: blobPath(repository, 'CONTRIBUTING.md'), url: HTML + blobPath(repository, 'CONTRIBUTING.md') } : null),
    issueTemplates: (repository) => (file(repository, '.github/ISSUE_TEMPLATE.md') ?
        [{ name: 'Default', filename: 'ISSUE_TEMPLATE.md', title: null, about: null, body: '' }] : []),
    pullRequestTemplates: (repository) => (file(repository, '.github/PULL_REQUEST_TEMPLATE.md') ?
        [{ filename: 'PULL_REQUEST_TEMPLATE.md', body: '' }] : []),
    isSecurityPolicyEnabled: (repository) => file(repository, 'SECURITY.md'),
    securityPolicyUrl: (repository) => (file(repository, 'SECURITY.md') ? `${HTML}/${repository.nameWithOwner}/security/policy` : null),
    mergeCommitAllowed: () => true,
    squashMergeAllowed: () => true,
    rebaseMergeAllowed: () => true,
    autoMergeAllowed: () => false,
    deleteBranchOnMerge: () => false,
    isBlankIssuesEnabled: () => true,
    fundingLinks: () => [],
    lockReason: () => null,
    templateRepository: () => null,
    viewerPermission: () => 'READ',
};

function byNumber(repository, number, isPull, what) {
    const item = repository.byNumber.get(number);
    if (!item || (isPull !== null && item.isPull !== isPull)) {
        throw notFound(`Could not resolve to ${what} with the number of ${number}.`);
    }
    return item;
}

const PULL = {
    ...ITEM,
    additions: (pull) => pull.additions,
    changedFiles: (pull) => pull.files.length,
    merged: (pull) => pull.mergedAt !== null,
    mergeable: () => 'UNKNOWN',
    mergeStateStatus: () => 'UNKNOWN',
    mergeCommit: (pull) => pull.repository.commitByOid.get(pull.mergeCommitOid) || null,
    permalink: (pull) => HTML + itemPath(pull),
    baseRef: (pull) => pull.repository.branches.find((one) => one.name === pull.baseRefName) || null,
    headRef: (pull) => (pull.state === 'OPEN' && pull.headRepository ? { __typename: 'Ref', name: pull.headRefName,
        prefix: 'refs/heads/', repository: pull.headRepository, id: `REF_${pull.databaseId}`,
        commit: pull.repository.commitByOid.get(pull.headOid) } : null),
    baseRefOid: (pull) => pull.baseOid,
    headRefOid: (pull) => pull.headOid,
    baseRepository: (pull) => pull.repository,
    headRepositoryOwner: (pull) => (pull.isCrossRepository ? pull.author : pull.repository.owner),
    reviewRequests: (pull, args) => connection(pull.requestedReviewers.map((requestedReviewer, position) => ({
        __typename: 'ReviewRequest', id: `RR_${pull.databaseId}_${position}`, databaseId: null, position,
        asCodeOwner: false, pull, requestedReviewer })), args, (one) => [one.position]),
    reviews: (pull, args) => connection(pull.reviews.filter((one) => (!args.states || args.states.includes(one.state)) &&
        (!args.author || (one.author && one.author.login === args.author))), args),
    reviewThreads: (pull, args) => connection(pull.threads, args, (one) => [one.comments[0].databaseId]),
    commits: (pull, args) => connection(lists.pullCommits(pull), args, (one) => [one.position]),
    files: (pull, args) => connection(pull.files, args, (one) => [one.path]),
    reviewDecision: () => null,
    totalCommentsCount: (pull) => pull.comments.length + pull.reviewComments.length,
    autoMergeRequest: () => null,
    closingIssuesReferences: () => counted(0),
    suggestedReviewers: () => [],
};

const RESOLVERS = {
    Query: {
        repository(_, { owner, name, followRenames }, { world }) {
            const found = findRepository(world, owner, name);
            if (found.refused && found.refused.status === 451) {
                throw Object.assign(new GraphQLError('Repository access blocked'), { type: 'FORBIDDEN' });
            }
            const repository = found.repository || (followRenames === false ? null : found.renamed);
            if (!repository) {
                throw notFound(`Could not resolve to a Repository with the name '${owner}/${name}'.`);
            }
            return repository;
        },
        node: (_, { id }, { world }) => node(world, id),
        nodes: (_, { ids }, { world }) => ids.map((id) => {
            try {
                return node(world, id);
            } catch (error) {
                return error;
            }
        }),
        user: (_, { login }, { world }) => account(world, login, ['User'], 'a User'),
        organization: (_, { login }, { world }) => account(world, login, ['Organization'], 'an Organization'),
        repositoryOwner: (_, { login }, { world }) => world.people.byLogin.get(login.toLowerCase()) || null,
        viewer: (_, args, { world }) => world.people.users[0],
        rateLimit: (_, args, { limits }) => limits,
        search: (_, args, { world }) => searchUsers(world, args),
    },
    Repository: REPOSITORY,
    Issue: {
        ...ITEM,
        parent: () => null,
        isPinned: () => false,
        trackedIssuesCount: () => 0,
        subIssuesSummary: () => ({ total: 0, completed: 0, percentCompleted: 0 }),
        closedByPullRequestsReferences: () => counted(0),
    },
    PullRequest: PULL,
    IssueComment: {
        ...WRITTEN,
        ...page((one) => `${itemPath(one.item)}#issuecomment-${one.databaseId}`),
        issue: (one) => one.item,
        pullRequest: (one) => (one.item.isPull ? one.item : null),
        repository: (one) => one.item.repository,
        authorAssociation: (one) => one.item.repository.association(one.author),
    },
    PullRequestReview: {
        ...REVIEWED,
        ...page((one) => `${itemPath(one.pull)}#pullrequestreview-${one.databaseId}`),
        comments: (review, args) => connection(review.comments, args),
        authorCanPushToRepository: (review) => review.pull.repository.members.includes(review.author),
        onBehalfOf: () => counted(0),
    },
    PullRequestReviewComment: {
        ...REVIEWED,
        ...page((one) => `${itemPath(one.pull)}#discussion_r${one.databaseId}`),
        originalCommit: (one) => one.pull.repository.commitByOid.get(one.originalCommitOid),
        originalPosition: (one) => one.position,
        originalLine: (one) => one.line,
        startLine: () => null,
        originalStartLine: () => null,
        outdated: (one) => one.thread.isOutdated,
        pullRequestReview: (one) => one.review,
        draftedAt: (one) => one.createdAt,
        state: () => 'SUBMITTED',
        subjectType: () => 'LINE',
    },
    PullRequestReviewThread: {
        comments: (thread, args) => connection(thread.comments, args),
        pullRequest: (thread) => thread.pull,
        repository: (thread) => thread.pull.repository,
        isCollapsed: (thread) => thread.isResolved,
        resolvedBy: () => null,
        originalLine: (thread) => thread.line,
        startLine: () => null,
        originalStartLine: () => null,
        diffSide: () => 'RIGHT',
        startDiffSide: () => null,
        subjectType: () => 'LINE',
    },
    PullRequestCommit: {
        pullRequest: (one) => one.pull,
        ...page((one) => `${itemPath(one.pull)}/commits/${one.commit.oid}`),
    },
    ReviewRequest: { pullRequest: (one) => one.pull },
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
        parents: (commit, args) => connection(commit.parents.map((oid) => commit.repository.commitByOid.get(oid)),
            args, (one) => [one.oid]),
        history: (commit, args) => lists.history(commit, args),
        tree: (commit) => tree(commit.repository, ''),
        signature: () => null,
        status: () => null,
        statusCheckRollup: () => null,
        associatedPullRequests: (commit, args) => connection(commit.repository.list('pulls').filter((pull) =>
            pull.mergeCommitOid === commit.oid || pull.commits.includes(commit)), args),
    },
    // A bot is no User: the actor has no account then.
    GitActor: {
        user: (actor) => (actor.user && actor.user.__typename === 'User' ? actor.user : null),
        avatarUrl: () => 'https://avatars.githubusercontent.com/u/0?v=4',
    },
    Label: {
        ...page((label) => `/${label.repository.nameWithOwner}/labels/${encodeURIComponent(label.name)}`),
        issues: (label) => counted(label.repository.list('issues').filter((one) => one.labels.includes(label)).length),
        pullRequests: (label) => counted(label.repository.list('pulls').filter((one) => one.labels.includes(label)).length),
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
        associatedPullRequests: (ref) => counted(ref.repository.list('pulls').filter((one) => one.baseRefName === ref.name).length),
    },
    User: { ...OWNER, pronouns: () => null, organizations: () => counted(0) },
    Organization: OWNER,
    Bot: ACTOR,
    Team: {
        databaseId: (team) => small(team.databaseId),
        combinedSlug: (team) => `${team.organization.login}/${team.slug}`,
        ...page((team) => `/orgs/${team.organization.login}/teams/${team.slug}`),
        members: () => counted(2),
    },
    License: { body: () => '', conditions: () => [], permissions: () => [], limitations: () => [],
        description: () => null, featured: () => true, hidden: () => false, pseudoLicense: () => false, nickname: () => null },
    Blob: { abbreviatedOid: (one) => one.oid.slice(0, 7) },
    Tree: { abbreviatedOid: (one) => one.oid.slice(0, 7) },
    MentionedEvent: EVENT,
};

function milestoneItems(milestone, what, args) {
    return milestone.repository.list(what).filter((one) => one.milestone === milestone &&
        (!args.states || args.states.includes(one.state)));
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
    const word = args.query.split(/\s+/).filter((term) => !/^\w+:/.test(term)).join(' ').toLowerCase();
    const inEmail = args.query.includes('in:email');
    const found = world.people.users.filter((user) => (inEmail ? (user.email || '').toLowerCase() === word :
        user.login.toLowerCase().includes(word)));
    return Object.assign(connection(found, args), { userCount: found.length, issueCount: 0, repositoryCount: 0,
        codeCount: 0, discussionCount: 0, wikiCount: 0 });
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
