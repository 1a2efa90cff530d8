'use strict';
// A little of Jira Cloud's API. A repository is a project whose key is its name in capitals; its
// issues are issues, their events the changelog. Of JQL: project = X AND updated >= "TIME"
// ORDER BY updated ASC, or parts of it.

const { Routes } = require('../web/routes');
const { wholeNumber } = require('../web/paging');
const { json, serve } = require('./serve');

const PREFIX = '/rest/api/3';
const STATUS = { OPEN: ['10000', 'To Do', 'new'], CLOSED: ['10002', 'Done', 'done'] };
const DEFAULT_FIELDS = ['id'];

const failed = (status) =>
    json(status, {
        errorMessages: [
            {
                401: 'Client must be authenticated to access this resource.',
                404: 'Issue does not exist or you do not have permission to see it.',
                429: 'Rate limit exceeded.',
            }[status],
        ],
        errors: {},
    });
const wrong = (message) => json(400, { errorMessages: [message], errors: {} });

// 2024-01-31T10:00:00.000+0000
function stamp(time) {
    return time === null ? null : new Date(time).toISOString().replace('Z', '+0000');
}

const keyOf = (repository) => repository.name.toUpperCase().replace(/[^A-Z0-9]/g, '');
const issueKey = (item) => `${keyOf(item.repository)}-${item.number}`;

const user = (account, origin) =>
    account && {
        self: `${origin}${PREFIX}/user?accountId=${account.databaseId}`,
        accountId: `712020:${account.databaseId}`,
        emailAddress: account.email || undefined,
        displayName: account.name || account.login,
        active: true,
        timeZone: 'Etc/UTC',
        accountType: account.__typename === 'Bot' ? 'app' : 'atlassian',
    };

// Rich text is a document.
const rich = (text) =>
    text && {
        type: 'doc',
        version: 1,
        content: text.split('\n').map((line) => ({
            type: 'paragraph',
            content: line ? [{ type: 'text', text: line }] : [],
        })),
    };

const project = (repository, origin) => ({
    self: `${origin}${PREFIX}/project/${repository.databaseId}`,
    id: String(repository.databaseId),
    key: keyOf(repository),
    name: repository.name,
    projectTypeKey: 'software',
    simplified: false,
    style: 'classic',
    isPrivate: false,
});

function fieldsOf(item, origin) {
    const [id, name, category] = STATUS[item.state];
    return {
        summary: item.title,
        description: rich(item.body),
        created: stamp(item.createdAt),
        updated: stamp(item.updatedAt),
        resolutiondate: stamp(item.closedAt),
        labels: item.labels.map((label) => label.name.replace(/\s/g, '-')),
        status: { id, name, statusCategory: { key: category, name } },
        issuetype: { id: '10004', name: 'Bug', subtask: false },
        priority: { id: '3', name: 'Medium' },
        project: project(item.repository, origin),
        reporter: user(item.author, origin),
        creator: user(item.author, origin),
        assignee: user(item.assignees[0] || null, origin),
    };
}

// fields: names, *all, *navigable; -name takes away.
function issue(item, wanted, origin) {
    const record = {
        expand: 'renderedFields,names,schema',
        id: String(item.issueId),
        self: `${origin}${PREFIX}/issue/${item.issueId}`,
        key: issueKey(item),
    };
    const all = fieldsOf(item, origin);
    const everything = wanted.some((name) => name.startsWith('*'));
    const fields = Object.fromEntries(
        Object.entries(all).filter(
            ([name]) => (everything || wanted.includes(name)) && !wanted.includes(`-${name}`)
        )
    );
    return wanted.every((name) => name === 'id') ? { id: record.id } : { ...record, fields };
}

// {key, after, sort} or {error}.
function readJql(jql) {
    const parts =
        /^\s*(.*?)\s*(?:order\s+by\s+(created|updated|key)(?:\s+(asc|desc))?)?\s*$/is.exec(jql);
    const query = {
        sort: (parts[2] || 'created').toLowerCase(),
        descending: !parts[2] || /desc/i.test(parts[3] || ''),
    };
    for (const clause of parts[1].split(/\s+and\s+/i).filter((one) => one !== '')) {
        const where = /^(project|updated)\s*(=|>=|>|<=|<)\s*"?([^"]*?)"?$/i.exec(clause);
        if (!where || (where[1].toLowerCase() === 'project') !== (where[2] === '=')) {
            return { error: `Error in the JQL Query: ${clause}` };
        }
        if (where[2] === '=') {
            query.key = where[3].toUpperCase();
        } else if (!/^\d{4}-\d\d-\d\d( \d\d:\d\d)?$/.test(where[3])) {
            return {
                error:
                    `Date value '${where[3]}' for field 'updated' is invalid. Valid formats include: ` +
                    "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd'.",
            };
        } else {
            const time = Date.parse(
                `${where[3].length > 10 ? where[3].replace(' ', 'T') : `${where[3]}T00:00`}:00Z`
            );
            query.tests = [
                ...(query.tests || []),
                {
                    '>=': (one) => one >= time,
                    '>': (one) => one > time,
                    '<=': (one) => one <= time,
                    '<': (one) => one < time,
                }[where[2]],
            ];
        }
    }
    return query.key || query.tests
        ? query
        : {
              error: 'Unbounded JQL queries are not allowed here. Please add a search restriction to your query.',
          };
}

