'use strict';
// A repository and what it has besides issues and pull requests.

const { nodeId } = require('./ids');
const { sha } = require('./commits');
const texts = require('./texts');

const LABELS = [
    ['bug', 'd73a4a', "Something isn't working"],
    ['documentation', '0075ca', null],
    ['enhancement', 'a2eeef', 'New feature or request'],
    ['good first issue', '7057ff', ''],
    ['help wanted', '008672', 'Extra attention'],
    ['invalid', 'e4e669', null],
    ['question', 'd876e3', 'More "information"'],
    ['wontfix', 'ffffff', null],
    ['stale', 'ededed', null],
    ['area: parser', 'c5def5', null],
    ['area/ui', 'c5def5', null],
    ['priority::high', 'b60205', null],
    ['🐛 emoji', 'fbca04', 'ünïcode'],
    ['dependencies', '0366d6', null],
];
const LANGUAGES = [
    ['C', '#555555', 812345],
    ['Shell', '#89e051', 90211],
    ['JavaScript', '#f1e05a', 40100],
    ['PLpgSQL', '#336790', 12001],
    ['Makefile', '#427819', 4021],
    ['Awk', '#c30e9b', 771],
];
const TOPICS = ['community-health', 'etl', 'ndjson', 'singer', 'unix'];
const FILES = [
    'README.md',
    'LICENSE',
    'CONTRIBUTING.md',
    'CODE_OF_CONDUCT.md',
    '.github/PULL_REQUEST_TEMPLATE.md',
    '.github/ISSUE_TEMPLATE.md',
    'SECURITY.md',
    'src/mill.c',
    'docs/index.md',
    'Makefile',
];
const LICENSE = {
    __typename: 'License',
    key: 'mit',
    name: 'MIT License',
    spdxId: 'MIT',
    url: 'https://api.github.com/licenses/mit',
    id: 'MDc6TGljZW5zZTEz',
};

class Repository {
    constructor(owner, name, databaseId, seed, createdAt) {
        Object.assign(this, { __typename: 'Repository', owner, name, databaseId, seed, createdAt });
        this.nameWithOwner = `${owner.login}/${name}`;
        // What the hashes are made of; a rename leaves them as they are.
        this.bornAs = this.nameWithOwner;
        this.id = nodeId('R', databaseId);
        this.updatedAt = createdAt;
        this.pushedAt = createdAt;
        this.defaultBranch = 'main';
        this.root = this.oid('root');
        this.description = `Everything about ${name} ⚙`;
        this.homepageUrl = null;
        this.parent = null;
        this.isFork = false;
        this.isArchived = false;
        this.hasIssues = true;
        Object.assign(this, {
            stargazerCount: 0,
            watcherCount: 0,
            forkCount: 0,
            diskUsage: 0,
            license: null,
            codeOfConduct: false,
            commitCount: 0,
        });
        for (const list of [
            'languages',
            'topics',
            'labels',
            'milestones',
            'releases',
            'branches',
            'tags',
            'commits',
            'items',
            'files',
            'people',
            'members',
            'bots',
            'identities',
        ]) {
            this[list] = [];
        }
        this.byNumber = new Map();
        this.commitByOid = new Map();
        // Raised by every change; what is derived is kept for one version.
        this.version = 1;
        this.derived = new Map();
    }

    oid(what) {
        return sha(`${this.seed}/${this.bornAs}/${what}`);
    }

    changed() {
        this.version++;
        this.derived.clear();
    }

    // What make() makes of this version, made once.
    once(key, make) {
        let value = this.derived.get(key);
        if (value === undefined) {
            value = make();
            this.derived.set(key, value);
        }
        return value;
    }

    list(what) {
        return this.once(what, () => {
            switch (what) {
                case 'issues':
                    return this.items.filter((item) => !item.isPull);
                case 'pulls':
                    return this.items.filter((item) => item.isPull);
                default:
                    return this.items
                        .flatMap((item) => item[what] || [])
                        .sort((a, b) => a.databaseId - b.databaseId);
            }
        });
    }

    // Commits of the default branch by account or, without one, by name and address.
    contributors() {
        return this.once('contributors', () => {
            const found = new Map();
            this.commits.forEach(({ author }) => {
                const key = author.user ? author.user.login : `${author.name} ${author.email}`;
                const entry = found.get(key) || { ...author, contributions: 0 };
                entry.contributions++;
                found.set(key, entry);
            });
            return [...found.values()].sort(
                (a, b) => b.contributions - a.contributions || (a.email < b.email ? -1 : 1)
            );
        });
    }

    association(user) {
        if (!user || user.__typename === 'Bot') {
            return 'NONE';
        }
        if (this.members.includes(user)) {
            return 'MEMBER';
        }
        const known = this.once(
            'associated',
            () => new Set(this.identities.map((identity) => identity.user))
        );
        return known.has(user) ? 'CONTRIBUTOR' : 'NONE';
    }
}

