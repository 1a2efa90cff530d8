'use strict';
// Over TLS: HTTP/2 and HTTP/1.1 on one port, faults on single streams.

const { execFileSync } = require('child_process');
const fs = require('fs');
const http2 = require('http2');
const https = require('https');
const os = require('os');
const path = require('path');
const { Client } = require('./client');
const { is, ok } = require('./tap');

const HEADERS = { 'user-agent': 'test', authorization: 'Bearer token-1' };
const LABELS = '/repos/o/mill/labels?per_page=100';

function certificate(folder) {
    const [cert, key] = ['cert.pem', 'key.pem'].map((name) => path.join(folder, name));
    execFileSync(
        'openssl',
        [
            'req',
            '-x509',
            '-newkey',
            'ec',
            '-pkeyopt',
            'ec_paramgen_curve:P-256',
            '-nodes',
            '-days',
            '2',
            '-subj',
            '/CN=localhost',
            '-addext',
            'subjectAltName=IP:127.0.0.1,DNS:localhost',
            '-out',
            cert,
            '-keyout',
            key,
        ],
        { stdio: 'ignore' }
    );
    return [cert, key];
}

// {status, bytes, length, error} of one stream.
function ask(session, address, headers = {}) {
    return new Promise((resolve) => {
        const stream = session.request({ ':path': address, ...HEADERS, ...headers });
        const found = { status: 0, bytes: 0, length: null, error: null };
        stream.on('response', (got) => {
            found.status = got[':status'];
            found.length = Number(got['content-length']);
        });
        stream.on('data', (part) => {
            found.bytes += part.length;
        });
        stream.on('error', (error) => {
            found.error = error.code;
        });
        stream.on('close', () => resolve(found));
    });
}

function overHttp1(address, ca) {
    return new Promise((resolve, reject) => {
        https
            .get(address, { ca, headers: HEADERS, servername: 'localhost' }, (response) => {
                response.resume();
                response.on('end', () => resolve(`${response.httpVersion} ${response.statusCode}`));
            })
            .on('error', reject);
    });
}

async function streams(session) {
    const answers = await Promise.all(
        Array.from({ length: 20 }, (_, at) => ask(session, `${LABELS}&at=${at}`))
    );
    ok(
        answers.every((one) => one.status === 200 && one.bytes === one.length),
        'twenty streams at once over HTTP/2'
    );
    const faults = (fault) =>
        new Promise((resolve) => {
            const stream = session.request({ ':path': '/_forge/faults', ':method': 'POST' });
            stream.end(JSON.stringify({ times: 1, match: 'labels', ...fault }));
            stream.on('close', resolve).resume();
        });
    const broken = [];
    for (const fault of [
        { kind: 'truncate' },
        { kind: 'truncate', chunked: true },
        { kind: 'reset' },
        { kind: 'close' },
    ]) {
        await faults(fault);
        const [bad, good] = await Promise.all([
            ask(session, LABELS),
            ask(session, '/repos/o/mill'),
        ]);
        broken.push([fault.kind, bad.bytes === bad.length && bad.bytes > 0, good.status]);
    }
    is(
        broken,
        [
            ['truncate', false, 200],
            ['truncate', false, 200],
            ['reset', false, 200],
            ['close', false, 200],
        ],
        'a broken stream leaves the others alone'
    );
}

async function tlsTests() {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'forge-'));
    const [cert, key] = certificate(folder);
    const ca = fs.readFileSync(cert);
    const client = await Client.start('--tls', cert, key, '--repo', 'o/mill:issues=3,pulls=2');
    const session = http2.connect(client.url, { ca, servername: 'localhost' });
    try {
        await streams(session);
        is(
            await overHttp1(`${client.url}${LABELS}`, ca),
            '1.1 200',
            'and HTTP/1.1 for those who want it'
        );
    } finally {
        session.destroy();
        await client.stop();
        fs.rmSync(folder, { recursive: true });
    }
}

module.exports = { tlsTests };
