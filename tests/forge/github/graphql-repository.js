'use strict';
// The fields of a repository in GitHub's schema, its files included.

const { GraphQLError } = require('graphql');
const { connection, counted } = require('./graphql-connection');
const lists = require('./graphql-lists');
const { HTML, notFound, small, page } = require('./graphql-common');

const file = (repository, path) => repository.files.includes(path);
const blobPath = (repository, path) =>
    `/${repository.nameWithOwner}/blob/${repository.defaultBranch}/${path}`;

function fileEntry(repository, path) {
    const text = `# ${path} of ${repository.name}\n`;
    return {
        __typename: 'Blob',
        repository,
        oid: repository.oid(`blob/${path}`),
        text,
        byteSize: text.length,
        id: `B_${repository.oid(`blob/${path}`)}`,
        isBinary: false,
        isTruncated: false,
    };
}

function tree(repository, folder) {
    const prefix = folder ? `${folder}/` : '';
    const names = [
        ...new Set(
            repository.files
                .filter((path) => path.startsWith(prefix))
                .map((path) => path.slice(prefix.length).split('/')[0])
        ),
    ];
    if (names.length === 0) {
        return null;
    }
    return {
        __typename: 'Tree',
        repository,
        oid: repository.oid(`tree/${folder}`),
        id: `T_${repository.oid(folder)}`,
        entries: names.map((name) => {
            const path = prefix + name;
            const object = file(repository, path)
                ? fileEntry(repository, path)
                : tree(repository, path);
            return {
                name,
                path,
                object,
                oid: object.oid,
                repository,
                size: object.byteSize || 0,
                mode: 33188,
                type: object.__typename.toLowerCase(),
            };
        }),
    };
}

// An object by its oid or by an expression: a commit, a branch, REVISION:PATH.
function gitObject(repository, { oid, expression }) {
    const [revision, path] = (oid || expression || 'HEAD').split(/:(.*)/s);
    const ref = [...repository.branches, ...repository.tags].find(
        (one) =>
            one.name === (revision === 'HEAD' ? repository.defaultBranch : revision) ||
            one.prefix + one.name === revision
    );
    const commit = ref ? ref.commit : repository.commitByOid.get(revision);
    if (!commit || path === undefined) {
        return commit || null;
    }
    return file(repository, path) ? fileEntry(repository, path) : tree(repository, path);
}

const REPOSITORY = {
    ...page((repository) => `/${repository.nameWithOwner}`),
    databaseId: (repository) => small(repository.databaseId),
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
    openGraphImageUrl: (repository) =>
        `https://opengraph.githubassets.com/1/${repository.nameWithOwner}`,
    projectsUrl: (repository) => `${HTML}/${repository.nameWithOwner}/projects`,
    licenseInfo: (repository) => repository.license,
    watchers: (repository) => counted(repository.watcherCount),
    stargazers: (repository) => counted(repository.stargazerCount),
    forks: (repository) => counted(repository.forkCount),
    primaryLanguage: (repository) =>
        repository.languages.length > 0
            ? { ...repository.languages[0], id: `L_${repository.languages[0].name}` }
            : null,
    languages: (repository, args) => {
        if (args.orderBy && args.orderBy.direction === 'ASC') {
            throw new GraphQLError('forge: languages in ascending order are not served');
        }
        const found = connection(repository.languages, args, (one) => [-one.size]);
        return {
            totalCount: found.totalCount,
            pageInfo: found.pageInfo,
            totalSize: repository.languages.reduce((total, one) => total + one.size, 0),
            nodes: found.nodes.map((one) => ({ ...one, id: `L_${one.name}` })),
            edges: found.edges.map(({ node, cursor }) => ({
                cursor,
                size: node.size,
                node: { ...node, id: `L_${node.name}` },
            })),
        };
    },
    repositoryTopics: (repository, args) =>
        connection(
            repository.topics.map((name) => ({
                __typename: 'RepositoryTopic',
                id: `RT_${name}`,
                url: `${HTML}/topics/${name}`,
                topic: { id: `TO_${name}`, name },
            })),
            args,
            (one) => [one.topic.name]
        ),
    labels: (repository, args) => connection(repository.labels, args),
    milestones: (repository, args) =>
        connection(
            repository.milestones.filter((one) => !args.states || args.states.includes(one.state)),
            args,
            (one) => [one.number]
        ),
    releases: (repository, args) => lists.releases(repository, args),
    latestRelease: (repository) =>
        repository.releases.filter((one) => !one.isPrerelease).pop() || null,
    refs: (repository, args) => lists.refs(repository, args),
    ref: (repository, { qualifiedName }) =>
        [...repository.branches, ...repository.tags].find(
            (one) => one.prefix + one.name === qualifiedName || one.name === qualifiedName
        ) || null,
    defaultBranchRef: (repository) =>
        repository.branches.find((one) => one.name === repository.defaultBranch) || null,
    object: (repository, args) => gitObject(repository, args),
    issues: (repository, args) => lists.items(repository, 'issues', args),
    pullRequests: (repository, args) => lists.items(repository, 'pulls', args),
    issue: (repository, { number }) => byNumber(repository, number, false, 'an Issue'),
    pullRequest: (repository, { number }) => byNumber(repository, number, true, 'a PullRequest'),
    issueOrPullRequest: (repository, { number }) =>
        byNumber(repository, number, null, 'an issue or pull request'),
    label: (repository, { name }) => repository.labels.find((one) => one.name === name) || null,
    milestone: (repository, { number }) =>
        repository.milestones.find((one) => one.number === number) || null,
    codeOfConduct: (repository) =>
        repository.codeOfConduct
            ? {
                  id: 'COC_1',
                  key: 'contributor_covenant',
                  name: 'Contributor Covenant',
                  body: '',
                  resourcePath: '/codes-of-conduct',
                  url: HTML + blobPath(repository, 'CODE_OF_CONDUCT.md'),
              }
            : null,
    contributingGuidelines: (repository) =>
        file(repository, 'CONTRIBUTING.md')
            ? {
                  body: '',
                  resourcePath: blobPath(repository, 'CONTRIBUTING.md'),
                  url: HTML + blobPath(repository, 'CONTRIBUTING.md'),
              }
            : null,
    issueTemplates: (repository) =>
        file(repository, '.github/ISSUE_TEMPLATE.md')
            ? [
                  {
                      name: 'Default',
                      filename: 'ISSUE_TEMPLATE.md',
                      title: null,
                      about: null,
                      body: '',
                  },
              ]
            : [],
    pullRequestTemplates: (repository) =>
        file(repository, '.github/PULL_REQUEST_TEMPLATE.md')
            ? [{ filename: 'PULL_REQUEST_TEMPLATE.md', body: '' }]
            : [],
    isSecurityPolicyEnabled: (repository) => file(repository, 'SECURITY.md'),
    securityPolicyUrl: (repository) =>
        file(repository, 'SECURITY.md')
            ? `${HTML}/${repository.nameWithOwner}/security/policy`
            : null,
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

module.exports = { REPOSITORY, tree };
