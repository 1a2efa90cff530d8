'use strict';
// Changes to the data while the forge runs. Each happens at a time later than all before, and what
// it touches is updated_at that time.

const items = require('./items');
const { makePull, makeReview, makeReviewComment } = require('./pulls');
const naming = require('./naming');
const { makeCommit } = require('./commits');
const { makeEvent, nameEvent } = require('./events');
const texts = require('./texts');

const ONLY_INSERTED = ['review', 'review_comment', 'commit'];

class Mutator {
    constructor(world) {
        this.world = world;
    }

    context(repository) {
        return { ...this.world.context(repository), end: this.time, start: this.time };
    }

    touch(item) {
        item.updatedAt = this.time;
        item.repository.updatedAt = this.time;
    }

    pick(list, description) {
        if (description.number !== undefined) {
            return list.find((one) => one.number === description.number);
        }
        return list.length > 0 ? this.world.random.pick(list) : undefined;
    }

    insertComment(repository, item) {
        const context = this.context(repository);
        const comment = items.makeComment(context, item, this.time);
        comment.updatedAt = this.time;
        naming.nameChild(context, comment, 'comment', 'IC');
        item.comments.push(comment);
        this.touch(item);
        return {
            stream: item.isPull ? 'pull_request_comments' : 'issue_comments',
            id: comment.databaseId,
        };
    }

    insertEvent(repository, item) {
        const label = this.world.random.pick(repository.labels);
        const had = item.labels.includes(label);
        const event = makeEvent(
            item,
            had ? 'unlabeled' : 'labeled',
            this.world.random.favour(repository.people),
            this.time,
            { label }
        );
        item.labels = had ? item.labels.filter((one) => one !== label) : [...item.labels, label];
        nameEvent(repository, event, this.world.ids.next('event'));
        this.world.register(event);
        item.events.push(event);
        this.touch(item);
        return {
            stream: item.isPull ? 'pull_request_events' : 'issue_events',
            id: event.databaseId,
        };
    }

    insertReview(repository, pull) {
        const context = this.context(repository);
        const review = makeReview(context, pull, this.time);
        naming.nameChild(context, review, 'review', 'PRR');
        pull.reviews.push(review);
        this.touch(pull);
        return { stream: 'pull_request_reviews', id: review.databaseId };
    }

    insertReviewComment(repository, pull) {
        const context = this.context(repository);
        const review = pull.reviews[pull.reviews.length - 1];
        const thread = {
            __typename: 'PullRequestReviewThread',
            pull,
            comments: [],
            id: null,
            path: pull.files[0].path,
            line: 1,
            isResolved: false,
            isOutdated: false,
        };
        pull.threads.push(thread);
        const comment = makeReviewComment(context, pull, review, thread, this.time);
        naming.nameChild(context, comment, 'reviewComment', 'PRRC');
        this.touch(pull);
        return { stream: 'review_comments', id: comment.databaseId };
    }

    insertItem(repository, isPull) {
        const context = this.context(repository);
        const number = 1 + Math.max(0, ...repository.byNumber.keys());
        const { item } = isPull
            ? makePull(context, number, this.time, number, {
                  comments: 0,
                  commits: 2,
                  files: 3,
              })
            : items.makeIssue(context, number, this.time, number, 1);
        items.addEvents(context, item, 0);
        naming.nameItems(context, [item]);
        naming.touch(item);
        repository.items.push(item);
        repository.byNumber.set(number, item);
        this.touch(item);
        return { stream: isPull ? 'pull_requests' : 'issues', id: item.databaseId, number };
    }

    // On the default branch.
    insertCommit(repository) {
        const { commits, identities } = repository;
        const parents = commits.slice(-1).map((commit) => commit.oid);
        const identity = this.world.random.favour(identities);
        const commit = makeCommit(this.context(repository), identity, this.time, parents);
        commit.position = commits.length;
        commits.push(commit);
        repository.branches.find((ref) => ref.name === repository.defaultBranch).commit = commit;
        repository.pushedAt = this.time;
        repository.updatedAt = this.time;
        return { stream: 'commit_authors', id: commit.oid };
    }

    update(repository, what, item) {
        if (what === 'comment') {
            const comment = this.world.random.pick(item.comments);
            comment.body = `${texts.body(this.world.random)} (edited)`;
            comment.updatedAt = this.time;
            this.touch(item);
            return {
                stream: item.isPull ? 'pull_request_comments' : 'issue_comments',
                id: comment.databaseId,
            };
        }
        item.title = `${texts.title(this.world.random)} (edited)`;
        this.touch(item);
        return { stream: item.isPull ? 'pull_requests' : 'issues', id: item.databaseId };
    }

