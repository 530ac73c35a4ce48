/* Searching a call graph: which classes come to life, which bodies are reached, and how many steps away.
 *
 * The counterpart in Python is analyzer/dex/graph/search.py (`_come_alive`, `_measure`), and gives the same answers. All
 * numbers come from there, not from a file; they are checked all the same before anything is read by them.
 */
#include "core.h"

/* Numbers grouped by owner: those of n stand at first[n] to first[n + 1]. */
typedef struct {
    const int64_t *first;
    const int64_t *values;
    int64_t owners;
    int64_t size;
} rows;

/* Targets of steps grouped by the body that takes them. */
typedef struct {
    const int64_t *first;
    const int32_t *target;
    int64_t size;
} steps;

/* `bodies`, `types` and `references` are how many there are; one number more stands for nowhere. */
typedef struct {
    int64_t bodies;
    int64_t types;
    int64_t references;
    int64_t pairs;
    rows answers;    /* bodies that objects of a class answer with */
    rows own_pairs;  /* pairs that run once any class answers with a body, by body */
    rows more_pairs; /* pairs that objects of one class make run, by class */
    const int64_t *pair_first;
    const int64_t *pair_body;
    const int64_t *pair_reference;
} web;

/* Calls of which only some targets may be followed: the body that calls, and a pair that it may run. */
typedef struct {
    const int32_t *body;
    const int64_t *pair;
    int64_t count;
} apart;

static int spans(int64_t first, int64_t last, int64_t size)
{
    return first >= 0 && first <= last && last <= size;
}

typedef struct {
    const web *graph;
    uint8_t *reached, *alive, *called, *enabled, *live;
    int32_t *line; /* bodies in the order in which they were reached */
    int64_t end;
    int32_t *born;
    int64_t born_end;
} state;

static void reach(state *now, int64_t body)
{
    if (body < 0 || body >= now->graph->bodies || now->reached[body])
        return;
    now->reached[body] = 1;
    now->line[now->end++] = (int32_t)body;
}

static void enable(state *now, int64_t pair)
{
    const web *graph = now->graph;
    if (pair < 0 || pair >= graph->pairs || now->enabled[pair])
        return;
    now->enabled[pair] = 1;
    int64_t reference = graph->pair_reference[pair];
    if (reference >= 0 && reference < graph->references && now->called[reference])
        reach(now, graph->pair_body[pair]);
}

static void enable_all(state *now, const rows *found, int64_t owner)
{
    if (owner < 0 || owner >= found->owners || !spans(found->first[owner], found->first[owner + 1], found->size))
        return;
    for (int64_t at = found->first[owner]; at < found->first[owner + 1]; at++)
        enable(now, found->values[at]);
}

static void give_birth(state *now, int64_t type)
{
    const web *graph = now->graph;
    if (type < 0 || type >= graph->types || now->alive[type])
        return;
    now->alive[type] = 1;
    now->born[now->born_end++] = (int32_t)type;
}

static void answer(state *now, int64_t type)
{
    const rows *answers = &now->graph->answers;
    if (type < answers->owners && spans(answers->first[type], answers->first[type + 1], answers->size))
        for (int64_t at = answers->first[type]; at < answers->first[type + 1]; at++) {
            int64_t body = answers->values[at];
            if (body < 0 || body >= now->graph->bodies || now->live[body])
                continue;
            now->live[body] = 1;
            enable_all(now, &now->graph->own_pairs, body);
        }
    enable_all(now, &now->graph->more_pairs, type);
}

static void call(state *now, int64_t reference)
{
    const web *graph = now->graph;
    if (reference < 0 || reference >= graph->references || now->called[reference])
        return;
    now->called[reference] = 1;
    int64_t first = graph->pair_first[reference], last = graph->pair_first[reference + 1];
    if (!spans(first, last, graph->pairs))
        return;
    for (int64_t pair = first; pair < last; pair++)
        if (now->enabled[pair])
            reach(now, graph->pair_body[pair]);
}

