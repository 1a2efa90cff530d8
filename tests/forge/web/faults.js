'use strict';
// Faults on demand. A fault is {match, kind, ...}: match is a regular expression over "METHOD
// path?query", body (optional) one over the request's body; of the requests that match, the first
// skip ones pass, then it strikes times times (for ever without), each with probability. Kinds:
//
//   429                 retry_after seconds in a header, or without one
//   403-primary         budget used up: remaining 0, reset in window seconds (2)
//   403-secondary       retry_after or none
//   5xx                 status (502)
//   graphql-error       200, errors and no data
//   html-200 empty-body invalid-json huge-body (bytes) redirect-elsewhere (to)
//   graphql-partial     the true answer with one node of a list replaced by null and an error
//   bad-encoding        not what Content-Encoding says, or with utf8: bytes that are not UTF-8
//   truncate            half of the body, then the connection ends; chunked: without a length
//   slow                bytes_per_second (20000)
//   delay               seconds (1) before the answer
//   close reset         the connection ends before an answer, by FIN or by RST
//   mutate              the true answer, then the data changes: do, what, repo (see control.js)

const { Random } = require('../data/random');

const KINDS = [
    '429',
    '403-primary',
    '403-secondary',
    '5xx',
    'graphql-error',
    'html-200',
    'empty-body',
    'invalid-json',
    'huge-body',
    'redirect-elsewhere',
    'graphql-partial',
    'bad-encoding',
    'truncate',
    'slow',
    'delay',
    'close',
    'reset',
    'mutate',
];

class Faults {
    constructor(seed) {
        this.random = new Random(seed, 'faults');
        this.list = [];
    }

    add(descriptions) {
        const faults = descriptions.map((fault) => {
            if (!KINDS.includes(String(fault.kind))) {
                throw new Error(`no fault of kind ${fault.kind}; there are ${KINDS.join(', ')}`);
            }
            return {
                ...fault,
                kind: String(fault.kind),
                seen: 0,
                struck: 0,
                expression: new RegExp(fault.match || '.'),
                inBody: fault.body ? new RegExp(fault.body) : null,
            };
        });
        this.list.push(...faults);
    }

    clear() {
        this.list = [];
    }

    // The fault that strikes this request, or null.
    strike(request) {
        for (const fault of this.list) {
            if (
                fault.expression.test(`${request.method} ${request.url}`) &&
                (!fault.inBody || fault.inBody.test(request.body))
            ) {
                fault.seen++;
                if (
                    fault.seen > (fault.skip || 0) &&
                    (fault.times === undefined || fault.struck < fault.times) &&
                    (fault.probability === undefined || this.random.chance(fault.probability))
                ) {
                    fault.struck++;
                    return fault;
                }
            }
        }
        return null;
    }
}

function json(status, data, headers) {
    return {
        status,
        body: Buffer.from(JSON.stringify(data)),
        headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    };
}

function waiting(fault) {
    return fault.retry_after === undefined ? {} : { 'retry-after': String(fault.retry_after) };
}

// What the fault says instead of the true answer; null for those that let it be made.
function instead(fault, request) {
    const limit = { message: 'API rate limit exceeded for user ID 1.' };
    switch (fault.kind) {
        case '429':
            return json(429, { message: 'Too Many Requests' }, waiting(fault));
        case '403-primary': {
            const reset = Math.ceil(
                Date.now() / 1000 + (fault.window === undefined ? 2 : fault.window)
            );
            return json(403, limit, {
                'x-ratelimit-limit': '5000',
                'x-ratelimit-remaining': '0',
                'x-ratelimit-used': '5000',
                'x-ratelimit-reset': String(reset),
                'x-ratelimit-resource': 'core',
            });
        }
        case '403-secondary':
            return json(
                403,
                {
                    message:
                        'You have exceeded a secondary rate limit. ' +
                        'Please wait a few minutes before you try again.',
                },
                waiting(fault)
            );
        case '5xx':
            return json(fault.status || 502, { message: 'Server Error' });
        case 'graphql-error':
            return json(200, {
                data: null,
                errors: [
                    {
                        message:
                            'Something went wrong while executing your query. Please include `0000` when reporting this issue.',
                    },
                ],
            });
        case 'html-200':
            return {
                status: 200,
                headers: { 'content-type': 'text/html' },
                body: Buffer.from(
                    '<!DOCTYPE html>\n<html><title>Unicorn!</title><p>No server is available</html>\n'
                ),
            };
        case 'empty-body':
            return {
                status: 200,
                headers: { 'content-type': 'application/json' },
                body: Buffer.alloc(0),
            };
        case 'redirect-elsewhere':
            return {
                status: 302,
                body: Buffer.alloc(0),
                headers: {
                    location:
                        (fault.to || `${request.scheme}://localhost:${request.port}`) + request.url,
                },
            };
        case 'huge-body':
            return {
                status: 200,
                headers: { 'content-type': 'application/json' },
                body: Buffer.alloc(0),
                endless: fault.bytes || 1000000000,
            };
        default:
            return null;
    }
}

// The first list of nodes that has some, its first node made null.
function losePart(data, path) {
    for (const [name, value] of Object.entries(data || {})) {
        if (name === 'nodes' && Array.isArray(value) && value.length > 0 && value[0] !== null) {
            value[0] = null;
            return [...path, name, 0];
        }
        const found =
            value &&
            typeof value === 'object' &&
            !Array.isArray(value) &&
            losePart(value, [...path, name]);
        if (found) {
            return found;
        }
    }
    return null;
}

// The true answer, spoilt.
function spoil(fault, answer) {
    const body = answer.body || Buffer.alloc(0);
    if (fault.kind === 'invalid-json') {
        return {
            ...answer,
            body: Buffer.concat([
                body.subarray(0, Math.floor(body.length * 0.7)),
                Buffer.from('}{,'),
            ]),
        };
    }
    if (fault.kind === 'graphql-partial') {
        const whole = JSON.parse(body);
        const path = losePart(whole.data, []);
        whole.errors = [
            ...(whole.errors || []),
            { message: 'Something went wrong while executing your query.', path },
        ];
        return { ...answer, body: Buffer.from(JSON.stringify(whole)) };
    }
    if (fault.kind === 'bad-encoding' && fault.utf8) {
        return {
            ...answer,
            body: Buffer.concat([
                Buffer.from('[{"id":1,"title":"'),
                Buffer.from([0xff, 0xc0, 0x80]),
                Buffer.from('"}]'),
            ]),
        };
    }
    if (fault.kind === 'bad-encoding') {
        return {
            ...answer,
            encoded: true,
            headers: { ...answer.headers, 'content-encoding': 'gzip' },
        };
    }
    return answer;
}

module.exports = { Faults, instead, spoil };