function addLabels({ ids, repository, register }, count) {
    for (let at = 0; at < count; at++) {
        const [name, color, description] = LABELS[at] || [`topic ${at}`, 'bfd4f2', null];
        const databaseId = ids.next('label');
        const label = {
            __typename: 'Label',
            repository,
            databaseId,
            name,
            color,
            description,
            isDefault: at < 8,
            createdAt: repository.createdAt,
            updatedAt: repository.createdAt,
            id: nodeId('LA', repository.databaseId, databaseId),
        };
        repository.labels.push(label);
        register(label);
    }
}

function addMilestones({ random, ids, repository, register, start, end }, count) {
    for (let number = 1; number <= count; number++) {
        const databaseId = ids.next('milestone');
        const createdAt = start + Math.floor(((end - start) * number) / (count + 1) / 1000) * 1000;
        const closed = random.chance(0.5);
        const milestone = {
            __typename: 'Milestone',
            repository,
            databaseId,
            number,
            title: `v${number}.0`,
            description: random.chance(0.5) ? texts.sentence(random, 3, 9) : null,
            creator: random.pick(repository.members),
            state: closed ? 'CLOSED' : 'OPEN',
            createdAt,
            updatedAt: createdAt + 86400000,
            closedAt: closed ? createdAt + 86400000 : null,
            dueOn: random.chance(0.6) ? createdAt + 40 * 86400000 : null,
            id: nodeId('MI', repository.databaseId, databaseId),
        };
        repository.milestones.push(milestone);
        register(milestone);
    }
}

function makeAsset({ random, ids, repository }, tagName, time, uploader) {
    const databaseId = ids.next('asset');
    return {
        __typename: 'ReleaseAsset',
        databaseId,
        id: nodeId('RA', repository.databaseId, databaseId),
        name: `mill-${tagName}.tar.gz`,
        contentType: 'application/gzip',
        size: random.int(1000, 9000000),
        downloadCount: random.lognormal(40, 900),
        createdAt: time,
        updatedAt: time,
        uploadedBy: uploader,
    };
}

function addReleases(context, count) {
    const { random, ids, repository, register } = context;
    for (let at = 0; at < count; at++) {
        const commit =
            repository.commits[Math.floor(((at + 1) * repository.commits.length) / (count + 1))];
        const databaseId = ids.next('release');
        const author = random.chance(0.3) ? repository.bots[1] : random.pick(repository.members);
        const time = commit.committer.date;
        const release = {
            __typename: 'Release',
            repository,
            databaseId,
            author,
            commit,
            tagName: `v0.${at}.0${at % 7 === 3 ? '-rc1' : ''}`,
            name: at % 5 === 4 ? null : `Mill 0.${at}`,
            description: texts.itemBody(random, at + 4),
            isDraft: false,
            isPrerelease: at % 7 === 3,
            createdAt: time,
            publishedAt: time + 3600000,
            updatedAt: time + 3600000,
            assets: random.chance(0.6) ? [makeAsset(context, `0.${at}`, time, author)] : [],
            id: nodeId('RE', repository.databaseId, databaseId),
        };
        repository.releases.push(release);
        register(release);
    }
}

function addRefs({ random, repository, register }, branches, tags) {
    const { commits } = repository;
    const last = commits[commits.length - 1];
    const add = (list, prefix, name, commit) => {
        const ref = {
            __typename: 'Ref',
            repository,
            prefix,
            name,
            commit,
            id: nodeId('REF', repository.databaseId, prefix + name),
        };
        list.push(ref);
        register(ref);
    };
    add(repository.branches, 'refs/heads/', repository.defaultBranch, last);
    for (let at = 1; at < branches; at++) {
        add(
            repository.branches,
            'refs/heads/',
            `${random.pick(texts.WORDS)}/${at}`,
            random.pick(commits)
        );
    }
    repository.releases.forEach((release) =>
        add(repository.tags, 'refs/tags/', release.tagName, release.commit)
    );
    for (let at = repository.tags.length; at < tags; at++) {
        add(
            repository.tags,
            'refs/tags/',
            `build-${String(at).padStart(4, '0')}`,
            random.pick(commits)
        );
    }
    for (const list of [repository.branches, repository.tags]) {
        list.sort((a, b) => (a.name < b.name ? -1 : 1));
    }
}

function describe({ random, repository }) {
    repository.languages = LANGUAGES.map(([name, color, size]) => ({ name, color, size }));
    repository.topics = TOPICS.slice();
    repository.license = LICENSE;
    repository.files = FILES.slice();
    repository.codeOfConduct = true;
    repository.homepageUrl = 'https://mill.example/';
    repository.stargazerCount = random.int(100, 5000);
    repository.watcherCount = random.int(10, 99);
    repository.forkCount = random.int(20, 400);
    repository.diskUsage = random.int(1000, 90000);
}

module.exports = { Repository, describe, addLabels, addMilestones, addReleases, addRefs };
