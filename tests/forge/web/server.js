'use strict';
// Listens, and leads each request through counting, faults, the platform it is for, and out.

const fs = require('fs');
const http = require('http');
const http2 = require('http2');
const { deliver, cut } = require('./deliver');
const { instead, spoil } = require('./faults');

const MOST_BODY = 4000000;

function readRequest(raw, body, secure, port) {
    const { headers } = raw;
    const host = headers[':authority'] || headers.host || `127.0.0.1:${port}`;
    const scheme = secure ? 'https' : 'http';
    const [path, query] = raw.url.split(/\?(.*)/s);
    const given = /^(?:bearer|token)\s+(\S+)$/i.exec(headers.authorization || '');
    const token = headers['private-token'] || (given ? given[1] : headers.authorization || null);
    return {
        method: raw.method,
        url: raw.url,
        path,
        query: new URLSearchParams(query || ''),
        headers,
        host,
        scheme,
        origin: `${scheme}://${host}`,
        port,
        token,
        body,
    };
}

class Server {
    // platforms: functions from request to answer, or null where the path is not theirs.
    constructor(forge, platforms) {
        this.forge = forge;
        this.platforms = platforms;
    }

    listen({ tls, port }, ready) {
        const handler = (raw, response) => this.receive(raw, response);
        this.secure = Boolean(tls);
        this.server = tls
            ? http2.createSecureServer(
                  { cert: fs.readFileSync(tls[0]), key: fs.readFileSync(tls[1]), allowHTTP1: true },
                  handler
              )
            : http.createServer(handler);
        this.server.keepAliveTimeout = 65000;
        this.server.on('error', (error) => {
            process.stderr.write(`forge: ${error.message}\n`);
            process.exit(1);
        });
        this.server.on('sessionError', () => {});
        this.server.listen(port, '127.0.0.1', () => {
            this.port = this.server.address().port;
            ready(`${tls ? 'https' : 'http'}://127.0.0.1:${this.port}`);
        });
    }

    receive(raw, response) {
        const parts = [];
        let length = 0;
        raw.on('data', (part) => {
            length += part.length;
            if (length <= MOST_BODY) {
                parts.push(part);
            }
        });
        raw.on('error', () => {});
        response.on('error', () => {});
        raw.on('end', () => {
            const request = readRequest(
                raw,
                Buffer.concat(parts).toString(),
                this.secure,
                this.port
            );
            if (request.path.startsWith('/_forge/')) {
                deliver(request, response, this.forge.control.handle(request), null);
            } else {
                this.serve(request, response);
            }
        });
    }

    serve(request, response) {
        const { counts, faults, budgets, options } = this.forge;
        counts.begin(request);
        const wait = budgets.enter(request.token || '');
        let answer = { status: 0, body: null };
        let ended = false;
        response.on('close', () => {
            if (!ended) {
                ended = true;
                counts.end(request, answer);
                if (wait === 0) {
                    budgets.leave(request.token || '');
                }
            }
        });
        const fault = faults.strike(request);
        if (fault) {
            counts.fault(fault.kind);
        }
        if (fault && (fault.kind === 'close' || fault.kind === 'reset')) {
            cut(response, fault.kind === 'reset');
            return;
        }
        const finish = () => {
            answer = this.answer(request, fault, wait);
            if (answer.delay) {
                setTimeout(() => deliver(request, response, answer, answer.breaks), answer.delay);
            } else {
                deliver(request, response, answer, fault);
            }
            if (fault && fault.kind === 'mutate') {
                this.mutate(fault);
            }
        };
        const delay =
            (fault && fault.kind === 'delay' ? 1000 * (fault.seconds || 1) : 0) + options.latency;
        if (delay > 0) {
            setTimeout(finish, delay);
        } else {
            finish();
        }
    }

    mutate(fault) {
        try {
            this.forge.mutate(fault);
        } catch (error) {
            process.stderr.write(`forge: mutate: ${error.message}\n`);
        }
    }

    answer(request, fault, wait) {
        if (wait > 0) {
            return {
                ...instead({ kind: '403-secondary', retry_after: wait }, request),
                overLimit: true,
                resource: 'secondary',
            };
        }
        const replaced = fault && instead(fault, request);
        if (replaced) {
            return { ...replaced, resource: 'fault', route: `fault ${fault.kind}` };
        }
        const answer = this.compute(request);
        return fault ? spoil(fault, answer) : answer;
    }

    compute(request) {
        try {
            for (const platform of this.platforms) {
                const answer = platform(request);
                if (answer) {
                    return answer;
                }
            }
        } catch (error) {
            process.stderr.write(`forge: ${request.method} ${request.url}: ${error.stack}\n`);
            return {
                status: 500,
                headers: { 'content-type': 'text/plain' },
                route: 'broken',
                body: Buffer.from(`The forge itself is broken: ${error.stack}\n`),
            };
        }
        return {
            status: 404,
            headers: { 'content-type': 'text/plain' },
            body: Buffer.from('nowhere\n'),
        };
    }
}

module.exports = { Server };
