'use strict';
// GitHub's GraphQL API: queries run by the reference implementation over GitHub's own schema, with
// GitHub's limits on pages, nodes and points.

const fs = require('fs');
const path = require('path');
const { buildSchema, parse, validate, execute, Kind, valueFromASTUntyped } = require('graphql');
const { survey, Refusal } = require('./graphql-cost');
const { resolve } = require('./graphql-resolvers');
const { limitHeaders, requestId } = require('./headers');

// By path: the package exports it only to modules of the other kind.
const SCHEMA = path.join(__dirname, '../node_modules/@octokit/graphql-schema/schema.graphql');
const MOST_PARSED = 500;
const WRONG =
    'Something went wrong while executing your query. This may be the result of a timeout, or it ' +
    'could be a GitHub bug. Please include `F00D:CAFE` when reporting this issue.';

function iso(time) {
    return typeof time === 'number' ? `${new Date(time).toISOString().slice(0, 19)}Z` : time;
}

function moment(text) {
    const time = Date.parse(text);
    if (Number.isNaN(time)) {
        throw new TypeError(`not a time: ${text}`);
    }
    return time;
}

function makeSchema() {
    const schema = buildSchema(fs.readFileSync(SCHEMA, 'utf8'), {
        assumeValid: true,
        assumeValidSDL: true,
    });
    for (const name of ['DateTime', 'GitTimestamp', 'PreciseDateTime']) {
        Object.assign(schema.getType(name), {
            serialize: iso,
            parseValue: moment,
            parseLiteral: (node) => moment(node.kind === Kind.STRING ? node.value : ''),
        });
    }
    schema.getType('BigInt').serialize = String;
    return schema;
}

class GraphQL {
    constructor(forge) {
        this.forge = forge;
        this.parsed = new Map();
        this.tooRich = 0;
    }

    get schema() {
        this.made = this.made || makeSchema();
        return this.made;
    }

    // Parsed and validated once for each text.
    document(text) {
        let entry = this.parsed.get(text);
        if (!entry) {
            if (this.parsed.size > MOST_PARSED) {
                this.parsed.clear();
            }
            entry = {};
            try {
                entry.document = parse(text);
                entry.errors = validate(this.schema, entry.document);
            } catch (error) {
                entry.errors = [error];
            }
            this.parsed.set(text, entry);
        }
        return entry;
    }

    reply(request, status, value) {
        const headers = {
            'content-type': 'application/json; charset=utf-8',
            'x-github-media-type': 'github.v4; format=json',
            'x-github-request-id': requestId(),
            ...limitHeaders(this.forge.budgets, request.token, 'graphql'),
        };
        return {
            status,
            headers,
            body: Buffer.from(JSON.stringify(value)),
            resource: 'graphql',
            route: 'github POST /graphql',
        };
    }

    handle(request) {
        if (!request.headers['user-agent']) {
            return this.reply(request, 403, {
                message:
                    'Request forbidden by administrative rules. ' +
                    'Please make sure your request has a User-Agent header',
            });
        }
        if (!request.token || this.forge.refuses(request.token)) {
            return this.reply(request, 401, {
                message: request.token
                    ? 'Bad credentials'
                    : 'This endpoint requires you to be authenticated.',
                status: '401',
            });
        }
        let query;
        try {
            query = JSON.parse(request.body);
        } catch {
            query = null;
        }
        if (query === null || typeof query !== 'object') {
            return this.reply(request, 400, { message: 'Problems parsing JSON' });
        }
        return this.run(
            request,
            String(query.query || ''),
            query.variables || {},
            query.operationName
        );
    }

    run(request, text, variables, operationName) {
        const { document, errors } = this.document(text);
        if (errors.length > 0) {
            return this.reply(request, 200, {
                errors: errors.map((error) => ({
                    message: error.message,
                    locations: error.locations,
                    extensions: { code: 'undefinedField' },
                })),
            });
        }
        const operation = document.definitions.find(
            (one) =>
                one.kind === Kind.OPERATION_DEFINITION &&
                (!operationName || (one.name && one.name.value === operationName))
        );
        if (!operation || operation.operation !== 'query') {
            return this.reply(request, 200, {
                errors: [{ message: 'An operation must be named, and be a query' }],
            });
        }
        let asked;
        try {
            asked = survey(this.schema, document, operation, withDefaults(operation, variables));
        } catch (error) {
            if (error instanceof Refusal) {
                return this.reply(request, 200, {
                    errors: [{ type: error.type, path: error.path, message: error.message }],
                });
            }
            throw error;
        }
        return this.charge(request, document, variables, operationName, asked);
    }

    charge(request, document, variables, operationName, asked) {
        const { budgets, counts, options } = this.forge;
        if (!budgets.take(request.token, 'graphql', asked.cost)) {
            return {
                ...this.reply(request, 200, {
                    errors: [
                        { type: 'RATE_LIMITED', message: 'API rate limit exceeded for user ID 1.' },
                    ],
                }),
                overLimit: true,
            };
        }
        counts.charge(request.token, asked.cost);
        if (options.graphqlNodeTimeout !== null && asked.nodes > options.graphqlNodeTimeout) {
            return this.timeout(request);
        }
        const { limit, used, reset } = budgets.book(request.token, 'graphql');
        const limits = {
            cost: asked.cost,
            limit,
            used,
            remaining: limit - used,
            resetAt: reset * 1000,
            nodeCount: asked.nodes,
        };
        const result = execute({
            schema: this.schema,
            document,
            operationName,
            variableValues: variables,
            contextValue: { world: this.forge.world, limits },
            fieldResolver: resolve,
        });
        return this.reply(request, 200, shown(result));
    }

    // The ways in which too rich a query is known to fail, in turn.
    timeout(request) {
        this.tooRich++;
        const ways = [
            () => this.reply(request, 502, { data: null, errors: [{ message: WRONG }] }),
            () =>
                this.reply(request, 200, {
                    errors: [{ message: 'Timeout on validation of query' }],
                }),
            () => this.reply(request, 200, { data: null, errors: [{ message: WRONG }] }),
            () => ({
                ...this.reply(request, 200, { data: 'x'.repeat(5000) }),
                breaks: { kind: 'truncate', chunked: true },
            }),
        ];
        return { ...ways[this.tooRich % ways.length](), delay: 150 };
    }
}

// The variables, and the defaults of those that are not given.
function withDefaults(operation, variables) {
    const all = { ...variables };
    (operation.variableDefinitions || []).forEach(({ variable, defaultValue }) => {
        if (all[variable.name.value] === undefined && defaultValue) {
            all[variable.name.value] = valueFromASTUntyped(defaultValue);
        }
    });
    return all;
}

function shown({ data, errors }) {
    if (!errors) {
        return { data };
    }
    return {
        data,
        errors: errors.map((error) => ({
            type: (error.originalError || error).type,
            path: error.path,
            locations: error.locations,
            message: error.message,
        })),
    };
}

module.exports = { GraphQL };
