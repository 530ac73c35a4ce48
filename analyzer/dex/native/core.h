/* Reading of bytes that nobody vouches for.
 *
 * Everything this library reads of a DEX file goes through the functions below. Each checks the place against the size
 * of the file first; what lies outside reads as 0, and callers check ranges beforehand where that would change an
 * answer. Offsets are 64 bits and signed: no sum of a few 32-bit fields of a file can overflow them.
 */
#ifndef EDUAUDIT_CORE_H
#define EDUAUDIT_CORE_H

#include <stdint.h>
#include <string.h>

#define EXPORTED __attribute__((visibility("default")))

typedef struct {
    const uint8_t *bytes;
    int64_t size;
} source;

/* Whether `count` bytes stand at `at`. */
static inline int holds(source file, int64_t at, int64_t count)
{
    return at >= 0 && count >= 0 && count <= file.size && at <= file.size - count;
}

static inline uint32_t u8_at(source file, int64_t at)
{
    return holds(file, at, 1) ? file.bytes[at] : 0;
}

/* The two bytes at a place that was checked. */
static inline uint32_t load16(const uint8_t *place)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint16_t value;
    memcpy(&value, place, sizeof value); /* one instruction; DEX files are little-endian, and may be misaligned */
    return value;
#else
    return (uint32_t)place[0] | (uint32_t)place[1] << 8;
#endif
}

static inline uint32_t u16_at(source file, int64_t at)
{
    if (!holds(file, at, 2))
        return 0;
    return load16(file.bytes + at);
}

static inline uint32_t u32_at(source file, int64_t at)
{
    if (!holds(file, at, 4))
        return 0;
    return (uint32_t)file.bytes[at] | (uint32_t)file.bytes[at + 1] << 8 | (uint32_t)file.bytes[at + 2] << 16
        | (uint32_t)file.bytes[at + 3] << 24;
}

/* Code units that the instruction or payload at byte `at` fills; more than any file has when its head is cut off. */
int64_t units_at(source file, int64_t at);

extern const uint8_t WIDTH[256];

/* Whether a code unit begins a payload: data among the instructions. */
static inline int is_payload(uint32_t unit)
{
    return unit == 0x0100 || unit == 0x0200 || unit == 0x0300;
}

#endif