/* Find what comes to life and what is reached; see `_come_alive`. */
static void come_alive(state *now, const steps *direct, const steps *calls, const steps *creations, const apart *alone)
{
    const web *graph = now->graph;
    int64_t begin = 0, born = 0;
    while (begin < now->end || born < now->born_end) {
        while (begin < now->end || born < now->born_end) {
            if (born < now->born_end) {
                answer(now, now->born[born++]);
                continue;
            }
            int64_t body = now->line[begin++];
            if (spans(direct->first[body], direct->first[body + 1], direct->size))
                for (int64_t at = direct->first[body]; at < direct->first[body + 1]; at++)
                    reach(now, direct->target[at]);
            if (spans(creations->first[body], creations->first[body + 1], creations->size))
                for (int64_t at = creations->first[body]; at < creations->first[body + 1]; at++)
                    give_birth(now, creations->target[at]);
            if (spans(calls->first[body], calls->first[body + 1], calls->size))
                for (int64_t at = calls->first[body]; at < calls->first[body + 1]; at++)
                    call(now, calls->target[at]);
        }
        for (int64_t at = 0; at < alone->count; at++) {
            int64_t body = alone->body[at], pair = alone->pair[at];
            if (body < 0 || body >= graph->bodies || pair < 0 || pair >= graph->pairs)
                continue;
            if (now->reached[body] && now->enabled[pair])
                reach(now, graph->pair_body[pair]);
        }
    }
}

static void step_to(state *now, int32_t *depth, int64_t body, int32_t level)
{
    if (body < 0 || body >= now->graph->bodies || depth[body] >= 0)
        return;
    depth[body] = level;
    now->line[now->end++] = (int32_t)body;
}

/* Count the steps to every body, with the pairs fixed that run; see `_measure`. */
static void measure(state *now, const steps *direct, const steps *calls, const apart *alone, int32_t *depth)
{
    const web *graph = now->graph;
    int64_t begin = 0;
    for (int32_t level = 1; begin < now->end; level++) {
        int64_t end = now->end;
        for (; begin < end; begin++) {
            int64_t body = now->line[begin];
            if (spans(direct->first[body], direct->first[body + 1], direct->size))
                for (int64_t at = direct->first[body]; at < direct->first[body + 1]; at++)
                    step_to(now, depth, direct->target[at], level);
            if (!spans(calls->first[body], calls->first[body + 1], calls->size))
                continue;
            for (int64_t at = calls->first[body]; at < calls->first[body + 1]; at++) {
                int64_t reference = calls->target[at];
                if (reference < 0 || reference >= graph->references || now->called[reference])
                    continue;
                now->called[reference] = 1;
                int64_t first = graph->pair_first[reference], last = graph->pair_first[reference + 1];
                if (!spans(first, last, graph->pairs))
                    continue;
                for (int64_t pair = first; pair < last; pair++)
                    if (now->enabled[pair])
                        step_to(now, depth, graph->pair_body[pair], level);
            }
        }
        for (int64_t at = 0; at < alone->count; at++) {
            int64_t body = alone->body[at], pair = alone->pair[at];
            if (body < 0 || body >= graph->bodies || pair < 0 || pair >= graph->pairs)
                continue;
            if (depth[body] == level - 1 && now->enabled[pair])
                step_to(now, depth, graph->pair_body[pair], level);
        }
    }
}

/* Search once from `roots` and the classes `owners`.
 *
 * Filled in: `depth` by body (one more for nowhere), -1 where it is not reached; `enabled` by pair, zeroed before.
 * `flags` is room for 2 * bodies + types + references bytes, zeroed; `line` for bodies + types numbers.
 */
EXPORTED void search_web(
    const web *graph, const steps *direct, const steps *calls, const steps *creations, const apart *alone,
    const int64_t *roots, int64_t root_count, const int64_t *owners, int64_t owner_count,
    uint8_t *flags, int32_t *line, uint8_t *enabled, int32_t *depth)
{
    state now = {
        .graph = graph,
        .reached = flags,
        .live = flags + graph->bodies,
        .alive = flags + 2 * graph->bodies,
        .called = flags + 2 * graph->bodies + graph->types,
        .enabled = enabled,
        .line = line,
        .born = line + graph->bodies,
    };
    for (int64_t at = 0; at < owner_count; at++)
        give_birth(&now, owners[at]);
    for (int64_t at = 0; at < root_count; at++)
        reach(&now, roots[at]);
    come_alive(&now, direct, calls, creations, alone);
    for (int64_t reference = 0; reference < graph->references; reference++)
        now.called[reference] = 0;
    for (int64_t body = 0; body < graph->bodies; body++)
        depth[body] = -1;
    depth[graph->bodies] = 0;
    now.end = 0;
    for (int64_t at = 0; at < root_count; at++)
        step_to(&now, depth, roots[at], 0);
    measure(&now, direct, calls, alone, depth);
}
