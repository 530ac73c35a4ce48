/* Decode one code item, and find where its jumps and exceptions lead.
 *
 * The counterpart in Python is analyzer/dex/flow/method.py (`Method`), and gives the same answers.
 */
#include "method.h"

#include <stdlib.h>

enum { MOST_TARGETS = 1 << 20, MOST_GUARDED = 1 << 20 };

int append(numbers *list, int64_t value)
{
    if (list->count == list->room) {
        int64_t room = list->room ? 2 * list->room : 32;
        int32_t *row = realloc(list->row, (size_t)room * sizeof *row);
        if (!row)
            return 0;
        list->row = row;
        list->room = room;
    }
    list->row[list->count++] = (int32_t)value;
    return 1;
}

EXPORTED void forget_method(method *one)
{
    if (!one)
        return;
    free(one->positions);
    free(one->opcodes);
    free(one->number_at);
    free(one->labels);
    free(one->jump_from);
    free(one->jumps.row);
    free(one->caught.row);
    free(one->blocks.first);
    free(one->blocks.owner);
    free(one->blocks.edge_from);
    free(one->blocks.edges.row);
    free(one->blocks.source_from);
    free(one->blocks.sources);
    free(one->blocks.live);
    free(one);
}

static void *some(int64_t count, size_t size)
{
    return calloc((size_t)count + 1, size);
}

/* Decode `units` code units at byte `start`, of the code item at byte `item`. The bytes have to outlive the method.
 * Returns null when there is no memory, or when they lie outside the file. */
EXPORTED method *new_method(const uint8_t *bytes, int64_t size, int64_t item, int64_t start, int64_t units)
{
    source file = {bytes, size};
    if (units < 0 || units > size / 2 || !holds(file, start, 2 * units))
        return NULL;
    method *one = calloc(1, sizeof *one);
    if (!one)
        return NULL;
    one->file = file;
    one->code.bytes = bytes + start;
    one->code.size = 2 * units;
    one->item = item;
    one->units = units;
    one->positions = some(units, sizeof *one->positions);
    one->opcodes = some(units, 1);
    one->number_at = some(units, sizeof *one->number_at);
    if (!one->positions || !one->opcodes || !one->number_at) {
        forget_method(one);
        return NULL;
    }
    memset(one->number_at, 0xFF, (size_t)(units + 1) * sizeof *one->number_at);
    one->straight = u16_at(file, item + 6) == 0; /* no exception ranges */
    one->straight_end = -1;
    int64_t at = 0, count = 0;
    while (at < units) {
        uint32_t unit = u16_at(one->code, 2 * at);
        int64_t width = is_payload(unit) ? units_at(file, start + 2 * at) : WIDTH[unit & 0xFF];
        if (width > units - at) {
            at = units + 1;
            break;
        }
        if (!is_payload(unit)) {
            uint32_t traits = TRAITS[unit & 0xFF];
            one->positions[count] = (int32_t)at;
            one->opcodes[count] = (uint8_t)unit;
            one->number_at[at] = (int32_t)count;
            if (traits & JUMPS)
                one->straight = 0;
            if (traits & ENDS && one->straight_end < 0)
                one->straight_end = count;
            count++;
        }
        at += width;
    }
    one->whole = at == units;
    one->count = count;
    if (one->straight_end < 0)
        one->straight_end = count;
    return one;
}

/* Copy out what was decoded: as many rows as `count` says, of which there are never more than code units. */
EXPORTED int64_t instructions_of(const method *one, int32_t *positions, uint8_t *opcodes, uint8_t *whole)
{
    memcpy(positions, one->positions, (size_t)one->count * sizeof *positions);
    memcpy(opcodes, one->opcodes, (size_t)one->count);
    *whole = one->whole;
    return one->count;
}

