'use strict';
// Lists as long as one likes, of small records that are computed, for measuring. Three ways to
// page: by number (a plain array, a Link header), by cursor ({items, next}), by offset ({items, total}).
//
//   /bulk/items?total=N&per_page=&page=   /bulk/cursor?total=N&limit=&cursor=   /bulk/offset?total=N&limit=&offset=

const { Kept } = require('../web/kept');
const { linkHeader, wholeNumber } = require('../web/paging');

const BEGIN = Date.UTC(2024, 0, 1);
const NAMES = { size: 'per_page', page: 'page' };

let minute = -1;
let minuteText = '';

// A record a second; the text of the minute is made once.
function timeOf(id) {
    const now = Math.floor(id / 60);
    if (now !== minute) {
        minute = now;
        minuteText = new Date(BEGIN + now * 60000).toISOString().slice(0, 17);
    }
    const second = id % 60;
    return `${minuteText}${second < 10 ? '0' : ''}${second}Z`;
}

function record(id) {
    return (
        `{"id":${id},"name":"item ${id}","kind":"${id % 7 === 0 ? 'seventh' : 'plain'}","value":${id * 1.5},` +
        `"tags":["a","b${id % 10}"],"owner":{"id":${id % 1000},"login":"user-${id % 1000}"},"updated_at":"${timeOf(id)}"}`
    );
}

class Bulk {
    constructor(forge) {
        this.forge = forge;
        this.kept = new Kept();
    }

    // The records from one place to another as an array.
    array(from, to) {
        const key = `${from}-${to}`;
        return this.kept.get(key, 0, () => {
            const parts = [];
            for (let id = from; id < to; id++) {
                parts.push(record(id + 1));
            }
            return { body: Buffer.from(`[${parts.join(',')}]`) };
        });
    }

    handle(request) {
        const [, bulk, way] = request.path.split('/');
        if (bulk !== 'bulk' || !['items', 'cursor', 'offset'].includes(way)) {
            return null;
        }
        const { query } = request;
        const total = wholeNumber(query.get('total'), 1000);
        const size = Math.max(
            1,
            Math.min(10000, wholeNumber(query.get(way === 'items' ? 'per_page' : 'limit'), 100))
        );
        const headers = { 'content-type': 'application/json' };
        const route = `bulk GET /bulk/${way}`;
        if (!this.forge.budgets.take(request.token, 'bulk', 1)) {
            return {
                status: 429,
                headers,
                body: Buffer.from('{}'),
                route,
                resource: 'bulk',
                overLimit: true,
            };
        }
        const page = Math.max(1, wholeNumber(query.get('page'), 1));
        const start = {
            items: (page - 1) * size,
            cursor: wholeNumber(query.get('cursor'), 0),
            offset: wholeNumber(query.get('offset'), 0),
        }[way];
        const end = Math.min(total, start + size);
        const kept = this.array(start, Math.max(start, end));
        if (way === 'items') {
            const last = Math.max(1, Math.ceil(total / size));
            const link = linkHeader(request.origin + request.path, query, { names: NAMES }, [
                ['next', page < last ? page + 1 : null],
                ['last', page < last ? last : null],
            ]);
            return {
                status: 200,
                headers: link ? { ...headers, link } : headers,
                body: kept.body,
                kept,
                route,
                resource: 'bulk',
            };
        }
        const tail =
            way === 'cursor' ? `,"next":${end < total ? `"${end}"` : null}}` : `,"total":${total}}`;
        return {
            status: 200,
            headers,
            route,
            resource: 'bulk',
            body: Buffer.concat([Buffer.from('{"items":'), kept.body, Buffer.from(tail)]),
        };
    }
}

module.exports = { Bulk };
