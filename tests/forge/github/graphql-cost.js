'use strict';
// What a query asks for, before it runs: GitHub's published rules for pages, nodes and points.
// https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api

const { getNamedType, isCompositeType, valueFromASTUntyped } = require('graphql');

const MOST_NODES = 500000;

class Refusal extends Error {
    constructor(type, message, path) {
        super(message);
        this.type = type;
        this.path = path;
    }
}

class Survey {
    constructor(schema, document, variables) {
        this.schema = schema;
        this.variables = variables;
        this.fragments = new Map(
            document.definitions
                .filter((one) => one.kind === 'FragmentDefinition')
                .map((one) => [one.name.value, one])
        );
        this.requests = 0;
        this.nodes = 0;
        this.seen = new Set();
    }

    argument(field, name) {
        const found = (field.arguments || []).find((one) => one.name.value === name);
        return found ? valueFromASTUntyped(found.value, this.variables) : undefined;
    }

    skipped(selection) {
        return (selection.directives || []).some((directive) => {
            const given = Boolean(
                valueFromASTUntyped(directive.arguments[0].value, this.variables)
            );
            return (
                (directive.name.value === 'skip' && given) ||
                (directive.name.value === 'include' && !given)
            );
        });
    }

    // Whether the items of a connection are asked for, and not just their number.
    wantsItems(selectionSet) {
        return selectionSet.selections.some((one) => {
            if (one.kind === 'Field') {
                return ['nodes', 'edges'].includes(one.name.value);
            }
            const inner = one.kind === 'FragmentSpread' ? this.fragments.get(one.name.value) : one;
            return this.wantsItems(inner.selectionSet);
        });
    }

    // The size of the page, as far as the rules allow one.
    pageSize(field, path) {
        const first = this.argument(field, 'first');
        const last = this.argument(field, 'last');
        const name = field.name.value;
        if ((first === undefined && last === undefined) || (first === null && last === null)) {
            throw new Refusal(
                'MISSING_PAGINATION_BOUNDARIES',
                'You must provide a `first` or `last` value to ' +
                    `properly paginate the \`${name}\` connection.`,
                path
            );
        }
        const size = first === undefined || first === null ? last : first;
        const which = first === undefined || first === null ? 'last' : 'first';
        if (size < 0 || size > 100) {
            throw new Refusal(
                'EXCESSIVE_PAGINATION',
                `Requesting ${size} records on the \`${name}\` connection ` +
                    `exceeds the \`${which}\` limit of 100 records.`,
                path
            );
        }
        return size;
    }

    walk(selectionSet, type, times, path) {
        for (const selection of selectionSet.selections) {
            if (this.skipped(selection)) {
                continue;
            }
            if (selection.kind === 'Field') {
                this.field(selection, type, times, path);
            } else {
                const inner =
                    selection.kind === 'FragmentSpread'
                        ? this.fragments.get(selection.name.value)
                        : selection;
                const condition = inner.typeCondition;
                this.walk(
                    inner.selectionSet,
                    condition ? this.schema.getType(condition.name.value) : type,
                    times,
                    path
                );
            }
        }
    }

    field(field, type, times, path) {
        const definition = type.getFields && type.getFields()[field.name.value];
        const named = definition && getNamedType(definition.type);
        if (!named || !isCompositeType(named) || !field.selectionSet) {
            return;
        }
        const here = [...path, (field.alias || field.name).value];
        let inside = times;
        if (/Connection$/.test(named.name)) {
            inside = this.connection(field, times, here);
        } else if (type.name === 'Query' && field.name.value === 'nodes') {
            inside = times * (this.argument(field, 'ids') || []).length;
        }
        this.walk(field.selectionSet, named, inside, here);
    }

    // Fields that merge into one count once.
    connection(field, times, path) {
        if (!this.wantsItems(field.selectionSet)) {
            return times;
        }
        const size = this.pageSize(field, path);
        const key = path.join('/');
        if (!this.seen.has(key)) {
            this.seen.add(key);
            this.requests += times;
            this.nodes += times * size;
        }
        return times * size;
    }
}

// {cost, nodes}, or throws a Refusal.
function survey(schema, document, operation, variables) {
    const found = new Survey(schema, document, variables);
    found.walk(operation.selectionSet, schema.getQueryType(), 1, []);
    if (found.nodes > MOST_NODES) {
        throw new Refusal(
            'MAX_NODE_LIMIT_EXCEEDED',
            `This query requests up to ${found.nodes.toLocaleString('en')} ` +
                `possible nodes which exceeds the maximum limit of ${MOST_NODES.toLocaleString('en')}.`,
            []
        );
    }
    return { cost: Math.max(1, Math.round(found.requests / 100)), nodes: found.nodes };
}

module.exports = { survey, Refusal };
