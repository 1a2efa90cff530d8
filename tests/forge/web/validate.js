'use strict';
// Answers held against GitHub's own OpenAPI description.

const Ajv = require('ajv');

const FORMATS = {
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
    uri: /^[a-z]+:\/\/\S+$/,
    email: /@/,
};

// Where GitHub sends null though its description knows of none: the head of a pull request whose
// fork is gone, the label without a description.
const NULLABLE = [
    ['pull-request', 'head', 'repo'],
    ['pull-request-simple', 'head', 'repo'],
];

function repair({ components: { schemas } }) {
    NULLABLE.forEach(([name, property, inner]) => {
        const { properties } = schemas[name].properties[property];
        properties[inner] = { anyOf: [{ type: 'null' }, properties[inner]] };
    });
    schemas['pull-request-simple'].properties.labels.items.properties.description.nullable = true;
}

// As JSON Schema: OpenAPI 3.0 says nullable where that says null is one of the types. Alternatives
// of an event's payload overlap, so one of them is any of them.
function plain(schema) {
    if (Array.isArray(schema)) {
        return schema.map(plain);
    }
    if (schema === null || typeof schema !== 'object') {
        return schema;
    }
    const result = Object.fromEntries(
        Object.entries(schema)
            .filter(([name]) => name !== 'example' && name !== 'examples')
            .map(([name, value]) => [name, plain(value)])
    );
    if (schema.nullable === true) {
        delete result.nullable;
        return { anyOf: [{ type: 'null' }, result] };
    }
    if (result.oneOf) {
        result.anyOf = result.oneOf;
        delete result.oneOf;
    }
    return result;
}

class Validator {
    constructor() {
        this.description = require('@octokit/openapi/generated/api.github.com.json');
        repair(this.description);
        this.ajv = new Ajv({
            strict: false,
            allErrors: false,
            formats: {
                ...FORMATS,
                int64: true,
                uuid: true,
                'uri-template': true,
                'date-only': true,
                'repo.nwo': true,
                'ssh-key': true,
                'ip/cidr': true,
                timestamp: true,
                binary: true,
                hostname: true,
                ipv4: true,
                ipv6: true,
                date: true,
                int32: true,
                decimal: true,
                double: true,
                float: true,
            },
        });
        this.ajv.addSchema(
            {
                $id: 'github',
                components: plain(this.description.components),
                paths: plain(this.description.paths),
            },
            'github'
        );
        this.paths = new Map(
            Object.keys(this.description.paths).map((path) => [
                path.replace(/\{\w+\}/g, '{}'),
                path,
            ])
        );
        this.compiled = new Map();
    }

    compile(pattern) {
        const path = this.paths.get(
            pattern.replace(/:\w+/g, '{}').replace('/repositories/{}', '/repos/{}/{}')
        );
        if (!path) {
            throw new Error(`${pattern} is no path of GitHub's`);
        }
        const pointer = path
            .replace(/~/g, '~0')
            .replace(/\//g, '~1')
            .replace(/[{}]/g, encodeURIComponent);
        return this.ajv.compile({
            $ref: `github#/paths/${pointer}/get/responses/200/content/application~1json/schema`,
        });
    }

    // Null, or what is wrong with the value.
    check(pattern, value) {
        if (!this.compiled.has(pattern)) {
            this.compiled.set(pattern, this.compile(pattern));
        }
        const valid = this.compiled.get(pattern);
        return valid(value)
            ? null
            : `${pattern}: ${this.ajv.errorsText(valid.errors, { separator: '; ' })}`;
    }
}

module.exports = { Validator };
