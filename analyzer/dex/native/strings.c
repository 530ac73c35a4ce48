/* Looking up whole strings and beginnings of strings in the string table of one file.
 *
 * The counterpart in Python is analyzer/dex/strings.py, and gives the same answers: a table of slots here, binary search
 * there. Nothing is assumed of the order of the strings.
 */
#include "core.h"

enum { HASHED = 1024, EMPTY = -1 };

static uint64_t eight_at(source file, int64_t at, int64_t count)
{
    uint64_t word = 0;
    if (count >= 8 && holds(file, at, 8))
        memcpy(&word, file.bytes + at, 8);
    else if (count > 0 && holds(file, at, count < 8 ? count : 8))
        memcpy(&word, file.bytes + at, (size_t)(count < 8 ? count : 8));
    return word;
}

/* Hash the length and the first, middle and last eight bytes of a text that a NUL ends; of a longer one than is looked
 * at, of its beginning. */
static uint32_t hash_at(source file, int64_t at)
{
    if (!holds(file, at, 1))
        return 0;
    int64_t room = file.size - at < HASHED ? file.size - at : HASHED;
    const uint8_t *end = memchr(file.bytes + at, 0, (size_t)room);
    int64_t length = end ? end - (file.bytes + at) : room;
    uint64_t hash = (eight_at(file, at, length) ^ (uint64_t)length) * 0x9FB21C651E98DF25u;
    if (length > 8) {
        hash = (hash ^ hash >> 32 ^ eight_at(file, at + length - 8, 8)) * 0x9FB21C651E98DF25u;
        hash = (hash ^ hash >> 32 ^ eight_at(file, at + length / 2 - 4, 8)) * 0x9FB21C651E98DF25u;
    }
    return (uint32_t)(hash ^ hash >> 32);
}

/* Put every string into `slots` (-1: empty; `mask` + 1 of them, a power of two above `count`), equal ones in the order
 * of their indices. Strings begin at starts[n], behind their length. Returns 0 when that takes too many steps, or when
 * a string is not closed by a NUL: no honest file is like that.
 */
EXPORTED int64_t fill_slots(
    const uint8_t *bytes, int64_t size, const int64_t *starts, int64_t count, int32_t *slots, int64_t mask)
{
    source file = {bytes, size};
    int64_t room = 64 * count + 1024, last = 0;
    if (mask < count)
        return 0;
    for (int64_t row = 0; row < count; row++) {
        if (!holds(file, starts[row], 1))
            return 0;
        if (starts[row] > last)
            last = starts[row];
        int64_t place = hash_at(file, starts[row]) & mask;
        while (slots[place] != EMPTY) {
            place = (place + 1) & mask;
            if (--room < 0)
                return 0;
        }
        slots[place] = (int32_t)row;
    }
    return !count || memchr(bytes + last, 0, (size_t)(size - last)) != NULL;
}

/* Find texts: text n is texts[begins[n]] to texts[begins[n + 1]], its closing NUL included. Writes the index of the
 * first equal string for each, -1 where the file has none. */
EXPORTED void find_strings(
    const uint8_t *bytes, int64_t size, const int64_t *starts, int64_t count, const int32_t *slots, int64_t mask,
    const uint8_t *texts, const int64_t *begins, int64_t text_count, int64_t *found)
{
    source file = {bytes, size}, wanted = {texts, begins[text_count]};
    for (int64_t text = 0; text < text_count; text++) {
        int64_t begin = begins[text], length = begins[text + 1] - begin;
        found[text] = -1;
        if (!holds(wanted, begin, length))
            continue;
        int64_t place = hash_at(wanted, begin) & mask;
        for (int64_t step = 0; step <= mask && slots[place] != EMPTY; step++, place = (place + 1) & mask) {
            int32_t row = slots[place];
            if (row < 0 || row >= count || !holds(file, starts[row], length))
                continue;
            if (!memcmp(bytes + starts[row], texts + begin, (size_t)length)) {
                found[text] = row;
                break;
            }
        }
    }
}

