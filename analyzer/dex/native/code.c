/* Linear decoding of code items: which instructions name a method, a field, a string, a type or a number.
 *
 * The counterpart in Python is analyzer/dex/sweep.py (`decode`), and gives the same answers.
 */
#include "core.h"

#include <stdlib.h>

/* Code units by opcode, the low byte of an instruction's first unit: analyzer/dex/opcodes.py, a test compares them. */
EXPORTED const uint8_t WIDTH[256] = {
    1, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 2, 2, 3, 5, 2, 2, 3, 2, 1, 1, 2,
    2, 1, 2, 2, 3, 3, 3, 1, 1, 2, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1,
    1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 4, 4, 3, 3, 2, 2,
};

int64_t units_at(source file, int64_t at)
{
    uint32_t unit = u16_at(file, at);
    if (!is_payload(unit))
        return WIDTH[unit & 0xFF];
    int64_t more = (int64_t)1 << 62;
    if (!holds(file, at, 4))
        return more;
    int64_t size = u16_at(file, at + 2);
    if (unit == 0x0100)
        return size * 2 + 4;
    if (unit == 0x0200)
        return size * 4 + 2;
    if (!holds(file, at, 8))
        return more;
    return ((int64_t)u32_at(file, at + 4) * size + 1) / 2 + 4;
}

static uint32_t operand_of(source file, int64_t at, uint32_t opcode)
{
    if (opcode == 0x14 || opcode == 0x1B) /* const, const-string/jumbo */
        return u32_at(file, at + 2);
    uint32_t second = u16_at(file, at + 2);
    return opcode == 0x15 ? second << 16 : second; /* const/high16 */
}

/* Which operands are wanted: `flags[operand >> shift]`, or all where `flags` is null. */
typedef struct {
    const uint8_t *flags;
    int64_t count;
    int64_t shift;
} wanted;

static int is_wanted(const wanted *kind, uint32_t operand)
{
    if (!kind->flags)
        return 1;
    int64_t place = (int64_t)operand >> (kind->shift & 31);
    return place < kind->count && kind->flags[place];
}

/* Whether some code unit, instruction or not, is an opcode that wants the operand behind it. One look at each unit,
 * without the wait of decoding for the width of the instruction before. */
static int may_hold(source file, int64_t start, int64_t end, const uint8_t *bits, const uint8_t *fits)
{
    if (!holds(file, start, end - start)) /* once for all units */
        return 1;
    const uint8_t *units = file.bytes + start;
    int64_t count = (end - start) / 2;
    uint32_t found = 0;
    for (int64_t unit = 1; unit < count; unit++)
        found |= (uint32_t)fits[load16(units + 2 * unit)] & bits[units[2 * unit - 2]];
    return found != 0;
}

/* For every code unit the kinds, one bit each, that want an operand with these lowest 16 bits. */
static uint8_t *fitting(const wanted *choices, int64_t count)
{
    uint8_t *fits = calloc(1 << 16, 1);
    for (int64_t kind = 1; fits && kind < count && kind < 8; kind++) {
        uint8_t bit = (uint8_t)(1u << kind);
        if (!choices[kind].flags || choices[kind].shift)
            for (int64_t unit = 0; unit < 1 << 16; unit++)
                fits[unit] |= bit;
        else
            for (int64_t first = 0; first < choices[kind].count; first += 1 << 16) {
                const uint8_t *flags = choices[kind].flags + first;
                int64_t left = choices[kind].count - first < 1 << 16 ? choices[kind].count - first : 1 << 16;
                for (int64_t unit = 0; unit < left; unit++)
                    fits[unit] |= flags[unit] ? bit : 0;
            }
    }
    return fits;
}

