'use strict';
// The headers of every GitHub answer that tell of the budget.

let requests = 0;

function limitHeaders(budgets, token, resource) {
    const { limit, used, reset } = budgets.book(token, resource);
    return {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(limit - used),
        'x-ratelimit-reset': String(reset),
        'x-ratelimit-used': String(used),
        'x-ratelimit-resource': resource,
    };
}

function requestId() {
    requests++;
    return `F0${requests.toString(16).toUpperCase().padStart(6, '0')}:CAFE`;
}

module.exports = { limitHeaders, requestId };
