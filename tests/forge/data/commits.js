'use strict';
// Commits: those of the default branch and those of pull requests.

const crypto = require('crypto');
const { nodeId } = require('./ids');
const { title, body } = require('./texts');

function sha(text) {
    return crypto.createHash('sha1').update(text).digest('hex');
}

// identity: {name, email, user}, user null where no account has the address.
function makeCommit({ random, repository, register }, identity, date, parents, oid) {
    const number = repository.commitCount++;
    const web = random.chance(0.2);
    const commit = {
        __typename: 'Commit',
        repository,
        oid: oid || repository.oid(`commit/${number}`),
        treeOid: repository.oid(`tree/${number}`),
        parents,
        message: random.chance(0.6) ? title(random) : `${title(random)}\n\n${body(random)}`,
        author: { ...identity, date },
        committer: web
            ? { name: 'GitHub', email: 'noreply@github.com', user: null, date }
            : { ...identity, date },
        additions: random.lognormal(20, 300),
        deletions: random.lognormal(8, 200),
        changedFiles: 1 + random.lognormal(2, 9),
    };
    commit.id = nodeId('C', repository.databaseId, commit.oid);
    repository.commitByOid.set(commit.oid, commit);
    register(commit);
    return commit;
}

// The people of a repository as they appear in commits: a person has several addresses, and some
// addresses belong to nobody.
function makeIdentities(random, committers, bots) {
    const identities = [];
    committers.forEach((user) =>
        user.emails.forEach((email) => identities.push({ name: user.name, email, user }))
    );
    for (let number = 0; number < Math.ceil(committers.length / 3); number++) {
        identities.push({
            name: `Visitor ${number}${number % 5 === 0 ? ' Ünknown' : ''}`,
            email: `visitor${number}@nowhere.example`,
            user: null,
        });
    }
    bots.forEach((user) =>
        identities.push({ name: `${user.login}[bot]`, email: user.emails[0], user })
    );
    return random.some(identities, identities.length);
}

// The default branch, oldest first: every identity at least once where there is room, and a merge
// for each merged pull request.
function makeHistory(context, count, merges) {
    const { random, repository, start, end } = context;
    const plans = merges.map((pull) => ({ date: pull.mergedAt, pull }));
    for (let at = 0; plans.length < count - 1; at++) {
        plans.push({
            date: Math.floor((start + random.next() * (end - start)) / 1000) * 1000,
            identity: repository.identities[at] || random.favour(repository.identities),
        });
    }
    plans.sort((a, b) => a.date - b.date);
    let parents = [];
    if (count > 0) {
        repository.commits.push(
            makeCommit(context, repository.identities[0], start, [], repository.root)
        );
        parents = [repository.root];
    }
    for (const { date, pull, identity } of plans) {
        const who = identity || random.favour(repository.identities);
        const commit = makeCommit(
            context,
            who,
            date,
            pull ? [...parents, pull.headOid] : parents,
            pull ? pull.mergeCommitOid : undefined
        );
        repository.commits.push(commit);
        parents = [commit.oid];
    }
    repository.commits.forEach((commit, position) => {
        commit.position = position;
    });
}

module.exports = { sha, makeCommit, makeIdentities, makeHistory };
