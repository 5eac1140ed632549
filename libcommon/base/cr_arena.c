/* Block-wise bump allocator with clean-ups. */
#include "cr_arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_err.h"
#include "cr_int.h"

/* Of the first block, with what stands before it: as much as the C library keeps in reserve for a
 * thread, so that it costs next to nothing where little is wanted. */
enum { BLOCK_FIRST = 992, BLOCK_LARGEST = 256 * 1024 };

struct block {
    struct block *next;
    size_t capacity;
    size_t used;
    alignas(max_align_t) char data[];
};

struct cleanup {
    struct cleanup *next;
    void (*fn)(void *ctx);
    void *ctx;
};

struct cr_arena {
    struct block *blocks; /* newest first */
    struct cleanup *cleanups;
    size_t used;
    size_t max;
    bool failed;
};

static struct block *block_new(size_t capacity)
{
    size_t size;
    if (cr_add_overflows(sizeof(struct block), capacity, &size))
        return NULL;
    struct block *block = malloc(size);
    if (block)
        *block = (struct block){.capacity = capacity};
    return block;
}

struct cr_arena *cr_arena_new(size_t max_bytes)
{
    struct cr_arena *arena = malloc(sizeof *arena);
    if (arena)
        *arena = (struct cr_arena){.max = max_bytes};
    return arena;
}

static void run_cleanups(struct cr_arena *arena)
{
    while (arena->cleanups) {
        struct cleanup *cleanup = arena->cleanups;
        arena->cleanups = cleanup->next;
        cleanup->fn(cleanup->ctx);
    }
}

void cr_arena_free(struct cr_arena *arena)
{
    if (!arena)
        return;
    run_cleanups(arena);
    while (arena->blocks) {
        struct block *block = arena->blocks;
        arena->blocks = block->next;
        free(block);
    }
    free(arena);
}

void cr_arena_freep(struct cr_arena **arena)
{
    cr_arena_free(*arena);
    *arena = NULL;
}

void cr_arena_reset(struct cr_arena *arena)
{
    run_cleanups(arena);
    while (arena->blocks && arena->blocks->next) {
        struct block *block = arena->blocks;
        arena->blocks = block->next;
        free(block);
    }
    if (arena->blocks)
        arena->blocks->used = 0;
    arena->used = 0;
    arena->failed = false;
}

static struct block *block_with_room(struct cr_arena *arena, size_t size)
{
    struct block *newest = arena->blocks;
    if (newest && newest->capacity - newest->used >= size)
        return newest;
    size_t capacity = newest ? newest->capacity * 2 : BLOCK_FIRST;
    if (capacity > BLOCK_LARGEST)
        capacity = BLOCK_LARGEST;
    if (capacity < size)
        capacity = size;
    struct block *block = block_new(capacity);
    if (!block)
        return NULL;
    block->next = newest;
    arena->blocks = block;
    return block;
}

void *cr_arena_alloc(struct cr_arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    size_t padded;
    if (cr_add_overflows(size, align - 1, &padded))
        padded = SIZE_MAX;
    padded &= ~(align - 1);
    size_t used;
    if (cr_add_overflows(arena->used, padded, &used) || (arena->max && used > arena->max)) {
        arena->failed = true;
        return NULL;
    }
    struct block *block = block_with_room(arena, padded);
    if (!block) {
        arena->failed = true;
        return NULL;
    }
    void *memory = block->data + block->used;
    block->used += padded;
    arena->used = used;
    return memset(memory, 0, size);
}

void *cr_arena_array(struct cr_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (cr_mul_overflows(count, size, &bytes)) {
        arena->failed = true;
        return NULL;
    }
    return cr_arena_alloc(arena, bytes);
}

char *cr_arena_slice(struct cr_arena *arena, struct cr_slice text)
{
    size_t size;
    if (cr_add_overflows(text.len, 1U, &size)) {
        arena->failed = true;
        return NULL;
    }
    char *copy = cr_arena_alloc(arena, size);
    if (copy && text.len)
        memcpy(copy, text.ptr, text.len);
    return copy;
}

char *cr_arena_text(struct cr_arena *arena, const char *text)
{
    return cr_arena_slice(arena, cr_slice_of(text));
}

char *cr_arena_vprintf(struct cr_arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    char *text = len < 0 ? NULL : cr_arena_alloc(arena, (size_t)len + 1);
    if (text)
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

char *cr_arena_printf(struct cr_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = cr_arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

int cr_arena_on_free(struct cr_arena *arena, void (*fn)(void *ctx), void *ctx)
{
    struct cleanup *cleanup = cr_arena_alloc(arena, sizeof *cleanup);
    if (!cleanup)
        return CR_ENOMEM;
    *cleanup = (struct cleanup){arena->cleanups, fn, ctx};
    arena->cleanups = cleanup;
    return 0;
}

bool cr_arena_failed(const struct cr_arena *arena)
{
    return arena->failed;
}

size_t cr_arena_used(const struct cr_arena *arena)
{
    return arena->used;
}
