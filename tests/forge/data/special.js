'use strict';
// The world of a forge: the repositories that were asked for, and beside the first, under its
// owner, those whose name says what is special about them. Those that are not there at all (gone,
// private, blocked) are for github/find.js to refuse.

const { World } = require('./world');

const SPECIAL = {
    empty: (world, name) => world.create(name),
    'no-issues': (world, name) => {
        world.addRepository(name, { issues: 0, pulls: 3, commits: 9, releases: 1 }).hasIssues =
            false;
    },
    archived: (world, name) => {
        world.addRepository(name, { issues: 3, pulls: 2, releases: 1 }).isArchived = true;
    },
    // A fork whose parent is gone.
    orphan: (world, name) => {
        world.addRepository(name, { issues: 2, pulls: 1, releases: 0 }).isFork = true;
    },
};

function makeWorld({ seed, repositories }) {
    const world = new World(seed);
    const wanted = repositories.length > 0 ? repositories : [['o/mill', {}]];
    wanted.forEach(([name, sizes]) => world.addRepository(name, sizes));
    const [first] = wanted[0];
    const owner = first.split('/')[0];
    world.renames.set(`${owner}/renamed`.toLowerCase(), world.find(first));
    Object.entries(SPECIAL).forEach(([name, make]) => {
        if (!world.find(`${owner}/${name}`)) {
            make(world, `${owner}/${name}`);
        }
    });
    return world;
}

module.exports = { makeWorld };
