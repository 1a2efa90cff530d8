'use strict';
// What happens to an issue or pull request: REST's name, GraphQL's type, the prefix of node ids.

const { nodeId } = require('./ids');

const KINDS = {
    labeled: ['LabeledEvent', 'LE'],
    unlabeled: ['UnlabeledEvent', 'UNLE'],
    assigned: ['AssignedEvent', 'AE'],
    unassigned: ['UnassignedEvent', 'UNAE'],
    milestoned: ['MilestonedEvent', 'MIE'],
    demilestoned: ['DemilestonedEvent', 'DEMIE'],
    closed: ['ClosedEvent', 'CE'],
    reopened: ['ReopenedEvent', 'REE'],
    renamed: ['RenamedTitleEvent', 'RTE'],
    mentioned: ['MentionedEvent', 'MEE'],
    subscribed: ['SubscribedEvent', 'SE'],
    referenced: ['ReferencedEvent', 'REFE'],
    locked: ['LockedEvent', 'LOE'],
    merged: ['MergedEvent', 'ME'],
    review_requested: ['ReviewRequestedEvent', 'RRE'],
    head_ref_deleted: ['HeadRefDeletedEvent', 'HRDE'],
    ready_for_review: ['ReadyForReviewEvent', 'RFRE'],
};

function makeEvent(item, event, actor, createdAt, details) {
    return {
        __typename: KINDS[event][0],
        event,
        item,
        actor,
        createdAt,
        databaseId: 0,
        id: null,
        ...details,
    };
}

function nameEvent(repository, event, databaseId) {
    event.databaseId = databaseId;
    event.id = nodeId(KINDS[event.event][1], repository.databaseId, databaseId);
}

module.exports = { KINDS, makeEvent, nameEvent };