/* Decode code items one behind the other and write down their wanted instructions.
 *
 * Item n lies at bytes starts[n] to ends[n] of the file. `kinds` gives for each opcode the row of `choices`, 0 for the
 * opcodes that nobody wants (row 0 is not looked at), rows are below `choice_count`. An instruction that runs past the
 * end of its item is not counted; `cut[n]` is set for an item whose decoding does not end exactly at its end.
 *
 * Found instructions go to the four columns: row of the item, code units from the item's beginning, opcode, operand.
 * `begins`, if not null, is one byte for each code unit from byte `base` on, of which there are `begins_size`: set to 1
 * where an instruction begins.
 *
 * With `only_wanted` an item in which no code unit can be a wanted operand is not decoded, nor looked at for `cut` and
 * `begins`.
 *
 * Returns how many were written, and through `next` the first item that was not decoded: an item is begun only while
 * all its code units would fit into what is left of the `capacity` rows. The caller goes on there with empty columns.
 */
EXPORTED int64_t decode_items(
    const uint8_t *bytes, int64_t size, const int64_t *starts, const int64_t *ends, int64_t count, int64_t *next,
    const uint8_t *kinds, const wanted *choices, int64_t choice_count, int64_t only_wanted,
    int32_t *items, int32_t *places, uint8_t *opcodes, uint32_t *operands, int64_t capacity,
    uint8_t *cut, uint8_t *begins, int64_t base, int64_t begins_size)
{
    source file = {bytes, size};
    int64_t found = 0, item = *next;
    uint8_t *fits = only_wanted && choice_count <= 8 ? fitting(choices, choice_count) : NULL, bits[256];
    for (int opcode = 0; opcode < 256; opcode++)
        bits[opcode] = kinds[opcode] < 8 ? (uint8_t)(1u << kinds[opcode] & 0xFE) : 0;
    for (; item < count; item++) {
        int64_t start = starts[item], end = ends[item];
        if (start < 0 || end < start || !holds(file, start, end - start)) {
            cut[item] = 1;
            continue;
        }
        if ((end - start) / 2 > capacity - found)
            break;
        if (fits && !may_hold(file, start, end, bits, fits))
            continue;
        int64_t at = start;
        while (at < end) {
            uint32_t unit = u16_at(file, at);
            if (is_payload(unit)) {
                int64_t units = units_at(file, at);
                at = units > (end - at) / 2 ? end + 1 : at + 2 * units;
                continue;
            }
            uint32_t opcode = unit & 0xFF;
            int64_t after = at + 2 * WIDTH[opcode];
            if (after > end) {
                at = after;
                break;
            }
            if (begins) {
                int64_t place = (at - base) >> 1;
                if (place >= 0 && place < begins_size)
                    begins[place] = 1;
            }
            uint32_t kind = kinds[opcode];
            if (kind && kind < choice_count) {
                uint32_t operand = operand_of(file, at, opcode);
                if (is_wanted(&choices[kind], operand)) {
                    items[found] = (int32_t)item;
                    places[found] = (int32_t)((at - start) >> 1);
                    opcodes[found] = (uint8_t)opcode;
                    operands[found] = operand;
                    found++;
                }
            }
            at = after;
        }
        cut[item] = at != end;
    }
    free(fits);
    *next = item;
    return found;
}

/* Whether code units `first` to `last` of the file may load one of the `wanted` strings, instructions or not: one look
 * at each unit. A string of the jumbo form counts as wanted. The counterpart in Python is `Program.may_load`. */
EXPORTED int64_t may_load(
    const uint8_t *bytes, int64_t size, int64_t first, int64_t last, const uint8_t *wanted, int64_t count)
{
    if (first < 0 || last < first || last > size / 2)
        return 1;
    for (int64_t unit = first; unit + 1 < last; unit++) {
        uint32_t opcode = bytes[2 * unit];
        if (opcode == 0x1B)
            return 1;
        if (opcode == 0x1A) {
            int64_t text = load16(bytes + 2 * unit + 2);
            if (text < count && wanted[text])
                return 1;
        }
    }
    return 0;
}
