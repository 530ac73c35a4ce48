/* One decoded code item, and which of its instructions may run after which. */
#ifndef EDUAUDIT_METHOD_H
#define EDUAUDIT_METHOD_H

#include "core.h"

/* What an instruction does, by opcode: analyzer/dex/opcodes.py and analyzer/dex/flow, a test compares them. */
enum {
    WRITES = 3, /* 1: vA, 2: vAA, 3: vAAAA */
    WIDE = 4,   /* what it writes fills two registers */
    ENDS = 8,   /* the next instruction is not reached from here */
    THROWS = 16,
    JUMPS = 32,
    MOVES = 64
};
extern const uint8_t TRAITS[256];

/* A list of numbers that grows up to a bound. */
typedef struct {
    int32_t *row;
    int64_t count, room;
} numbers;

int append(numbers *list, int64_t value);

/* Runs of instructions that are only entered at their first one. Numbers count instructions. */
typedef struct {
    int32_t *first, *owner; /* of each block its first instruction, of each instruction its block */
    int64_t count;
    int64_t *edge_from; /* of each block, where its edges begin in `edges`; one more than there are blocks */
    numbers edges;      /* blocks */
    int64_t *source_from; /* of each instruction, where the ones begin that jump to it or throw what it catches */
    int32_t *sources;
    uint8_t *live; /* by block */
} graph;

typedef struct {
    source code;  /* the instructions alone */
    source file;
    int64_t item, units, count;
    int32_t *positions; /* code units from the first instruction */
    uint8_t *opcodes;
    int32_t *number_at; /* by code unit: number of the instruction there, -1 for none */
    uint8_t whole, straight;
    int64_t straight_end; /* number of the instruction that ends straight code */
    /* On demand: 0 not yet, 1 known, -1 cannot be told. */
    int8_t targets_state, graph_state;
    uint8_t *labels; /* by code unit: `TARGET`, `GUARDED` */
    int64_t *jump_from; /* of each instruction, where its targets begin in `jumps` */
    numbers jumps;   /* numbers of instructions */
    numbers caught;  /* pairs: instruction that may throw, instruction that catches */
    graph blocks;
} method;

enum { TARGET = 1 /* control comes here from elsewhere */, GUARDED = 2 /* may throw inside an exception range */ };

int read_targets(method *one);
int read_graph(method *one);
int64_t number_of(const method *one, int64_t at);

#endif