/* Mark the strings that begin with one of some texts (without a NUL). Returns how many there are. */
EXPORTED int64_t mark_beginnings(
    const uint8_t *bytes, int64_t size, const int64_t *starts, int64_t count,
    const uint8_t *texts, const int64_t *begins, int64_t text_count, uint8_t *marks)
{
    source file = {bytes, size}, wanted = {texts, begins[text_count]};
    uint8_t heads[256] = {0};
    int64_t found = 0;
    for (int64_t text = 0; text < text_count; text++) {
        if (begins[text + 1] > begins[text])
            heads[u8_at(wanted, begins[text])] = 1;
        else
            memset(heads, 1, sizeof heads);
    }
    for (int64_t row = 0; row < count; row++) {
        marks[row] = 0;
        if (!heads[u8_at(file, starts[row])])
            continue;
        for (int64_t text = 0; text < text_count && !marks[row]; text++) {
            int64_t length = begins[text + 1] - begins[text];
            marks[row] = holds(file, starts[row], length) && holds(wanted, begins[text], length)
                && !memcmp(bytes + starts[row], texts + begins[text], (size_t)length);
        }
        found += marks[row];
    }
    return found;
}

enum { LONGEST = 64 };

/* Find the strings that end with a dot and one of some endings (neither has a NUL), which stand in order of their
 * lengths, all below 64; `ends` are the places of the NULs that close strings. Writes where the dots stand, of each
 * string for every length of ending that fits it. Returns how many, -1 when they are more than `capacity`. */
EXPORTED int64_t find_endings(
    const uint8_t *bytes, int64_t size, const int64_t *ends, int64_t count,
    const uint8_t *texts, const int64_t *begins, int64_t text_count, int64_t *found, int64_t capacity)
{
    source file = {bytes, size}, wanted = {texts, begins[text_count]};
    int64_t lengths[LONGEST], firsts[LONGEST + 1], kinds = 0, many = 0;
    for (int64_t text = 0; text < text_count; text++) {
        int64_t length = begins[text + 1] - begins[text];
        if (length < 0 || length >= LONGEST || (kinds && length < lengths[kinds - 1]))
            return -1;
        if (!kinds || length > lengths[kinds - 1]) {
            lengths[kinds] = length;
            firsts[kinds++] = text;
        }
    }
    firsts[kinds] = text_count;
    for (int64_t row = 0; row < count; row++) {
        for (int64_t kind = 0; kind < kinds; kind++) {
            int64_t at = ends[row] - lengths[kind];
            if (u8_at(file, at - 1) != '.' || !holds(file, at, lengths[kind]))
                continue;
            for (int64_t text = firsts[kind]; text < firsts[kind + 1]; text++) {
                if (!holds(wanted, begins[text], lengths[kind])
                    || memcmp(bytes + at, texts + begins[text], (size_t)lengths[kind]))
                    continue;
                if (many >= capacity)
                    return -1;
                found[many++] = at - 1;
                break;
            }
        }
    }
    return many;
}

/* Find every place between two bytes of the file at which a text stands. Returns how many, -1 when they are more than
 * `capacity`. */
EXPORTED int64_t find_text(
    const uint8_t *bytes, int64_t size, int64_t first, int64_t last, const uint8_t *text, int64_t length,
    int64_t *found, int64_t capacity)
{
    source file = {bytes, size};
    int64_t many = 0;
    if (length < 1 || last < first || !holds(file, first, last - first))
        return 0;
    for (int64_t at = first; at + length <= last; at++) {
        const uint8_t *next = memchr(bytes + at, text[0], (size_t)(last - length + 1 - at));
        if (!next)
            break;
        at = next - bytes;
        if (memcmp(next, text, (size_t)length))
            continue;
        if (many >= capacity)
            return -1;
        found[many++] = at;
    }
    return many;
}
