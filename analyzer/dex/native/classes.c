/* class_data of all classes: which methods a file defines, and where their code stands.
 *
 * The counterpart in Python is analyzer/dex/classdata.py (`_read_class`), and gives the same answers.
 */
#include "core.h"

/* Read one ULEB128 number of at most five bytes; 0 when it is longer or runs past the end of the file. */
static int read_number(source file, int64_t *at, int64_t *value)
{
    int64_t found = 0;
    for (int step = 0; step < 5; step++) {
        if (!holds(file, *at, 1))
            return 0;
        int64_t byte = file.bytes[(*at)++];
        found |= (byte & 0x7F) << (7 * step);
        if (byte < 0x80) {
            *value = found;
            return 1;
        }
    }
    return 0;
}

/* Read the class_data at bytes offsets[n] of the file, 0 for a class without; one row for each method, by class.
 *
 * `limit` is the size of the table of methods: indices beyond it are dropped. `damaged` counts classes of which
 * something could not be read. Returns the number of rows, or -1 when they are more than `capacity`: no honest file
 * defines more methods than it has in its table.
 */
EXPORTED int64_t read_classes(
    const uint8_t *bytes, int64_t size, const uint32_t *offsets, int64_t count, int64_t limit,
    int64_t *methods, int64_t *rows, int64_t *codes, uint8_t *virtuals, int64_t capacity, int64_t *damaged)
{
    source file = {bytes, size};
    int64_t found = 0, lost = 0;
    for (int64_t row = 0; row < count; row++) {
        int64_t at = offsets[row], sizes[4], number = 0;
        if (!at)
            continue;
        int sound = at < size;
        for (int part = 0; part < 4 && sound; part++)
            sound = read_number(file, &at, &sizes[part]);
        if (!sound || (sizes[0] + sizes[1] + sizes[2] + sizes[3]) * 2 > size - at) {
            lost++;
            continue;
        }
        int64_t first = found, dropped = 0;
        for (int64_t fields = 2 * (sizes[0] + sizes[1]); fields && sound; fields--)
            sound = read_number(file, &at, &number);
        for (int part = 2; part < 4 && sound; part++) {
            int64_t index = 0;
            for (int64_t left = sizes[part]; left; left--) {
                int64_t step, code;
                sound = read_number(file, &at, &step) && read_number(file, &at, &number)
                    && read_number(file, &at, &code);
                if (!sound)
                    break;
                index += step;
                if (index >= limit) {
                    dropped = 1;
                    continue;
                }
                if (found >= capacity)
                    return -1;
                methods[found] = index;
                rows[found] = row;
                codes[found] = code;
                virtuals[found] = part == 3;
                found++;
            }
        }
        if (!sound)
            found = first;
        lost += !sound || dropped;
    }
    *damaged = lost;
    return found;
}

/* Pairs of a class and what stands directly above it: of all classes with a superclass first, then each class with its
 * interfaces. `classes` are the rows of the class table, eight numbers each; types below `types`. A list of interfaces
 * that is damaged is left out. Returns how many pairs there are, -1 when they are more than `capacity`. */
EXPORTED int64_t read_parents(
    const uint8_t *bytes, int64_t size, const uint32_t *classes, int64_t count, int64_t types,
    int64_t *children, int64_t *parents, int64_t capacity)
{
    source file = {bytes, size};
    int64_t found = 0;
    for (int64_t row = 0; row < count; row++) {
        if (classes[8 * row + 2] == 0xFFFFFFFFu)
            continue;
        if (found >= capacity)
            return -1;
        children[found] = classes[8 * row];
        parents[found++] = classes[8 * row + 2];
    }
    for (int64_t row = 0; row < count; row++) {
        int64_t at = classes[8 * row + 3], first = found;
        if (!at || !holds(file, at, 4))
            continue;
        int64_t entries = u32_at(file, at);
        if (!holds(file, at + 4, 2 * entries))
            continue;
        for (int64_t entry = 0; entry < entries; entry++) {
            int64_t above = u16_at(file, at + 4 + 2 * entry);
            if (above >= types) {
                found = first;
                break;
            }
            if (found >= capacity)
                return -1;
            children[found] = classes[8 * row];
            parents[found++] = above;
        }
    }
    return found;
}