/* Number of the instruction at, or the first one behind, a position. */
int64_t number_of(const method *one, int64_t at)
{
    int64_t low = 0, high = one->count;
    if (at >= 0 && at < one->units && one->number_at[at] >= 0)
        return one->number_at[at];
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (one->positions[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int64_t offset_at(const method *one, int64_t at)
{
    return (int32_t)u32_at(one->code, 2 * (at + 1));
}

/* Control comes to a code unit from elsewhere: write it down, and the instruction if one begins there. */
static int lead(method *one, int64_t target)
{
    if (target < 0 || target >= one->units)
        return 1;
    one->labels[target] |= TARGET;
    return one->number_at[target] < 0 || append(&one->jumps, one->number_at[target]);
}

static int read_cases(method *one, int64_t at, int64_t *room)
{
    int64_t payload = at + offset_at(one, at);
    if (payload < 0 || payload >= one->units - 1)
        return 1;
    uint32_t kind = u16_at(one->code, 2 * payload);
    int64_t size = u16_at(one->code, 2 * (payload + 1));
    int64_t first = payload + (kind == 0x0100 ? 4 : 2 + 2 * size);
    if ((kind != 0x0100 && kind != 0x0200) || first + 2 * size > one->units)
        return 1;
    *room -= size;
    if (*room < 0)
        return 0;
    for (int64_t number = 0; number < size; number++)
        if (!lead(one, at + (int32_t)u32_at(one->code, 2 * (first + 2 * number))))
            return 0;
    return 1;
}

static int read_jump(method *one, int64_t number, int64_t *room)
{
    int64_t at = one->positions[number];
    uint32_t opcode = one->opcodes[number];
    if (opcode == 0x2B || opcode == 0x2C)
        return read_cases(one, at, room);
    if (--*room < 0)
        return 0;
    if (opcode == 0x28)
        return lead(one, at + (int8_t)u8_at(one->code, 2 * at + 1));
    if (opcode == 0x2A)
        return lead(one, at + offset_at(one, at));
    return lead(one, at + (int16_t)u16_at(one->code, 2 * (at + 1)));
}

/* A number of up to five bytes, with or without sign; 0 when it is damaged. */
static int read_leb(source file, int64_t *at, int is_signed, int64_t *value)
{
    int64_t found = 0;
    for (int shift = 0; shift < 35; shift += 7) {
        if (!holds(file, *at, 1))
            return 0;
        int64_t byte = file.bytes[(*at)++];
        found |= (byte & 0x7F) << shift;
        if (byte < 0x80) {
            if (is_signed && byte & 0x40)
                found -= (int64_t)1 << (shift + 7);
            *value = found;
            return 1;
        }
    }
    return 0;
}

/* Take one exception range: `first` to `last` in code units, its handlers listed at byte `at`. */
static int read_handlers(method *one, int64_t first, int64_t last, int64_t at, int64_t *room, int32_t *stamps, int32_t mark)
{
    int64_t size, address, skipped, length = last - first > 1 ? last - first : 1;
    if (!read_leb(one->file, &at, 1, &size))
        return 0;
    int64_t entries = (size < 0 ? -size : size) + (size <= 0);
    if (entries > *room / length)
        return 0;
    *room -= entries * length;
    int64_t from = one->jumps.count;
    for (int64_t entry = 0; entry < entries; entry++) {
        int is_typed = size > 0 || entry < entries - 1;
        if ((is_typed && !read_leb(one->file, &at, 0, &skipped)) || !read_leb(one->file, &at, 0, &address))
            return 0;
        int64_t count = one->jumps.count;
        if (!lead(one, address))
            return 0;
        if (one->jumps.count == count)
            continue; /* no instruction begins there */
        int32_t *stamp = &stamps[one->jumps.row[count]];
        if (*stamp == mark)
            one->jumps.count = count; /* each handler once */
        *stamp = mark;
    }
    int64_t begin = number_of(one, first), end = number_of(one, last);
    for (int64_t number = begin; number < end; number++) {
        if (!(TRAITS[one->opcodes[number]] & THROWS))
            continue;
        one->labels[one->positions[number]] |= GUARDED;
        for (int64_t place = from; place < one->jumps.count; place++)
            if (!append(&one->caught, number) || !append(&one->caught, one->jumps.row[place]))
                return 0;
    }
    one->jumps.count = from; /* they were there for `caught` alone */
    return 1;
}

static int read_ranges(method *one, int32_t *stamps)
{
    int64_t tries = u16_at(one->file, one->item + 6), reached = 0, room = MOST_GUARDED;
    int64_t table = one->item + 16 + 2 * (one->units + (one->units & 1));
    if (!holds(one->file, table, 8 * tries))
        return 0;
    for (int64_t number = 0; number < tries; number++) {
        int64_t first = u32_at(one->file, table + 8 * number);
        int64_t last = first + u16_at(one->file, table + 8 * number + 4);
        int64_t place = u16_at(one->file, table + 8 * number + 6);
        if (first < reached || last > one->units)
            return 0;
        reached = last;
        if (!read_handlers(one, first, last, table + 8 * tries + place, &room, stamps, (int32_t)number + 1))
            return 0;
    }
    return 1;
}

/* Find all jumps and exceptions. Returns 0 when the handlers cannot be read, or there are more than are followed. */
int read_targets(method *one)
{
    if (one->targets_state)
        return one->targets_state > 0;
    one->targets_state = -1;
    one->labels = some(one->units, 1);
    one->jump_from = some(one->count, sizeof *one->jump_from);
    if (!one->labels || !one->jump_from)
        return 0;
    int64_t room = MOST_TARGETS;
    for (int64_t number = 0; number < one->count; number++) {
        one->jump_from[number] = one->jumps.count;
        if (TRAITS[one->opcodes[number]] & JUMPS && !read_jump(one, number, &room))
            return 0;
    }
    one->jump_from[one->count] = one->jumps.count;
    int done = 1;
    if (u16_at(one->file, one->item + 6)) {
        int32_t *stamps = some(one->count, sizeof *stamps);
        done = stamps && read_ranges(one, stamps);
        free(stamps);
    }
    one->targets_state = done ? 1 : -1;
    return done;
}
