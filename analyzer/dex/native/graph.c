/* Blocks of instructions, the edges between them, and what is reached from where.
 *
 * The counterpart in Python is analyzer/dex/flow/blocks.py (`Blocks`), and gives the same answers.
 */
#include "method.h"

#include <stdlib.h>

static int order(const void *left, const void *right)
{
    const int32_t *one = left, *other = right;
    return (one[0] > other[0]) - (one[0] < other[0]);
}

/* Mark in `seen` every block that can run after those on the stack, block `without` taken out. */
static void flood(const graph *blocks, int32_t *stack, int64_t depth, int64_t without, uint8_t *seen)
{
    while (depth) {
        int32_t block = stack[--depth];
        for (int64_t edge = blocks->edge_from[block]; edge < blocks->edge_from[block + 1]; edge++) {
            int32_t after = blocks->edges.row[edge];
            if (!seen[after] && after != without) {
                seen[after] = 1;
                stack[depth++] = after;
            }
        }
    }
}

static void mark_leaders(const method *one, uint8_t *leads)
{
    leads[0] = 1;
    for (int64_t number = 0; number < one->count; number++) {
        if (TRAITS[one->opcodes[number]] & (ENDS | JUMPS))
            leads[number + 1] = 1;
        if (one->labels[one->positions[number]])
            leads[number] = 1;
    }
    for (int64_t place = 0; place < one->caught.count; place += 2)
        leads[one->caught.row[place]] = 1;
}

/* Caught exceptions by instruction: where those of each begin in `rows`, in their order. */
static int64_t *sort_caught(const method *one, int32_t *rows)
{
    int64_t pairs = one->caught.count / 2;
    int64_t *from = calloc((size_t)one->count + 2, sizeof *from);
    if (!from)
        return NULL;
    for (int64_t pair = 0; pair < pairs; pair++)
        from[one->caught.row[2 * pair] + 1]++;
    for (int64_t number = 0; number < one->count; number++)
        from[number + 1] += from[number];
    int64_t *next = malloc(((size_t)one->count + 1) * sizeof *next);
    if (!next) {
        free(from);
        return NULL;
    }
    memcpy(next, from, ((size_t)one->count + 1) * sizeof *next);
    for (int64_t pair = 0; pair < pairs; pair++)
        rows[next[one->caught.row[2 * pair]]++] = one->caught.row[2 * pair + 1];
    free(next);
    return from;
}

/* Add one edge to a block; for a jump or an exception also who it comes from. */
static int go(graph *blocks, numbers *comings, int64_t target, int64_t source_number)
{
    if (!append(&blocks->edges, blocks->owner[target]))
        return 0;
    return source_number < 0 || (append(comings, target) && append(comings, source_number));
}

static int draw_edges(method *one, numbers *comings, const int64_t *caught_from, const int32_t *caught)
{
    graph *blocks = &one->blocks;
    for (int64_t block = 0; block < blocks->count; block++) {
        int64_t begin = blocks->first[block];
        int64_t last = (block + 1 < blocks->count ? blocks->first[block + 1] : one->count) - 1;
        blocks->edge_from[block] = blocks->edges.count;
        for (int64_t place = one->jump_from[last]; place < one->jump_from[last + 1]; place++)
            if (!go(blocks, comings, one->jumps.row[place], last))
                return 0;
        uint32_t opcode = one->opcodes[last];
        if (!(TRAITS[opcode] & ENDS) && last + 1 < one->count
            && one->positions[last] + WIDTH[opcode] == one->positions[last + 1] && !go(blocks, comings, last + 1, -1))
            return 0;
        for (int64_t place = caught_from[begin]; place < caught_from[begin + 1]; place++)
            if (!go(blocks, comings, caught[place], begin))
                return 0;
    }
    blocks->edge_from[blocks->count] = blocks->edges.count;
    return 1;
}

/* Keep of each instruction those that jump to it and can run; the place of one to which nobody jumps is empty. */
static int keep_sources(method *one, numbers *comings)
{
    graph *blocks = &one->blocks;
    int64_t pairs = comings->count / 2;
    blocks->source_from = calloc((size_t)one->count + 2, sizeof *blocks->source_from);
    blocks->sources = calloc((size_t)pairs + 1, sizeof *blocks->sources);
    if (!blocks->source_from || !blocks->sources)
        return 0;
    if (pairs)
        qsort(comings->row, (size_t)pairs, 2 * sizeof *comings->row, order);
    for (int64_t pair = 0; pair < pairs; pair++) {
        blocks->source_from[comings->row[2 * pair] + 1]++;
        blocks->sources[pair] = comings->row[2 * pair + 1];
    }
    for (int64_t number = 0; number <= one->count; number++)
        blocks->source_from[number + 1] += blocks->source_from[number];
    return 1;
}

