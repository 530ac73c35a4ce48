/* The code items of a file in order of their places, and which methods use each.
 *
 * The counterpart in Python is analyzer/dex/bodies.py (`read_bodies`), and gives the same answers.
 */
#include "core.h"

#include <stdlib.h>

enum { DIGIT = 11, DIGITS = 1 << DIGIT };

typedef struct {
    uint32_t offset, row;
} user;

/* Sort by offset, equal ones as they stand. Returns where the sorted ones are: one of the two, null without memory. */
static user *sort(user *users, user *spare, int64_t count)
{
    int64_t *from = malloc(DIGITS * sizeof *from);
    if (!from)
        return NULL;
    for (int shift = 0; shift < 32; shift += DIGIT) {
        int64_t sum = 0;
        memset(from, 0, DIGITS * sizeof *from);
        for (int64_t row = 0; row < count; row++)
            from[users[row].offset >> shift & (DIGITS - 1)]++;
        for (int digit = 0; digit < DIGITS; digit++) {
            int64_t own = from[digit];
            from[digit] = sum;
            sum += own;
        }
        for (int64_t row = 0; row < count; row++)
            spare[from[users[row].offset >> shift & (DIGITS - 1)]++] = users[row];
        user *swap = users;
        users = spare;
        spare = swap;
    }
    free(from);
    return users;
}

/* Take the code items at bytes codes[n] (0: none) of methods[n]; columns as in `Bodies`, positions in code units of the
 * file, each with room for `count` rows, `first_row` for one more. `lost` counts methods whose item lies outside the
 * file. Returns the number of items, -1 when there is no memory or the file is larger than any. */
EXPORTED int64_t read_items(
    const uint8_t *bytes, int64_t size, const int64_t *codes, const int64_t *methods, int64_t count,
    int64_t *start, int64_t *end, uint8_t *irregular, int64_t *offset, int64_t *first_row, int64_t *rows,
    int64_t *lost)
{
    source file = {bytes, size};
    if (size > INT32_MAX)
        return -1;
    user *users = malloc((size_t)(2 * count + 1) * sizeof *users);
    if (!users)
        return -1;
    int64_t used = 0, items = 0, kept = 0;
    *lost = 0;
    for (int64_t row = 0; row < count; row++) {
        if (!codes[row])
            continue;
        if (codes[row] + 16 > size) {
            ++*lost;
            continue;
        }
        users[used].offset = (uint32_t)codes[row];
        users[used++].row = (uint32_t)row;
    }
    user *sorted = sort(users, users + count, used);
    for (int64_t row = 0; sorted && row < used;) {
        int64_t at = sorted[row].offset, units = u32_at(file, at + 12), next = row;
        int fits = at + 16 + 2 * units <= size;
        for (; next < used && sorted[next].offset == at; next++)
            if (fits)
                rows[kept + next - row] = methods[sorted[next].row];
        if (fits) {
            first_row[items] = kept;
            offset[items] = at;
            start[items] = (at + 16) >> 1;
            end[items] = start[items] + units;
            irregular[items++] = at & 1;
            kept += next - row;
        } else {
            *lost += next - row;
        }
        row = next;
    }
    first_row[items] = kept;
    int64_t reach = 0;
    for (int64_t item = 0; item < items; item++) {
        if (start[item] < reach)
            irregular[item] = 1;
        if (item + 1 < items && start[item + 1] < end[item])
            irregular[item] = 1;
        if (end[item] > reach)
            reach = end[item];
    }
    free(users);
    return sorted ? items : -1;
}