function findIssues(world, { key, tests = [], sort, descending }) {
    const read = {
        updated: (item) => item.updatedAt,
        created: (item) => item.createdAt,
        key: (item) => item.number,
    }[sort];
    const found = [...world.repositories.values()]
        .filter((one) => !key || keyOf(one) === key)
        .flatMap((one) => one.list('issues'))
        .filter((item) => tests.every((test) => test(item.updatedAt)));
    const sign = descending ? -1 : 1;
    return found
        .map((item) => [read(item), item.issueId, item])
        .sort((a, b) => sign * (a[0] - b[0] || a[1] - b[1]));
}

function search({ request, query, world }) {
    const jql = readJql(query.get('jql') || '');
    if (jql.error) {
        return wrong(jql.error);
    }
    const most = Math.min(100, wholeNumber(query.get('maxResults'), 50));
    let found = findIssues(world, jql);
    if (query.get('nextPageToken')) {
        const [value, id] = JSON.parse(
            Buffer.from(query.get('nextPageToken'), 'base64url').toString() || '[]'
        );
        const sign = jql.descending ? -1 : 1;
        found = found.filter((one) => sign * (one[0] - value || one[1] - id) > 0);
    }
    const page = found.slice(0, most);
    const wanted = query.get('fields') ? query.get('fields').split(',') : DEFAULT_FIELDS;
    const answer = {
        issues: page.map(([, , item]) => issue(item, wanted, request.origin)),
        isLast: found.length <= most,
    };
    if (!answer.isLast) {
        answer.nextPageToken = Buffer.from(
            JSON.stringify(page[page.length - 1].slice(0, 2))
        ).toString('base64url');
    }
    return json(200, answer);
}

// A page by startAt and maxResults, with its neighbours' addresses.
function offsetPage(request, list, most) {
    const startAt = wholeNumber(request.query.get('startAt'), 0);
    const maxResults = Math.min(most, wholeNumber(request.query.get('maxResults'), most));
    const isLast = startAt + maxResults >= list.length;
    return json(200, {
        self: request.origin + request.url,
        maxResults,
        startAt,
        total: list.length,
        isLast,
        values: list.slice(startAt, startAt + maxResults),
    });
}

function change(event, origin) {
    const items = {
        labeled: ['labels', '', (one) => one.label.name],
        unlabeled: ['labels', (one) => one.label.name, ''],
        assigned: ['assignee', '', (one) => one.assignee.name],
        closed: ['status', 'To Do', 'Done'],
        renamed: ['summary', (one) => one.previousTitle, (one) => one.currentTitle],
    }[event.event];
    const text = (what) => (typeof what === 'function' ? what(event) : what);
    return (
        items && {
            id: String(event.databaseId),
            author: user(event.actor, origin),
            created: stamp(event.createdAt),
            items: [
                {
                    field: items[0],
                    fieldtype: 'jira',
                    fieldId: items[0],
                    from: null,
                    fromString: text(items[1]),
                    to: null,
                    toString: text(items[2]),
                },
            ],
        }
    );
}

function changelog({ request, params, world }) {
    const item = [...world.repositories.values()]
        .flatMap((one) => one.list('issues'))
        .find((one) => issueKey(one) === params.key || String(one.issueId) === params.key);
    return item
        ? offsetPage(
              request,
              item.events.map((event) => change(event, request.origin)).filter(Boolean),
              100
          )
        : failed(404);
}

function jira(forge) {
    const routes = new Routes();
    // Basic authentication, e-mail:token.
    const add = (path, handler) =>
        routes.add(path, (context) => {
            const [, encoded] = /^Basic (\S+)$/.exec(context.request.token || '') || [];
            const [, token] = Buffer.from(encoded || '', 'base64')
                .toString()
                .split(':');
            return token && !forge.refuses(token) ? handler(context) : failed(401);
        });
    add('/search/jql', search);
    add('/project/search', ({ request, world }) =>
        offsetPage(
            request,
            [...world.repositories.values()].map((one) => project(one, request.origin)),
            50
        )
    );
    add('/issue/:key/changelog', changelog);
    return serve(forge, 'jira', PREFIX, routes, failed);
}

module.exports = { jira };
