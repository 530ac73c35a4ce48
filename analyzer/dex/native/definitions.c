/* Which instructions gave a register what it holds.
 *
 * The counterpart in Python is analyzer/dex/flow/method.py (`definitions`), and gives the same answers.
 */
#include "method.h"

enum { MOST_STEPS = 6000, SLOTS = 1 << 14, CHECK_CAST = 0x1F };

static int64_t written(const method *one, int64_t at, uint32_t form)
{
    if (form == 3)
        return u16_at(one->code, 2 * (at + 1));
    uint32_t head = u16_at(one->code, 2 * at) >> 8;
    return form == 1 ? head & 15 : head;
}

/* The first register that a move reads. */
static int64_t moved(const method *one, int64_t at)
{
    uint32_t opcode = u8_at(one->code, 2 * at);
    if (opcode == 0x01 || opcode == 0x04 || opcode == 0x07)
        return u16_at(one->code, 2 * at) >> 12;
    return u16_at(one->code, 2 * (opcode == 0x02 || opcode == 0x05 || opcode == 0x08 ? at + 1 : at + 2));
}

/* Look at one instruction for what it does to a register. Returns 1 when it gives it its value; follows moves. */
static int gives(const method *one, int64_t number, int64_t *reg)
{
    uint32_t opcode = one->opcodes[number], traits = TRAITS[opcode];
    if (!(traits & WRITES))
        return 0;
    int64_t at = one->positions[number], target = written(one, at, traits & WRITES);
    if (target == *reg) {
        if (traits & MOVES)
            *reg = moved(one, at);
        else if (opcode != CHECK_CAST)
            return 1;
    } else if (target + 1 == *reg && traits & WIDE) {
        if (!(traits & MOVES))
            return 1;
        *reg = moved(one, at) + 1;
    }
    return 0;
}

/* Whether the instruction goes on to the one that stands at `behind`. */
static int falls_to(const method *one, int64_t number, int64_t behind)
{
    uint32_t opcode = one->opcodes[number];
    return !(TRAITS[opcode] & ENDS) && one->positions[number] + WIDTH[opcode] == behind;
}

/* The definition, when it is reached without passing a place to which control comes from elsewhere; else -1. */
static int64_t near_definition(method *one, int64_t at, int64_t reg)
{
    if (!read_targets(one))
        return -1;
    int64_t number = number_of(one, at);
    for (int step = 0; step < MOST_STEPS; step++) {
        if (!number || (at >= 0 && at < one->units && one->labels[at] & TARGET))
            return -1;
        number--;
        if (!falls_to(one, number, at))
            return -1;
        at = one->positions[number];
        if (gives(one, number, &reg))
            return at;
    }
    return -1;
}

/* Instruction and register pairs that were seen, and those still to be followed. */
typedef struct {
    int64_t slots[SLOTS], found[MOST_STEPS + 1];
    int64_t count, open;
    struct {
        int64_t number, reg;
    } pending[MOST_STEPS + 1];
} walk;

/* Take up a pair; 1 when it is new, 0 when it is known, -1 when there are too many. */
static int take(walk *seen, int64_t key)
{
    uint64_t place = (uint64_t)key * 0x9E3779B97F4A7C15u >> 50;
    while (seen->slots[place] >= 0) {
        if (seen->slots[place] == key)
            return 0;
        place = (place + 1) & (SLOTS - 1);
    }
    if (seen->count >= MOST_STEPS)
        return -1;
    seen->slots[place] = key;
    seen->count++;
    return 1;
}

/* Take up a pair and follow it later. Returns 0 when there are too many. */
static int push(walk *seen, int64_t number, int64_t reg)
{
    int fresh = take(seen, number << 17 | reg);
    if (fresh > 0) {
        seen->pending[seen->open].number = number;
        seen->pending[seen->open++].reg = reg;
    }
    return fresh >= 0;
}

/* Follow one pair backwards as far as it goes alone. Returns 0 when there are too many steps. */
static int follow(const method *one, walk *seen, int64_t number, int64_t reg, int64_t *found)
{
    const graph *blocks = one->straight ? NULL : &one->blocks;
    for (;;) {
        int64_t from = blocks ? blocks->source_from[number] : 0, to = blocks ? blocks->source_from[number + 1] : 0;
        for (int64_t place = from; place < to; place++) {
            int64_t comes = blocks->sources[place];
            if (!blocks->live[blocks->owner[comes]])
                continue;
            if (!push(seen, comes, reg))
                return 0;
        }
        if (!number) {
            seen->found[(*found)++] = -1 - reg;
            return 1;
        }
        int64_t behind = number < one->count ? one->positions[number] : -1;
        number--;
        if (!falls_to(one, number, behind) || (from < to && !blocks->live[blocks->owner[number]]))
            return 1;
        if (gives(one, number, &reg)) {
            seen->found[(*found)++] = one->positions[number];
            return 1;
        }
        int fresh = take(seen, number << 17 | reg);
        if (fresh <= 0)
            return !fresh;
    }
}

/* Write down where a register may have got what it holds just before `at`, `found` of room for 6001 positions; negative
 * ones stand for what register -1 - n held in the beginning. One may stand there more than once. Returns how many,
 * -1 when that cannot be told. */
EXPORTED int64_t definitions_of(method *one, int64_t at, int64_t reg, int64_t *found)
{
    int64_t near = near_definition(one, at, reg);
    if (near >= 0) {
        found[0] = near;
        return 1;
    }
    int64_t number = number_of(one, at), count = 0;
    if (one->straight) {
        if (number > one->straight_end)
            return 0;
    } else {
        if (!read_graph(one))
            return -1;
        if (number >= one->count || !one->blocks.live[one->blocks.owner[number]])
            return 0;
    }
    walk seen;
    seen.count = seen.open = 0;
    memset(seen.slots, 0xFF, sizeof seen.slots);
    push(&seen, number, reg);
    while (seen.open) {
        seen.open--;
        if (!follow(one, &seen, seen.pending[seen.open].number, seen.pending[seen.open].reg, &count))
            return -1;
    }
    memcpy(found, seen.found, (size_t)count * sizeof *found);
    return count;
}
