#!/usr/bin/env node
'use strict';
// A local forge for tests: GitHub REST and GraphQL, GitLab, Gitea, Jira and a bulk list over one
// generated data set. Prints its address when it listens; ends at SIGTERM. See the README.

const { makeWorld } = require('./data/special');
const { Mutator } = require('./data/mutate');
const { Budgets } = require('./web/budget');
const { Counts } = require('./web/counts');
const { Faults } = require('./web/faults');
const { Control } = require('./web/control');
const { Server } = require('./web/server');
const { Rest } = require('./github/rest-answer');
const { GraphQL } = require('./github/graphql');
const { GitLab } = require('./gitlab/answer');
const { gitea } = require('./others/gitea');
const { jira } = require('./others/jira');
const { Bulk } = require('./others/bulk');

const USAGE = `usage: forge.js [--port N] [--tls CERT KEY] [--seed N] [--validate]
    [--repo OWNER/NAME[:issues=N,pulls=N,commits=N,releases=N,milestones=N,labels=N,branches=N,tags=N]]...
    [--limit RESOURCE=N] [--window SECONDS] [--secondary per_minute=N,concurrent=N]
    [--graphql-node-timeout N] [--events N] [--latency MS]
`;

function fail(message) {
    process.stderr.write(`forge: ${message}\n${USAGE}`);
    process.exit(2);
}

function number(text) {
    if (!/^\d+$/.test(text)) {
        fail(`not a number: ${text}`);
    }
    return Number(text);
}

// name=N,name=N
function numbers(text) {
    return Object.fromEntries(
        text.split(',').map((pair) => {
            const [name, value] = pair.split('=');
            return [name, number(value || '')];
        })
    );
}

function readOptions(words) {
    const options = {
        port: 0,
        tls: null,
        seed: '1',
        validate: false,
        repositories: [],
        limits: {},
        window: null,
        secondary: {},
        graphqlNodeTimeout: null,
        events: 40000,
        latency: 0,
    };
    const take = () => (words.length > 0 ? words.shift() : fail('a value is missing'));
    const readers = {
        '--port': () => {
            options.port = number(take());
        },
        '--tls': () => {
            options.tls = [take(), take()];
        },
        '--seed': () => {
            options.seed = take();
        },
        '--validate': () => {
            options.validate = true;
        },
        '--repo': () => {
            const [name, sizes] = take().split(':');
            options.repositories.push([name, sizes ? numbers(sizes) : {}]);
        },
        '--limit': () => {
            Object.assign(options.limits, numbers(take()));
        },
        '--window': () => {
            options.window = number(take());
        },
        '--secondary': () => {
            Object.assign(options.secondary, numbers(take()));
        },
        '--graphql-node-timeout': () => {
            options.graphqlNodeTimeout = number(take());
        },
        '--events': () => {
            options.events = number(take());
        },
        '--latency': () => {
            options.latency = number(take());
        },
    };
    while (words.length > 0) {
        const word = words.shift();
        (readers[word] || (() => fail(`no such option: ${word}`)))();
    }
    return options;
}

class Forge {
    constructor(options) {
        this.options = options;
        this.world = makeWorld(options);
        this.mutator = new Mutator(this.world);
        this.budgets = new Budgets();
        Object.entries(options.limits).forEach(([resource, limit]) =>
            this.budgets.set({ resource, limit })
        );
        Object.values(this.budgets.settings).forEach((setting) => {
            setting.window = options.window === null ? setting.window : options.window;
        });
        Object.assign(this.budgets.secondary, options.secondary);
        this.counts = new Counts();
        this.faults = new Faults(options.seed);
        this.control = new Control(this);
        this.revoked = new Set();
        this.validationFailures = 0;
        if (options.validate) {
            const { Validator } = require('./web/validate');
            this.validator = new Validator();
        }
    }

    validate(pattern, value) {
        const wrong = this.validator && this.validator.check(pattern, value);
        if (wrong) {
            this.validationFailures++;
            process.stderr.write(`forge: ${wrong.slice(0, 400)}\n`);
        }
    }

    // Whether a token is no good: it says so, or was revoked.
    refuses(token) {
        return /^bad/.test(token || '') || this.revoked.has(token);
    }

    mutate(description) {
        if (description.to) {
            return [this.mutator.rename(description)];
        }
        return description.do || description.what
            ? [this.mutator.change(description)]
            : this.mutator.day(description);
    }
}

function main() {
    const options = readOptions(process.argv.slice(2));
    const forge = new Forge(options);
    const rest = new Rest(forge);
    const graphql = new GraphQL(forge);
    const gitlab = new GitLab(forge);
    const bulk = new Bulk(forge);
    const isGraphql = (path) => path === '/graphql' || path === '/api/graphql';
    const platforms = [
        (request) => bulk.handle(request),
        (request) =>
            isGraphql(request.path) && request.method === 'POST' ? graphql.handle(request) : null,
        (request) => gitlab.handle(request),
        gitea(forge),
        jira(forge),
        (request) => rest.handle(request),
    ];
    new Server(forge, platforms).listen(options, (url) => process.stdout.write(`${url}\n`));
    for (const signal of ['SIGTERM', 'SIGINT']) {
        process.on(signal, () => process.exit(0));
    }
}

main();
