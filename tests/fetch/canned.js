#!/usr/bin/env node
'use strict';
// A server of canned answers, for shapes that no forge gives: node canned.js ANSWERS LOG
// ANSWERS is a file, read anew for each request, of an object: by path, or path?query, which goes
// first, {status, headers, body}. ORIGIN in headers and body stands for the server's own. What is
// not there is 404. Each request is a line of LOG: {method, url, headers}. Prints its address.

const fs = require('fs');
const http = require('http');

const [answers, log] = process.argv.slice(2);

function find(url) {
    const all = JSON.parse(fs.readFileSync(answers, 'utf8'));
    return all[url] || all[url.split('?')[0]] || { status: 404, body: '{"message":"Not Found"}' };
}

const server = http.createServer((request, response) => {
    const { method, url, headers } = request;
    fs.appendFileSync(log, `${JSON.stringify({ method, url, headers })}\n`);
    const origin = `http://127.0.0.1:${server.address().port}`;
    const own = (text) => text.replaceAll('ORIGIN', origin);
    const answer = find(url);
    response.statusCode = answer.status || 200;
    Object.entries(answer.headers || {}).forEach(([name, value]) => response.setHeader(name, own(value)));
    response.end(own(answer.body || ''));
});

server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
});
