'use strict';
// A forge started for a test, and a client of it that knows nothing of its insides.

const { spawn } = require('child_process');
const path = require('path');

const HEADERS = { 'user-agent': 'test', authorization: 'Bearer token-1' };

class Client {
    static async start(...words) {
        const client = new Client();
        client.process = spawn(process.execPath, [path.join(__dirname, '../forge.js'), ...words]);
        client.stderr = '';
        client.process.stderr.on('data', (text) => {
            client.stderr += text;
        });
        client.url = await new Promise((resolve, reject) => {
            client.process.stdout.once('data', (text) => resolve(String(text).trim()));
            client.process.once('exit', () =>
                reject(new Error(`the forge did not start: ${client.stderr}`))
            );
        });
        return client;
    }

    // Resolves to the exit status.
    stop() {
        return new Promise((resolve) => {
            this.process.once('exit', resolve);
            this.process.kill('SIGTERM');
        });
    }

    // {status, headers, text, data}; redirects are not followed.
    async get(address, headers = {}, options = {}) {
        const url = address.startsWith('http') ? address : this.url + address;
        const response = await fetch(url, {
            redirect: 'manual',
            signal: AbortSignal.timeout(30000),
            headers: { ...HEADERS, ...headers },
            ...options,
        });
        const text = await response.text();
        let data;
        try {
            data = JSON.parse(text);
        } catch {
            data = undefined;
        }
        return { status: response.status, headers: response.headers, text, data };
    }

    // Every record of a list, by its Link headers.
    async all(address) {
        const found = [];
        for (let next = address; next;) {
            const { data, headers, status, text } = await this.get(next);
            if (status !== 200) {
                throw new Error(`${next}: ${status} ${text.slice(0, 200)}`);
            }
            found.push(...data);
            next = (/<([^>]+)>; rel="next"/.exec(headers.get('link') || '') || [])[1];
        }
        return found;
    }

    async query(query, variables, headers) {
        const { data, ...rest } = await this.get('/graphql', headers, {
            method: 'POST',
            body: JSON.stringify({ query, variables }),
        });
        return { ...data, ...rest };
    }

    async control(method, name, body) {
        const { data } = await this.get(
            `/_forge/${name}`,
            {},
            { method, body: body && JSON.stringify(body) }
        );
        return data;
    }

    // The truth by stream.
    async truth(platform, repo) {
        const { text } = await this.get(`/_forge/truth?platform=${platform}&repo=${repo}`);
        const streams = {};
        text.trim()
            .split('\n')
            .map((line) => JSON.parse(line))
            .forEach(({ stream, row }) => {
                (streams[stream] = streams[stream] || []).push(row);
            });
        return streams;
    }
}

module.exports = { Client };