    insert(repository, what, item) {
        switch (what) {
            case 'comment':
                return this.insertComment(repository, item);
            case 'event':
                return this.insertEvent(repository, item);
            case 'commit':
                return this.insertCommit(repository);
            case 'review':
                return this.insertReview(repository, item);
            case 'review_comment':
                return this.insertReviewComment(repository, item);
            default:
                return this.insertItem(repository, what === 'pull');
        }
    }

    remove(repository, what, item) {
        if (what === 'comment' || what === 'event') {
            const list = what === 'comment' ? 'comments' : 'events';
            const [gone] = item[list].splice(this.world.random.int(0, item[list].length - 1), 1);
            this.world.nodes.delete(gone.id);
            return {
                stream: `${item.isPull ? 'pull_request' : 'issue'}_${list}`,
                id: gone.databaseId,
            };
        }
        repository.items.splice(repository.items.indexOf(item), 1);
        repository.byNumber.delete(item.number);
        [item, ...item.comments, ...item.events]
            .concat(item.reviews || [], item.reviewComments || [], item.threads || [])
            .forEach((gone) => this.world.nodes.delete(gone.id));
        return { stream: item.isPull ? 'pull_requests' : 'issues', id: item.databaseId };
    }

    named(repo) {
        const repository = this.world.find(repo || '');
        if (!repository) {
            throw new Error(`no repository ${repo}`);
        }
        return repository;
    }

    // The items to which it can be done.
    candidates(repository, verb, what) {
        const tests = {
            issue: (item) => !item.isPull,
            pull: (item) => item.isPull,
            review: (item) => item.isPull,
            review_comment: (item) => item.isPull && item.reviews.length > 0,
            comment: (item) => verb === 'insert' || item.comments.length > 0,
            event: (item) => verb === 'insert' || item.events.length > 0,
            commit: () => true,
        };
        const test = tests[what];
        if (!test || (ONLY_INSERTED.includes(what) && verb !== 'insert')) {
            throw new Error(`cannot ${verb} ${what}`);
        }
        return repository.items.filter(test);
    }

    // One change: {repo, do: update|insert|delete, what: issue|pull|comment|event, or with insert
    // review|review_comment|commit, number}. On a random item where no number is given.
    change(description) {
        const { repo, do: verb = 'update', what = 'issue' } = description;
        const repository = this.named(repo);
        const action = { update: 'update', insert: 'insert', delete: 'remove' }[verb];
        if (!action) {
            throw new Error(`do is update, insert or delete, not ${verb}`);
        }
        const alone = verb === 'insert' && ['issue', 'pull', 'commit'].includes(what);
        const item = alone ? null : this.pick(this.candidates(repository, verb, what), description);
        if (!item && !alone) {
            throw new Error(`nothing to ${verb}: ${JSON.stringify(description)}`);
        }
        this.time = this.world.tick();
        const changed = this[action](repository, what, item);
        repository.changed();
        this.world.version++;
        return { do: verb, ...(item ? { number: item.number } : {}), ...changed };
    }

    // A day passes: so many different issues and pull requests get something new.
    day({
        repo,
        issues = 0,
        pulls = 0,
        comments = 0,
        new_issues: newIssues = 0,
        new_pulls: newPulls = 0,
        new_commits: newCommits = 0,
    }) {
        const repository = this.named(repo);
        const { random } = this.world;
        const changes = [];
        const each = (what, kinds, count) =>
            random.some(repository.list(what), count).forEach((item, at) =>
                changes.push(
                    this.change({
                        repo,
                        do: 'insert',
                        what: kinds[at % kinds.length],
                        number: item.number,
                    })
                )
            );
        each('issues', ['comment', 'event'], issues);
        each('pulls', ['review', 'comment', 'event'], pulls);
        for (const [what, count] of [
            ['comment', comments],
            ['issue', newIssues],
            ['pull', newPulls],
            ['commit', newCommits],
        ]) {
            for (let left = count; left > 0; left--) {
                changes.push(this.change({ repo, do: 'insert', what }));
            }
        }
        return changes;
    }

    // The repository gets another name; with taken, a stranger's repository gets the old one.
    rename({ repo, to, taken = false }) {
        const { world } = this;
        const repository = this.named(repo);
        const [login, name] = to.split('/');
        world.repositories.delete(repo.toLowerCase());
        world.repositories.set(to.toLowerCase(), repository);
        repository.name = name;
        repository.owner =
            world.people.byLogin.get(login.toLowerCase()) || world.people.organization(login);
        repository.nameWithOwner = to;
        if (taken) {
            world.addRepository(repo, { issues: 3, pulls: 2 });
        } else {
            world.renames.set(repo.toLowerCase(), repository);
        }
        world.tick();
        repository.changed();
        return { id: repository.databaseId, name: to };
    }
}

module.exports = { Mutator };
