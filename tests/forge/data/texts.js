'use strict';
// Titles, bodies and names. Most are plain; some are what breaks readers.

const WORDS = (
    'leat mill wheel sluice water stone grain flour hopper weir race pond bank gate ' +
    'build fails when parser reads empty line after upgrade to version cache never expires slow ' +
    'query returns wrong order missing index crash on startup timeout while fetching large page ' +
    'docs typo in example support for new option please add test flaky memory leak in loop'
).split(' ');

const FLOURISHES = [
    'naïve café',
    '日本語のテスト',
    'Привет, мир',
    '👩‍💻🚀',
    'a\u0301 combining',
    'שלום',
    '`code` **bold** _x_',
    '<b>&amp;</b>',
    '> quoted',
    'tab\there',
    'it\'s "quoted"',
    '\\back\\slash',
];

// Bodies that every reader must survive, by the position of the item in its list.
const HARD = [
    'before\u0000after',
    'half a pair: \ud83d and the other \udca9, then both \ud83d\udca9',
    'x'.repeat(59990) + '\u2014the end',
    'She said "no"\nand\r\nleft\t\\ /\u2028 \u007f \u001b[31m',
    '',
];

function sentence(random, low, high) {
    const words = [];
    for (let left = random.int(low, high); left > 0; left--) {
        words.push(random.pick(WORDS));
    }
    if (random.chance(0.08)) {
        words.push(random.pick(FLOURISHES));
    }
    return words.join(' ');
}

function title(random) {
    const text = sentence(random, 3, 9);
    return text[0].toUpperCase() + text.slice(1);
}

function body(random) {
    const lines = [];
    for (let left = Math.min(40, random.lognormal(2, 9)); left >= 0; left--) {
        lines.push(sentence(random, 4, 18) + '.');
    }
    return lines.join(random.chance(0.5) ? '\n' : '\r\n');
}

// Null where an item has no body at all.
function itemBody(random, position) {
    if (position < HARD.length) {
        return HARD[position];
    }
    return position === HARD.length || random.chance(0.03) ? null : body(random);
}

module.exports = { WORDS, title, body, itemBody, sentence };