static int build(method *one, uint8_t *leads, int32_t *caught, numbers *comings)
{
    graph *blocks = &one->blocks;
    mark_leaders(one, leads);
    blocks->first = calloc((size_t)one->count + 1, sizeof *blocks->first);
    blocks->owner = calloc((size_t)one->count + 1, sizeof *blocks->owner);
    if (!blocks->first || !blocks->owner)
        return 0;
    for (int64_t number = 0; number < one->count; number++) {
        if (leads[number])
            blocks->first[blocks->count++] = (int32_t)number;
        blocks->owner[number] = (int32_t)(blocks->count - 1);
    }
    blocks->edge_from = calloc((size_t)blocks->count + 1, sizeof *blocks->edge_from);
    blocks->live = calloc((size_t)blocks->count + 1, 1);
    int64_t *caught_from = sort_caught(one, caught);
    int32_t *stack = malloc(((size_t)blocks->count + 1) * sizeof *stack);
    int done = blocks->edge_from && blocks->live && caught_from && stack
        && draw_edges(one, comings, caught_from, caught) && keep_sources(one, comings);
    if (done && blocks->count) {
        blocks->live[0] = 1;
        stack[0] = 0;
        flood(blocks, stack, 1, -1, blocks->live);
    }
    free(caught_from);
    free(stack);
    return done;
}

/* Build the blocks. Returns 0 when the exception handlers cannot be read. */
int read_graph(method *one)
{
    if (one->graph_state)
        return one->graph_state > 0;
    one->graph_state = -1;
    if (!read_targets(one))
        return 0;
    uint8_t *leads = calloc((size_t)one->count + 2, 1);
    int32_t *caught = calloc((size_t)one->caught.count / 2 + 1, sizeof *caught);
    numbers comings = {0};
    if (leads && caught && build(one, leads, caught, &comings))
        one->graph_state = 1;
    free(leads);
    free(caught);
    free(comings.row);
    return one->graph_state > 0;
}

/* Number of blocks and of edges, -1 when they cannot be told. */
EXPORTED int64_t count_blocks(method *one, int64_t *edges)
{
    if (!read_graph(one))
        return -1;
    *edges = one->blocks.edges.count;
    return one->blocks.count;
}

/* Copy out the blocks, after `count_blocks`: first instruction and whether it can run, of each where its edges begin,
 * the edges, and of each instruction its block. */
EXPORTED void blocks_of(
    const method *one, int32_t *first, uint8_t *live, int64_t *edge_from, int32_t *edges, int32_t *owner)
{
    const graph *blocks = &one->blocks;
    size_t count = (size_t)blocks->count;
    memcpy(first, blocks->first, count * sizeof *first);
    memcpy(live, blocks->live, count);
    memcpy(edge_from, blocks->edge_from, (count + 1) * sizeof *edge_from);
    if (blocks->edges.count)
        memcpy(edges, blocks->edges.row, (size_t)blocks->edges.count * sizeof *edges);
    memcpy(owner, blocks->owner, (size_t)one->count * sizeof *owner);
}

/* Whether block `last` can run after block `early` has, block `without` (-1: none) taken out: by at least one edge, or,
 * if `itself`, also without any. -1 when there is no memory, or no such block. */
EXPORTED int64_t can_reach(method *one, int64_t early, int64_t last, int64_t without, int64_t itself)
{
    const graph *blocks = &one->blocks;
    if (!read_graph(one) || early < 0 || early >= blocks->count || last < 0 || last >= blocks->count)
        return -1;
    if (itself && (early == without || early == last))
        return early != without;
    uint8_t *seen = calloc((size_t)blocks->count, 1);
    int32_t *stack = malloc(((size_t)blocks->count + 1) * sizeof *stack);
    int64_t found = -1;
    if (seen && stack) {
        stack[0] = (int32_t)early;
        flood(blocks, stack, 1, without, seen);
        found = seen[last];
    }
    free(seen);
    free(stack);
    return found;
}
