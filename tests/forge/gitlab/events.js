'use strict';
// The events of a project or a user, newest first: items opened, closed, reopened, merged.

const ACTIONS = { closed: 'closed', reopened: 'reopened', merged: 'accepted' };

// Of one repository. A merge also closes; GitLab tells only of the merge.
function projectEvents(repository) {
    return repository.once('gitlab events', () =>
        repository.items
            .flatMap((item) => [
                {
                    id: 3000000000 + item.issueId,
                    item,
                    user: item.author,
                    time: item.createdAt,
                    action: 'opened',
                },
                ...item.events
                    .filter(
                        (one) => one.event in ACTIONS && !(one.event === 'closed' && item.mergedAt)
                    )
                    .map((one) => ({
                        id: one.databaseId,
                        item,
                        user: one.actor,
                        time: one.createdAt,
                        action: ACTIONS[one.event],
                    })),
            ])
            .sort((a, b) => b.time - a.time || b.id - a.id)
    );
}

function ofTarget(events, target) {
    return target
        ? events.filter((one) => one.item.isPull === (target === 'merge_request'))
        : events;
}

// after and before are days, both left out themselves.
function between(events, query) {
    const after = query.get('after');
    const before = query.get('before');
    return events.filter(
        (one) =>
            (!after || one.time >= Date.parse(after) + 86400000) &&
            (!before || one.time < Date.parse(before))
    );
}

// Of a user, in all repositories, comments too.
function userEvents(world, user) {
    const found = [];
    for (const repository of world.repositories.values()) {
        found.push(...projectEvents(repository).filter((one) => one.user === user));
        for (const comment of repository.list('comments')) {
            if (comment.author === user) {
                found.push({
                    id: 8000000000 + comment.databaseId,
                    item: comment.item,
                    comment,
                    user,
                    time: comment.createdAt,
                    action: 'commented on',
                });
            }
        }
    }
    return found.sort((a, b) => b.time - a.time || b.id - a.id);
}

module.exports = { projectEvents, userEvents, ofTarget, between };
