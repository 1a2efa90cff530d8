'use strict';
// All the data of one forge, from a seed and the sizes of its repositories. The same seed and
// sizes give the same data.

const { Random } = require('./random');
const { Ids } = require('./ids');
const { People } = require('./people');
const { makeIdentities, makeHistory } = require('./commits');
const {
    Repository,
    describe,
    addLabels,
    addMilestones,
    addReleases,
    addRefs,
} = require('./repository');
const { makeIssue, addEvents, seconds, DAY } = require('./items');
const { makePull } = require('./pulls');
const { nameItems, touch } = require('./naming');
const { makeEvent } = require('./events');

const END = Date.UTC(2026, 0, 1);
const START = END - 730 * DAY;

const SIZES = {
    issues: 50,
    pulls: 20,
    commits: null,
    labels: 14,
    milestones: 6,
    releases: 12,
    branches: 9,
    tags: 20,
    people: 200,
    contributors: 80,
};

class World {
    constructor(seed) {
        this.seed = seed;
        this.random = new Random(seed);
        this.ids = new Ids();
        this.people = new People(this.random, SIZES.people);
        this.repositories = new Map();
        this.byId = new Map();
        this.renames = new Map();
        this.nodes = new Map();
        this.now = END;
        this.version = 1;
        this.register = (entity) => this.nodes.set(entity.id, entity);
        const { users, bots, mannequin } = this.people;
        [...users, ...bots, mannequin].forEach(this.register);
    }

    find(name) {
        return this.repositories.get(name.toLowerCase());
    }

    create(nameWithOwner) {
        const [login, name] = nameWithOwner.split('/');
        const owner =
            this.people.byLogin.get(login.toLowerCase()) || this.people.organization(login);
        [owner, ...(owner.teams || [])].forEach(this.register);
        const repository = new Repository(
            owner,
            name,
            this.ids.next('repository'),
            this.seed,
            START
        );
        this.repositories.set(nameWithOwner.toLowerCase(), repository);
        this.byId.set(repository.databaseId, repository);
        this.register(repository);
        return repository;
    }

    context(repository) {
        return {
            random: this.random,
            ids: this.ids,
            repository,
            register: this.register,
            start: START,
            end: END,
            fork: (parent, user) => this.fork(parent, user),
        };
    }

    fork(parent, user) {
        const name = `${user.login}/${parent.name}`;
        const known = this.find(name);
        if (known) {
            return known;
        }
        const fork = this.create(name);
        fork.parent = parent;
        fork.isFork = true;
        fork.hasIssues = false;
        return fork;
    }

    addRepository(nameWithOwner, sizes) {
        const size = { ...SIZES, ...sizes };
        const repository = this.create(nameWithOwner);
        const context = this.context(repository);
        const { random } = this;
        describe(context);
        repository.people = random.some(this.people.users, SIZES.people);
        repository.members = repository.people.slice(0, 10);
        repository.bots = this.people.bots;
        repository.mannequin = this.people.mannequin;
        repository.identities = makeIdentities(
            random,
            repository.people.slice(0, size.contributors),
            this.people.bots
        );
        addLabels(context, size.labels);
        addMilestones(context, size.milestones);
        const spans = makeItems(context, size);
        const commits = size.commits === null ? Math.max(3 * size.pulls, 3) : size.commits;
        makeHistory(
            context,
            commits,
            repository.items.filter((item) => item.mergeCommitOid)
        );
        spans.forEach(({ item, span }) => addEvents(context, item, span));
        sweep(context);
        repository.items.forEach(touch);
        nameItems(context, repository.items);
        repository.items.forEach((item) => repository.byNumber.set(item.number, item));
        addReleases(context, size.releases);
        addRefs(context, size.branches, size.tags);
        repository.pushedAt = repository.commits[repository.commits.length - 1].committer.date;
        repository.updatedAt = END;
        repository.changed();
        return repository;
    }

    // Every change of the data happens at a later second than the one before, and not in the past.
    tick() {
        this.now = Math.max(this.now + 1000, seconds(Date.now()));
        this.version++;
        return this.now;
    }
}

// Issues and pull requests in one number space, oldest first; one of each kind is huge.
function makeItems(context, size) {
    const { random, repository, start, end } = context;
    const kinds = random.some(
        [...Array(size.issues).fill(false), ...Array(size.pulls).fill(true)],
        size.issues + size.pulls
    );
    const times = kinds.map(() => seconds(start + random.next() * (end - DAY - start)));
    times.sort((a, b) => a - b);
    const seen = { issues: 0, pulls: 0 };
    const hugeIssue = Math.floor(size.issues / 2);
    const hugePull = Math.floor(size.pulls / 2);
    return kinds.map((isPull, at) => {
        const position = seen[isPull ? 'pulls' : 'issues']++;
        const comments = Math.min(200, random.lognormal(3, 15));
        const huge = isPull
            ? size.pulls > 9 && position === hugePull
            : size.issues > 9 && position === hugeIssue;
        const made = isPull
            ? makePull(context, at + 1, times[at], position, {
                  comments,
                  commits: huge ? 250 : Math.min(200, Math.max(1, random.lognormal(3, 10))),
                  files: huge ? 3000 : Math.min(900, Math.max(1, random.lognormal(5, 30))),
              })
            : makeIssue(context, at + 1, times[at], position, huge ? 300 : comments);
        repository.items.push(made.item);
        return made;
    });
}

// A bot labels many items in one second: that is how equal times come about.
function sweep({ repository, end }) {
    const stale = repository.labels.find((label) => label.name === 'stale');
    const open = repository.items.filter(
        (item) => item.state === 'OPEN' && !item.labels.includes(stale)
    );
    if (!stale) {
        return;
    }
    [end - 40 * DAY, end - 9 * DAY, end - DAY / 2].forEach((time, round) => {
        open.filter((item, at) => at % 5 === round && item.createdAt < time).forEach((item) => {
            item.labels.push(stale);
            item.events.push(
                makeEvent(item, 'labeled', repository.bots[2], time, { label: stale })
            );
        });
    });
}

module.exports = { World, END, SIZES };
