'use strict';
// Which repository a name means. Some names are special, whoever the owner: those of repositories
// that were renamed, deleted, blocked, are private; see the README of the folder.

const GONE = {
    gone: { status: 404, message: 'Not Found' },
    private: { status: 404, message: 'Not Found' },
    blocked: {
        status: 451,
        message: 'Repository access blocked',
        block: {
            reason: 'dmca',
            created_at: '2025-01-01T00:00:00Z',
            html_url: 'https://github.com/github/dmca',
        },
    },
};

// Returns {repository}, {renamed: repository} or {refused: {status, message}}.
function findRepository(world, owner, name) {
    const renamed = world.renames.get(`${owner}/${name}`.toLowerCase());
    if (renamed) {
        return { renamed };
    }
    const repository = world.find(`${owner}/${name}`);
    if (repository) {
        return { repository };
    }
    return { refused: GONE[name] || GONE.gone };
}

module.exports = { findRepository };
