'use strict';
// The Test Anything Protocol.

let tests = 0;

function ok(passed, name, ...notes) {
    tests++;
    process.stdout.write(`${passed ? 'ok' : 'not ok'} ${tests} - ${name}\n`);
    if (!passed) {
        notes.forEach((note) =>
            process.stdout.write(`# ${String(note).slice(0, 500).replace(/\n/g, '\n# ')}\n`)
        );
    }
}

function is(got, expected, name) {
    ok(
        JSON.stringify(got) === JSON.stringify(expected),
        name,
        `got:      ${JSON.stringify(got)}`,
        `expected: ${JSON.stringify(expected)}`
    );
}

// The members of expected, at any depth, are those of got.
function contains(got, expected) {
    if (expected === null || typeof expected !== 'object') {
        return got === expected;
    }
    if (got === null || typeof got !== 'object') {
        return false;
    }
    return Object.entries(expected).every(([name, value]) => contains(got[name], value));
}

// Two sets of rows are the same, by the members that expected has. Says which row is not there.
function rows(got, expected, key, name) {
    const byKey = new Map(got.map((row) => [key(row), row]));
    const wrong = expected.find((row) => !contains(byKey.get(key(row)), row));
    ok(
        !wrong && got.length === expected.length && byKey.size === got.length,
        name,
        `got ${got.length} rows (${byKey.size} keys), expected ${expected.length}`,
        wrong ? `expected: ${JSON.stringify(wrong)}` : '',
        wrong ? `got: ${JSON.stringify(byKey.get(key(wrong)))}` : ''
    );
}

// A row without some of its members.
function without(row, ...names) {
    return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}

function done() {
    process.stdout.write(`1..${tests}\n`);
}

module.exports = { ok, is, rows, contains, without, done };
