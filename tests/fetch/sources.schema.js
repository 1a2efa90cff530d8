'use strict';
// Holds the sources against what platforms publish: GitHub's queries against its GraphQL schema, its
// paths and their parameters against its OpenAPI description. Prints what is wrong.
//
//     node sources.schema.js FOLDER-OF-SOURCES FOLDER-OF-THE-FORGE

const fs = require('fs');
const path = require('path');

const [sources, forge] = process.argv.slice(2);
const modules = path.join(forge, 'node_modules');
const { buildSchema, parse, validate } = require(path.join(modules, 'graphql'));

function wrong(...what) {
    process.stdout.write(`${what.join(': ')}\n`);
}

// Every request of a description, with the name of its stream.
function requests(description) {
    return description.streams.flatMap((stream) =>
        ['request', 'otherwise', 'follow']
            .filter((way) => stream[way])
            .map((way) => ({ stream: stream.name, way, ...stream[way] }))
    );
}

function checkQueries(description) {
    const text = fs.readFileSync(
        path.join(modules, '@octokit/graphql-schema/schema.graphql'),
        'utf8'
    );
    const schema = buildSchema(text, { assumeValid: true, assumeValidSDL: true });
    const named = new Set(
        requests(description)
            .map((request) => request.query)
            .filter(Boolean)
    );
    const files = fs.readdirSync(sources).filter((file) => file.endsWith('.graphql'));
    for (const file of files) {
        validate(schema, parse(fs.readFileSync(path.join(sources, file), 'utf8'))).forEach(
            (error) => wrong(file, error.message)
        );
        if (!named.has(file)) {
            wrong(file, 'no stream has this query');
        }
    }
    return files.length;
}

const blank = (template) => template.replace(/\{[^}]*\}/g, '{}');

function checkPaths(description) {
    const { paths } = JSON.parse(
        fs.readFileSync(
            path.join(modules, '@octokit/openapi/generated/api.github.com.deref.json'),
            'utf8'
        )
    );
    const known = new Map(
        Object.entries(paths).map(([template, methods]) => [blank(template), methods.get])
    );
    const asked = requests(description).filter((request) => request.path);
    for (const request of asked) {
        const operation = known.get(blank(request.path));
        if (!operation) {
            wrong(request.stream, request.path, 'GitHub has no such path');
            continue;
        }
        const names = (operation.parameters || [])
            .filter((one) => one.in === 'query')
            .map((one) => one.name);
        const { pagination = description.pagination } = request;
        const all = [...Object.keys(request.parameters || {}), pagination.size_parameter].filter(
            Boolean
        );
        all.filter((name) => !names.includes(name)).forEach((name) =>
            wrong(request.stream, request.path, `has no parameter ${name}`)
        );
    }
    return asked.length;
}

const github = JSON.parse(fs.readFileSync(path.join(sources, 'github.json'), 'utf8'));
process.stderr.write(`${checkQueries(github)} queries, ${checkPaths(github)} paths\n`);
